//! Looking keys up in blocks, so that the memory of many is on its way at once.

/// How many records are looked up together: enough to wait for memory once, few enough to stay in the nearest cache.
#[expect(dead_code, reason = "its user is the next step")]
pub(crate) const BLOCK: usize = 128;

/// What is known of a record's slot while its block is passed over three times: the key is hashed, and the part of the
/// index that knows its slot is fetched ([`Grouping::look_up`](super::Grouping::look_up)); the slot is guessed and
/// fetched ([`Table::look_further`](super::Table::look_further)); it is found
/// ([`Grouping::slot_of_found`](super::Grouping::slot_of_found)).
#[derive(Clone, Copy, Debug)]
pub struct LookUp {
    pub(super) hash: u64,
    /// Where the key most likely is.
    pub(super) likely: u32,
}

impl LookUp {
    #[inline]
    pub(super) fn new(hash: u64) -> Self {
        Self { hash, likely: 0 }
    }
}
