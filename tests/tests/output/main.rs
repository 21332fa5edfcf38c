//! What people and tools see of a job: its report, its pictures, its standard output.

pub mod command;
pub mod dashboard;
pub mod facade;
pub mod metrics;
pub mod pictures;
pub mod printing;
pub mod progress;
pub mod prometheus;
pub mod report;
