//! What the examples share: where their data is, and how it was made.
//!
//! The examples themselves are under `examples/`: `cargo run --release --example sensor_alerts`.

pub mod clicks;
pub mod orders;
pub mod payments;
mod random;
pub mod readings;
pub mod shop;
pub mod text;

use std::path::PathBuf;

/// A file of the examples' data.
#[must_use]
pub fn data(name: &str) -> PathBuf {
    folder().join("data").join(name)
}

/// This package's folder, as it is called from where the program runs: short names read well in a report.
fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let here = std::env::current_dir().unwrap_or_default();
    folder.strip_prefix(here).map(PathBuf::from).unwrap_or(folder)
}

/// A file that an example writes; the folder is made if it is not there.
///
/// # Errors
/// If the folder cannot be made.
pub fn output(name: &str) -> std::io::Result<PathBuf> {
    let out = folder().join("out");
    #[expect(clippy::disallowed_methods, reason = "an example prepares its own folder")]
    std::fs::create_dir_all(&out)?;
    Ok(out.join(name))
}
