//! Streams cut into windows.

use std::fmt;
use std::marker::PhantomData;

use super::keyed::KeyedStream;
use super::short_forms::short_forms;
use super::stream::Stream;
use crate::aggregate::{Aggregate, Apart, Every, Fold, Rows};
use crate::assembly::{Id, Then};
use crate::operator::{AsWindowed, Windowing, WithBoth, WithLate, WithWindow};
use crate::state::{Grouping, Unkeyed};
use crate::time::TimeDelta;
use crate::window::{
    AccumulationMode, Assigner, CheckedTrigger, FoldedIn, GapBy, IntoAssigner, OnWatermark, RecordTriggers,
    Session, Settings, Triggered, Windowed, session_by,
};

/// A keyed stream cut into windows; see [`KeyedStream::window`](super::KeyedStream::window).
///
/// A window fires when the watermark reaches its end, keys in the order in which they came. A record that comes after
/// its window was closed (the window's end and the allowed lateness are before the watermark of the record's own
/// partition) is late: it is counted, and given to [`with_late`](Self::with_late).
#[must_use = "say next what is aggregated, such as `.count()`"]
pub struct WindowedStream<T, B, W, L = DropLate, R = OnWatermark, O = T, S = Id> {
    stream: Stream<T, O, S>,
    key: B,
    window: W,
    trigger: R,
    lateness: TimeDelta,
    mode: AccumulationMode,
    late: PhantomData<fn() -> L>,
}

/// A stream without keys cut into windows; see [`Stream::window`].
#[must_use = "say next what is aggregated, such as `.count()`"]
pub struct AllWindowedStream<T, W, L = DropLate, R = OnWatermark, O = T, S = Id> {
    windowed: WindowedStream<T, Unkeyed, W, L, R, O, S>,
}

impl<T, B, W, L, R, O, S> fmt::Debug for WindowedStream<T, B, W, L, R, O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WindowedStream<{}>", std::any::type_name::<T>())
    }
}

impl<T, W, L, R, O, S> fmt::Debug for AllWindowedStream<T, W, L, R, O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AllWindowedStream<{}>", std::any::type_name::<T>())
    }
}

impl<T, O, S> Stream<T, O, S> {
    /// Windows over all records; `key_by` before it makes them per key.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let sums = pipeline!(
    ///     from([(0_i64, 1_u32), (59_999, 2), (60_000, 4)])
    ///         .event_time(|(at, _)| *at)
    ///         .window(tumbling(1min))
    ///         .aggregate(|window, rows| (window.start.as_millis(), rows.sum(|(_, n)| *n)))
    /// )
    /// .collect()?;
    /// assert_eq!(sums, [(0, 3), (60_000, 4)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | fires the windows that end at or before it, and passes it on |
    /// | on a late record | within the allowed lateness its window fires again; after it the record is counted, and dropped unless `with_late` is written |
    /// | at a checkpoint | saves every open window |
    /// | in Flink | `windowAll` |
    pub fn window<W: IntoAssigner>(
        self,
        window: W,
    ) -> AllWindowedStream<T, W::Assigner, DropLate, OnWatermark, O, S> {
        AllWindowedStream::new(self, window.into_assigner())
    }
}

impl<T, O, S> Stream<T, O, S> {
    /// What `.window(session_by(…))` becomes: a method, so that the closure knows what a record is.
    #[cfg_attr(doc, doc(hidden))]
    pub fn session_by<F: Fn(&T) -> TimeDelta>(
        self,
        gap: F,
    ) -> AllWindowedStream<T, Session<GapBy<F>>, DropLate, OnWatermark, O, S> {
        AllWindowedStream::new(self, session_by(gap))
    }
}

impl<T, B, O, S> KeyedStream<T, B, O, S> {
    /// What `.window(session_by(…))` becomes: a method, so that the closure knows what a record is.
    #[cfg_attr(doc, doc(hidden))]
    pub fn session_by<F: Fn(&T) -> TimeDelta>(
        self,
        gap: F,
    ) -> WindowedStream<T, B, Session<GapBy<F>>, DropLate, OnWatermark, O, S> {
        WindowedStream::new(self.stream, self.key, session_by(gap))
    }
}

impl<T, B, O, S> KeyedStream<T, B, O, S> {
    /// Windows for each key.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let counts = pipeline!(
    ///     from([("a", 0_i64), ("b", 10), ("a", 20), ("a", 60_000)])
    ///         .event_time(|(_, at)| *at)
    ///         .key_by(|(name, _)| *name)
    ///         .window(tumbling(1min))
    ///         .aggregate(|name, _window, rows| (*name, rows.count()))
    /// )
    /// .collect()?;
    /// assert_eq!(counts, [("a", 2), ("b", 1), ("a", 1)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | fires the windows that end at or before it, and passes it on |
    /// | on a late record | within the allowed lateness its window fires again; after it the record is counted, and dropped unless `with_late` is written |
    /// | at a checkpoint | saves every open window |
    /// | in Flink | `window` |
    pub fn window<W: IntoAssigner>(
        self,
        window: W,
    ) -> WindowedStream<T, B, W::Assigner, DropLate, OnWatermark, O, S> {
        WindowedStream::new(self.stream, self.key, window.into_assigner())
    }
}

/// What a windowed aggregate returns: one stream, or one and the late records.
pub trait LatePolicy {
    /// The description of it.
    type Output<T, O, S, X, U>;

    /// The description of it.
    fn output<T, O, S, X, U>(stream: Stream<T, O, S>, windowing: X) -> Self::Output<T, O, S, X, U>;
}

/// Late records are counted and dropped.
#[derive(Clone, Copy, Debug)]
pub struct DropLate;

/// Late records are a stream of their own.
#[derive(Clone, Copy, Debug)]
pub struct KeepLate;

impl LatePolicy for DropLate {
    type Output<T, O, S, X, U> = Stream<U, O, Then<S, T, X>>;

    fn output<T, O, S, X, U>(stream: Stream<T, O, S>, windowing: X) -> Stream<U, O, Then<S, T, X>> {
        stream.then(windowing)
    }
}

impl LatePolicy for KeepLate {
    type Output<T, O, S, X, U> = WithLate<T, O, S, X, U>;

    fn output<T, O, S, X, U>(stream: Stream<T, O, S>, windowing: X) -> WithLate<T, O, S, X, U> {
        WithLate::new(stream.chain, windowing)
    }
}

impl<T, B, W, L, R, O, S> WindowedStream<T, B, W, L, R, O, S> {
    /// Waits for late records for so much longer, in event time. The window has fired by then; each such record fires
    /// its key again, with all that has come so far.
    pub fn allowed_lateness(self, lateness: TimeDelta) -> Self {
        Self { lateness, ..self }
    }

    /// A window that fires again returns all records that came so far: the default.
    pub fn accumulating(self) -> Self {
        Self {
            mode: AccumulationMode::Accumulating,
            ..self
        }
    }

    /// A window that fires again returns only the records that came since it fired last, so that results add up.
    pub fn discarding(self) -> Self {
        Self {
            mode: AccumulationMode::Discarding,
            ..self
        }
    }

    /// Makes late records a stream of their own: `let (results, late) = ….with_late().count();`.
    pub fn with_late(self) -> WindowedStream<T, B, W, KeepLate, R, O, S> {
        let Self {
            stream,
            key,
            window,
            trigger,
            lateness,
            mode,
            ..
        } = self;
        WindowedStream {
            stream,
            key,
            window,
            trigger,
            lateness,
            mode,
            late: PhantomData,
        }
    }

    /// The rows of an aggregate expression.
    #[must_use]
    pub fn rows(&self) -> Rows<T> {
        Rows::new()
    }
}

impl<T, B, W, O, S> WindowedStream<T, B, W, DropLate, OnWatermark, O, S> {
    pub(super) fn new(stream: Stream<T, O, S>, key: B, window: W) -> Self {
        Self {
            stream,
            key,
            window,
            trigger: OnWatermark,
            lateness: TimeDelta::ZERO,
            mode: AccumulationMode::Accumulating,
            late: PhantomData,
        }
    }
}

/// A trigger that can fire these windows.
type FiredBy<T, W, R, M> = Triggered<<R as CheckedTrigger<T, W, M>>::Itself>;

/// When windows fire.
impl<T, B, W, L, O, S> WindowedStream<T, B, W, L, OnWatermark, O, S> {
    /// Fires windows by this trigger, in place of [`on_watermark`](crate::window::on_watermark).
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let counts = pipeline!(
    ///     from([("a", 0_i64), ("b", 1), ("a", 2), ("a", 3)])
    ///         .event_time(|(_, at)| *at)
    ///         .key_by(|(name, _)| *name)
    ///         .window(tumbling(1min))
    ///         .trigger(on_count(2).or(on_watermark()))
    ///         .aggregate(|name, window, rows| (*name, window.firing, rows.count()))
    /// )
    /// .collect()?;
    /// assert_eq!(
    ///     counts,
    ///     [("a", Firing::Early, 2), ("a", Firing::OnTime, 3), ("b", Firing::OnTime, 1)],
    /// );
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    pub fn trigger<M, R: CheckedTrigger<T, W, M>>(
        self,
        trigger: R,
    ) -> WindowedStream<T, B, W, L, FiredBy<T, W, R, M>, O, S> {
        let Self {
            stream,
            key,
            window,
            lateness,
            mode,
            ..
        } = self;
        WindowedStream {
            stream,
            key,
            window,
            trigger: Triggered(trigger.itself()),
            lateness,
            mode,
            late: PhantomData,
        }
    }

    /// What `on_delta` in `.trigger(…)` is a method of.
    #[cfg_attr(doc, doc(hidden))]
    pub fn triggers(&self) -> RecordTriggers<T> {
        RecordTriggers::new()
    }
}

/// When windows fire.
impl<T, W, L, O, S> AllWindowedStream<T, W, L, OnWatermark, O, S> {
    /// Fires windows by this trigger; see [`WindowedStream::trigger`].
    pub fn trigger<M, R: CheckedTrigger<T, W, M>>(
        self,
        trigger: R,
    ) -> AllWindowedStream<T, W, L, FiredBy<T, W, R, M>, O, S> {
        AllWindowedStream {
            windowed: self.windowed.trigger(trigger),
        }
    }

    /// What `on_delta` in `.trigger(…)` is a method of.
    #[cfg_attr(doc, doc(hidden))]
    pub fn triggers(&self) -> RecordTriggers<T> {
        RecordTriggers::new()
    }
}

impl<T, B, W, L: LatePolicy, R, O, S> WindowedStream<T, B, W, L, R, O, S> {
    fn described<A, F, U>(self, aggregate: A, finish: F) -> L::Output<T, O, S, Windowing<B, W, A, F, R>, U> {
        let Self {
            stream,
            key,
            window,
            trigger,
            lateness,
            mode,
            ..
        } = self;
        L::output(
            stream,
            Windowing {
                assigner: window,
                settings: Settings {
                    grouping: key,
                    aggregate,
                    trigger,
                    lateness,
                    mode,
                },
                finish,
            },
        )
    }
}

/// What a short form on keyed windows returns.
type Short<T, B, W, L, R, O, S, A> = <L as LatePolicy>::Output<
    T,
    O,
    S,
    Windowing<B, W, A, AsWindowed, R>,
    Windowed<<B as Grouping<T>>::Key, <A as Aggregate<T>>::Out, <W as Assigner>::Window>,
>;

/// Aggregates for each key and window: one [`Windowed`] for each, when the window fires.
impl<T, B: Grouping<T>, W: Assigner, L: LatePolicy, R, O, S> WindowedStream<T, B, W, L, R, O, S> {
    /// What `.aggregate(|key, window, rows| …)` becomes.
    pub fn aggregate<A, U, F>(
        self,
        aggregate: A,
        finish: F,
    ) -> L::Output<T, O, S, Windowing<B, W, A, WithBoth<F>, R>, U>
    where
        A: Aggregate<T>,
        F: FnMut(&B::Key, W::Window, A::Out) -> U,
    {
        self.described(aggregate, WithBoth(finish))
    }

    fn short<A: Aggregate<T>>(self, aggregate: A) -> Short<T, B, W, L, R, O, S, A> {
        self.described(aggregate, AsWindowed)
    }

    short_forms!(Short<T, B, W, L, R, O, S>);

    /// Folds the records into a value. Not for sessions, which become one where they meet: there
    /// `.aggregate(|key, window, rows| rows.fold(init, fold, merge))` says how.
    pub fn fold<M, X, F>(
        self,
        init: X,
        fold: F,
    ) -> Short<T, B, W, L, R, O, S, <X as FoldedIn<W, T, M>>::Of<Fold<Every, X, F, Apart>>>
    where
        X: Clone + FoldedIn<W, T, M>,
        F: Fn(X, &T) -> X,
    {
        self.short(X::checked(Fold::new(init, fold)))
    }
}

impl<T, W, L, R, O, S> AllWindowedStream<T, W, L, R, O, S> {
    /// Waits for late records for so much longer; see [`WindowedStream::allowed_lateness`].
    pub fn allowed_lateness(self, lateness: TimeDelta) -> Self {
        Self {
            windowed: self.windowed.allowed_lateness(lateness),
        }
    }

    /// A window that fires again returns all records that came so far; see [`WindowedStream::accumulating`].
    pub fn accumulating(self) -> Self {
        Self {
            windowed: self.windowed.accumulating(),
        }
    }

    /// A window that fires again returns the records since it fired last; see [`WindowedStream::discarding`].
    pub fn discarding(self) -> Self {
        Self {
            windowed: self.windowed.discarding(),
        }
    }

    /// Makes late records a stream of their own; see [`WindowedStream::with_late`].
    pub fn with_late(self) -> AllWindowedStream<T, W, KeepLate, R, O, S> {
        AllWindowedStream {
            windowed: self.windowed.with_late(),
        }
    }

    /// The rows of an aggregate expression.
    #[must_use]
    pub fn rows(&self) -> Rows<T> {
        Rows::new()
    }
}

impl<T, W, O, S> AllWindowedStream<T, W, DropLate, OnWatermark, O, S> {
    pub(super) fn new(stream: Stream<T, O, S>, window: W) -> Self {
        Self {
            windowed: WindowedStream::new(stream, Unkeyed, window),
        }
    }
}

/// What a short form on windows over all records returns.
type AllShort<T, W, L, R, O, S, A> = Short<T, Unkeyed, W, L, R, O, S, A>;

/// Aggregates for each window: one [`Windowed`] with the key `()` for each, when the window fires.
impl<T, W: Assigner, L: LatePolicy, R, O, S> AllWindowedStream<T, W, L, R, O, S> {
    /// What `.aggregate(|window, rows| …)` becomes.
    pub fn aggregate<A, U, F>(
        self,
        aggregate: A,
        finish: F,
    ) -> L::Output<T, O, S, Windowing<Unkeyed, W, A, WithWindow<F>, R>, U>
    where
        A: Aggregate<T>,
        F: FnMut(W::Window, A::Out) -> U,
    {
        self.windowed.described(aggregate, WithWindow(finish))
    }

    fn short<A: Aggregate<T>>(self, aggregate: A) -> AllShort<T, W, L, R, O, S, A> {
        self.windowed.described(aggregate, AsWindowed)
    }

    short_forms!(AllShort<T, W, L, R, O, S>);

    /// Folds the records into a value. Not for sessions, which become one where they meet: there
    /// `.aggregate(|key, window, rows| rows.fold(init, fold, merge))` says how.
    pub fn fold<M, X, F>(
        self,
        init: X,
        fold: F,
    ) -> AllShort<T, W, L, R, O, S, <X as FoldedIn<W, T, M>>::Of<Fold<Every, X, F, Apart>>>
    where
        X: Clone + FoldedIn<W, T, M>,
        F: Fn(X, &T) -> X,
    {
        self.short(X::checked(Fold::new(init, fold)))
    }
}
