//! Aggregates over windows, for each key or over all: the shell around a [`WindowStore`], which holds the windows.

use std::fmt;
use std::marker::PhantomData;

use super::results::ResultLane;
use crate::aggregate::Aggregate;
use crate::assembly::{Context, Stage};
use crate::control::{Control, JobEvent, Question};
use crate::metrics::NodeTally;
use crate::operator::fan_out::Nowhere;
use crate::operator::finish::Finish;
use crate::operator::late::LateOutput;
use crate::record::{Push, Record};
use crate::state::{
    DeclaredState, Decoder, Encoder, Grouping, Look, PerKey, Shows, Snapshot, StateError, Storage,
    WindowTimes, name_of,
};
use crate::time::{TimeDelta, Timestamp};
use crate::window::{OnWatermark, Settings, Stores, WindowStore};

/// Describes an aggregate over windows; see [`WindowedStream::aggregate`](crate::flow::WindowedStream).
#[derive(Clone, Copy, Debug)]
pub struct Windowing<G, W, A, F, R = OnWatermark> {
    pub(crate) assigner: W,
    pub(crate) settings: Settings<G, A, R>,
    pub(crate) finish: F,
}

impl<T, U, C, G, W, A, F, R> Stage<T, U, C> for Windowing<G, W, A, F, R>
where
    G: Grouping<T>,
    W: Stores<T, G, A, R>,
    A: Aggregate<T>,
    F: Finish<G::Key, W::Window, A::Out, Out = U>,
    C: Storage<G::Key> + Storage<A::Acc> + Shows<U>,
{
    type Built<N: Push<U>> = WindowedPush<T, C, G, A, W::Store, F, N, Nowhere>;

    const STATES: u32 = 1;

    #[inline]
    fn build<N: Push<U>>(self, cx: Context<C>, next: N) -> Self::Built<N> {
        WindowedPush::<T, C, G, A, W::Store, F, N, Nowhere>::new(self, &cx, next, LateOutput::dropped())
    }
}

/// What runs for [`Windowing`]. `X` is where the windows are kept.
pub struct WindowedPush<T, C, G, A, X, F, N, L> {
    store: X,
    results: ResultLane<F, N>,
    late: LateOutput<L>,
    state: DeclaredState,
    /// How long windows take late records.
    lateness: TimeDelta,
    has_trigger: bool,
    node: usize,
    keeps: PhantomData<fn(T) -> (C, G, A)>,
}

impl<T, C, G, A, X, F, N, L> fmt::Debug for WindowedPush<T, C, G, A, X, F, N, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WindowedPush").finish_non_exhaustive()
    }
}

impl<T, C, G, A, X, F, N, L> WindowedPush<T, C, G, A, X, F, N, L> {
    pub(in crate::operator) fn new<W, R>(
        described: Windowing<G, W, A, F, R>,
        cx: &Context<C>,
        next: N,
        late: LateOutput<L>,
    ) -> Self
    where
        G: Grouping<T>,
        A: Aggregate<T>,
        W: Stores<T, G, A, R, Store = X>,
    {
        let Windowing {
            assigner,
            settings,
            finish,
        } = described;
        let shape = assigner
            .shape()
            .with("allowed lateness", settings.lateness)
            .with("mode", format_args!("{:?}", settings.mode))
            .with("key", name_of::<G::Key>())
            .with("aggregate", settings.aggregate.describe());
        let shape = match W::trigger_state() {
            Some(state) => shape.with("trigger", state),
            None => shape,
        };
        Self {
            lateness: settings.lateness,
            has_trigger: W::trigger_state().is_some(),
            store: assigner.store(settings, |error| cx.failure().set(error)),
            results: ResultLane::new(cx.own_lane(), finish, next),
            late,
            state: cx.declare(shape),
            node: cx.node_index(),
            keeps: PhantomData,
        }
    }
}

impl<T, C, G, A, X, F, N, L> WindowedPush<T, C, G, A, X, F, N, L>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    X: WindowStore<T, G, A>,
{
    /// Shows the windows that a look asks for, if it is meant.
    fn look<W, V>(&mut self, look: &mut Look)
    where
        X: WindowStore<T, G, A, Window = W>,
        W: Copy + 'static,
        F: Finish<G::Key, W, A::Out, Out = V>,
        C: Shows<G::Key> + Shows<V>,
    {
        let Self {
            store,
            results,
            state,
            lateness,
            has_trigger,
            ..
        } = self;
        if !look.is_for(state, None) {
            return;
        }
        if let Some(asked) = look.keys::<C, G::Key>(PerKey::Windows(name_of::<W>()), name_of::<V>()) {
            look.note_times(WindowTimes {
                watermark: store.watermark(),
                lateness: *lateness,
                has_trigger: *has_trigger,
            });
            store.look(asked.one(), &mut |key, window, value| {
                let result = results.result(key, window, value);
                look.show::<C, _>(key, Some(&window), C::as_any(&result));
            });
        }
    }

    fn count(&self, counts: &mut NodeTally) {
        self.late.count(counts);
        counts.in_gaps += self.store.in_gaps();
        counts.watermark = Some(self.store.watermark());
        counts.state += self.store.size();
    }
}

impl<T, C, G, A, X, F, N, L> Push<T> for WindowedPush<T, C, G, A, X, F, N, L>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    X: WindowStore<T, G, A>,
    F: Finish<G::Key, X::Window, A::Out>,
    N: Push<F::Out>,
    L: Push<T>,
    C: Storage<G::Key> + Storage<A::Acc> + Shows<F::Out>,
{
    #[inline]
    fn push(&mut self, record: Record<T>) {
        let Self {
            store, results, late, ..
        } = self;
        store.add(record, results, |record| late.push(record));
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<T>>) {
        let Self {
            store, results, late, ..
        } = self;
        store.add_all(records, results, |record| late.push(record));
    }

    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        let downstream = self
            .results
            .next_due(watermark)
            .min(self.late.next_due(watermark));
        self.store.next_due(watermark).min(downstream)
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        if !self.store.is_quiet_until(watermark) {
            self.store.advance(watermark, &mut self.results);
        }
        self.results.watermark(watermark);
        self.late.watermark(watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        match control {
            Control::Job(JobEvent::Tick(now)) => self.store.tick(*now, &mut self.results),
            Control::Lane(_) | Control::Job(_) => {}
            Control::Question(question) => match question {
                Question::Save(save) => save.state(&self.state.clone(), self),
                Question::Capture(slice) => {
                    let Self { store, state, .. } = self;
                    slice.walk(state.id(), |room| store.walk(room));
                }
                Question::Restore(restore) => restore.state(&self.state.clone(), self),
                Question::Count(tally) => self.count(tally.node(self.node)),
                Question::AfterEnd(after) => after.ask(&self.state, self.store.watermark()),
                Question::Look(look) => self.look(look),
                Question::Progress(_) => {}
            },
        }
        self.late.control(control);
        self.results.control(control);
    }
}

impl<T, C, G, A, X, F, N, L> Snapshot for WindowedPush<T, C, G, A, X, F, N, L>
where
    G: Grouping<T>,
    A: Aggregate<T>,
    X: WindowStore<T, G, A>,
    C: Storage<G::Key> + Storage<A::Acc>,
{
    fn save(&mut self, to: &mut Encoder) -> Result<(), StateError> {
        self.store.save::<C>(to)
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        self.store.restore::<C>(from)
    }
}
