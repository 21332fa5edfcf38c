//! The standard input.

use std::io;

use super::LiveSource;
use super::connection::{Connect, Connection, Ends};
use crate::error::Result;
use crate::format::Lines;

/// The lines of the standard input, or its records in another format, as they come; it ends with the input.
///
/// See [`LiveSource`] for what may be said of it.
///
/// ```no_run
/// use streamlite::prelude::*;
///
/// pipeline!(from(StdinSource::new()).filter(|line| line.contains("error")).to(StdoutSink::new())).run()?;
/// # Ok::<(), streamlite::Error>(())
/// ```
pub type StdinSource<F = Lines> = LiveSource<Stdin, F>;

/// The standard input, as what a [`StdinSource`] reads.
#[derive(Clone, Copy, Debug)]
pub struct Stdin(());

impl StdinSource {
    /// Reads the standard input.
    #[must_use]
    pub fn new() -> Self {
        Self::of(Stdin(()))
    }
}

impl Default for StdinSource {
    fn default() -> Self {
        Self::new()
    }
}

impl Connect for Stdin {
    fn name(&self) -> String {
        "the standard input".to_owned()
    }

    fn connect(&mut self) -> Result<Connection> {
        Ok(Connection::one(self.name(), io::stdin(), None))
    }
}

impl Ends for Stdin {}
