//! The hash join: all rows of a key, whenever they happened. Both streams end.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use super::group::{Group, ManyTimed, Timed, TimedRows, read_row, read_rows, write_row, write_rows};
use super::many::{are_whole, remember};
use super::meet::meet;
use crate::assembly::{Chain, Context, Node21, Stage};
use crate::control::{Control, Lane, LaneEvent, Question};
use crate::join::{Either, JoinType, Mark};
use crate::operator::keyed_state::KeyedState;
use crate::operator::windowed::{end_results, pass_results};
use crate::record::{Push, Record};
use crate::state::{
    Block, DeclaredState, Decoder, Encoder, Grouping, LiveList, Shape, Snapshot, StateError, Storage, Table,
    name_of,
};
use crate::time::Timestamp;

/// Describes a hash join; see [`Join`](crate::flow::Join).
#[derive(Debug)]
pub struct HashJoined<L, R, G, J, O, S> {
    chain: Chain<L, O, S>,
    on: G,
    types: PhantomData<fn(R) -> J>,
}

impl<L, R, G, J, O, S> HashJoined<L, R, G, J, O, S> {
    pub(crate) fn new(chain: Chain<L, O, S>, on: G) -> Self {
        Self {
            chain,
            on,
            types: PhantomData,
        }
    }
}

impl<L, R, O, S, G, J, C> Node21<O, R, J::Out<L, R>, C> for HashJoined<L, R, G, J, O, S>
where
    S: Stage<O, L, C>,
    L: Clone,
    R: Clone,
    G: Grouping<Either<L, R>>,
    J: JoinType,
    C: Storage<G::Key> + Storage<L> + Storage<R>,
{
    #[inline]
    fn build<N: Push<J::Out<L, R>>>(self, cx: Context<C>, next: N) -> (impl Push<O>, impl Push<R>) {
        let place = cx.downstream(S::STATES + 1);
        let has_ended = Rc::new(Cell::new(false));
        let join = HashPush::<L, R, C, G, J, N>::new(self.on, Rc::clone(&has_ended), &place, next);
        let state = join.rows.declared().clone();
        let (left, right) = meet::<L, R, _, _>(&cx.downstream(S::STATES), join);
        let right = RightEnd {
            state,
            has_ended,
            next: right,
        };
        (self.chain.stage.build(cx, left), right)
    }
}

/// The table of the right rows of all keys.
type TableOf<L, R, G, J> = <G as Grouping<Either<L, R>>>::Table<Group<R, <J as JoinType>::Right>>;

/// What runs for [`HashJoined`].
///
/// Right rows go into a table; left rows wait for its end, and then find theirs, in the order in which they came. So what
/// comes of it does not depend on how the two streams come.
struct HashPush<L, R, C, G: Grouping<Either<L, R>>, J: JoinType, N> {
    on: G,
    rows: KeyedState<C, TableOf<L, R, G, J>>,
    many: ManyTimed<R>,
    /// Left rows that have come before the end of the right stream.
    left: LiveList<Timed<L>>,
    /// The right stream has ended.
    has_ended: Rc<Cell<bool>>,
    /// Left rows find theirs.
    is_probing: bool,
    /// Rows that are looked up together; empty between two calls.
    block: Block<Record<Either<L, R>>, G::Held>,
    watermark: Timestamp,
    lane: Lane,
    node: usize,
    next: N,
}

impl<L, R, C, G, J, N> HashPush<L, R, C, G, J, N>
where
    G: Grouping<Either<L, R>>,
    J: JoinType,
{
    fn new(on: G, has_ended: Rc<Cell<bool>>, cx: &Context<C>, next: N) -> Self {
        let shape = Shape::new("hash join")
            .with("type", J::NAME)
            .with("key", name_of::<G::Key>())
            .with("left", name_of::<L>())
            .with("right", name_of::<R>());
        Self {
            on,
            rows: KeyedState::new(cx, shape, Group::default),
            many: ManyTimed::default(),
            left: LiveList::default(),
            has_ended,
            is_probing: false,
            block: Block::default(),
            watermark: Timestamp::MIN,
            lane: cx.own_lane(),
            node: cx.node_index(),
            next,
        }
    }

    /// Adds a row: to the block, or to the left rows that wait.
    #[inline]
    fn add(&mut self, record: Record<Either<L, R>>)
    where
        L: Clone,
        R: Clone,
        N: Push<J::Out<L, R>>,
    {
        match record.value {
            Either::Left(row) if !self.is_probing => self.left.push((record.timestamp, row)),
            _ => self.add_to_block(record),
        }
    }

    #[inline]
    fn add_to_block(&mut self, record: Record<Either<L, R>>)
    where
        L: Clone,
        R: Clone,
        N: Push<J::Out<L, R>>,
    {
        let found = self.rows.look_up(&mut self.on, &record.value);
        self.block.push(record, found);
        if self.block.is_full() {
            self.finish_block();
        }
    }

    /// Right rows are kept, left rows find theirs: their memory is on its way.
    fn finish_block(&mut self)
    where
        L: Clone,
        R: Clone,
        N: Push<J::Out<L, R>>,
    {
        let Self {
            on,
            rows,
            many,
            block,
            next,
            ..
        } = self;
        rows.look_further(block);
        for (record, held, look_up) in block.drain() {
            if let Either::Right(_) = record.value {
                let slot = rows.slot_of_found(on, look_up, held, &record.value, Group::default);
                let (_, group) = rows.entry(slot);
                if let Either::Right(row) = record.value {
                    let place = <TableOf<L, R, G, J> as Table>::place_of(slot);
                    group.push((record.timestamp, row), place, many);
                }
                continue;
            }
            let slot = rows.find(on, look_up, &held, &record.value);
            let Either::Left(left) = record.value else {
                continue;
            };
            let mut emit = |timestamp, value| {
                next.push(Record {
                    value,
                    timestamp,
                    partition_watermark: Timestamp::MIN,
                });
            };
            if let Some(slot) = slot {
                if !rows.entry_unsaved(slot).1.mark.is_set() {
                    rows.entry(slot).1.mark.set();
                }
                let (_, group) = rows.entry_unsaved(slot);
                group.for_each(many, |(at, right)| {
                    emit(record.timestamp.max(*at), J::pair(left.clone(), right.clone()));
                });
            } else if let Some(alone) = J::left_alone(left) {
                emit(record.timestamp, alone);
            }
        }
    }

    /// The right stream has ended: the left rows that wait find theirs.
    #[cold]
    fn start_probing(&mut self)
    where
        L: Clone,
        R: Clone,
        N: Push<J::Out<L, R>>,
    {
        self.is_probing = true;
        for (timestamp, row) in self.left.take() {
            self.add_to_block(Record {
                value: Either::Left(row),
                timestamp,
                partition_watermark: Timestamp::MIN,
            });
        }
        self.finish_block();
    }

    /// Lets results be emitted in a lane of their own.
    fn emitting(&mut self, emit: impl FnOnce(&mut Self))
    where
        N: Push<J::Out<L, R>>,
    {
        self.next.control(&mut Control::Lane(LaneEvent::Enter(self.lane)));
        emit(self);
        self.next.control(&mut Control::Lane(LaneEvent::Leave));
    }

    /// Emits the right rows that have matched none.
    fn emit_right_alone(&mut self)
    where
        N: Push<J::Out<L, R>>,
    {
        let Self { rows, many, next, .. } = self;
        rows.drain(|_key, group| {
            if group.mark.is_set() {
                return;
            }
            for (timestamp, row) in group.into_rows(many) {
                if let Some(value) = J::right_alone(row) {
                    next.push(Record {
                        value,
                        timestamp,
                        partition_watermark: Timestamp::MIN,
                    });
                }
            }
        });
        // Those of keys that left rows have found.
        many.clear();
    }
}

impl<L, R, C, G, J, N> Push<Either<L, R>> for HashPush<L, R, C, G, J, N>
where
    L: Clone,
    R: Clone,
    G: Grouping<Either<L, R>>,
    J: JoinType,
    C: Storage<G::Key> + Storage<L> + Storage<R>,
    N: Push<J::Out<L, R>>,
{
    #[inline]
    fn push(&mut self, record: Record<Either<L, R>>) {
        self.push_all(std::iter::once(record));
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<Either<L, R>>>) {
        if !self.has_ended.get() {
            records.for_each(|record| self.add(record));
            return self.finish_block();
        }
        self.emitting(|join| {
            if !join.is_probing {
                join.start_probing();
            }
            records.for_each(|record| join.add(record));
            join.finish_block();
        });
    }

    /// Nothing is due before the end.
    #[inline]
    fn next_due(&self, _watermark: Timestamp) -> Timestamp {
        Timestamp::MAX
    }

    fn watermark(&mut self, watermark: Timestamp) {
        if watermark == Timestamp::MAX && self.watermark != watermark {
            self.emitting(|join| {
                join.start_probing();
                join.emit_right_alone();
            });
            end_results(self.lane, &mut self.next);
            self.next.watermark(watermark);
        }
        self.watermark = watermark;
    }

    fn control(&mut self, control: &mut Control<'_>) {
        if let Control::Question(question) = control {
            match question {
                Question::Save(save) => save.state(&self.rows.declared().clone(), self),
                Question::Restore(restore) => restore.state(&self.rows.declared().clone(), self),
                Question::AfterEnd(after) => after.ask(self.rows.declared(), self.watermark),
                Question::Count(tally) => {
                    let counts = tally.node(self.node);
                    counts.watermark = Some(self.watermark);
                    counts.state += self.rows.size();
                    counts.state += self.many.size();
                }
                Question::Capture(slice) => {
                    let Self { left, rows, many, .. } = self;
                    let declared = rows.declared().clone();
                    slice.walk(declared.id(), |room| {
                        let is_written = left.go_on(room) && rows.go_on(room) && many.go_on(room);
                        is_written.then(|| {
                            let all = [left.finish(), rows.finish(), many.finish()];
                            all.into_iter().flatten().collect()
                        })
                    });
                }
                Question::Progress(_) | Question::Look(_) => {}
            }
        }
        pass_results(self.lane, &mut self.next, control);
    }
}

impl<L, R, C, G, J, N> Snapshot for HashPush<L, R, C, G, J, N>
where
    G: Grouping<Either<L, R>>,
    J: JoinType,
    C: Storage<G::Key> + Storage<L> + Storage<R>,
{
    fn save(&mut self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&(self.watermark, self.has_ended.get(), self.is_probing))?;
        self.left.save(to, write_row::<C, L>)?;
        self.rows.save(to, |key, group, to| {
            <C as Storage<G::Key>>::write(key, to)?;
            to.plain(&group.mark)?;
            write_rows::<C, R, _>(group, to)
        })?;
        let Self { rows, many, .. } = self;
        many.save::<TimedRows<C>>(to, || rows.ranks())
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        let has_ended;
        (self.watermark, has_ended, self.is_probing) = from.plain()?;
        self.has_ended.set(has_ended);
        self.left.restore(from, read_row::<C, L>)?;
        self.rows.restore(from, |from| {
            let mut group = Group::default();
            group.mark = from.plain()?;
            read_rows::<C, R, _>(&mut group, from)?;
            Ok(group)
        })?;
        let all = self.many.restore::<TimedRows<C>>(from)?;
        remember(&mut self.rows, &all, |group, row| group.remember(row.row))?;
        are_whole(&self.rows, Group::is_whole)
    }
}

/// Notes the end of the right stream.
struct RightEnd<N> {
    state: DeclaredState,
    has_ended: Rc<Cell<bool>>,
    next: N,
}

impl<N> fmt::Debug for RightEnd<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RightEnd")
    }
}

impl<R, N: Push<R>> Push<R> for RightEnd<N> {
    const LOOKS_AT_TIMES: bool = N::LOOKS_AT_TIMES;

    #[inline]
    fn push(&mut self, record: Record<R>) {
        self.next.push(record);
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<R>>) {
        self.next.push_all(records);
    }

    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.next.next_due(watermark)
    }

    fn watermark(&mut self, watermark: Timestamp) {
        if watermark == Timestamp::MAX {
            self.has_ended.set(true);
        }
        self.next.watermark(watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        if let Control::Question(Question::AfterEnd(after)) = control
            && self.has_ended.get()
        {
            after.ask(&self.state, Timestamp::MAX);
        }
        self.next.control(control);
    }
}
