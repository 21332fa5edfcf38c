//! An index of places by hash: one cache line holds the tags and the places of twelve.

use prefetch_index::prefetch_index;

/// Places in a line.
const PLACES: usize = 12;
/// The lines of the smallest index.
const FEWEST_LINES: usize = 2;

/// Places by hash. The caller knows what is at a place, and whether it is the one that is looked for.
///
/// A look-up reads one cache line, where a table of tags and places apart reads two: a byte of the hash, the *tag*,
/// is beside each place, and all of a line are compared at once. A line that is full overflows into the next. Which line
/// it is is known from the hash alone, so that it can be fetched before it is needed.
#[derive(Debug, Default)]
pub(super) struct LineIndex {
    /// A power of two of them, or none.
    lines: Vec<Line>,
    /// How many places it takes before it grows.
    room: usize,
    /// How many places are taken, or were and are not used again.
    taken: usize,
    /// How many lines are still to be made.
    missing: usize,
}

#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Line {
    /// A byte for each place, in two words; the highest four bytes belong to none, and have a tag that no hash has.
    tags: [u64; 2],
    places: [u32; PLACES],
}

impl Line {
    const FREE: Self = Self {
        tags: [0, 0x0101_0101_0000_0000],
        places: [0; PLACES],
    };

    /// Where the tag is.
    #[inline]
    fn matches(&self, tag: Tag) -> Matches {
        Matches::of(self.tags, u64::from(tag.0) * 0x0101_0101_0101_0101)
    }

    #[inline]
    fn place(&self, number: usize) -> u32 {
        self.places[number.min(PLACES - 1)]
    }

    fn set(&mut self, number: usize, tag: Tag, place: u32) {
        let bits = 8 * (number % 8);
        self.tags[number / 8] &= !(0xFF << bits);
        self.tags[number / 8] |= u64::from(tag.0) << bits;
        self.places[number] = place;
    }
}

/// The numbers of the places whose tags match, of sixteen.
#[derive(Clone, Copy, Debug)]
struct Matches(u64);

#[cfg(target_arch = "x86_64")]
impl Matches {
    /// A bit for each byte of `tags` that is as in `pattern`, by what every such machine has: SSE2.
    #[inline]
    #[expect(clippy::cast_sign_loss, reason = "only the bits count")]
    fn of(tags: [u64; 2], pattern: u64) -> Self {
        use safe_arch::{cmp_eq_mask_i8_m128i, m128i, move_mask_i8_m128i};
        let equal = cmp_eq_mask_i8_m128i(m128i::from(tags), m128i::from([pattern; 2]));
        Self(u64::from(move_mask_i8_m128i(equal) as u32))
    }

    /// The number of the first; too large where there is none.
    #[inline]
    fn first(self) -> usize {
        self.0.trailing_zeros() as usize
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl Matches {
    #[inline]
    fn of(tags: [u64; 2], pattern: u64) -> Self {
        Self(equal_bytes(tags, pattern))
    }

    /// The number of the first; too large where there is none.
    #[inline]
    fn first(self) -> usize {
        number_of(self.0.trailing_zeros())
    }
}

/// The two lowest bits of each byte say whether that byte of the first and of the second word is as in `pattern`, so that
/// no branch asks in which it is.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline]
fn equal_bytes(tags: [u64; 2], pattern: u64) -> u64 {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let [first, second] = tags.map(|tags| {
        let differs = tags ^ pattern;
        // The highest bit of each byte that is 0.
        !(((differs & LOW) + LOW) | differs | LOW)
    });
    (first >> 7) | (second >> 6)
}

/// Which byte of the two words a bit of `equal_bytes` means.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline]
fn number_of(bit: u32) -> usize {
    (bit / 8 + bit % 2 * 8) as usize
}

impl Iterator for Matches {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let number = self.first();
        self.0 &= self.0 - 1;
        Some(number)
    }
}

/// The part of the hash that is beside a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tag(u8);

impl Tag {
    /// The place is empty, and was since the index was made: a look-up ends here.
    const FREE: Self = Self(0);
    /// What stood there was removed: a look-up goes on.
    const REMOVED: Self = Self(1);

    #[inline]
    fn of(hash: u64) -> Self {
        Self(((hash >> 56) as u8).max(2))
    }
}

impl LineIndex {
    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.lines.as_slice())
    }

    /// How many places it takes before it grows.
    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// Whether it must grow before a place is inserted.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.taken >= self.room
    }

    /// How many places may be inserted before it must grow.
    #[inline]
    pub(super) fn free(&self) -> usize {
        self.room.saturating_sub(self.taken)
    }

    /// The place of this hash that is the right one.
    #[inline]
    pub(super) fn find(&self, hash: u64, mut is_right: impl FnMut(u32) -> bool) -> Option<u32> {
        let tag = Tag::of(hash);
        let mut number = self.line_of(hash);
        while let Some(line) = self.lines.get(number) {
            let mut places = line.matches(tag).map(|number| line.place(number));
            if let Some(place) = places.find(|&place| is_right(place)) {
                return Some(place);
            }
            if line.matches(Tag::FREE).0 != 0 {
                return None;
            }
            number = self.line_after(number);
        }
        None
    }

    /// The place that `find` will most likely ask about first; any where there is none.
    #[inline]
    pub(super) fn guess(&self, hash: u64) -> u32 {
        let Some(line) = self.lines.get(self.line_of(hash)) else {
            return 0;
        };
        line.place(line.matches(Tag::of(hash)).first())
    }

    /// Has the line of this hash fetched from memory, in time for a look-up that is to follow.
    #[inline]
    pub(super) fn prefetch(&self, hash: u64) {
        prefetch_index(&self.lines, self.line_of(hash));
    }

    /// Inserts a place, of a hash that has none. It must not be full.
    pub(super) fn insert(&mut self, hash: u64, place: u32) {
        debug_assert!(!self.is_full(), "the caller has grown it");
        let mut number = self.line_of(hash);
        loop {
            let line = &mut self.lines[number];
            if let Some(removed) = line.matches(Tag::REMOVED).find(|&number| number < PLACES) {
                return line.set(removed, Tag::of(hash), place);
            }
            if let Some(free) = line.matches(Tag::FREE).next() {
                self.taken += 1;
                return line.set(free, Tag::of(hash), place);
            }
            number = self.line_after(number);
        }
    }

    /// Removes a place, and says whether it was there.
    pub(super) fn remove(&mut self, hash: u64, place: u32) -> bool {
        let tag = Tag::of(hash);
        let mut number = self.line_of(hash);
        while let Some(&line) = self.lines.get(number) {
            let mut matches = line.matches(tag);
            if let Some(found) = matches.find(|&number| number < PLACES && line.places[number] == place) {
                self.lines[number].set(found, Tag::REMOVED, 0);
                return true;
            }
            if line.matches(Tag::FREE).0 != 0 {
                return false;
            }
            number = self.line_after(number);
        }
        false
    }

    /// An empty one with room for more than `places`, none of whose lines [are made](Self::make_lines) yet.
    pub(super) fn for_more_than(places: usize) -> Self {
        let mut lines = FEWEST_LINES;
        while room(lines) <= places {
            lines *= 2;
        }
        Self {
            lines: Vec::with_capacity(lines),
            room: room(lines),
            taken: 0,
            missing: lines,
        }
    }

    /// Makes some more lines; says whether all are made, and it is of use.
    pub(super) fn make_lines(&mut self, at_most: usize) -> bool {
        let made = self.missing.min(at_most);
        self.lines.extend(std::iter::repeat_n(Line::FREE, made));
        self.missing -= made;
        self.missing == 0
    }

    /// Removes everything, and keeps its room.
    pub(super) fn clear(&mut self) {
        self.lines.fill(Line::FREE);
        self.taken = 0;
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "only the low bits count")]
    fn line_of(&self, hash: u64) -> usize {
        hash as usize & self.lines.len().wrapping_sub(1)
    }

    #[inline]
    fn line_after(&self, number: usize) -> usize {
        (number + 1) & (self.lines.len() - 1)
    }
}

/// How many places so many lines take: four of five, so that few lines are full.
fn room(lines: usize) -> usize {
    lines * PLACES * 4 / 5
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scattered(n: u64) -> u64 {
        n.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    fn made_for(places: usize) -> LineIndex {
        let mut index = LineIndex::for_more_than(places);
        assert!(index.make_lines(usize::MAX));
        index
    }

    /// Inserts, and grows first where it must.
    fn insert(index: &mut LineIndex, hashes: &[(u64, u32)], hash: u64, place: u32) {
        if index.is_full() {
            *index = made_for(hashes.len());
            hashes.iter().for_each(|&(hash, place)| index.insert(hash, place));
        }
        index.insert(hash, place);
    }

    /// Both ways of comparing sixteen tags, beside a loop.
    #[test]
    fn all_tags_of_a_line_are_compared() {
        for n in 0..10_000 {
            // Few values, so that many are equal.
            let few = |n| scattered(n) & 0x0303_0303_0303_0303;
            let (tags, tag) = ([few(n), few(n + 1_000_000)], (scattered(n) >> 60) as u8 % 4);
            let bytes: Vec<u8> = tags.iter().flat_map(|word| word.to_le_bytes()).collect();
            let expected: Vec<usize> = (0..16).filter(|&number| bytes[number] == tag).collect();
            let pattern = u64::from(tag) * 0x0101_0101_0101_0101;
            let mut matches: Vec<usize> = Matches::of(tags, pattern).collect();
            matches.sort_unstable();
            assert_eq!(matches, expected);
            let bits = equal_bytes(tags, pattern);
            let mut portable: Vec<usize> = (0..64)
                .filter(|bit| bits >> bit & 1 == 1)
                .map(number_of)
                .collect();
            portable.sort_unstable();
            assert_eq!(portable, expected);
        }
    }

    #[test]
    fn what_is_inserted_is_found() {
        let mut index = LineIndex::default();
        let mut known = Vec::new();
        for place in 0..10_000 {
            let hash = scattered(u64::from(place));
            assert_eq!(index.find(hash, |found| found == place), None);
            insert(&mut index, &known, hash, place);
            known.push((hash, place));
        }
        for &(hash, place) in &known {
            assert_eq!(index.find(hash, |found| found == place), Some(place));
        }
        index.clear();
        assert_eq!(index.find(known[0].0, |_| true), None);
    }

    #[test]
    fn equal_hashes_are_told_apart_and_removed_one_by_one() {
        let mut index = made_for(100);
        (0..100).for_each(|place| index.insert(0, place));
        for place in 0..100 {
            assert_eq!(index.find(0, |found| found == place), Some(place));
            assert!(index.remove(0, place));
            assert!(!index.remove(0, place));
            assert_eq!(index.find(0, |found| found == place), None);
            assert_eq!(index.find(0, |found| found == 99), (place < 99).then_some(99));
        }
    }

    #[test]
    fn removed_places_are_used_again() {
        let mut index = made_for(10);
        let lines = index.lines.len();
        for round in 0..1_000_u32 {
            if index.is_full() {
                index = made_for(10);
                assert_eq!(index.lines.len(), lines);
            }
            index.insert(scattered(u64::from(round)), round);
            assert_eq!(
                index.find(scattered(u64::from(round)), |found| found == round),
                Some(round)
            );
            assert!(index.remove(scattered(u64::from(round)), round));
        }
    }
}
