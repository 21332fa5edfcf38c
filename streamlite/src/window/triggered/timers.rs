//! When triggers are asked again.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::state::{Decoder, Encoder, StateError};
use crate::time::{TimeDelta, Timestamp};
use crate::window::trigger::SetTimer;

/// Timers by time, of both kinds: for keys of windows `W`, each known by where it stands.
#[derive(Debug)]
pub(in crate::window) struct Timers<W, S> {
    event: ByTime<W, S>,
    processing: ByTime<W, S>,
}

/// Of each time the windows that have a timer for it, and the keys that it is for: most often many of few windows.
type ByTime<W, S> = BTreeMap<Timestamp, Vec<(W, Vec<S>)>>;

impl<W, S> Default for Timers<W, S> {
    fn default() -> Self {
        Self {
            event: BTreeMap::new(),
            processing: BTreeMap::new(),
        }
    }
}

impl<W: Copy + Ord, S: Copy + Ord> Timers<W, S> {
    /// Takes over what a trigger has set for a key.
    #[inline]
    pub(in crate::window) fn take_over(&mut self, set: &mut Vec<SetTimer>, window: W, key: S) {
        if !set.is_empty() {
            self.take_over_some(set, window, key);
        }
    }

    #[inline(never)]
    fn take_over_some(&mut self, set: &mut Vec<SetTimer>, window: W, key: S) {
        for timer in set.drain(..) {
            match timer {
                SetTimer::Event(at) => put(&mut self.event, at, window, key),
                SetTimer::Processing(at) => put(&mut self.processing, at, window, key),
            }
        }
    }

    /// The lowest watermark that has passed a timer.
    pub(in crate::window) fn next(&self) -> Timestamp {
        let first = self.event.keys().next();
        first.map_or(Timestamp::MAX, |at| *at + TimeDelta::from_millis(1))
    }

    /// Takes the timers out that a watermark has passed: those of the earliest time, windows and keys in order, each once.
    pub(in crate::window) fn passed(&mut self, watermark: Timestamp) -> Option<Rings<W, S>> {
        take_first(&mut self.event, |at| at < watermark)
    }

    /// The same of those that the clock has come to.
    pub(in crate::window) fn reached(&mut self, now: Timestamp) -> Option<Rings<W, S>> {
        take_first(&mut self.processing, |at| at <= now)
    }

    /// Writes them; `place` says what a key is known by.
    pub(in crate::window) fn save(
        &self,
        to: &mut Encoder,
        mut place: impl FnMut(W, S) -> Option<u64>,
    ) -> Result<(), StateError>
    where
        W: Serialize,
    {
        for timers in [&self.event, &self.processing] {
            let mut all: Vec<(Timestamp, W, u64)> = Vec::new();
            for (at, windows) in timers {
                for (window, keys) in windows {
                    let places = keys.iter().filter_map(|key| place(*window, *key));
                    all.extend(places.map(|place| (*at, *window, place)));
                }
            }
            to.plain(&all)?;
        }
        Ok(())
    }

    /// Reads them; `key` finds the key at a place.
    pub(in crate::window) fn restore(
        from: &mut Decoder<'_>,
        mut key: impl FnMut(W, u64) -> Option<S>,
    ) -> Result<Self, StateError>
    where
        W: DeserializeOwned,
    {
        let mut timers = Self::default();
        for timers in [&mut timers.event, &mut timers.processing] {
            for (at, window, place) in from.plain::<Vec<(Timestamp, W, u64)>>()? {
                if let Some(key) = key(window, place) {
                    put(timers, at, window, key);
                }
            }
        }
        Ok(timers)
    }
}

/// Timers that ring at one time: of which windows, and for which keys.
#[derive(Debug)]
pub(in crate::window) struct Rings<W, S> {
    pub(in crate::window) at: Timestamp,
    pub(in crate::window) keys: Vec<(W, Vec<S>)>,
}

fn put<W: Copy + PartialEq, S>(timers: &mut ByTime<W, S>, at: Timestamp, window: W, key: S) {
    let windows = timers.entry(at).or_default();
    match windows.iter_mut().rfind(|(other, _)| *other == window) {
        Some((_, keys)) => keys.push(key),
        None => windows.push((window, vec![key])),
    }
}

fn take_first<W: Ord + Copy, S: Ord>(
    timers: &mut ByTime<W, S>,
    is_due: impl FnOnce(Timestamp) -> bool,
) -> Option<Rings<W, S>> {
    let entry = timers.first_entry()?;
    if !is_due(*entry.key()) {
        return None;
    }
    let (at, mut keys) = entry.remove_entry();
    keys.sort_unstable_by_key(|(window, _)| *window);
    for (_, keys) in &mut keys {
        keys.sort_unstable();
        keys.dedup();
    }
    Some(Rings { at, keys })
}
