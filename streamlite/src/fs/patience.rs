//! Locking a file that may be let go in a moment.

use std::io::{ErrorKind, Result};
use std::path::Path;

use super::{FileLock, Fs};
use crate::time::{Clock as _, SystemClock, TimeDelta};

/// How often it is tried, and how long is waited between: two tenths of a second in all.
const TRIES: usize = 10;
const WAIT: TimeDelta = TimeDelta::from_millis(20);

/// Locks a file. One that is locked is tried again for a moment: a process that this one has just started has its locks, too,
/// until it runs a program of its own.
pub(crate) fn lock(fs: &dyn Fs, path: &Path) -> Result<Box<dyn FileLock>> {
    let clock = SystemClock::new();
    for _ in 1..TRIES {
        match fs.lock(path) {
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => clock.wait(WAIT),
            locked => return locked,
        }
    }
    fs.lock(path)
}
