//! The files that a log was before: their names, and in what order they were written.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::fs::{FileKind, Fs};

/// What is compressed was read before, or cannot be read on.
const COMPRESSED: [&str; 5] = [".gz", ".bz2", ".xz", ".zst", ".lz4"];

/// The files that a log was before.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    /// `app.log.2`, `app.log.1`: from the oldest to the newest.
    numbered: Vec<PathBuf>,
    /// `app.log-20260101`, `app.log-20260102`.
    dated: Vec<PathBuf>,
    /// What somebody has given another name.
    others: Vec<PathBuf>,
}

impl Earlier {
    /// Those of a log at this path.
    pub(super) fn of(fs: &dyn Fs, path: &Path) -> io::Result<Self> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Ok(Self::default());
        };
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let mut endings: Vec<String> = Vec::new();
        for other in fs.list(folder)? {
            let ending = other.as_encoded_bytes().strip_prefix(name.as_encoded_bytes());
            let ending = ending.and_then(|ending| std::str::from_utf8(ending).ok());
            endings.extend(
                ending
                    .filter(|ending| ending.starts_with(['.', '-']) && !is_compressed(ending))
                    .map(str::to_owned),
            );
        }
        endings.sort_by(|a, b| number(b).cmp(&number(a)).then_with(|| a.cmp(b)));
        let mut earlier = Self::default();
        for ending in endings {
            let mut name = name.to_owned();
            name.push(&ending);
            let file = path.with_file_name(name);
            match fs.metadata(&file) {
                Ok(there) if there.kind == FileKind::File => earlier.list(&ending).push(file),
                Ok(_) => {}
                // It was removed since.
                Err(cause) if cause.kind() == ErrorKind::NotFound => {}
                Err(cause) => return Err(cause),
            }
        }
        Ok(earlier)
    }

    fn list(&mut self, ending: &str) -> &mut Vec<PathBuf> {
        if number(ending).is_some() {
            &mut self.numbered
        } else if is_date(ending) {
            &mut self.dated
        } else {
            &mut self.others
        }
    }

    /// Those that a rotation has made, from the newest on, and whether they are.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = (&Path, bool)> {
        let rotated = self.numbered.iter().rev().chain(self.dated.iter().rev());
        let rotated = rotated.map(|path| (path.as_path(), true));
        rotated.chain(self.others.iter().map(|path| (path.as_path(), false)))
    }

    /// The file that was written after this one, as far as names say.
    pub(super) fn after(&self, is_this: impl Fn(&Path) -> bool) -> Option<&Path> {
        [&self.numbered, &self.dated].into_iter().find_map(|files| {
            let place = files.iter().position(|path| is_this(path))?;
            files.get(place + 1).map(PathBuf::as_path)
        })
    }
}

fn is_compressed(ending: &str) -> bool {
    COMPRESSED.iter().any(|compressed| ending.ends_with(compressed))
}

/// The number of a file, of which the greatest is the oldest. A date of eight digits is none.
fn number(ending: &str) -> Option<u64> {
    let digits = ending.strip_prefix('.')?;
    (digits.len() < 8).then(|| digits.parse().ok()).flatten()
}

/// Whether it says when the file was put aside: by such endings the least is the oldest.
fn is_date(ending: &str) -> bool {
    let is_of_date = |byte: u8| byte.is_ascii_digit() || b"-_.:TZ".contains(&byte);
    ending.bytes().skip(1).all(is_of_date) && ending.bytes().filter(u8::is_ascii_digit).count() >= 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::LocalFs;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "files that others write")]
    fn the_greatest_number_and_the_least_date_are_the_oldest() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("log");
        let endings = [
            "",
            ".1",
            ".10",
            ".2",
            ".3.gz",
            "-20260102",
            "-20251231",
            ".bak",
            "2",
            ".2026-01-01T00:00",
        ];
        for ending in endings {
            let path = folder.path().join(format!("log{ending}"));
            std::fs::write(path, "").expect("there is room");
        }
        std::fs::create_dir(folder.path().join("log.4")).expect("there is room");
        let earlier = Earlier::of(&LocalFs, &log).expect("it is there");
        let name = |path: &Path| path.to_string_lossy()[log.to_string_lossy().len()..].to_owned();
        let found: Vec<_> = earlier
            .newest_first()
            .map(|(path, by)| (name(path), by))
            .collect();
        let expected = [
            (".1", true),
            (".2", true),
            (".10", true),
            (".2026-01-01T00:00", true),
            ("-20260102", true),
            ("-20251231", true),
            (".bak", false),
        ];
        assert_eq!(found, expected.map(|(name, by)| (name.to_owned(), by)));
        let after = |this: &str| earlier.after(|path| name(path) == this).map(name);
        assert_eq!(after(".10").as_deref(), Some(".2"));
        assert_eq!(after(".1"), None);
        assert_eq!(after("-20251231").as_deref(), Some("-20260102"));
        assert_eq!(after(".bak"), None);
    }
}
