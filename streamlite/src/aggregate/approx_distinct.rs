//! About how many values differ.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use datasketches::hll::{HllSketch, HllType, HllUnion};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::incremental::{Aggregate, Merge, Merging};
use super::pick::{Pick, described};
use crate::state::name_of;

/// Two to the power of this are the registers: 4,096, of a byte each, for a standard error of 1.6 %.
const LG_REGISTERS: u8 = 12;

/// Estimates how many values differ; see [`Rows::approx_count_distinct`](super::Rows::approx_count_distinct).
#[derive(Clone, Copy)]
pub struct ApproxCountDistinct<P, F, V> {
    pub(super) pick: P,
    pub(super) of: F,
    pub(super) value: PhantomData<fn() -> V>,
}

impl<P, F, V> fmt::Debug for ApproxCountDistinct<P, F, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApproxCountDistinct")
    }
}

/// A HyperLogLog: a short list of hashes while there are few, then registers.
///
/// What it says follows from which values were added alone: neither from their order, nor from what was merged with what.
#[derive(Clone)]
pub struct Registers(HllSketch);

impl fmt::Debug for Registers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Registers({})", self.estimate())
    }
}

impl Default for Registers {
    fn default() -> Self {
        Self(HllSketch::new(LG_REGISTERS, HllType::Hll8).expect("4 to 21 are allowed"))
    }
}

impl Registers {
    /// By the registers as they are: the other estimate of the crate depends on the order in which values came.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count that is not negative"
    )]
    fn estimate(&self) -> u64 {
        self.0.composite_estimate().round() as u64
    }

    fn merge(&mut self, other: &Self) {
        if other.0.is_empty() {
            return;
        }
        let mut both = HllUnion::new(LG_REGISTERS).expect("4 to 21 are allowed");
        both.update(&self.0);
        both.update(&other.0);
        self.0 = both.to_sketch(HllType::Hll8);
    }
}

impl Serialize for Registers {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize().serialize(to)
    }
}

impl<'de> Deserialize<'de> for Registers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let bytes = Vec::<u8>::deserialize(from)?;
        HllSketch::deserialize(&bytes)
            .map(Self)
            .map_err(de::Error::custom)
    }
}

impl<T, P, F, V> Aggregate<T> for ApproxCountDistinct<P, F, V>
where
    P: Pick<T>,
    V: Hash,
    F: Fn(&T) -> V,
{
    type Acc = Registers;
    type Out = u64;

    fn zero(&self) -> Registers {
        Registers::default()
    }

    #[inline]
    fn add(&self, registers: &mut Registers, row: &T) {
        if self.pick.picks(row) {
            registers.0.update((self.of)(row));
        }
    }

    fn result(&self, registers: &Registers) -> u64 {
        registers.estimate()
    }

    const MERGING: Merging = Merging::ANY_ORDER;

    fn merge(&self, registers: &mut Registers, other: &Registers) {
        registers.merge(other);
    }

    fn describe(&self) -> String {
        described::<T, P>("approximate count of distinct", &name_of::<V>())
    }
}

impl<T, P, F, V> Merge<T> for ApproxCountDistinct<P, F, V>
where
    P: Pick<T>,
    V: Hash,
    F: Fn(&T) -> V,
{
}
