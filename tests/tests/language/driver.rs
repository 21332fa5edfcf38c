//! The test driver, where a job fails.

use streamlite::prelude::*;

pipeline!(
    fn divided(numbers: Source<i64>, out: Sink<i64>, by: i64) {
        numbers.map(|n| 100 / (n - by)).to(out);
    }
);

#[test]
fn a_failing_job_gives_its_error() {
    let mut t = divided::test(3);
    assert!(t.numbers.try_push(4).is_ok());
    assert_eq!(t.out.take(), [100]);
    let error = t.numbers.try_push(3).expect_err("it divides by zero");
    assert!(error.to_string().contains("divide by zero"), "{error}");
    assert!(t.try_finish().is_err(), "a job that has failed does not end well");
}

#[test]
fn a_job_that_ends_well_gives_its_report() {
    let mut t = divided::test(0);
    t.numbers.push_all([1, 2]);
    let report = t.try_finish().expect("nothing goes wrong");
    assert_eq!(report.sink("out").map(|out| out.records), Some(2));
}

#[test]
#[should_panic(expected = "the input `numbers` has ended")]
fn an_input_that_has_ended_takes_nothing() {
    let mut t = divided::test(0);
    t.numbers.end();
    let _ = t.numbers.try_push(1);
}
