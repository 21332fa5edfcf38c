//! Which firing of a window a result comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::span::Span;
use crate::state::{Decoder, Encoder, Ranks, StateError};
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
    fired: BTreeMap<(Timestamp, Timestamp, u32), u32>,
}

impl LateFirings {
    /// How often the window had fired for a key that fires now; `on_time` says whether it had records when the window
    /// ended.
    pub(super) fn next(&mut self, window: Span, place: u32, on_time: bool) -> u32 {
        let fired = self.fired.entry((window.end, window.start, place));
        let fired = fired.or_insert_with(|| u32::from(on_time));
        let index = *fired;
        *fired = index.saturating_add(1);
        index
    }

    /// Forgets the windows whose ends are closed.
    pub(super) fn forget(&mut self, is_closed: impl Fn(Timestamp) -> bool) {
        while let Some(entry) = self.fired.first_entry()
            && is_closed(entry.key().0)
        {
            entry.remove();
        }
    }

    /// Writes them; a key is known by the number that it has after a restore.
    ///
    /// # Errors
    /// If `Serialize` fails.
    pub(super) fn save(
        &self,
        to: &mut Encoder,
        mut ranks_of: impl FnMut(Span) -> Option<Rc<Ranks>>,
    ) -> Result<(), StateError> {
        let mut last: Option<(Span, Option<Rc<Ranks>>)> = None;
        let mut fired = Vec::with_capacity(self.fired.len());
        for (&(end, start, place), &times) in &self.fired {
            let window = Span::new(start, end);
            if last.as_ref().is_none_or(|(last, _)| *last != window) {
                last = Some((window, ranks_of(window)));
            }
            let ranks = last.as_ref().and_then(|(_, ranks)| ranks.as_deref());
            let number = ranks.and_then(|ranks| ranks.of_place(place));
            fired.extend(number.map(|number| (end, start, number, times)));
        }
        to.plain(&fired)
    }

    /// Reads them.
    ///
    /// # Errors
    /// If the bytes are not such a list.
    pub(super) fn restore(from: &mut Decoder<'_>) -> Result<Self, StateError> {
        let fired: Vec<(Timestamp, Timestamp, u32, u32)> = from.plain()?;
        let fired = fired.into_iter();
        Ok(Self {
            fired: fired
                .map(|(end, start, place, times)| ((end, start, place), times))
                .collect(),
        })
    }
}
