//! Pipelines that are too deep for one type: what they do does not depend on where the macro cuts them.

use std::cell::RefCell;

use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite::{Graph, Job, Report, Savepoint};

/// A pipeline of one chain: two running aggregates, with other operators before, between and after them.
macro_rules! chain {
    ($name:ident: $($before:literal)* | $($between:literal)* | $($after:literal)*) => {
        mod $name {
            use super::*;

            pipeline!(
                pub(super) fn summed(numbers: Source<u64>, out: Sink<(u64, (u64, u64))>) {
                    numbers
                        $(.map(|n| n + $before))*
                        .key_by(|n| n % 3)
                        .running()
                        .sum(|n| *n)
                        $(.map(|(key, n)| (key + $between, n as u64)))*
                        .running()
                        .aggregate(|rows| (rows.count(), rows.last(|row| *row)))
                        $(.map(|(count, row)| (count + $after, row)))*
                        .to(out);
                }
            );
        }
    };
}

chain!(short: 40 | 40 | 20);
chain!(long:
    1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
    | 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
    | 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
);

// The second state stands in the last piece of the statement.
chain!(last:
    1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
    | 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
    | 4 4 4 4 4
);

type Row = (u64, (u64, u64));
type Pipeline = fn(CollectionSource<std::ops::Range<u64>>, CollectionSink<Row>) -> Job;

/// Runs a pipeline from where another was saved, for so many steps or to its end.
fn run(pipeline: Pipeline, saved: Option<&Savepoint>, steps: usize) -> (Vec<Row>, Savepoint) {
    let (out, got) = CollectionSink::new();
    let job = pipeline(CollectionSource::new(0..100), out).batch_size(7);
    let job = match saved {
        None => job.start(),
        Some(saved) => job.restore(saved).start(),
    };
    let mut job = job.expect("its states have the same identities");
    for _ in 0..steps {
        if job.step().expect("nothing goes wrong") == ReadStatus::End {
            break;
        }
    }
    let saved = job.savepoint().expect("it can be saved");
    (got.take(), saved)
}

#[test]
fn the_states_of_a_long_chain_are_those_of_a_short_one() {
    let pipelines: [Pipeline; 3] = [short::summed, long::summed, last::summed];
    let (whole, _) = run(short::summed, None, usize::MAX);
    assert_eq!(whole.len(), 100);
    for first in pipelines {
        for second in pipelines {
            let (mut rows, saved) = run(first, None, 5);
            assert_eq!(rows.len(), 35);
            rows.extend(run(second, Some(&saved), usize::MAX).0);
            assert_eq!(rows, whole);
        }
    }
}

#[test]
fn a_long_chain_is_one_statement_of_the_graph_and_of_the_report() {
    let nodes = |graph: &Graph| graph.parts().nodes.len();
    assert_eq!(nodes(&long::summed::GRAPH), nodes(&short::summed::GRAPH));
    let mut test = long::summed::test();
    test.numbers.push_all(0..10);
    let report = test.finish();
    let counts: Vec<_> = report
        .operators
        .iter()
        .map(|operator| (operator.name, operator.operators.len(), operator.records_in))
        .collect();
    assert_eq!(counts, [("out", 106, 10)]);
}

/// One stream, used once for each of the literals.
macro_rules! uses {
    ($($use:literal)*) => {
        fn used(seen: &RefCell<Vec<(u32, String)>>) -> streamlite::Result<Report> {
            pipeline!({
                let words = from(["a", "b"]).map(|word| word.to_owned());
                $(words.for_each(|word| seen.borrow_mut().push(($use, word)));)*
            })
            .run()
        }

        const USES: &[u32] = &[$($use),*];
    };
}

uses!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40
    41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78);

#[test]
fn every_use_of_a_stream_gets_every_record_in_the_order_of_the_text() {
    let seen = RefCell::default();
    used(&seen).expect("nothing goes wrong");
    let expected = ["a", "b"].map(|word| USES.iter().map(move |place| (*place, word.to_owned())));
    assert_eq!(
        seen.into_inner(),
        expected.into_iter().flatten().collect::<Vec<_>>()
    );
}

/// Statements in a row, of an expression that borrows.
macro_rules! statements {
    ($($one:literal)*) => {
        fn counted_up(step: &u64) -> streamlite::Result<Vec<u64>> {
            pipeline!({
                let numbers = from([0_u64, 10]);
                $(let numbers = numbers.map(|n| n + $one * step);)*
                let (even, odd) = numbers.split(|n| n % 2 == 0);
                $(let even = even.filter(|n| *n >= $one);)*
                union(even, odd)
            })
            .collect()
        }
    };
}

statements!(1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
    1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1);

#[test]
fn two_hundred_statements_are_a_pipeline_and_may_borrow() {
    let step = 2;
    assert_eq!(counted_up(&step).expect("nothing goes wrong"), [200, 210]);
}
