//! A sink that keeps whole records: values, timestamps and the watermarks that they are judged by.

use std::sync::{Arc, Mutex, PoisonError};

use streamlite::Result;
use streamlite::sink::{Record, Sink, Writer};

/// Keeps whole records in memory.
#[derive(Debug)]
pub struct Recorder<T> {
    records: Arc<Mutex<Vec<Record<T>>>>,
}

impl<T> Clone for Recorder<T> {
    fn clone(&self) -> Self {
        Self {
            records: Arc::clone(&self.records),
        }
    }
}

impl<T> Default for Recorder<T> {
    fn default() -> Self {
        Self {
            records: Arc::default(),
        }
    }
}

impl<T> Recorder<T> {
    /// Everything that was written.
    #[must_use]
    pub fn take(&self) -> Vec<Record<T>> {
        std::mem::take(&mut self.records.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T: Send> Sink<T> for Recorder<T> {
    type Writer = Self;

    fn open(&mut self) -> Result<Self> {
        Ok(self.clone())
    }

    fn describe(&self) -> String {
        "a recorder".to_owned()
    }
}

impl<T> Writer<T> for Recorder<T> {
    fn write(&mut self, record: Record<T>) -> Result<()> {
        self.records
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(record);
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
