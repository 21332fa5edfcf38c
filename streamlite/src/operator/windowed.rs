//! Aggregates over windows of event time, for each key or over all.

use std::marker::PhantomData;

use super::fan_out::Nowhere;
use super::grouping::Grouping;
use crate::aggregate::{Aggregate, Finish};
use crate::assembly::{Chain, Context, Node12, Stage};
use crate::control::{Control, JobEvent, Lane, LaneEvent, Question};
use crate::metrics::NodeTally;
use crate::record::{Push, Record};
use crate::state::{DeclaredState, Decoder, Encoder, Shape, Snapshot, StateError, Storage, Table, name_of};
use crate::time::{TimeDelta, Timestamp};
use crate::window::{Fired, Grid, GridAssigner, Place, Slices, Window};

/// Describes an aggregate over windows; see [`WindowedStream::aggregate`](crate::flow::WindowedStream).
#[derive(Clone, Copy, Debug)]
pub struct Windowing<G, W, A, F> {
    pub(crate) grouping: G,
    pub(crate) assigner: W,
    pub(crate) lateness: TimeDelta,
    pub(crate) mode: AccumulationMode,
    pub(crate) aggregate: A,
    pub(crate) finish: F,
}

/// What a window that fires several times gives each time: Flink's and Beam's accumulation mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccumulationMode {
    /// All records so far.
    #[default]
    Accumulating,
    /// The records since it fired last.
    Discarding,
}

/// Describes an aggregate over windows whose late records are an output of their own.
#[derive(Debug)]
#[must_use = "`with_late` makes two outputs: `let (results, late) = …;`"]
pub struct WithLate<T, O, S, X, U> {
    chain: Chain<T, O, S>,
    windowing: X,
    result: PhantomData<fn() -> U>,
}

impl<T, O, S, X, U> WithLate<T, O, S, X, U> {
    pub(crate) fn new(chain: Chain<T, O, S>, windowing: X) -> Self {
        Self {
            chain,
            windowing,
            result: PhantomData,
        }
    }
}

impl<T, U, C, G, W, A, F> Stage<T, U, C> for Windowing<G, W, A, F>
where
    G: Grouping<T>,
    W: GridAssigner,
    A: Aggregate<T>,
    F: Finish<G::Key, Window, A::Out, Out = U>,
    C: Storage<G::Key> + Storage<A::Acc>,
{
    type Built<N: Push<U>> = WindowedPush<T, C, G, A, F, N, Nowhere>;

    const STATES: u32 = 1;

    #[inline]
    fn build<N: Push<U>>(self, cx: Context<C>, next: N) -> Self::Built<N> {
        WindowedPush::<T, C, G, A, F, N, Nowhere>::new(self, &cx, next, Nowhere, LateRecords::Dropped)
    }
}

impl<T, O, S, C, G, W, A, F> Node12<O, F::Out, T, C> for WithLate<T, O, S, Windowing<G, W, A, F>, F::Out>
where
    S: Stage<O, T, C>,
    G: Grouping<T>,
    W: GridAssigner,
    A: Aggregate<T>,
    F: Finish<G::Key, Window, A::Out>,
    C: Storage<G::Key> + Storage<A::Acc>,
{
    #[inline]
    fn build<N: Push<F::Out>, L: Push<T>>(self, cx: Context<C>, next: N, late: L) -> impl Push<O> {
        let push = WindowedPush::<T, C, G, A, F, N, L>::new(
            self.windowing,
            &cx.behind(S::STATES),
            next,
            late,
            LateRecords::Kept,
        );
        self.chain.stage.build(cx, push)
    }
}

/// What becomes of late records; they are counted in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LateRecords {
    Dropped,
    Kept,
}

/// What runs for [`Windowed`].
#[derive(Debug)]
pub struct WindowedPush<T, C, G: Grouping<T>, A: Aggregate<T>, F, N, L> {
    grouping: G,
    aggregate: A,
    finish: F,
    slices: Slices<G::Arrivals<A::Acc>>,
    late_count: u64,
    late_records: LateRecords,
    mode: AccumulationMode,
    /// The lane that results are sent in: they belong to no partition.
    lane: Lane,
    state: DeclaredState,
    node: usize,
    next: N,
    late: L,
    keeps: PhantomData<fn() -> (T, C)>,
}

impl<T, C, G, A, F, N, L> WindowedPush<T, C, G, A, F, N, L>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    F: Finish<G::Key, Window, A::Out>,
    N: Push<F::Out>,
    L: Push<T>,
{
    fn new<W: GridAssigner>(
        described: Windowing<G, W, A, F>,
        cx: &Context<C>,
        next: N,
        late: L,
        late_records: LateRecords,
    ) -> Self {
        let grid = described.assigner.grid().unwrap_or_else(|error| {
            cx.failure().set(error);
            Grid {
                size: TimeDelta::MAX,
                offset: TimeDelta::ZERO,
            }
        });
        let shape = Shape::new("window")
            .with("size", grid.size)
            .with("offset", grid.offset)
            .with("allowed lateness", described.lateness)
            .with("mode", format_args!("{:?}", described.mode))
            .with("key", name_of::<G::Key>())
            .with("aggregate", described.aggregate.describe());
        Self {
            grouping: described.grouping,
            aggregate: described.aggregate,
            finish: described.finish,
            slices: Slices::new(grid, described.lateness),
            late_count: 0,
            late_records,
            mode: described.mode,
            lane: cx.own_lane(),
            state: cx.declare(shape),
            node: cx.node_index(),
            next,
            late,
            keeps: PhantomData,
        }
    }

    fn count(&self, counts: &mut NodeTally) {
        counts.late += self.late_count;
        if self.late_records == LateRecords::Dropped {
            counts.late_dropped += self.late_count;
        }
        counts.watermark = Some(self.slices.watermark());
    }

    #[cold]
    fn push_late(&mut self, record: Record<T>) {
        self.late_count += 1;
        self.late.push(record);
    }

    /// A window that has fired, and takes late records still, fires again for each: only the record's own key.
    #[cold]
    fn fire_again(&mut self, place: Place, record: &T) {
        self.next.control(&mut Control::Lane(LaneEvent::Enter(self.lane)));
        self.fire_key_again(place, record);
        self.next.control(&mut Control::Lane(LaneEvent::Leave));
    }

    fn fire_key_again(&mut self, place: Place, record: &T) {
        let (aggregate, partition_watermark) = (&self.aggregate, self.slices.watermark());
        let timestamp = place.window.last_timestamp();
        let table = self.slices.at(place);
        if self.mode == AccumulationMode::Discarding {
            // Nothing else is in the table: it was emptied when the window fired.
            table.drain_in_order(|key, acc| {
                let value = self
                    .finish
                    .finish_owned(key, place.window, aggregate.last_result(acc));
                self.next.push(Record {
                    value,
                    timestamp,
                    partition_watermark,
                });
            });
            return table.prepare(|| aggregate.zero());
        }
        let entry = self.grouping.entry(table, record, || aggregate.zero());
        let value = self
            .finish
            .finish(entry.key, place.window, aggregate.result(entry.value));
        self.next.push(Record {
            value,
            timestamp,
            partition_watermark,
        });
    }

    #[inline(never)]
    fn fire(&mut self, watermark: Timestamp) {
        let partition_watermark = self.slices.watermark();
        let Self {
            slices,
            aggregate,
            finish,
            next,
            mode,
            ..
        } = self;
        slices.fire(watermark, |fired| match fired {
            Fired::Last(window, mut table) => {
                let timestamp = window.last_timestamp();
                table.drain_in_order(|key, acc| {
                    let value = finish.finish_owned(key, window, aggregate.last_result(acc));
                    next.push(Record {
                        value,
                        timestamp,
                        partition_watermark,
                    });
                });
                Some(table)
            }
            Fired::Open(window, table) => {
                let timestamp = window.last_timestamp();
                if *mode == AccumulationMode::Discarding {
                    table.drain_in_order(|key, acc| {
                        let value = finish.finish_owned(key, window, aggregate.last_result(acc));
                        next.push(Record {
                            value,
                            timestamp,
                            partition_watermark,
                        });
                    });
                    table.prepare(|| aggregate.zero());
                    return None;
                }
                for (key, acc) in table.in_order() {
                    let value = finish.finish(key, window, aggregate.result(acc));
                    next.push(Record {
                        value,
                        timestamp,
                        partition_watermark,
                    });
                }
                None
            }
        });
    }
}

impl<T, C, G, A, F, N, L> Push<T> for WindowedPush<T, C, G, A, F, N, L>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    F: Finish<G::Key, Window, A::Out>,
    N: Push<F::Out>,
    L: Push<T>,
    C: Storage<G::Key> + Storage<A::Acc>,
{
    #[inline]
    fn push(&mut self, record: Record<T>) {
        let aggregate = &self.aggregate;
        let prepare = |table: &mut G::Arrivals<A::Acc>| table.prepare(|| aggregate.zero());
        let Some(place) = self
            .slices
            .place(record.timestamp, record.partition_watermark, prepare)
        else {
            return self.push_late(record);
        };
        let fired = self.slices.has_fired(place);
        let table = self.slices.at(place);
        let entry = self.grouping.entry(table, &record.value, || aggregate.zero());
        if fired {
            aggregate.add(entry.value, &record.value);
            self.fire_again(place, &record.value);
        } else {
            aggregate.add_owned(entry.value, record.value);
        }
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        if !self.slices.is_quiet_until(watermark) {
            self.next.control(&mut Control::Lane(LaneEvent::Enter(self.lane)));
            self.fire(watermark);
            self.next.control(&mut Control::Lane(LaneEvent::Leave));
        }
        if watermark == Timestamp::MAX {
            end_results(self.lane, &mut self.next);
        }
        self.next.watermark(watermark);
        self.late.watermark(watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        match control {
            Control::Lane(_) | Control::Job(_) => {}
            Control::Question(question) => match question {
                Question::Save(save) => save.state(&self.state, self),
                Question::Restore(restore) => restore.state(&self.state.clone(), self),
                Question::Count(tally) => self.count(tally.node(self.node)),
                Question::AfterEnd(after) => after.ask(&self.state, self.slices.watermark()),
                Question::Progress(_) => {}
            },
        }
        self.late.control(control);
        pass_results(self.lane, &mut self.next, control);
    }
}

/// Passes a control signal on to what takes results: they come in a lane of their own, which ends with the input, and is
/// quiet while the whole input is idle.
pub(super) fn pass_results<T>(lane: Lane, next: &mut impl Push<T>, control: &mut Control<'_>) {
    match control {
        Control::Lane(event) => match event {
            LaneEvent::Open(_) => next.control(&mut Control::Lane(LaneEvent::Open(lane))),
            LaneEvent::Current(_)
            | LaneEvent::Enter(_)
            | LaneEvent::Leave
            | LaneEvent::End(_)
            | LaneEvent::Quiet(..)
            | LaneEvent::Awake(_)
            | LaneEvent::Watermark(..) => {}
        },
        Control::Job(event) => {
            match *event {
                JobEvent::Idle(now) => next.control(&mut Control::Lane(LaneEvent::Quiet(lane, now))),
                JobEvent::Active => next.control(&mut Control::Lane(LaneEvent::Awake(lane))),
                JobEvent::Start { .. } | JobEvent::Tick(_) | JobEvent::Flush => {}
            }
            next.control(control);
        }
        Control::Question(_) => next.control(control),
    }
}

/// Ends the lane of the results, before the watermark that is the last: what takes several of them waits no longer for
/// this one.
#[cold]
pub(super) fn end_results<T>(lane: Lane, next: &mut impl Push<T>) {
    next.control(&mut Control::Lane(LaneEvent::End(lane)));
}

impl<T, C, G, A, F, N, L> Snapshot for WindowedPush<T, C, G, A, F, N, L>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    C: Storage<G::Key> + Storage<A::Acc>,
{
    fn save(&self, to: &mut Encoder) -> Result<(), StateError> {
        let windows = self.slices.iter();
        to.plain(&(self.slices.watermark(), windows.len() as u64))?;
        for (window, table) in windows {
            to.plain(&window)?;
            table.save::<C>(to)?;
        }
        Ok(())
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        let (watermark, windows): (Timestamp, u64) = from.plain()?;
        self.slices.reset(watermark);
        for _ in 0..windows {
            let window = from.plain()?;
            let aggregate = &self.aggregate;
            let mut table = G::Arrivals::<A::Acc>::default();
            table.prepare(|| aggregate.zero());
            table.restore::<C>(from)?;
            self.slices.insert(window, table);
        }
        Ok(())
    }
}
