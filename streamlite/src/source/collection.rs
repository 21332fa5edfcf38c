//! Records that are in memory already, or that an iterator gives.

use std::fmt;
use std::ops::ControlFlow;

use crate::connector::{Bounded, Partition, Position, ReadStatus, Reader, Source};
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
    /// The records that `items` gives.
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

    fn open(&mut self, _partition: &Partition, from: Option<&Position>) -> Result<CollectionReader<I>> {
        let Some(items) = self.items.take() else {
            return Err(Error::setting(
                "a collection",
                "it was read already",
                "give each job a source of its own",
            ));
        };
        let taken = from.map_or(Ok(0), Position::get)?;
        let mut reader = CollectionReader {
            items: Some(items),
            taken: 0,
        };
        reader.skip(taken)?;
        Ok(reader)
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

    /// Where an iterator knows how many records it has, they are there already; one that does not may wait for them.
    #[inline]
    fn in_memory(&mut self, at_most: usize) -> Option<impl Iterator<Item = I::Item>> {
        let (least, most) = self.items.as_ref()?.size_hint();
        if most != Some(least) {
            return None;
        }
        Some(InMemory {
            items: self.items.take(),
            left: at_most,
            at_most,
            reader: self,
        })
    }

    fn is_at_end(&self) -> bool {
        self.items.is_none()
    }

    fn position(&mut self) -> Result<Position> {
        Ok(Position::of(&self.taken))
    }
}

/// The next records of a collection. Its iterator is a local while they are read, as the chain is.
struct InMemory<'a, I: Iterator> {
    /// Not there once it has ended.
    items: Option<I>,
    left: usize,
    at_most: usize,
    reader: &'a mut CollectionReader<I>,
}

impl<I: Iterator> Iterator for InMemory<'_, I> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        if self.left == 0 {
            return None;
        }
        let item = self.items.as_mut()?.next();
        if item.is_some() {
            self.left -= 1;
        } else {
            self.items = None;
        }
        item
    }

    /// `try_fold` lets an iterator of several parts run its own inner loops.
    #[inline]
    fn fold<B, F: FnMut(B, I::Item) -> B>(mut self, first: B, mut fold: F) -> B {
        let mut left = self.left;
        if left == 0 {
            return first;
        }
        let Some(mut items) = self.items.take() else {
            return first;
        };
        let folded = items.try_fold(first, |folded, item| {
            left -= 1;
            let folded = fold(folded, item);
            if left > 0 {
                ControlFlow::Continue(folded)
            } else {
                ControlFlow::Break(folded)
            }
        });
        self.left = left;
        match folded {
            ControlFlow::Continue(folded) => folded,
            ControlFlow::Break(folded) => {
                self.items = Some(items);
                folded
            }
        }
    }
}

impl<I: Iterator> Drop for InMemory<'_, I> {
    fn drop(&mut self) {
        self.reader.items = self.items.take();
        self.reader.taken += (self.at_most - self.left) as u64;
    }
}
