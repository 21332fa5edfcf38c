//! The one door to state that is kept per key.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aggregate::Aggregate;
use crate::assembly::Context;
use crate::control::{Control, Question};
use crate::state::{
    Block, Capture, DeclaredState, Decoder, Encoder, Grouping, LookUp, Save, Shape, Snapshot, StateError,
    Storage, Table, in_blocks, in_slices, name_of,
};

/// What an operator keeps per key: found once per record, changed through its slot, saved and restored here, so that no
/// operator does it itself.
///
/// `S` is the grouping's table, such as `G::Table<Acc>`; `C` says whether it can be saved.
#[derive(Debug)]
pub struct KeyedState<C, S: Table> {
    declared: DeclaredState,
    slots: S,
    /// A checkpoint that what is kept is being written for.
    capture: Option<Box<Capture<S>>>,
    storage: PhantomData<fn() -> C>,
}

impl<C, S: Table> KeyedState<C, S> {
    /// The state of the operator that is built at this place. `shape` is what its bytes depend on;
    /// `zero` is the first value where state is not partitioned.
    pub fn new(cx: &Context<C>, shape: Shape, zero: impl FnOnce() -> S::Value) -> Self {
        let mut slots = S::default();
        slots.prepare(zero);
        Self {
            declared: cx.declare(shape),
            slots,
            capture: None,
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
        grouping.slot(&mut self.slots, record, first)
    }

    /// Whether records are better looked up in blocks. Asked once for a row.
    #[inline]
    pub fn in_blocks(&self) -> bool {
        in_blocks(self.slots.is_large())
    }

    /// The first pass over a block: the hash of a record's key, and what is held of it.
    #[inline]
    pub fn look_up<T, G>(&self, grouping: &mut G, record: &T) -> (u64, G::Held)
    where
        G: Grouping<T, Table<S::Value> = S>,
    {
        grouping.look_up::<S::Value>(&self.slots, record)
    }

    /// The second pass.
    #[inline]
    pub fn look_further<R, H>(&self, block: &mut Block<R, H>) {
        block.look_further(|_, hash| self.slots.look_further(hash));
    }

    /// A pass in between, where what is kept has memory of its own: `fetch` has it fetched.
    #[inline]
    pub fn look_at_guesses<R, H>(&self, block: &Block<R, H>, mut fetch: impl FnMut(&S::Value)) {
        block.look_at_guesses(|likely| {
            if let Some(value) = self.slots.guessed(likely) {
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
        grouping.slot_of_found(&mut self.slots, look_up, held, record, first)
    }

    /// The third pass where nothing is created: the slot of a record's group, if there is one.
    #[inline]
    pub fn find<T, G>(&self, grouping: &mut G, look_up: LookUp, held: &G::Held, record: &T) -> Option<S::Slot>
    where
        G: Grouping<T, Table<S::Value> = S>,
    {
        grouping.find::<S::Value>(&self.slots, look_up, held, record)
    }

    /// What is kept in a slot, to be changed: this and [`update`](Self::update), which is on it, are the only ways to do so.
    #[inline]
    pub fn entry(&mut self, slot: S::Slot) -> (&S::Key, &mut S::Value) {
        self.slots.entry(slot)
    }

    /// Lets a closure change what is kept in a slot.
    #[inline]
    pub fn update<R>(&mut self, slot: S::Slot, change: impl FnOnce(&S::Key, &mut S::Value) -> R) -> R {
        self.slots.update(slot, change)
    }

    /// Lets what is kept in a slot be written first, if it is about to be changed while a checkpoint is being written. An
    /// operator that leaves saving to [`control`](Self::control) says so of every slot that it changes; once for a block
    /// by [`touch_block`](Self::touch_block).
    #[inline]
    pub fn touch(&mut self, slot: S::Slot) {
        if S::MAY_BE_LARGE && self.capture.is_some() {
            self.write_early(slot);
        }
    }

    #[cold]
    fn write_early(&mut self, slot: S::Slot) {
        if let Some(capture) = &mut self.capture {
            capture.touch(&mut self.slots, slot);
        }
    }

    /// The same of the slots that the records of a block have, between the second pass and the third.
    #[inline]
    pub fn touch_block<T, G, R>(
        &mut self,
        grouping: &mut G,
        block: &Block<R, G::Held>,
        record: impl Fn(&R) -> &T,
    ) where
        G: Grouping<T, Table<S::Value> = S>,
    {
        if self.capture.is_some() {
            self.touch_all(grouping, block, record);
        }
    }

    #[cold]
    fn touch_all<T, G, R>(&mut self, grouping: &mut G, block: &Block<R, G::Held>, record: impl Fn(&R) -> &T)
    where
        G: Grouping<T, Table<S::Value> = S>,
    {
        for (row, held, look_up) in block.looked_up() {
            let slot = grouping.find::<S::Value>(&self.slots, look_up, held, record(row));
            if let Some(slot) = slot {
                self.touch(slot);
            }
        }
    }

    /// Has all that is kept written that a checkpoint is being written for: records come next that say of no slot that they
    /// change it.
    #[inline]
    pub fn touch_everything(&mut self) {
        if self.capture.is_some() {
            self.write_everything();
        }
    }

    #[cold]
    fn write_everything(&mut self) {
        if let Some(capture) = &mut self.capture {
            capture.walk_to_end(&mut self.slots);
        }
    }

    /// Removes what is kept in a slot, if anything is, and leaves `left` in its place; the slot is used again.
    pub fn remove(&mut self, slot: S::Slot, left: S::Value) -> Option<S::Value> {
        self.slots.remove(slot, left)
    }

    /// Shows everything that is kept to a closure, in the order of the slots: after a restore an operator finds what it
    /// must know of it, such as when it is due.
    pub fn for_each(&self, visit: impl FnMut(S::Slot, &S::Key, &S::Value)) {
        self.slots.for_each_slot(visit);
    }

    /// The slots of all keys, in order.
    pub fn slots(&self) -> Vec<S::Slot> {
        self.slots.slots()
    }

    /// How many keys there are.
    pub fn count(&self) -> usize {
        self.slots.count()
    }

    /// Puts in what was saved of a key, while it is restored: the first stands in the first slot, the next in the next.
    pub fn insert(&mut self, key: S::Key, value: S::Value) {
        self.slots.insert(key, value);
    }

    /// Removes everything, in the order of the slots.
    pub fn drain(&mut self, take: impl FnMut(S::Key, S::Value)) {
        self.slots.drain_in_order(take);
    }

    fn is_to_be_sliced(&self, save: &Save) -> bool {
        S::MAY_BE_LARGE && save.epoch().is_some() && in_slices(self.slots.is_large())
    }

    /// Acts on a control signal: saves and restores what is kept, and `beside`, the plain values that the operator
    /// holds in addition.
    pub fn control<B>(&mut self, control: &mut Control<'_>, beside: &mut B)
    where
        C: Storage<S::Key> + Storage<S::Value>,
        B: Serialize + DeserializeOwned,
    {
        match control {
            Control::Lane(_) | Control::Job(_) => {}
            Control::Question(question) => match question {
                Question::Save(save) if self.is_to_be_sliced(save) => {
                    let Self {
                        declared,
                        slots,
                        capture,
                        ..
                    } = self;
                    save.begin(declared, |to| {
                        head::<S, B>(slots, beside, to)?;
                        to.gap();
                        Ok(())
                    });
                    *capture = Some(Box::new(Capture::new(slots, write_entry::<C, S>)));
                }
                Question::Capture(slice) => {
                    slice.walk(self.declared.id(), &mut self.capture, &mut self.slots);
                }
                Question::Save(save) => {
                    let Self {
                        declared,
                        slots,
                        capture,
                        ..
                    } = self;
                    *capture = None;
                    save.state(declared, &Kept::<C, _, _>::new(slots, beside));
                }
                Question::Restore(restore) => {
                    let Self { declared, slots, .. } = self;
                    restore.state(declared, &mut Kept::<C, _, _>::new(slots, beside));
                }
                Question::AfterEnd(_) | Question::Progress(_) | Question::Count(_) => {}
            },
        }
    }
}

/// What stands before the entries.
fn head<S: Table, B: Serialize>(slots: &S, beside: &B, to: &mut Encoder) -> Result<(), StateError> {
    to.plain(beside)?;
    slots.save_count(to)
}

fn write_entry<C, S: Table>(key: &S::Key, value: &S::Value, to: &mut Encoder) -> Result<(), StateError>
where
    C: Storage<S::Key> + Storage<S::Value>,
{
    <C as Storage<S::Key>>::write(key, to)?;
    <C as Storage<S::Value>>::write(value, to)
}

/// What is saved: what the operator holds in addition, and then each key and its value.
struct Kept<'a, C, S, B> {
    slots: &'a mut S,
    beside: &'a mut B,
    storage: PhantomData<C>,
}

impl<'a, C, S, B> Kept<'a, C, S, B> {
    fn new(slots: &'a mut S, beside: &'a mut B) -> Self {
        Self {
            slots,
            beside,
            storage: PhantomData,
        }
    }
}

impl<C, S, B> Snapshot for Kept<'_, C, S, B>
where
    S: Table,
    B: Serialize + DeserializeOwned,
    C: Storage<S::Key> + Storage<S::Value>,
{
    fn save(&self, to: &mut Encoder) -> Result<(), StateError> {
        head(self.slots, self.beside, to)?;
        let mut entries = self.slots.in_order();
        entries.try_for_each(|(key, value)| write_entry::<C, S>(key, value, to))
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        *self.beside = from.plain()?;
        self.slots.restore::<C>(from, <C as Storage<S::Value>>::read)
    }
}
