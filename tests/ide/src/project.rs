//! The crate that the editor has open.

use std::path::{Path, PathBuf};

/// A crate of one file that depends on streamlite.
#[derive(Debug)]
pub struct Project {
    pub(crate) folder: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) file: PathBuf,
    /// What stands before every text.
    pub(crate) preamble: &'static str,
}

impl Project {
    /// Writes the crate into `folder`; it is built below `folder`, too.
    ///
    /// # Panics
    /// If it cannot be written.
    #[must_use]
    pub fn new(folder: &Path, preamble: &'static str) -> Self {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
        let workspace = workspace.expect("the package stands in `tests/ide`");
        let manifest = format!(
            "[package]\nname = \"open-in-the-editor\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nstreamlite = {{ path = {:?} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\n[workspace]\n",
            workspace.join("streamlite")
        );
        let file = folder.join("src/lib.rs");
        write(&file, preamble);
        write(&folder.join("Cargo.toml"), &manifest);
        // The same versions, which are there already.
        let lock = std::fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock"));
        lock.expect("the workspace has been built");
        Self {
            folder: folder.to_owned(),
            target: folder.join("target"),
            file,
            preamble,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test prepares its own files")]
fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("it is in a folder");
    std::fs::create_dir_all(folder).expect("there is room for a folder");
    std::fs::write(path, text).expect("there is room for a file");
}
