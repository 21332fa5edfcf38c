//! Values by a key of their own.

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;
use std::ops::Range;

use super::expiry::{Expiry, Forever};
use super::states::{SavedField, ShowValue, States, StoredStates};
use super::stretches::{Elements, Home, RestoredStretch, Saved, Stretches};
use crate::process::times::{FieldTtl, TimeDomain, Times};
use crate::state::{Decoder, Encoder, KeyIndex, Known, PerKey, Shows, StateError, Storage, name_of};
use crate::time::Timestamp;

/// A state of values by a key of their own: Flink's `MapState`. With a TTL each entry expires by itself, some time after
/// it was written last.
///
/// Entries are visited in the order in which they were inserted, whatever was removed between.
///
/// ```
/// use streamlite::prelude::*;
///
/// let repeated = pipeline!(from(["a", "b", "a"]).process(|ctx| {
///     let seen: Map<&str, u32> = Map::new();
///
///     on_record(|word| {
///         let times = seen.get_or_insert_with(word, || 0);
///         *times += 1;
///         if *times == 2 {
///             ctx.emit(word);
///         }
///     });
/// }))
/// .collect()?;
/// assert_eq!(repeated, ["a"]);
/// # Ok::<(), streamlite::Error>(())
/// ```
pub struct Map<K, V, E: Expiry = Forever> {
    index: KeyIndex,
    /// In the order in which they came. A place is empty where an entry was removed.
    entries: Vec<Option<Entry<K, V, E>>>,
    live: usize,
    ages: E::Ages,
    expiry: E,
    saved: Saved<Entry<K, V, E>>,
}

struct Entry<K, V, E: Expiry> {
    key: K,
    value: V,
    stamp: E::Stamp,
}

/// The entries, whose numbers are their places.
struct Placed<'a, K, V, E: Expiry>(&'a [Option<Entry<K, V, E>>]);

impl<K, V, E: Expiry> Elements for Placed<'_, K, V, E> {
    type Element = Entry<K, V, E>;

    fn between(&self, numbers: Range<u64>) -> impl Iterator<Item = &Entry<K, V, E>> {
        let place_of = |number: u64| {
            let place = usize::try_from(number).unwrap_or(usize::MAX);
            place.min(self.0.len())
        };
        self.0[place_of(numbers.start)..place_of(numbers.end)]
            .iter()
            .flatten()
    }

    fn numbers(&self) -> Range<u64> {
        0..self.0.len() as u64
    }
}

impl<K, V, E: Expiry> Default for Map<K, V, E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V, E: Expiry> Map<K, V, E> {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self {
            index: KeyIndex::default(),
            entries: Vec::new(),
            live: 0,
            ages: E::Ages::default(),
            expiry: E::default(),
            saved: Saved::Whole,
        }
    }

    /// An entry is about to be changed or removed.
    #[inline]
    fn touch(&mut self, place: usize) {
        self.saved.touch(place as u64, &Placed(&self.entries));
    }

    /// All entries are about to be changed, or get other places.
    fn touch_all(&mut self) {
        self.saved.touch_all(&Placed(&self.entries));
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// The entries, in the order in which they were inserted.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> + Clone {
        self.entries
            .iter()
            .flatten()
            .map(|entry| (&entry.key, &entry.value))
    }

    /// The keys, in the order in which they were inserted.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// The values, in the order in which their keys were inserted.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// When they were written, if they expire; in the order of `iter`.
    #[cfg(test)]
    pub(super) fn stamps(&self) -> impl Iterator<Item = Timestamp> {
        let entries = self.entries.iter().flatten();
        entries.map(|entry| E::time(entry.stamp))
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        self.touch_all();
        self.index.clear(self.entries.len());
        self.entries.clear();
        self.live = 0;
        self.saved.renew(&Placed(&self.entries));
        if let Some(ages) = E::ages(&mut self.ages) {
            ages.clear();
        }
    }
}

impl<K: Hash + Eq, V, E: Expiry> Map<K, V, E> {
    fn place<Q>(&self, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let key_at = |place: usize| self.entries.get(place)?.as_ref().map(|entry| &entry.key);
        self.index.find(self.index.hash(key), key, key_at)
    }

    /// The value of a key.
    #[must_use]
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entries[self.place(key)?].as_ref().map(|entry| &entry.value)
    }

    /// Whether there is an entry of a key.
    #[must_use]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.place(key).is_some()
    }

    /// The value of a key, to be changed. It counts as written.
    pub fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.saved.prefetch();
        let place = self.place(key)?;
        self.touch(place);
        let entry = self.entries[place].as_mut()?;
        entry.stamp = self.expiry.again(entry.stamp);
        Some(&mut entry.value)
    }

    /// The value of a key, to be changed; if there is none, what the closure returns. It counts as written.
    pub fn get_or_insert_with(&mut self, key: K, first: impl FnOnce() -> V) -> &mut V {
        self.saved.prefetch();
        let place = match self.place(&key) {
            Some(place) => {
                self.touch(place);
                place
            }
            None => self.push(key, first(), self.expiry.stamp()),
        };
        let entry = self.entries[place].as_mut().expect("it was found just before");
        entry.stamp = self.expiry.again(entry.stamp);
        &mut entry.value
    }

    /// Writes the value of a key; returns the one that was there. A key that is there keeps its place in the order.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.get_mut(&key) {
            Some(there) => Some(std::mem::replace(there, value)),
            None => {
                self.push(key, value, self.expiry.stamp());
                None
            }
        }
    }

    /// Removes the entry of a key, and returns its value.
    pub fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.saved.prefetch();
        let place = self.place(key)?;
        self.touch(place);
        self.index.remove(key, place);
        let entry = self.entries[place].take()?;
        self.live -= 1;
        self.compact_if_sparse();
        Some(entry.value)
    }

    /// Keeps the entries that a closure says are wanted still.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(&K, &V) -> bool) {
        self.touch_all();
        for (place, slot) in self.entries.iter_mut().enumerate() {
            if let Some(entry) = slot
                && !is_wanted(&entry.key, &entry.value)
            {
                self.index.remove(&entry.key, place);
                *slot = None;
                self.live -= 1;
            }
        }
        self.compact_if_sparse();
    }

    /// Adds an entry whose key is not there.
    fn push(&mut self, key: K, value: V, stamp: E::Stamp) -> usize {
        let place = self.entries.len();
        self.saved.touch_new(place as u64, &Placed(&self.entries));
        let Self { index, entries, .. } = self;
        let known = Known {
            keys: self.live,
            places: place,
            key_at: |place: usize| Some(&entries.get(place)?.as_ref()?.key),
        };
        index.insert(index.hash(&key), place, &known);
        entries.push(Some(Entry { key, value, stamp }));
        self.live += 1;
        if let Some(ages) = E::ages(&mut self.ages) {
            ages.add(E::time(stamp), place as u64);
        }
        place
    }

    /// Moves the entries together if most places are empty.
    fn compact_if_sparse(&mut self) {
        if self.entries.len() < 8 || self.live > self.entries.len() / 2 {
            return;
        }
        self.touch_all();
        let saved = std::mem::replace(&mut self.saved, Saved::Whole);
        let entries = std::mem::take(&mut self.entries);
        self.index = KeyIndex::default();
        self.live = 0;
        if let Some(ages) = E::ages(&mut self.ages) {
            ages.clear();
        }
        for Entry { key, value, stamp } in entries.into_iter().flatten() {
            self.push(key, value, stamp);
        }
        self.saved = saved;
        self.saved.renew(&Placed(&self.entries));
    }

    #[cold]
    fn expire(&mut self, times: &Times, ttl: &FieldTtl) {
        let Self {
            index,
            entries,
            live,
            ages,
            saved,
            ..
        } = self;
        let Some(ages) = E::ages(ages) else { return };
        let place_of = |number: u64| usize::try_from(number).ok();
        let mut expired = Vec::new();
        ages.take_expired(
            |stamp| times.has_expired(stamp, ttl),
            |number| {
                let entry = entries.get(place_of(number)?)?.as_ref()?;
                Some(E::time(entry.stamp))
            },
            |number| expired.extend(place_of(number)),
        );
        for place in expired {
            saved.touch(place as u64, &Placed(entries));
            if let Some(entry) = entries[place].take() {
                index.remove(&entry.key, place);
                *live -= 1;
            }
        }
        if self.live == 0 {
            // A map that may never be used again takes no room.
            self.index = KeyIndex::default();
            self.entries = Vec::new();
            self.ages = E::Ages::default();
            self.saved.renew(&Placed(&self.entries));
        } else {
            self.compact_if_sparse();
        }
    }
}

impl<K, V, E: Expiry> Drop for Map<K, V, E> {
    fn drop(&mut self) {
        self.saved.leave(&Placed(&self.entries));
    }
}

impl<K: fmt::Debug, V: fmt::Debug, E: Expiry> fmt::Debug for Map<K, V, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Hash + Eq, V, E: Expiry> States for Map<K, V, E> {
    const FIELDS: usize = 1;
    const EXPIRES: bool = E::EXPIRES;
    const ALL_EXPIRE: bool = E::EXPIRES;
    const MAY_BE_LONG: bool = true;

    fn describe(each: &mut impl FnMut(String, bool)) {
        each(
            format!("Map of {} to {}", name_of::<K>(), name_of::<V>()),
            E::EXPIRES,
        );
    }

    #[inline]
    fn enter(&mut self, times: &Times, ttls: &[FieldTtl]) -> bool {
        self.expiry.enter(times, &ttls[0]);
        if times.has_expired(E::oldest(&self.ages), &ttls[0]) {
            self.expire(times, &ttls[0]);
        }
        false
    }

    #[inline]
    fn refresh(&mut self, times: &Times, ttls: &[FieldTtl]) {
        if self.expiry.is_fresh() {
            self.expiry.enter(times, &ttls[0]);
            self.restamp(0, times.written(&ttls[0]));
        }
    }

    fn start_again(&mut self, _first: Self, _times: &Times, _ttls: &[FieldTtl]) {}

    #[inline]
    fn blank(&self) -> u64 {
        u64::from(E::EXPIRES && self.live == 0)
    }

    fn due(&self, domain: TimeDomain, ttls: &[FieldTtl]) -> Timestamp {
        ttls[0].due(domain, E::oldest(&self.ages))
    }

    fn restamp(&mut self, _field: usize, written: Timestamp) {
        self.touch_all();
        let entries = self.entries.iter_mut().enumerate();
        let there = entries.filter_map(|(place, entry)| Some((place as u64, entry.as_mut()?)));
        let stamps = there.map(|(number, entry)| {
            entry.stamp = E::at(written);
            (written, number)
        });
        match E::ages(&mut self.ages) {
            Some(ages) => ages.replace(stamps),
            None => stamps.for_each(drop),
        }
    }
}

impl<C, K, V, E> StoredStates<C> for Map<K, V, E>
where
    C: Storage<K> + Storage<V>,
    K: Hash + Eq,
    E: Expiry,
{
    fn write(&self, to: &mut Encoder) -> Result<(), StateError> {
        let (saved, entries) = (&self.saved, Placed(&self.entries));
        saved.write(self.live, &entries, to, write_entry::<C, K, V, E>)
    }

    fn kept(_field: usize) -> (PerKey, String) {
        (PerKey::Map(name_of::<K>()), name_of::<V>())
    }

    fn look(&self, _field: usize, times: &Times, ttls: &[FieldTtl], show: &mut ShowValue<'_>) {
        for entry in self.entries.iter().flatten() {
            if !E::EXPIRES || !times.has_expired(E::time(entry.stamp), &ttls[0]) {
                show(
                    <C as Shows<K>>::as_any(&entry.key),
                    <C as Shows<V>>::as_any(&entry.value),
                );
            }
        }
    }

    fn read(&mut self, from: &mut Decoder<'_>, saved: &[SavedField]) -> Result<(), StateError> {
        *self = Self::new();
        for _ in 0..self.saved.read(from)? {
            let (key, value, stamp) = read_entry::<C, K, V, E>(from, &saved[0])?;
            self.push(key, value, stamp);
        }
        Ok(())
    }

    #[inline]
    fn settle(&mut self, place: u32, field: u32, stretches: Option<&Stretches>) {
        let home = stretches.map(|stretches| Home {
            stretches,
            place,
            field,
            write: write_entry::<C, K, V, E>,
        });
        self.saved
            .settle(self.live, &Placed(&self.entries), home.as_ref());
    }

    fn write_stretch(&self, _field: usize, turn: u64, to: &mut Encoder) -> Result<(), StateError> {
        self.saved.write_stretch(turn, &Placed(&self.entries), to)
    }

    fn read_stretch(
        &mut self,
        _field: usize,
        stretch: &RestoredStretch<'_>,
        saved: &[SavedField],
    ) -> Result<(), StateError> {
        let home = Home {
            stretches: stretch.stretches,
            place: stretch.place,
            field: stretch.field,
            write: write_entry::<C, K, V, E>,
        };
        let start = self.entries.len() as u64;
        let (count, mut from) = self.saved.add_restored(&home, stretch, start)?;
        // What is added is in no other stretch.
        let stretches = std::mem::replace(&mut self.saved, Saved::Whole);
        for _ in 0..count {
            let (key, value, stamp) = read_entry::<C, K, V, E>(&mut from, &saved[0])?;
            self.push(key, value, stamp);
        }
        self.saved = stretches;
        from.end()
    }

    fn is_restored(&self) -> bool {
        self.saved.is_restored()
    }
}

fn write_entry<C, K, V, E>(entry: &Entry<K, V, E>, to: &mut Encoder) -> Result<(), StateError>
where
    C: Storage<K> + Storage<V>,
    E: Expiry,
{
    if E::EXPIRES {
        to.plain(&E::time(entry.stamp))?;
    }
    <C as Storage<K>>::write(&entry.key, to)?;
    <C as Storage<V>>::write(&entry.value, to)
}

fn read_entry<C, K, V, E>(from: &mut Decoder<'_>, saved: &SavedField) -> Result<(K, V, E::Stamp), StateError>
where
    C: Storage<K> + Storage<V>,
    E: Expiry,
{
    let stamp = E::at(saved.stamp(from)?);
    Ok((
        <C as Storage<K>>::read(from)?,
        <C as Storage<V>>::read(from)?,
        stamp,
    ))
}
