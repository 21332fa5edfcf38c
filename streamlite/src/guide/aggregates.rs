//! Aggregates: the list, what each keeps, and what it costs.
//!
//! An aggregate expression is Rust. Each call on `rows` becomes an accumulator that is updated with every record; the code
//! around the calls is evaluated when a window fires. Nothing keeps the rows, but for the calls that say so.
//!
//! ```
//! use streamlite::prelude::*;
//!
//! let temperatures = pipeline!(
//!     from([21.0, 19.5, 22.0, f64::NAN]).aggregate(|rows| {
//!         let known = rows.filter(|t: &f64| !t.is_nan());
//!         format!("{} of {}, up to {:?}", known.count(), rows.count(), known.max(|t| *t))
//!     })
//! )
//! .collect()?;
//! assert_eq!(temperatures, ["3 of 4, up to Some(22.0)"]);
//! # Ok::<(), streamlite::Error>(())
//! ```
//!
//! | call | returns | keeps, for each key and window |
//! | --- | --- | --- |
//! | `count()` | `u64` | 8 bytes |
//! | `sum(f)` | the sum: of small integers 64 bits wide, of those 128, of floats an `f64` | 8 or 16 bytes |
//! | `sum_exact(f)` | `f64`: the float nearest to the true sum of floats | some floats, rarely more than three |
//! | `mean(f)` | `f64`; of integers the exact sum, divided once | 16 to 32 bytes |
//! | `min(f)` `max(f)` | a value; NaN loses to everything | the value |
//! | `min_by_key(f)` `max_by_key(f)` | the row; of several the first | the row and its value |
//! | `first(f)` `last(f)` | a value | the value |
//! | `variance(f)` `stddev(f)` | `f64`, as of a sample | 24 bytes |
//! | `any(p)` `all(p)` | `bool` | 1 byte |
//! | `collect(f)` | all values, in the order in which they came | every value |
//! | `distinct(f)` `count_distinct(f)` | the values that differ, or how many, exactly | every value that differs |
//! | `approx_count_distinct(f)` | `u64`, with a standard error of 1.6 % | at most 4 KiB |
//! | `quantile(q, f)` | `f64`, within 1 % of the true one | 8 bytes a bucket: about 1 KiB, or more where numbers differ by powers of ten |
//! | `top_k(k, f)` | the most frequent values and how often they came | up to 1,024 values, or 8 `k` |
//! | `fold(init, f, merge)` `reduce(f)` | what you make of it | one value |
//! | `apply(aggregator)` | what an [`Aggregator`](crate::aggregate::Aggregator) of yours makes of it | its accumulator |
//!
//! `rows.filter(p)` may precede each; what needs a row then returns an `Option`.
//!
//! # The order of the rows
//!
//! `first`, `last`, `collect`, `distinct`, `fold`, `reduce` and the first of several in `min_by_key`, `max_by_key` and `top_k` go by
//! the order in which rows *came*, which is not that of their timestamps; where several partitions are read, it is the order
//! of reading, which is the same in every run. `sum` and `mean` of floats, `variance` and `stddev` are the same up to rounding
//! in any order. All others do not depend on it at all.
//!
//! # What windows make of it
//!
//! Windows that overlap share slices where the accumulators of slices can be put together to exactly what one accumulator
//! would be: a record then costs the same for one window and for sixty. `sum` and `mean` of floats, `variance`, `top_k` and what goes by the
//! order cannot be, so each window has its own. Sessions put accumulators together where they meet; a `fold` says with its
//! third closure how that is done.
//!
//! Next: [lateness](super::lateness).
