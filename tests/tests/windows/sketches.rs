//! Aggregates that estimate: within their bounds; and one that does not even round; whatever the order of the rows, and whatever is merged or restored.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use streamlite::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Estimates {
    distinct: u64,
    least: f64,
    median: f64,
    tail: f64,
    greatest: f64,
    top: Vec<(u32, u64)>,
    few: Option<f64>,
    few_distinct: u64,
}

type Row = (u32, f64, i64);

pipeline!(
    fn estimated(rows: Source<Row>, totals: Sink<Estimates>, visits: Sink<Estimates>, hops: Sink<Estimates>) {
        let rows = rows.event_time(|(_, _, at)| *at).watermark(bounded(1h));
        rows.aggregate(|rows| Estimates {
            distinct: rows.approx_count_distinct(|(id, ..)| *id),
            least: rows.quantile(0.0, |(_, n, _)| *n),
            median: rows.quantile(0.5, |(_, n, _)| *n),
            tail: rows.quantile(0.99, |(_, n, _)| *n),
            greatest: rows.quantile(1.0, |(_, n, _)| *n),
            top: rows.top_k(3, |(id, ..)| *id),
            few: rows.filter(|(id, ..)| *id < 3).quantile(0.5, |(id, ..)| *id),
            few_distinct: rows
                .filter(|(id, ..)| *id < 3)
                .approx_count_distinct(|(id, ..)| *id),
        })
        .to(totals);
        rows.window(session(10ms))
            .aggregate(|_window, rows| Estimates {
                distinct: rows.approx_count_distinct(|(id, ..)| *id),
                least: rows.quantile(0.0, |(_, n, _)| *n),
                median: rows.quantile(0.5, |(_, n, _)| *n),
                tail: rows.quantile(0.99, |(_, n, _)| *n),
                greatest: rows.quantile(1.0, |(_, n, _)| *n),
                top: rows.top_k(3, |(id, ..)| *id),
                few: rows.filter(|(id, ..)| *id < 3).quantile(0.5, |(id, ..)| *id),
                few_distinct: rows
                    .filter(|(id, ..)| *id < 3)
                    .approx_count_distinct(|(id, ..)| *id),
            })
            .to(visits);
        rows.window(sliding(1h).every(20min))
            .aggregate(|_window, rows| Estimates {
                distinct: rows.approx_count_distinct(|(id, ..)| *id),
                least: rows.quantile(0.0, |(_, n, _)| *n),
                median: rows.quantile(0.5, |(_, n, _)| *n),
                tail: rows.quantile(0.99, |(_, n, _)| *n),
                greatest: rows.quantile(1.0, |(_, n, _)| *n),
                top: rows.top_k(3, |(id, ..)| *id),
                few: rows.filter(|(id, ..)| *id < 3).quantile(0.5, |(id, ..)| *id),
                few_distinct: rows
                    .filter(|(id, ..)| *id < 3)
                    .approx_count_distinct(|(id, ..)| *id),
            })
            .to(hops);
    }
);

/// The row at the place of a quantile, of all in order: within 1 % of it, and the ends exactly.
fn is_quantile(got: f64, share: f64, numbers: &[f64]) -> bool {
    let mut sorted: Vec<f64> = numbers.iter().copied().filter(|n| !n.is_nan()).collect();
    if sorted.is_empty() {
        return got.is_nan();
    }
    sorted.sort_by(f64::total_cmp);
    let place = (share * (sorted.len() - 1) as f64) as usize;
    let exact = sorted[place].clamp(f64::MIN, f64::MAX);
    if share == 0.0 || share == 1.0 {
        return got == exact;
    }
    if exact.abs() <= f64::MIN_POSITIVE {
        return got == 0.0;
    }
    // The greatest finite number has no room above it.
    (got - exact).abs() <= 0.010_000_1 * exact.abs() || (got.is_infinite() && exact.abs() > f64::MAX * 0.99)
}

fn top(ids: impl Iterator<Item = u32>, k: usize) -> Vec<(u32, u64)> {
    let (mut counts, mut order) = (BTreeMap::new(), Vec::new());
    for id in ids {
        let count = counts.entry(id).or_insert(0);
        *count += 1;
        if *count == 1 {
            order.push(id);
        }
    }
    order.sort_by_key(|id| std::cmp::Reverse(counts[id]));
    order.truncate(k);
    order.into_iter().map(|id| (id, counts[&id])).collect()
}

fn check(got: &Estimates, rows: &[Row]) -> Result<(), TestCaseError> {
    let distinct = rows.iter().map(|(id, ..)| *id).collect::<BTreeSet<_>>().len() as f64;
    prop_assert!(
        (got.distinct as f64 - distinct).abs() <= (0.05 * distinct).max(0.5),
        "{} of {distinct}",
        got.distinct
    );
    let numbers: Vec<f64> = rows.iter().map(|(_, n, _)| *n).collect();
    for (got, share) in [
        (got.least, 0.0),
        (got.median, 0.5),
        (got.tail, 0.99),
        (got.greatest, 1.0),
    ] {
        prop_assert!(
            is_quantile(got, share, &numbers),
            "{got} is not {share} of {numbers:?}"
        );
    }
    prop_assert_eq!(&got.top, &top(rows.iter().map(|(id, ..)| *id), 3));
    let few: Vec<f64> = rows
        .iter()
        .filter(|(id, ..)| *id < 3)
        .map(|(id, ..)| f64::from(*id))
        .collect();
    prop_assert_eq!(got.few.is_some(), !few.is_empty());
    prop_assert!(got.few.is_none_or(|got| is_quantile(got, 0.5, &few)));
    prop_assert_eq!(
        got.few_distinct,
        few.iter().map(|id| *id as u32).collect::<BTreeSet<_>>().len() as u64
    );
    Ok(())
}

/// Numbers of everyday, or of all sizes that there are, which take many buckets.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let everyday = -100.0..1_000.0_f64;
    let sign = any::<bool>().prop_map(|is_negative| if is_negative { -1.0 } else { 1.0 });
    let any_size = (-300.0..300.0_f64, sign).prop_map(|(power, sign)| sign * 10_f64.powf(power));
    let odd = prop::sample::select(vec![
        0.0,
        -0.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        1.0,
    ]);
    fn of(number: impl Strategy<Value = f64>) -> impl Strategy<Value = Vec<Row>> {
        let id = prop_oneof![0_u32..6, 0_u32..200];
        prop::collection::vec((id, number).prop_map(|(id, n)| (id, n, 0)), 1..60)
    }
    prop_oneof![
        30 => of(everyday),
        1 => of(prop_oneof![2 => any_size, 1 => odd]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Over all, in two sessions that a last row makes one, in windows that share their slices; saved and restored between.
    #[test]
    fn estimates_are_within_their_bounds(first in rows(), second in rows(), last in -100.0..1_000.0_f64) {
        let mut t = estimated::test();
        let at = |at: i64| move |(id, n, _): Row| (id, n, at);
        let first: Vec<Row> = first.into_iter().map(at(0)).collect();
        let second: Vec<Row> = second.into_iter().map(at(20)).collect();
        t.rows.push_all(first.iter().copied());
        t.rows.push_all(second.iter().copied());
        let saved = t.savepoint();
        let mut t = estimated::test().restore(&saved);
        let last = (7, last, 10);
        t.rows.push(last);
        t.finish();
        let all: Vec<Row> = first.into_iter().chain(second).chain([last]).collect();
        for got in [t.totals.take(), t.visits.take()] {
            prop_assert_eq!(got.len(), 1);
            check(&got[0], &all)?;
        }
        let hops = t.hops.take();
        prop_assert_eq!(hops.len(), 3);
        for got in &hops {
            check(got, &all)?;
        }
    }

    #[test]
    fn estimates_of_sets_do_not_depend_on_the_order(rows in prop::collection::vec(any::<u32>(), 1..2_000)) {
        let estimate = |rows: &mut dyn Iterator<Item = u32>| {
            let rows: Vec<u32> = rows.collect();
            pipeline!(from(rows).aggregate(|rows| (rows.approx_count_distinct(|n| *n), rows.quantile(0.3, |n| *n))))
                .collect()
                .expect("it runs")
        };
        let forwards = estimate(&mut rows.iter().copied());
        let twice_backwards = estimate(&mut rows.iter().rev().flat_map(|n| [*n, *n]));
        let backwards = estimate(&mut rows.iter().rev().copied());
        prop_assert_eq!(&forwards, &backwards);
        prop_assert_eq!(forwards[0].0, twice_backwards[0].0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Against integers: each number is a multiple of 2^-20, and their sum fits into 128 bits.
    #[test]
    fn an_exact_sum_is_the_float_next_to_the_true_one_in_any_order_and_in_any_parts(
        numbers in prop::collection::vec((-(1_i64 << 53)..(1_i64 << 53), 0_u32..60), 1..40),
        cancelled in 0_usize..40,
        slide in 1_i64..20,
    ) {
        let float = |(digits, power): (i64, u32)| digits as f64 * f64::from(power).exp2() * 2_f64.powi(-20);
        let mut floats: Vec<(f64, i128)> = numbers.iter().map(|&(digits, power)| (float((digits, power)), i128::from(digits) << power)).collect();
        // Some are taken away again, so that what was small is all that is left.
        let away: Vec<(f64, i128)> = floats.iter().take(cancelled).map(|(x, n)| (-x, -n)).collect();
        floats.extend(away);
        let exact = floats.iter().map(|(_, n)| *n).sum::<i128>() as f64 * 2_f64.powi(-20);
        let rows: Vec<(i64, f64)> = floats.iter().enumerate().map(|(place, (x, _))| (place as i64, *x)).collect();
        let backwards: Vec<f64> = floats.iter().rev().map(|(x, _)| *x).collect();
        let sums = pipeline!(from(backwards).aggregate(|rows| rows.sum_exact(|x| *x))).collect().expect("it runs");
        prop_assert_eq!(&sums, &[exact]);
        // Windows of 80 ms hold them all, in slices.
        let windows = pipeline!(
            from(rows)
                .event_time(|(at, _)| *at)
                .window(sliding(80ms).every(TimeDelta::from_millis(slide)))
                .aggregate(|window, rows| (window.start.as_millis(), window.end.as_millis(), rows.sum_exact(|(_, x)| *x)))
        )
        .collect()
        .expect("it runs");
        let whole = windows.iter().filter(|(start, end, _)| *start <= 0 && *end >= floats.len() as i64);
        for (_, _, sum) in whole {
            prop_assert_eq!(*sum, exact);
        }
    }
}

#[test]
fn an_exact_sum_of_what_has_no_end_is_what_a_sum_is() {
    let sum = |numbers: Vec<f64>| {
        pipeline!(from(numbers).aggregate(|rows| rows.sum_exact(|x| *x)))
            .collect()
            .expect("it runs")[0]
    };
    assert_eq!(sum(vec![1.0, f64::INFINITY, -1e300]), f64::INFINITY);
    assert_eq!(sum(vec![f64::NEG_INFINITY, 1.0]), f64::NEG_INFINITY);
    assert!(sum(vec![f64::NEG_INFINITY, 1.0, f64::INFINITY]).is_nan());
    assert!(sum(vec![f64::NAN, 1.0]).is_nan());
    assert_eq!(sum(vec![f64::MAX, f64::MAX]), f64::INFINITY);
    assert_eq!(sum(vec![1e308, -1e308, 5e-324]), 5e-324);
    // In another slice of a window.
    let windows = pipeline!(
        from([(0_i64, f64::INFINITY), (15, 1.0)])
            .event_time(|(at, _)| *at)
            .window(sliding(20ms).every(10ms))
            .aggregate(|_window, rows| rows.sum_exact(|(_, x)| *x))
    );
    assert_eq!(
        windows.collect().expect("it runs"),
        [f64::INFINITY, f64::INFINITY, 1.0]
    );
    // Half of the last digit, and a little more or less of it.
    assert_eq!(
        sum(vec![1.0, 2_f64.powi(-53), 2_f64.powi(-110)]),
        1.0 + f64::EPSILON
    );
    assert_eq!(sum(vec![1.0, 2_f64.powi(-53), -(2_f64.powi(-110))]), 1.0);
}

/// Numbers that look random, the same each time.
fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 24
    })
}

#[test]
fn a_count_of_many_distinct_values_is_within_five_percent_and_1_6_in_two_of_three() {
    let (mut close, mut tried) = (0, 0);
    for distinct in [100_u64, 1_000, 3_000, 10_000, 100_000] {
        for seed in 0..12 {
            let values: Vec<u64> = numbers(seed * 7_919 + distinct).take(distinct as usize).collect();
            let exact = values.iter().collect::<BTreeSet<_>>().len() as f64;
            let got = pipeline!(from(values).aggregate(|rows| rows.approx_count_distinct(|n| *n)))
                .collect()
                .expect("it runs")[0] as f64;
            let error = (got - exact).abs() / exact;
            assert!(error < 0.05, "{got} for {exact}");
            tried += 1;
            close += u32::from(error <= 0.016_25);
        }
    }
    assert!(close * 3 >= tried * 2, "{close} of {tried}");
}

#[test]
fn sets_in_slices_come_to_the_same_as_sets_that_took_all() {
    // Windows of an hour with a slice for each minute: 60 sets are put together.
    let rows: Vec<(i64, u64)> = numbers(5)
        .take(60_000)
        .enumerate()
        .map(|(place, n)| (place as i64 * 60, n % 50_000))
        .collect();
    let values: Vec<u64> = rows.iter().map(|(_, n)| *n).collect();
    let whole = pipeline!(
        from(values).aggregate(|rows| (rows.approx_count_distinct(|n| *n), rows.quantile(0.9, |n| *n)))
    )
    .collect()
    .expect("it runs");
    let windows = pipeline!(
        from(rows)
            .event_time(|(at, _)| *at)
            .window(sliding(1h).every(1min))
            .aggregate(|window, rows| (
                window.start.as_millis(),
                rows.approx_count_distinct(|(_, n)| *n),
                rows.quantile(0.9, |(_, n)| *n)
            ))
    )
    .collect()
    .expect("it runs");
    let of_first_hour = windows.iter().find(|(start, ..)| *start == 0).expect("it fired");
    assert_eq!((of_first_hour.1, of_first_hour.2), whole[0]);
}

#[test]
fn the_most_frequent_of_many_are_found_and_counted_within_the_bound() {
    // Ten that are frequent amid 200,000 that are there once or twice.
    let mut values = Vec::new();
    for (place, n) in numbers(3).take(300_000).enumerate() {
        values.push(if place % 10 < 4 {
            n % 10
        } else {
            1_000 + n % 200_000
        });
    }
    let bound = 2 * values.len() as u64 / 1_024;
    let mut exact = BTreeMap::new();
    for value in &values {
        *exact.entry(*value).or_insert(0_u64) += 1;
    }
    let top = pipeline!(from(values).aggregate(|rows| rows.top_k(10, |n| *n)))
        .collect()
        .expect("it runs")
        .remove(0);
    assert_eq!(
        top.iter().map(|(value, _)| *value).collect::<BTreeSet<_>>(),
        (0..10).collect()
    );
    for (value, count) in top {
        assert!(
            count <= exact[&value] && count + bound >= exact[&value],
            "{count} of {}, by at most {bound}",
            exact[&value]
        );
    }
}

#[test]
fn where_there_are_too_many_each_loses_the_median_of_the_counts() {
    let rows: Vec<u64> = [0, 0, 0].into_iter().chain(1..=1_024).collect();
    let top = pipeline!(from(rows).aggregate(|rows| rows.top_k(5, |n| *n)))
        .collect()
        .expect("it runs");
    assert_eq!(top, [[(0, 2)]]);
}

#[test]
fn a_quantile_of_nothing_but_nan_is_nan_in_slices_too() {
    let windows = pipeline!(
        from([(0_i64, f64::NAN), (15, f64::NAN)])
            .event_time(|(at, _)| *at)
            .window(sliding(20ms).every(10ms))
            .aggregate(|_window, rows| rows.quantile(0.5, |(_, x)| *x))
    );
    let windows = windows.collect().expect("it runs");
    assert_eq!(
        windows.iter().map(|got| got.is_nan()).collect::<Vec<_>>(),
        [true; 3]
    );
}

#[test]
fn as_many_as_are_counted_are_counted_exactly() {
    // 1,024 values, and 8 k if that is more.
    let all_of = |k: usize, values: u64| {
        let rows: Vec<u64> = (0..values).chain(0..values).collect();
        let top = pipeline!(from(rows).aggregate(|rows| rows.top_k(k, |n| *n)))
            .collect()
            .expect("it runs")
            .remove(0);
        top.iter().filter(|(_, count)| *count == 2).count()
    };
    assert_eq!(all_of(1_024, 1_024), 1_024);
    assert_eq!(all_of(2_000, 16_000), 2_000);
    assert!(all_of(100, 1_025) < 100);
}

#[test]
#[should_panic(expected = "quantile(99, …): the share of the rows is between 0 and 1")]
fn a_share_is_between_0_and_1() {
    let _ = pipeline!(from([1]).aggregate(|rows| rows.quantile(99.0, |n| *n))).collect();
}

#[test]
#[should_panic(expected = "top_k(0, …): at least one value is asked for")]
fn at_least_one_value_is_asked_for() {
    let _ = pipeline!(from([1]).aggregate(|rows| rows.top_k(0, |n| *n))).collect();
}
