//! Which key came first.

use crate::state::{
    Captured, Decoder, Durable, Encoder, LiveTable, Ranks, Room, Slab, StateError, Storage, Table,
};

/// Which key came first, where that can be seen: by the place of its slot the number of its arrival.
///
/// A table of its own, as that of the states knows nothing of it: a checkpoint has those of the keys that have come since the
/// last one.
#[derive(Debug, Default)]
pub(super) struct Births {
    by_place: LiveTable<Slab<u64>>,
    pub(super) next: u64,
}

impl Births {
    /// A key is new.
    #[inline(never)]
    pub(super) fn note(&mut self, place: u32) {
        let number = self.next;
        self.next += 1;
        self.set(place, number);
    }

    fn set(&mut self, place: u32, number: u64) {
        while self.by_place.slot_count() <= place as usize {
            self.by_place.add(0);
        }
        self.by_place.update(place, |(), birth| *birth = number);
    }

    pub(super) fn of(&self, place: u32) -> u64 {
        self.by_place.at(place).copied().unwrap_or(0)
    }

    /// Writes them; `ranks` says where the keys are after a restore.
    pub(super) fn save(&mut self, to: &mut Encoder, ranks: &Ranks) -> Result<(), StateError> {
        let is_beside = !ranks.are_moved() && self.by_place.is_to_be_beside(to);
        to.plain(&(self.next, is_beside))?;
        if is_beside {
            return self.by_place.save(to, |(), birth, to| to.plain(birth));
        }
        self.by_place.leave_out(to);
        let mut births = Vec::new();
        if self.next > 0 {
            ranks.for_each_place(|place| births.push(self.of(place)));
        }
        to.plain(&births)
    }

    /// Reads those of the keys at these places.
    pub(super) fn restore(
        from: &mut Decoder<'_>,
        places: impl ExactSizeIterator<Item = u32>,
    ) -> Result<Self, StateError> {
        let mut births = Self::default();
        let (next, is_beside) = from.plain()?;
        births.next = next;
        if is_beside {
            let read = <Durable as Storage<u64>>::read;
            births.by_place.restore::<Durable>(from, read)?;
            return Ok(births);
        }
        let numbers: Vec<u64> = from.plain()?;
        if numbers.len() > places.len() {
            return Err(StateError::new("it says of a key that is missing when it came"));
        }
        places
            .zip(numbers)
            .for_each(|(place, number)| births.set(place, number));
        Ok(births)
    }

    /// Writes a slice of what a checkpoint has of them; says whether all is written.
    pub(super) fn go_on(&mut self, room: &mut Room) -> bool {
        self.by_place.go_on(room)
    }

    /// What was written, once all is; `None` if nothing was to be.
    pub(super) fn finish(&mut self) -> Option<Result<Captured, StateError>> {
        self.by_place.finish()
    }
}
