//! Records that are in memory already, or that an iterator returns.

use std::fmt;
use std::ops::ControlFlow;

use crate::connector::{Bounded, Opening, Partition, Position, ReadStatus, Reader, Source, TakeRow};
use crate::error::{Error, Result};

/// Records out of a collection or an iterator: bounded, one partition.
///
/// ```
/// use streamlite::prelude::*;
/// let doubled = pipeline!(from(CollectionSource::new([1, 2, 3])).map(|n| n * 2)).collect()?;
/// assert_eq!(doubled, [2, 4, 6]);
/// # Ok::<(), streamlite::Error>(())
/// ```
pub struct CollectionSource<I> {
    items: Option<I>,
}

impl<I: Iterator> CollectionSource<I> {
    /// The records that `items` returns.
    pub fn new(items: impl IntoIterator<IntoIter = I>) -> Self {
        Self {
            items: Some(items.into_iter()),
        }
    }
}

impl<I> fmt::Debug for CollectionSource<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CollectionSource")
    }
}

impl<I: Iterator + Send> Source for CollectionSource<I> {
    type Item = I::Item;
    type Reader = CollectionReader<I>;

    fn partitions(&mut self) -> Result<Vec<Partition>> {
        Ok(vec![Partition::new("collection")])
    }

    fn open(&mut self, at: &Opening<'_>) -> Result<CollectionReader<I>> {
        let Some(items) = self.items.take() else {
            return Err(Error::setting(
                "a collection",
                "it was read already",
                "give each job a source of its own",
            ));
        };
        let taken = at.position().map_or(Ok(0), Position::get)?;
        let mut reader = CollectionReader {
            items: Some(items),
            taken: 0,
        };
        reader.skip(taken)?;
        Ok(reader)
    }

    fn is_live(&self) -> bool {
        false
    }

    fn describe(&self) -> String {
        "collection".to_owned()
    }
}

impl<I: Iterator + Send> Bounded for CollectionSource<I> {}

/// Reads a [`CollectionSource`].
pub struct CollectionReader<I> {
    /// Not there after a panic while it was read.
    items: Option<I>,
    taken: u64,
}

impl<I> fmt::Debug for CollectionReader<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CollectionReader")
            .field("taken", &self.taken)
            .finish_non_exhaustive()
    }
}

impl<I: Iterator> CollectionReader<I> {
    /// Leaves out what an earlier run has had.
    fn skip(&mut self, records: u64) -> Result<()> {
        while self.taken < records {
            if self.items.as_mut().and_then(Iterator::next).is_none() {
                return Err(Error::setting(
                    "a collection",
                    format!(
                        "it has {} records, and {records} were read in the run that goes on here",
                        self.taken
                    ),
                    "go on with the same records",
                ));
            }
            self.taken += 1;
        }
        Ok(())
    }
}

impl<I: Iterator> Reader for CollectionReader<I> {
    type Item = I::Item;

    #[inline]
    fn read<F: FnMut(I::Item) -> ControlFlow<()>>(
        &mut self,
        at_most: usize,
        mut out: F,
    ) -> Result<ReadStatus> {
        let (Some(mut items), 1..) = (self.items.take(), at_most) else {
            return Ok(if at_most == 0 {
                ReadStatus::Ready
            } else {
                ReadStatus::End
            });
        };
        // The iterator is a local while a batch is read, as the chain is, and `try_for_each` lets one of several parts
        // run its own inner loops.
        let mut taken = 0;
        let broke = items.try_for_each(|item| {
            taken += 1;
            match out(item) {
                ControlFlow::Continue(()) if taken < at_most => ControlFlow::Continue(()),
                _ => ControlFlow::Break(()),
            }
        });
        self.items = Some(items);
        self.taken += taken as u64;
        Ok(if broke.is_continue() {
            ReadStatus::End
        } else {
            ReadStatus::Ready
        })
    }

    /// Where an iterator knows how many records it has, they are there already: all are one row. One that does not know
    /// may wait for each, and returns rows of one.
    #[inline]
    fn read_rows(
        &mut self,
        at_most: usize,
        _row: &mut Vec<I::Item>,
        out: &mut impl TakeRow<I::Item>,
    ) -> Result<ReadStatus> {
        let Some(mut items) = self.items.take() else {
            return Ok(ReadStatus::End);
        };
        let (least, most) = items.size_hint();
        let row = if most == Some(least) { at_most } else { 1 };
        let (mut left, mut has_ended) = (at_most, false);
        while left > 0 && !has_ended {
            let mut in_row = row;
            out.take(InMemory {
                items: &mut items,
                left: &mut in_row,
            });
            left -= row - in_row;
            // A row is taken whole: what is left of it was not there.
            has_ended = in_row > 0;
        }
        self.items = Some(items);
        self.taken += (at_most - left) as u64;
        Ok(if has_ended {
            ReadStatus::End
        } else {
            ReadStatus::Ready
        })
    }

    fn position(&mut self) -> Result<Position> {
        Ok(Position::of(&self.taken))
    }
}

/// The next records of a collection.
struct InMemory<'a, I> {
    items: &'a mut I,
    left: &'a mut usize,
}

impl<I: Iterator> Iterator for InMemory<'_, I> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        if *self.left == 0 {
            return None;
        }
        let item = self.items.next()?;
        *self.left -= 1;
        Some(item)
    }
}
