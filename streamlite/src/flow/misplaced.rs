//! Operators where they have nothing to work on: they say what is missing, instead of not being found.

use super::keyed::KeyedStream;
use super::running::{KeyedRunningStream, RunningStream};
use super::stream::Stream;
use super::windowed::{AllWindowedStream, WindowedStream};
use crate::time::TimeDelta;

/// Nothing implements it: it stands where a window is missing.
#[diagnostic::on_unimplemented(
    message = "there is no window here to which this could belong",
    label = "needs `.window(…)` before it",
    note = "write `.window(tumbling(5min))` first, then `.allowed_lateness(…)` or `.with_late()`"
)]
pub trait HasWindow {}

/// Nothing implements it: it stands where something must be aggregated first.
#[diagnostic::on_unimplemented(
    message = "windows are not records yet: say what is aggregated first",
    label = "needs an aggregate before it",
    note = "write `.count()`, `.sum(…)` or `.aggregate(|key, window, rows| …)` behind the window"
)]
pub trait IsAggregated {}

/// Nothing implements it: it stands behind a key.
#[diagnostic::on_unimplemented(
    message = "a keyed stream is for windows and aggregates",
    label = "belongs before `key_by`",
    note = "write this operator before `key_by`, or aggregate first, such as with `.count()` or `.window(…)`"
)]
pub trait IsUnkeyed {}

/// Declares operators that belong to a window.
macro_rules! need_window {
    ($(<$($P:ident),*> $Self:ty;)*) => {$(
        impl<$($P),*> $Self {
            /// Needs a window: does not compile here.
            #[doc(hidden)]
            pub fn allowed_lateness(self, _lateness: TimeDelta) -> Self
            where
                Self: HasWindow,
            {
                self
            }

            /// Needs a window: does not compile here.
            #[doc(hidden)]
            pub fn with_late(self) -> Self
            where
                Self: HasWindow,
            {
                self
            }
        }
    )*};
}

need_window! {
    <T, O, S> Stream<T, O, S>;
    <T, B, O, S> KeyedStream<T, B, O, S>;
    <T, O, S> RunningStream<T, O, S>;
    <T, B, O, S> KeyedRunningStream<T, B, O, S>;
}

/// Declares operators on records where there are none yet.
macro_rules! need_records {
    ($($Needs:ident: <$($P:ident),*> $Self:ty;)*) => {$(
        impl<$($P),*> $Self {
            /// Needs records: does not compile here.
            #[doc(hidden)]
            pub fn map<Any>(self, _turn: Any) -> Self
            where
                Self: $Needs,
            {
                self
            }

            /// Needs records: does not compile here.
            #[doc(hidden)]
            pub fn filter<Any>(self, _holds: Any) -> Self
            where
                Self: $Needs,
            {
                self
            }

            /// Needs records: does not compile here.
            #[doc(hidden)]
            pub fn to<Any>(self, _sink: Any) -> Self
            where
                Self: $Needs,
            {
                self
            }
        }
    )*};
}

need_records! {
    IsAggregated: <T, B, W, L, O, S> WindowedStream<T, B, W, L, O, S>;
    IsAggregated: <T, W, L, O, S> AllWindowedStream<T, W, L, O, S>;
    IsUnkeyed: <T, B, O, S> KeyedStream<T, B, O, S>;
}
