//! Output in files of some size or some age, numbered one after the other.

use std::ffi::OsString;
use std::fmt;
use std::io::{ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;
use crate::fs::{Fs, WriteFile};
use crate::time::{Clock, SystemClock, TimeDelta, Timestamp};

/// When the next file begins.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Roll {
    pub(super) at: Option<u64>,
    pub(super) every: Option<TimeDelta>,
}

impl Roll {
    /// Whether it ever does.
    pub(super) fn is_set(self) -> bool {
        self.at.is_some() || self.every.is_some()
    }
}

/// The path of a file by its number; 0 is the path itself.
pub(super) fn numbered(path: &Path, number: u32) -> PathBuf {
    if number == 0 {
        return path.to_owned();
    }
    let (mut name, extensions) = parts_of(path);
    name.push(format!("-{number:05}"));
    name.push(extensions);
    path.with_file_name(name)
}

/// The name of a file before and from its extensions on: `sales` and `.csv.gz`.
fn parts_of(path: &Path) -> (OsString, OsString) {
    let mut extensions = OsString::new();
    let mut stem = path.file_name().unwrap_or_default();
    for _ in 0..2 {
        let Some(extension) = Path::new(stem).extension() else {
            break;
        };
        stem = Path::new(stem).file_stem().unwrap_or_default();
        let behind = std::mem::replace(&mut extensions, OsString::from("."));
        extensions.push(extension);
        extensions.push(behind);
        if !extension.eq_ignore_ascii_case("gz") {
            break;
        }
    }
    (stem.to_owned(), extensions)
}

/// The greatest number that a file has; 0 if there is none.
pub(super) fn greatest_number(fs: &dyn Fs, path: &Path) -> crate::error::Result<u32> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let listed = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let names = fs.list(listed);
    let names = names.map_err(|cause| Error::io("listing", listed, cause))?;
    let before = format!("{}-", parts_of(path).0.to_string_lossy());
    let numbers = names.iter().filter_map(|name| {
        let rest = name.to_str()?.strip_prefix(&before)?;
        let digits = rest.split('.').next()?;
        let number = digits.parse().ok()?;
        (path.with_file_name(name) == numbered(path, number)).then_some(number)
    });
    Ok(numbers.max().unwrap_or(0))
}

/// A file that tells when the next one is to begin.
pub(super) struct WatchedFile {
    file: Box<dyn WriteFile>,
    bytes: u64,
    since: Timestamp,
    roll: Roll,
    clock: SystemClock,
    is_due: Arc<AtomicBool>,
}

impl WatchedFile {
    /// A file that has so many bytes already, and is as old as now.
    pub(super) fn new(file: Box<dyn WriteFile>, bytes: u64, roll: Roll, is_due: Arc<AtomicBool>) -> Self {
        let clock = SystemClock::new();
        is_due.store(false, Ordering::Relaxed);
        Self {
            file,
            bytes,
            since: clock.now(),
            roll,
            clock,
            is_due,
        }
    }

    fn look(&self) {
        let is_large = self.roll.at.is_some_and(|most| self.bytes >= most);
        let is_old = self
            .roll
            .every
            .is_some_and(|every| self.clock.now() - self.since >= every);
        if is_large || is_old {
            self.is_due.store(true, Ordering::Relaxed);
        }
    }
}

impl Write for WatchedFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> Result<()> {
        self.file.flush()?;
        if self.bytes > 0 {
            self.look();
        }
        Ok(())
    }
}

impl WriteFile for WatchedFile {
    fn set_len(&mut self, bytes: u64) -> Result<()> {
        self.file.set_len(bytes)?;
        self.bytes = bytes;
        Ok(())
    }

    fn sync(&mut self) -> Result<()> {
        self.file.sync()
    }
}

/// Where the next file comes from in a job without checkpoints.
#[derive(Debug)]
pub(super) struct PlainFiles {
    pub(super) fs: Arc<dyn Fs>,
    pub(super) path: PathBuf,
    /// The number of the last one.
    pub(super) number: u32,
}

impl PlainFiles {
    /// Creates the next one.
    pub(super) fn next(&mut self) -> crate::error::Result<Box<dyn WriteFile>> {
        let failed = |cause| Error::io("creating", &self.path, cause);
        let next = self.number.checked_add(1);
        self.number = next.ok_or_else(|| failed(ErrorKind::FileTooLarge.into()))?;
        let path = numbered(&self.path, self.number);
        let file = self.fs.create_new(&path);
        file.map_err(|cause| Error::io("creating", path, cause))
    }
}

impl fmt::Debug for WatchedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchedFile").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_before_the_extension() {
        let name = |path: &str, number| numbered(Path::new(path), number).display().to_string();
        assert_eq!(name("out/sales.csv", 0), "out/sales.csv");
        assert_eq!(name("out/sales.csv", 7), "out/sales-00007.csv");
        assert_eq!(name("sales", 123_456), "sales-123456");
        assert_eq!(name("a.b.csv", 1), "a.b-00001.csv");
    }
}
