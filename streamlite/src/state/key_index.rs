//! Finds the place of a key in a list of entries.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use super::larger_index::LargerIndex;
use super::line_index::LineIndex;

/// An index of places into a list of entries, by key. Each look-up hashes once.
///
/// The list is small where a table of whole entries has holes, and its order is the caller's own, so that no output
/// depends on the hash seed. Hashes are seeded: an input cannot choose keys that collide.
#[derive(Debug, Default)]
pub(crate) struct KeyIndex {
    lines: LineIndex,
    /// The one that takes its place when it is full.
    larger: Option<Box<LargerIndex>>,
    /// The larger one is built from when there is room for no more than so many keys.
    grows_from: usize,
    hasher: foldhash::fast::RandomState,
}

/// An index for fewer places is built at once when the one before it is full, which takes a quarter of a millisecond.
const AT_ONCE: usize = 1 << 14;
/// How many lines or places of a larger index are built with each key that is inserted: sixteen for each of the eighth that is
/// still free are more than there are.
const STEP: usize = 16;

/// The keys of a list that are in its index.
pub(crate) struct Known<F> {
    /// How many there are.
    pub(crate) keys: usize,
    /// How many places the list has; some may be empty.
    pub(crate) places: usize,
    /// The key at a place, or what was there before it was empty.
    pub(crate) key_at: F,
}

impl KeyIndex {
    /// The hash of a key, in this index.
    #[inline]
    pub(crate) fn hash<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        self.hasher.hash_one(key)
    }

    /// Has the part of the index fetched from memory where this hash is looked up.
    #[inline]
    pub(crate) fn prefetch(&self, hash: u64) {
        self.lines.prefetch(hash);
    }

    /// The place that a look-up will most likely ask about first.
    #[inline]
    pub(crate) fn guess(&self, hash: u64) -> usize {
        self.lines.guess(hash) as usize
    }

    /// The place of a key, if it is known. `key_at` reads the keys of the list.
    #[inline]
    pub(crate) fn find<'a, K, Q>(
        &self,
        hash: u64,
        key: &Q,
        key_at: impl Fn(usize) -> Option<&'a K>,
    ) -> Option<usize>
    where
        K: Borrow<Q> + 'a,
        Q: Eq + ?Sized,
    {
        let is_right = |place: u32| key_at(place as usize).is_some_and(|known| known.borrow() == key);
        self.lines.find(hash, is_right).map(|place| place as usize)
    }

    /// Notes the place of a new key. `known` are those that are in the list without it.
    #[inline]
    pub(crate) fn insert<'a, K: Hash + 'a>(
        &mut self,
        hash: u64,
        place: usize,
        known: &Known<impl Fn(usize) -> Option<&'a K>>,
    ) {
        if self.lines.free() <= self.grows_from {
            self.grow(known);
        }
        let number = as_place(place);
        self.lines.insert(hash, number);
        if let Some(larger) = &mut self.larger {
            larger.insert(hash, number);
        }
    }

    /// Goes on with the larger index, and uses it as soon as it is built: at once where this one is full.
    #[cold]
    fn grow<'a, K: Hash + 'a>(&mut self, known: &Known<impl Fn(usize) -> Option<&'a K>>) {
        let Self { lines, hasher, .. } = self;
        let larger = self
            .larger
            .get_or_insert_with(|| Box::new(LargerIndex::new(known.keys, known.places)));
        let at_most = if lines.is_full() { usize::MAX } else { STEP };
        let has_empty = known.keys < known.places;
        let is_built = larger.go_on(known.places, at_most, |place| {
            let hash = hasher.hash_one((known.key_at)(place)?);
            // Where places are empty their keys may be there still.
            let is_there = !has_empty || lines.find(hash, |known| known as usize == place).is_some();
            is_there.then_some(hash)
        });
        if is_built && let Some(larger) = self.larger.take() {
            self.lines = larger.into_lines();
            self.grows_from = match self.lines.room() {
                room if room < AT_ONCE => 0,
                room => room / 8,
            };
        }
    }

    /// Forgets a key that is at this place, and says whether it was known.
    pub(crate) fn remove<Q: Hash + ?Sized>(&mut self, key: &Q, place: usize) -> bool {
        let (hash, place) = (self.hash(key), as_place(place));
        let was_known = self.lines.remove(hash, place);
        if was_known && let Some(larger) = &mut self.larger {
            larger.remove(hash, place);
        }
        was_known
    }

    /// Forgets all keys. The room stays, unless it was far too large for so many.
    pub(crate) fn clear(&mut self, keys: usize) {
        self.larger = None;
        if self.is_oversized_for(keys) {
            self.lines = LineIndex::default();
            self.grows_from = 0;
        } else {
            self.lines.clear();
        }
    }

    /// Whether there is room for far more keys than these: emptying costs what there is room for.
    pub(crate) fn is_oversized_for(&self, keys: usize) -> bool {
        self.lines.room() > 64 && self.lines.room() / 16 > keys
    }

    /// How many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        let larger = self.larger.as_ref().map_or(0, |larger| larger.bytes());
        self.lines.bytes() + larger
    }
}

#[inline]
fn as_place(keys: usize) -> u32 {
    u32::try_from(keys).expect("a table of four billion keys does not fit in memory")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of keys with holes, as a table has it.
    #[derive(Default)]
    struct List {
        index: KeyIndex,
        keys: Vec<u64>,
        empty: Vec<usize>,
    }

    impl List {
        fn place_of(&self, key: u64) -> Option<usize> {
            self.index
                .find(self.index.hash(&key), &key, |place| self.keys.get(place))
        }

        fn insert(&mut self, key: u64) {
            let place = self.empty.last().copied().unwrap_or(self.keys.len());
            let keys = &self.keys;
            let known = Known {
                keys: keys.len() - self.empty.len(),
                places: keys.len(),
                key_at: |place: usize| keys.get(place),
            };
            self.index.insert(self.index.hash(&key), place, &known);
            match self.empty.pop() {
                Some(place) => self.keys[place] = key,
                None => self.keys.push(key),
            }
        }

        fn remove(&mut self, key: u64) {
            let place = self.place_of(key).expect("it is there");
            assert!(self.index.remove(&key, place));
            assert!(!self.index.remove(&key, place), "it was removed");
            self.empty.push(place);
        }
    }

    /// A large index is never full, so that no insertion builds all of the next one; and nothing is lost on the way.
    #[test]
    fn an_index_that_grows_in_steps_has_the_keys_that_were_inserted_and_not_removed() {
        for removed_of_ten in [0, 3, 7] {
            let mut list = List::default();
            let mut there = std::collections::BTreeSet::new();
            let (mut steps, mut sizes) = (0, 0);
            for key in 0..100_000_u64 {
                let before = list.index.lines.room();
                let was_full = list.index.lines.is_full();
                list.insert(key);
                there.insert(key);
                steps += usize::from(list.index.larger.is_some());
                sizes += usize::from(list.index.lines.room() != before);
                assert!(!was_full || before < AT_ONCE, "{key}: all was built at once");
                // Keys from before and from while the next one is built, some of which come again.
                let old = key.wrapping_mul(7_368_787) % (key + 1);
                if key % 10 < removed_of_ten && there.remove(&old) {
                    list.remove(old);
                    if key % 3 == 0 {
                        list.insert(old);
                        there.insert(old);
                    }
                }
                // Many places are empty while the next one is built.
                if key % 10_000 == 9_999 && removed_of_ten > 0 {
                    for old in there.iter().copied().step_by(7).collect::<Vec<_>>() {
                        there.remove(&old);
                        list.remove(old);
                    }
                }
                if key % 10_000 == 9_999 {
                    for key in 0..=key {
                        assert_eq!(list.place_of(key).is_some(), there.contains(&key), "{key}");
                    }
                }
            }
            assert!(steps > 1_000, "{removed_of_ten}: it was built in steps");
            assert!(sizes < 30, "{removed_of_ten}: it grew {sizes} times");
        }
    }
}
