//! Two streams out of one, by a predicate.

use crate::assembly::{Chain, Context, Node12, Stage};
use crate::control::Control;
use crate::record::{Push, Record};
use crate::time::Timestamp;

/// Describes `split`; see [`Stream::split`](crate::flow::Stream::split).
#[derive(Debug)]
#[must_use = "a split has two outputs: `let (yes, no) = stream.split(…);`"]
pub struct Split<T, O, S, F> {
    pub(crate) chain: Chain<T, O, S>,
    pub(crate) holds: F,
}

struct SplitPush<F, A, B> {
    holds: F,
    yes: A,
    no: B,
}

impl<T, O, S, F, C> Node12<O, T, T, C> for Split<T, O, S, F>
where
    S: Stage<O, T, C>,
    F: FnMut(&T) -> bool,
{
    #[inline]
    fn build<A: Push<T>, B: Push<T>>(self, cx: Context<C>, yes: A, no: B) -> impl Push<O> {
        self.chain.stage.build(
            cx,
            SplitPush {
                holds: self.holds,
                yes,
                no,
            },
        )
    }
}

impl<T, F: FnMut(&T) -> bool, A: Push<T>, B: Push<T>> Push<T> for SplitPush<F, A, B> {
    #[inline]
    fn push(&mut self, record: Record<T>) {
        if (self.holds)(&record.value) {
            self.yes.push(record);
        } else {
            self.no.push(record);
        }
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.yes.watermark(watermark);
        self.no.watermark(watermark);
    }

    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.yes.next_due(watermark).min(self.no.next_due(watermark))
    }

    fn control(&mut self, control: &mut Control<'_>) {
        self.yes.control(control);
        self.no.control(control);
    }
}
