//! What is right in Rust is right in a pipeline: names by their scope, names that are keywords, attributes.

use streamlite::prelude::*;

pipeline!(
    /// The names are keywords.
    fn r#match(r#in: Source<i64>, r#type: i64, r#out: Sink<i64>) {
        let r#let = r#in.filter(|n| *n > r#type);
        r#let
            .key_by(|n| *n % 2)
            .window(count(2))
            .aggregate(|_key, _window, r#fn| r#fn.max(|n| *n))
            .to(out);
    }

    fn conditions(
        numbers: Source<i64>,
        #[cfg(any())] never: Source<i64>,
        out: Sink<i64>,
        #[cfg(all())] other: Sink<i64>,
    ) {
        #[cfg(any())]
        never.to(out);
        #[cfg(all())]
        let numbers = numbers.map(|n| n + 1);
        #[cfg(not(all()))]
        let numbers = numbers.map(|n| n + 100);
        #[cfg(all())]
        numbers.to(other);
        numbers.map(|n| n * 2).to(out);
    }

    fn attributes(numbers: Source<i64>, out: Sink<i64>) {
        /// What is said to a reader.
        #[allow(unused_variables, clippy::let_and_return)]
        let doubled = numbers.map(|n| {
            let unused = 1;
            n * 2
        });
        #[allow(unused_variables)]
        doubled
            .inspect(|n| {
                let unused = 2;
            })
            .to(out);
    }

    fn least<const LEAST: i64, T>(numbers: Stream<i64>, others: Stream<T>) -> (Stream<i64>, Stream<T>) {
        (numbers.filter(|n| *n >= LEAST), others)
    }

    fn parts(
        a: Stream<i64>,
        b: Stream<i64>,
    ) -> (Stream<i64>, Stream<i64>, Stream<i64>, Stream<i64>, Stream<i64>) {
        let (x, y) = a.split(|n| *n > 1);
        let (z, u) = b.split(|n| *n > 1);
        (x, y, z, u, a)
    }
);

fn collected(job: impl FnOnce(CollectionSink<i64>) -> Job) -> Vec<i64> {
    let (out, seen) = CollectionSink::new();
    job(out).run().expect("nothing goes wrong");
    seen.take()
}

#[test]
fn names_may_be_keywords() {
    assert_eq!(collected(|out| r#match(from(1..=6), 1, out)), [4, 5]);
    assert!(r#match::GRAPH.to_string().contains("match"), "{}", r#match::GRAPH);
    let mut test = r#match::test(0);
    test.r#in.push(1);
    test.r#in.push(3);
    assert_eq!(test.out.take(), [3]);
}

#[test]
fn statements_and_parameters_have_conditions() {
    let (out, doubled) = CollectionSink::new();
    let (other, plain) = CollectionSink::new();
    conditions(from([1, 2]), out, other)
        .run()
        .expect("nothing goes wrong");
    assert_eq!((doubled.take(), plain.take()), (vec![4, 6], vec![2, 3]));
    let seen = pipeline!({
        let numbers = from([1, 2]);
        #[cfg(any())]
        let numbers = numbers.map(|n| n * 100);
        #[cfg(not(any()))]
        let numbers = numbers.map(|n| n * 10);
        numbers
    });
    assert_eq!(seen.collect().expect("nothing goes wrong"), [10, 20]);
}

#[test]
fn statements_have_attributes() {
    assert_eq!(collected(|out| attributes(from([1, 2]), out)), [2, 4]);
}

mod old {
    use streamlite::prelude::*;

    pipeline!(
        pub fn counts(numbers: Source<i64>, out: Sink<u64>) {
            #[uid = "counts"]
            numbers.key_by(|n| *n % 2).running().count().map(|c| c.1).to(out);
        }
    );
}

mod new {
    use streamlite::prelude::*;

    pipeline!(
        pub fn counts(numbers: Source<i64>, output: Sink<u64>) {
            #[uid = "counts"]
            numbers
                .key_by(|n| *n % 2)
                .running()
                .count()
                .map(|c| c.1)
                .to(output);
        }
    );
}

#[test]
fn a_uid_before_an_output_keeps_its_state() {
    let mut before = old::counts::test();
    before.numbers.push(1);
    before.numbers.push(3);
    let savepoint = before.savepoint();
    let mut after = new::counts::test().restore(&savepoint);
    after.numbers.push(5);
    assert_eq!(after.output.take(), [3]);
}

#[test]
fn a_parameter_of_a_fragment_need_not_be_in_a_stream() {
    let seen = pipeline!({
        let (numbers, _) = least::<2, _>(from([1, 2, 3]), from(["a"]));
        numbers
    });
    assert_eq!(seen.collect().expect("nothing goes wrong"), [2, 3]);
    let seen = pipeline!({
        let (a, b, c, d, e) = parts(from([1, 2]), from([1, 3]));
        union(a, b, c, d, e)
    });
    let mut seen = seen.collect().expect("nothing goes wrong");
    seen.sort_unstable();
    assert_eq!(seen, [1, 1, 1, 2, 2, 3]);
}

/// It cannot be cloned: mentioned once, it need not be.
struct Limits {
    low: i64,
}

pipeline!(
    fn scopes(numbers: Source<i64>, limits: Limits, rows: i64, out: Sink<i64>) {
        numbers
            .filter(|limits| *limits > 0)
            .map(|n| Some(n).map(|limits| limits + 1).unwrap_or_default())
            .filter(move |n| *n > limits.low)
            .window(count(3))
            .aggregate(|_window, all| {
                let least = all.min(|n| *n);
                let n = 1;
                [1, 2].map(|k| k * least).iter().sum::<i64>()
                    + all.filter(|k| *k > rows).max(|k| *k).unwrap_or_default() * n
            })
            .to(out);
    }
);

#[test]
fn a_name_is_what_its_scope_says() {
    let seen = collected(|out| scopes(from([-1, 1, 2, 3]), Limits { low: 1 }, 2, out));
    // Of 2, 3, 4: three times the least, and the greatest over 2.
    assert_eq!(seen, [6 + 4]);
}
