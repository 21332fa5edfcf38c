//! When triggers are asked again.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::state::{Decoder, Encoder, Ranks, StateError};
use crate::time::{TimeDelta, Timestamp};
use crate::window::trigger::SetTimer;

/// Timers by time, of both kinds: for keys of windows `W`, each known by the place of its slot.
#[derive(Debug)]
pub(in crate::window) struct Timers<W> {
    event: ByTime<W>,
    processing: ByTime<W>,
}

/// Of each time the windows that have a timer for it, and the keys that it is for: most often many of few windows.
type ByTime<W> = BTreeMap<Timestamp, Vec<(W, Vec<u32>)>>;

/// A timer in a list of all: its time, its window and the place of its key.
type Listed<W> = (Timestamp, W, u32);

impl<W> Default for Timers<W> {
    fn default() -> Self {
        Self {
            event: BTreeMap::new(),
            processing: BTreeMap::new(),
        }
    }
}

impl<W: Copy + Ord> Timers<W> {
    /// Takes over what a trigger has set for a key.
    #[inline]
    pub(in crate::window) fn take_over(&mut self, set: &mut Vec<SetTimer>, window: W, place: u32) {
        if !set.is_empty() {
            self.take_over_some(set, window, place);
        }
    }

    #[inline(never)]
    fn take_over_some(&mut self, set: &mut Vec<SetTimer>, window: W, place: u32) {
        for timer in set.drain(..) {
            match timer {
                SetTimer::Event(at) => put(&mut self.event, at, window, place),
                SetTimer::Processing(at) => put(&mut self.processing, at, window, place),
            }
        }
    }

    /// The lowest watermark that has passed a timer.
    pub(in crate::window) fn next(&self) -> Timestamp {
        let first = self.event.keys().next();
        first.map_or(Timestamp::MAX, |at| *at + TimeDelta::from_millis(1))
    }

    /// Takes the timers out that a watermark has passed: those of the earliest time, windows and keys in order, each once.
    pub(in crate::window) fn passed(&mut self, watermark: Timestamp) -> Option<Rings<W>> {
        take_first(&mut self.event, |at| at < watermark)
    }

    /// The same of those that the clock has come to.
    pub(in crate::window) fn reached(&mut self, now: Timestamp) -> Option<Rings<W>> {
        take_first(&mut self.processing, |at| at <= now)
    }

    /// Writes them; a key is known by the place that it has after a restore, which the ranks of its window say.
    ///
    /// Of a checkpoint only a list of them is made at once.
    pub(in crate::window) fn save(
        &self,
        to: &mut Encoder,
        mut ranks_of: impl FnMut(W) -> Option<Rc<Ranks>>,
    ) -> Result<(), StateError>
    where
        W: Serialize + Send + 'static,
    {
        for timers in [&self.event, &self.processing] {
            let mut all: Vec<Listed<W>> = Vec::new();
            let mut known: BTreeMap<W, Option<Rc<Ranks>>> = BTreeMap::new();
            for (at, windows) in timers {
                for (window, places) in windows {
                    let ranks = known.entry(*window).or_insert_with(|| ranks_of(*window));
                    let Some(ranks) = ranks else { continue };
                    let places = places.iter().filter_map(|place| ranks.of_place(*place));
                    all.extend(places.map(|place| (*at, *window, place)));
                }
            }
            to.later(move |to| to.plain(&all))?;
        }
        Ok(())
    }

    /// Reads them.
    pub(in crate::window) fn restore(from: &mut Decoder<'_>) -> Result<Self, StateError>
    where
        W: DeserializeOwned,
    {
        let mut timers = Self::default();
        for timers in [&mut timers.event, &mut timers.processing] {
            for (at, window, place) in from.plain::<Vec<Listed<W>>>()? {
                put(timers, at, window, place);
            }
        }
        Ok(timers)
    }
}

/// Timers that ring at one time: of which windows, and for which keys.
#[derive(Debug)]
pub(in crate::window) struct Rings<W> {
    pub(in crate::window) at: Timestamp,
    pub(in crate::window) keys: Vec<(W, Vec<u32>)>,
}

fn put<W: Copy + PartialEq>(timers: &mut ByTime<W>, at: Timestamp, window: W, place: u32) {
    let windows = timers.entry(at).or_default();
    match windows.iter_mut().rfind(|(other, _)| *other == window) {
        Some((_, places)) => places.push(place),
        None => windows.push((window, vec![place])),
    }
}

fn take_first<W: Ord + Copy>(
    timers: &mut ByTime<W>,
    is_due: impl FnOnce(Timestamp) -> bool,
) -> Option<Rings<W>> {
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
