//! A typed split: a `match` whose arms feed branches, each of its own type.

use std::marker::PhantomData;

use crate::assembly::{Chain, Context, Stage};
use crate::assembly::{Node11, Node12, Node13, Node14, Node15, Node16, Node17, Node18};
use crate::record::{Control, Push, Record};
use crate::time::Timestamp;

/// Where an arm of a typed split puts what it feeds to one branch: one value without allocating, and any number more.
#[derive(Debug)]
pub struct Slot<B> {
    first: Option<B>,
    more: Vec<B>,
}

impl<B> Slot<B> {
    const fn new() -> Self {
        Self {
            first: None,
            more: Vec::new(),
        }
    }

    /// Feeds the branch.
    #[inline]
    pub fn put(&mut self, value: B) {
        if self.first.is_none() {
            self.first = Some(value);
        } else {
            self.more.push(value);
        }
    }

    #[inline]
    fn drain(&mut self, timestamp: Timestamp, seen: Timestamp, next: &mut impl Push<B>) {
        if let Some(value) = self.first.take() {
            next.push(Record {
                value,
                timestamp,
                seen,
            });
            for value in self.more.drain(..) {
                next.push(Record {
                    value,
                    timestamp,
                    seen,
                });
            }
        }
    }
}

/// Describes a typed split; see [`matching`](crate::flow::matching).
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

struct MatchingPush<F, Branches, Nexts> {
    arms: F,
    branches: Branches,
    nexts: Nexts,
}

/// Implements typed splits for a number of branches.
macro_rules! branches {
    ($($node:ident: $($B:ident $N:ident $next:ident $place:tt),*;)*) => {$(
        impl<T, O, S, F, $($B,)* C> $node<O, $($B,)* C> for Matching<T, O, S, ($(Slot<$B>,)*), F>
        where
            S: Stage<O, C, Out = T>,
            F: FnMut(T, &mut ($(Slot<$B>,)*)),
        {
            #[inline]
            fn build<$($N: Push<$B>),*>(self, cx: Context<C>, $($next: $N),*) -> impl Push<O> {
                let branches = ($(Slot::<$B>::new(),)*);
                self.chain.stage.build(cx, MatchingPush { arms: self.arms, branches, nexts: ($($next,)*) })
            }
        }

        impl<T, F, $($B,)* $($N),*> Push<T> for MatchingPush<F, ($(Slot<$B>,)*), ($($N,)*)>
        where
            F: FnMut(T, &mut ($(Slot<$B>,)*)),
            $($N: Push<$B>,)*
        {
            #[inline]
            fn push(&mut self, record: Record<T>) {
                let Record { value, timestamp, seen } = record;
                (self.arms)(value, &mut self.branches);
                $(self.branches.$place.drain(timestamp, seen, &mut self.nexts.$place);)*
            }

            #[inline]
            fn watermark(&mut self, watermark: Timestamp) {
                $(self.nexts.$place.watermark(watermark);)*
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
