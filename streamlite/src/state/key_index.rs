//! Finds the place of a key in a list of entries.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use super::line_index::LineIndex;

/// An index of places into a list of entries, by key. Each look-up hashes once.
///
/// The list is small where a table of whole entries has holes, and its order is the caller's own, so that no output
/// depends on the hash seed. Hashes are seeded: an input cannot choose keys that collide.
#[derive(Debug, Default)]
pub(crate) struct KeyIndex {
    lines: LineIndex,
    hasher: foldhash::fast::RandomState,
}

/// How many keys are inserted together when the index grows, so that the memory of many is on its way at once.
const TOGETHER: usize = 64;

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

    /// Notes the place of a new key. `known` are the places and keys that are in the list without it.
    #[inline]
    pub(crate) fn insert<'a, K, I>(&mut self, hash: u64, place: usize, known: impl Fn() -> I)
    where
        K: Hash + 'a,
        I: Iterator<Item = (usize, &'a K)>,
    {
        let Self { lines, hasher } = self;
        if lines.is_full() {
            lines.grow(known().count());
            let mut hashed = known().map(|(place, key)| (hasher.hash_one(key), as_place(place)));
            let mut together = Vec::with_capacity(TOGETHER);
            loop {
                together.extend(hashed.by_ref().take(TOGETHER));
                if together.is_empty() {
                    break;
                }
                together.iter().for_each(|&(hash, _)| lines.prefetch(hash));
                together
                    .drain(..)
                    .for_each(|(hash, place)| lines.insert(hash, place));
            }
        }
        self.lines.insert(hash, as_place(place));
    }

    /// Forgets a key that is at this place, and says whether it was known.
    pub(crate) fn remove<Q: Hash + ?Sized>(&mut self, key: &Q, place: usize) -> bool {
        self.lines.remove(self.hash(key), as_place(place))
    }

    /// Forgets all keys. The room stays, unless it was far too large for so many.
    pub(crate) fn clear(&mut self, keys: usize) {
        if self.is_oversized_for(keys) {
            self.lines = LineIndex::default();
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
        self.lines.bytes()
    }
}

#[inline]
fn as_place(keys: usize) -> u32 {
    u32::try_from(keys).expect("a table of four billion keys does not fit in memory")
}
