//! What an incremental aggregate is, and several at once.

use crate::state::{Decoder, StateError, Storage, head_of, name_of};

/// An incremental aggregate over records of `T`: takes them one by one, and returns a result at any time.
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

    /// How accumulators that took different records can be put together.
    const MERGING: Merging = Merging::NEVER;

    /// Adds what was added to another accumulator. Called only where [`MERGING`](Self::MERGING) allows it.
    fn merge(&self, _acc: &mut Self::Acc, _other: &Self::Acc) {
        unreachable!("an aggregate that never merges is asked to")
    }

    /// Adds what was added to another accumulator, which nobody else needs.
    #[inline]
    fn merge_owned(&self, acc: &mut Self::Acc, other: Self::Acc) {
        self.merge(acc, &other);
    }

    /// Whether an accumulator that was read from a file can be one to which records were added: none of which a result could not
    /// be told.
    fn is_filled(&self, _acc: &Self::Acc) -> bool {
        true
    }

    /// What it is, in words that are saved with its accumulator: two aggregates whose accumulators must not be
    /// mistaken for one another describe themselves differently.
    fn describe(&self) -> String {
        format!("{} of {}", head_of::<Self>(), name_of::<Self::Acc>())
    }
}

/// Reads an accumulator to which records were added.
///
/// # Errors
/// If the bytes are none, or one to which no record was added.
pub fn read_filled<T, A: Aggregate<T>, C: Storage<A::Acc>>(
    aggregate: &A,
    from: &mut Decoder<'_>,
) -> Result<A::Acc, StateError> {
    let acc = C::read(from)?;
    check_filled(aggregate, &acc)?;
    Ok(acc)
}

/// That records were added to an accumulator that was read.
///
/// # Errors
/// If none was.
pub fn check_filled<T, A: Aggregate<T>>(aggregate: &A, acc: &A::Acc) -> Result<(), StateError> {
    if aggregate.is_filled(acc) {
        return Ok(());
    }
    Err(StateError::new(format!(
        "\"{}\" is kept where there was no record",
        aggregate.describe()
    )))
}

/// How accumulators that took different records can be put together, and what comes of it beside one that took all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merging {
    merges: bool,
    exact: bool,
    any_order: bool,
}

impl Merging {
    /// Not at all.
    pub const NEVER: Self = Self::new(false, false, false);
    /// The same up to rounding: sums of floats.
    pub const ROUNDED: Self = Self::new(true, false, false);
    /// The same if the other accumulator took the records that followed: the first, the last, a list.
    pub const IN_ORDER: Self = Self::new(true, true, false);
    /// The same, whichever took which records: counts, sums of integers, the least and the greatest.
    pub const ANY_ORDER: Self = Self::new(true, true, true);

    const fn new(merges: bool, exact: bool, any_order: bool) -> Self {
        Self {
            merges,
            exact,
            any_order,
        }
    }

    /// What holds for both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self::new(
            self.merges && other.merges,
            self.exact && other.exact,
            self.any_order && other.any_order,
        )
    }

    /// Whether the result is the same if the other accumulator took the records that followed.
    #[must_use]
    pub const fn is_exact(self) -> bool {
        self.merges && self.exact
    }

    /// Whether the result is the same in any order.
    #[must_use]
    pub const fn is_exact_in_any_order(self) -> bool {
        self.is_exact() && self.any_order
    }
}

/// An aggregate whose accumulators can be put together: what windows ask for that grow into one another.
#[diagnostic::on_unimplemented(
    message = "this aggregate cannot merge, and sessions that meet become one",
    label = "no merge",
    note = "`.aggregate(|key, window, rows| rows.fold(init, fold, merge))` says how two folded values become one"
)]
pub trait Merge<T>: Aggregate<T> {}

/// No aggregate at all: the type of an expression that is half typed, so that editors know the types around it.
impl<T> Aggregate<T> for () {
    type Acc = ();
    type Out = ();

    fn zero(&self) {}

    fn add(&self, (): &mut (), _record: &T) {}

    fn result(&self, (): &()) {}

    const MERGING: Merging = Merging::ANY_ORDER;

    fn merge(&self, (): &mut (), (): &()) {}

    fn describe(&self) -> String {
        "nothing".to_owned()
    }
}

impl<T> Merge<T> for () {}

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

            const MERGING: Merging = Merging::ANY_ORDER$(.and($A::MERGING))*;

            #[inline]
            fn merge(&self, acc: &mut Self::Acc, other: &Self::Acc) {
                $(self.$place.merge(&mut acc.$place, &other.$place);)*
            }

            #[inline]
            fn merge_owned(&self, acc: &mut Self::Acc, other: Self::Acc) {
                $(self.$place.merge_owned(&mut acc.$place, other.$place);)*
            }

            fn is_filled(&self, acc: &Self::Acc) -> bool {
                $(self.$place.is_filled(&acc.$place))&&*
            }

            fn describe(&self) -> String {
                [$(self.$place.describe()),*].join(" and ")
            }
        }

        impl<T, $($A: Merge<T>),*> Merge<T> for ($($A,)*) {}
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
