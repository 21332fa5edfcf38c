//! What a process is that hears of a second stream, whatever the key.

use std::marker::PhantomData;

use super::context::{BroadcastContext, ProcessContext};
use super::keyed_process::KeyedProcess;
use super::side::Sides;
use super::spec::StateSpec;
use super::state::States;
use crate::time::Timestamp;

/// What is done with the records `R` of each key, by states of its own, and by states that all keys share and that the
/// records `L` of another stream change: Flink's `KeyedBroadcastProcessFunction`.
///
/// The process closure of [`pipeline!`](crate::pipeline) is the short way to write one; see
/// [`Stream::broadcast_to`](crate::flow::Stream::broadcast_to). In plain Rust:
///
/// ```
/// use streamlite::prelude::*;
/// use streamlite::process::{BroadcastContext, BroadcastProcess, ProcessContext, StateSpec};
///
/// /// Lets records pass that are at least as great as the last limit.
/// #[derive(Clone)]
/// struct Above;
///
/// impl BroadcastProcess<u32, i64, (u32, i64)> for Above {
///     type Shared = (Value<i64>,);
///     type States = ();
///     type Out = (u32, i64);
///     type Sides = ();
///
///     fn shared_specs(&self) -> Vec<StateSpec> {
///         vec![StateSpec::new("limit")]
///     }
///
///     fn first_shared(&mut self) -> Self::Shared {
///         (Value::new(),)
///     }
///
///     fn specs(&self) -> Vec<StateSpec> {
///         Vec::new()
///     }
///
///     fn first(&mut self) {}
///
///     fn on_broadcast(
///         &mut self,
///         record: i64,
///         (limit,): &mut Self::Shared,
///         _sides: &mut (),
///         _ctx: &mut BroadcastContext<'_, Self::Out>,
///     ) {
///         limit.set(record);
///     }
///
///     fn on_record(
///         &mut self,
///         record: (u32, i64),
///         (limit,): &Self::Shared,
///         (): &mut (),
///         _sides: &mut (),
///         ctx: &mut ProcessContext<'_, u32, Self::Out>,
///     ) {
///         if limit.get().is_none_or(|limit| record.1 >= *limit) {
///             ctx.emit(record);
///         }
///     }
/// }
///
/// pipeline!(
///     fn above(limits: Source<i64>, records: Source<(u32, i64)>, out: Sink<(u32, i64)>) {
///         limits.broadcast_to(records).on(|(key, _)| *key).process(Above).to(out);
///     }
/// );
/// let mut t = above::test();
/// t.records.push((1, 10));
/// t.limits.push(20);
/// t.records.push_all([(1, 10), (2, 30)]);
/// assert_eq!(t.out.take(), [(1, 10), (2, 30)]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no process of `{R}` by keys `{K}` that hears of `{L}`",
    label = "not a process",
    note = "a process is a block of states and handlers, `.process(|ctx| {{ … }})`, or a `BroadcastProcess` of these types"
)]
pub trait BroadcastProcess<K, L, R> {
    /// The states that all keys share: a tuple, as [`States`](Self::States). They do not expire.
    type Shared: States;
    /// The states of one key; see [`KeyedProcess::States`].
    type States: States;
    /// What it emits.
    type Out;
    /// Its outputs besides: `()`, or a tuple of [`Side`](super::Side)s.
    type Sides: Sides;

    /// Whether it sets timers; see [`KeyedProcess::HAS_TIMERS`].
    const HAS_TIMERS: bool = true;
    /// Whether it does something at the end of the input.
    const HAS_END: bool = true;

    /// The names of the states that all keys share.
    fn shared_specs(&self) -> Vec<StateSpec>;

    /// The first values of the states that all keys share.
    fn first_shared(&mut self) -> Self::Shared;

    /// The names of the states of one key; see [`KeyedProcess::specs`].
    fn specs(&self) -> Vec<StateSpec>;

    /// The states of a key that is new.
    fn first(&mut self) -> Self::States;

    /// Handles a record of the stream that is broadcast.
    fn on_broadcast(
        &mut self,
        record: L,
        shared: &mut Self::Shared,
        sides: &mut Self::Sides,
        ctx: &mut BroadcastContext<'_, Self::Out>,
    );

    /// Handles a record of the other stream.
    fn on_record(
        &mut self,
        record: R,
        shared: &Self::Shared,
        states: &mut Self::States,
        sides: &mut Self::Sides,
        ctx: &mut ProcessContext<'_, K, Self::Out>,
    );

    /// Handles a timer that was set for `at`.
    fn on_timer(
        &mut self,
        _at: Timestamp,
        _shared: &Self::Shared,
        _states: &mut Self::States,
        _sides: &mut Self::Sides,
        _ctx: &mut ProcessContext<'_, K, Self::Out>,
    ) {
    }

    /// Handles the end of the input; see [`KeyedProcess::on_end`].
    fn on_end(
        &mut self,
        _shared: &Self::Shared,
        _states: &mut Self::States,
        _sides: &mut Self::Sides,
        _ctx: &mut ProcessContext<'_, K, Self::Out>,
    ) {
    }
}

/// The part of a process that is by key, beside what all keys share.
#[derive(Debug)]
pub(crate) struct ByKey<L, P, H> {
    pub(crate) process: P,
    pub(crate) shared: H,
    records: PhantomData<fn(L)>,
}

impl<L, P, H> ByKey<L, P, H> {
    pub(crate) fn new(process: P, shared: H) -> Self {
        Self {
            process,
            shared,
            records: PhantomData,
        }
    }
}

impl<K, L, R, P> KeyedProcess<K, R> for ByKey<L, P, P::Shared>
where
    P: BroadcastProcess<K, L, R>,
{
    type States = P::States;
    type Out = P::Out;
    type Sides = P::Sides;

    const HAS_TIMERS: bool = P::HAS_TIMERS;
    const HAS_END: bool = P::HAS_END;

    fn specs(&self) -> Vec<StateSpec> {
        self.process.specs()
    }

    #[inline]
    fn first(&mut self) -> Self::States {
        self.process.first()
    }

    #[inline]
    fn on_record(
        &mut self,
        record: R,
        states: &mut Self::States,
        sides: &mut Self::Sides,
        ctx: &mut ProcessContext<'_, K, Self::Out>,
    ) {
        self.process.on_record(record, &self.shared, states, sides, ctx);
    }

    #[inline]
    fn on_timer(
        &mut self,
        at: Timestamp,
        states: &mut Self::States,
        sides: &mut Self::Sides,
        ctx: &mut ProcessContext<'_, K, Self::Out>,
    ) {
        self.process.on_timer(at, &self.shared, states, sides, ctx);
    }

    #[inline]
    fn on_end(
        &mut self,
        states: &mut Self::States,
        sides: &mut Self::Sides,
        ctx: &mut ProcessContext<'_, K, Self::Out>,
    ) {
        self.process.on_end(&self.shared, states, sides, ctx);
    }
}
