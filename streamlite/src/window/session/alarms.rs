//! When keys are looked at: a queue by event time.

use std::collections::BTreeMap;

use crate::time::{TimeDelta, Timestamp};

/// Keys by when they are to be looked at. Those that are due soon are kept by their time, the others in heaps for a stretch
/// of time each. When such a stretch begins each key in its heap is asked anew when it is due: most often it is later by
/// now, as its session has grown, and the key moves on unseen.
#[derive(Debug)]
pub(super) struct Alarms<S> {
    /// How long a stretch is.
    stretch: TimeDelta,
    soon: BTreeMap<Timestamp, Vec<S>>,
    later: BTreeMap<Timestamp, Vec<(Timestamp, S)>>,
    /// What is due before this is among those that are due soon.
    horizon: Timestamp,
}

impl<S: Copy> Alarms<S> {
    /// None is set. Sessions last so long at least.
    pub(super) fn new(gap: TimeDelta) -> Self {
        Self {
            stretch: TimeDelta::from_millis((gap.as_millis() / 16).max(100)),
            soon: BTreeMap::new(),
            later: BTreeMap::new(),
            horizon: Timestamp::MIN,
        }
    }

    /// Has a key looked at.
    pub(super) fn set(&mut self, due: Timestamp, key: S) {
        if due < self.horizon || due == Timestamp::MAX {
            self.soon.entry(due).or_default().push(key);
        } else {
            self.later.entry(self.begin_of(due)).or_default().push((due, key));
        }
    }

    fn begin_of(&self, due: Timestamp) -> Timestamp {
        let into = due.as_millis().rem_euclid(self.stretch.as_millis());
        due - TimeDelta::from_millis(into)
    }

    /// The next watermark at which a key is looked at, or asked when it is due.
    pub(super) fn next(&self) -> Timestamp {
        let soon = self.soon.keys().next().copied();
        let later = self.later.keys().next().copied();
        soon.into_iter().chain(later).min().unwrap_or(Timestamp::MAX)
    }

    /// Takes the keys out that are due first, if that is up to a watermark. `due_of` says when a key is
    /// due by now that waits for a time; `None` if it does not wait for it.
    pub(super) fn take(
        &mut self,
        watermark: Timestamp,
        mut due_of: impl FnMut(Timestamp, S) -> Option<Timestamp>,
    ) -> Option<(Timestamp, Vec<S>)> {
        while let Some(entry) = self.later.first_entry()
            && *entry.key() <= watermark
        {
            let (begin, keys) = entry.remove_entry();
            self.horizon = self.horizon.max(begin + self.stretch);
            for (at, key) in keys {
                if let Some(due) = due_of(at, key) {
                    self.set(due, key);
                }
            }
        }
        let entry = self.soon.first_entry()?;
        (*entry.key() <= watermark).then(|| entry.remove_entry())
    }
}
