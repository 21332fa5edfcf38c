//! A list that goes on growing while a checkpoint is written of what it held.

use super::capture::{Room, in_slices};
use super::captured::{Captured, Chunk};
use super::codec::{Decoder, Encoder, StateError};
use super::renewal::{Renewal, parts_of};
use super::table_id::TableId;

/// Writes a value.
type Write<V> = fn(&V, &mut Encoder) -> Result<(), StateError>;

/// A list that goes on growing while a checkpoint is written of what it held at the barrier: values only come after those
/// that are there, until all are taken.
#[derive(Debug)]
pub struct LiveList<V> {
    values: Vec<V>,
    /// `None` while no checkpoint is being written of it.
    capture: Option<Capture<V>>,
}

/// A list that is being written.
#[derive(Debug)]
struct Capture<V> {
    id: TableId,
    write: Write<V>,
    /// How many values are written, and how many are to be.
    written: usize,
    until: usize,
    chunks: Vec<Chunk>,
    failed: Option<StateError>,
}

impl<V> Default for LiveList<V> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
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
        std::mem::take(&mut self.values)
    }

    /// Writes how many values there are, and the values. For a checkpoint those of a long list are written in slices by
    /// [`go_on`](Self::go_on).
    ///
    /// # Errors
    /// If `write` fails.
    pub fn save(&mut self, to: &mut Encoder, write: Write<V>) -> Result<(), StateError> {
        // That of a checkpoint that was given up.
        self.capture = None;
        to.plain(&(self.values.len() as u64))?;
        if in_slices(self.values.len())
            && let Some((id, _)) = to.leave_table(None)
        {
            self.capture = Some(Capture {
                id,
                write,
                written: 0,
                until: self.values.len(),
                chunks: Vec::new(),
                failed: None,
            });
            return Ok(());
        }
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
            None => Ok(Captured {
                id: capture.id,
                entries: capture.until as u64,
                parts: parts_of(capture.until),
                renewed: Renewal::all(capture.until),
                walked: capture.chunks,
                early: Chunk::default(),
                gone: Vec::new(),
            }),
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
        for _ in 0..from.plain::<u64>()? {
            self.values.push(read(from)?);
        }
        Ok(())
    }
}

impl<V> Capture<V> {
    fn go_on(&mut self, values: &[V], room: &mut Room) -> bool {
        if self.written == self.until {
            return true;
        }
        let mut chunk = Chunk::default();
        while self.written < self.until && room.is_there() {
            let before = chunk.bytes.len();
            let written = (self.write)(&values[self.written], &mut chunk.bytes);
            chunk.end(u32::try_from(self.written).unwrap_or(u32::MAX));
            if let Err(error) = written {
                self.failed.get_or_insert(error);
            }
            self.written += 1;
            room.take(1, chunk.bytes.len().saturating_sub(before));
        }
        self.chunks.push(chunk);
        self.written == self.until
    }
}

#[cfg(test)]
mod tests {
    use super::super::capture::capture_in_slices;
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
}
