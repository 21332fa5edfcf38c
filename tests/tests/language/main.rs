//! The language: every construct in every form, and what a block may hold.

pub mod dags;
pub mod driver;
pub mod forms;
pub mod fragments;
pub mod language;
pub mod long_pipelines;
pub mod operators;
pub mod plain_rust;
