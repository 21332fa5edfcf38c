//! The one door to state that is kept per key.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aggregate::{Aggregate, read_filled};
use crate::assembly::Context;
use crate::control::{Control, Question};
use crate::metrics::StateSize;
use crate::state::{
    Block, Captured, DeclaredState, Decoder, Encoder, Grouping, LiveTable, Look, LookUp, PerKey, Ranks, Room,
    Shape, Shows, Slice, Snapshot, StateError, Storage, Table, WriteEntry, in_blocks, name_of,
};

/// What an operator keeps per key: found once per record, changed through its slot, saved and restored here, so that no
/// operator does it itself.
///
/// `S` is the grouping's table, such as `G::Table<Acc>`; `C` says whether it can be saved.
#[derive(Debug)]
pub struct KeyedState<C, S: Table> {
    node: usize,
    declared: DeclaredState,
    table: LiveTable<S>,
    storage: PhantomData<fn() -> C>,
}

impl<C, S: Table> KeyedState<C, S> {
    /// The state of the operator that is built at this place. `shape` is what its bytes depend on;
    /// `zero` is the first value where state is not partitioned.
    pub fn new(cx: &Context<C>, shape: Shape, zero: impl FnOnce() -> S::Value) -> Self {
        let mut table = LiveTable::<S>::default();
        table.prepare(zero);
        Self {
            node: cx.node_index(),
            declared: cx.declare(shape),
            table,
            storage: PhantomData,
        }
    }

    /// The accumulators of an aggregate, as the state of the operator that is built at this place.
    pub fn of_aggregate<T, A>(cx: &Context<C>, operator: &str, aggregate: &A) -> Self
    where
        A: Aggregate<T, Acc = S::Value>,
    {
        let shape = Shape::new(operator)
            .with("key", name_of::<S::Key>())
            .with("aggregate", aggregate.describe());
        Self::new(cx, shape, || aggregate.zero())
    }

    /// How large it is.
    pub fn size(&self) -> StateSize {
        self.table.size()
    }

    /// Whose state it is.
    pub fn declared(&self) -> &DeclaredState {
        &self.declared
    }

    /// The slot of a record's group, which starts with `first` if it is new.
    #[inline]
    pub fn slot_of<T, G>(&mut self, grouping: &mut G, record: &T, first: impl FnOnce() -> S::Value) -> S::Slot
    where
        G: Grouping<T, Table<S::Value> = S>,
    {
        self.table.slot_of(grouping, record, first)
    }

    /// Whether records are better looked up in blocks. Asked once for a row.
    #[inline]
    pub fn in_blocks(&self) -> bool {
        in_blocks(self.table.is_large() || self.table.is_tracked())
    }

    /// The first pass over a block: the hash of a record's key, and what is held of it.
    #[inline]
    pub fn look_up<T, G>(&self, grouping: &mut G, record: &T) -> (u64, G::Held)
    where
        G: Grouping<T, Table<S::Value> = S>,
    {
        grouping.look_up::<S::Value>(&self.table, record)
    }

    /// The second pass.
    #[inline]
    pub fn look_further<R, H>(&self, block: &mut Block<R, H>) {
        block.look_further(|_, hash| self.table.look_further(hash));
    }

    /// A pass in between, where what is kept has memory of its own: `fetch` has it fetched.
    #[inline]
    pub fn look_at_guesses<R, H>(&self, block: &Block<R, H>, mut fetch: impl FnMut(&S::Value)) {
        block.look_at_guesses(|likely| {
            if let Some(value) = self.table.guessed(likely) {
                fetch(value);
            }
        });
    }

    /// The third pass: the slot of a record's group, as [`slot_of`](Self::slot_of) finds it.
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
        self.table.slot_of_found(grouping, look_up, held, record, first)
    }

    /// The third pass where nothing is created: the slot of a record's group, if there is one.
    #[inline]
    pub fn find<T, G>(&self, grouping: &mut G, look_up: LookUp, held: &G::Held, record: &T) -> Option<S::Slot>
    where
        G: Grouping<T, Table<S::Value> = S>,
    {
        grouping.find::<S::Value>(&self.table, look_up, held, record)
    }

    /// What is kept in a slot, to be changed.
    #[inline]
    pub fn entry(&mut self, slot: S::Slot) -> (&S::Key, &mut S::Value) {
        self.table.entry(slot)
    }

    /// What is kept in a slot that was [touched](Self::touch), to be changed.
    #[inline]
    pub fn entry_touched(&mut self, slot: S::Slot) -> (&S::Key, &mut S::Value) {
        self.table.entry_touched(slot)
    }

    /// What is kept in a slot, of which only what is not saved may be changed.
    #[inline]
    pub fn entry_unsaved(&mut self, slot: S::Slot) -> (&S::Key, &mut S::Value) {
        self.table.entry_unsaved(slot)
    }

    /// Has what is kept in a slot written, if a checkpoint is being written and its turn has not come: it is about to be
    /// changed.
    #[inline]
    pub fn touch(&mut self, slot: S::Slot) {
        self.table.touch(slot);
    }

    /// Lets a closure change what is kept in a slot.
    #[inline]
    pub fn update<R>(&mut self, slot: S::Slot, change: impl FnOnce(&S::Key, &mut S::Value) -> R) -> R {
        self.table.update(slot, change)
    }

    /// The same of a slot that was [touched](Self::touch), as those of a row are at once.
    #[inline]
    pub fn update_touched<R>(
        &mut self,
        slot: S::Slot,
        change: impl FnOnce(&S::Key, &mut S::Value) -> R,
    ) -> R {
        self.table.update_touched(slot, change)
    }

    /// Has what the records of a block are about to change written, if a checkpoint is being written: between the second
    /// pass and the third.
    #[inline]
    pub fn touch_block<T, G, R>(
        &mut self,
        grouping: &mut G,
        block: &Block<R, G::Held>,
        record: impl Fn(&R) -> &T,
    ) where
        G: Grouping<T, Table<S::Value> = S>,
    {
        self.table.touch_block(grouping, block, record);
    }

    /// The same of all that is kept.
    #[inline]
    pub fn touch_everything(&mut self) {
        self.table.touch_everything();
    }

    /// Removes what is kept in a slot, if anything is, and leaves `left` in its place; the slot is used again.
    pub fn remove(&mut self, slot: S::Slot, left: S::Value) -> Option<S::Value> {
        self.table.remove(slot, left)
    }

    /// Shows everything that is kept to a closure, in the order of the slots: after a restore an operator finds what it
    /// must know of it, such as when it is due.
    pub fn for_each(&self, visit: impl FnMut(S::Slot, &S::Key, &S::Value)) {
        self.table.for_each_slot(visit);
    }

    /// Shows the entry of a key to a closure, if it is there, or all entries, in the order of the slots.
    pub fn look_at(&self, key: Option<&S::Key>, visit: impl FnMut(S::Slot, &S::Key, &S::Value)) {
        self.table.look_at(key, visit);
    }

    /// Shows what a look asks for, if it is meant: of each key what a closure makes of its value.
    pub fn look<V>(&self, look: &mut Look, mut value: impl FnMut(&S::Key, &S::Value) -> V)
    where
        C: Shows<S::Key> + Shows<V>,
    {
        if !look.is_for(&self.declared, None) {
            return;
        }
        if let Some(asked) = look.keys::<C, S::Key>(PerKey::Value, name_of::<V>()) {
            self.table.look_at(asked.one(), |_slot, key, kept| {
                look.show::<C, _>(key, Some(&()), C::as_any(&value(key, kept)));
            });
        }
    }

    /// The slots of all keys, in order.
    pub fn slots(&self) -> Vec<S::Slot> {
        self.table.slots()
    }

    /// How many keys there are.
    pub fn count(&self) -> usize {
        self.table.count()
    }

    /// Removes everything, in the order of the slots.
    pub fn drain(&mut self, take: impl FnMut(S::Key, S::Value)) {
        self.table.drain_in_order(take);
    }

    /// Saves what is kept, entries as `write` writes them: of a checkpoint those of a large table in
    /// [slices](Self::capture).
    ///
    /// # Errors
    /// If `write` fails.
    pub fn save(&mut self, to: &mut Encoder, write: WriteEntry<S>) -> Result<(), StateError> {
        self.table.save(to, write)
    }

    /// Reads what was saved; values by `read`, which may be asked for the same one several times.
    ///
    /// # Errors
    /// If the bytes are not such a table.
    pub fn restore(
        &mut self,
        from: &mut Decoder<'_>,
        read: impl FnMut(&mut Decoder<'_>) -> Result<S::Value, StateError>,
    ) -> Result<(), StateError>
    where
        C: Storage<S::Key>,
    {
        self.table.restore::<C>(from, read)
    }

    /// Where everything is after a restore of what was saved last; to be asked for at once.
    pub fn ranks(&self) -> Ranks {
        self.table.ranks()
    }

    /// The next checkpoint has to write everything: what earlier ones have is not as it would be written now.
    pub fn write_whole_next(&mut self) {
        self.table.write_whole_next();
    }

    /// Whether anything is kept in a slot.
    pub fn has(&self, slot: S::Slot) -> bool {
        self.table.has(slot)
    }

    /// Writes a slice of what is to be written of a large table.
    pub fn capture(&mut self, slice: &mut Slice) {
        let Self { declared, table, .. } = self;
        slice.walk(declared.id(), |room| table.walk(room));
    }

    /// Writes entries as long as there is room; says whether all are written.
    pub fn go_on(&mut self, room: &mut Room) -> bool {
        self.table.go_on(room)
    }

    /// What was written, once all is; `None` if nothing was to be.
    pub fn finish(&mut self) -> Option<Result<Captured, StateError>> {
        self.table.finish()
    }

    /// Acts on a control signal: saves and restores what is kept, and `beside`, the plain values that the operator
    /// holds in addition.
    pub fn control<T, A, B>(&mut self, control: &mut Control<'_>, aggregate: &A, beside: &mut B)
    where
        C: Storage<S::Key> + Storage<S::Value>,
        A: Aggregate<T, Acc = S::Value>,
        B: Serialize + DeserializeOwned,
    {
        let Control::Question(question) = control else {
            return;
        };
        let Self {
            node,
            declared,
            table,
            ..
        } = self;
        let mut kept = Kept::<T, C, S, A, B> {
            table,
            aggregate,
            beside,
            storage: PhantomData,
        };
        match question {
            Question::Save(save) => save.state(declared, &mut kept),
            Question::Restore(restore) => restore.state(declared, &mut kept),
            Question::Capture(slice) => self.capture(slice),
            Question::Count(tally) => tally.node(*node).state += table.size(),
            Question::AfterEnd(_) | Question::Progress(_) | Question::Look(_) => {}
        }
    }
}

fn write_entry<C, S: Table>(key: &S::Key, value: &S::Value, to: &mut Encoder) -> Result<(), StateError>
where
    C: Storage<S::Key> + Storage<S::Value>,
{
    <C as Storage<S::Key>>::write(key, to)?;
    <C as Storage<S::Value>>::write(value, to)
}

/// What is saved: what the operator holds in addition, and then each key and its value.
struct Kept<'a, T, C, S: Table, A, B> {
    table: &'a mut LiveTable<S>,
    aggregate: &'a A,
    beside: &'a mut B,
    storage: PhantomData<(fn(T), C)>,
}

impl<T, C, S, A, B> Snapshot for Kept<'_, T, C, S, A, B>
where
    S: Table,
    A: Aggregate<T, Acc = S::Value>,
    B: Serialize + DeserializeOwned,
    C: Storage<S::Key> + Storage<S::Value>,
{
    fn save(&mut self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(self.beside)?;
        self.table.save(to, write_entry::<C, S>)
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        *self.beside = from.plain()?;
        self.table
            .restore::<C>(from, |from| read_filled::<T, A, C>(self.aggregate, from))
    }
}
