//! One record becomes one other, or a failure that keeps the record.

use serde::{Deserialize, Serialize};

use crate::assembly::{Chain, Context, Node12, Stage};
use crate::control::Control;
use crate::record::{Push, Record};
use crate::time::Timestamp;

/// A record that [`try_map`](crate::flow::Stream::try_map) could not turn, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Failed<R, E> {
    /// The record as it came.
    pub record: R,
    /// What the closure said.
    pub error: E,
}

/// Describes `try_map`; see [`Stream::try_map`](crate::flow::Stream::try_map).
#[derive(Debug)]
#[must_use = "`try_map` has two outputs: `let (ok, failed) = stream.try_map(…);`"]
pub struct TryMap<T, O, S, F> {
    pub(crate) chain: Chain<T, O, S>,
    pub(crate) turn: F,
}

struct TryMapPush<F, A, B> {
    turn: F,
    ok: A,
    failed: B,
}

impl<T, U, E, O, S, F, C> Node12<O, U, Failed<T, E>, C> for TryMap<T, O, S, F>
where
    S: Stage<O, T, C>,
    F: FnMut(&T) -> Result<U, E>,
{
    #[inline]
    fn build<A: Push<U>, B: Push<Failed<T, E>>>(self, cx: Context<C>, ok: A, failed: B) -> impl Push<O> {
        self.chain.stage.build(
            cx,
            TryMapPush {
                turn: self.turn,
                ok,
                failed,
            },
        )
    }
}

impl<T, U, E, F, A, B> Push<T> for TryMapPush<F, A, B>
where
    F: FnMut(&T) -> Result<U, E>,
    A: Push<U>,
    B: Push<Failed<T, E>>,
{
    #[inline]
    fn push(&mut self, record: Record<T>) {
        match (self.turn)(&record.value) {
            Ok(value) => {
                let Record {
                    timestamp,
                    partition_watermark,
                    ..
                } = record;
                self.ok.push(Record {
                    value,
                    timestamp,
                    partition_watermark,
                });
            }
            Err(error) => {
                let Record {
                    value,
                    timestamp,
                    partition_watermark,
                } = record;
                self.failed.push(Record {
                    value: Failed { record: value, error },
                    timestamp,
                    partition_watermark,
                });
            }
        }
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.ok.watermark(watermark);
        self.failed.watermark(watermark);
    }

    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.ok.next_due(watermark).min(self.failed.next_due(watermark))
    }

    fn control(&mut self, control: &mut Control<'_>) {
        self.ok.control(control);
        self.failed.control(control);
    }
}
