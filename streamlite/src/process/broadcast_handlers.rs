//! What the process closure of broadcast records becomes.

use std::fmt;
use std::marker::PhantomData;

use super::broadcast::BroadcastProcess;
use super::context::{BroadcastContext, ProcessContext};
use super::handlers::{EndHandler, Handlers, TimerHandler};
use super::side::Sides;
use super::spec::StateSpec;
use super::state::States;
use crate::time::Timestamp;

/// A process of broadcast records made of closures: `X` are the handlers by key, `B` the one of the records `L` of the
/// stream that is broadcast, and `I` makes the first values of what all keys share, `H`.
pub struct BroadcastHandlers<L, H, I, B, X> {
    specs: Vec<StateSpec>,
    first: I,
    on_broadcast: B,
    by_key: X,
    types: PhantomData<fn(L, H)>,
}

impl<L, H, I, B, X> BroadcastHandlers<L, H, I, B, X> {
    /// A process that handles broadcast records, too.
    pub(crate) fn new(specs: Vec<StateSpec>, first: I, on_broadcast: B, by_key: X) -> Self {
        Self {
            specs,
            first,
            on_broadcast,
            by_key,
            types: PhantomData,
        }
    }
}

#[diagnostic::do_not_recommend]
impl<K, L, R, H, S, A, U, F, G, M, E, I, B> BroadcastProcess<K, L, R>
    for BroadcastHandlers<L, H, I, B, Handlers<K, R, H, S, A, U, F, G, M, E>>
where
    H: States,
    S: States,
    A: Sides,
    F: FnMut() -> S,
    G: FnMut(R, &H, &mut S, &mut A, &mut ProcessContext<'_, K, U>),
    M: TimerHandler<K, H, S, A, U>,
    E: EndHandler<K, H, S, A, U>,
    I: FnMut() -> H,
    B: FnMut(L, &mut H, &mut A, &mut BroadcastContext<'_, U>),
{
    type Shared = H;
    type States = S;
    type Out = U;
    type Sides = A;

    const HAS_TIMERS: bool = M::EXISTS;
    const HAS_END: bool = E::EXISTS;

    fn shared_specs(&self) -> Vec<StateSpec> {
        self.specs.clone()
    }

    fn first_shared(&mut self) -> H {
        (self.first)()
    }

    fn specs(&self) -> Vec<StateSpec> {
        self.by_key.specs.clone()
    }

    #[inline]
    fn first(&mut self) -> S {
        (self.by_key.first)()
    }

    #[inline]
    fn on_broadcast(&mut self, record: L, shared: &mut H, sides: &mut A, ctx: &mut BroadcastContext<'_, U>) {
        (self.on_broadcast)(record, shared, sides, ctx);
    }

    #[inline]
    fn on_record(
        &mut self,
        record: R,
        shared: &H,
        states: &mut S,
        sides: &mut A,
        ctx: &mut ProcessContext<'_, K, U>,
    ) {
        (self.by_key.on_record)(record, shared, states, sides, ctx);
    }

    #[inline]
    fn on_timer(
        &mut self,
        at: Timestamp,
        shared: &H,
        states: &mut S,
        sides: &mut A,
        ctx: &mut ProcessContext<'_, K, U>,
    ) {
        self.by_key.on_timer.handle(at, shared, states, sides, ctx);
    }

    #[inline]
    fn on_end(&mut self, shared: &H, states: &mut S, sides: &mut A, ctx: &mut ProcessContext<'_, K, U>) {
        self.by_key.on_end.handle(shared, states, sides, ctx);
    }
}

impl<L, H, I: Clone, B: Clone, X: Clone> Clone for BroadcastHandlers<L, H, I, B, X> {
    fn clone(&self) -> Self {
        Self {
            specs: self.specs.clone(),
            first: self.first.clone(),
            on_broadcast: self.on_broadcast.clone(),
            by_key: self.by_key.clone(),
            types: PhantomData,
        }
    }
}

impl<L, H, I, B, X> fmt::Debug for BroadcastHandlers<L, H, I, B, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BroadcastHandlers")
            .field("specs", &self.specs)
            .finish_non_exhaustive()
    }
}
