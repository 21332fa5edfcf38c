//! Records that other threads send.

use std::fmt;
use std::sync::mpsc;

use super::background::{BackgroundReader, Feeder};
use crate::connector::{Bounded, Opening, Partition, Position, Source};
use crate::error::{Error, Result};

/// Receives records from other threads: what [`ChannelSource`] reads.
pub trait Receive: Send + 'static {
    /// A record.
    type Item: Send + 'static;

    /// Waits for the next record; `None` once all senders are gone.
    fn receive(&mut self) -> Option<Self::Item>;

    /// The next record, if it is there already: those that are go on together, which is faster. Without it each goes by itself.
    fn receive_now(&mut self) -> Option<Self::Item> {
        None
    }
}

impl<T: Send + 'static> Receive for mpsc::Receiver<T> {
    type Item = T;

    fn receive(&mut self) -> Option<T> {
        self.recv().ok()
    }

    fn receive_now(&mut self) -> Option<T> {
        self.try_recv().ok()
    }
}

#[cfg(feature = "crossbeam")]
impl<T: Send + 'static> Receive for crossbeam_channel::Receiver<T> {
    type Item = T;

    fn receive(&mut self) -> Option<T> {
        self.recv().ok()
    }

    fn receive_now(&mut self) -> Option<T> {
        self.try_recv().ok()
    }
}

/// How many records that are there already go on together.
const TOGETHER: usize = 256;

/// Records that other threads send through a channel of the standard library, or of `crossbeam-channel` (feature
/// `crossbeam`); it ends when all senders are gone.
///
/// A thread of its own waits for them, and hands them to the job, which sleeps until one comes. Up to 4096 wait
/// there; if the job is slower, they wait in the channel, and a bounded one then slows down its senders.
///
/// Nothing can be received twice, so that a job that reads a channel cannot be saved, unless you
/// [`accept_loss`](Self::accept_loss). What was sent and not processed when the job is stopped is lost with the channel.
///
/// ```
/// use std::sync::mpsc;
/// use std::thread;
///
/// use streamlite::prelude::*;
///
/// let (sender, receiver) = mpsc::channel();
/// let sending = thread::spawn(move || {
///     for n in 1..=3 {
///         sender.send(n).expect("the job runs");
///     }
/// });
/// let doubled = pipeline!(from(ChannelSource::new(receiver)).map(|n| n * 2)).collect()?;
/// assert_eq!(doubled, [2, 4, 6]);
/// # sending.join().expect("it ends");
/// # Ok::<(), streamlite::Error>(())
/// ```
pub struct ChannelSource<R> {
    receiver: Option<R>,
    accepts_loss: bool,
}

impl<R: Receive> ChannelSource<R> {
    /// The records that `receiver` receives.
    pub fn new(receiver: R) -> Self {
        Self {
            receiver: Some(receiver),
            accepts_loss: false,
        }
    }

    /// Lets the job be saved: what was received after the last checkpoint is lost in a crash, and a job that is restored goes
    /// on with what comes next.
    #[must_use]
    pub fn accept_loss(self) -> Self {
        Self {
            accepts_loss: true,
            ..self
        }
    }
}

impl<R> fmt::Debug for ChannelSource<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChannelSource")
    }
}

impl<R: Receive> Source for ChannelSource<R> {
    type Item = R::Item;
    type Reader = BackgroundReader<R::Item>;

    fn partitions(&mut self) -> Result<Vec<Partition>> {
        Ok(vec![Partition::new("channel")])
    }

    fn open(&mut self, at: &Opening<'_>) -> Result<BackgroundReader<R::Item>> {
        let Some(mut receiver) = self.receiver.take() else {
            return Err(Error::setting(
                "a channel",
                "it was read already",
                "give each job a channel of its own",
            ));
        };
        let receive = move |feeder: &Feeder<R::Item>| {
            let mut records = Vec::new();
            while let Some(record) = receiver.receive() {
                records.push(record);
                records.extend(std::iter::from_fn(|| receiver.receive_now()).take(TOGETHER - 1));
                if feeder.put_all(&mut records).is_err() {
                    break;
                }
            }
            Ok(())
        };
        BackgroundReader::start("a channel".to_owned(), at.bell(), self.accepts_loss, receive)
    }

    /// Another channel goes on where one has ended.
    fn has_more(&mut self, _partition: &Partition, _end: &Position) -> Result<bool> {
        Ok(self.accepts_loss)
    }

    fn replays(&self) -> bool {
        false
    }

    fn describe(&self) -> String {
        "channel".to_owned()
    }
}

/// It ends when all senders are gone.
impl<R: Receive> Bounded for ChannelSource<R> {}
