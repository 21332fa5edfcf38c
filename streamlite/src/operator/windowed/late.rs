//! What becomes of late records: they are counted, and dropped or an output of their own.

use std::marker::PhantomData;

use super::{WindowedPush, Windowing};
use crate::aggregate::Aggregate;
use crate::assembly::{Chain, Context, Node12, Stage};
use crate::control::Control;
use crate::metrics::NodeTally;
use crate::operator::fan_out::Nowhere;
use crate::operator::finish::Finish;
use crate::record::{Push, Record};
use crate::state::{Grouping, Storage};
use crate::time::Timestamp;
use crate::window::{Stores, Trigger};

/// Where late records go; they are counted in any case.
pub(super) struct LateOutput<L> {
    count: u64,
    is_dropped: bool,
    output: L,
}

impl LateOutput<Nowhere> {
    pub(super) fn dropped() -> Self {
        Self {
            count: 0,
            is_dropped: true,
            output: Nowhere,
        }
    }
}

impl<L> LateOutput<L> {
    fn kept(output: L) -> Self {
        Self {
            count: 0,
            is_dropped: false,
            output,
        }
    }

    #[cold]
    pub(super) fn push<T>(&mut self, record: Record<T>)
    where
        L: Push<T>,
    {
        self.count += 1;
        self.output.push(record);
    }

    #[inline]
    pub(super) fn watermark<T>(&mut self, watermark: Timestamp)
    where
        L: Push<T>,
    {
        self.output.watermark(watermark);
    }

    pub(super) fn control<T>(&mut self, control: &mut Control<'_>)
    where
        L: Push<T>,
    {
        self.output.control(control);
    }

    pub(super) fn count(&self, counts: &mut NodeTally) {
        counts.late += self.count;
        if self.is_dropped {
            counts.late_dropped += self.count;
        }
    }
}

/// Describes an aggregate over windows whose late records are an output of their own.
#[derive(Debug)]
#[must_use = "`with_late` makes two outputs: `let (results, late) = …;`"]
pub struct WithLate<T, O, S, X, U> {
    chain: Chain<T, O, S>,
    windowing: X,
    result: PhantomData<fn() -> U>,
}

impl<T, O, S, X, U> WithLate<T, O, S, X, U> {
    pub(crate) fn new(chain: Chain<T, O, S>, windowing: X) -> Self {
        Self {
            chain,
            windowing,
            result: PhantomData,
        }
    }
}

impl<T, O, S, C, G, W, A, F, R> Node12<O, F::Out, T, C>
    for WithLate<T, O, S, Windowing<G, W, A, F, R>, F::Out>
where
    S: Stage<O, T, C>,
    G: Grouping<T>,
    W: Stores<T, G, A, R>,
    A: Aggregate<T>,
    R: Trigger<W::Window>,
    F: Finish<G::Key, W::Window, A::Out>,
    C: Storage<G::Key> + Storage<A::Acc>,
{
    #[inline]
    fn build<N: Push<F::Out>, L: Push<T>>(self, cx: Context<C>, next: N, late: L) -> impl Push<O> {
        let place = cx.behind(S::STATES);
        let late = LateOutput::kept(late);
        let push = WindowedPush::<T, C, G, A, W::Store, F, N, L>::new(self.windowing, &place, next, late);
        self.chain.stage.build(cx, push)
    }
}
