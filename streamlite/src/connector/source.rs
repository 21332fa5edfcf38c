//! What a source is: the traits.

use std::ops::{Add, ControlFlow};

use super::file_use::FileUse;
use super::opening::Opening;
use super::position::{Partition, Position};
use crate::error::Result;
use crate::metrics::Unmatched;
use crate::state::head_of;
use crate::time::TimeDelta;

/// Where records come from: one partition or several, each of them in an order of its own.
///
/// A record's order within its partition is kept; between partitions there is none, and each has a watermark of its
/// own.
///
/// One of your own says what partitions it has and opens them; a [`Reader`] for each hands on the records, and says where it
/// is, in whatever terms it likes. Dice that are thrown so often, and go on after a crash with the throw that is next:
///
/// ```
/// use std::ops::ControlFlow;
///
/// use streamlite::prelude::*;
/// use streamlite::source::{Opening, Partition, Position, ReadStatus, Reader};
///
/// struct Dice {
///     throws: u32,
/// }
///
/// impl Source for Dice {
///     type Item = u32;
///     type Reader = Die;
///
///     fn partitions(&mut self) -> streamlite::Result<Vec<Partition>> {
///         Ok(["red", "blue"].map(Partition::new).into())
///     }
///
///     fn open(&mut self, at: &Opening<'_>) -> streamlite::Result<Die> {
///         let (seed, left) = match at.position() {
///             Some(position) => position.get()?,
///             None => (at.partition().name().len() as u32, self.throws),
///         };
///         Ok(Die { seed, left })
///     }
///
///     fn is_live(&self) -> bool {
///         false
///     }
///
///     fn describe(&self) -> String {
///         format!("two dice, {} throws each", self.throws)
///     }
/// }
///
/// // It ends, so that what is computed over all of it has a result.
/// impl Bounded for Dice {}
///
/// struct Die {
///     seed: u32,
///     left: u32,
/// }
///
/// impl Reader for Die {
///     type Item = u32;
///
///     fn read<F: FnMut(u32) -> ControlFlow<()>>(
///         &mut self,
///         at_most: usize,
///         mut out: F,
///     ) -> streamlite::Result<ReadStatus> {
///         for _ in 0..at_most {
///             if self.left == 0 {
///                 return Ok(ReadStatus::End);
///             }
///             self.left -= 1;
///             self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
///             if out(self.seed % 6 + 1).is_break() {
///                 break;
///             }
///         }
///         Ok(ReadStatus::Ready)
///     }
///
///     fn never_waits(&self) -> bool {
///         true
///     }
///
///     fn position(&mut self) -> streamlite::Result<Position> {
///         Ok(Position::of(&(self.seed, self.left)))
///     }
/// }
///
/// pipeline!(
///     fn totals(dice: Source<u32>, out: Sink<u64>) {
///         dice.key_by(|_| ()).running().sum(|n| *n).map(|(_, sum)| sum).to(out);
///     }
/// );
///
/// let (out, sums) = CollectionSink::new();
/// totals(Dice { throws: 100 }, out).run()?;
/// let sums = sums.take();
///
/// // A job that is saved after 30 throws goes on with the 31st.
/// let (out, first) = CollectionSink::new();
/// let mut job = totals(Dice { throws: 100 }, out).batch_size(30).start()?;
/// job.step()?;
/// let savepoint = job.savepoint()?;
/// let (out, rest) = CollectionSink::new();
/// totals(Dice { throws: 100 }, out).restore(&savepoint).run()?;
/// assert_eq!([first.take(), rest.take()].concat(), sums);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a source of records",
    label = "expected a source",
    note = "a collection or an iterator becomes a source by `from(…)`"
)]
pub trait Source: Send {
    /// A record.
    type Item;
    /// Reads one partition.
    type Reader: Reader<Item = Self::Item>;

    /// The partitions, by names that are the same in every run, in an order that is the same, too.
    ///
    /// # Errors
    /// If they cannot be found out.
    fn partitions(&mut self) -> Result<Vec<Partition>>;

    /// Opens a partition at its beginning, or where an earlier reader stopped.
    ///
    /// # Errors
    /// If it cannot be read.
    fn open(&mut self, at: &Opening<'_>) -> Result<Self::Reader>;

    /// Whether a partition that an earlier run has read to its end, which was at `end`, has more records now; without
    /// it such a partition is not opened again.
    ///
    /// # Errors
    /// If that cannot be found out, or the partition is another one now.
    fn has_more(&mut self, _partition: &Partition, _end: &Position) -> Result<bool> {
        Ok(false)
    }

    /// The files that it reads, and those that its bad records are written to.
    fn files(&self) -> Vec<FileUse> {
        Vec::new()
    }

    /// Opens where its bad records go, once the sources are open, and before anything is read. In a job that was restored
    /// what earlier runs have written stays.
    ///
    /// # Errors
    /// If it cannot be written.
    fn start(&mut self, _restored: bool) -> Result<()> {
        Ok(())
    }

    /// What kind of source it is: the positions of one kind mean nothing to another, and are refused.
    fn kind(&self) -> String {
        head_of::<Self>()
    }

    /// What it is, for the report: a file's name.
    fn describe(&self) -> String;

    /// Whether its records come as they happen, as those of a socket or a queue do, rather than from a file or a
    /// collection: then a timestamp that is far ahead of the clock is a mistake, and moves no watermark, see
    /// [`max_future_skew`](crate::flow::Stream::max_future_skew). A source that ends says `false`.
    fn is_live(&self) -> bool {
        true
    }

    /// Whether what was read since the last checkpoint can be read again after a crash: of a socket it cannot. Where it says
    /// `false` the report says that records may be lost.
    fn replays(&self) -> bool {
        true
    }

    /// How many bytes a partition has, if that is known before it is opened; a reader knows it
    /// [better](Reader::progress).
    fn size_of(&self, _partition: &Partition) -> Option<u64> {
        None
    }

    /// Whether bad records that do not end the job are kept somewhere, so that nobody need look for them.
    fn keeps_bad_records(&self) -> bool {
        false
    }
}

/// Reads one partition of a source.
pub trait Reader {
    /// A record.
    type Item;

    /// Emits at most `at_most` records; fewer if `out` breaks, and that record counts as emitted.
    ///
    /// # Errors
    /// If a record cannot be read, and the source's policy is to fail.
    fn read<F: FnMut(Self::Item) -> ControlFlow<()>>(&mut self, at_most: usize, out: F)
    -> Result<ReadStatus>;

    /// Whether [`read`](Self::read) never waits for a record, as of a file: then records may be emitted in rows, which
    /// is faster. Where it waits, as for a pipe, each record is processed before the next one is waited for.
    fn never_waits(&self) -> bool {
        false
    }

    /// The same as [`read`](Self::read), in rows. `row` is empty, and left so. A reader whose records are in memory
    /// already hands them on as they are.
    #[doc(hidden)]
    fn read_rows(
        &mut self,
        at_most: usize,
        row: &mut Vec<Self::Item>,
        out: &mut impl TakeRow<Self::Item>,
    ) -> Result<ReadStatus> {
        // A source that waits for its records is processed record by record.
        let full = if self.never_waits() { ROW } else { 1 };
        let read = self.read(at_most, |value| {
            row.push(value);
            if row.len() == full {
                out.take(row.drain(..));
            }
            ControlFlow::Continue(())
        });
        // What was read before an error is processed.
        out.take(row.drain(..));
        read
    }

    /// The position after the last record that was emitted.
    ///
    /// # Errors
    /// If it cannot be found out, or reading can never go on there.
    fn position(&mut self) -> Result<Position>;

    /// How much of the partition was read; `None` if it is not known how much there is.
    fn progress(&self) -> Option<ReadProgress> {
        None
    }

    /// Bad records that were skipped or routed to a sink.
    fn skipped(&self) -> u64 {
        0
    }

    /// The names of fields and of columns that did not find each other; `None` if that is not known, or nothing was read.
    fn unmatched(&self) -> Option<Unmatched> {
        None
    }
}

/// How many records of a reader go on as one row.
const ROW: usize = 128;

/// Takes a row of records: all of it.
#[doc(hidden)]
pub trait TakeRow<T> {
    /// Takes it.
    fn take(&mut self, row: impl Iterator<Item = T>);
}

/// How much was read of what has a known size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadProgress {
    /// How many bytes were read. A reader may be ahead of the records by a buffer.
    pub read: u64,
    /// How many there are.
    pub all: u64,
}

impl Add for ReadProgress {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            read: self.read + other.read,
            all: self.all + other.all,
        }
    }
}

/// What a reader has to say after a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadStatus {
    /// There may be more at once.
    Ready,
    /// There is nothing now. The reader rings its [`Bell`](super::Bell) when there is; until then it is not asked.
    Pending,
    /// There is nothing now: it is to be asked again after this span, which counts as a millisecond at least.
    Later(TimeDelta),
    /// There is nothing more, ever, and everything was emitted.
    End,
}

/// A source that ends.
#[diagnostic::on_unimplemented(
    message = "`{Self}` never ends, but this pipeline computes a result that is final only at the end of its input",
    label = "an unbounded source",
    note = "put `.window(…)` before the aggregate, or `.running()` for one result per record; after `.on(…)` of a join, put `.within(…)` or `.window(…)`"
)]
pub trait Bounded: Source {}
