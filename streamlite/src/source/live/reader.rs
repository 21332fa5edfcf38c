//! Reads what comes as it comes: a thread waits for it and decodes it.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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

impl<F: Decode> Decoding<F> {
    /// Reads all records of some bytes, until the job reads no more.
    fn read(
        &self,
        name: &str,
        bytes: Box<dyn Read + Send>,
        feeder: &Feeder<F::Item>,
        told: &Told,
    ) -> Result<()> {
        let mut reader = self.format.reader(OpenFile {
            file: TrackedFile::new(Box::new(Stream(bytes))),
            origin: ReadFrom {
                path: PathBuf::from(name),
                is_pipe: true,
                grows: false,
                compressed: None,
            },
            from: None,
            in_line: false,
            policy: self.policy.clone(),
            max_record: self.max_record,
        })?;
        let (mut bad, mut is_closed) = (0, false);
        loop {
            // One by one, so that the bad ones are counted when they come.
            let read = reader.read(1, |record| {
                is_closed = feeder.put(record).is_err();
                ControlFlow::Continue(())
            });
            let skipped = reader.skipped();
            if skipped != bad {
                told.bad.fetch_add(skipped - bad, Ordering::Relaxed);
                bad = skipped;
            }
            if read? == ReadStatus::End {
                let mut unmatched = told.unmatched.lock().unwrap_or_else(PoisonError::into_inner);
                *unmatched = reader.unmatched();
                return Ok(());
            }
            if is_closed {
                return Ok(());
            }
        }
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
struct Stream(Box<dyn Read + Send>);

impl Read for Stream {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.0.read(to)
    }
}

impl Seek for Stream {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::Error::new(io::ErrorKind::NotSeekable, "it is read once"))
    }
}
