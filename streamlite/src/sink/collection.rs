//! Records are kept in memory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::connector::{Sink, Writer};
use crate::error::Result;
use crate::record::Record;

/// Keeps the records in memory, to be read by a handle.
///
/// ```
/// # use streamlite::prelude::*;
/// let (sink, collected) = CollectionSink::new();
/// pipeline!(from([3, 1, 2]).filter(|n| *n > 1).to(sink)).run()?;
/// assert_eq!(collected.take(), [3, 2]);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[derive(Debug)]
pub struct CollectionSink<T> {
    collected: Collected<T>,
}

/// What a [`CollectionSink`] has got so far; its clones see the same records.
#[derive(Debug)]
pub struct Collected<T> {
    records: Arc<Mutex<Vec<T>>>,
}

impl<T> CollectionSink<T> {
    /// A sink, and the handle to read it.
    #[must_use]
    pub fn new() -> (Self, Collected<T>) {
        let collected = Collected {
            records: Arc::default(),
        };
        (
            Self {
                collected: collected.clone(),
            },
            collected,
        )
    }
}

impl<T> Clone for Collected<T> {
    fn clone(&self) -> Self {
        Self {
            records: Arc::clone(&self.records),
        }
    }
}

impl<T> Collected<T> {
    /// The records that came since the last time.
    #[must_use]
    pub fn take(&self) -> Vec<T> {
        std::mem::take(&mut *self.lock())
    }

    /// How many records there are to take.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there are none to take.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<T>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Send> Sink<T> for CollectionSink<T> {
    type Writer = Collected<T>;

    fn open(&mut self) -> Result<Collected<T>> {
        Ok(self.collected.clone())
    }

    fn describe(&self) -> String {
        "collection".to_owned()
    }
}

impl<T> Writer<T> for Collected<T> {
    fn write(&mut self, record: Record<T>) -> Result<()> {
        self.lock().push(record.value);
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
