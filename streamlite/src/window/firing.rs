//! Which firing of a window a result comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::span::Span;
use crate::state::{Captured, Decoder, Encoder, Placed, Ranks, Restored, Room, StateError};
use crate::time::Timestamp;

/// When a window fired, by the watermark. Beam's timing of a pane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Firing {
    /// Before the watermark came to its end: more records may come.
    Early,
    /// When the watermark came to its end.
    #[default]
    OnTime,
    /// After that, for a record within the allowed lateness.
    Late,
}

impl fmt::Display for Firing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Early => "early",
            Self::OnTime => "on time",
            Self::Late => "late",
        })
    }
}

/// How often windows have fired for a key since their end: of those alone for which a late record came, so that a window
/// that fires once costs nothing. A key is known by the place of its slot.
#[derive(Debug, Default)]
pub(super) struct LateFirings {
    /// By end and start of the window, so that what closes first is first.
    fired: BTreeMap<(Timestamp, Timestamp, u32), Fired>,
    /// What checkpoints have of them.
    rows: Placed<Span, u32>,
}

/// How often a window has fired for a key.
#[derive(Clone, Copy, Debug)]
struct Fired {
    times: u32,
    /// That in which checkpoints have it, if there are any.
    row: u32,
}

impl LateFirings {
    /// How often the window had fired for a key that fires now; `on_time` says whether it had records when the window
    /// ended.
    pub(super) fn next(&mut self, window: Span, place: u32, on_time: bool) -> u32 {
        let Self { fired, rows } = self;
        let fired = fired.entry((window.end, window.start, place)).or_insert_with(|| {
            let times = u32::from(on_time);
            let row = rows.add(window, place, times);
            Fired { times, row }
        });
        let index = fired.times;
        fired.times = index.saturating_add(1);
        rows.set(fired.row, fired.times);
        index
    }

    /// How often a window has fired for a key that had records when it ended.
    pub(super) fn count(&self, window: Span, place: u32) -> u32 {
        let fired = self.fired.get(&(window.end, window.start, place));
        fired.map_or(1, |fired| fired.times)
    }

    /// The last end of a window that is known of each place.
    pub(super) fn last_ends(&self) -> BTreeMap<u32, Timestamp> {
        // By ends: the last one of a place is its greatest.
        self.fired.keys().map(|(end, _, place)| (*place, *end)).collect()
    }

    /// Forgets the windows whose ends are closed.
    pub(super) fn forget(&mut self, is_closed: impl Fn(Timestamp) -> bool) {
        while let Some(entry) = self.fired.first_entry()
            && is_closed(entry.key().0)
        {
            self.rows.free(entry.remove().row);
        }
    }

    /// Writes them; a key is known by the place that it has after a restore.
    ///
    /// # Errors
    /// If `Serialize` fails.
    pub(super) fn save(
        &mut self,
        to: &mut Encoder,
        windows: impl IntoIterator<Item = (Span, Rc<Ranks>)>,
    ) -> Result<(), StateError> {
        let Self { fired, rows } = self;
        let count = fired.len();
        rows.save(to, windows, count, |show| {
            for (&(end, start, place), fired) in fired {
                show(Span::new(start, end), place, fired.times, &mut fired.row);
            }
        })
    }

    /// The windows that have fired for late records.
    pub(super) fn windows(&self) -> Vec<Span> {
        let mut windows: Vec<Span> = Vec::new();
        for (end, start, _) in self.fired.keys() {
            let window = Span::new(*start, *end);
            if windows.last() != Some(&window) {
                windows.push(window);
            }
        }
        windows
    }

    /// Reads them.
    ///
    /// # Errors
    /// If the bytes are no such numbers.
    pub(super) fn restore(from: &mut Decoder<'_>) -> Result<Self, StateError> {
        let (mut firings, mut rows) = (Self::default(), Placed::default());
        rows.restore(from, |restored: Restored<Span, u32>| {
            if let Some(place) = restored.place {
                let Restored { of, value, row, .. } = restored;
                let fired = Fired { times: value, row };
                firings.fired.insert((of.end, of.start, place), fired);
            }
            restored.place.is_some()
        })?;
        firings.rows = rows;
        Ok(firings)
    }

    /// Writes a slice of what a checkpoint has of them; says whether all is written.
    pub(super) fn go_on(&mut self, room: &mut Room) -> bool {
        self.rows.go_on(room)
    }

    /// What was written, once all is; `None` if nothing was to be.
    pub(super) fn finish(&mut self) -> Option<Result<Captured, StateError>> {
        self.rows.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{KeyTable, Table};
    use crate::time::TimeDelta;

    /// The numbers of the places 0 to 9 of a table that some are missing from.
    fn ranks(missing: &[u32]) -> Rc<Ranks> {
        let mut table = KeyTable::<u32, u32>::default();
        (0..10).for_each(|key| table.insert(key, 0));
        for place in missing {
            table.remove(KeyTable::<u32, u32>::slot_at(*place), 0);
        }
        Rc::new(Ranks::first(&table))
    }

    /// What checkpoints have is what is known.
    #[test]
    fn a_window_that_is_closed_is_in_no_later_checkpoint() {
        let mut firings = LateFirings {
            rows: Placed::from_the_start(),
            ..LateFirings::default()
        };
        for number in 0..40 {
            let start = Timestamp::from_millis(i64::from(number) / 4 * 10);
            let window = Span::new(start, start + TimeDelta::from_millis(10));
            firings.next(window, number, true);
            firings.next(window, number, true);
        }
        assert_eq!(firings.rows.count(), Some(40));
        firings.forget(|end| end <= Timestamp::from_millis(50));
        assert_eq!((firings.fired.len(), firings.rows.count()), (20, Some(20)));
    }

    /// A key has another number in each window.
    #[test]
    fn after_a_restore_it_is_known_how_often_each_window_has_fired() {
        let window = |start| Span::new(Timestamp::from_millis(start), Timestamp::from_millis(start + 10));
        let (first, second, closed) = (window(0), window(10), window(20));
        let mut firings = LateFirings::default();
        assert_eq!(firings.next(first, 7, true), 1);
        assert_eq!(firings.next(first, 7, true), 2);
        assert_eq!(firings.next(second, 7, false), 0);
        assert_eq!(firings.next(closed, 7, false), 0);
        assert_eq!(firings.next(second, 3, false), 0);
        let mut encoder = Encoder::default();
        let windows = [(first, ranks(&[1, 2, 8])), (second, ranks(&[3]))];
        firings.save(&mut encoder, windows).expect("they are numbers");
        let bytes = encoder.into_bytes();
        let mut restored = LateFirings::restore(&mut Decoder::new(&bytes)).expect("they were saved");
        assert_eq!(restored.next(first, 5, false), 3);
        assert_eq!(restored.next(second, 6, false), 1);
        assert_eq!(restored.next(second, 7, false), 0, "it was never there");
        assert_eq!(restored.next(second, 2, false), 0, "it was not there any more");
        assert_eq!(restored.next(closed, 7, false), 0);
    }
}
