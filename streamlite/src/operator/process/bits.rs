//! A bit for each of many things.

use crate::state::Ranks;

/// A bit for each number; none is set at first.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits {
    words: Vec<u64>,
    set: usize,
}

impl Bits {
    /// Those that these words have.
    pub(super) fn of(words: Vec<u64>) -> Self {
        let set = words.iter().map(|word| word.count_ones() as usize).sum();
        Self { words, set }
    }

    /// The words in which the bits of entries of a table stand where the entries are after a restore.
    pub(super) fn moved(&self, ranks: &Ranks) -> Vec<u64> {
        if self.none() {
            return Vec::new();
        }
        if !ranks.are_moved() {
            return self.words.clone();
        }
        let mut moved = Self::default();
        for place in self.places().filter_map(|place| ranks.of_place(place)) {
            moved.insert(place as usize);
        }
        moved.words
    }

    /// The numbers whose bits are set, in order.
    pub(super) fn places(&self) -> impl Iterator<Item = u32> {
        (0_u32..).zip(&self.words).flat_map(|(word, &bits)| {
            (0..64)
                .filter(move |bit| bits >> bit & 1 == 1)
                .map(move |bit| word * 64 + bit)
        })
    }

    /// Whether no bit is set.
    #[inline]
    pub(super) fn none(&self) -> bool {
        self.set == 0
    }

    #[inline]
    pub(super) fn has(&self, number: usize) -> bool {
        self.words
            .get(number / 64)
            .is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Sets a bit; says whether it was not set.
    pub(super) fn insert(&mut self, number: usize) -> bool {
        let (word, bit) = (number / 64, 1 << (number % 64));
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let is_new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.set += usize::from(is_new);
        is_new
    }

    /// Unsets a bit; says whether it was set.
    pub(super) fn remove(&mut self, number: usize) -> bool {
        let was_set = self.has(number);
        if was_set {
            self.words[number / 64] &= !(1 << (number % 64));
            self.set -= 1;
        }
        was_set
    }
}
