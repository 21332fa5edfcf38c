//! What is merged of a queue of parts, of which the first can be dropped without merging all others anew.

use prefetch_index::prefetch_index;

/// Parts that are merged, as two stacks: of the earlier ones, what is merged from each of them up to the last of them; of
/// the later ones, what is merged of all. The parts themselves are elsewhere. Each is merged twice in all, however long
/// the queue is: the well-known queue of two stacks.
#[derive(Debug)]
pub(super) struct TwoStacks<P> {
    /// From the last of the earlier parts to the first.
    earlier: Vec<P>,
    later: Option<P>,
}

impl<P> Default for TwoStacks<P> {
    fn default() -> Self {
        Self {
            earlier: Vec::new(),
            later: None,
        }
    }
}

impl<P> TwoStacks<P> {
    /// Adds a part at the end.
    #[inline]
    pub(super) fn push(&mut self, part: &P, merge: impl Fn(&mut Option<P>, &P)) {
        merge(&mut self.later, part);
    }

    /// Drops the first part; `parts` are all that are merged.
    #[inline]
    pub(super) fn drop_first<'a>(
        &mut self,
        parts: impl DoubleEndedIterator<Item = &'a P>,
        merge: impl Fn(&mut Option<P>, &P),
    ) where
        P: 'a,
    {
        if self.earlier.is_empty() {
            for part in parts.rev() {
                let mut merged = None;
                for part in [Some(part), self.earlier.last()].into_iter().flatten() {
                    merge(&mut merged, part);
                }
                self.earlier.extend(merged);
            }
            self.later = None;
        }
        self.earlier.pop();
    }

    /// Has what [`merged`](Self::merged) reads fetched.
    #[inline]
    pub(super) fn prefetch(&self) {
        prefetch_index(&self.earlier, self.earlier.len().saturating_sub(1));
    }

    /// What all parts come to.
    #[inline]
    pub(super) fn merged(&self, merge: impl Fn(&mut Option<P>, &P)) -> Option<P> {
        let mut merged = None;
        for part in self.earlier.last().into_iter().chain(&self.later) {
            merge(&mut merged, part);
        }
        merged
    }
}
