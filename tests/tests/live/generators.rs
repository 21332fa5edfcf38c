//! Generators: the same records of the same numbers, at a rate, and on from where a job was saved.

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite::time::ManualClock;

pipeline!(
    fn kept(numbers: Source<u64>, out: Sink<u64>) {
        numbers.map(|n| n).to(out);
    }
);

proptest! {
    #[test]
    fn a_generator_goes_on_with_the_number_that_is_next(
        count in 0_u64..40,
        batch in 1_usize..9,
        steps in 0_usize..9,
    ) {
        let source = || GeneratorSource::new(|n| n * 3).count(count);
        let (out, first) = CollectionSink::new();
        let mut job = kept(source(), out).batch_size(batch).start().expect("it starts");
        for _ in 0..steps {
            job.step().expect("nothing goes wrong");
        }
        let savepoint = job.savepoint().expect("it can be saved");
        drop(job);
        let (out, rest) = CollectionSink::new();
        kept(source(), out).restore(&savepoint).run().expect("it goes on");
        let all = [first.take(), rest.take()].concat();
        prop_assert_eq!(all, (0..count).map(|n| n * 3).collect::<Vec<_>>());
    }
}

#[test]
fn a_rate_is_kept_by_the_clock_of_the_job() {
    let clock = ManualClock::default();
    let (out, seen) = CollectionSink::new();
    let source = GeneratorSource::new(|n| n).per_second(4.0);
    let mut job = kept(source, out).clock(clock.clone()).start().expect("it starts");
    let mut after = |millis: i64| {
        clock.advance(TimeDelta::from_millis(millis));
        while job.step().expect("nothing goes wrong") == ReadStatus::Ready {}
        seen.take()
    };
    assert_eq!(after(0), [0], "the first comes at once");
    assert_eq!(after(249), [0; 0]);
    assert_eq!(after(1), [1]);
    assert_eq!(after(1_000), [2, 3, 4, 5], "what is late is made up for");
    assert_eq!(after(0), [0; 0]);
    assert_eq!(after(249), [0; 0]);
    assert_eq!(after(1), [6]);
}

#[test]
fn a_rate_that_is_none_is_refused() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = pipeline!(from(GeneratorSource::new(|n| n).count(1).per_second(rate)).to(NullSink)).run();
        let error = error.expect_err("it is none").to_string();
        assert!(
            error.contains("write a number above 0 in `.per_second(…)`"),
            "{error}"
        );
    }
}

/// A job that is started again with fewer records than it has made ends at once.
#[test]
fn a_generator_that_has_made_more_than_there_are_is_at_its_end() -> streamlite::Result<()> {
    for rate in [None, Some(1_000.0)] {
        let (out, _) = CollectionSink::new();
        let numbers = GeneratorSource::new(|n| n).count(100);
        let mut job = kept(numbers, out).batch_size(50).start()?;
        assert_eq!(job.step()?, ReadStatus::Ready);
        let savepoint = job.savepoint()?;
        for count in [49, 50] {
            let numbers = GeneratorSource::new(|n| n).count(count);
            let numbers = match rate {
                Some(rate) => numbers.per_second(rate),
                None => numbers,
            };
            let (out, rest) = CollectionSink::new();
            let mut job = kept(numbers, out).restore(&savepoint).start()?;
            assert_eq!(job.step()?, ReadStatus::Ready);
            assert_eq!(job.step()?, ReadStatus::End, "{count} at {rate:?}");
            assert!(rest.take().is_empty());
        }
    }
    Ok(())
}
