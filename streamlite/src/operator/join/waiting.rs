//! The rows that wait for others, by key.

use std::fmt;

use super::many::{Many, capture};
use super::push::Found;
use crate::assembly::Context;
use crate::join::{Bounds, Buffer, Either, JoinType, ManyRows, Mark, Row};
use crate::metrics::StateSize;
use crate::operator::keyed_state::KeyedState;
use crate::record::Record;
use crate::state::{Grouping, Shape, Slice, Table, TimeQueue, name_of};
use crate::time::{TimeDelta, Timestamp};

/// The table of the rows of all keys.
pub(super) type TableOf<L, R, G, J> = <G as Grouping<Either<L, R>>>::Table<Sides<L, R, J>>;
/// The rows of one key that may match others still.
#[derive(Debug)]
pub(super) struct Sides<L, R, J: JoinType> {
    pub(super) left: Buffer<L, J::Left>,
    pub(super) right: Buffer<R, J::Right>,
    /// It is known when rows of the key are to be removed.
    is_scheduled: bool,
}

impl<L, R, J: JoinType> Default for Sides<L, R, J> {
    fn default() -> Self {
        Self {
            left: Buffer::default(),
            right: Buffer::default(),
            is_scheduled: false,
        }
    }
}

/// Which of the two streams.
#[derive(Clone, Copy, Debug)]
pub(super) enum Side {
    Left,
    Right,
}

/// The rows that wait for others.
///
/// A row that is emitted alone if it matches none is found by the time at which it can match no more. Other rows are
/// removed when a row of their key arrives, and where none does by a queue that holds each key once.
pub struct Waiting<L, R, C, G: Grouping<Either<L, R>>, J: JoinType> {
    on: G,
    pub(super) state: KeyedState<C, TableOf<L, R, G, J>>,
    pub(super) many: Many<L, R, J>,
    bounds: Bounds,
    reversed: Bounds,
    watermark: Timestamp,
    /// The earliest rows of each side that match further ones; `None` if no row does.
    still: [Option<Timestamp>; 2],
    /// The rows that may be emitted alone: of each the place of its key, and its side.
    pub(super) alone: TimeQueue<(u32, Side)>,
    /// How many rows have come that may be.
    pub(super) came: u64,
    /// The places of the keys of which there is something to remove.
    over: TimeQueue<u32>,
}

impl<L, R, C, G: Grouping<Either<L, R>>, J: JoinType> fmt::Debug for Waiting<L, R, C, G, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting").finish_non_exhaustive()
    }
}

impl<L, R, C, G, J> Waiting<L, R, C, G, J>
where
    G: Grouping<Either<L, R>>,
    J: JoinType,
{
    pub(super) fn new(cx: &Context<C>, on: G, bounds: Bounds) -> Self {
        let bounds = match bounds.check() {
            Ok(bounds) => bounds,
            Err(error) => {
                cx.failure().set(error);
                bounds
            }
        };
        let shape = Shape::new("interval join")
            .with("type", J::NAME)
            .with("key", name_of::<G::Key>())
            .with("left", name_of::<L>())
            .with("right", name_of::<R>());
        Self {
            on,
            state: KeyedState::new(cx, shape, Sides::default),
            many: Many::default(),
            bounds,
            reversed: bounds.reversed(),
            watermark: Timestamp::MIN,
            still: [bounds, bounds.reversed()].map(|bounds| bounds.still_at(Timestamp::MIN)),
            alone: TimeQueue::default(),
            came: 0,
            over: TimeQueue::default(),
        }
    }

    /// The watermark that was reached.
    #[inline]
    pub(super) fn reached(&self) -> Timestamp {
        self.watermark
    }

    /// A watermark is reached.
    #[inline]
    pub(super) fn reach(&mut self, watermark: Timestamp) {
        self.watermark = watermark;
        self.still = [self.bounds, self.reversed].map(|bounds| bounds.still_at(watermark));
    }

    fn expire_key(&mut self, place: u32) {
        let slot = <TableOf<L, R, G, J> as Table>::slot_at(place);
        let (_, sides) = self.state.entry(slot);
        sides.remove_over(self.still, &mut self.many);
        let next = sides.next_over(self.bounds, self.reversed);
        sides.is_scheduled = next.is_some();
        if let Some(next) = next {
            // A key that many rows wait for is not visited for each of them.
            let lag = (self.bounds.upper - self.bounds.lower) / VISITS;
            self.over.put_by_call(next.max(self.watermark + lag), place);
        } else if sides.is_forgotten() {
            self.state.remove(slot, Sides::default());
        }
    }

    /// After a restore: which rows may be emitted alone, and when there is something to remove of each key.
    pub(super) fn schedule_all(&mut self) {
        let mut alone = Vec::new();
        self.state.for_each(|slot, _key, sides| {
            let place = <TableOf<L, R, G, J> as Table>::place_of(slot);
            let (left, right) = (
                numbers(&sides.left, &self.many.left),
                numbers(&sides.right, &self.many.right),
            );
            alone.extend(left.map(|(at, number)| (self.bounds.over_at(at), number, (place, Side::Left))));
            alone.extend(right.map(|(at, number)| (self.reversed.over_at(at), number, (place, Side::Right))));
        });
        alone.sort_unstable_by_key(|(over_at, number, _)| (*over_at, *number));
        for (over_at, _, row) in alone {
            self.alone.put_by_call(over_at, row);
        }
        for slot in self.state.slots() {
            let (_, sides) = self.state.entry_unsaved(slot);
            let next = sides.next_over(self.bounds, self.reversed);
            sides.is_scheduled = next.is_some();
            if let Some(next) = next {
                self.over
                    .put_by_call(next, <TableOf<L, R, G, J> as Table>::place_of(slot));
            }
        }
    }
}

impl<L, R, C, G, J> Waiting<L, R, C, G, J>
where
    L: Clone,
    R: Clone,
    G: Grouping<Either<L, R>>,
    J: JoinType,
{
    #[inline]
    pub(super) fn look_up(&mut self, row: &Either<L, R>) -> (u64, G::Held) {
        self.state.look_up(&mut self.on, row)
    }

    /// Emits what a row matches, or the row alone, and keeps it while it can match others.
    #[expect(
        clippy::inline_always,
        reason = "apart, it would pass a row through memory, and ask of each from where it comes"
    )]
    #[inline(always)]
    pub(super) fn add(
        &mut self,
        record: Record<Either<L, R>>,
        found: Found<G::Held>,
        mut emit: impl FnMut(Timestamp, J::Out<L, R>),
    ) {
        let Record {
            value: row,
            timestamp: at,
            ..
        } = record;
        let slot = match found {
            None => self.state.slot_of(&mut self.on, &row, Sides::default),
            Some((held, look_up)) => {
                self.state
                    .slot_of_found(&mut self.on, look_up, held, &row, Sides::default)
            }
        };
        let place = <TableOf<L, R, G, J> as Table>::place_of(slot);
        let (_, sides) = self.state.entry(slot);
        sides.remove_over(self.still, &mut self.many);
        let Sides { left, right, .. } = &mut *sides;
        let (waits, bounds, counts) = match row {
            Either::Left(value) => {
                let mut mark = J::Left::of(self.came);
                if let Some(range) = self.bounds.around(at) {
                    right.between(range, &mut self.many.right, |other| {
                        mark.set();
                        other.mark.set();
                        emit(at.max(other.at), J::pair(value.clone(), other.value.clone()));
                    });
                }
                let waits = is_still(self.still[0], at);
                if waits {
                    left.insert(Row { at, mark, value }, place, &mut self.many.left);
                } else if let (false, Some(alone)) = (mark.is_set(), J::left_alone(value)) {
                    emit(at, alone);
                }
                (waits, self.bounds, J::Left::COUNTS.then_some(Side::Left))
            }
            Either::Right(value) => {
                let mut mark = J::Right::of(self.came);
                if let Some(range) = self.reversed.around(at) {
                    left.between(range, &mut self.many.left, |other| {
                        mark.set();
                        other.mark.set();
                        emit(at.max(other.at), J::pair(other.value.clone(), value.clone()));
                    });
                }
                let waits = is_still(self.still[1], at);
                if waits {
                    right.insert(Row { at, mark, value }, place, &mut self.many.right);
                } else if let (false, Some(alone)) = (mark.is_set(), J::right_alone(value)) {
                    emit(at, alone);
                }
                (waits, self.reversed, J::Right::COUNTS.then_some(Side::Right))
            }
        };
        if !waits {
            if sides.is_forgotten() {
                self.state.remove(slot, Sides::default());
            }
        } else if let Some(side) = counts {
            self.came += 1;
            self.alone.put_by_call(bounds.over_at(at), (place, side));
        } else if !sides.is_scheduled {
            sides.is_scheduled = true;
            self.over.put_by_call(bounds.over_at(at), place);
        }
    }

    /// Emits the rows that have matched none and can match no more, in the order of time.
    #[cold]
    pub(super) fn release(&mut self, mut emit: impl FnMut(Timestamp, J::Out<L, R>)) {
        let mut due = Vec::new();
        while self.alone.take_first(self.watermark, &mut due) {
            for (_, (place, side)) in due.drain(..) {
                let slot = <TableOf<L, R, G, J> as Table>::slot_at(place);
                let (_, sides) = self.state.entry(slot);
                let alone = match side {
                    Side::Left => alone(sides.left.take_first(&mut self.many.left), J::left_alone),
                    Side::Right => alone(sides.right.take_first(&mut self.many.right), J::right_alone),
                };
                if sides.is_forgotten() {
                    self.state.remove(slot, Sides::default());
                }
                if let Some((at, alone)) = alone {
                    emit(at, alone);
                }
            }
        }
    }

    #[cold]
    pub(super) fn expire(&mut self) {
        let mut due = Vec::new();
        while self.over.take_first(self.watermark, &mut due) {
            for (_, place) in due.drain(..) {
                self.expire_key(place);
            }
        }
    }

    #[inline]
    pub(super) fn may_release(&self) -> bool {
        self.alone.may_have(self.watermark)
    }

    #[inline]
    pub(super) fn may_expire(&self) -> bool {
        self.over.may_have(self.watermark)
    }

    pub(super) fn size(&self) -> StateSize {
        [self.state.size(), self.many.left.size(), self.many.right.size()]
            .into_iter()
            .sum()
    }

    /// Writes a slice of what is to be written for a checkpoint.
    pub(super) fn capture(&mut self, slice: &mut Slice) {
        let Self { state, many, .. } = self;
        capture(slice, state, &mut many.left, &mut many.right);
    }

    pub(super) fn delay(&self) -> TimeDelta {
        let of = |counts, bounds: Bounds| if counts { bounds.delay() } else { TimeDelta::ZERO };
        of(J::Left::COUNTS, self.bounds).max(of(J::Right::COUNTS, self.reversed))
    }
}

/// Whether a row can match further ones.
#[inline]
fn is_still(still: Option<Timestamp>, at: Timestamp) -> bool {
    still.is_some_and(|first| at >= first)
}

/// The times and the numbers of the rows that may be emitted alone.
fn numbers<'a, T, M: Mark>(
    rows: &'a Buffer<T, M>,
    many: &'a ManyRows<T, M>,
) -> impl Iterator<Item = (Timestamp, u64)> + 'a {
    let rows = rows.iter(many).filter(|_| M::COUNTS);
    rows.map(|row| (row.at, row.mark.number()))
}

/// How often a key may be visited while a row waits.
const VISITS: i64 = 1;

/// A row that can match no more, if it is emitted alone.
#[inline]
fn alone<T, M: Mark, U>(
    row: Option<Row<T, M>>,
    alone: impl FnOnce(T) -> Option<U>,
) -> Option<(Timestamp, U)> {
    let row = row.filter(|row| !row.mark.is_set())?;
    Some((row.at, alone(row.value)?))
}

impl<L, R, J: JoinType> Sides<L, R, J> {
    /// Removes rows that can match no more, but for those that may be emitted alone.
    #[inline]
    fn remove_over(&mut self, still: [Option<Timestamp>; 2], many: &mut Many<L, R, J>) {
        if !J::Left::COUNTS {
            self.left
                .remove_while(&mut many.left, |at| !is_still(still[0], at));
        }
        if !J::Right::COUNTS {
            self.right
                .remove_while(&mut many.right, |at| !is_still(still[1], at));
        }
    }

    /// When the first row that is never emitted alone can match no more.
    #[inline]
    fn next_over(&self, bounds: Bounds, reversed: Bounds) -> Option<Timestamp> {
        let left = self.left.first().filter(|_| !J::Left::COUNTS);
        let right = self.right.first().filter(|_| !J::Right::COUNTS);
        let (left, right) = (
            left.map(|at| bounds.over_at(at)),
            right.map(|at| reversed.over_at(at)),
        );
        [left, right].into_iter().flatten().min()
    }

    /// Has rows fetched that are looked at soon.
    #[inline]
    pub(super) fn prefetch(&self) {
        self.left.prefetch();
        self.right.prefetch();
    }

    /// Whether the key may be forgotten.
    #[inline]
    fn is_forgotten(&self) -> bool {
        self.left.is_empty() && self.right.is_empty() && !self.is_scheduled
    }
}
