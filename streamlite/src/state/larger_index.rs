//! The index that takes the place of one that is nearly full.

use super::line_index::LineIndex;

/// A larger index, which is built in steps while the one before it is in use, so that no record waits for all of it, and no
/// look-up pays for two.
#[derive(Debug)]
pub(super) struct LargerIndex {
    lines: LineIndex,
    /// The places before this one are in it, or among those that are on their way.
    next: u32,
    /// Hashes and places that are to be inserted: their lines are being fetched from memory.
    on_their_way: Vec<(u64, u32)>,
}

/// So many are on their way at once.
const TOGETHER: usize = 64;

impl LargerIndex {
    /// One for a list of so many keys, which has so many places.
    pub(super) fn new(keys: usize, places: usize) -> Self {
        // Some are inserted while it is built, and then it must not grow again at once.
        let growing = (keys + places / 8) * 4 / 3;
        Self {
            lines: LineIndex::for_more_than(growing),
            next: 0,
            on_their_way: Vec::new(),
        }
    }

    /// Makes so many lines, or inserts so many places of a list; says whether all `places` are in. `hash_at` is the hash of the
    /// key at a place, if one is there.
    pub(super) fn go_on(
        &mut self,
        places: usize,
        mut at_most: usize,
        hash_at: impl Fn(usize) -> Option<u64>,
    ) -> bool {
        if !self.lines.make_lines(at_most) {
            return false;
        }
        loop {
            self.insert_those_on_their_way();
            let left = places - self.next as usize;
            let together = left.min(at_most).min(TOGETHER);
            if together == 0 {
                return left == 0;
            }
            for _ in 0..together {
                if let Some(hash) = hash_at(self.next as usize) {
                    self.lines.prefetch(hash);
                    self.on_their_way.push((hash, self.next));
                }
                self.next += 1;
            }
            at_most -= together;
            if at_most == 0 {
                return false;
            }
        }
    }

    fn insert_those_on_their_way(&mut self) {
        let lines = &mut self.lines;
        let on_their_way = self.on_their_way.drain(..);
        on_their_way.for_each(|(hash, place)| lines.insert(hash, place));
    }

    /// A key was inserted at a place.
    pub(super) fn insert(&mut self, hash: u64, place: u32) {
        if place < self.next {
            self.lines.insert(hash, place);
        }
    }

    /// The key at a place was removed.
    pub(super) fn remove(&mut self, hash: u64, place: u32) {
        if place < self.next {
            self.insert_those_on_their_way();
            self.lines.remove(hash, place);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.lines.bytes()
    }

    /// The index, once all places are in.
    pub(super) fn into_lines(self) -> LineIndex {
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(key: u64) -> u64 {
        key.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    /// Keys come and go at the places that are being inserted, and before and after them.
    #[test]
    fn what_comes_and_goes_meanwhile_is_in_it_or_not() {
        let mut random = 1_u64;
        let mut below = |below: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % below
        };
        for _ in 0..50 {
            let places = 300 + below(2_000);
            // A key at each place; no key comes twice.
            let mut list: Vec<Option<u64>> = (0..places).map(Some).collect();
            let mut next_key = places;
            let mut larger = LargerIndex::new(list.len(), list.len());
            let is_built = |larger: &mut LargerIndex, list: &[Option<u64>], steps| {
                larger.go_on(list.len(), steps, |place| list[place].map(hash))
            };
            while !is_built(
                &mut larger,
                &list,
                1 + usize::try_from(below(20)).expect("it is small"),
            ) {
                for _ in 0..below(4) {
                    let near = (u64::from(larger.next) + below(30))
                        .saturating_sub(20)
                        .min(places - 1);
                    let place = usize::try_from(near).expect("it is small");
                    let number = u32::try_from(place).expect("it is small");
                    match list[place] {
                        Some(key) => {
                            list[place] = None;
                            larger.remove(hash(key), number);
                        }
                        None => {
                            list[place] = Some(next_key);
                            larger.insert(hash(next_key), number);
                            next_key += 1;
                        }
                    }
                }
            }
            let mut lines = larger.into_lines();
            for (place, key) in (0_u32..).zip(&list) {
                if let Some(key) = *key {
                    assert_eq!(lines.find(hash(key), |found| found == place), Some(place));
                    assert!(lines.remove(hash(key), place));
                }
            }
            for key in 0..next_key {
                assert_eq!(
                    lines.find(hash(key), |_| true),
                    None,
                    "{key} is in it twice, or was removed"
                );
            }
        }
    }
}
