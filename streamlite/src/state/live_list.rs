//! A list that goes on growing while a checkpoint is written of what it held.

use std::collections::VecDeque;
use std::ops::Range;

use super::capture::{Room, in_slices};
use super::captured::{Captured, Chunk};
use super::codec::{Decoder, Encoder, StateError};
use super::placement::Placement;
use super::renewal::{Renewal, parts_of};
use super::table_id::{PART, TableId};

/// Writes a value.
type Write<V> = fn(&V, &mut Encoder) -> Result<(), StateError>;

/// A list that goes on growing while a checkpoint is written of what it held at the barrier: values only come after those
/// that are there, until all are taken.
#[derive(Debug)]
pub struct LiveList<V> {
    values: Vec<V>,
    /// Which one it is, and how many values checkpoints have of it; `None` if none has any.
    stored: Option<(TableId, usize)>,
    renewal: Renewal,
    /// `None` while no checkpoint is being written of it.
    capture: Option<Capture<V>>,
}

/// A list that is being written.
#[derive(Debug)]
struct Capture<V> {
    write: Write<V>,
    /// The values that are to be written and are not, in the order of their places.
    left: VecDeque<Range<usize>>,
    /// What it comes to.
    captured: Captured,
    failed: Option<StateError>,
}

impl<V> Default for LiveList<V> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            stored: None,
            renewal: Renewal::default(),
            capture: None,
        }
    }
}

impl<V> LiveList<V> {
    /// Appends a value.
    #[inline]
    pub fn push(&mut self, value: V) {
        self.values.push(value);
    }

    /// Takes all values.
    pub fn take(&mut self) -> Vec<V> {
        self.go_on(&mut Room::unlimited());
        self.stored = None;
        std::mem::take(&mut self.values)
    }

    /// Writes how many values there are, and the values. For a checkpoint those of a long list stay beside the state: the values
    /// that came since the last one, and some more, are written in slices by [`go_on`](Self::go_on).
    ///
    /// # Errors
    /// If `write` fails.
    pub fn save(&mut self, to: &mut Encoder, write: Write<V>) -> Result<(), StateError> {
        // That of a checkpoint that was given up.
        self.capture = None;
        to.plain(&(self.values.len() as u64))?;
        let all = self.values.len();
        let known = self.stored.map(|(id, _)| id);
        if in_slices(all)
            && let Some((id, is_full)) = to.leave_table(known)
        {
            let before = self.stored.filter(|_| !is_full).map_or(0, |(_, before)| before);
            let renewed = match before {
                0 => Renewal::all(all),
                _ => self.renewal.take(all, all - before),
            };
            self.stored = Some((id, all));
            self.capture = Some(Capture {
                write,
                left: ranges(&renewed, before..all),
                captured: Captured {
                    id,
                    entries: all as u64,
                    parts: parts_of(all),
                    renewed,
                    walked: Vec::new(),
                    early: Chunk::default(),
                    gone: Vec::new(),
                },
                failed: None,
            });
            return Ok(());
        }
        if to.takes_gaps() {
            self.stored = None;
        }
        to.plain(&Placement::First)?;
        self.values.iter().try_for_each(|value| write(value, to))
    }

    /// Writes values as long as there is room; says whether all are written.
    pub fn go_on(&mut self, room: &mut Room) -> bool {
        match &mut self.capture {
            None => true,
            Some(capture) => capture.go_on(&self.values, room),
        }
    }

    /// What was written, once all is; `None` if nothing was to be.
    pub fn finish(&mut self) -> Option<Result<Captured, StateError>> {
        let capture = self.capture.take()?;
        Some(match capture.failed {
            Some(error) => Err(error),
            None => Ok(capture.captured),
        })
    }

    /// Reads the values of a list that was saved into this one, which has none.
    ///
    /// # Errors
    /// If the bytes are not such a list.
    pub fn restore(
        &mut self,
        from: &mut Decoder<'_>,
        mut read: impl FnMut(&mut Decoder<'_>) -> Result<V, StateError>,
    ) -> Result<(), StateError> {
        let values: u64 = from.plain()?;
        let own = match from.placement()? {
            Placement::First => None,
            Placement::Own(own) => Some(own),
        };
        for value in 0..values {
            if own.is_some() && from.plain::<u32>()? != u32::from(value > 0) {
                return Err(StateError::new(
                    "a list has values in places that are not in turn",
                ));
            }
            self.values.push(read(from)?);
        }
        if let Some(own) = own {
            self.stored = Some((own.id, self.values.len()));
            self.renewal = Renewal::from(own.oldest);
        }
        Ok(())
    }
}

impl<V> Capture<V> {
    fn go_on(&mut self, values: &[V], room: &mut Room) -> bool {
        let mut chunk = Chunk::default();
        while let Some(range) = self.left.front_mut()
            && room.is_there()
        {
            let Some(place) = range.next() else {
                self.left.pop_front();
                continue;
            };
            let before = chunk.bytes.len();
            let written = (self.write)(&values[place], &mut chunk.bytes);
            chunk.end(u32::try_from(place).unwrap_or(u32::MAX));
            if let Err(error) = written {
                self.failed.get_or_insert(error);
            }
            room.take(1, chunk.bytes.len().saturating_sub(before));
        }
        self.captured.walked.push(chunk);
        self.left.is_empty()
    }
}

/// The places of the values that are to be written: those of some parts, and those that are new.
fn ranges(parts: &[u32], new: Range<usize>) -> VecDeque<Range<usize>> {
    let size = PART as usize;
    let parts = parts
        .iter()
        .map(|&part| part as usize * size..(part as usize + 1) * size);
    let mut ranges: Vec<Range<usize>> = parts.map(|part| part.start..part.end.min(new.start)).collect();
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| range.start);
    ranges.push(new);
    ranges.into()
}

#[cfg(test)]
mod tests {
    use super::super::capture::capture_in_slices;
    use super::super::captured::stored::Stored;
    use super::*;
    use crate::epoch::{Epoch, Incarnation};

    fn write(value: &u32, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(value)
    }

    /// What is written of a list that grows between slices, and is taken after so many of them.
    fn in_slices(values: u32, slice: usize, taken_after: usize) -> Vec<u8> {
        capture_in_slices(Some(slice));
        let mut list = LiveList::default();
        (0..values).for_each(|value| list.push(value));
        let epoch = Epoch {
            incarnation: Incarnation(1),
            number: 1,
        };
        let mut encoder = Encoder::with_gaps(epoch, false);
        list.save(&mut encoder, write).expect("it is a number");
        for slice in 0.. {
            list.push(1_000_000);
            if slice == taken_after {
                assert_eq!(list.take().len(), values as usize + slice + 1);
            }
            if list.go_on(&mut Room::of_a_slice()) {
                break;
            }
        }
        capture_in_slices(None);
        let Some(written) = list.finish() else {
            return encoder.into_bytes();
        };
        // The values of a list that is part of its state say where they come.
        encoder.plain(&Placement::First).expect("it is a name");
        let mut bytes = encoder.into_bytes();
        let written = written.expect("they are numbers");
        assert_eq!(written.entries(), u64::from(values));
        written
            .for_each(|_, value| {
                bytes.extend_from_slice(value.expect("no value is gone"));
                Ok::<(), ()>(())
            })
            .expect("nothing fails");
        bytes
    }

    #[test]
    fn what_is_written_in_slices_is_what_there_was_at_the_barrier() {
        for values in [0, 1, 2, 99, 1000] {
            let mut list = LiveList::default();
            (0..values).for_each(|value| list.push(value));
            let mut encoder = Encoder::default();
            list.save(&mut encoder, write).expect("it is a number");
            let whole = encoder.into_bytes();
            for slice in [1, 7, 99, 100, 5000] {
                for taken_after in [0, 1, 3, 1_000_000] {
                    assert_eq!(in_slices(values, slice, taken_after), whole);
                }
            }
        }
    }

    /// A list grows between checkpoints, some of which fail, and is taken now and then.
    #[test]
    fn what_checkpoints_have_together_is_what_there_was_at_the_barrier() {
        let (mut list, mut stored, mut next) = (LiveList::default(), Stored::default(), 0);
        let (mut rows, mut is_full) = (0, false);
        for number in 1..90_u32 {
            let new = [0, 1, 70, 300, 20_000][number as usize % 5];
            for value in next..next + new {
                list.push(value);
            }
            next += new;
            if number % 41 == 0 {
                list.take();
                for value in 0..100 {
                    list.push(value);
                }
            }
            let mut whole = Encoder::default();
            list.values
                .iter()
                .for_each(|value| write(value, &mut whole).expect("it is a number"));
            let epoch = Epoch {
                incarnation: Incarnation(1),
                number,
            };
            let mut encoder = Encoder::with_gaps(epoch, is_full);
            list.save(&mut encoder, write).expect("it is a number");
            capture_in_slices(Some(1 + number as usize * 37 % 5_000));
            while !list.go_on(&mut Room::of_a_slice()) {
                list.push(next);
                next += 1;
            }
            capture_in_slices(None);
            let Some(captured) = list.finish() else {
                continue;
            };
            let captured = captured.expect("they are numbers");
            let counted = captured.for_each(|_, _| {
                rows += 1;
                Ok::<(), ()>(())
            });
            counted.expect("nothing fails");
            is_full = number % 23 == 0;
            if !is_full {
                stored.add(&captured);
                assert!(stored.bytes() == whole.into_bytes(), "checkpoint {number}");
                // As after a crash, all that came since is lost.
                if number % 17 == 0 {
                    let bytes = stored.restored();
                    let mut from = Decoder::with_own_slots(&bytes);
                    list = LiveList::default();
                    list.restore(&mut from, |from: &mut Decoder<'_>| from.plain::<u32>())
                        .expect("it was saved");
                    assert_eq!(from.left(), 0);
                    assert_eq!(list.stored.map(|(id, _)| id), Some(captured.id()));
                }
            }
        }
        // New ones, and those that are written again in passing, or because a checkpoint had failed.
        assert!(rows < 5 * next, "{rows} were written of {next}");
    }
}
