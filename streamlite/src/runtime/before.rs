//! What earlier runs of a job have done.

use std::collections::BTreeMap;

use super::savepoint::Progress;
use crate::metrics::SavedCounts;
use crate::time::TimeDelta;

/// What was counted in the runs that this one goes on from.
#[derive(Debug, Default)]
pub(super) struct Before {
    pub(super) counts: SavedCounts,
    /// Bad records, by the sources' identities.
    pub(super) skipped: BTreeMap<String, u64>,
    pub(super) elapsed: TimeDelta,
}

impl Before {
    /// What a savepoint says.
    pub(super) fn of(saved: &Progress) -> Self {
        let skipped = saved.sources.iter();
        Self {
            counts: saved.counts.clone(),
            skipped: skipped
                .map(|(name, source)| (name.clone(), source.skipped))
                .collect(),
            elapsed: saved.elapsed,
        }
    }
}
