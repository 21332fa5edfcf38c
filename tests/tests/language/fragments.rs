//! Fragments: pieces of pipelines, in every shape.

use streamlite::prelude::*;
use streamlite_tests_elsewhere::{at_least, counted};

/// Fragments in a module of their own.
mod pieces {
    use streamlite::prelude::*;

    pipeline!(
        /// Two inputs become one, with state inside.
        pub(crate) fn merged(first: Stream<i64>, second: Stream<i64>, factor: i64) -> Stream<i64> {
            let first = first.map(|n| n * factor);
            first.union(second.map(|n| n + factor))
        }

        /// One input becomes two.
        pub(crate) fn parted(numbers: Stream<i64>) -> (Stream<i64>, Stream<String>) {
            let (even, odd) = numbers.split(|n| n % 2 == 0);
            (even, odd.map(|n| format!("odd {n}")))
        }

        /// A stream is used several times inside, comes together again, and is keyed.
        pub(crate) fn windowed(at: Stream<i64>, size: TimeDelta) -> Stream<(i64, u64)> {
            let at = at.event_time(|n| *n);
            let (even, odd) = at.split(|n| n % 2 == 0);
            let twice = union(even, odd, at);
            twice
                .key_by(|n| n % 3)
                .window(tumbling(size))
                .aggregate(|key, _window, rows| (*key, rows.count()))
        }

        /// A fragment inside another, used twice.
        pub(crate) fn nested(numbers: Stream<i64>) -> Stream<i64> {
            let low = plus(numbers, |n| n + 1);
            plus(low, |n| n * 10)
        }

        /// A closure as a parameter.
        pub(crate) fn plus<T, U>(records: Stream<T>, turn: impl Fn(T) -> U) -> Stream<U> {
            records.map(turn)
        }

        /// A stream goes through as it came, and is used besides.
        pub(crate) fn with_itself(numbers: Stream<i64>) -> (Stream<i64>, Stream<i64>) {
            let doubled = numbers.map(|n| n * 2);
            (numbers, doubled)
        }

        /// A typed split inside.
        pub(crate) fn signs(numbers: Stream<i64>) -> (Stream<u64>, Stream<i64>) {
            match numbers {
                n if n >= 0 => positive = n.unsigned_abs(),
                n => negative = n,
            }
            (positive, negative)
        }
    );
}

use pieces::{merged, nested, parted, plus, signs, windowed, with_itself};

pipeline!(
    fn all(
        numbers: Source<i64>,
        others: Source<i64>,
        out: Sink<i64>,
        words: Sink<String>,
        counts: Sink<(i64, u64)>,
        tens: Sink<i64>,
        factor: i64,
    ) {
        let both = merged(numbers, others.filter(|n| *n != 0), factor);
        let (even, odd) = parted(at_least(both, 0));
        odd.to(words);
        even.to(out);
        let counted = counted(even, |n| *n);
        counted.to(counts);
        nested(nested(even)).to(tens);
    }
);

#[test]
fn fragments_stand_in_functions() {
    let mut t = all::test(3);
    t.numbers.push_all([-1, 2, 3]);
    t.others.push_all([0, 1, 2]);
    t.finish();
    assert_eq!(t.out.take(), [6, 4]);
    assert_eq!(t.words.take(), ["odd 9", "odd 5"]);
    assert_eq!(t.counts.take(), [(6, 1), (4, 1)]);
    assert_eq!(t.tens.take(), [710, 510]);
}

#[test]
fn fragments_stand_in_expressions() {
    let limit = 2;
    let found = pipeline!({
        let (even, odd) = parted(from(vec![1, 2, 3, 4]));
        odd.for_each(|_| {});
        plus(even, |n| n > limit).map(|found| !found)
    })
    .collect()
    .expect("it is all in memory");
    assert_eq!(found, [true, false]);

    let same = pipeline!({
        let (same, doubled) = with_itself(from([1, 2]));
        same.union(doubled)
    })
    .collect()
    .expect("it is all in memory");
    assert_eq!(same, [2, 1, 4, 2], "uses come in the order of the text");

    let negative = pipeline!({
        let (_, negative) = signs(from([1, -2, 3]));
        negative
    })
    .collect()
    .expect("it is all in memory");
    assert_eq!(negative, [-2]);
}

#[test]
fn a_fragment_has_state_of_its_own_wherever_it_stands() {
    pipeline!(
        fn twice(at: Source<i64>, short: Sink<(i64, u64)>, long: Sink<(i64, u64)>) {
            let by_ten = windowed(at, 10ms);
            by_ten.to(short);
            let by_twenty = windowed(at, 20ms);
            by_twenty.to(long);
        }
    );
    let mut t = twice::test();
    t.at.push_all([0, 3, 11]);
    assert_eq!(t.short.take(), [(0, 4)]);
    assert_eq!(t.long.take(), []);
    let saved = t.savepoint();
    let mut again = twice::test().restore(&saved);
    again.at.push_all([12, 13]);
    again.finish();
    assert_eq!(again.short.take(), [(2, 2), (0, 2), (1, 2)]);
    assert_eq!(again.long.take(), [(0, 6), (2, 2), (1, 2)]);
}

#[test]
fn what_a_fragment_gives_is_counted() {
    pipeline!(
        fn doubled_and_itself(numbers: Source<i64>, out: Sink<i64>) {
            let (same, doubled) = with_itself(numbers);
            let both = union(same, doubled);
            both.to(out);
        }
    );
    let (sink, collected) = CollectionSink::new();
    let report = doubled_and_itself(CollectionSource::new([1, 2, 3]), sink)
        .run()
        .expect("it is all in memory");
    assert_eq!(collected.len(), 6);
    let counts = |name| {
        report
            .operator(name)
            .map(|operator| (operator.records_in, operator.records_out))
    };
    assert_eq!(counts("same, doubled"), Some((3, 6)), "{report}");
    assert_eq!(counts("both"), Some((6, 6)), "{report}");
}
