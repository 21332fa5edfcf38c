//! Reads what comes as it comes: a thread waits for it and decodes it.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::connection::Connection;
use crate::connector::{Bell, Position, ReadStatus, Reader};
use crate::error::Result;
use crate::format::{Decode, OpenFile, ReadFrom, TrackedFile};
use crate::metrics::Unmatched;
use crate::source::background::{BackgroundReader, Feeder};
use crate::source::decoding::Decoding;

/// What the thread has to say beside the records.
#[derive(Default)]
struct Told {
    bad: AtomicU64,
    unmatched: Mutex<Option<Unmatched>>,
}

/// Reads a [`LiveSource`](super::LiveSource).
pub struct LiveReader<T> {
    records: BackgroundReader<T>,
    told: Arc<Told>,
    hang_up: Option<Box<dyn FnMut()>>,
}

impl<T> fmt::Debug for LiveReader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveReader")
            .field("records", &self.records)
            .finish_non_exhaustive()
    }
}

impl<T: Send + 'static> LiveReader<T> {
    pub(super) fn start<F>(
        name: String,
        bell: Bell,
        accepts_loss: bool,
        decoding: Decoding<F>,
        connection: Connection,
    ) -> Result<Self>
    where
        F: Decode<Item = T> + 'static,
    {
        let told = Arc::new(Told::default());
        let of_thread = Arc::clone(&told);
        let Connection { read, hang_up } = connection;
        let work =
            move |feeder: &Feeder<T>| read(&|name, bytes| decoding.read(name, bytes, feeder, &of_thread));
        Ok(Self {
            records: BackgroundReader::start(name, bell, accepts_loss, work)?,
            told,
            hang_up,
        })
    }
}

impl<F: Decode<Item: Send + 'static>> Decoding<F> {
    /// Reads all records of some bytes, until the job reads no more.
    fn read(
        &self,
        name: &str,
        bytes: Box<dyn Read + Send>,
        feeder: &Feeder<F::Item>,
        told: &Told,
    ) -> Result<()> {
        let decoded = Decoded::new(feeder.clone());
        let stream = Stream {
            bytes,
            decoded: decoded.clone(),
        };
        let mut reader = self.format.reader(OpenFile {
            file: TrackedFile::new(Box::new(stream)),
            origin: ReadFrom {
                path: PathBuf::from(name),
                is_pipe: true,
                grows: false,
                compressed: None,
                meter: None,
            },
            from: None,
            in_line: false,
            policy: self.policy.clone(),
            max_record: self.max_record,
        })?;
        let mut bad = 0;
        let done = loop {
            // One by one, so that the bad ones are counted when they come.
            let read = reader.read(1, |record| decoded.add(record));
            let skipped = reader.skipped();
            if skipped != bad {
                told.bad.fetch_add(skipped - bad, Ordering::Relaxed);
                bad = skipped;
            }
            match read {
                Ok(ReadStatus::End) => break Ok(()),
                Ok(_) if decoded.is_closed() => break Ok(()),
                Ok(_) => {}
                Err(error) => break Err(error),
            }
        };
        // What was read before an error is processed.
        decoded.send();
        let mut unmatched = told.unmatched.lock().unwrap_or_else(PoisonError::into_inner);
        *unmatched = reader.unmatched();
        done
    }
}

/// Records that are decoded and not sent yet: they are, before more bytes are waited for. Its clones are the same, on one
/// thread.
struct Decoded<T> {
    records: Arc<Mutex<Vec<T>>>,
    feeder: Feeder<T>,
    is_closed: Arc<AtomicBool>,
}

/// So many are sent at once at most.
const MOST: usize = 1024;

impl<T> Clone for Decoded<T> {
    fn clone(&self) -> Self {
        Self {
            records: Arc::clone(&self.records),
            feeder: self.feeder.clone(),
            is_closed: Arc::clone(&self.is_closed),
        }
    }
}

impl<T> Decoded<T> {
    fn new(feeder: Feeder<T>) -> Self {
        Self {
            records: Arc::default(),
            feeder,
            is_closed: Arc::default(),
        }
    }

    fn records(&self) -> MutexGuard<'_, Vec<T>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, record: T) -> ControlFlow<()> {
        let mut records = self.records();
        records.push(record);
        let is_full = records.len() >= MOST;
        drop(records);
        if is_full {
            self.send();
        }
        ControlFlow::Continue(())
    }

    fn send(&self) {
        if self.feeder.put_all(&mut self.records()).is_err() {
            self.is_closed.store(true, Ordering::Relaxed);
        }
    }

    fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }
}

impl<T> Reader for LiveReader<T> {
    type Item = T;

    fn read<F: FnMut(T) -> ControlFlow<()>>(&mut self, at_most: usize, out: F) -> Result<ReadStatus> {
        self.records.read(at_most, out)
    }

    fn never_waits(&self) -> bool {
        true
    }

    fn position(&mut self) -> Result<Position> {
        self.records.position()
    }

    fn skipped(&self) -> u64 {
        self.told.bad.load(Ordering::Relaxed)
    }

    fn unmatched(&self) -> Option<Unmatched> {
        let unmatched = self.told.unmatched.lock();
        unmatched.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<T> Drop for LiveReader<T> {
    fn drop(&mut self) {
        if let Some(hang_up) = &mut self.hang_up {
            hang_up();
        }
    }
}

/// Bytes that come as they come, as a file that is read once.
struct Stream<T> {
    bytes: Box<dyn Read + Send>,
    decoded: Decoded<T>,
}

impl<T> Read for Stream<T> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        // The next bytes may have to be waited for.
        self.decoded.send();
        if self.decoded.is_closed() {
            return Ok(0);
        }
        self.bytes.read(to)
    }
}

impl<T> Seek for Stream<T> {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::Error::new(io::ErrorKind::NotSeekable, "it is read once"))
    }
}
