//! All values, in the order of arrival.

use super::incremental::{Aggregate, Merge, Merging};
use super::pick::Pick;
use super::pick::described;
use crate::state::name_of;

/// Keeps all values; see [`Rows::collect`](super::Rows::collect).
#[derive(Clone, Copy, Debug)]
pub struct Collect<P, F> {
    pub(super) pick: P,
    pub(super) of: F,
}

impl<T, P, F, V> Aggregate<T> for Collect<P, F>
where
    P: Pick<T>,
    V: Clone,
    F: Fn(&T) -> V,
{
    type Acc = Vec<V>;
    type Out = Vec<V>;

    #[inline]
    fn zero(&self) -> Vec<V> {
        Vec::new()
    }

    #[inline]
    fn add(&self, values: &mut Vec<V>, row: &T) {
        if self.pick.picks(row) {
            values.push((self.of)(row));
        }
    }

    fn result(&self, values: &Vec<V>) -> Vec<V> {
        values.clone()
    }

    fn last_result(&self, values: Vec<V>) -> Vec<V> {
        values
    }

    const MERGING: Merging = Merging::IN_ORDER;

    fn merge(&self, values: &mut Vec<V>, later: &Vec<V>) {
        values.extend_from_slice(later);
    }

    fn merge_owned(&self, values: &mut Vec<V>, later: Vec<V>) {
        values.extend(later);
    }

    fn describe(&self) -> String {
        described::<T, P>("collect", &name_of::<V>())
    }
}

impl<T, P, F, V> Merge<T> for Collect<P, F>
where
    P: Pick<T>,
    V: Clone,
    F: Fn(&T) -> V,
{
}
