//! A table that goes on being used while a checkpoint is written of what it held.

use std::fmt;
use std::ops::Deref;

use super::capture::{CapturedTables, Room, WriteEntry, WritesEntry, in_slices, is_in_slices};
use super::captured::Captured;
use super::codec::{Decoder, Encoder, StateError};
use super::grouping::Grouping;
use super::look_up::{Block, LookUp};
use super::placement::{OwnSlots, Placement, is_sparse};
use super::ranks::Ranks;
use super::renewal::parts_of;
use super::storage::Storage;
use super::table::Table;
use super::tracking::Tracking;

/// A table whose look-ups do not wait for memory, and that has fewer bytes in a checkpoint, is written whole each time.
const SMALL: usize = 4 << 20;

/// A table that goes on being used while a checkpoint is written of what it held at the barrier.
///
/// Whatever changes an entry has it written first, if its turn has not come, and marks it for the next checkpoint, which writes
/// what changed; looking at the table needs nothing of it.
pub struct LiveTable<S: Table> {
    table: S,
    /// `None` where nothing is to be marked: there are no checkpoints, or they write all of it, as it is small.
    tracking: Option<Box<Tracking<S>>>,
    /// How many bytes it had when it was written whole last.
    whole: usize,
    /// What was saved last is beside its state, or is to be.
    is_beside: bool,
    /// An entry takes as long to be written as so many of other tables.
    each: usize,
}

impl<S: Table> Default for LiveTable<S> {
    fn default() -> Self {
        Self {
            table: S::default(),
            tracking: None,
            whole: 0,
            is_beside: false,
            each: 1,
        }
    }
}

impl<S: Table> Deref for LiveTable<S> {
    type Target = S;

    #[inline]
    fn deref(&self) -> &S {
        &self.table
    }
}

impl<S: Table> LiveTable<S> {
    /// A table whose entries take as long to be written as so many of other tables.
    pub(super) fn of_long_entries(each: usize) -> Self {
        Self {
            each,
            ..Self::default()
        }
    }

    /// The table itself; what is changed is to be [touched](Self::touch).
    #[inline]
    pub(super) fn table_mut(&mut self) -> &mut S {
        &mut self.table
    }

    /// Makes the table ready for records.
    pub fn prepare(&mut self, zero: impl FnOnce() -> S::Value) {
        self.table.prepare(zero);
    }

    /// The slot of a record's group, which starts with `first` if it is new; it is to be [touched](Self::touch).
    #[inline]
    pub fn slot_of<T, G>(&mut self, grouping: &mut G, record: &T, first: impl FnOnce() -> S::Value) -> S::Slot
    where
        G: Grouping<T, Table<S::Value> = S>,
    {
        grouping.slot(&mut self.table, record, first)
    }

    /// The third pass over a block that was [touched](Self::touch_block): the slot of a record's group, as
    /// [`slot_of`](Self::slot_of) finds it.
    #[inline]
    pub fn slot_of_found<T, G>(
        &mut self,
        grouping: &mut G,
        look_up: LookUp,
        held: G::Held,
        record: &T,
        first: impl FnOnce() -> S::Value,
    ) -> S::Slot
    where
        G: Grouping<T, Table<S::Value> = S>,
    {
        grouping.slot_of_found(&mut self.table, look_up, held, record, first)
    }

    /// The key and the value of an entry that is there; its value may be changed.
    #[inline]
    pub fn entry(&mut self, slot: S::Slot) -> (&S::Key, &mut S::Value) {
        self.touch(slot);
        self.table.entry(slot)
    }

    /// Lets a closure look at an entry that is there, and change its value.
    #[inline]
    pub fn update<R>(&mut self, slot: S::Slot, change: impl FnOnce(&S::Key, &mut S::Value) -> R) -> R {
        let (key, value) = self.entry(slot);
        change(key, value)
    }

    /// The key and the value of an entry that was [touched](Self::touch).
    #[inline]
    pub fn entry_touched(&mut self, slot: S::Slot) -> (&S::Key, &mut S::Value) {
        self.table.entry(slot)
    }

    /// The same as [`update`](Self::update) of an entry that was touched.
    #[inline]
    pub fn update_touched<R>(
        &mut self,
        slot: S::Slot,
        change: impl FnOnce(&S::Key, &mut S::Value) -> R,
    ) -> R {
        self.table.update(slot, change)
    }

    /// The key and the value of an entry that is there, of which only what is not saved may be changed.
    #[inline]
    pub fn entry_unsaved(&mut self, slot: S::Slot) -> (&S::Key, &mut S::Value) {
        self.table.entry(slot)
    }

    /// Lets a closure look at an entry that is there, and change what is not saved of it.
    #[inline]
    pub fn update_unsaved<R>(
        &mut self,
        slot: S::Slot,
        change: impl FnOnce(&S::Key, &mut S::Value) -> R,
    ) -> R {
        self.table.update(slot, change)
    }

    /// Removes the entry in a slot, if one is there, and leaves `left` in its place; the slot is used again.
    pub fn remove(&mut self, slot: S::Slot, left: S::Value) -> Option<S::Value> {
        self.touch(slot);
        self.table.remove(slot, left)
    }

    /// Removes every entry, in order.
    pub fn drain_in_order(&mut self, take: impl FnMut(S::Key, S::Value)) {
        self.touch_everything();
        if !self.is_captured() {
            self.forget();
        }
        self.table.drain_in_order(take);
    }

    /// Nothing is to be marked any more.
    fn forget(&mut self) {
        self.tracking = None;
        self.table.note_strays(false);
    }

    /// Shows every entry to a closure, in order, which may change its value.
    pub fn for_each_mut(&mut self, mut change: impl FnMut(&S::Key, &mut S::Value)) {
        for slot in self.table.slots() {
            self.update(slot, &mut change);
        }
    }

    /// Whether what is changed is to be touched, for checkpoints: then keys are better looked up in blocks, which are touched at
    /// once.
    #[inline]
    pub fn is_tracked(&self) -> bool {
        S::MAY_BE_LARGE && self.tracking.is_some()
    }

    fn is_captured(&self) -> bool {
        let tracking = self.tracking.as_ref();
        tracking.is_some_and(|tracking| tracking.capture.is_some())
    }

    /// An entry is about to be changed: has it written, if a checkpoint is being written and its turn has not come, and marks it
    /// for the next one.
    #[inline]
    pub fn touch(&mut self, slot: S::Slot) {
        if self.is_tracked() {
            self.touch_tracked(slot);
        }
    }

    /// The same of an entry whose value is elsewhere: `write` writes it.
    #[inline]
    pub(super) fn touch_by(&mut self, slot: S::Slot, write: impl WritesEntry<S>) {
        if S::MAY_BE_LARGE
            && let Some(tracking) = &mut self.tracking
        {
            tracking.touch_by(&mut self.table, slot, write);
        }
    }

    /// Not inlined: what pays for it has no checkpoints.
    #[inline(never)]
    fn touch_tracked(&mut self, slot: S::Slot) {
        if let Some(tracking) = &mut self.tracking {
            tracking.touch(&mut self.table, slot);
        }
    }

    /// From here on any entry may be changed without being touched, as long as nothing else is done: what is to be written is, and
    /// the next checkpoint writes all.
    #[inline]
    pub fn touch_everything(&mut self) {
        if self.is_tracked() {
            self.write_everything();
            if let Some(tracking) = &mut self.tracking {
                tracking.id = None;
            }
        }
    }

    /// Writes all that is to be written for a checkpoint.
    #[cold]
    pub fn write_everything(&mut self) {
        if let Some(tracking) = &mut self.tracking
            && let Some(capture) = &mut tracking.capture
        {
            capture.walk_to_end(&mut self.table);
        }
    }

    /// All entries are about to be changed that the records of a block have: between the second pass, which guesses where they are,
    /// and the third.
    #[inline]
    pub fn touch_block<T, G, R>(
        &mut self,
        grouping: &mut G,
        block: &Block<R, G::Held>,
        record: impl Fn(&R) -> &T,
    ) where
        G: Grouping<T, Table<S::Value> = S>,
    {
        if S::MAY_BE_LARGE
            && let Some(tracking) = &mut self.tracking
        {
            tracking.mark_strays(&mut self.table);
            tracking.mark_guesses(block);
            if tracking.capture.is_some() {
                self.write_block_early(grouping, block, record);
            }
        }
    }

    /// The same of one record of a block whose records are of several tables.
    #[inline]
    pub fn touch_guess(&mut self, likely: u32) {
        if S::MAY_BE_LARGE
            && let Some(tracking) = &mut self.tracking
        {
            tracking.mark_strays(&mut self.table);
            tracking.mark_guess(likely);
        }
    }

    #[cold]
    fn write_block_early<T, G, R>(
        &mut self,
        grouping: &mut G,
        block: &Block<R, G::Held>,
        record: impl Fn(&R) -> &T,
    ) where
        G: Grouping<T, Table<S::Value> = S>,
    {
        for (row, held, look_up) in block.looked_up() {
            let slot = grouping.find::<S::Value>(&self.table, look_up, held, record(row));
            if let Some(slot) = slot {
                self.touch(slot);
            }
        }
    }

    /// Several entries are about to be changed.
    #[inline]
    pub fn touch_all(&mut self, slots: impl IntoIterator<Item = S::Slot>) {
        if S::MAY_BE_LARGE && self.tracking.is_some() {
            slots.into_iter().for_each(|slot| self.touch(slot));
        }
    }

    /// Writes how many entries there are, and the entries. For a checkpoint those of a large table stay beside the state: what
    /// changed since the last one, and some more, is marked and written in slices by [`walk`](Self::walk), as it is now.
    ///
    /// # Errors
    /// If `write` fails.
    pub fn save(&mut self, to: &mut Encoder, write: WriteEntry<S>) -> Result<(), StateError> {
        self.table.save_count(to)?;
        let known = self.tracking.as_ref().and_then(|tracking| tracking.id);
        self.is_beside = false;
        if self.is_to_be_beside(to)
            && let Some(left) = to.leave_table(known)
        {
            self.is_beside = true;
            let tracking = self.tracking.get_or_insert_with(|| Box::new(Tracking::new()));
            tracking.begin(&mut self.table, left, write);
            return Ok(());
        }
        self.leave_out(to);
        to.plain(&Placement::First)?;
        let mut entries = self.table.in_order();
        entries.try_for_each(|(key, value)| write(key, value, to))
    }

    /// Whether entries stay beside the state that is being saved.
    pub fn is_to_be_beside(&self, to: &Encoder) -> bool {
        S::MAY_BE_LARGE && to.takes_gaps() && in_slices(self.table.count() * self.each)
    }

    /// What is being saved has no table beside it; what is in this one is written otherwise.
    pub fn leave_out(&mut self, to: &Encoder) {
        if to.takes_gaps() {
            self.forget();
        }
    }

    /// Where the entries are after a restore of what was saved last; they are as they were then.
    pub fn ranks(&self) -> Ranks {
        let parts = u32::try_from(parts_of(self.table.slot_count())).unwrap_or(u32::MAX);
        if self.is_beside && !is_sparse(self.table.count() as u64, parts) {
            Ranks::own(&self.table)
        } else {
            Ranks::first(&self.table)
        }
    }

    /// Writes entries as long as there is room; returns what was written once all is, and nothing if nothing was to be.
    pub fn walk(&mut self, room: &mut Room) -> Option<CapturedTables> {
        let is_written = self.go_on(room);
        is_written.then(|| self.finish().into_iter().collect())
    }

    /// Writes entries as long as there is room; says whether all are written.
    pub fn go_on(&mut self, room: &mut Room) -> bool {
        let Self { table, tracking, .. } = self;
        let capture = tracking.as_mut().and_then(|tracking| tracking.capture.as_mut());
        capture.is_none_or(|capture| capture.walk(table, room))
    }

    /// The same of a table whose values are elsewhere: `write` writes its entries.
    pub(super) fn go_on_by(&mut self, room: &mut Room, write: impl WritesEntry<S>) -> bool {
        let Self {
            table,
            tracking,
            each,
            ..
        } = self;
        let capture = tracking.as_mut().and_then(|tracking| tracking.capture.as_mut());
        capture.is_none_or(|capture| capture.walk_by(table, room, *each, write))
    }

    /// What was written, once all is; `None` if nothing was to be.
    pub fn finish(&mut self) -> Option<Result<Captured, StateError>> {
        let tracking = self.tracking.as_mut()?;
        let (captured, room) = tracking.capture.take()?.finish();
        tracking.spare = room;
        if let Ok(captured) = &captured
            && captured.is_whole()
        {
            self.whole = captured.bytes();
        }
        if self.is_small() {
            self.forget();
        }
        Some(captured)
    }

    /// Reads the entries of a table that was saved into this one, which has none; values by `read`, which is asked for the same
    /// one several times where slots are empty, so that it is to count nothing.
    ///
    /// # Errors
    /// If the bytes are not such a table.
    pub fn restore<C: Storage<S::Key>>(
        &mut self,
        from: &mut Decoder<'_>,
        mut read: impl FnMut(&mut Decoder<'_>) -> Result<S::Value, StateError>,
    ) -> Result<(), StateError> {
        let entries: u64 = from.plain()?;
        let before = from.left();
        match from.placement()? {
            Placement::First => {
                for _ in 0..entries {
                    let key = C::read(from)?;
                    self.table.insert(key, read(from)?);
                }
            }
            Placement::Own(own) => {
                let mut read = |from: &mut Decoder<'_>| Ok((C::read(from)?, read(from)?));
                self.restore_own(entries, &own, from, &mut read)?;
                self.whole = before - from.left();
                if !self.is_small() {
                    self.tracking = Some(Box::new(Tracking::restored(&mut self.table, &own)));
                }
            }
        }
        Ok(())
    }

    /// Reads entries into their own slots.
    fn restore_own(
        &mut self,
        entries: u64,
        own: &OwnSlots,
        from: &mut Decoder<'_>,
        read: &mut impl FnMut(&mut Decoder<'_>) -> Result<(S::Key, S::Value), StateError>,
    ) -> Result<(), StateError> {
        if is_sparse(entries, own.parts) {
            return Err(StateError::new(format!(
                "a table of {entries} entries has {} parts",
                own.parts
            )));
        }
        let (mut place, mut last) = (0_u32, None);
        for entry in 0..entries {
            let further: u32 = from.plain()?;
            place = match place.checked_add(further) {
                Some(place) if place < own.slots() && (further > 0 || entry == 0) => place,
                _ => return Err(StateError::new("an entry of a table has no place in it")),
            };
            // An empty slot has a key that is there, to which nothing leads.
            last = Some(from.clone());
            self.table.add_empty(place as usize, || read(&mut from.clone()))?;
            let (key, value) = read(from)?;
            self.table.append(key, value);
        }
        match last {
            // So that it has all its parts.
            Some(last) => self
                .table
                .add_empty(own.fewest_slots() as usize, || read(&mut last.clone())),
            None => Err(StateError::new("a table without entries has slots")),
        }
    }

    /// Writing it whole each time costs less than marks for each record.
    fn is_small(&self) -> bool {
        !self.table.is_large() && self.whole < SMALL && !is_in_slices()
    }

    /// The next checkpoint has to write it whole: what earlier ones have of it is not as it would be written now.
    pub fn write_whole_next(&mut self) {
        if let Some(tracking) = &mut self.tracking {
            tracking.id = None;
        }
    }
}

impl<S: Table> fmt::Debug for LiveTable<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveTable")
            .field("entries", &self.table.count())
            .field("is_captured", &self.is_captured())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::capture::capture_in_slices;
    use super::super::captured::stored::Stored;
    use super::super::key_table::{KeyTable, Slot};
    use super::super::storage::Durable;
    use super::super::table_id::TableId;
    use super::*;
    use crate::epoch::{Epoch, Incarnation};

    type Table32 = KeyTable<u32, u64>;

    fn write(key: &u32, value: &u64, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&(key, value))
    }

    /// The entries, as saving writes them that leaves no gap.
    fn whole(table: &mut LiveTable<Table32>) -> Vec<u8> {
        let mut encoder = Encoder::default();
        let mut count = Encoder::default();
        table.save(&mut encoder, write).expect("it is a number");
        table.save_count(&mut count).expect("it is a number");
        count.plain(&Placement::First).expect("it is a number");
        encoder.into_bytes().split_off(count.len())
    }

    struct Random(u64);

    impl Random {
        fn below(&mut self, below: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % below as u64).expect("it is small")
        }
    }

    struct Run {
        table: LiveTable<Table32>,
        random: Random,
        /// The next key that is new.
        key: u32,
        taken: Vec<Slot>,
        /// Where each place was said to be after the restore of a table that shrank.
        ranks: Vec<Option<u32>>,
    }

    impl Run {
        fn new(random: Random) -> Self {
            Self {
                table: LiveTable::default(),
                random,
                key: 0,
                taken: Vec::new(),
                ranks: Vec::new(),
            }
        }

        /// Adds keys, each in the slot of its number, removes those that do not stay, takes a checkpoint, and restores it.
        fn shrink_and_restore(&mut self, keys: u32, stays: impl Fn(u32) -> bool) -> Captured {
            for key in 0..keys {
                self.table.slot_of(&mut by(), &key, || 1);
            }
            for place in (0..keys).filter(|key| !stays(*key)) {
                self.table.remove(Table32::slot_at(place), 0);
            }
            let epoch = Epoch {
                incarnation: Incarnation(1),
                number: 1,
            };
            let mut encoder = Encoder::with_gaps(epoch, false);
            capture_in_slices(Some(1 << 20));
            self.table.save(&mut encoder, write).expect("it is a number");
            let ranks = self.table.ranks();
            self.ranks = (0..keys).map(|place| ranks.of_place(place)).collect();
            let captured = self.table.walk(&mut Room::unlimited()).expect("all is written");
            let captured = captured.expect("they are numbers").pop().expect("there is one");
            let mut stored = Stored::default();
            stored.add(&captured);
            self.restore(&stored, captured.id());
            capture_in_slices(None);
            captured
        }

        fn change(&mut self, step: u64) {
            let (table, taken) = (&mut self.table, &mut self.taken);
            let one = (!taken.is_empty()).then(|| self.random.below(taken.len()));
            match (self.random.below(1_000), one) {
                (0, _) if self.random.below(20) == 0 => {
                    table.drain_in_order(|_key, _value| {});
                    taken.clear();
                }
                (0..300, Some(one)) => table.update(taken[one], |_key, value| *value += 1 + step),
                // As a row does that goes one by one.
                (300, Some(_)) if self.random.below(5) == 0 => {
                    table.touch_everything();
                    for _ in 0..self.random.below(50) {
                        let one = self.random.below(taken.len());
                        let key = *table.table.entry(taken[one]).0;
                        let slot = table.slot_of(&mut by(), &key, || 0);
                        table.update_touched(slot, |_key, value| *value += 7 + step);
                    }
                }
                // As a block of records does, some of whose keys are new.
                (400..420, Some(_)) => {
                    let mut grouping = by();
                    let mut block: Block<u32, _> = Block::default();
                    for _ in 0..self.random.below(128) {
                        let is_new = self.random.below(10) == 0;
                        let key = if is_new {
                            self.key
                        } else {
                            *table.table.entry(taken[self.random.below(taken.len())]).0
                        };
                        self.key += u32::from(is_new);
                        let found = grouping.look_up::<u64>(&table.table, &key);
                        block.push(key, found);
                    }
                    block.look_further(|_, hash| table.table.look_further(hash));
                    table.touch_block(&mut grouping, &block, |key| key);
                    for (key, held, look_up) in block.drain() {
                        let before = table.count();
                        let slot = table.slot_of_found(&mut grouping, look_up, held, &key, || step);
                        table.update_touched(slot, |_key, value| *value += 3);
                        if table.count() > before {
                            taken.push(slot);
                        }
                    }
                }
                (420..550, Some(one)) => drop(table.remove(taken.swap_remove(one), 7)),
                _ => {
                    let slot = table.slot_of(&mut by(), &self.key, || step);
                    table.touch(slot);
                    taken.push(slot);
                    self.key += 1;
                }
            }
        }

        /// Takes a checkpoint, while the table goes on changing.
        fn checkpoint(&mut self, number: u32, is_full: bool) -> Option<Captured> {
            let epoch = Epoch {
                incarnation: Incarnation(1),
                number,
            };
            let mut encoder = Encoder::with_gaps(epoch, is_full);
            self.table.save(&mut encoder, write).expect("it is a number");
            loop {
                for step in 0..self.random.below(60) as u64 {
                    self.change(step);
                }
                capture_in_slices(Some(1 + self.random.below(2_000)));
                if let Some(captured) = self.table.walk(&mut Room::of_a_slice()) {
                    return captured.expect("they are numbers").pop();
                }
            }
        }
    }

    impl Run {
        /// Goes on from what checkpoints have, as after a crash: each entry is where it was.
        fn restore(&mut self, stored: &Stored, id: TableId) {
            let bytes = stored.restored();
            let mut from = Decoder::with_own_slots(&bytes);
            self.table = LiveTable::default();
            let restored = self
                .table
                .restore::<Durable>(&mut from, <Durable as Storage<u64>>::read);
            restored.expect("it was saved");
            assert_eq!(from.left(), 0);
            self.taken = self.table.slots();
            if !self.taken.is_empty() {
                let known = self.table.tracking.as_ref().and_then(|tracking| tracking.id);
                let is_sparse = is_sparse(self.table.count() as u64, stored.parts());
                assert_eq!(known, (!is_sparse).then_some(id), "it is the same table");
            }
        }
    }

    fn by() -> impl Grouping<u32, Table<u64> = Table32, Key = u32> {
        super::super::grouping::By::new(|key: &u32| *key)
    }

    /// Tables change between slices in every way there is, and checkpoints fail; what all of them together have is what there was
    /// at the last barrier.
    fn compare(seed: u64, most: usize) {
        capture_in_slices(Some(64));
        let random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let mut run = Run::new(random);
        let (mut stored, mut is_full) = (Stored::default(), false);
        for number in 1..25 {
            let changes = [0, 3, 100, most][run.random.below(4)];
            (0..changes as u64).for_each(|step| run.change(step));
            let before = whole(&mut run.table);
            let captured = run
                .checkpoint(number, is_full)
                .expect("it is written beside the state");
            // One that failed is nowhere, and the next one has all.
            is_full = run.random.below(6) == 0;
            if !is_full {
                stored.add(&captured);
                assert!(stored.bytes() == before, "seed {seed}, checkpoint {number}");
                if run.random.below(4) == 0 {
                    run.restore(&stored, captured.id());
                    assert!(
                        whole(&mut run.table) == before,
                        "seed {seed}, restored from {number}"
                    );
                }
            }
        }
        capture_in_slices(None);
    }

    #[test]
    fn what_checkpoints_have_together_is_what_there_was_at_the_barrier() {
        (1..30).for_each(|seed| compare(seed, 700));
        // Of several parts.
        (40..42).for_each(|seed| compare(seed, 60_000));
    }

    #[test]
    fn a_checkpoint_has_what_changed_and_a_little_more() {
        let mut run = Run::new(Random(1));
        for key in 0..100_000 {
            run.table.slot_of(&mut by(), &key, || 1);
        }
        let rows = |captured: &Captured| {
            let mut rows = 0;
            let counted = captured.for_each(|_, _| {
                rows += 1;
                Ok::<(), ()>(())
            });
            counted.expect("nothing fails");
            rows
        };
        let take = |run: &mut Run, number| {
            capture_in_slices(Some(1 << 20));
            let epoch = Epoch {
                incarnation: Incarnation(1),
                number,
            };
            let mut encoder = Encoder::with_gaps(epoch, false);
            run.table.save(&mut encoder, write).expect("it is a number");
            let captured = run.table.walk(&mut Room::unlimited()).expect("all is written");
            capture_in_slices(None);
            captured.expect("they are numbers").pop().expect("there is one")
        };
        assert_eq!(rows(&take(&mut run, 1)), 100_000);
        assert_eq!(rows(&take(&mut run, 2)), 0);
        let mut written = 0;
        for number in 3..103 {
            for step in 0..1_000 {
                let place = u32::try_from(run.random.below(100_000)).expect("it is small");
                run.table
                    .update(Table32::slot_at(place), |_key, value| *value += step);
            }
            written += rows(&take(&mut run, number));
        }
        // A thousand changed of each, and half as many again are written whole in passing.
        assert!((225_000..=260_000).contains(&written), "{written}");
    }

    /// Files have something of its last part: it is still there.
    #[test]
    fn a_table_whose_last_part_is_empty_has_it_after_a_restore() {
        let mut run = Run::new(Random(1));
        let captured = run.shrink_and_restore(20_000, |key| key < 6_000);
        assert_eq!(run.table.count(), 6_000);
        assert_eq!(parts_of(run.table.slot_count()), captured.parts());
    }

    /// Below a quarter of the slots it takes no more memory than its entries need, and whoever knows a place is told the new one.
    #[test]
    fn a_table_that_shrank_comes_into_the_first_slots() {
        // Two parts have 16,385 slots at least.
        for (left, is_moved) in [(4_097, false), (4_096, true), (10, true), (0, true)] {
            let mut run = Run::new(Random(1));
            let stays = |key| key % 4 == 3 && key / 4 < left;
            run.shrink_and_restore(20_000, stays);
            assert_eq!(run.table.count(), left as usize);
            let keys: Vec<u32> = run.table.in_order().map(|(key, _)| *key).collect();
            assert_eq!(keys, (0..20_000).filter(|key| stays(*key)).collect::<Vec<_>>());
            if is_moved {
                assert_eq!(run.table.slot_count(), left as usize);
                assert!(
                    run.table.tracking.is_none(),
                    "the next checkpoint writes it whole"
                );
            } else {
                assert_eq!(parts_of(run.table.slot_count()), 2);
            }
            for (number, key) in (0..).zip(keys) {
                let place = if is_moved { number } else { key };
                assert_eq!(*run.table.entry_unsaved(Table32::slot_at(place)).0, key);
                assert_eq!(run.ranks[key as usize], Some(place), "of {left}");
            }
        }
    }

    /// What a file claims takes no memory.
    #[test]
    fn a_table_of_more_slots_than_it_may_have_is_refused() {
        for (parts, is_refused) in [(1, false), (2, true), (u32::MAX, true)] {
            let own = OwnSlots {
                id: TableId::first_of(Epoch {
                    incarnation: Incarnation(1),
                    number: 1,
                }),
                parts,
                oldest: 0,
            };
            // One entry, in slot 0.
            let mut bytes = Encoder::default();
            let placed = (1_u64, Placement::Own(own), 0_u32, 7_u32, 1_u64);
            bytes.plain(&placed).expect("they are numbers");
            let bytes = bytes.into_bytes();
            let mut table = LiveTable::<Table32>::default();
            let read = <Durable as Storage<u64>>::read;
            let restored = table.restore::<Durable>(&mut Decoder::with_own_slots(&bytes), read);
            assert_eq!(restored.is_err(), is_refused, "{parts} parts");
            assert_eq!(table.slot_count(), usize::from(!is_refused));
        }
    }
}
