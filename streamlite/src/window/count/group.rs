//! The records of one key, in windows by number.

use std::collections::VecDeque;

use super::every::Every;
use crate::aggregate::Aggregate;
use crate::state::{Decoder, Encoder, StateError, Storage};
use crate::time::Timestamp;
use crate::window::two_stacks::TwoStacks;

/// What one key has in its windows.
#[derive(Debug)]
pub(super) struct Group<A> {
    /// How many records have come.
    seen: u64,
    /// How many of them since a window fired, or would have.
    in_step: u64,
    /// The window that fires next, where windows do not overlap.
    next: Option<Part<A>>,
    /// What is only there where they do.
    overlapping: Option<Box<Overlapping<A>>>,
}

/// An accumulator, the greatest timestamp in it, and when its first record came.
#[derive(Debug)]
struct Part<A> {
    order: u64,
    greatest: Timestamp,
    acc: A,
}

#[derive(Debug)]
enum Overlapping<A> {
    /// The windows that are open, the one that fires next before the others.
    Windows(VecDeque<Part<A>>),
    /// Slices that windows share.
    Slices(Slices<A>),
}

#[derive(Debug)]
struct Slices<A> {
    /// The numbers of the first records, and what is in the slices.
    slices: VecDeque<(u64, Part<A>)>,
    /// How many of them are merged.
    merged: usize,
    stacks: TwoStacks<Part<A>>,
}

/// A window that fires.
pub(super) struct Fired<V> {
    pub(super) order: u64,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) timestamp: Timestamp,
    pub(super) result: V,
}

/// What a record did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// It is in a window.
    Quietly,
    /// It is in a window, which is full.
    Last,
    /// It is in no window.
    InGap,
}

/// A record, apart from its key.
#[derive(Debug)]
pub(super) struct Arrived<T> {
    pub(super) value: T,
    pub(super) timestamp: Timestamp,
    pub(super) order: u64,
}

impl<A> Default for Group<A> {
    fn default() -> Self {
        Self {
            seen: 0,
            in_step: 0,
            next: None,
            overlapping: None,
        }
    }
}

impl<A> Default for Slices<A> {
    fn default() -> Self {
        Self {
            slices: VecDeque::new(),
            merged: 0,
            stacks: TwoStacks::default(),
        }
    }
}

impl<A> Part<A> {
    fn new(order: u64, acc: A) -> Self {
        Self {
            order,
            greatest: Timestamp::MIN,
            acc,
        }
    }

    fn fired<T, X: Aggregate<T, Acc = A>>(self, start: u64, end: u64, aggregate: &X) -> Fired<X::Out> {
        Fired {
            order: self.order,
            start,
            end,
            timestamp: self.greatest,
            result: aggregate.last_result(self.acc),
        }
    }

    fn save<C: Storage<A>>(&self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&(self.order, self.greatest))?;
        C::write(&self.acc, to)
    }

    fn restore<C: Storage<A>>(from: &mut Decoder<'_>) -> Result<Self, StateError> {
        let (order, greatest) = from.plain()?;
        let acc = C::read(from)?;
        Ok(Self { order, greatest, acc })
    }
}

fn merge<T, A: Aggregate<T>>(aggregate: &A, into: &mut Option<Part<A::Acc>>, part: &Part<A::Acc>) {
    let into = into.get_or_insert_with(|| Part::new(part.order, aggregate.zero()));
    into.order = into.order.min(part.order);
    into.greatest = into.greatest.max(part.greatest);
    aggregate.merge(&mut into.acc, &part.acc);
}

impl<A> Group<A> {
    /// Adds a record.
    #[inline]
    pub(super) fn add<T, X: Aggregate<T, Acc = A>>(
        &mut self,
        every: &Every,
        aggregate: &X,
        record: Arrived<T>,
    ) -> Added {
        if every.size > every.step {
            return self.add_overlapping(every, aggregate, &record);
        }
        let is_in_gap = self.in_step < every.step - every.size;
        self.seen += 1;
        self.in_step += 1;
        if is_in_gap {
            return Added::InGap;
        }
        let next = self
            .next
            .get_or_insert_with(|| Part::new(record.order, aggregate.zero()));
        next.greatest = next.greatest.max(record.timestamp);
        aggregate.add_owned(&mut next.acc, record.value);
        if self.in_step < every.step {
            Added::Quietly
        } else {
            Added::Last
        }
    }

    /// The same where a record is in several windows.
    #[inline(never)]
    fn add_overlapping<T, X: Aggregate<T, Acc = A>>(
        &mut self,
        every: &Every,
        aggregate: &X,
        record: &Arrived<T>,
    ) -> Added {
        let (number, at) = (self.seen, self.in_step);
        self.seen += 1;
        self.in_step += 1;
        let overlapping = self.overlapping.get_or_insert_with(|| Overlapping::of::<T, X>());
        match &mut **overlapping {
            Overlapping::Windows(windows) => {
                while (windows.len() as u64) < (at + every.size) / every.step {
                    windows.push_back(Part::new(record.order, aggregate.zero()));
                }
                for window in windows.iter_mut() {
                    window.add(record, aggregate);
                }
            }
            Overlapping::Slices(slices) => {
                slices.add(at == 0 || at == every.cut(), number, record, aggregate);
            }
        }
        if self.in_step < every.step {
            Added::Quietly
        } else {
            Added::Last
        }
    }

    /// Fires the window that is full, or will be with the records that are missing to a step; `None` if there is nothing
    /// in it.
    #[inline(never)]
    pub(super) fn fire<T, X: Aggregate<T, Acc = A>>(
        &mut self,
        every: &Every,
        aggregate: &X,
    ) -> Option<Fired<X::Out>> {
        let end = self.seen;
        let start = (end - self.in_step)
            .saturating_add(every.step)
            .saturating_sub(every.size);
        self.in_step = 0;
        let part = match self.overlapping.as_deref_mut() {
            None => self.next.take(),
            Some(Overlapping::Windows(windows)) => windows.pop_front(),
            Some(Overlapping::Slices(slices)) => slices.fire(start, aggregate),
        };
        part.map(|part| part.fired(start, end, aggregate))
    }

    /// Fires what is left at the end, if a record has come since a window fired.
    pub(super) fn rest<T, X: Aggregate<T, Acc = A>>(
        mut self,
        every: &Every,
        aggregate: &X,
    ) -> Option<Fired<X::Out>> {
        if self.in_step == 0 {
            return None;
        }
        self.fire(every, aggregate)
    }

    /// Writes it.
    pub(super) fn save<C: Storage<A>>(&self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&(self.seen, self.in_step, self.next.is_some()))?;
        self.next.iter().try_for_each(|next| next.save::<C>(to))?;
        match self.overlapping.as_deref() {
            None => to.plain(&0_u64),
            Some(Overlapping::Windows(windows)) => {
                to.plain(&(windows.len() as u64))?;
                windows.iter().try_for_each(|window| window.save::<C>(to))
            }
            Some(Overlapping::Slices(slices)) => {
                to.plain(&(slices.slices.len() as u64))?;
                slices.slices.iter().try_for_each(|(start, slice)| {
                    to.plain(start)?;
                    slice.save::<C>(to)
                })
            }
        }
    }

    /// Reads what was saved; slices are merged anew.
    pub(super) fn restore<T, X: Aggregate<T, Acc = A>, C: Storage<A>>(
        from: &mut Decoder<'_>,
    ) -> Result<Self, StateError> {
        let (seen, in_step, has_next) = from.plain()?;
        let next = if has_next {
            Some(Part::restore::<C>(from)?)
        } else {
            None
        };
        let parts: u64 = from.plain()?;
        let mut overlapping = Overlapping::of::<T, X>();
        for _ in 0..parts {
            match &mut *overlapping {
                Overlapping::Windows(windows) => windows.push_back(Part::restore::<C>(from)?),
                Overlapping::Slices(slices) => {
                    let start = from.plain()?;
                    slices.slices.push_back((start, Part::restore::<C>(from)?));
                }
            }
        }
        Ok(Self {
            seen,
            in_step,
            next,
            overlapping: (parts > 0).then_some(overlapping),
        })
    }
}

impl<A> Overlapping<A> {
    /// Windows share slices if merging them is exactly what adding all records to one is; they are in order.
    fn of<T, X: Aggregate<T, Acc = A>>() -> Box<Self> {
        Box::new(if X::MERGING.is_exact() {
            Self::Slices(Slices::default())
        } else {
            Self::Windows(VecDeque::new())
        })
    }
}

impl<A> Part<A> {
    fn add<T>(&mut self, record: &Arrived<T>, aggregate: &impl Aggregate<T, Acc = A>) {
        self.greatest = self.greatest.max(record.timestamp);
        aggregate.add(&mut self.acc, &record.value);
    }
}

impl<A> Slices<A> {
    /// Adds a record to the last slice, or to one that begins with it.
    fn add<T>(
        &mut self,
        begins: bool,
        number: u64,
        record: &Arrived<T>,
        aggregate: &impl Aggregate<T, Acc = A>,
    ) {
        if begins {
            let part = Part::new(record.order, aggregate.zero());
            self.slices.push_back((number, part));
        }
        if let Some((_, slice)) = self.slices.back_mut() {
            slice.add(record, aggregate);
        }
    }

    /// What is in all slices from a record on; those before it are dropped.
    fn fire<T, X: Aggregate<T, Acc = A>>(&mut self, start: u64, aggregate: &X) -> Option<Part<A>> {
        let merge = |into: &mut _, part: &_| merge(aggregate, into, part);
        for (_, slice) in self.slices.range(self.merged..) {
            self.stacks.push(slice, merge);
        }
        self.merged = self.slices.len();
        while self.slices.front().is_some_and(|(first, _)| *first < start) {
            self.stacks
                .drop_first(self.slices.iter().map(|(_, slice)| slice), merge);
            self.slices.pop_front();
            self.merged -= 1;
        }
        self.stacks.merged(merge)
    }
}
