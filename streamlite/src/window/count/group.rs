//! The records of one key, in windows by number.

use std::collections::VecDeque;

use super::every::{Added, Every};
use crate::aggregate::{Aggregate, check_filled};
use crate::state::{Decoder, Encoder, StateError, Storage};
use crate::time::Timestamp;
use crate::window::two_stacks::TwoStacks;

/// What one key has in its windows.
#[derive(Debug)]
pub(super) enum Group<A> {
    /// Where windows do not overlap: one that fires next. Read with every record, so that it is small.
    Apart(Counted<A>),
    Overlapping(Box<Overlapping<A>>),
}

#[derive(Debug)]
pub(super) struct Counted<A> {
    /// How many records have come.
    seen: u64,
    /// How many of them since a window fired, or would have.
    in_step: u64,
    /// The window that fires next, empty while its records are yet to come.
    next: Part<A>,
}

/// An accumulator, and the greatest timestamp in it.
#[derive(Debug)]
struct Part<A> {
    greatest: Timestamp,
    acc: A,
}

#[derive(Debug)]
pub(super) struct Overlapping<A> {
    seen: u64,
    in_step: u64,
    parts: Parts<A>,
}

#[derive(Debug)]
enum Parts<A> {
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
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) timestamp: Timestamp,
    pub(super) result: V,
}

/// A record, apart from its key.
#[derive(Debug)]
pub(super) struct Arrived<T> {
    pub(super) value: T,
    pub(super) timestamp: Timestamp,
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
    fn new<T>(aggregate: &impl Aggregate<T, Acc = A>) -> Self {
        Self {
            greatest: Timestamp::MIN,
            acc: aggregate.zero(),
        }
    }

    #[inline]
    fn add<T>(&mut self, record: &Arrived<T>, aggregate: &impl Aggregate<T, Acc = A>) {
        self.greatest = self.greatest.max(record.timestamp);
        aggregate.add(&mut self.acc, &record.value);
    }

    fn fired<T, X: Aggregate<T, Acc = A>>(self, start: u64, end: u64, aggregate: &X) -> Fired<X::Out> {
        Fired {
            start,
            end,
            timestamp: self.greatest,
            result: aggregate.last_result(self.acc),
        }
    }

    fn save<C: Storage<A>>(&self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&self.greatest)?;
        C::write(&self.acc, to)
    }

    fn restore<C: Storage<A>>(from: &mut Decoder<'_>) -> Result<Self, StateError> {
        let greatest = from.plain()?;
        let acc = C::read(from)?;
        Ok(Self { greatest, acc })
    }
}

fn merge<T, A: Aggregate<T>>(aggregate: &A, into: &mut Option<Part<A::Acc>>, part: &Part<A::Acc>) {
    let into = into.get_or_insert_with(|| Part::new(aggregate));
    into.greatest = into.greatest.max(part.greatest);
    aggregate.merge(&mut into.acc, &part.acc);
}

impl<A> Group<A> {
    /// A key of which nothing has come yet.
    pub(super) fn new<T, X: Aggregate<T, Acc = A>>(every: &Every, aggregate: &X) -> Self {
        if every.overlaps() {
            Self::Overlapping(Box::new(Overlapping {
                seen: 0,
                in_step: 0,
                parts: Parts::of::<T, X>(),
            }))
        } else {
            Self::Apart(Counted {
                seen: 0,
                in_step: 0,
                next: Part::new(aggregate),
            })
        }
    }

    /// Adds a record.
    #[inline]
    pub(super) fn add<T, X: Aggregate<T, Acc = A>>(
        &mut self,
        every: &Every,
        aggregate: &X,
        record: Arrived<T>,
    ) -> Added {
        match self {
            Self::Apart(counted) => counted.add(every, aggregate, record),
            Self::Overlapping(overlapping) => overlapping.add(every, aggregate, &record),
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
        let in_step = std::mem::take(self.in_step());
        let end = self.seen();
        let start = (end - in_step)
            .saturating_add(every.step)
            .saturating_sub(every.size);
        let part = match self {
            Self::Apart(counted) => {
                (in_step > every.gap()).then(|| std::mem::replace(&mut counted.next, Part::new(aggregate)))
            }
            Self::Overlapping(overlapping) => match &mut overlapping.parts {
                Parts::Windows(windows) => windows.pop_front(),
                Parts::Slices(slices) => slices.fire(start, aggregate),
            },
        };
        part.map(|part| part.fired(start, end, aggregate))
    }

    /// Fires what is left at the end, if a record has come since a window fired.
    pub(super) fn rest<T, X: Aggregate<T, Acc = A>>(
        mut self,
        every: &Every,
        aggregate: &X,
    ) -> Option<Fired<X::Out>> {
        if *self.in_step() == 0 {
            return None;
        }
        self.fire(every, aggregate)
    }

    /// The window that fires next, as it would fire now; `None` if no record is in it yet.
    pub(super) fn open<T, X: Aggregate<T, Acc = A>>(
        &self,
        every: &Every,
        aggregate: &X,
    ) -> Option<Fired<X::Out>> {
        let end = self.seen();
        let in_step = match self {
            Self::Apart(counted) => counted.in_step,
            Self::Overlapping(overlapping) => overlapping.in_step,
        };
        let start = (end - in_step)
            .saturating_add(every.step)
            .saturating_sub(every.size);
        let (timestamp, result) = match self {
            Self::Apart(counted) => {
                let part = (in_step > every.gap()).then_some(&counted.next)?;
                (part.greatest, aggregate.result(&part.acc))
            }
            Self::Overlapping(overlapping) => match &overlapping.parts {
                Parts::Windows(windows) => {
                    let part = windows.front()?;
                    (part.greatest, aggregate.result(&part.acc))
                }
                Parts::Slices(slices) => {
                    let part = slices.open(start, aggregate)?;
                    (part.greatest, aggregate.last_result(part.acc))
                }
            },
        };
        Some(Fired {
            start,
            end,
            timestamp,
            result,
        })
    }

    fn seen(&self) -> u64 {
        match self {
            Self::Apart(counted) => counted.seen,
            Self::Overlapping(overlapping) => overlapping.seen,
        }
    }

    fn in_step(&mut self) -> &mut u64 {
        match self {
            Self::Apart(counted) => &mut counted.in_step,
            Self::Overlapping(overlapping) => &mut overlapping.in_step,
        }
    }

    /// Writes it.
    pub(super) fn save<C: Storage<A>>(&self, to: &mut Encoder) -> Result<(), StateError> {
        match self {
            Self::Apart(Counted { seen, in_step, next }) => {
                to.plain(&(seen, in_step))?;
                next.save::<C>(to)
            }
            Self::Overlapping(overlapping) => {
                to.plain(&(overlapping.seen, overlapping.in_step))?;
                overlapping.parts.save::<C>(to)
            }
        }
    }

    /// Reads what was saved; slices are merged anew.
    pub(super) fn restore<T, X: Aggregate<T, Acc = A>, C: Storage<A>>(
        every: &Every,
        aggregate: &X,
        from: &mut Decoder<'_>,
    ) -> Result<Self, StateError> {
        let (seen, in_step) = from.plain()?;
        Ok(if every.overlaps() {
            let parts = Parts::restore::<T, X, C>(aggregate, from)?;
            Self::Overlapping(Box::new(Overlapping { seen, in_step, parts }))
        } else {
            let next = Part::restore::<C>(from)?;
            if in_step > every.gap() {
                check_filled(aggregate, &next.acc)?;
            }
            Self::Apart(Counted { seen, in_step, next })
        })
    }
}

impl<A> Counted<A> {
    #[inline]
    fn add<T>(&mut self, every: &Every, aggregate: &impl Aggregate<T, Acc = A>, record: Arrived<T>) -> Added {
        self.seen += 1;
        self.in_step += 1;
        if self.in_step <= every.gap() {
            return Added::InGap;
        }
        self.next.greatest = self.next.greatest.max(record.timestamp);
        aggregate.add_owned(&mut self.next.acc, record.value);
        every.added(self.in_step)
    }
}

impl<A> Overlapping<A> {
    #[inline(never)]
    fn add<T, X: Aggregate<T, Acc = A>>(
        &mut self,
        every: &Every,
        aggregate: &X,
        record: &Arrived<T>,
    ) -> Added {
        let (number, at) = (self.seen, self.in_step);
        self.seen += 1;
        self.in_step += 1;
        match &mut self.parts {
            Parts::Windows(windows) => {
                while (windows.len() as u64) < (at + every.size) / every.step {
                    windows.push_back(Part::new(aggregate));
                }
                for window in windows.iter_mut() {
                    window.add(record, aggregate);
                }
            }
            Parts::Slices(slices) => {
                slices.add(at == 0 || at == every.cut(), number, record, aggregate);
            }
        }
        every.added(self.in_step)
    }
}

impl<A> Parts<A> {
    /// Windows share slices if merging them is exactly what adding all records to one is; they are in order.
    fn of<T, X: Aggregate<T, Acc = A>>() -> Self {
        if X::MERGING.is_exact() {
            Self::Slices(Slices::default())
        } else {
            Self::Windows(VecDeque::new())
        }
    }

    fn save<C: Storage<A>>(&self, to: &mut Encoder) -> Result<(), StateError> {
        match self {
            Self::Windows(windows) => {
                to.plain(&(windows.len() as u64))?;
                windows.iter().try_for_each(|window| window.save::<C>(to))
            }
            Self::Slices(slices) => {
                to.plain(&(slices.slices.len() as u64))?;
                slices.slices.iter().try_for_each(|(start, slice)| {
                    to.plain(start)?;
                    slice.save::<C>(to)
                })
            }
        }
    }

    fn restore<T, X: Aggregate<T, Acc = A>, C: Storage<A>>(
        aggregate: &X,
        from: &mut Decoder<'_>,
    ) -> Result<Self, StateError> {
        let mut parts = Self::of::<T, X>();
        let saved: u64 = from.plain()?;
        for _ in 0..saved {
            let read = |from: &mut Decoder<'_>| {
                let part = Part::restore::<C>(from)?;
                check_filled(aggregate, &part.acc)?;
                Ok::<_, StateError>(part)
            };
            match &mut parts {
                Self::Windows(windows) => windows.push_back(read(from)?),
                Self::Slices(slices) => {
                    let start = from.plain()?;
                    slices.slices.push_back((start, read(from)?));
                }
            }
        }
        Ok(parts)
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
            let part = Part::new(aggregate);
            self.slices.push_back((number, part));
        }
        if let Some((_, slice)) = self.slices.back_mut() {
            slice.add(record, aggregate);
        }
    }

    /// What is in all slices from a record on.
    fn open<T, X: Aggregate<T, Acc = A>>(&self, start: u64, aggregate: &X) -> Option<Part<A>> {
        let mut merged = None;
        for (_, slice) in self.slices.iter().filter(|(first, _)| *first >= start) {
            merge(aggregate, &mut merged, slice);
        }
        merged
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
