//! Which slots of a table are taken.

/// The slots that are taken, in order: all but the empty ones.
#[derive(Debug)]
pub(super) struct Taken {
    next: usize,
    slots: usize,
    /// The empty slots that are still to come, the next one last.
    empty: Vec<u32>,
}

impl Taken {
    /// Of so many slots those that are not empty.
    pub(super) fn new(slots: usize, empty: &[u32]) -> Self {
        let mut empty = empty.to_vec();
        empty.sort_unstable_by(|one, other| other.cmp(one));
        Self {
            next: 0,
            slots,
            empty,
        }
    }
}

impl Iterator for Taken {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self
            .empty
            .last()
            .is_some_and(|&empty| empty as usize == self.next)
        {
            self.empty.pop();
            self.next += 1;
        }
        let slot = self.next;
        self.next += 1;
        (slot < self.slots).then_some(slot)
    }
}
