//! What can be summed and averaged.

use super::incremental::Merging;
use crate::time::TimeDelta;

/// A number: what [`sum`](crate::aggregate::Rows::sum) and [`mean`](crate::aggregate::Rows::mean) take.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number that can be summed or averaged",
    label = "expected an integer, a float or a `TimeDelta`"
)]
pub trait Number: Copy {
    /// The number itself. A type of its own, so that a wrong argument is one error and not several.
    type Itself: Number<Sum = Self::Sum>;
    /// The function that returns the number, likewise.
    type Of<F>;
    /// What a sum of many is kept in: wide enough not to wrap.
    type Sum: Total;

    /// The function, once the check holds.
    fn of<F>(number: F) -> Self::Of<F>;

    /// The number as part of a sum.
    fn widened(self) -> Self::Sum;
}

/// A sum of numbers.
pub trait Total: Clone + Default {
    /// How two sums can be put together.
    const MERGING: Merging;

    /// Adds to the sum.
    ///
    /// # Panics
    /// If a sum of 128-bit integers overflows: it is never wrapped in silence.
    fn add(&mut self, other: Self);

    /// The nearest float; milliseconds for a [`TimeDelta`].
    fn to_f64(&self) -> f64;
}

macro_rules! numbers {
    ($($number:ty => $sum:ty;)*) => {$(
        impl Number for $number {
            type Itself = Self;
            type Of<F> = F;
            type Sum = $sum;

            fn of<F>(number: F) -> F {
                number
            }

            #[inline]
            #[allow(clippy::cast_lossless, trivial_numeric_casts, reason = "one text for all numbers")]
            fn widened(self) -> $sum {
                self as $sum
            }
        }
    )*};
}

numbers! {
    u8 => u64;
    u16 => u64;
    u32 => u64;
    u64 => u128;
    usize => u128;
    u128 => u128;
    i8 => i64;
    i16 => i64;
    i32 => i64;
    i64 => i128;
    isize => i128;
    i128 => i128;
    f32 => f64;
    f64 => f64;
}

impl Number for TimeDelta {
    type Itself = Self;
    type Of<F> = F;
    type Sum = TimeDelta;

    fn of<F>(number: F) -> F {
        number
    }

    #[inline]
    fn widened(self) -> TimeDelta {
        self
    }
}

macro_rules! integer_totals {
    ($($total:ty)*) => {$(
        impl Total for $total {
            const MERGING: Merging = Merging::ANY_ORDER;

            #[inline]
            fn add(&mut self, other: Self) {
                *self = self.checked_add(other).expect("the sum does not fit; sum floats, or divide first");
            }

            #[inline]
            #[expect(clippy::cast_precision_loss, reason = "a mean is a float")]
            fn to_f64(&self) -> f64 {
                *self as f64
            }
        }
    )*};
}

integer_totals!(u64 u128 i64 i128);

impl Total for f64 {
    const MERGING: Merging = Merging::ROUNDED;

    #[inline]
    fn add(&mut self, other: Self) {
        *self += other;
    }

    #[inline]
    fn to_f64(&self) -> f64 {
        *self
    }
}

impl Total for TimeDelta {
    const MERGING: Merging = Merging::ANY_ORDER;

    #[inline]
    fn add(&mut self, other: Self) {
        *self = *self + other;
    }

    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "a mean is a float")]
    fn to_f64(&self) -> f64 {
        self.as_millis() as f64
    }
}
