//! Several paths in a few words.

use std::path::PathBuf;

/// One path, or how many there are of what they are called, such as `files`, with the first and the last.
pub(super) fn in_words(paths: &[PathBuf], called: &str) -> String {
    match paths {
        [one] => one.display().to_string(),
        [first, .., last] => format!(
            "{} {called}, {} … {}",
            paths.len(),
            first.display(),
            last.display()
        ),
        [] => format!("no {called}"),
    }
}
