//! The short forms of the aggregates, which are the same on every kind of stream.

/// Declares the short forms inside an `impl` that has `short(aggregate)` and names its result `Short<…, A>`.
macro_rules! short_forms {
    ($Short:ident<$($P:ident),*>) => {
        /// Counts the records.
        pub fn count(self) -> $Short<$($P,)* $crate::aggregate::Count<$crate::aggregate::Every>> {
            self.short($crate::aggregate::Rows::<T>::new().count())
        }

        /// Sums a number; it never wraps, see [`Rows::sum`](crate::aggregate::Rows::sum).
        pub fn sum<V, F>(
            self,
            of: F,
        ) -> $Short<$($P,)* $crate::aggregate::Sum<$crate::aggregate::Every, V::Of<F>, V::Itself>>
        where
            V: $crate::aggregate::Number,
            F: Fn(&T) -> V,
            $crate::aggregate::Sum<$crate::aggregate::Every, V::Of<F>, V::Itself>: $crate::aggregate::Aggregate<T>,
        {
            self.short($crate::aggregate::Rows::<T>::new().sum(of))
        }

        /// Averages a number, as an `f64`.
        pub fn mean<V, F>(
            self,
            of: F,
        ) -> $Short<$($P,)* $crate::aggregate::Mean<$crate::aggregate::Every, V::Of<F>, V::Itself>>
        where
            V: $crate::aggregate::Number,
            F: Fn(&T) -> V,
            $crate::aggregate::Mean<$crate::aggregate::Every, V::Of<F>, V::Itself>: $crate::aggregate::Aggregate<T>,
        {
            self.short($crate::aggregate::Rows::<T>::new().mean(of))
        }

        /// Finds the least value; NaN loses to everything.
        pub fn min<V: PartialOrd + Clone, F: Fn(&T) -> V>(
            self,
            of: F,
        ) -> $Short<
            $($P,)* $crate::aggregate::Extreme<$crate::aggregate::Every, F, V, $crate::aggregate::Least>
        > {
            self.short($crate::aggregate::Rows::<T>::new().min(of))
        }

        /// Finds the greatest value; NaN loses to everything.
        pub fn max<V: PartialOrd + Clone, F: Fn(&T) -> V>(
            self,
            of: F,
        ) -> $Short<
            $($P,)* $crate::aggregate::Extreme<$crate::aggregate::Every, F, V, $crate::aggregate::Greatest>
        > {
            self.short($crate::aggregate::Rows::<T>::new().max(of))
        }

        /// Finds the record with the least value; of several the first.
        pub fn min_by_key<V: PartialOrd, F: Fn(&T) -> V>(
            self,
            of: F,
        ) -> $Short<
            $($P,)* $crate::aggregate::ExtremeBy<$crate::aggregate::Every, F, V, $crate::aggregate::Least>
        >
        where
            T: Clone,
        {
            self.short($crate::aggregate::Rows::<T>::new().min_by_key(of))
        }

        /// Finds the record with the greatest value; of several the first.
        pub fn max_by_key<V: PartialOrd, F: Fn(&T) -> V>(
            self,
            of: F,
        ) -> $Short<
            $($P,)* $crate::aggregate::ExtremeBy<$crate::aggregate::Every, F, V, $crate::aggregate::Greatest>
        >
        where
            T: Clone,
        {
            self.short($crate::aggregate::Rows::<T>::new().max_by_key(of))
        }

        /// Reduces the records to one, by a closure that makes one out of two.
        pub fn reduce<F: Fn(T, T) -> T>(
            self,
            reduce: F,
        ) -> $Short<$($P,)* $crate::aggregate::Reduce<$crate::aggregate::Every, F>>
        where
            T: Clone,
        {
            self.short($crate::aggregate::Rows::<T>::new().reduce(reduce))
        }
    };
}

/// Declares `fold`, which says nothing about how two folded values become one.
macro_rules! short_fold {
    ($Short:ident<$($P:ident),*>) => {
        /// Folds the records into a value.
        pub fn fold<X: Clone, F: Fn(X, &T) -> X>(
            self,
            init: X,
            fold: F,
        ) -> $Short<$($P,)* $crate::aggregate::Fold<$crate::aggregate::Every, X, F, $crate::aggregate::Apart>> {
            self.short($crate::aggregate::Fold::new(init, fold))
        }
    };
}
pub(super) use {short_fold, short_forms};
