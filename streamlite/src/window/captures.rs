//! The tables of windows that are being written for a checkpoint.

use super::open_windows::OpenWindows;
use crate::state::{Capture, CapturedTables, Encoder, Room, StateError, Table, WriteEntry, save_whole};
use crate::time::Timestamp;

/// The large tables that are being written for a checkpoint, by where their windows are held.
///
/// Whoever changes a table has what it changes written first.
#[derive(Debug)]
pub(super) struct Captures<S: Table>(Vec<(usize, Capture<S>)>);

impl<S: Table> Default for Captures<S> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<S: Table> Captures<S> {
    /// Whether there is none.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        !S::MAY_BE_LARGE || self.0.is_empty()
    }

    /// Forgets those of a checkpoint that was given up.
    pub(super) fn give_up(&mut self) {
        self.0.clear();
    }

    /// Writes a window's table: for a checkpoint the entries of a large one are marked, and written by [`walk`](Self::walk).
    pub(super) fn save(
        &mut self,
        held: usize,
        table: &S,
        to: &mut Encoder,
        write: WriteEntry<S>,
    ) -> Result<(), StateError> {
        let capture = save_whole(table, to, write)?;
        self.0.extend(capture.map(|capture| (held, capture)));
        Ok(())
    }

    /// An entry is about to be changed.
    #[cold]
    pub(super) fn touch(&mut self, held: usize, table: &mut S, slot: S::Slot) {
        let capture = self.0.iter_mut().find(|(window, _)| *window == held);
        if let Some((_, capture)) = capture {
            capture.touch(table, slot);
        }
    }

    /// All entries of windows that end up to a time are about to be changed.
    #[inline]
    pub(super) fn touch_until<D>(&mut self, windows: &mut OpenWindows<S, D>, last: Timestamp) {
        if !self.is_empty() {
            self.write_until(windows, last);
        }
    }

    #[cold]
    fn write_until<D>(&mut self, windows: &mut OpenWindows<S, D>, last: Timestamp) {
        for (held, capture) in &mut self.0 {
            let (window, table) = windows.window_in_slot(*held);
            if window.end <= last {
                capture.walk_to_end(table);
            }
        }
    }

    /// Writes entries as long as there is room; returns the tables once all are written.
    pub(super) fn walk<D>(
        &mut self,
        windows: &mut OpenWindows<S, D>,
        room: &mut Room,
    ) -> Option<CapturedTables> {
        for (held, capture) in &mut self.0 {
            if !capture.walk(windows.in_slot_mut(*held), room) {
                return None;
            }
        }
        Some(self.0.drain(..).map(|(_, capture)| capture.finish()).collect())
    }
}
