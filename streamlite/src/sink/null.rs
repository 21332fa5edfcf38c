//! Records go nowhere.

use crate::connector::{Sink, Writer};
use crate::error::Result;
use crate::record::Record;

/// Counts the records in the report, and drops them: for measuring, and for outputs that nobody needs now.
#[derive(Clone, Copy, Debug, Default)]
pub struct NullSink;

impl<T> Sink<T> for NullSink {
    type Writer = Self;

    fn open(&mut self) -> Result<Self> {
        Ok(Self)
    }

    fn describe(&self) -> String {
        "nothing".to_owned()
    }
}

impl<T> Writer<T> for NullSink {
    #[inline]
    fn write(&mut self, _record: Record<T>) -> Result<()> {
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
