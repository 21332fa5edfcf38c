//! What an incremental aggregate is, and several at once.

use crate::state::{head_of, name_of};

/// An incremental aggregate over records of `T`: takes them one by one, and gives a result at any time.
///
/// Laws: `result` does not change what later results are. At least one record has been added when a result is
/// asked for: there are no empty windows.
pub trait Aggregate<T> {
    /// What is kept for each key and window.
    type Acc;
    /// What comes of it.
    type Out;

    /// The accumulator of no records.
    fn zero(&self) -> Self::Acc;

    /// Adds a record.
    fn add(&self, acc: &mut Self::Acc, record: &T);

    /// Adds a record that nobody else needs.
    #[inline]
    fn add_owned(&self, acc: &mut Self::Acc, record: T) {
        self.add(acc, &record);
    }

    /// The result so far.
    fn result(&self, acc: &Self::Acc) -> Self::Out;

    /// The last result.
    fn last_result(&self, acc: Self::Acc) -> Self::Out {
        self.result(&acc)
    }

    /// What it is, in words that stand beside its saved accumulator: two aggregates whose accumulators must not be
    /// mistaken for one another describe themselves differently.
    fn describe(&self) -> String {
        format!("{} of {}", head_of::<Self>(), name_of::<Self::Acc>())
    }
}

/// An aggregate whose parts can be put together.
///
/// Law: merging an accumulator with one that got the records that followed is the same as adding all to one.
pub trait Merge<T>: Aggregate<T> {
    /// Adds what was added to another accumulator afterwards.
    fn merge(&self, acc: &mut Self::Acc, later: Self::Acc);
}

/// No aggregate at all: what stands in an expression that is half typed, so that editors know the types around it.
impl<T> Aggregate<T> for () {
    type Acc = ();
    type Out = ();

    fn zero(&self) {}

    fn add(&self, (): &mut (), _record: &T) {}

    fn result(&self, (): &()) {}

    fn describe(&self) -> String {
        "nothing".to_owned()
    }
}

impl<T> Merge<T> for () {
    fn merge(&self, (): &mut (), (): ()) {}
}

/// Implements several aggregates at once: one accumulator, updated in one pass.
macro_rules! tuples {
    ($(($($A:ident $place:tt),*);)*) => {$(
        impl<T, $($A: Aggregate<T>),*> Aggregate<T> for ($($A,)*) {
            type Acc = ($($A::Acc,)*);
            type Out = ($($A::Out,)*);

            #[inline]
            fn zero(&self) -> Self::Acc {
                ($(self.$place.zero(),)*)
            }

            #[inline]
            fn add(&self, acc: &mut Self::Acc, record: &T) {
                $(self.$place.add(&mut acc.$place, record);)*
            }

            #[inline]
            fn result(&self, acc: &Self::Acc) -> Self::Out {
                ($(self.$place.result(&acc.$place),)*)
            }

            #[inline]
            fn last_result(&self, acc: Self::Acc) -> Self::Out {
                ($(self.$place.last_result(acc.$place),)*)
            }

            fn describe(&self) -> String {
                [$(self.$place.describe()),*].join(" and ")
            }
        }

        impl<T, $($A: Merge<T>),*> Merge<T> for ($($A,)*) {
            #[inline]
            fn merge(&self, acc: &mut Self::Acc, later: Self::Acc) {
                $(self.$place.merge(&mut acc.$place, later.$place);)*
            }
        }
    )*};
}

tuples! {
    (A 0);
    (A 0, B 1);
    (A 0, B 1, C 2);
    (A 0, B 1, C 2, D 3);
    (A 0, B 1, C 2, D 3, E 4);
    (A 0, B 1, C 2, D 3, E 4, F 5);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
}
