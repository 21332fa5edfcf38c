//! The end of a chain: records are given to a closure.

use crate::assembly::{Chain, Context, Node10, Stage};
use crate::control::{Control, Question};
use crate::record::{Push, Record};
use crate::time::Timestamp;

/// Describes the end of a chain; see [`Stream::for_each`](crate::flow::Stream::for_each).
#[derive(Debug)]
#[must_use = "it is an output of a pipeline: write it as a statement"]
pub struct ForEach<T, O, S, F> {
    pub(crate) chain: Chain<T, O, S>,
    pub(crate) take: F,
}

struct ForEachPush<F> {
    node: usize,
    taken: u64,
    watermark: Timestamp,
    take: F,
}

impl<T, O, S, F, C> Node10<O, C> for ForEach<T, O, S, F>
where
    S: Stage<O, T, C>,
    F: FnMut(T),
{
    #[inline]
    fn build(self, cx: Context<C>) -> impl Push<O> {
        let end = ForEachPush {
            node: cx.node_index(),
            taken: 0,
            watermark: Timestamp::MIN,
            take: self.take,
        };
        self.chain.stage.build(cx, end)
    }
}

impl<T, F: FnMut(T)> Push<T> for ForEachPush<F> {
    const LOOKS_AT_TIMES: bool = false;

    #[inline]
    fn push(&mut self, record: Record<T>) {
        self.taken += 1;
        (self.take)(record.value);
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<T>>) {
        let (mut taken, take) = (0, &mut self.take);
        records.for_each(|record| {
            taken += 1;
            take(record.value);
        });
        self.taken += taken;
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.watermark = watermark;
    }

    /// Only the last watermark counts.
    #[inline]
    fn next_due(&self, _watermark: Timestamp) -> Timestamp {
        Timestamp::MAX
    }

    fn control(&mut self, control: &mut Control<'_>) {
        if let Control::Question(Question::Count(tally)) = control {
            let counts = tally.node(self.node);
            counts.written += self.taken;
            counts.watermark = Some(self.watermark);
            counts.sink = Some("closure".to_owned());
        }
    }
}
