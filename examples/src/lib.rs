//! What the examples share: where their data is, and how it was made.
//!
//! The examples themselves are under `examples/`: `cargo run --release --example sensor_alerts`.

pub mod readings;

use std::path::PathBuf;

/// A file of the examples' data.
#[must_use]
pub fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

/// A file that an example writes; the folder is made if it is not there.
///
/// # Errors
/// If the folder cannot be made.
pub fn output(name: &str) -> std::io::Result<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("out");
    #[expect(clippy::disallowed_methods, reason = "an example prepares its own folder")]
    std::fs::create_dir_all(&folder)?;
    Ok(folder.join(name))
}
