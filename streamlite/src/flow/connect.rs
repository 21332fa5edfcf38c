//! Two streams that go through one process.

use std::fmt;
use std::marker::PhantomData;

use super::stream::Stream;
use crate::assembly::{Chain, Id};
use crate::join::{Either, On};
use crate::operator::{ConnectedWithSides, Joined, Processing};
use crate::process::{CheckedStates, Handlers, KeyedProcess, ProcessContext, Side, Sides, StateSpec, States};
use crate::state::Grouping;
use crate::witness::CheckedKey;

/// Two streams to be handled together: [`on`](Self::on) says by what they belong together.
#[must_use = "say next by which keys the streams are connected, `.on(|left| …, |right| …)`"]
pub struct ConnectedStreams<L, R, O = L, S = Id> {
    chain: Chain<L, O, S>,
    right: PhantomData<fn() -> R>,
}

/// Two streams by keys that they have in common: [`process`](Self::process) says what is done with them.
#[must_use = "say next what is done with the records, `.process(|ctx| { on_left(…); on_right(…); })`"]
pub struct Connected<L, R, G, O = L, S = Id> {
    chain: Chain<L, O, S>,
    on: G,
    right: PhantomData<fn() -> R>,
}

impl<L, R, O, S> fmt::Debug for ConnectedStreams<L, R, O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectedStreams")
    }
}

impl<L, R, G, O, S> fmt::Debug for Connected<L, R, G, O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connected")
    }
}

impl<L, R, G, O, S> Connected<L, R, G, O, S> {
    /// The same with its keys in other words.
    pub(crate) fn with_keys<H>(self, change: impl FnOnce(G) -> H) -> Connected<L, R, H, O, S> {
        Connected {
            chain: self.chain,
            on: change(self.on),
            right: PhantomData,
        }
    }
}

/// What a process of two streams returns: one stream, or one and its side outputs.
pub trait ConnectedOutputs: Sides {
    /// The description of it.
    type Output<L, R, U, O, S, X>;

    /// The description of it.
    fn output<L, R, U, O, S, X>(joined: Joined<L, R, U, O, S, X>) -> Self::Output<L, R, U, O, S, X>;
}

impl ConnectedOutputs for () {
    type Output<L, R, U, O, S, X> = Joined<L, R, U, O, S, X>;

    fn output<L, R, U, O, S, X>(joined: Joined<L, R, U, O, S, X>) -> Joined<L, R, U, O, S, X> {
        joined
    }
}

macro_rules! connected_outputs {
    ($($($A:ident)+;)*) => {$(
        impl<$($A),+> ConnectedOutputs for ($(Side<$A>,)+) {
            type Output<L, R, U, O, S, X> = ConnectedWithSides<L, R, U, O, S, X, Self>;

            fn output<L, R, U, O, S, X>(joined: Joined<L, R, U, O, S, X>) -> Self::Output<L, R, U, O, S, X> {
                ConnectedWithSides::new(joined)
            }
        }
    )*};
}

connected_outputs! {
    A;
    A B;
    A B D;
}

/// The description of a process over two streams.
type Processed<L, R, G, O, S, P> =
    <<P as KeyedProcess<KeyOf<L, R, G>, Either<L, R>>>::Sides as ConnectedOutputs>::Output<
        L,
        R,
        <P as KeyedProcess<KeyOf<L, R, G>, Either<L, R>>>::Out,
        O,
        S,
        Processing<G, P>,
    >;

/// The key of two streams.
type KeyOf<L, R, G> = <G as Grouping<Either<L, R>>>::Key;

impl<L, O, S> Stream<L, O, S> {
    /// Handles the records of two streams together, with states and timers that they share: those of one key go through
    /// one process, each by its own handler.
    ///
    /// `on` says by what the records belong together, and the process has `on_left` for records of this stream and
    /// `on_right` for those of the other; all else is as in [`process`](crate::flow::KeyedStream::process).
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// // How long each ride was, and those that have begun and not ended within an hour.
    /// pipeline!(
    ///     fn rides(starts: Source<(u32, i64)>, ends: Source<(u32, i64)>, lengths: Sink<i64>, lost: Sink<u32>) {
    ///         let starts = starts.event_time(|(_, at)| *at);
    ///         let ends = ends.event_time(|(_, at)| *at);
    ///         let (length, open) = starts.connect(ends).on(|(ride, _)| *ride, |(ride, _)| *ride).process(|ctx| {
    ///             let started: Value<i64> = Value::new();
    ///             let ended: Value<i64> = Value::new();
    ///             let open: Side<u32>;
    ///
    ///             on_left(|(_, at)| match ended.take() {
    ///                 Some(end) => ctx.emit(end - at),
    ///                 None => {
    ///                     started.set(at);
    ///                     ctx.timer_after(TimeDelta::from_hours(1));
    ///                 }
    ///             });
    ///
    ///             on_right(|(_, at)| match started.take() {
    ///                 Some(start) => ctx.emit(at - start),
    ///                 None => ended.set(at),
    ///             });
    ///
    ///             on_timer(|_| {
    ///                 if started.take().is_some() {
    ///                     open.emit(*ctx.key());
    ///                 }
    ///             });
    ///         });
    ///         length.to(lengths);
    ///         open.to(lost);
    ///     }
    /// );
    ///
    /// let mut t = rides::test();
    /// t.starts.push_all([(1, 0), (2, 1_000), (3, 2_000)]);
    /// t.ends.push_all([(2, 61_000), (1, 600_000)]);
    /// t.starts.end();
    /// t.ends.end();
    /// assert_eq!(t.lengths.take(), [60_000, 600_000]);
    /// assert_eq!(t.lost.take(), [3]);
    /// ```
    ///
    /// Records of one stream come in their order; how those of two streams come between each other is not said, so a
    /// handler is ready for either order, as the one above. The watermark is the lower one of both streams.
    ///
    /// | | |
    /// | --- | --- |
    /// | on a watermark | runs `on_timer` for each timer below it, removes what has expired, and passes on the lower one of the two inputs |
    /// | on a late record | runs its handler like for any other |
    /// | at a checkpoint | saves the states and timers of each key, and how far both inputs have come |
    /// | in Flink | `connect` and `process`, with a `KeyedCoProcessFunction` |
    pub fn connect<R>(self, _right: Stream<R>) -> ConnectedStreams<L, R, O, S> {
        ConnectedStreams {
            chain: self.chain,
            right: PhantomData,
        }
    }
}

impl<L, R, O, S> ConnectedStreams<L, R, O, S> {
    /// Says by what records belong together: a key of the left and one of the right record, of one type. A key is
    /// `Hash + Eq + Clone`, as for [`key_by`](Stream::key_by).
    pub fn on<M, K, F, H>(self, left: F, right: H) -> Connected<L, R, On<K::By<F>, K::By<H>>, O, S>
    where
        K: CheckedKey<M>,
        F: FnMut(&L) -> K,
        H: FnMut(&R) -> K,
    {
        Connected {
            chain: self.chain,
            on: On::new(K::by(left), K::by(right)),
            right: PhantomData,
        }
    }
}

impl<L, R, G: Grouping<Either<L, R>>, O, S> Connected<L, R, G, O, S> {
    /// Handles the records of each key, with states and timers of its own; see [`connect`](Stream::connect). In plain
    /// Rust it is a [`KeyedProcess`] whose records are [`Either`].
    pub fn process<P>(self, process: P) -> Processed<L, R, G, O, S, P>
    where
        P: KeyedProcess<G::Key, Either<L, R>>,
        P::Sides: ConnectedOutputs,
    {
        P::Sides::output(Joined::new(
            self.chain,
            Processing {
                grouping: self.on,
                process,
            },
        ))
    }

    /// A process, once its states can be stored.
    #[cfg_attr(doc, doc(hidden))]
    pub fn stored_process<M, P>(&self, process: P) -> <P::States as CheckedStates<M>>::Of<P>
    where
        P: KeyedProcess<G::Key, Either<L, R>>,
        P::States: CheckedStates<M>,
    {
        P::States::of(process)
    }

    /// What a process closure becomes.
    #[cfg_attr(doc, doc(hidden))]
    pub fn handlers<X, A, U, H, F, N>(
        &self,
        specs: Vec<StateSpec>,
        first: F,
        on_record: N,
    ) -> Handlers<G::Key, Either<L, R>, H, X, A, U, F, N>
    where
        X: States,
        F: FnMut() -> X,
        N: FnMut(Either<L, R>, &H, &mut X, &mut A, &mut ProcessContext<'_, G::Key, U>),
    {
        Handlers::new(specs, first, on_record)
    }
}
