//! A typed split: a `match` whose arms feed branches, each of its own type.

use std::marker::PhantomData;

use crate::assembly::{Chain, Context, Stage};
use crate::assembly::{Node11, Node12, Node13, Node14, Node15, Node16, Node17, Node18};
use crate::control::Control;
use crate::record::{Push, Record};
use crate::time::Timestamp;

/// Where the arms of a typed split put what they feed to one branch.
pub trait Slot {
    /// A record of the branch.
    type Item;
    /// What is kept from one record to the next.
    type Spare: Default;

    /// An empty slot.
    fn empty(spare: &mut Self::Spare) -> Self;

    /// Hands on what was put here.
    fn drain(self, at: Moment, spare: &mut Self::Spare, next: &mut impl Push<Self::Item>);
}

/// When the record came that was split.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    timestamp: Timestamp,
    partition_watermark: Timestamp,
}

impl Moment {
    #[inline]
    fn record<B>(self, value: B) -> Record<B> {
        let Self {
            timestamp,
            partition_watermark,
        } = self;
        Record {
            value,
            timestamp,
            partition_watermark,
        }
    }
}

/// A branch that no arm feeds more than once: lives in registers, so that feeding a branch costs what the `match` does.
#[derive(Debug)]
pub struct One<B>(Option<B>);

/// A branch that an arm may feed several times: no allocation for the first value, and one list that is used again.
#[derive(Debug)]
pub struct Many<B> {
    first: Option<B>,
    more: Vec<B>,
}

impl<B> One<B> {
    /// Feeds the branch.
    #[inline]
    pub fn put(&mut self, value: B) {
        debug_assert!(self.0.is_none(), "the macro found one assignment an arm");
        self.0 = Some(value);
    }
}

impl<B> Many<B> {
    /// Feeds the branch.
    #[inline]
    pub fn put(&mut self, value: B) {
        if self.first.is_none() {
            self.first = Some(value);
        } else {
            self.more.push(value);
        }
    }
}

impl<B> Slot for One<B> {
    type Item = B;
    type Spare = ();

    #[inline]
    fn empty((): &mut ()) -> Self {
        Self(None)
    }

    #[inline]
    fn drain(self, at: Moment, (): &mut (), next: &mut impl Push<B>) {
        if let Some(value) = self.0 {
            next.push(at.record(value));
        }
    }
}

impl<B> Slot for Many<B> {
    type Item = B;
    type Spare = Vec<B>;

    #[inline]
    fn empty(spare: &mut Vec<B>) -> Self {
        Self {
            first: None,
            more: std::mem::take(spare),
        }
    }

    #[inline]
    fn drain(self, at: Moment, spare: &mut Vec<B>, next: &mut impl Push<B>) {
        let Self { first, mut more } = self;
        if let Some(value) = first {
            next.push(at.record(value));
            more.drain(..).for_each(|value| next.push(at.record(value)));
        }
        *spare = more;
    }
}

/// Describes a typed split; see [`matching`](crate::expansion::matching).
#[derive(Debug)]
pub struct Matching<T, O, S, Branches, F> {
    chain: Chain<T, O, S>,
    arms: F,
    branches: PhantomData<fn() -> Branches>,
}

impl<T, O, S, Branches, F> Matching<T, O, S, Branches, F> {
    pub(crate) fn new(chain: Chain<T, O, S>, arms: F) -> Self {
        Self {
            chain,
            arms,
            branches: PhantomData,
        }
    }
}

struct MatchingPush<F, Branches, Spares, Nexts> {
    arms: F,
    spares: Spares,
    nexts: Nexts,
    branches: PhantomData<fn() -> Branches>,
}

/// Implements typed splits for a number of branches.
macro_rules! branches {
    ($($node:ident: $($B:ident $N:ident $next:ident $place:tt),*;)*) => {$(
        impl<T, O, S, F, $($B: Slot,)* C> $node<O, $($B::Item,)* C> for Matching<T, O, S, ($($B,)*), F>
        where
            S: Stage<O, T, C>,
            F: FnMut(T, &mut ($($B,)*)),
        {
            #[inline]
            fn build<$($N: Push<$B::Item>),*>(self, cx: Context<C>, $($next: $N),*) -> impl Push<O> {
                let spares: ($($B::Spare,)*) = Default::default();
                let split = MatchingPush::<F, ($($B,)*), _, _> {
                    arms: self.arms,
                    spares,
                    nexts: ($($next,)*),
                    branches: PhantomData,
                };
                self.chain.stage.build(cx, split)
            }
        }

        impl<T, F, $($B: Slot,)* $($N),*> Push<T>
            for MatchingPush<F, ($($B,)*), ($($B::Spare,)*), ($($N,)*)>
        where
            F: FnMut(T, &mut ($($B,)*)),
            $($N: Push<$B::Item>,)*
        {
            #[inline]
            fn push(&mut self, record: Record<T>) {
                let Record { value, timestamp, partition_watermark } = record;
                let at = Moment { timestamp, partition_watermark };
                let mut slots = ($($B::empty(&mut self.spares.$place),)*);
                (self.arms)(value, &mut slots);
                $(slots.$place.drain(at, &mut self.spares.$place, &mut self.nexts.$place);)*
            }

            #[inline]
            fn watermark(&mut self, watermark: Timestamp) {
                $(self.nexts.$place.watermark(watermark);)*
            }

            #[inline]
            fn next_due(&self, watermark: Timestamp) -> Timestamp {
                let mut due = Timestamp::MAX;
                $(due = due.min(self.nexts.$place.next_due(watermark));)*
                due
            }

            fn control(&mut self, control: &mut Control<'_>) {
                $(self.nexts.$place.control(control);)*
            }
        }
    )*};
}

branches! {
    Node11: A NA next_0 0;
    Node12: A NA next_0 0, B NB next_1 1;
    Node13: A NA next_0 0, B NB next_1 1, D ND next_2 2;
    Node14: A NA next_0 0, B NB next_1 1, D ND next_2 2, E NE next_3 3;
    Node15: A NA next_0 0, B NB next_1 1, D ND next_2 2, E NE next_3 3, G NG next_4 4;
    Node16: A NA next_0 0, B NB next_1 1, D ND next_2 2, E NE next_3 3, G NG next_4 4, H NH next_5 5;
    Node17: A NA next_0 0, B NB next_1 1, D ND next_2 2, E NE next_3 3, G NG next_4 4, H NH next_5 5, I NI next_6 6;
    Node18: A NA next_0 0, B NB next_1 1, D ND next_2 2, E NE next_3 3, G NG next_4 4, H NH next_5 5, I NI next_6 6,
        J NJ next_7 7;
}
