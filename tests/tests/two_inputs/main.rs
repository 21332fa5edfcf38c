//! Operators of two inputs: joins, as-of joins, connected streams.

pub mod as_of;
pub mod connect_rules;
pub mod connected;
pub mod join_partitions;
pub mod join_rules;
pub mod joins;
