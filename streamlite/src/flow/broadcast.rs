//! A stream whose records every key of another one sees.

use std::fmt;
use std::marker::PhantomData;

use super::connect::ConnectedOutputs;
use super::stream::Stream;
use crate::assembly::{Chain, Id};
use crate::operator::{Broadcast, Joined};
use crate::process::{
    BroadcastContext, BroadcastHandlers, BroadcastProcess, CheckedStates, Handlers, ProcessContext,
    StateSpec, States,
};
use crate::state::Grouping;
use crate::witness::CheckedKey;

/// A stream that is broadcast to another one: [`on`](Self::on) says by which keys that one is handled.
#[must_use = "say next by which keys the records are handled, `.on(|record| …)`"]
pub struct BroadcastStreams<L, R, O = L, S = Id> {
    chain: Chain<L, O, S>,
    records: PhantomData<fn() -> R>,
}

/// A stream by keys, and another one that every key hears of: [`process`](Self::process) says what is done with them.
#[must_use = "say next what is done with the records, `.process(|ctx| { on_broadcast(…); on_record(…); })`"]
pub struct KeyedBroadcast<L, R, G, O = L, S = Id> {
    chain: Chain<L, O, S>,
    key: G,
    records: PhantomData<fn() -> R>,
}

impl<L, R, O, S> fmt::Debug for BroadcastStreams<L, R, O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BroadcastStreams")
    }
}

impl<L, R, G, O, S> fmt::Debug for KeyedBroadcast<L, R, G, O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyedBroadcast")
    }
}

impl<L, R, G, O, S> KeyedBroadcast<L, R, G, O, S> {
    /// The same with its keys in other words.
    pub(crate) fn with_keys<H>(self, change: impl FnOnce(G) -> H) -> KeyedBroadcast<L, R, H, O, S> {
        KeyedBroadcast {
            chain: self.chain,
            key: change(self.key),
            records: PhantomData,
        }
    }
}

/// The description of a process that hears of a second stream.
type Processed<L, R, G, O, S, P> =
    <<P as BroadcastProcess<<G as Grouping<R>>::Key, L, R>>::Sides as ConnectedOutputs>::Output<
        L,
        R,
        <P as BroadcastProcess<<G as Grouping<R>>::Key, L, R>>::Out,
        O,
        S,
        Broadcast<G, P>,
    >;

impl<L, O, S> Stream<L, O, S> {
    /// Lets every key of another stream hear of the records of this one: rules, prices, limits, or whatever is few and
    /// changes while the job runs.
    ///
    /// `on` says by which key the records of the other stream are handled. States that are marked `#[broadcast]` are
    /// shared by all keys: `on_broadcast` handles the records of this stream and changes them; `on_record`, `on_timer` and
    /// `on_end` are about one key of the other stream, and read them beside its own states. All else is as in
    /// [`process`](crate::flow::KeyedStream::process).
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// // How often each sensor was above the limit, which may change.
    /// pipeline!(
    ///     fn hot(limits: Source<f64>, readings: Source<(u32, f64)>, out: Sink<(u32, u64)>) {
    ///         limits
    ///             .broadcast_to(readings)
    ///             .on(|(sensor, _)| *sensor)
    ///             .process(|ctx| {
    ///                 #[broadcast]
    ///                 let limit: f64 = 100.0;
    ///                 let above: u64 = 0;
    ///
    ///                 on_broadcast(|new| *limit = new);
    ///                 on_record(|(sensor, temp)| {
    ///                     if temp > *limit {
    ///                         *above += 1;
    ///                         ctx.emit((sensor, *above));
    ///                     }
    ///                 });
    ///             })
    ///             .to(out);
    ///     }
    /// );
    ///
    /// let mut t = hot::test();
    /// t.readings.push_all([(1, 101.0), (2, 60.0)]);
    /// t.limits.push(50.0);
    /// t.readings.push_all([(1, 60.0), (2, 60.0)]);
    /// assert_eq!(t.out.take(), [(1, 1), (1, 2), (2, 1)]);
    /// ```
    ///
    /// A broadcast record counts from when it comes, for each key: how the records of two streams come between each other
    /// is not said. The watermark is the lower one of both streams.
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | runs `on_timer` for each timer below it, removes what has expired, and passes on the lower one of the two inputs |
    /// | on a late record | runs its handler like for any other |
    /// | at a checkpoint | saves what all keys share, the states and timers of each key, and how far both inputs have come |
    /// | in Flink | `broadcast`, `connect` and `process`, with a `KeyedBroadcastProcessFunction` |
    pub fn broadcast_to<R>(self, _records: Stream<R>) -> BroadcastStreams<L, R, O, S> {
        BroadcastStreams {
            chain: self.chain,
            records: PhantomData,
        }
    }
}

impl<L, R, O, S> BroadcastStreams<L, R, O, S> {
    /// Says by which key the records of the other stream are handled. A key is `Hash + Eq + Clone`, as for
    /// [`key_by`](Stream::key_by).
    pub fn on<M, K, F>(self, key: F) -> KeyedBroadcast<L, R, K::By<F>, O, S>
    where
        K: CheckedKey<M>,
        F: FnMut(&R) -> K,
    {
        KeyedBroadcast {
            chain: self.chain,
            key: K::by(key),
            records: PhantomData,
        }
    }
}

impl<L, R, G: Grouping<R>, O, S> KeyedBroadcast<L, R, G, O, S> {
    /// Handles the records of each key, and those that are broadcast; see [`broadcast_to`](Stream::broadcast_to). In
    /// plain Rust it is a [`BroadcastProcess`].
    pub fn process<P>(self, process: P) -> Processed<L, R, G, O, S, P>
    where
        P: BroadcastProcess<G::Key, L, R>,
        P::Sides: ConnectedOutputs,
    {
        P::Sides::output(Joined::new(
            self.chain,
            Broadcast {
                grouping: self.key,
                process,
            },
        ))
    }

    /// A process, once its states can be stored.
    #[cfg_attr(doc, doc(hidden))]
    pub fn stored_process<M, N, P>(
        &self,
        process: P,
    ) -> <P::States as CheckedStates<M>>::Of<<P::Shared as CheckedStates<N>>::Of<P>>
    where
        P: BroadcastProcess<G::Key, L, R>,
        P::States: CheckedStates<M>,
        P::Shared: CheckedStates<N>,
    {
        P::States::of(P::Shared::of(process))
    }

    /// What the handlers by key of a process closure become.
    #[cfg_attr(doc, doc(hidden))]
    pub fn handlers<X, A, U, H, F, N>(
        &self,
        specs: Vec<StateSpec>,
        first: F,
        on_record: N,
    ) -> Handlers<G::Key, R, H, X, A, U, F, N>
    where
        X: States,
        F: FnMut() -> X,
        N: FnMut(R, &H, &mut X, &mut A, &mut ProcessContext<'_, G::Key, U>),
    {
        Handlers::new(specs, first, on_record)
    }

    /// What a process closure becomes.
    #[cfg_attr(doc, doc(hidden))]
    pub fn broadcast_handlers<T, H, X, A, U, F, N, M, E, I, B>(
        &self,
        by_key: Handlers<G::Key, T, H, X, A, U, F, N, M, E>,
        specs: Vec<StateSpec>,
        first: I,
        on_broadcast: B,
    ) -> BroadcastHandlers<L, H, I, B, Handlers<G::Key, T, H, X, A, U, F, N, M, E>>
    where
        I: FnMut() -> H,
        B: FnMut(L, &mut H, &mut A, &mut BroadcastContext<'_, U>),
    {
        BroadcastHandlers::new(specs, first, on_broadcast, by_key)
    }
}
