//! Records for other threads.

use std::fmt;
use std::sync::mpsc;

use super::{Record, Sink, Writer};
use crate::error::{Error, Result};

/// Sends records to other threads: what [`ChannelSink`] writes to.
pub trait Transmit<T>: Send {
    /// Sends a record; `false` once nobody can receive it.
    fn transmit(&mut self, record: T) -> bool;
}

impl<T: Send> Transmit<T> for mpsc::Sender<T> {
    fn transmit(&mut self, record: T) -> bool {
        self.send(record).is_ok()
    }
}

/// Waits for room where the channel is full.
impl<T: Send> Transmit<T> for mpsc::SyncSender<T> {
    fn transmit(&mut self, record: T) -> bool {
        self.send(record).is_ok()
    }
}

/// Waits for room where the channel is full.
#[cfg(feature = "crossbeam")]
impl<T: Send> Transmit<T> for crossbeam_channel::Sender<T> {
    fn transmit(&mut self, record: T) -> bool {
        self.send(record).is_ok()
    }
}

/// Records for another thread, by a channel of the standard library, or of `crossbeam-channel` (feature `crossbeam`). The
/// channel is closed when the job ends.
///
/// Where a bounded channel is full the job waits. That nobody receives any more is an error of the job.
///
/// ```
/// use std::sync::mpsc;
///
/// use streamlite::prelude::*;
///
/// let (sender, receiver) = mpsc::channel();
/// let job = pipeline!(from([1, 2, 3]).map(|n| n * 2).to(ChannelSink::new(sender)));
/// job.run()?;
/// assert_eq!(receiver.iter().collect::<Vec<_>>(), [2, 4, 6]);
/// # Ok::<(), streamlite::Error>(())
/// ```
pub struct ChannelSink<S> {
    sender: Option<S>,
}

impl<S> ChannelSink<S> {
    /// Sends each record by `sender`.
    pub fn new<T>(sender: S) -> Self
    where
        S: Transmit<T>,
    {
        Self { sender: Some(sender) }
    }
}

impl<S> fmt::Debug for ChannelSink<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChannelSink")
    }
}

impl<T, S: Transmit<T>> Sink<T> for ChannelSink<S> {
    type Writer = ChannelWriter<S>;

    fn open(&mut self) -> Result<ChannelWriter<S>> {
        let sender = self.sender.take().ok_or_else(|| {
            Error::setting(
                "a channel",
                "it is a sink already",
                "give each job a sender of its own",
            )
        })?;
        Ok(ChannelWriter { sender })
    }

    fn describe(&self) -> String {
        "channel".to_owned()
    }
}

/// Writes to a [`ChannelSink`].
pub struct ChannelWriter<S> {
    sender: S,
}

impl<S> fmt::Debug for ChannelWriter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChannelWriter")
    }
}

impl<T, S: Transmit<T>> Writer<T> for ChannelWriter<S> {
    #[inline]
    fn write(&mut self, record: Record<T>) -> Result<()> {
        if self.sender.transmit(record.value) {
            return Ok(());
        }
        let gone = "nobody receives any more: keep the receiver until the job has ended";
        Err(Error::write("a channel", gone))
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
