//! Keyed state: processes, timers, the tables under them, and rows of records.

pub mod asked_states;
pub mod process_rules;
pub mod processes;
pub mod replaced;
pub mod rows;
pub mod state_tables;
