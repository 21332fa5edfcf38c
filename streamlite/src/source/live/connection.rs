//! What bytes come from.

use std::fmt;
use std::io::Read;

use crate::error::Result;

/// What the bytes of a [`LiveSource`](super::LiveSource) come from.
pub trait Connect: Send {
    /// Its name, for errors and reports.
    fn name(&self) -> String;

    /// Connects, when the job starts.
    ///
    /// # Errors
    /// If that cannot be done.
    fn connect(&mut self) -> Result<Connection>;
}

/// What ends.
pub trait Ends {}

/// Reads all records of some bytes; the text is where they come from.
pub(super) type ReadOne<'a> = &'a (dyn Fn(&str, Box<dyn Read + Send>) -> Result<()> + Sync);

/// Bytes that come as they come.
pub struct Connection {
    /// Reads all that comes; on a thread of its own.
    pub(super) read: Box<dyn FnOnce(ReadOne<'_>) -> Result<()> + Send>,
    /// Ends the reading, where that can be done.
    pub(super) hang_up: Option<Box<dyn FnMut()>>,
}

impl Connection {
    /// One sequence of bytes.
    pub(super) fn one(
        name: String,
        bytes: impl Read + Send + 'static,
        hang_up: Option<Box<dyn FnMut()>>,
    ) -> Self {
        Self {
            read: Box::new(move |read| read(&name, Box::new(bytes))),
            hang_up,
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}
