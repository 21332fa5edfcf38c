//! The operators without windows, in a function and in an expression.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use streamlite::prelude::*;

pipeline!(
    /// Every operator without state, several uses of a stream, and a union.
    fn everything(
        numbers: Source<i64>,
        words: Sink<String>,
        doubled: Sink<i64>,
        rest: Sink<i64>,
        factor: i64,
        label: String,
        seen: Arc<Mutex<Vec<i64>>>,
    ) {
        let shifted: i64 = factor + 1;
        let numbers = numbers.inspect(|n| seen.lock().expect("nobody panics").push(*n));
        let (even, odd) = numbers.split(|n| n % 2 == 0);
        even.rebalance().map(|n| format!("{label}{n}")).to(words);
        let twice = even.broadcast().map(|n| n * factor).filter(|n| *n != 8);
        let spread = odd
            .flat_map(|n| [n, n + shifted])
            .filter_map(|n| (n > 0).then_some(n));
        union(twice, even, spread).to(doubled);
        odd.partition_by(|n, workers| n.unsigned_abs() as usize % workers)
            .map(|n| n + factor)
            .union(even.filter(|n| *n > 100))
            .to(rest);
    }
);

/// The same, by hand.
fn by_hand(numbers: &[i64], factor: i64, label: &str) -> (Vec<String>, Vec<i64>, Vec<i64>) {
    let (mut words, mut doubled, mut rest) = (vec![], vec![], vec![]);
    for &n in numbers {
        if n % 2 == 0 {
            words.push(format!("{label}{n}"));
            doubled.extend(Some(n * factor).filter(|n| *n != 8));
            doubled.push(n);
            rest.extend(Some(n).filter(|n| *n > 100));
        } else {
            doubled.extend([n, n + factor + 1].into_iter().filter(|n| *n > 0));
            rest.push(n + factor);
        }
    }
    (words, doubled, rest)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_graph_is_what_the_loop_is(
        numbers in prop::collection::vec(-300_i64..300, 0..80),
        factor in -3_i64..4,
        batch in prop_oneof![Just(1_usize), 2_usize..100],
    ) {
        let (words, got_words) = CollectionSink::new();
        let (doubled, got_doubled) = CollectionSink::new();
        let (rest, got_rest) = CollectionSink::new();
        let seen = Arc::default();
        let source = CollectionSource::new(numbers.clone());
        let job = everything(source, words, doubled, rest, factor, "n=".to_owned(), Arc::clone(&seen));
        let report = job.batch_size(batch).run().expect("it is all in memory");
        let (words, doubled, rest) = by_hand(&numbers, factor, "n=");
        prop_assert_eq!(got_words.take(), words);
        prop_assert_eq!(got_doubled.take(), doubled);
        prop_assert_eq!(got_rest.take(), rest);
        prop_assert_eq!(&*seen.lock().expect("nobody panics"), &numbers);
        prop_assert_eq!(report.records_read(), numbers.len() as u64);
    }

    #[test]
    fn an_expression_may_borrow_and_change_what_is_around_it(numbers in prop::collection::vec(-300_i64..300, 0..80)) {
        let limit = 10;
        let limits = [limit];
        let mut total = 0;
        pipeline!({
            let small = from(&numbers).filter(|n| **n < limits[0]);
            small.for_each(|n| total += n);
        })
        .run()
        .expect("it is all in memory");
        prop_assert_eq!(total, numbers.iter().filter(|n| **n < limit).sum::<i64>());
    }

    #[test]
    fn totals_come_at_the_end_of_the_input(numbers in prop::collection::vec(-300_i32..300, 0..80)) {
        let count = pipeline!(from(&numbers).count()).collect().expect("it is all in memory");
        let expected = if numbers.is_empty() { vec![] } else { vec![numbers.len() as u64] };
        prop_assert_eq!(count, expected);

        let rows = pipeline!(
            from(numbers.iter().copied())
                .key_by(|n| n.rem_euclid(3))
                .aggregate(|key, rows| (*key, rows.count(), rows.sum(|n| *n), rows.max(|n| *n), rows.filter(|n| *n > 0).min(|n| *n)))
        )
        .collect()
        .expect("it is all in memory");
        let mut expected: Vec<(i32, u64, i64, i32, Option<i32>)> = vec![];
        for n in &numbers {
            let key = n.rem_euclid(3);
            if expected.iter().any(|(known, ..)| *known == key) {
                continue;
            }
            let own: Vec<i32> = numbers.iter().copied().filter(|n| n.rem_euclid(3) == key).collect();
            let sum = own.iter().map(|n| i64::from(*n)).sum::<i64>();
            let greatest = *own.iter().max().expect("it has one at least");
            expected.push((key, own.len() as u64, sum, greatest, own.iter().copied().filter(|n| *n > 0).min()));
        }
        prop_assert_eq!(rows, expected);
    }

    #[test]
    fn running_aggregates_say_something_with_each_record(numbers in prop::collection::vec(-300_i32..300, 0..80)) {
        let sums = pipeline!(from(&numbers).running().sum(|n| **n)).collect().expect("it is all in memory");
        let mut sum = 0;
        let expected: Vec<i64> = numbers.iter().map(|n| { sum += i64::from(*n); sum }).collect();
        prop_assert_eq!(sums, expected);
    }
}

#[test]
fn a_record_that_is_used_once_is_not_cloned() {
    struct Once(u32);
    let numbers = pipeline!(
        from([Once(1), Once(2)])
            .filter(|once| once.0 > 1)
            .map(|once| once.0)
    )
    .collect();
    assert_eq!(numbers.expect("it is all in memory"), [2]);
}

#[test]
fn a_panic_of_a_closure_is_an_error_of_the_job() {
    pipeline!(
        fn broken(numbers: Source<u32>, out: Sink<u32>) {
            numbers.map(|n| 10 / n).to(out);
        }
    );
    let (out, got) = CollectionSink::new();
    let error = broken(CollectionSource::new([5, 0, 1]), out)
        .run()
        .expect_err("it divides by zero");
    assert!(
        error
            .to_string()
            .contains("the pipeline `broken` panicked: attempt to divide by zero"),
        "{error}"
    );
    assert_eq!(got.take(), [2]);
}

#[test]
fn a_job_can_be_sent_to_a_thread_and_stopped() {
    pipeline!(
        fn count(numbers: Source<u64>, out: Sink<u64>) {
            numbers.filter(|n| n.is_multiple_of(1_000)).to(out);
        }
    );
    let (out, _got) = CollectionSink::new();
    let handle = count(CollectionSource::new(0_u64..), out)
        .spawn()
        .expect("there is a thread");
    handle.stop();
    let report = handle.join().expect("nothing goes wrong");
    assert!(report.source("numbers").is_some());
}

#[test]
fn how_records_spread_is_in_the_graph() {
    pipeline!(
        fn spread(numbers: Source<u64>, out: Sink<u64>) {
            numbers
                .rebalance()
                .map(|n| n + 1)
                .partition_by(|_, _| 0)
                .broadcast()
                .to(out);
        }
    );
    let operators = spread::GRAPH.parts().nodes[0].operators;
    assert_eq!(operators, ["rebalance", "map", "partition_by", "broadcast", "to"]);
    assert!(!spread::GRAPH.parts().nodes[0].stateful);
}
