//! Every aggregate against a loop over its rows, for each key and window, in short form and in an expression.

use proptest::prelude::*;
use streamlite::aggregate::Aggregator;
use streamlite::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sale {
    shop: u8,
    at: i64,
    amount: i32,
    weight: f64,
    name: String,
}

/// All aggregates of one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    shop: u8,
    start: i64,
    count: u64,
    sum: i64,
    float_sum: f64,
    mean: f64,
    min: i32,
    max: i32,
    least_weight: f64,
    greatest_weight: f64,
    cheapest: String,
    dearest: String,
    first: i32,
    last: i32,
    collected: Vec<i32>,
    folded: String,
    reduced: String,
    cheap: u64,
    cheap_sum: i64,
    cheap_mean: Option<f64>,
    cheap_min: Option<i32>,
    cheap_first: Option<String>,
    cheap_heavy: Vec<i32>,
    cheapest_cheap: Option<String>,
    dearest_cheap: Option<String>,
    cheap_max: Option<i32>,
    cheap_last: Option<i32>,
    cheap_folded: String,
    cheap_reduced: Option<String>,
}

pipeline!(
    fn sales(sales: Source<Sale>, rows: Sink<Row>, limit: i32) {
        sales
            .event_time(|sale| sale.at)
            .watermark(bounded(20ms))
            .key_by(|sale| sale.shop)
            .window(tumbling(10ms))
            .aggregate(|shop, window, rows| Row {
                shop: *shop,
                start: window.start.as_millis(),
                count: rows.count(),
                sum: rows.sum(|sale| sale.amount),
                float_sum: rows.sum(|sale| f64::from(sale.amount)),
                mean: rows.mean(|sale| sale.amount),
                min: rows.min(|sale| sale.amount),
                max: rows.max(|sale| sale.amount),
                least_weight: rows.min(|sale| sale.weight),
                greatest_weight: rows.max(|sale| sale.weight),
                cheapest: rows.min_by_key(|sale| sale.amount).name,
                dearest: rows.max_by_key(|sale| sale.amount).name,
                first: rows.first(|sale| sale.amount),
                last: rows.last(|sale| sale.amount),
                collected: rows.collect(|sale| sale.amount),
                folded: rows.fold(String::new(), |text, sale| text + &sale.name, |a, b| a + &b),
                reduced: rows
                    .reduce(|a, b| Sale {
                        name: a.name + &b.name,
                        ..b
                    })
                    .name,
                cheap: rows.filter(|sale| sale.amount < limit).count(),
                cheap_sum: rows.filter(|sale| sale.amount < limit).sum(|sale| sale.amount),
                cheap_mean: rows.filter(|sale| sale.amount < limit).mean(|sale| sale.amount),
                cheap_min: rows.filter(|sale| sale.amount < limit).min(|sale| sale.amount),
                cheap_first: rows
                    .filter(|sale| sale.amount < limit)
                    .first(|sale| sale.name.clone()),
                cheap_heavy: rows
                    .filter(|sale| sale.amount < limit)
                    .filter(|sale| sale.weight > 1.0)
                    .collect(|sale| sale.amount),
                cheapest_cheap: rows
                    .filter(|sale| sale.amount < limit)
                    .min_by_key(|sale| sale.amount)
                    .map(|sale| sale.name),
                dearest_cheap: rows
                    .filter(|sale| sale.amount < limit)
                    .max_by_key(|sale| sale.amount)
                    .map(|sale| sale.name),
                cheap_max: rows.filter(|sale| sale.amount < limit).max(|sale| sale.amount),
                cheap_last: rows.filter(|sale| sale.amount < limit).last(|sale| sale.amount),
                cheap_folded: rows.filter(|sale| sale.amount < limit).fold(
                    String::new(),
                    |text, sale| text + &sale.name,
                    |a, b| a + &b,
                ),
                cheap_reduced: rows
                    .filter(|sale| sale.amount < limit)
                    .reduce(|a, b| Sale {
                        name: a.name + &b.name,
                        ..b
                    })
                    .map(|sale| sale.name),
            })
            .to(rows);
    }

    fn short(
        sales: Source<Sale>,
        counts: Sink<(u8, u64)>,
        sums: Sink<(u8, i64)>,
        means: Sink<f64>,
        mins: Sink<(u8, i32)>,
        maxs: Sink<i32>,
        dearest: Sink<(u8, Sale)>,
        folded: Sink<(u8, String)>,
        reduced: Sink<Sale>,
    ) {
        let by_shop = sales.key_by(|sale| sale.shop);
        by_shop.count().to(counts);
        by_shop.sum(|sale| sale.amount).to(sums);
        sales.mean(|sale| sale.amount).to(means);
        by_shop.min(|sale| sale.amount).to(mins);
        sales.max(|sale| sale.amount).to(maxs);
        by_shop.max_by_key(|sale| sale.amount).to(dearest);
        by_shop
            .fold(String::new(), |text, sale| text + &sale.name)
            .to(folded);
        sales
            .reduce(|a, b| Sale {
                name: a.name + &b.name,
                ..b
            })
            .to(reduced);
    }
);

/// The least or greatest weight: NaN loses to everything.
fn extreme(weights: &[f64], is_better: fn(f64, f64) -> bool) -> f64 {
    let mut best = weights[0];
    for &weight in weights {
        if best.is_nan() || is_better(weight, best) {
            best = weight;
        }
    }
    best
}

/// The row of the sales of one shop and window, by plain loops.
fn row(sales: &[&Sale], limit: i32) -> Row {
    let amounts: Vec<i32> = sales.iter().map(|sale| sale.amount).collect();
    let weights: Vec<f64> = sales.iter().map(|sale| sale.weight).collect();
    let cheap: Vec<&&Sale> = sales.iter().filter(|sale| sale.amount < limit).collect();
    let names = |sales: &[&Sale]| sales.iter().map(|sale| sale.name.as_str()).collect::<String>();
    let min = *amounts.iter().min().expect("there is one");
    let max = *amounts.iter().max().expect("there is one");
    let sum: i64 = amounts.iter().map(|amount| i64::from(*amount)).sum();
    let cheap_sum: i64 = cheap.iter().map(|sale| i64::from(sale.amount)).sum();
    let cheap_max = cheap.iter().map(|sale| sale.amount).max();
    let cheap_names: String = cheap.iter().map(|sale| sale.name.as_str()).collect();
    let cheap_min = cheap.iter().map(|sale| sale.amount).min();
    Row {
        shop: sales[0].shop,
        start: sales[0].at.div_euclid(10) * 10,
        count: sales.len() as u64,
        sum,
        float_sum: sum as f64,
        mean: sum as f64 / sales.len() as f64,
        min,
        max,
        least_weight: extreme(&weights, |new, best| new < best),
        greatest_weight: extreme(&weights, |new, best| new > best),
        cheapest: sales
            .iter()
            .find(|sale| sale.amount == min)
            .expect("there is one")
            .name
            .clone(),
        dearest: sales
            .iter()
            .find(|sale| sale.amount == max)
            .expect("there is one")
            .name
            .clone(),
        first: amounts[0],
        last: *amounts.last().expect("there is one"),
        collected: amounts.clone(),
        folded: names(sales),
        reduced: names(sales),
        cheap: cheap.len() as u64,
        cheap_sum,
        cheap_mean: (!cheap.is_empty()).then(|| cheap_sum as f64 / cheap.len() as f64),
        cheap_min,
        cheap_first: cheap.first().map(|sale| sale.name.clone()),
        cheap_heavy: cheap
            .iter()
            .filter(|sale| sale.weight > 1.0)
            .map(|sale| sale.amount)
            .collect(),
        cheapest_cheap: cheap_min
            .and_then(|min| cheap.iter().find(|sale| sale.amount == min))
            .map(|sale| sale.name.clone()),
        dearest_cheap: cheap_max
            .and_then(|max| cheap.iter().find(|sale| sale.amount == max))
            .map(|sale| sale.name.clone()),
        cheap_max,
        cheap_last: cheap.last().map(|sale| sale.amount),
        cheap_folded: cheap_names.clone(),
        cheap_reduced: (!cheap.is_empty()).then_some(cheap_names),
    }
}

/// Keys in the order of their first record.
fn shops(sales: &[&Sale]) -> Vec<u8> {
    let mut shops = Vec::new();
    for sale in sales {
        if !shops.contains(&sale.shop) {
            shops.push(sale.shop);
        }
    }
    shops
}

fn of_shop<'a>(sales: &[&'a Sale], shop: u8) -> Vec<&'a Sale> {
    sales.iter().copied().filter(|sale| sale.shop == shop).collect()
}

fn sale() -> impl Strategy<Value = Sale> {
    let weight =
        prop_oneof![4 => -3.0..3.0_f64, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY), 1 => Just(-0.0)];
    (0_u8..3, -20_i64..40, -9_i32..9, weight, "[a-z]{0,2}").prop_map(|(shop, at, amount, weight, name)| {
        Sale {
            shop,
            at,
            amount,
            weight,
            name,
        }
    })
}

/// Equal, where NaN is NaN.
fn same(left: &impl std::fmt::Debug, right: &impl std::fmt::Debug) -> bool {
    format!("{left:?}") == format!("{right:?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn each_aggregate_is_the_loop(sales_in in prop::collection::vec(sale(), 0..60), limit in -9_i32..9, batch in 1_usize..70) {
        let (rows, got) = CollectionSink::new();
        // Sixty milliseconds of delay would let everything in; with twenty, some are late.
        sales(CollectionSource::new(sales_in.clone()), rows, limit).batch_size(batch).run().expect("it is all in memory");
        let (mut kept, mut watermark) = (Vec::new(), i64::MIN);
        for sale in &sales_in {
            if sale.at.div_euclid(10) * 10 + 10 > watermark {
                kept.push(sale);
            }
            watermark = watermark.max(sale.at - 20);
        }
        let mut expected = Vec::new();
        for start in (-20..40).step_by(10) {
            let inside: Vec<&Sale> = kept.iter().copied().filter(|sale| sale.at.div_euclid(10) * 10 == start).collect();
            expected.extend(shops(&inside).into_iter().map(|shop| row(&of_shop(&inside, shop), limit)));
        }
        let got = got.take();
        prop_assert!(same(&got, &expected), "{got:#?}\nexpected {expected:#?}");
    }

    #[test]
    fn short_forms_are_the_loop(sales in prop::collection::vec(sale(), 0..40)) {
        let (counts, got_counts) = CollectionSink::new();
        let (sums, got_sums) = CollectionSink::new();
        let (means, got_means) = CollectionSink::new();
        let (mins, got_mins) = CollectionSink::new();
        let (maxs, got_maxs) = CollectionSink::new();
        let (dearest, got_dearest) = CollectionSink::new();
        let (folded, got_folded) = CollectionSink::new();
        let (reduced, got_reduced) = CollectionSink::new();
        let source = CollectionSource::new(sales.clone());
        short(source, counts, sums, means, mins, maxs, dearest, folded, reduced).run().expect("it is all in memory");

        let all: Vec<&Sale> = sales.iter().collect();
        let rows: Vec<(u8, Row)> = shops(&all).into_iter().map(|shop| (shop, row(&of_shop(&all, shop), 0))).collect();
        prop_assert_eq!(got_counts.take(), rows.iter().map(|(shop, row)| (*shop, row.count)).collect::<Vec<_>>());
        prop_assert_eq!(got_sums.take(), rows.iter().map(|(shop, row)| (*shop, row.sum)).collect::<Vec<_>>());
        prop_assert_eq!(got_mins.take(), rows.iter().map(|(shop, row)| (*shop, row.min)).collect::<Vec<_>>());
        let names = got_dearest.take().into_iter().map(|(shop, sale): (u8, Sale)| (shop, sale.name)).collect::<Vec<_>>();
        prop_assert_eq!(names, rows.iter().map(|(shop, row)| (*shop, row.dearest.clone())).collect::<Vec<_>>());
        prop_assert_eq!(got_folded.take(), rows.iter().map(|(shop, row)| (*shop, row.folded.clone())).collect::<Vec<_>>());
        let total = (!all.is_empty()).then(|| row(&all, 0));
        prop_assert_eq!(got_means.take(), total.iter().map(|row| row.mean).collect::<Vec<_>>());
        prop_assert_eq!(got_maxs.take(), total.iter().map(|row| row.max).collect::<Vec<_>>());
        let names = got_reduced.take().into_iter().map(|sale: Sale| sale.name).collect::<Vec<_>>();
        prop_assert_eq!(names, total.iter().map(|row| row.reduced.clone()).collect::<Vec<_>>());
    }
}

#[test]
fn sums_never_wrap() {
    let sum = pipeline!(from([u32::MAX, u32::MAX]).sum(|n| *n))
        .collect()
        .expect("it is all in memory");
    assert_eq!(sum, [2 * u64::from(u32::MAX)]);
    let sum = pipeline!(from([i64::MIN, i64::MIN]).sum(|n| *n))
        .collect()
        .expect("it is all in memory");
    assert_eq!(sum, [2 * i128::from(i64::MIN)]);
    let error = pipeline!(from([u128::MAX, 1]).sum(|n| *n))
        .collect()
        .expect_err("it has no room");
    assert!(error.to_string().contains("the sum does not fit"), "{error}");
}

/// Any, all, those that are cheap, distinct, how many distinct, variance, deviation.
type Spread = (
    bool,
    bool,
    bool,
    bool,
    Vec<u8>,
    u64,
    f64,
    f64,
    Option<f64>,
    Vec<i32>,
);

/// The amounts, in the order in which they came.
#[derive(Clone, Copy)]
struct Amounts;

impl Aggregator<Sale> for Amounts {
    type Acc = Vec<i32>;
    type Out = Vec<i32>;

    fn zero(&self) -> Vec<i32> {
        Vec::new()
    }

    fn add(&self, amounts: &mut Vec<i32>, sale: &Sale) {
        amounts.push(sale.amount);
    }

    fn merge(&self, amounts: &mut Vec<i32>, later: &Vec<i32>) {
        amounts.extend(later);
    }

    fn finish(&self, amounts: &Vec<i32>) -> Vec<i32> {
        amounts.clone()
    }
}

pipeline!(
    fn spreads(sales: Source<Sale>, totals: Sink<Spread>, visits: Sink<Spread>, limit: i32) {
        let sales = sales.event_time(|sale| sale.at).watermark(bounded(1h));
        sales
            .aggregate(|rows| {
                let cheap = rows.filter(|sale| sale.amount < limit);
                (
                    rows.any(|sale| sale.amount == 3),
                    rows.all(|sale| sale.amount != 3),
                    cheap.any(|sale| sale.shop == 1),
                    cheap.all(|sale| sale.shop == 1),
                    rows.distinct(|sale| sale.shop),
                    rows.count_distinct(|sale| sale.amount),
                    rows.variance(|sale| sale.amount),
                    rows.stddev(|sale| sale.amount),
                    cheap.variance(|sale| f64::from(sale.amount)),
                    cheap.apply(Amounts),
                )
            })
            .to(totals);
        sales
            .window(session(10ms))
            .aggregate(|_window, rows| {
                (
                    rows.any(|sale| sale.amount == 3),
                    rows.all(|sale| sale.amount != 3),
                    rows.filter(|sale| sale.amount < limit).any(|sale| sale.shop == 1),
                    rows.filter(|sale| sale.amount < limit).all(|sale| sale.shop == 1),
                    rows.distinct(|sale| sale.shop),
                    rows.count_distinct(|sale| sale.amount),
                    rows.variance(|sale| sale.amount),
                    rows.stddev(|sale| sale.amount),
                    rows.filter(|sale| sale.amount < limit)
                        .variance(|sale| f64::from(sale.amount)),
                    rows.filter(|sale| sale.amount < limit).apply(Amounts),
                )
            })
            .to(visits);
    }
);

/// Two passes: the mean, and then the distances from it.
fn variance(numbers: &[f64]) -> f64 {
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    let squares = numbers.iter().map(|number| (number - mean).powi(2));
    squares.sum::<f64>() / (numbers.len() as f64 - 1.0)
}

fn spread(sales: &[Sale], limit: i32) -> Spread {
    let amounts =
        |sales: &mut dyn Iterator<Item = &Sale>| sales.map(|sale| f64::from(sale.amount)).collect::<Vec<_>>();
    let cheap: Vec<&Sale> = sales.iter().filter(|sale| sale.amount < limit).collect();
    let mut shops = Vec::new();
    for sale in sales {
        if !shops.contains(&sale.shop) {
            shops.push(sale.shop);
        }
    }
    let mut different: Vec<i32> = sales.iter().map(|sale| sale.amount).collect();
    different.sort_unstable();
    different.dedup();
    let of_all = variance(&amounts(&mut sales.iter()));
    (
        sales.iter().any(|sale| sale.amount == 3),
        sales.iter().all(|sale| sale.amount != 3),
        cheap.iter().any(|sale| sale.shop == 1),
        cheap.iter().all(|sale| sale.shop == 1),
        shops,
        different.len() as u64,
        of_all,
        of_all.sqrt(),
        (!cheap.is_empty()).then(|| variance(&amounts(&mut cheap.iter().copied()))),
        cheap.iter().map(|sale| sale.amount).collect(),
    )
}

fn near(one: f64, other: f64) -> bool {
    (one.is_nan() && other.is_nan()) || (one - other).abs() <= 1e-9 * other.abs().max(1.0)
}

fn is_spread(got: &Spread, expected: &Spread) -> bool {
    let exact = |spread: &Spread| {
        let (any, all, cheap_any, cheap_all, shops, different, ..) = spread.clone();
        (any, all, cheap_any, cheap_all, shops, different)
    };
    let cheap = match (got.8, expected.8) {
        (Some(got), Some(expected)) => near(got, expected),
        (got, expected) => got.is_none() && expected.is_none(),
    };
    got.9 == expected.9
        && exact(got) == exact(expected)
        && near(got.6, expected.6)
        && near(got.7, expected.7)
        && cheap
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Over all, and in two sessions that a last sale makes one.
    #[test]
    fn the_spread_of_sales_is_the_loop(
        first in prop::collection::vec(sale(), 1..20),
        second in prop::collection::vec(sale(), 1..20),
        last in sale(),
        limit in -9_i32..9,
        batch in 1_usize..70,
    ) {
        let at = |at: i64| move |sale: Sale| Sale { at, ..sale };
        let first = first.into_iter().map(at(0));
        let second = second.into_iter().map(at(20));
        let sales: Vec<Sale> = first.chain(second).chain([at(10)(last)]).collect();
        let (totals, got_totals) = CollectionSink::new();
        let (visits, got_visits) = CollectionSink::new();
        spreads(from(sales.clone()), totals, visits, limit)
            .batch_size(batch)
            .run()
            .expect("nothing fails");
        let expected = spread(&sales, limit);
        for got in [got_totals.take(), got_visits.take()] {
            prop_assert_eq!(got.len(), 1);
            prop_assert!(is_spread(&got[0], &expected), "{:?}\nexpected {:?}", got, expected);
        }
    }
}
