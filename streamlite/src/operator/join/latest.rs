//! The rows of an as-of join, by key: left ones that wait for their time to be over, and the right ones that may be their
//! latest.

use std::fmt;
use std::marker::PhantomData;

use super::many::{JoinRows, are_whole, capture, read, remember, write};
use super::push::{Found, RowStore};
use crate::assembly::Context;
use crate::error::Error;
use crate::join::{Buffer, Either, JoinType, ManyRows, Mark, Numbered, Row};
use crate::metrics::StateSize;
use crate::operator::keyed_state::KeyedState;
use crate::record::Record;
use crate::state::{
    Block, DeclaredState, Decoder, Encoder, Grouping, Shape, Slice, Snapshot, StateError, Storage, Table,
    TimeQueue, name_of,
};
use crate::time::{TimeDelta, Timestamp};

/// The table of the rows of all keys.
type TableOf<L, R, G> = <G as Grouping<Either<L, R>>>::Table<Rows<L, R>>;

/// The rows of one key.
#[derive(Debug)]
pub(super) struct Rows<L, R> {
    /// Those that wait.
    left: Buffer<L, Numbered>,
    /// The latest one by now, and those after it.
    right: Buffer<R, ()>,
    /// When right rows of the key are to be removed next.
    next_visit: Option<Timestamp>,
}

impl<L, R> Default for Rows<L, R> {
    fn default() -> Self {
        Self {
            left: Buffer::default(),
            right: Buffer::default(),
            next_visit: None,
        }
    }
}

impl<L, R> Rows<L, R> {
    /// Whether the key may be forgotten.
    #[inline]
    fn is_forgotten(&self) -> bool {
        self.left.is_empty() && self.right.is_empty() && self.next_visit.is_none()
    }
}

/// The rows of all keys.
///
/// A left row waits until no right row up to its time can come. Of the right rows those before the latest one by now are
/// removed when another one of their key comes, or a left row is released; of a key to which neither happens a few are
/// left, unless they are too old for any left row to come.
pub struct Latest<L, R, C, G: Grouping<Either<L, R>>, J> {
    on: G,
    pub(super) state: KeyedState<C, TableOf<L, R, G>>,
    /// The rows of the keys that have many.
    many_left: ManyRows<L, Numbered>,
    many_right: ManyRows<R, ()>,
    /// How much older than a left row a right one may be.
    oldest: Option<TimeDelta>,
    watermark: Timestamp,
    /// The left rows: of each the place of its key.
    waiting: TimeQueue<u32>,
    /// How many of them have come.
    came: u64,
    /// The places of the keys of which there are right rows to remove; a key may have an earlier turn, too, which counts.
    over: TimeQueue<u32>,
    join_type: PhantomData<J>,
}

impl<L, R, C, G: Grouping<Either<L, R>>, J> fmt::Debug for Latest<L, R, C, G, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Latest").finish_non_exhaustive()
    }
}

/// So many right rows of a key may stay that are older than its latest one.
const FEW: usize = 8;

impl<L, R, C, G, J> Latest<L, R, C, G, J>
where
    G: Grouping<Either<L, R>>,
    J: JoinType,
{
    pub(super) fn new(cx: &Context<C>, on: G, oldest: Option<TimeDelta>) -> Self {
        if let Some(oldest) = oldest.filter(|oldest| *oldest < TimeDelta::ZERO) {
            cx.failure().set(Error::setting(
                format!("an as-of join `within({oldest})`"),
                "no row is as old as that",
                "write how much older than its left row a right row may be, such as `within(1h)`",
            ));
        }
        let shape = Shape::new("as-of join")
            .with("type", J::NAME)
            .with("key", name_of::<G::Key>())
            .with("left", name_of::<L>())
            .with("right", name_of::<R>());
        Self {
            on,
            state: KeyedState::new(cx, shape, Rows::default),
            many_left: ManyRows::default(),
            many_right: ManyRows::default(),
            oldest,
            watermark: Timestamp::MIN,
            waiting: TimeQueue::default(),
            came: 0,
            over: TimeQueue::default(),
            join_type: PhantomData,
        }
    }

    /// The last time that no further row has.
    #[inline]
    fn last(&self) -> Timestamp {
        match self.watermark {
            Timestamp::MAX => Timestamp::MAX,
            watermark => watermark - TimeDelta::from_millis(1),
        }
    }

    /// Removes right rows of a key whose turn came for this time, unless it has come already.
    fn expire_key(&mut self, place: u32, turn: Timestamp) {
        let (watermark, oldest) = (self.watermark, self.oldest);
        let slot = <TableOf<L, R, G> as Table>::slot_at(place);
        let (_, rows) = self.state.entry(slot);
        if rows.next_visit != Some(turn) {
            return;
        }
        rows.right.keep_last_until(watermark, &mut self.many_right);
        if let Some(oldest) = oldest {
            rows.right
                .remove_while(&mut self.many_right, |at| at + oldest < watermark);
        }
        rows.next_visit = next_visit(&rows.right, oldest, watermark);
        if let Some(next) = rows.next_visit {
            self.over.put(next, place);
        } else if rows.is_forgotten() {
            self.state.remove(slot, Rows::default());
        }
    }

    /// After a restore: which left rows wait, and when there is something to remove of each key.
    fn schedule_all(&mut self) {
        let mut waiting = Vec::new();
        self.state.for_each(|slot, _key, rows| {
            let place = <TableOf<L, R, G> as Table>::place_of(slot);
            waiting.extend(
                rows.left
                    .iter(&self.many_left)
                    .map(|row| (row.at, row.mark.number(), place)),
            );
        });
        waiting.sort_unstable();
        for (at, _, place) in waiting {
            self.waiting.put(at, place);
        }
        for slot in self.state.slots() {
            let (_, rows) = self.state.entry_unsaved(slot);
            rows.next_visit = next_visit(&rows.right, self.oldest, self.watermark);
            if let Some(next) = rows.next_visit {
                let place = <TableOf<L, R, G> as Table>::place_of(slot);
                self.over.put(next, place);
            }
        }
    }
}

impl<L, R, C, G, J> RowStore for Latest<L, R, C, G, J>
where
    R: Clone,
    G: Grouping<Either<L, R>>,
    J: JoinType,
    C: Storage<G::Key> + Storage<L> + Storage<R>,
{
    type Left = L;
    type Right = R;
    type Out = J::Out<L, R>;
    type Held = G::Held;

    const RELEASES: bool = true;

    #[inline]
    fn in_blocks(&self) -> bool {
        self.state.in_blocks()
    }

    #[inline]
    fn look_further(&self, block: &mut Block<Record<Either<L, R>>, G::Held>) {
        self.state.look_further(block);
        self.state.look_at_guesses(block, |rows| {
            rows.left.prefetch();
            rows.right.prefetch();
        });
    }

    #[inline]
    fn look_up(&mut self, row: &Either<L, R>) -> (u64, G::Held) {
        self.state.look_up(&mut self.on, row)
    }

    #[inline]
    fn add(
        &mut self,
        record: Record<Either<L, R>>,
        found: Found<G::Held>,
        _emit: impl FnMut(Timestamp, J::Out<L, R>),
    ) {
        let Record {
            value: row,
            timestamp: at,
            ..
        } = record;
        let slot = match found {
            None => self.state.slot_of(&mut self.on, &row, Rows::default),
            Some((held, look_up)) => {
                self.state
                    .slot_of_found(&mut self.on, look_up, held, &row, Rows::default)
            }
        };
        let place = <TableOf<L, R, G> as Table>::place_of(slot);
        let (_, rows) = self.state.entry(slot);
        match row {
            Either::Left(value) => {
                let mark = Numbered::of(self.came);
                self.came += 1;
                rows.left
                    .insert(Row { at, mark, value }, place, &mut self.many_left);
                self.waiting.put(at, place);
            }
            Either::Right(value) => {
                rows.right.keep_last_until(self.watermark, &mut self.many_right);
                rows.right
                    .insert(Row { at, mark: (), value }, place, &mut self.many_right);
                if let Some(next) = next_visit(&rows.right, self.oldest, self.watermark)
                    && rows.next_visit.is_none_or(|known| next < known)
                {
                    rows.next_visit = Some(next);
                    self.over.put(next, place);
                }
            }
        }
    }

    #[inline]
    fn watermark(&self) -> Timestamp {
        self.watermark
    }

    fn size(&self) -> StateSize {
        [self.state.size(), self.many_left.size(), self.many_right.size()]
            .into_iter()
            .sum()
    }

    #[inline]
    fn rise(&mut self, watermark: Timestamp) {
        self.watermark = watermark;
    }

    #[inline]
    fn may_release(&self) -> bool {
        self.waiting.may_have(self.last())
    }

    #[inline]
    fn may_expire(&self) -> bool {
        self.over.may_have(self.watermark) && self.watermark < Timestamp::MAX
    }

    /// Emits the left rows whose time is over, each with the latest right row by then, in the order
    /// of time; those of one time in the order in which they came.
    #[cold]
    fn release(&mut self, mut emit: impl FnMut(Timestamp, J::Out<L, R>)) {
        let (last, mut due) = (self.last(), Vec::new());
        while self.waiting.take_first(last, &mut due) {
            for (_, place) in due.drain(..) {
                let slot = <TableOf<L, R, G> as Table>::slot_at(place);
                let (_, rows) = self.state.entry(slot);
                let Some(Row { at, value, .. }) = rows.left.take_first(&mut self.many_left) else {
                    continue;
                };
                rows.right.keep_last_until(at, &mut self.many_right);
                let latest = rows.right.first_row(&self.many_right).filter(|right| {
                    let is_recent = |oldest| right.at + oldest >= at;
                    right.at <= at && self.oldest.is_none_or(is_recent)
                });
                let result = match latest {
                    Some(right) => Some(J::pair(value, right.value.clone())),
                    None => J::left_alone(value),
                };
                if rows.is_forgotten() {
                    self.state.remove(slot, Rows::default());
                }
                if let Some(result) = result {
                    emit(at, result);
                }
            }
        }
    }

    #[cold]
    fn expire(&mut self) {
        let mut due = Vec::new();
        while self.over.take_first(self.watermark, &mut due) {
            for (turn, place) in due.drain(..) {
                self.expire_key(place, turn);
            }
        }
    }

    /// A left row is released before the watermark goes on that releases it.
    fn delay(&self) -> TimeDelta {
        TimeDelta::ZERO
    }

    fn declared(&self) -> &DeclaredState {
        self.state.declared()
    }

    fn saved(&mut self) -> impl Snapshot {
        SavedLatest(self)
    }

    fn capture(&mut self, slice: &mut Slice) {
        capture(slice, &mut self.state, &mut self.many_left, &mut self.many_right);
    }
}

/// When right rows of a key are to be removed: when the first one is too old for any left row, and where there are many,
/// when the last one is the latest. A key is not visited for each of its rows: they stay up to as long again as they may be old.
#[inline]
fn next_visit<R>(
    right: &Buffer<R, ()>,
    oldest: Option<TimeDelta>,
    watermark: Timestamp,
) -> Option<Timestamp> {
    let too_old = oldest.and_then(|oldest| {
        let over_at = right.first()? + oldest + TimeDelta::from_millis(1);
        Some(over_at.max(watermark + oldest))
    });
    let many = right.last().filter(|_| right.len() > FEW);
    too_old.into_iter().chain(many).min()
}

/// The rows, to be saved and restored.
struct SavedLatest<'a, L, R, C, G: Grouping<Either<L, R>>, J>(&'a mut Latest<L, R, C, G, J>);

impl<L, R, C, G, J> Snapshot for SavedLatest<'_, L, R, C, G, J>
where
    G: Grouping<Either<L, R>>,
    J: JoinType,
    C: Storage<G::Key> + Storage<L> + Storage<R>,
{
    fn save(&mut self, to: &mut Encoder) -> Result<(), StateError> {
        let latest = &mut *self.0;
        to.plain(&(latest.watermark, latest.came))?;
        latest.state.save(to, |key, rows, to| {
            <C as Storage<G::Key>>::write(key, to)?;
            write::<C, _, _>(&rows.left, to)?;
            write::<C, _, _>(&rows.right, to)
        })?;
        let state = &latest.state;
        latest.many_left.save::<JoinRows<C>>(to, || state.ranks())?;
        latest.many_right.save::<JoinRows<C>>(to, || state.ranks())
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        let latest = &mut *self.0;
        (latest.watermark, latest.came) = from.plain()?;
        latest.state.restore(from, |from| {
            let mut rows = Rows::default();
            read::<C, _, _>(&mut rows.left, from)?;
            read::<C, _, _>(&mut rows.right, from)?;
            Ok(rows)
        })?;
        let Latest {
            state,
            many_left,
            many_right,
            ..
        } = latest;
        let all = many_left.restore::<JoinRows<C>>(from)?;
        remember(state, &all, |rows, row| {
            rows.left.remember(row.turn, row.row, many_left)
        })?;
        let all = many_right.restore::<JoinRows<C>>(from)?;
        remember(state, &all, |rows, row| {
            rows.right.remember(row.turn, row.row, many_right)
        })?;
        are_whole(state, |rows| rows.left.is_whole() && rows.right.is_whole())?;
        latest.schedule_all();
        Ok(())
    }
}
