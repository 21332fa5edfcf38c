//! Into which slots the entries of a table come that is restored.

use serde::{Deserialize, Serialize};

use super::table_id::{PART, TableId};

/// Into which slots the entries of a table come that is restored: what precedes them in the bytes of a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Placement {
    /// Into the first ones, as they come: so it is in savepoints, wherever a table is part of its state, and of a table that
    /// [has shrunk](is_sparse).
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

impl Placement {
    /// Into which slots so many entries come of which a checkpoint has this.
    pub(crate) fn of(entries: u64, own: OwnSlots) -> Self {
        if is_sparse(entries, own.parts) {
            Self::First
        } else {
            Self::Own(own)
        }
    }
}

/// Whether a table of so many parts has so few entries that they come into the first slots at a restore, and the next
/// checkpoint writes it whole: less than a quarter of its slots, or none at all.
pub(super) fn is_sparse(entries: u64, parts: u32) -> bool {
    entries.saturating_mul(4) < u64::from(fewest_slots(parts))
}

/// How many slots a table of so many parts has at least.
fn fewest_slots(parts: u32) -> u32 {
    parts.saturating_sub(1).saturating_mul(PART).saturating_add(1)
}

impl OwnSlots {
    /// How many slots it has at most.
    pub(super) fn slots(&self) -> u32 {
        self.parts.saturating_mul(PART)
    }

    /// How many slots it has at least.
    pub(super) fn fewest_slots(&self) -> u32 {
        fewest_slots(self.parts)
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
