//! The number below which a share of the rows lies.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use sketches_ddsketch::DDSketch;

use super::incremental::{Aggregate, Merge, Merging};
use super::number::{Number, Total};
use super::pick::{Pick, described};
use super::sketch::empty;
use crate::state::name_of;

/// Estimates a quantile; see [`Rows::quantile`](super::Rows::quantile).
#[derive(Clone, Copy)]
pub struct Quantile<P, F, V> {
    pub(super) pick: P,
    pub(super) share: f64,
    pub(super) of: F,
    pub(super) number: PhantomData<fn() -> V>,
}

impl<P, F, V> fmt::Debug for Quantile<P, F, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quantile")
            .field("share", &self.share)
            .finish_non_exhaustive()
    }
}

/// How many numbers fell into each of the buckets, whose bounds grow by a constant factor: a `DDSketch`; nothing while there
/// is none.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Buckets {
    #[serde(deserialize_with = "super::sketch::deserialize")]
    sketch: Option<Box<DDSketch>>,
    /// Rows of which the number is none.
    nans: u64,
}

impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buckets").finish_non_exhaustive()
    }
}

impl Buckets {
    #[inline]
    pub(super) fn add(&mut self, number: f64) {
        if number.is_nan() {
            self.nans += 1;
            return;
        }
        // There is no bucket for what has no end.
        self.sketch
            .get_or_insert_with(empty)
            .add(number.clamp(f64::MIN, f64::MAX));
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.nans += other.nans;
        let Some(other) = &other.sketch else { return };
        match &mut self.sketch {
            Some(sketch) => sketch.merge(other).expect("all have the same buckets"),
            None => self.sketch = Some(other.clone()),
        }
    }

    /// NaN where all numbers are; none without rows.
    pub(super) fn quantile(&self, share: f64) -> Option<f64> {
        match &self.sketch {
            Some(sketch) => sketch.quantile(share).expect("the share was checked"),
            None => (self.nans > 0).then_some(f64::NAN),
        }
    }
}

impl<T, P, F, V> Aggregate<T> for Quantile<P, F, V>
where
    P: Pick<T>,
    V: Number,
    F: Fn(&T) -> V,
{
    type Acc = Buckets;
    type Out = P::Of<f64>;

    #[inline]
    fn zero(&self) -> Buckets {
        Buckets::default()
    }

    #[inline]
    fn add(&self, buckets: &mut Buckets, row: &T) {
        if self.pick.picks(row) {
            buckets.add((self.of)(row).widened().to_f64());
        }
    }

    fn result(&self, buckets: &Buckets) -> P::Of<f64> {
        P::of(buckets.quantile(self.share))
    }

    const MERGING: Merging = Merging::ANY_ORDER;

    fn merge(&self, buckets: &mut Buckets, other: &Buckets) {
        buckets.merge(other);
    }

    fn is_filled(&self, buckets: &Buckets) -> bool {
        P::MAY_PICK_NONE || buckets.quantile(self.share).is_some()
    }

    /// The share is asked of the buckets, and is not in them.
    fn describe(&self) -> String {
        described::<T, P>("quantile", &name_of::<V>())
    }
}

impl<T, P, F, V> Merge<T> for Quantile<P, F, V>
where
    P: Pick<T>,
    V: Number,
    F: Fn(&T) -> V,
{
}
