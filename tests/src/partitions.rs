//! A source of several partitions, each a list in memory.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use streamlite::Result;
use streamlite::source::{Bounded, Opening, Partition, Position, ReadStatus, Reader, Source};

/// What is done when a partition has ended; it is given its number.
type AtEnd = Arc<dyn Fn(usize) + Send + Sync>;

/// Records in memory, a list for each partition.
#[derive(Clone)]
pub struct Partitions<T> {
    lists: Vec<Vec<T>>,
    in_rows: bool,
    at_end: AtEnd,
}

impl<T> fmt::Debug for Partitions<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} partitions", self.lists.len())
    }
}

impl<T> Partitions<T> {
    /// A partition for each list. Its records go on in rows.
    #[must_use]
    pub fn new(lists: Vec<Vec<T>>) -> Self {
        Self {
            lists,
            in_rows: true,
            at_end: Arc::new(|_| ()),
        }
    }

    /// The same, and does this when it says that a partition has ended.
    #[must_use]
    pub fn at_end(self, at_end: impl Fn(usize) + Send + Sync + 'static) -> Self {
        Self {
            at_end: Arc::new(at_end),
            ..self
        }
    }

    /// The same, one record at a time, as from a source that waits for each.
    #[must_use]
    pub fn one_by_one(self) -> Self {
        Self {
            in_rows: false,
            ..self
        }
    }
}

impl<T: Clone + Send> Source for Partitions<T> {
    type Item = T;
    type Reader = PartitionReader<T>;

    fn partitions(&mut self) -> Result<Vec<Partition>> {
        Ok((0..self.lists.len())
            .map(|number| Partition::new(number.to_string()))
            .collect())
    }

    fn open(&mut self, at: &Opening<'_>) -> Result<PartitionReader<T>> {
        let number: usize = at.partition().name().parse().expect("the names are numbers");
        let place = at.position().map_or(Ok(0), Position::get::<usize>)?;
        Ok(PartitionReader {
            list: self.lists[number].clone(),
            place,
            in_rows: self.in_rows,
            number,
            at_end: self.at_end.clone(),
        })
    }

    fn is_live(&self) -> bool {
        false
    }

    fn describe(&self) -> String {
        format!("{} lists", self.lists.len())
    }
}

impl<T: Clone + Send> Bounded for Partitions<T> {}

/// Reads one list.
pub struct PartitionReader<T> {
    list: Vec<T>,
    place: usize,
    in_rows: bool,
    number: usize,
    at_end: AtEnd,
}

impl<T> fmt::Debug for PartitionReader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "partition {} at {}", self.number, self.place)
    }
}

impl<T: Clone> Reader for PartitionReader<T> {
    type Item = T;

    fn read<F: FnMut(T) -> ControlFlow<()>>(&mut self, at_most: usize, mut out: F) -> Result<ReadStatus> {
        for _ in 0..at_most {
            let Some(record) = self.list.get(self.place) else {
                (self.at_end)(self.number);
                return Ok(ReadStatus::End);
            };
            self.place += 1;
            if out(record.clone()).is_break() {
                break;
            }
        }
        Ok(ReadStatus::Ready)
    }

    fn never_waits(&self) -> bool {
        self.in_rows
    }

    fn position(&mut self) -> Result<Position> {
        Ok(Position::of(&self.place))
    }
}
