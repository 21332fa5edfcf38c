//! The rows of an aggregate expression.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use super::{
    All, Any, Apply, ApproxCountDistinct, CheckedAggregator, Collect, Count, CountDistinct, Deviation,
    Distinct, Every, Extreme, ExtremeBy, First, Fold, Greatest, Holds, JoinedBy, Last, Least, Mean, Number,
    Quantile, Reduce, Squared, Sum, SumExact, TopK, Variance, Where,
};

/// The rows of one key and window, in `.aggregate(|key, window, rows| …)`.
///
/// Each call becomes one incremental accumulator, so that no rows are kept but by [`collect`](Self::collect). The
/// arguments are evaluated when the pipeline is built; the code around the calls, when a window fires.
pub struct Rows<T, P = Every> {
    pick: P,
    row: PhantomData<fn(T)>,
}

impl<T, P> fmt::Debug for Rows<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rows")
    }
}

impl<T> Rows<T> {
    pub(crate) fn new() -> Self {
        Self {
            pick: Every,
            row: PhantomData,
        }
    }
}

impl<T, P: Clone> Rows<T, P> {
    /// Counts the rows.
    #[must_use]
    pub fn count(&self) -> Count<P> {
        Count(self.pick.clone())
    }

    /// Sums a number. The sum of small integers is a `u64` or `i64`, of those a `u128` or `i128`: it never wraps.
    pub fn sum<V: Number, F: Fn(&T) -> V>(&self, of: F) -> Sum<P, V::Of<F>, V::Itself> {
        Sum {
            pick: self.pick.clone(),
            of: V::of(of),
            number: PhantomData,
        }
    }

    /// Sums floats without an error: the result is the float that is nearest to the true sum, so that it is the same in any order
    /// of the rows. [`sum`](Self::sum) rounds with each row, which is faster, and keeps less.
    ///
    /// With infinities or NaN among the rows, or where a sum on the way is too great for a float, it is what
    /// `sum` would be: infinite or NaN.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let sums = pipeline!(
    ///     from([1e100, 1.0, -1e100]).aggregate(|rows| (rows.sum(|x| *x), rows.sum_exact(|x| *x)))
    /// )
    /// .collect()?;
    /// assert_eq!(sums, [(0.0, 1.0)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    pub fn sum_exact<V: Into<f64>, F: Fn(&T) -> V>(&self, of: F) -> SumExact<P, F> {
        SumExact {
            pick: self.pick.clone(),
            of,
        }
    }

    /// Averages a number, as an `f64`.
    pub fn mean<V: Number, F: Fn(&T) -> V>(&self, of: F) -> Mean<P, V::Of<F>, V::Itself> {
        Mean {
            pick: self.pick.clone(),
            of: V::of(of),
            number: PhantomData,
        }
    }

    /// Finds the least value; NaN loses to everything.
    pub fn min<V: PartialOrd + Clone, F: Fn(&T) -> V>(&self, of: F) -> Extreme<P, F, V, Least> {
        Extreme {
            pick: self.pick.clone(),
            of,
            side: PhantomData,
        }
    }

    /// Finds the greatest value; NaN loses to everything.
    pub fn max<V: PartialOrd + Clone, F: Fn(&T) -> V>(&self, of: F) -> Extreme<P, F, V, Greatest> {
        Extreme {
            pick: self.pick.clone(),
            of,
            side: PhantomData,
        }
    }

    /// Finds the row with the least value; of several the first.
    pub fn min_by_key<V: PartialOrd, F: Fn(&T) -> V>(&self, of: F) -> ExtremeBy<P, F, V, Least>
    where
        T: Clone,
    {
        ExtremeBy {
            pick: self.pick.clone(),
            of,
            side: PhantomData,
        }
    }

    /// Finds the row with the greatest value; of several the first.
    pub fn max_by_key<V: PartialOrd, F: Fn(&T) -> V>(&self, of: F) -> ExtremeBy<P, F, V, Greatest>
    where
        T: Clone,
    {
        ExtremeBy {
            pick: self.pick.clone(),
            of,
            side: PhantomData,
        }
    }

    /// The variance of a number, as of a sample: the squares of the distances from the mean, by one less than their number. Of
    /// one row it is NaN. In one pass, by Welford's recurrence; SQL's `VAR_SAMP`.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let spread = pipeline!(
    ///     from([2.0_f64, 4.0, 6.0]).aggregate(|rows| (rows.variance(|x| *x), rows.stddev(|x| *x)))
    /// )
    /// .collect()?;
    /// assert_eq!(spread, [(4.0, 2.0)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    pub fn variance<V: Number, F: Fn(&T) -> V>(&self, of: F) -> Variance<P, V::Of<F>, V::Itself, Squared> {
        Variance {
            pick: self.pick.clone(),
            of: V::of(of),
            number: PhantomData,
        }
    }

    /// The standard deviation of a number, as of a sample: the root of the [`variance`](Self::variance).
    pub fn stddev<V: Number, F: Fn(&T) -> V>(&self, of: F) -> Variance<P, V::Of<F>, V::Itself, Deviation> {
        Variance {
            pick: self.pick.clone(),
            of: V::of(of),
            number: PhantomData,
        }
    }

    /// Whether a predicate holds for at least one row. It is not asked again once that is known.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let answers = pipeline!(
    ///     from([1, 2, 3]).aggregate(|rows| (rows.any(|n| *n > 2), rows.all(|n| *n > 2)))
    /// )
    /// .collect()?;
    /// assert_eq!(answers, [(true, false)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    pub fn any<F: Fn(&T) -> bool>(&self, holds: F) -> Holds<P, F, Any> {
        Holds {
            pick: self.pick.clone(),
            holds,
            quantifier: PhantomData,
        }
    }

    /// Whether a predicate holds for every row; without rows it does. It is not asked again once that is known.
    pub fn all<F: Fn(&T) -> bool>(&self, holds: F) -> Holds<P, F, All> {
        Holds {
            pick: self.pick.clone(),
            holds,
            quantifier: PhantomData,
        }
    }

    /// Keeps the values that differ, in the order in which they came first: this one takes memory for each of them.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let letters = pipeline!(
    ///     from(["b", "a", "b"]).aggregate(|rows| (rows.distinct(|s| *s), rows.count_distinct(|s| *s)))
    /// )
    /// .collect()?;
    /// assert_eq!(letters, [(vec!["b", "a"], 2)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    pub fn distinct<V: Hash + Eq + Clone, F: Fn(&T) -> V>(&self, of: F) -> Distinct<P, F> {
        Distinct {
            pick: self.pick.clone(),
            of,
        }
    }

    /// Counts the values that differ, exactly: this one takes memory for each of them.
    pub fn count_distinct<V: Hash + Eq + Clone, F: Fn(&T) -> V>(&self, of: F) -> CountDistinct<P, F, V> {
        CountDistinct {
            pick: self.pick.clone(),
            of,
            value: PhantomData,
        }
    }

    /// Estimates how many values differ, in at most 4 KiB, whatever their number: within 1.6 % of it in two of three cases,
    /// within 5 % in 997 of 1,000. Up to a few hundred it is nearly always exact. A HyperLogLog with 4,096 registers; the
    /// result depends on which values there were alone.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let visitors = pipeline!(from(0..100_000_u32).aggregate(|rows| rows.approx_count_distinct(|n| n % 20_000))).collect()?;
    /// assert!((19_000..21_000).contains(&visitors[0]), "{visitors:?}");
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    pub fn approx_count_distinct<V: Hash, F: Fn(&T) -> V>(&self, of: F) -> ApproxCountDistinct<P, F, V> {
        ApproxCountDistinct {
            pick: self.pick.clone(),
            of,
            value: PhantomData,
        }
    }

    /// Estimates the number below which a share of the rows lies: `0.5` is the median, `0.99` the 99th percentile. It is
    /// within 1 % of the number of the row at place `share × (rows - 1)`, rounded down, of all in order; the least and the
    /// greatest, `0.0` and `1.0`, are exact. A `DDSketch`, which counts in buckets whose bounds grow by 2 %: it takes 8 bytes for
    /// each bucket between the least and the greatest number, 115 where one is ten times the other. The result does not
    /// depend on the order of the rows.
    ///
    /// NaN is left out; infinite numbers count as the greatest finite ones, and those next to zero that are not normal as zero.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let millis = pipeline!(
    ///     from(1..=1_000_u32).aggregate(|rows| (rows.quantile(0.5, |ms| *ms), rows.quantile(0.99, |ms| *ms)))
    /// )
    /// .collect()?;
    /// let (median, slowest) = millis[0];
    /// assert!((495.0..505.0).contains(&median) && (980.0..1_000.0).contains(&slowest));
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// # Panics
    /// If the share is not between 0 and 1; when the pipeline is built.
    pub fn quantile<V: Number, F: Fn(&T) -> V>(&self, share: f64, of: F) -> Quantile<P, V::Of<F>, V::Itself> {
        assert!(
            (0.0..=1.0).contains(&share),
            "quantile({share}, …): the share of the rows is between 0 and 1; write 0.5 for the median, 0.99 for the 99th percentile"
        );
        Quantile {
            pick: self.pick.clone(),
            share,
            of: V::of(of),
            number: PhantomData,
        }
    }

    /// Finds the values that are there most often, with how often; of several that are there as often the one that came
    /// first.
    ///
    /// Exact while at most 1,024 values differ (8 `k`, if that is more): so many are counted, each by itself. Where there are more,
    /// a count is too low by at most twice the rows by that number, so that any value of which there are more is found.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let words = pipeline!(
    ///     from(["a", "b", "c", "b", "c", "b"]).aggregate(|rows| rows.top_k(2, |word| *word))
    /// )
    /// .collect()?;
    /// assert_eq!(words, [[("b", 3), ("c", 2)]]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// # Panics
    /// If `k` is 0; when the pipeline is built.
    pub fn top_k<V: Hash + Eq + Clone, F: Fn(&T) -> V>(&self, k: usize, of: F) -> TopK<P, F> {
        assert!(
            k > 0,
            "top_k(0, …): at least one value is asked for; write `top_k(10, …)`"
        );
        TopK {
            pick: self.pick.clone(),
            k,
            of,
        }
    }

    /// Keeps the value of the row that came first.
    pub fn first<V: Clone, F: Fn(&T) -> V>(&self, of: F) -> First<P, F> {
        First {
            pick: self.pick.clone(),
            of,
        }
    }

    /// Keeps the value of the row that came last.
    pub fn last<V: Clone, F: Fn(&T) -> V>(&self, of: F) -> Last<P, F> {
        Last {
            pick: self.pick.clone(),
            of,
        }
    }

    /// Keeps the values of all rows, in the order in which they came: this one takes memory for each row.
    pub fn collect<V: Clone, F: Fn(&T) -> V>(&self, of: F) -> Collect<P, F> {
        Collect {
            pick: self.pick.clone(),
            of,
        }
    }

    /// Folds the rows into a value, in the order in which they came; `merge` makes one out of two, where rows were folded
    /// apart.
    pub fn fold<X: Clone, F: Fn(X, &T) -> X, M: Fn(X, X) -> X>(
        &self,
        init: X,
        fold: F,
        merge: M,
    ) -> Fold<P, X, F, JoinedBy<M>> {
        Fold {
            pick: self.pick.clone(),
            init,
            fold,
            merge: JoinedBy(merge),
        }
    }

    /// Aggregates the rows by an [`Aggregator`] of your own; see its example.
    ///
    /// [`Aggregator`]: super::Aggregator
    pub fn apply<M, A: CheckedAggregator<T, M>>(&self, aggregator: A) -> Apply<P, A::Itself> {
        Apply {
            pick: self.pick.clone(),
            aggregator: aggregator.itself(),
        }
    }

    /// Reduces the rows to one, by a closure that makes one out of two, in the order in which they came.
    pub fn reduce<F: Fn(T, T) -> T>(&self, reduce: F) -> Reduce<P, F>
    where
        T: Clone,
    {
        Reduce {
            pick: self.pick.clone(),
            reduce,
        }
    }
}

impl<T> Rows<T> {
    /// Looks only at the rows for which `holds`; an aggregate that needs a row then returns an `Option`. A `let` may give it a
    /// name, to be used several times.
    ///
    /// ```
    /// # use streamlite::prelude::*;
    /// let even = pipeline!(
    ///     from([1, 2, 3, 4]).aggregate(|rows| {
    ///         let even = rows.filter(|n| n % 2 == 0);
    ///         (even.count(), even.max(|n| *n), rows.count())
    ///     })
    /// )
    /// .collect()?;
    /// assert_eq!(even, [(2, Some(4), 4)]);
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    pub fn filter<Q: Fn(&T) -> bool + Clone>(&self, holds: Q) -> Rows<T, Where<Q>> {
        Rows {
            pick: Where(holds),
            row: PhantomData,
        }
    }
}

impl<T, P: Fn(&T) -> bool + Clone> Rows<T, Where<P>> {
    /// Looks only at the rows for which both predicates hold.
    pub fn filter<Q: Fn(&T) -> bool + Clone>(
        &self,
        holds: Q,
    ) -> Rows<T, Where<impl Fn(&T) -> bool + Clone + use<T, P, Q>>> {
        let before = self.pick.0.clone();
        Rows {
            pick: Where(move |row: &T| before(row) && holds(row)),
            row: PhantomData,
        }
    }
}
