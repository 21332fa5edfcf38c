//! What becomes of bad records.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::bad_record::BadRecord;
use crate::connector::{FileUse, Sink, Writer};
use crate::error::{Error, Result};
use crate::record::Record;
use crate::time::Timestamp;

/// What becomes of bad records: [`Fail`], [`Skip`] or [`Route`](Route()).
pub trait OnError: Send {
    /// Takes a bad record.
    ///
    /// # Errors
    /// If the job is to end with it.
    fn bad_record(&mut self, record: BadRecord) -> Result<()>;

    /// Whether bad records are kept somewhere.
    fn keeps(&self) -> bool {
        false
    }

    /// The files that they are written to.
    fn files(&self) -> Vec<FileUse> {
        Vec::new()
    }

    /// Opens where they go, before anything is read. In a job that was restored what earlier runs have written stays.
    ///
    /// # Errors
    /// If it cannot be written.
    fn start(&mut self, _restored: bool) -> Result<()> {
        Ok(())
    }
}

/// A bad record ends the job with an error: the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fail;

/// A bad record is left out, and counted in the report.
#[derive(Clone, Copy, Debug, Default)]
pub struct Skip;

/// A bad record goes to a sink of [`BadRecord`]s, and is counted in the report.
pub struct Route<K: Sink<BadRecord>> {
    sink: K,
    writer: Option<K::Writer>,
}

/// Bad records go to this sink: `.on_error(Route(CsvSink::create("bad.csv")?))`.
#[expect(non_snake_case, reason = "it is used beside `Fail` and `Skip`")]
pub fn Route<K: Sink<BadRecord>>(sink: K) -> Route<K> {
    Route { sink, writer: None }
}

impl<K: Sink<BadRecord>> fmt::Debug for Route<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Route")
    }
}

impl OnError for Fail {
    fn bad_record(&mut self, record: BadRecord) -> Result<()> {
        Err(Error::BadRecord {
            record: Box::new(record),
        })
    }
}

impl OnError for Skip {
    fn bad_record(&mut self, _record: BadRecord) -> Result<()> {
        Ok(())
    }
}

impl<K: Sink<BadRecord, Writer: Send>> OnError for Route<K> {
    fn keeps(&self) -> bool {
        true
    }

    fn files(&self) -> Vec<FileUse> {
        self.sink.files()
    }

    fn start(&mut self, restored: bool) -> Result<()> {
        self.writer = Some(if restored {
            self.sink.reopen()
        } else {
            self.sink.open()
        }?);
        Ok(())
    }

    /// Each is written through at once: bad records are few, and none is lost.
    fn bad_record(&mut self, value: BadRecord) -> Result<()> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(self.sink.open()?),
        };
        writer.write(Record {
            value,
            timestamp: Timestamp::MIN,
            partition_watermark: Timestamp::MIN,
        })?;
        writer.flush()
    }
}

/// One policy for all partitions of a source.
#[derive(Clone)]
pub(crate) struct Policy(Arc<Mutex<dyn OnError>>);

impl Policy {
    pub(crate) fn new(policy: impl OnError + 'static) -> Self {
        Self(Arc::new(Mutex::new(policy)))
    }

    fn get(&self) -> MutexGuard<'_, dyn OnError + 'static> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn keeps(&self) -> bool {
        self.get().keeps()
    }

    pub(crate) fn files(&self) -> Vec<FileUse> {
        self.get().files()
    }

    pub(crate) fn start(&self, restored: bool) -> Result<()> {
        self.get().start(restored)
    }

    #[cold]
    pub(crate) fn bad_record(&self, record: BadRecord) -> Result<()> {
        self.get().bad_record(record)
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Policy")
    }
}
