//! The values that are there most often.

use std::cmp::Reverse;
use std::hash::Hash;

use foldhash::fast::FixedState;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::incremental::{Aggregate, Merge, Merging};
use super::pick::{Pick, described};
use crate::state::name_of;

/// The fewest values that are counted each by itself.
const FEWEST_COUNTED: usize = 1_024;

/// Counts the values that are there most often; see [`Rows::top_k`](super::Rows::top_k).
#[derive(Clone, Copy, Debug)]
pub struct TopK<P, F> {
    pub(super) pick: P,
    pub(super) k: usize,
    pub(super) of: F,
}

impl<P, F> TopK<P, F> {
    /// How many values are counted, each by itself.
    fn counted(&self) -> usize {
        self.k.saturating_mul(8).max(FEWEST_COUNTED)
    }
}

/// How often values were there, of those that were there often enough.
///
/// The rule of Misra and Gries, with the median, as the mergeable summaries of Agarwal and others have it: where there are
/// too many values, the median of the counts is taken from each, and what has none left is forgotten. At least half of the
/// counts lose so much, so that all that is taken from one value is at most twice the rows by the number of counts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(serialize = "V: Serialize", deserialize = "V: Hash + Eq + Deserialize<'de>"))]
pub struct Counts<V> {
    #[serde(with = "indexmap::map::serde_seq")]
    counts: IndexMap<V, u64, FixedState>,
}

impl<V> Default for Counts<V> {
    fn default() -> Self {
        Self {
            counts: IndexMap::default(),
        }
    }
}

impl<V: Hash + Eq> Counts<V> {
    #[inline]
    fn add(&mut self, value: V, times: u64, at_most: usize) {
        *self.counts.entry(value).or_insert(0) += times;
        if self.counts.len() > at_most {
            self.forget_the_rare();
        }
    }

    #[cold]
    fn forget_the_rare(&mut self) {
        let mut counts: Vec<u64> = self.counts.values().copied().collect();
        let middle = counts.len() / 2;
        let (_, &mut median, _) = counts.select_nth_unstable(middle);
        self.counts.retain(|_, count| {
            *count = count.saturating_sub(median);
            *count > 0
        });
    }

    /// The most frequent ones, of several that are there as often the one that came first.
    fn top(&self, k: usize) -> Vec<(V, u64)>
    where
        V: Clone,
    {
        let mut all: Vec<(&V, u64)> = self.counts.iter().map(|(value, count)| (value, *count)).collect();
        all.sort_by_key(|(_, count)| Reverse(*count));
        all.truncate(k);
        all.into_iter()
            .map(|(value, count)| (value.clone(), count))
            .collect()
    }
}

impl<T, P, F, V> Aggregate<T> for TopK<P, F>
where
    P: Pick<T>,
    V: Hash + Eq + Clone,
    F: Fn(&T) -> V,
{
    type Acc = Counts<V>;
    type Out = Vec<(V, u64)>;

    #[inline]
    fn zero(&self) -> Counts<V> {
        Counts::default()
    }

    #[inline]
    fn add(&self, counts: &mut Counts<V>, row: &T) {
        if self.pick.picks(row) {
            counts.add((self.of)(row), 1, self.counted());
        }
    }

    fn result(&self, counts: &Counts<V>) -> Vec<(V, u64)> {
        counts.top(self.k)
    }

    /// Where values are forgotten it matters when: the error is within its bound in any case, but not the same.
    const MERGING: Merging = Merging::ROUNDED;

    fn merge(&self, counts: &mut Counts<V>, later: &Counts<V>) {
        for (value, &times) in &later.counts {
            counts.add(value.clone(), times, self.counted());
        }
    }

    /// More or fewer may be asked for.
    fn describe(&self) -> String {
        described::<T, P>("most frequent", &name_of::<V>())
    }
}

impl<T, P, F, V> Merge<T> for TopK<P, F>
where
    P: Pick<T>,
    V: Hash + Eq + Clone,
    F: Fn(&T) -> V,
{
}
