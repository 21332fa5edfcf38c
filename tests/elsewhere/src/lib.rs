//! Fragments that are used from another crate.

use std::hash::Hash;

use serde::de::DeserializeOwned;
use streamlite::prelude::*;

pipeline!(
    /// Leaves out what is below a limit.
    pub fn at_least(numbers: Stream<i64>, limit: i64) -> Stream<i64> {
        numbers.filter(|n| *n >= limit)
    }

    /// Counts each key so far, whatever the records and keys are.
    pub fn counted<T, K>(records: Stream<T>, key: impl Fn(&T) -> K) -> Stream<(K, u64)>
    where
        K: Hash + Eq + Clone + Serialize + DeserializeOwned,
    {
        records.key_by(|record| key(record)).running().count()
    }
);
