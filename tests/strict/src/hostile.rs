//! A module where the names of the standard library mean something else.

#![allow(
    clippy::pedantic,
    clippy::nursery,
    dead_code,
    unused_macros,
    reason = "the names are the point"
)]

/// Not std's.
#[derive(Debug)]
pub struct Option;
/// Not std's.
#[derive(Debug)]
pub struct Vec;
/// Not std's.
#[derive(Debug)]
pub struct Box;
/// Not std's.
#[derive(Debug)]
pub struct String;
/// Not std's.
pub trait Clone {}
/// Not std's.
pub trait FnMut {}
/// Not std's.
pub trait Debug {}
/// Not the library's.
pub mod streamlite {}
/// Not std's.
pub mod core {}
/// Not std's.
pub mod std {}

macro_rules! concat {
    ($($any:tt)*) => {
        compile_error!("not std's")
    };
}

macro_rules! unreachable {
    ($($any:tt)*) => {
        compile_error!("not std's")
    };
}

use ::streamlite::prelude::{Sink, Source, bounded, pipeline, tumbling};

/// Not the library's.
#[must_use]
pub fn one() -> u32 {
    1
}

/// Not std's.
#[must_use]
pub fn from() -> u32 {
    2
}

pipeline!(
    /// A pipeline among strange names.
    pub fn strange(node: Source<i64>, cx: Sink<u64>, bench: i64, stream: i64) {
        let stream_0 = node.event_time(|at| *at + bench).watermark(bounded(1s));
        let (copies_0, rows) = stream_0.split(|at| *at > stream);
        rows.for_each(|_| {});
        copies_0
            .window(tumbling(1min))
            .aggregate(|_window, rows| rows.count())
            .to(cx);
        copies_0.for_each(|_| {});
    }
);

/// Inside a generic function.
pub fn generic<T: ::core::marker::Sync + ::core::marker::Send + ::core::clone::Clone>(items: &[T]) -> usize {
    let counted = pipeline!(from(items.iter().cloned()).map(|_| 1_u64).sum(|n| *n)).collect();
    counted.map_or(0, |sums| sums.len())
}

/// A module without any prelude.
#[no_implicit_prelude]
pub mod bare {
    use ::streamlite::prelude::{Sink, Source, Stream, pipeline, tumbling};

    pipeline!(
        /// A pipeline where nothing is in scope.
        pub fn bare(numbers: Source<i64>, out: Sink<u64>, limit: i64) {
            let (low, high) = part(numbers, limit);
            let both = union(low, high, numbers);
            both.key_by(|n| *n)
                .window(tumbling(1min))
                .count()
                .map(|window| window.value)
                .to(out);
        }

        /// A fragment where nothing is in scope.
        pub fn part(numbers: Stream<i64>, limit: i64) -> (Stream<i64>, Stream<i64>) {
            match numbers {
                n if n > limit => high = n,
                n => low = n,
            }
            (low, high)
        }
    );
}
