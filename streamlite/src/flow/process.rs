//! Streams that go through a process.

use super::keyed::KeyedStream;
use super::stream::Stream;
use crate::assembly::Then;
use crate::operator::{Processing, WithSides};
use crate::process::{CheckedStates, Handlers, KeyedProcess, ProcessContext, Side, Sides, StateSpec, States};
use crate::state::{Grouping, Unkeyed};

/// What a process returns: one stream, or one and its side outputs.
pub trait SideOutputs: Sides {
    /// The description of it.
    type Output<T, O, S, X, U>;

    /// The description of it.
    fn output<T, O, S, X, U>(stream: Stream<T, O, S>, processing: X) -> Self::Output<T, O, S, X, U>;
}

impl SideOutputs for () {
    type Output<T, O, S, X, U> = Stream<U, O, Then<S, T, X>>;

    fn output<T, O, S, X, U>(stream: Stream<T, O, S>, processing: X) -> Self::Output<T, O, S, X, U> {
        stream.then(processing)
    }
}

macro_rules! side_outputs {
    ($($($A:ident)+;)*) => {$(
        impl<$($A),+> SideOutputs for ($(Side<$A>,)+) {
            type Output<T, O, S, X, U> = WithSides<T, O, S, X, U, Self>;

            fn output<T, O, S, X, U>(stream: Stream<T, O, S>, processing: X) -> Self::Output<T, O, S, X, U> {
                WithSides::new(stream.chain, processing)
            }
        }
    )*};
}

side_outputs! {
    A;
    A B;
    A B D;
    A B D E;
    A B D E F;
    A B D E F G;
    A B D E F G H;
}

/// The description of a process over a stream.
type Processed<T, G, O, S, P> =
    <<P as KeyedProcess<<G as Grouping<T>>::Key, T>>::Sides as SideOutputs>::Output<
        T,
        O,
        S,
        Processing<G, P>,
        <P as KeyedProcess<<G as Grouping<T>>::Key, T>>::Out,
    >;

/// What the process closure over a stream becomes, with its first handler.
type FirstHandlers<T, G, H, S, A, U, F, R> = Handlers<<G as Grouping<T>>::Key, T, H, S, A, U, F, R>;

impl<T, O, S> Stream<T, O, S> {
    /// Handles the records one by one, with states and timers of one's own; see [`KeyedStream::process`]. Without a key
    /// there is one state for all records, and `ctx.key()` is `&()`.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let sums = pipeline!(from([1, 2, 3]).process(|ctx| {
    ///     let sum: i32 = 0;
    ///
    ///     on_record(|n| {
    ///         *sum += n;
    ///         ctx.emit(*sum);
    ///     });
    /// }))
    /// .collect()?;
    /// assert_eq!(sums, [1, 3, 6]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | runs `on_timer` for each timer below it, removes what has expired, and passes it on |
    /// | on a late record | runs `on_record` like for any other |
    /// | at a checkpoint | saves the states and timers |
    /// | in Flink | `process` on a `DataStream`, with operator state |
    pub fn process<P>(self, process: P) -> Processed<T, Unkeyed, O, S, P>
    where
        P: KeyedProcess<(), T>,
        P::Sides: SideOutputs,
    {
        P::Sides::output(
            self,
            Processing {
                grouping: Unkeyed,
                process,
            },
        )
    }

    /// A process, once its states can be stored.
    #[cfg_attr(doc, doc(hidden))]
    pub fn stored_process<M, P>(&self, process: P) -> <P::States as CheckedStates<M>>::Of<P>
    where
        P: KeyedProcess<(), T>,
        P::States: CheckedStates<M>,
    {
        P::States::of(process)
    }

    /// What a process closure becomes.
    #[cfg_attr(doc, doc(hidden))]
    pub fn handlers<X, A, U, H, F, R>(
        &self,
        specs: Vec<StateSpec>,
        first: F,
        on_record: R,
    ) -> FirstHandlers<T, Unkeyed, H, X, A, U, F, R>
    where
        X: States,
        F: FnMut() -> X,
        R: FnMut(T, &H, &mut X, &mut A, &mut ProcessContext<'_, (), U>),
    {
        Handlers::new(specs, first, on_record)
    }
}

impl<T, B: Grouping<T>, O, S> KeyedStream<T, B, O, S> {
    /// Handles the records of each key one by one, with states and timers of its own.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// // Who has put something into the basket, and has not bought it within 100 ms.
    /// let forgotten = pipeline!(
    ///     from([("ada", "basket", 0), ("bob", "basket", 10), ("bob", "buy", 40), ("eve", "look", 900)])
    ///         .event_time(|(.., at)| *at)
    ///         .key_by(|(name, ..)| *name)
    ///         .process(|ctx| {
    ///             let waiting: Value<Timestamp> = Value::new();
    ///
    ///             on_record(|(_, action, _)| match action {
    ///                 "basket" => waiting.set(ctx.timer_after(100ms)),
    ///                 "buy" => {
    ///                     if let Some(at) = waiting.take() {
    ///                         ctx.delete_timer(at);
    ///                     }
    ///                 }
    ///                 _ => {}
    ///             });
    ///             on_timer(|at| {
    ///                 ctx.emit((*ctx.key(), at.as_millis()));
    ///                 ctx.clear();
    ///             });
    ///         })
    /// )
    /// .collect()?;
    /// assert_eq!(forgotten, [("ada", 100)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// The closure's parameter is the [`ProcessContext`](crate::process::ProcessContext). Its `let`s are the states of one
    /// key and their first values: a plain value, which handlers see as `*total`, or a
    /// [`Value`](crate::process::Value), [`List`](crate::process::List), [`Map`](crate::process::Map) or
    /// [`Reducing`](crate::process::Reducing). With `#[ttl(1h)]` before one its values
    /// [expire](crate::guide::ttl). Then come the handlers: `on_record(|record| …)`, and `on_timer(|at| …)` and
    /// `on_end(|| …)` where they are wanted. A process may be written in plain Rust, too, as a
    /// [`KeyedProcess`].
    ///
    /// Further outputs are declared among the states and named in front of the process:
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// pipeline!(
    ///     fn watched(temps: Source<(u32, f64)>, means: Sink<f64>, alerts: Sink<u32>) {
    ///         let (mean, hot) = temps.key_by(|(sensor, _)| *sensor).process(|ctx| {
    ///             let total: f64 = 0.0;
    ///             let count: u32 = 0;
    ///             let hot: Side<u32>;
    ///
    ///             on_record(|(sensor, temp)| {
    ///                 *total += temp;
    ///                 *count += 1;
    ///                 ctx.emit(*total / f64::from(*count));
    ///                 if temp > 90.0 {
    ///                     hot.emit(sensor);
    ///                 }
    ///             });
    ///         });
    ///         mean.to(means);
    ///         hot.to(alerts);
    ///     }
    /// );
    ///
    /// let mut t = watched::test();
    /// t.temps.push_all([(1, 80.0), (2, 20.0), (1, 100.0)]);
    /// assert_eq!(t.means.take(), [80.0, 20.0, 90.0]);
    /// assert_eq!(t.alerts.take(), [1]);
    /// ```
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | runs `on_timer` for each timer below it, removes what has expired, and passes it on |
    /// | on a late record | runs `on_record` like for any other |
    /// | at a checkpoint | saves the states and timers of each key |
    /// | in Flink | `process` on a `KeyedStream`, with a `KeyedProcessFunction` |
    pub fn process<P>(self, process: P) -> Processed<T, B, O, S, P>
    where
        P: KeyedProcess<B::Key, T>,
        P::Sides: SideOutputs,
    {
        P::Sides::output(
            self.stream,
            Processing {
                grouping: self.key,
                process,
            },
        )
    }

    /// A process, once its states can be stored.
    #[cfg_attr(doc, doc(hidden))]
    pub fn stored_process<M, P>(&self, process: P) -> <P::States as CheckedStates<M>>::Of<P>
    where
        P: KeyedProcess<B::Key, T>,
        P::States: CheckedStates<M>,
    {
        P::States::of(process)
    }

    /// What a process closure becomes.
    #[cfg_attr(doc, doc(hidden))]
    pub fn handlers<X, A, U, H, F, R>(
        &self,
        specs: Vec<StateSpec>,
        first: F,
        on_record: R,
    ) -> FirstHandlers<T, B, H, X, A, U, F, R>
    where
        X: States,
        F: FnMut() -> X,
        R: FnMut(T, &H, &mut X, &mut A, &mut ProcessContext<'_, B::Key, U>),
    {
        Handlers::new(specs, first, on_record)
    }
}
