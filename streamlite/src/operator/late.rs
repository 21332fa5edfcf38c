//! Where late records go.

use super::fan_out::Nowhere;
use crate::control::Control;
use crate::metrics::NodeTally;
use crate::record::{Push, Record};
use crate::time::Timestamp;

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
    pub(super) fn kept(output: L) -> Self {
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

    #[inline]
    pub(super) fn next_due<T>(&self, watermark: Timestamp) -> Timestamp
    where
        L: Push<T>,
    {
        self.output.next_due(watermark)
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
