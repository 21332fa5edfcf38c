//! When triggers are asked again.

use std::collections::BTreeMap;

use crate::state::{Decoder, Encoder, StateError};
use crate::time::Timestamp;
use crate::window::trigger::SetTimer;

/// Timers by time, of both kinds; `K` says what is asked.
#[derive(Debug)]
pub(in crate::window) struct Timers<K> {
    event: BTreeMap<Timestamp, Vec<K>>,
    processing: BTreeMap<Timestamp, Vec<K>>,
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self {
            event: BTreeMap::new(),
            processing: BTreeMap::new(),
        }
    }
}

impl<K: Copy + Ord> Timers<K> {
    /// Takes over what a trigger has set for a key.
    pub(in crate::window) fn take_over(&mut self, set: &mut Vec<SetTimer>, key: K) {
        for timer in set.drain(..) {
            let (timers, at) = match timer {
                SetTimer::Event(at) => (&mut self.event, at),
                SetTimer::Processing(at) => (&mut self.processing, at),
            };
            timers.entry(at).or_default().push(key);
        }
    }

    /// The lowest watermark that has passed a timer.
    pub(in crate::window) fn next(&self) -> Timestamp {
        let first = self.event.keys().next();
        first.map_or(Timestamp::MAX, |at| *at + crate::time::TimeDelta::from_millis(1))
    }

    /// Takes the timers out that a watermark has passed: those of the earliest time, each key once, in order.
    pub(in crate::window) fn passed(&mut self, watermark: Timestamp) -> Option<(Timestamp, Vec<K>)> {
        take_first(&mut self.event, |at| at < watermark)
    }

    /// The same of those that the clock has come to.
    pub(in crate::window) fn reached(&mut self, now: Timestamp) -> Option<(Timestamp, Vec<K>)> {
        take_first(&mut self.processing, |at| at <= now)
    }

    /// Writes them; `known` says what a key is known by.
    pub(in crate::window) fn save<S: serde::Serialize>(
        &self,
        to: &mut Encoder,
        mut known: impl FnMut(K) -> Option<S>,
    ) -> Result<(), StateError> {
        for timers in [&self.event, &self.processing] {
            let all = timers
                .iter()
                .flat_map(|(at, keys)| keys.iter().map(|key| (*at, *key)));
            let all: Vec<(Timestamp, S)> = all.filter_map(|(at, key)| Some((at, known(key)?))).collect();
            to.plain(&all)?;
        }
        Ok(())
    }

    /// Reads them; `key` finds what is known.
    pub(in crate::window) fn restore<S: serde::de::DeserializeOwned>(
        from: &mut Decoder<'_>,
        mut key: impl FnMut(S) -> Option<K>,
    ) -> Result<Self, StateError> {
        let mut timers = Self::default();
        for timers in [&mut timers.event, &mut timers.processing] {
            for (at, known) in from.plain::<Vec<(Timestamp, S)>>()? {
                if let Some(key) = key(known) {
                    timers.entry(at).or_insert_with(Vec::new).push(key);
                }
            }
        }
        Ok(timers)
    }
}

fn take_first<K: Ord>(
    timers: &mut BTreeMap<Timestamp, Vec<K>>,
    is_due: impl FnOnce(Timestamp) -> bool,
) -> Option<(Timestamp, Vec<K>)> {
    let entry = timers.first_entry()?;
    if !is_due(*entry.key()) {
        return None;
    }
    let (at, mut keys) = entry.remove_entry();
    keys.sort_unstable();
    keys.dedup();
    Some((at, keys))
}
