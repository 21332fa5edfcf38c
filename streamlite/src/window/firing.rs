//! Which firing of a window a result comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::span::Span;
use crate::state::{Decoder, Encoder, StateError};
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
/// that fires once costs nothing. `S` is where the key stands.
#[derive(Debug)]
pub(super) struct LateFirings<S> {
    /// By end and start of the window, so that what closes first is first.
    fired: BTreeMap<(Timestamp, Timestamp, S), u32>,
}

impl<S> Default for LateFirings<S> {
    fn default() -> Self {
        Self {
            fired: BTreeMap::new(),
        }
    }
}

impl<S: Copy + Ord> LateFirings<S> {
    /// How often the window had fired for a key that fires now; `on_time` says whether it had records when the window
    /// ended.
    pub(super) fn next(&mut self, window: Span, key: S, on_time: bool) -> u32 {
        let fired = self.fired.entry((window.end, window.start, key));
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

    /// Writes them; a key is known by its place among all keys of the window.
    ///
    /// # Errors
    /// If `Serialize` fails.
    pub(super) fn save(
        &self,
        to: &mut Encoder,
        mut keys_of: impl FnMut(Span) -> Rc<[S]>,
    ) -> Result<(), StateError> {
        let mut keys = Keys::default();
        let fired = self.fired.iter().filter_map(|((end, start, key), fired)| {
            let keys = keys.of(Span::new(*start, *end), &mut keys_of);
            let place = keys.binary_search(key).ok()?;
            Some((*end, *start, place as u64, *fired))
        });
        let fired: Vec<_> = fired.collect();
        to.plain(&fired)
    }

    /// Reads them.
    ///
    /// # Errors
    /// If the bytes are not such a list.
    pub(super) fn restore(
        from: &mut Decoder<'_>,
        mut keys_of: impl FnMut(Span) -> Rc<[S]>,
    ) -> Result<Self, StateError> {
        let fired: Vec<(Timestamp, Timestamp, u64, u32)> = from.plain()?;
        let mut keys = Keys::default();
        let fired = fired.into_iter().filter_map(|(end, start, place, fired)| {
            let keys = keys.of(Span::new(start, end), &mut keys_of);
            let key = keys.get(usize::try_from(place).ok()?)?;
            Some(((end, start, *key), fired))
        });
        Ok(Self {
            fired: fired.collect(),
        })
    }
}

/// The keys of one window after the other.
struct Keys<S> {
    last: Option<(Span, Rc<[S]>)>,
}

impl<S> Default for Keys<S> {
    fn default() -> Self {
        Self { last: None }
    }
}

impl<S> Keys<S> {
    fn of(&mut self, window: Span, keys_of: &mut impl FnMut(Span) -> Rc<[S]>) -> Rc<[S]> {
        match &self.last {
            Some((last, keys)) if *last == window => Rc::clone(keys),
            _ => {
                let keys = keys_of(window);
                self.last = Some((window, Rc::clone(&keys)));
                keys
            }
        }
    }
}
