//! A bit for each of many things.

/// A bit for each number; none is set at first.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits {
    words: Vec<u64>,
    set: usize,
}

impl Bits {
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
