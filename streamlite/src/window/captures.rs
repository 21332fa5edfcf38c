//! The tables of windows that are being written for a checkpoint.

use super::open_windows::OpenWindows;
use crate::state::{Captured, CapturedTables, Encoder, LiveTable, Room, StateError, Table, WriteEntry};
use crate::time::Timestamp;

/// What a checkpoint that is being written has of windows that were closed meanwhile, and whether there is one.
#[derive(Debug, Default)]
pub(super) struct Captures {
    is_open: bool,
    /// What changes in some tables is to be touched.
    is_tracking: bool,
    closed: Vec<Result<Captured, StateError>>,
}

impl Captures {
    /// Whether a checkpoint may be being written.
    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether what changes is to be touched.
    #[inline]
    pub(super) fn is_tracking(&self) -> bool {
        self.is_tracking
    }

    /// What is known after windows were restored.
    pub(super) fn restored<S: Table, D>(windows: &OpenWindows<LiveTable<S>, D>) -> Self {
        Self {
            is_tracking: windows.tables().any(LiveTable::is_tracked),
            ..Self::default()
        }
    }

    /// Writes the windows and what is in them, in the order of time. For a checkpoint the entries of large tables are written by
    /// [`walk`](Self::walk); one before it, that is not at its end, was given up.
    pub(super) fn save<S: Table, D>(
        &mut self,
        windows: &mut OpenWindows<LiveTable<S>, D>,
        to: &mut Encoder,
        write: WriteEntry<S>,
    ) -> Result<(), StateError> {
        if to.takes_gaps() {
            (self.is_open, self.is_tracking) = (true, true);
            self.closed.clear();
        }
        for (window, held) in windows.places() {
            to.plain(&window)?;
            windows.in_slot_mut(held).save(to, write)?;
        }
        Ok(())
    }

    /// Windows that end up to a time are about to be emptied: what is to be written of them is written.
    #[inline]
    pub(super) fn end_until<S: Table, D>(
        &mut self,
        windows: &mut OpenWindows<LiveTable<S>, D>,
        last: Timestamp,
    ) {
        if self.is_open {
            self.write_until(windows, last);
        }
    }

    #[cold]
    fn write_until<S: Table, D>(&mut self, windows: &mut OpenWindows<LiveTable<S>, D>, last: Timestamp) {
        for (_, held) in windows.places_until(last) {
            let table = windows.in_slot_mut(held);
            table.write_everything();
            self.closed.extend(table.finish());
        }
    }

    /// From here on any entry may be changed without being touched, as long as nothing else is done.
    pub(super) fn touch_everything<S: Table, D>(&mut self, windows: &mut OpenWindows<LiveTable<S>, D>) {
        if self.is_tracking {
            for (_, held) in windows.places() {
                windows.in_slot_mut(held).touch_everything();
            }
        }
    }

    /// Writes entries as long as there is room; returns the tables once all are written.
    pub(super) fn walk<S: Table, D>(
        &mut self,
        windows: &mut OpenWindows<LiveTable<S>, D>,
        room: &mut Room,
    ) -> Option<CapturedTables> {
        if self.is_open {
            let places = windows.places();
            for (_, held) in &places {
                if !windows.in_slot_mut(*held).go_on(room) {
                    return None;
                }
            }
            (self.is_open, self.is_tracking) = (false, false);
            for (_, held) in places {
                let table = windows.in_slot_mut(held);
                self.closed.extend(table.finish());
                self.is_tracking |= table.is_tracked();
            }
        }
        Some(self.closed.drain(..).collect())
    }
}
