//! Into which slots the entries of a table come that is restored.

use serde::{Deserialize, Serialize};

use super::table_id::{PART, TableId};

/// Into which slots the entries of a table come that is restored: what precedes them in the bytes of a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Placement {
    /// Into the first ones, as they come: so it is in savepoints, and wherever a table is part of its state.
    First,
    /// Into those where they were, so that the files of the checkpoint go on being right. In front of each entry is how many
    /// slots it is after the one before, the first after slot 0.
    Own(OwnSlots),
}

/// What a checkpoint has of a table that is restored from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OwnSlots {
    pub(crate) id: TableId,
    /// How many parts it has.
    pub(crate) parts: u32,
    /// The part that was written whole the longest time ago.
    pub(crate) oldest: u32,
}

impl OwnSlots {
    /// How many slots it has at most.
    pub(super) fn slots(&self) -> u32 {
        self.parts.saturating_mul(PART)
    }

    /// How many slots it has at least.
    pub(super) fn fewest_slots(&self) -> u32 {
        self.parts
            .saturating_sub(1)
            .saturating_mul(PART)
            .saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::codec::{Decoder, Encoder};
    use super::*;
    use crate::epoch::{Epoch, Incarnation};

    /// The files of the checkpoint are not beside a savepoint: what would be in slots of its own has nothing of them.
    #[test]
    fn a_savepoint_has_no_table_in_slots_of_its_own() {
        let own = Placement::Own(OwnSlots {
            id: TableId::first_of(Epoch {
                incarnation: Incarnation(1),
                number: 1,
            }),
            parts: 1,
            oldest: 0,
        });
        for (placement, is_refused) in [(own, true), (Placement::First, false)] {
            let mut to = Encoder::default();
            to.plain(&placement).expect("it is small");
            let bytes = to.into_bytes();
            let in_checkpoint = Decoder::with_own_slots(&bytes).placement();
            assert_eq!(in_checkpoint.expect("it may be"), placement);
            let in_savepoint = Decoder::new(&bytes).placement();
            assert_eq!(in_savepoint.is_err(), is_refused, "{placement:?}");
        }
    }
}
