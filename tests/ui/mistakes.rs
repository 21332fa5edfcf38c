//! Every mistake has one error, at the user's own token, that says what to write instead.
//!
//! One mistake a file, named for it; the text that rustc prints stands beside it. To write the texts anew:
//! `TRYBUILD=overwrite cargo test -p streamlite-tests-ui`, and read each aloud before it is committed.

use std::path::{Path, PathBuf};

#[test]
fn mistakes_have_the_errors_beside_them() {
    trybuild::TestCases::new().compile_fail("*/*.rs");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads its own expectations")]
fn one_mistake_is_one_error() {
    let mut wrong = Vec::new();
    let texts = texts(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(texts.len() > 20, "the texts were not found");
    for path in texts {
        let text = std::fs::read_to_string(&path).expect("the text is readable");
        let errors = text.lines().filter(|line| line.starts_with("error")).count();
        if errors != 1 {
            wrong.push(format!("{}: {errors} errors", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test looks for the files of the repository"
)]
fn texts(folder: &Path) -> Vec<PathBuf> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            texts.extend(self::texts(&path));
        } else if path.extension().is_some_and(|extension| extension == "stderr") {
            texts.push(path);
        }
    }
    texts
}
