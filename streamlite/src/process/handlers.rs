//! What the process closure of `pipeline!` becomes.

use std::fmt;
use std::marker::PhantomData;

use super::context::ProcessContext;
use super::keyed_process::KeyedProcess;
use super::side::Sides;
use super::spec::StateSpec;
use super::state::States;
use crate::time::Timestamp;

/// A process made of closures, one for each handler: over records of `T` by keys `K` it has states `S`, emits `U`, and has
/// side outputs `A`; `H` is what all keys share. A handler that was not written is [`NoHandler`].
pub struct Handlers<K, T, H, S, A, U, F, R, M = NoHandler, E = NoHandler> {
    pub(super) specs: Vec<StateSpec>,
    pub(super) first: F,
    pub(super) on_record: R,
    pub(super) on_timer: M,
    pub(super) on_end: E,
    types: PhantomData<fn(K, T, H) -> (S, A, U)>,
}

/// No handler was written.
#[derive(Clone, Copy, Debug)]
pub struct NoHandler;

/// A timer's handler, if there is one.
pub trait TimerHandler<K, H, S, A, U> {
    /// Whether there is one.
    const EXISTS: bool;

    /// Handles a timer.
    fn handle(
        &mut self,
        at: Timestamp,
        shared: &H,
        states: &mut S,
        sides: &mut A,
        ctx: &mut ProcessContext<'_, K, U>,
    );
}

/// The handler of the end of the input, if there is one.
pub trait EndHandler<K, H, S, A, U> {
    /// Whether there is one.
    const EXISTS: bool;

    /// Handles the end of the input.
    fn handle(&mut self, shared: &H, states: &mut S, sides: &mut A, ctx: &mut ProcessContext<'_, K, U>);
}

impl<K, H, S, A, U> TimerHandler<K, H, S, A, U> for NoHandler {
    const EXISTS: bool = false;

    fn handle(
        &mut self,
        _at: Timestamp,
        _shared: &H,
        _states: &mut S,
        _sides: &mut A,
        _ctx: &mut ProcessContext<'_, K, U>,
    ) {
    }
}

impl<K, H, S, A, U> EndHandler<K, H, S, A, U> for NoHandler {
    const EXISTS: bool = false;

    fn handle(&mut self, _shared: &H, _states: &mut S, _sides: &mut A, _ctx: &mut ProcessContext<'_, K, U>) {}
}

impl<K, H, S, A, U, F> TimerHandler<K, H, S, A, U> for F
where
    F: FnMut(Timestamp, &H, &mut S, &mut A, &mut ProcessContext<'_, K, U>),
{
    const EXISTS: bool = true;

    #[inline]
    fn handle(
        &mut self,
        at: Timestamp,
        shared: &H,
        states: &mut S,
        sides: &mut A,
        ctx: &mut ProcessContext<'_, K, U>,
    ) {
        self(at, shared, states, sides, ctx);
    }
}

impl<K, H, S, A, U, F> EndHandler<K, H, S, A, U> for F
where
    F: FnMut(&H, &mut S, &mut A, &mut ProcessContext<'_, K, U>),
{
    const EXISTS: bool = true;

    #[inline]
    fn handle(&mut self, shared: &H, states: &mut S, sides: &mut A, ctx: &mut ProcessContext<'_, K, U>) {
        self(shared, states, sides, ctx);
    }
}

impl<K, T, H, S, A, U, F, R> Handlers<K, T, H, S, A, U, F, R>
where
    F: FnMut() -> S,
    R: FnMut(T, &H, &mut S, &mut A, &mut ProcessContext<'_, K, U>),
{
    /// A process that handles records.
    pub fn new(specs: Vec<StateSpec>, first: F, on_record: R) -> Self {
        Self {
            specs,
            first,
            on_record,
            on_timer: NoHandler,
            on_end: NoHandler,
            types: PhantomData,
        }
    }
}

impl<K, T, H, S, A, U, F, R, M, E> Handlers<K, T, H, S, A, U, F, R, M, E> {
    /// The same that handles timers, too.
    pub fn on_timer<N>(self, on_timer: N) -> Handlers<K, T, H, S, A, U, F, R, N, E>
    where
        N: FnMut(Timestamp, &H, &mut S, &mut A, &mut ProcessContext<'_, K, U>),
    {
        Handlers {
            specs: self.specs,
            first: self.first,
            on_record: self.on_record,
            on_timer,
            on_end: self.on_end,
            types: PhantomData,
        }
    }

    /// The same that handles the end of the input, too.
    pub fn on_end<N>(self, on_end: N) -> Handlers<K, T, H, S, A, U, F, R, M, N>
    where
        N: FnMut(&H, &mut S, &mut A, &mut ProcessContext<'_, K, U>),
    {
        Handlers {
            specs: self.specs,
            first: self.first,
            on_record: self.on_record,
            on_timer: self.on_timer,
            on_end,
            types: PhantomData,
        }
    }
}

#[diagnostic::do_not_recommend]
impl<K, T, S, A, U, F, R, M, E> KeyedProcess<K, T> for Handlers<K, T, (), S, A, U, F, R, M, E>
where
    S: States,
    A: Sides,
    F: FnMut() -> S,
    R: FnMut(T, &(), &mut S, &mut A, &mut ProcessContext<'_, K, U>),
    M: TimerHandler<K, (), S, A, U>,
    E: EndHandler<K, (), S, A, U>,
{
    type States = S;
    type Out = U;
    type Sides = A;

    const HAS_TIMERS: bool = M::EXISTS;
    const HAS_END: bool = E::EXISTS;

    fn specs(&self) -> Vec<StateSpec> {
        self.specs.clone()
    }

    #[inline]
    fn first(&mut self) -> S {
        (self.first)()
    }

    #[inline]
    fn on_record(&mut self, record: T, states: &mut S, sides: &mut A, ctx: &mut ProcessContext<'_, K, U>) {
        (self.on_record)(record, &(), states, sides, ctx);
    }

    #[inline]
    fn on_timer(&mut self, at: Timestamp, states: &mut S, sides: &mut A, ctx: &mut ProcessContext<'_, K, U>) {
        self.on_timer.handle(at, &(), states, sides, ctx);
    }

    #[inline]
    fn on_end(&mut self, states: &mut S, sides: &mut A, ctx: &mut ProcessContext<'_, K, U>) {
        self.on_end.handle(&(), states, sides, ctx);
    }
}

impl<K, T, H, S, A, U, F: Clone, R: Clone, M: Clone, E: Clone> Clone
    for Handlers<K, T, H, S, A, U, F, R, M, E>
{
    fn clone(&self) -> Self {
        Self {
            specs: self.specs.clone(),
            first: self.first.clone(),
            on_record: self.on_record.clone(),
            on_timer: self.on_timer.clone(),
            on_end: self.on_end.clone(),
            types: PhantomData,
        }
    }
}

impl<K, T, H, S, A, U, F, R, M, E> fmt::Debug for Handlers<K, T, H, S, A, U, F, R, M, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handlers")
            .field("specs", &self.specs)
            .finish_non_exhaustive()
    }
}
