//! A small client of the Language Server Protocol: opens one file in rust-analyzer and asks about places in it.

mod client;
mod project;

pub use client::{Analyzer, Place};
pub use project::Project;
