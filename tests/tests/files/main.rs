//! Files in and out: CSV, JSON lines, gzip, what is wrong in them, and what can go wrong with them.

pub mod anything;
pub mod bad_input;
pub mod csv;
pub mod csv_places;
pub mod csv_writing;
pub mod faulty_files;
pub mod file_ends;
pub mod file_positions;
pub mod file_restore;
pub mod files;
pub mod gzip;
pub mod json;
pub mod refusals;
pub mod rolling;
pub mod schemas;
