//! Where the results of a process go.

use std::cell::Cell;
use std::collections::VecDeque;

use super::core::{Core, Found};
use crate::control::Control;
use crate::process::{Emitted, KeyedProcess, Side, StoredStates};
use crate::record::{Push, Record};
use crate::state::Grouping;
use crate::time::Timestamp;

/// Where what a handler has emitted belongs, in time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamped {
    pub(crate) timestamp: Timestamp,
    pub(crate) partition_watermark: Timestamp,
}

impl Stamped {
    #[inline]
    fn record<T>(self, value: T) -> Record<T> {
        Record {
            value,
            timestamp: self.timestamp,
            partition_watermark: self.partition_watermark,
        }
    }
}

/// The outputs of a process that emits `U`, and `S` besides.
pub(super) trait Outputs<U, S> {
    /// Pushes on what a handler has emitted, in the order in which it did.
    fn flush(
        &mut self,
        emitted: Emitted<U>,
        more: &mut VecDeque<(u32, U)>,
        sides: &mut S,
        order: &Cell<u32>,
        at: Stamped,
    );

    /// Lets a process handle a row of records.
    #[inline]
    fn row<T, C, G, P>(
        &mut self,
        core: &mut Core<T, C, G, P>,
        rows: impl Iterator<Item = (Record<T>, Found<G::Held>)>,
    ) where
        G: Grouping<T>,
        P: KeyedProcess<G::Key, T, Out = U, Sides = S>,
        P::States: StoredStates<C>,
    {
        rows.for_each(|(record, found)| self.one(core, record, found));
    }

    /// Lets a process handle one record.
    #[inline]
    fn one<T, C, G, P>(&mut self, core: &mut Core<T, C, G, P>, record: Record<T>, found: Found<G::Held>)
    where
        G: Grouping<T>,
        P: KeyedProcess<G::Key, T, Out = U, Sides = S>,
        P::States: StoredStates<C>,
    {
        let at = Stamped {
            timestamp: record.timestamp,
            partition_watermark: record.partition_watermark,
        };
        core.now.greatest = core.now.greatest.max(at.timestamp);
        let emitted = core.record::<false>(record, found);
        self.flush(emitted, &mut core.more, &mut core.sides, &core.order, at);
    }

    /// Passes a watermark on.
    fn watermark(&mut self, watermark: Timestamp);

    /// The next watermark that must come at its place.
    fn next_due(&self, watermark: Timestamp) -> Timestamp;

    /// Passes a signal on.
    fn control(&mut self, control: &mut Control<'_>);
}

/// One output.
#[derive(Debug)]
pub struct MainOutput<N>(pub(super) N);

impl<U, N: Push<U>> Outputs<U, ()> for MainOutput<N> {
    #[inline]
    fn flush(
        &mut self,
        emitted: Emitted<U>,
        more: &mut VecDeque<(u32, U)>,
        (): &mut (),
        _order: &Cell<u32>,
        at: Stamped,
    ) {
        if let Some((_, value)) = emitted.first {
            self.0.push(at.record(value));
        }
        if emitted.has_more {
            more.drain(..)
                .for_each(|(_, value)| self.0.push(at.record(value)));
        }
    }

    #[inline]
    fn row<T, C, G, P>(
        &mut self,
        core: &mut Core<T, C, G, P>,
        rows: impl Iterator<Item = (Record<T>, Found<G::Held>)>,
    ) where
        G: Grouping<T>,
        P: KeyedProcess<G::Key, T, Out = U, Sides = ()>,
        P::States: StoredStates<C>,
    {
        let at = Stamped {
            timestamp: Timestamp::MIN,
            partition_watermark: Timestamp::MIN,
        };
        self.0.push_all(Results {
            greatest: core.now.greatest,
            rows,
            core,
            at,
            has_more: false,
        });
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.0.watermark(watermark);
    }

    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.0.next_due(watermark)
    }

    fn control(&mut self, control: &mut Control<'_>) {
        self.0.control(control);
    }
}

/// The results of a row of records.
struct Results<'a, I, T, C, G: Grouping<T>, P: KeyedProcess<G::Key, T>> {
    rows: I,
    core: &'a mut Core<T, C, G, P>,
    /// The record whose results these are.
    at: Stamped,
    /// The greatest timestamp so far: noted at the end, so that it is in a register.
    greatest: Timestamp,
    /// There are more results of that record.
    has_more: bool,
}

impl<I, T, C, G, P> Iterator for Results<'_, I, T, C, G, P>
where
    I: Iterator<Item = (Record<T>, Found<G::Held>)>,
    G: Grouping<T>,
    P: KeyedProcess<G::Key, T>,
    P::States: StoredStates<C>,
{
    type Item = Record<P::Out>;

    #[inline]
    fn next(&mut self) -> Option<Record<P::Out>> {
        if self.has_more {
            if let Some((_, value)) = self.core.more.pop_front() {
                return Some(self.at.record(value));
            }
            self.has_more = false;
        }
        loop {
            let Some((record, found)) = self.rows.next() else {
                self.core.now.greatest = self.greatest;
                return None;
            };
            self.at = Stamped {
                timestamp: record.timestamp,
                partition_watermark: record.partition_watermark,
            };
            self.greatest = self.greatest.max(record.timestamp);
            let emitted = self.core.record::<true>(record, found);
            if let Some((_, value)) = emitted.first {
                self.has_more = emitted.has_more;
                return Some(self.at.record(value));
            }
        }
    }
}

/// Several outputs: the main one, and those besides.
pub(super) struct AllOutputs<N, S> {
    pub(super) main: N,
    pub(super) sides: S,
}

/// Declares the outputs of processes with so many side outputs.
macro_rules! several {
    ($($($A:ident $N:ident $side:ident $next:ident),+;)*) => {$(
        impl<U, N: Push<U>, $($A, $N: Push<$A>),+> Outputs<U, ($(Side<$A>,)+)> for AllOutputs<N, ($($N,)+)> {
            #[inline]
            fn flush(
                &mut self,
                emitted: Emitted<U>,
                more: &mut VecDeque<(u32, U)>,
                sides: &mut ($(Side<$A>,)+),
                order: &Cell<u32>,
                at: Stamped,
            ) {
                let Self { main, sides: ($($next,)+) } = self;
                let ($($side,)+) = sides;
                let mut first = emitted.first;
                for number in 0..order.take() {
                    if let Some((_, value)) = first.take_if(|(first, _)| *first == number) {
                        main.push(at.record(value));
                    } else if more.front().is_some_and(|(front, _)| *front == number) {
                        if let Some((_, value)) = more.pop_front() {
                            main.push(at.record(value));
                        }
                    }
                    $(
                        if let Some(value) = $side.pop_numbered(number) {
                            $next.push(at.record(value));
                        }
                    )+
                }
            }

            #[inline]
            fn watermark(&mut self, watermark: Timestamp) {
                let Self { main, sides: ($($next,)+) } = self;
                main.watermark(watermark);
                $($next.watermark(watermark);)+
            }

            #[inline]
            fn next_due(&self, watermark: Timestamp) -> Timestamp {
                let Self { main, sides: ($($next,)+) } = self;
                main.next_due(watermark)$(.min($next.next_due(watermark)))+
            }

            fn control(&mut self, control: &mut Control<'_>) {
                let Self { main, sides: ($($next,)+) } = self;
                main.control(control);
                $($next.control(control);)+
            }
        }
    )*};
}

several! {
    A NA a next_a;
    A NA a next_a, B NB b next_b;
    A NA a next_a, B NB b next_b, D ND d next_d;
    A NA a next_a, B NB b next_b, D ND d next_d, E NE e next_e;
    A NA a next_a, B NB b next_b, D ND d next_d, E NE e next_e, F NF f next_f;
    A NA a next_a, B NB b next_b, D ND d next_d, E NE e next_e, F NF f next_f, G NG g next_g;
    A NA a next_a, B NB b next_b, D ND d next_d, E NE e next_e, F NF f next_f, G NG g next_g, H NH h next_h;
}
