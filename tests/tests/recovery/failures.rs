//! A job that has failed stays failed, whatever is asked of it.

use streamlite::Job;
use streamlite::prelude::*;
use streamlite::source::ReadStatus;

pipeline!(
    fn copied(numbers: Source<u32>, out: Sink<u32>) {
        numbers.map(|n| n).to(out);
    }

    fn divided(numbers: Source<u32>, out: Sink<u32>) {
        numbers.map(|n| 100 / (n - 3)).to(out);
    }
);

/// A sink that fails at the third record.
fn failing() -> impl Sink<u32> {
    CallbackSink::new(|n: u32| {
        if n == 3 {
            Err(format!("no room for {n}"))
        } else {
            Ok(())
        }
    })
}

/// Drives a job that fails at its third record, and asks it for more.
fn assert_stays_failed(job: Job, cause: &str) {
    let mut job = job.batch_size(1).start().expect("it starts");
    for _ in 0..2 {
        assert_eq!(job.step().expect("nothing goes wrong"), ReadStatus::Ready);
    }
    let error = job.step().expect_err("it fails at the third").to_string();
    assert!(error.contains(cause), "{error}");
    for _ in 0..3 {
        assert_eq!(job.step().expect_err("it has failed").to_string(), error);
        assert_eq!(job.savepoint().expect_err("it has failed").to_string(), error);
    }
    assert!(job.report().sources[0].records <= 3, "nothing was read after it");
    assert_eq!(job.finish().expect_err("it has failed").to_string(), error);
}

#[test]
fn a_job_whose_sink_has_failed_gives_its_error_at_every_call() {
    assert_stays_failed(copied(CollectionSource::new(1..=10), failing()), "no room for 3");
}

#[test]
fn a_job_whose_closure_has_panicked_gives_its_error_at_every_call() {
    assert_stays_failed(
        divided(CollectionSource::new([6, 5, 3, 8, 9]), NullSink),
        "divide by zero",
    );
}

#[test]
fn a_panic_at_the_end_of_the_input_is_an_error_of_the_step() {
    pipeline!(
        fn ended(numbers: Source<u32>, out: Sink<u64>) {
            numbers.count().map(|count| count / (count - 2)).to(out);
        }
    );
    let mut job = ended(CollectionSource::new([1, 2]), NullSink)
        .start()
        .expect("it starts");
    let error = loop {
        match job.step() {
            Ok(_) => {}
            Err(error) => break error.to_string(),
        }
    };
    assert!(error.contains("divide by zero"), "{error}");
    assert_eq!(job.finish().expect_err("it has failed").to_string(), error);
}

#[test]
fn a_panic_where_a_source_is_opened_is_an_error() {
    let numbers = CollectionSource::new((0..3).map(|n| if n == 0 { panic!("no numbers") } else { n }));
    let error = copied(numbers, NullSink).run().expect_err("it panics");
    assert!(error.to_string().contains("no numbers"), "{error}");
}

/// `fn main() -> streamlite::Result<()>` prints `Debug`: what to do must be in it.
#[test]
fn the_debug_form_of_an_error_is_its_text() {
    let error = CsvSource::<u32>::open("missing.csv").expect_err("it is not there");
    let text = error.to_string();
    assert!(text.contains("missing.csv"), "{text}");
    assert_eq!(format!("{error:?}"), text);
}
