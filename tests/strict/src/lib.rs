//! A user under every lint of rustc and clippy, and in places where names mean something else: the expansion returns no
//! warning, and finds its way.

#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused_results,
    unused_qualifications,
    rust_2018_idioms,
    rust_2024_compatibility,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::shadow_unrelated,
    clippy::clone_on_ref_ptr,
    clippy::str_to_string
)]

pub mod hostile;

use streamlite::dataflow;
use streamlite::prelude::*;

/// A reading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Who.
    pub sensor: u32,
    /// How much.
    pub temp: f64,
    /// When.
    pub at: i64,
}

pipeline!(
    /// Every construct of a function.
    pub fn everything(
        readings: Source<Reading>,
        hot: Sink<(u32, f64)>,
        cold: Sink<Reading>,
        late_ones: Sink<Reading>,
        totals: Sink<(u32, u64)>,
        limit: f64,
        label: String,
    ) {
        let window: TimeDelta = 1min;
        let readings = readings
            .event_time(|r| r.at)
            .watermark(bounded(5s))
            .idle_after(30s);
        let (above, below) = readings.split(|r| r.temp > limit);
        let (minutes, late) = above
            .key_by(|r| r.sensor)
            .window(tumbling(window))
            .allowed_lateness(10s)
            .with_late()
            .aggregate(|sensor, _window, rows| (*sensor, rows.mean(|r| r.temp)));
        minutes.filter(|(_, mean)| *mean > limit).to(hot);
        late.to(late_ones);
        match below {
            r if r.sensor.is_multiple_of(2) => even = r,
            r => odd = r,
        }
        let both = union(named(even, label), odd);
        both.to(cold);
        readings.key_by(|r| r.sensor).count().to(totals);
    }

    /// A fragment with a parameter.
    pub fn named(readings: Stream<Reading>, label: String) -> Stream<Reading> {
        readings.filter(move |r| r.at.to_string() != label)
    }
);

/// The attribute.
#[dataflow]
pub fn doubled(numbers: Source<i64>, out: Sink<i64>) {
    numbers.map(|n| n * 2).to(out);
}

/// An expression.
///
/// # Errors
/// Never.
pub fn expression(numbers: &[i64]) -> streamlite::Result<Vec<(i64, u64)>> {
    pipeline!(from(numbers).key_by(|n| **n % 3).count()).collect()
}

#[cfg(test)]
mod tests {
    use super::{doubled, everything, expression, hostile};

    #[test]
    fn all_of_it_runs() {
        let mut t = everything::test(20.0, "none".to_owned());
        t.readings.push(super::Reading {
            sensor: 1,
            temp: 30.0,
            at: 0,
        });
        drop(t.finish());
        assert_eq!(t.hot.take(), [(1, 30.0)]);
        assert_eq!(t.totals.take(), [(1, 1)]);

        let mut doubling = doubled::test();
        doubling.numbers.push(2);
        assert_eq!(doubling.out.take(), [4]);
        assert!(expression(&[1, 4, 2]).is_ok_and(|counts| counts == [(1, 2), (2, 1)]));

        let mut strange = hostile::strange::test(1, 5);
        strange.node.push_all([1, 10]);
        drop(strange.finish());
        assert_eq!(strange.cx.take(), [1]);
        assert_eq!(hostile::generic(&[1, 2]), 1);
    }
}
