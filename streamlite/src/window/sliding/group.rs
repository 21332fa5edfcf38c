//! What one key has in the windows of a sliding grid.

use std::collections::{BTreeSet, VecDeque};

use prefetch_index::prefetch_index;

use super::grid::SlidingGrid;
use crate::aggregate::{Aggregate, read_filled};
use crate::state::{Decoder, Encoder, StateError, Storage};
use crate::time::{TimeDelta, Timestamp};
use crate::window::span::Span;
use crate::window::two_stacks::TwoStacks;

/// What one key has in the windows: what is shared is in slices, the rest in the windows themselves.
///
/// A window is merged from its slices by [`TwoStacks`]: a slice is merged twice in all, however many windows it is in.
#[derive(Debug)]
pub(super) struct Group<A> {
    /// Slices with records, in the order of time.
    slices: VecDeque<Slice<A>>,
    /// When it is looked at next.
    pub(super) due: Due,
    /// How many slices at the front are in no window that is still to fire, and are kept for late records.
    fired: usize,
    /// How many slices are merged, or were and have fired.
    merged: usize,
    /// What is merged of the slices that have not fired.
    stacks: TwoStacks<Part<A>>,
    /// What is in single windows: records that were late for some of the windows of their slice.
    windows: Vec<(Span, Part<A>)>,
}

/// An accumulator, and when its first record came: the results of a window come in this order.
#[derive(Debug)]
pub(super) struct Part<A> {
    pub(super) order: u64,
    pub(super) acc: A,
}

#[derive(Debug)]
struct Slice<A> {
    start: Timestamp,
    part: Part<A>,
}

/// When a key is looked at next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// With the next window that fires.
    Next,
    /// When this window fires, which is the first that it is in.
    Window(Span),
    /// At this watermark, when the last of its windows closes.
    Close(Timestamp),
    /// It is in no window.
    Never,
}

impl<A> Default for Group<A> {
    fn default() -> Self {
        Self {
            slices: VecDeque::new(),
            due: Due::Never,
            fired: 0,
            merged: 0,
            stacks: TwoStacks::default(),
            windows: Vec::new(),
        }
    }
}

/// Merges what is in a part into another; the first one comes as it is.
fn merge<T, A: Aggregate<T>>(aggregate: &A, into: &mut Option<Part<A::Acc>>, part: &Part<A::Acc>) {
    let into = into.get_or_insert_with(|| Part {
        order: part.order,
        acc: aggregate.zero(),
    });
    into.order = into.order.min(part.order);
    aggregate.merge(&mut into.acc, &part.acc);
}

impl<A> Group<A> {
    /// The accumulator of a slice, for one more record. No window of the slice has fired, so that it is not merged yet.
    #[inline]
    pub(super) fn slice(&mut self, start: Timestamp, order: u64, zero: impl FnOnce() -> A) -> &mut A {
        let from_end = self
            .slices
            .iter()
            .rev()
            .take_while(|slice| slice.start > start)
            .count();
        let place = self.slices.len() - from_end;
        if place == 0 || self.slices[place - 1].start != start {
            self.insert(place, start, Part { order, acc: zero() });
            return &mut self.slices[place].part.acc;
        }
        &mut self.slices[place - 1].part.acc
    }

    #[inline(never)]
    fn insert(&mut self, place: usize, start: Timestamp, part: Part<A>) {
        debug_assert!(place >= self.merged, "a slice that was merged takes no records");
        self.slices.insert(place, Slice { start, part });
    }

    /// The accumulator of a single window, for one more record.
    pub(super) fn window(&mut self, window: Span, order: u64, zero: impl FnOnce() -> A) -> &mut A {
        let place = self.windows.partition_point(|(other, _)| *other < window);
        if self.windows.get(place).is_none_or(|(other, _)| *other != window) {
            self.windows.insert(place, (window, Part { order, acc: zero() }));
        }
        &mut self.windows[place].1.acc
    }

    /// Whether anything is in a window that has fired.
    pub(super) fn is_in(&self, window: Span, grid: &SlidingGrid) -> bool {
        let from = self.slices.partition_point(|slice| slice.start < window.start);
        let in_slice = self.slices.get(from);
        in_slice.is_some_and(|slice| grid.reaches(window, slice.start))
            || self
                .windows
                .binary_search_by_key(&window, |(other, _)| *other)
                .is_ok()
    }

    /// The windows that have something in them and are not closed at a watermark, in the order of time.
    pub(super) fn windows_after(
        &self,
        grid: &SlidingGrid,
        watermark: Timestamp,
        lateness: TimeDelta,
    ) -> BTreeSet<Span> {
        let of_slices = self
            .slices
            .iter()
            .flat_map(|slice| grid.windows_from(slice.start));
        let own = self.windows.iter().map(|(window, _)| *window);
        of_slices
            .chain(own)
            .filter(|window| window.end + lateness > watermark)
            .collect()
    }

    /// The result of all that is in a window, from its slices one by one: what a late record fires again.
    pub(super) fn result<T, X: Aggregate<T, Acc = A>>(
        &self,
        window: Span,
        grid: &SlidingGrid,
        aggregate: &X,
    ) -> Option<X::Out> {
        let mut slices = None;
        let from = self.slices.iter().skip_while(|slice| slice.start < window.start);
        for slice in from.take_while(|slice| grid.reaches(window, slice.start)) {
            merge(aggregate, &mut slices, &slice.part);
        }
        let place = self.windows.partition_point(|(other, _)| *other < window);
        let own = self.windows.get(place).filter(|(other, _)| *other == window);
        match (slices, own) {
            (None, None) => None,
            (None, Some((_, own))) => Some(aggregate.result(&own.acc)),
            (Some(slices), None) => Some(aggregate.last_result(slices.acc)),
            (Some(mut slices), Some((_, own))) => {
                aggregate.merge(&mut slices.acc, &own.acc);
                Some(aggregate.last_result(slices.acc))
            }
        }
    }

    /// Fires a window: its result, and when its first record came. Windows fire in the order of time. What has fired stays
    /// for late records if `keeps`.
    #[inline]
    pub(super) fn fire<T, X: Aggregate<T, Acc = A>>(
        &mut self,
        window: Span,
        grid: &SlidingGrid,
        aggregate: &X,
        keeps: bool,
    ) -> Option<(u64, X::Out)> {
        self.skip_to(window, aggregate, keeps);
        while self
            .slices
            .get(self.merged)
            .is_some_and(|slice| grid.reaches(window, slice.start))
        {
            let part = &self.slices[self.merged].part;
            self.stacks.push(part, |into, part| merge(aggregate, into, part));
            self.merged += 1;
        }
        let slices = self.stacks.merged(|into, part| merge(aggregate, into, part));
        if self.windows.is_empty() {
            return slices.map(|part| (part.order, aggregate.last_result(part.acc)));
        }
        self.fire_with_own(window, aggregate, slices, keeps)
    }

    /// The same where the window has records of its own, perhaps.
    #[inline(never)]
    fn fire_with_own<T, X: Aggregate<T, Acc = A>>(
        &mut self,
        window: Span,
        aggregate: &X,
        slices: Option<Part<A>>,
        keeps: bool,
    ) -> Option<(u64, X::Out)> {
        let place = self.windows.partition_point(|(other, _)| *other < window);
        let is_there = self.windows.get(place).is_some_and(|(other, _)| *other == window);
        if !is_there {
            return slices.map(|part| (part.order, aggregate.last_result(part.acc)));
        }
        match slices {
            Some(mut slices) => {
                let own = &self.windows[place].1;
                slices.order = slices.order.min(own.order);
                aggregate.merge(&mut slices.acc, &own.acc);
                Some((slices.order, aggregate.last_result(slices.acc)))
            }
            None if keeps => {
                let own = &self.windows[place].1;
                Some((own.order, aggregate.result(&own.acc)))
            }
            None => {
                let (_, own) = self.windows.remove(place);
                Some((own.order, aggregate.last_result(own.acc)))
            }
        }
    }

    /// Has what [`fire`](Self::fire) reads fetched.
    #[inline]
    pub(super) fn prefetch(&self) {
        let (slices, _) = self.slices.as_slices();
        prefetch_index(slices, self.fired);
        prefetch_index(slices, self.merged);
        self.stacks.prefetch();
    }

    /// Drops what is before a window.
    #[inline]
    fn skip_to<T, X: Aggregate<T, Acc = A>>(&mut self, window: Span, aggregate: &X, keeps: bool) {
        while self
            .slices
            .get(self.fired)
            .is_some_and(|slice| slice.start < window.start)
        {
            self.drop_first(aggregate, keeps);
        }
    }

    /// The first slice is in no window that is still to fire.
    fn drop_first<T, X: Aggregate<T, Acc = A>>(&mut self, aggregate: &X, keeps: bool) {
        if self.fired < self.merged {
            let merged = self.slices.range(self.fired..self.merged);
            let parts = merged.map(|slice| &slice.part);
            self.stacks
                .drop_first(parts, |into, part| merge(aggregate, into, part));
        } else {
            self.merged += 1;
        }
        if keeps {
            self.fired += 1;
        } else {
            self.slices.pop_front();
            self.merged -= 1;
        }
    }

    /// After a window has fired: drops what no other window needs, and says when the key is looked at next.
    #[inline]
    pub(super) fn look_ahead<T, X: Aggregate<T, Acc = A>>(
        &mut self,
        fired: Span,
        next: Option<Span>,
        grid: &SlidingGrid,
        aggregate: &X,
        lateness: Option<TimeDelta>,
    ) -> Due {
        match next {
            Some(next) => self.skip_to(next, aggregate, lateness.is_some()),
            None => {
                while self.fired < self.slices.len() {
                    self.drop_first(aggregate, lateness.is_some());
                }
            }
        }
        self.close(fired, fired.end, grid, lateness);
        self.next_due(fired, next, grid, lateness)
    }

    /// Drops what closed up to a watermark, of the windows up to `fired`.
    pub(super) fn close(
        &mut self,
        fired: Span,
        watermark: Timestamp,
        grid: &SlidingGrid,
        lateness: Option<TimeDelta>,
    ) {
        let late = lateness.unwrap_or(TimeDelta::ZERO);
        while self.fired > 0
            && self
                .slices
                .front()
                .is_some_and(|slice| grid.last_end_of(slice.start) + late <= watermark)
        {
            self.slices.pop_front();
            self.fired -= 1;
            self.merged -= 1;
        }
        if !self.windows.is_empty() {
            let is_closed =
                |window: Span| window <= fired && (lateness.is_none() || window.end + late <= watermark);
            let closed = self.windows.partition_point(|(window, _)| is_closed(*window));
            self.windows.drain(..closed);
        }
    }

    /// When it is looked at next, if windows up to `fired` have fired, and `next` comes after it.
    #[inline]
    pub(super) fn next_due(
        &self,
        fired: Span,
        next: Option<Span>,
        grid: &SlidingGrid,
        lateness: Option<TimeDelta>,
    ) -> Due {
        let slice = self.slices.get(self.fired).map(|slice| match next {
            Some(next) if grid.reaches(next, slice.start) => next,
            _ => grid.first_window_of(slice.start),
        });
        let own = self.windows.partition_point(|(window, _)| *window <= fired);
        let own = self.windows.get(own).map(|(window, _)| *window);
        match slice.into_iter().chain(own).min() {
            Some(window) if Some(window) == next => Due::Next,
            Some(window) => Due::Window(window),
            None => self.closes(grid, lateness.unwrap_or(TimeDelta::ZERO)),
        }
    }

    /// When the last of its windows closes, which have all fired.
    pub(super) fn closes(&self, grid: &SlidingGrid, lateness: TimeDelta) -> Due {
        let slice = self.slices.back().map(|slice| grid.last_end_of(slice.start));
        let window = self.windows.last().map(|(window, _)| window.end);
        match slice.into_iter().chain(window).max() {
            Some(end) => Due::Close(end + lateness),
            None => Due::Never,
        }
    }

    /// After it was restored at a watermark: knows anew what has fired, and says when it is looked at next.
    pub(super) fn resume(&mut self, watermark: Timestamp, grid: &SlidingGrid, lateness: TimeDelta) -> Due {
        self.fired = self
            .slices
            .partition_point(|slice| grid.last_end_of(slice.start) <= watermark);
        self.merged = self.fired;
        let slice = self.slices.get(self.fired);
        let slice = slice.and_then(|slice| grid.first_window_after(slice.start, watermark));
        let mut windows = self.windows.iter().map(|(window, _)| *window);
        let own = windows.find(|window| window.end > watermark);
        match slice.into_iter().chain(own).min() {
            Some(window) => Due::Window(window),
            None => self.closes(grid, lateness),
        }
    }

    /// Writes what is in the slices and the windows; what was merged of them is merged anew.
    pub(super) fn save<C: Storage<A>>(&self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&(self.slices.len() as u64))?;
        for slice in &self.slices {
            to.plain(&(slice.start, slice.part.order))?;
            C::write(&slice.part.acc, to)?;
        }
        to.plain(&(self.windows.len() as u64))?;
        for (window, part) in &self.windows {
            to.plain(&(window, part.order))?;
            C::write(&part.acc, to)?;
        }
        Ok(())
    }

    /// Reads what was saved.
    pub(super) fn restore<T, X: Aggregate<T, Acc = A>, C: Storage<A>>(
        aggregate: &X,
        from: &mut Decoder<'_>,
    ) -> Result<Self, StateError> {
        let mut group = Self::default();
        for _ in 0..from.plain::<u64>()? {
            let (start, order) = from.plain()?;
            let acc = read_filled::<T, X, C>(aggregate, from)?;
            group.slices.push_back(Slice {
                start,
                part: Part { order, acc },
            });
        }
        for _ in 0..from.plain::<u64>()? {
            let (window, order) = from.plain()?;
            let acc = read_filled::<T, X, C>(aggregate, from)?;
            group.windows.push((window, Part { order, acc }));
        }
        Ok(group)
    }
}
