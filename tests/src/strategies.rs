//! Strategies of proptest that several tests draw from.

use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;

/// Timestamps around zero, at the edges of windows of ten, and at both ends of time.
pub fn timestamps() -> impl Strategy<Value = i64> {
    prop_oneof![
        10 => -50_i64..50,
        4 => (-4_i64..4, -1_i64..=1).prop_map(|(window, edge)| window * 10 + edge),
        1 => (0_i64..40).prop_map(|from| i64::MAX - from),
        1 => (0_i64..40).prop_map(|from| i64::MIN + from),
    ]
}

/// Timestamps that drift forward by `pace` a record, each off by some of `off`: how much of them is late is in the ratio of
/// the two. Each with a value of `rest`.
pub fn drifting<S: Strategy>(
    rest: S,
    pace: i64,
    off: Range<i64>,
    count: Range<usize>,
) -> impl Strategy<Value = Vec<(S::Value, i64)>> {
    vec((rest, off), count).prop_map(move |steps| {
        let on_time = (0_i64..).map(|place| place * pace);
        let drifted = steps.into_iter().zip(on_time);
        drifted
            .map(|((rest, off), on_time)| (rest, on_time + off))
            .collect()
    })
}

/// After how many steps each a run is saved, dropped and restored: up to `most` times.
pub fn breaks(most: usize) -> impl Strategy<Value = Vec<usize>> {
    vec(0..20_usize, 0..=most)
}
