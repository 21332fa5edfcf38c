//! Records are given to a closure that may fail.

use std::fmt;

use crate::connector::{Sink, Writer};
use crate::error::{Error, Result};
use crate::record::Record;

/// Gives each record to a closure; an error that it returns ends the job.
///
/// ```
/// # use streamlite::prelude::*;
/// let mut sum = 0;
/// pipeline!(from([1, 2, 3]).to(CallbackSink::new(|n: i32| {
///     sum += n;
///     std::io::Result::Ok(())
/// })))
/// .run()?;
/// assert_eq!(sum, 6);
/// # Ok::<(), streamlite::Error>(())
/// ```
pub struct CallbackSink<F> {
    write: Option<F>,
}

impl<F> CallbackSink<F> {
    /// Calls `write` with each record.
    pub fn new<T, E>(write: F) -> Self
    where
        F: FnMut(T) -> Result<(), E>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Self { write: Some(write) }
    }
}

impl<F> fmt::Debug for CallbackSink<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallbackSink")
    }
}

impl<T, E, F> Sink<T> for CallbackSink<F>
where
    F: FnMut(T) -> Result<(), E> + Send,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Writer = CallbackWriter<F>;

    fn open(&mut self) -> Result<CallbackWriter<F>> {
        let written = || {
            Error::setting(
                "a callback",
                "it is a sink already",
                "give each job a sink of its own",
            )
        };
        self.write
            .take()
            .map(|write| CallbackWriter { write })
            .ok_or_else(written)
    }

    fn describe(&self) -> String {
        "callback".to_owned()
    }
}

/// Writes to a [`CallbackSink`].
pub struct CallbackWriter<F> {
    write: F,
}

impl<F> fmt::Debug for CallbackWriter<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallbackWriter")
    }
}

impl<T, E, F> Writer<T> for CallbackWriter<F>
where
    F: FnMut(T) -> Result<(), E>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    #[inline]
    fn write(&mut self, record: Record<T>) -> Result<()> {
        (self.write)(record.value).map_err(|error| Error::write("callback", error))
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
