//! Windows, triggers and aggregates: against naive models, and rule by rule.

pub mod aggregates;
pub mod calendar;
pub mod counts;
pub mod sessions;
pub mod sketches;
pub mod sliding;
pub mod trigger_rules;
pub mod triggers;
pub mod tumbling;
pub mod window_results;
pub mod window_rules;
