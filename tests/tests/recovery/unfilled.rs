//! Accumulators in a saved file to which no record was added, where there was one: nothing could be told of them later.

use streamlite::prelude::*;
use streamlite::{Job, Savepoint};
use streamlite_tests::Partitions;
use streamlite_tests::saved::File;

/// When, and what a lamp is called: nothing else in a saved file is called so.
type Lamp = (i64, String);

const NAME: &str = "lamp";

/// A number that nothing else in a saved file is.
const NUMBER: u32 = 0x7A5B_1C2D;

/// A job over lamps of which one is seen before the savepoint.
macro_rules! jobs {
    ($($name:ident { $($steps:tt)+ })*) => {$(
        fn $name() -> Job {
            pipeline!(
                fn lamps(lamps: Source<Lamp>, out: Sink<String>) {
                    lamps
                        .event_time(|lamp| lamp.0)
                        .watermark(ascending())
                        .$($steps)+
                        .map(|row| format!("{row:?}"))
                        .to(out);
                }
            );
            let seen = |at| (at, NAME.to_owned());
            let rows = Partitions::new(vec![vec![seen(3), seen(1_000)]]);
            lamps(rows, NullSink).batch_size(1).turn_size(1)
        }
    )*};
}

jobs! {
    in_tumbling {
        key_by(|_| 7)
            .window(tumbling(10ms))
            .aggregate(|_key, _window, rows| rows.last(|lamp| lamp.1.clone()))
    }
    in_sliding {
        key_by(|_| 7)
            .window(sliding(10ms).every(5ms))
            .aggregate(|_key, _window, rows| rows.last(|lamp| lamp.1.clone()))
    }
    // Nobody knows whether the fold is exact in parts, so that windows share no slices.
    in_sliding_apart {
        key_by(|_| 7)
            .window(sliding(10ms).every(5ms))
            .aggregate(|_key, _window, rows| {
                (rows.last(|lamp| lamp.1.clone()), rows.fold(0_u8, |sum, _lamp| sum + 1, |a, b| a + b))
            })
    }
    in_session {
        key_by(|_| 7)
            .window(session(5ms))
            .aggregate(|_key, _window, rows| rows.last(|lamp| lamp.1.clone()))
    }
    in_count {
        key_by(|_| 7)
            .window(count(9))
            .aggregate(|_key, _window, rows| rows.last(|lamp| lamp.1.clone()))
    }
    in_count_sliced {
        key_by(|_| 7)
            .window(count(9).every(3))
            .aggregate(|_key, _window, rows| rows.last(|lamp| lamp.1.clone()))
    }
    in_count_apart {
        key_by(|_| 7)
            .window(count(9).every(3))
            .aggregate(|_key, _window, rows| {
                (rows.last(|lamp| lamp.1.clone()), rows.fold(0_u8, |sum, _lamp| sum + 1, |a, b| a + b))
            })
    }
    in_triggered {
        key_by(|_| 7)
            .window(tumbling(10ms))
            .trigger(on_count(5).or(on_watermark()))
            .aggregate(|_key, _window, rows| rows.last(|lamp| lamp.1.clone()))
    }
    in_triggered_session {
        key_by(|_| 7)
            .window(session(5ms))
            .trigger(on_count(5).or(on_watermark()))
            .aggregate(|_key, _window, rows| rows.last(|lamp| lamp.1.clone()))
    }
    in_all {
        window(tumbling(10ms)).aggregate(|_window, rows| rows.last(|lamp| lamp.1.clone()))
    }
    running {
        key_by(|_| 7)
            .running()
            .aggregate(|_key, rows| rows.last(|lamp| lamp.1.clone()))
    }
    at_the_end {
        key_by(|_| 7).aggregate(|_key, rows| rows.last(|lamp| lamp.1.clone()))
    }
    first {
        window(tumbling(10ms)).aggregate(|_window, rows| rows.first(|lamp| lamp.1.clone()))
    }
    least {
        window(tumbling(10ms)).aggregate(|_window, rows| rows.min(|lamp| lamp.1.clone()))
    }
    greatest {
        window(tumbling(10ms)).aggregate(|_window, rows| rows.max(|lamp| lamp.1.clone()))
    }
    folded {
        window(tumbling(10ms))
            .aggregate(|_window, rows| rows.fold(String::new(), |_, lamp| lamp.1.clone(), |_, later| later))
    }
    reduced {
        window(tumbling(10ms)).aggregate(|_window, rows| rows.reduce(|_, later| later))
    }
    least_by {
        window(tumbling(10ms)).aggregate(|_window, rows| rows.min_by_key(|lamp| lamp.0))
    }
    picked {
        window(tumbling(10ms))
            .aggregate(|_window, rows| rows.filter(|lamp| lamp.0 >= 0).last(|lamp| lamp.1.clone()))
    }
    means {
        window(tumbling(10ms)).aggregate(|_window, rows| rows.mean(|_lamp| NUMBER))
    }
    variances {
        window(tumbling(10ms)).aggregate(|_window, rows| rows.variance(|_lamp| NUMBER))
    }
}

/// A saved file of the job after the first lamp.
fn saved(job: Job) -> File {
    let mut job = job.start().expect("it starts");
    job.step().expect("nothing goes wrong");
    let savepoint = job.savepoint().expect("it can be saved");
    File::read(&savepoint.to_bytes()).plain()
}

fn restored(job: Job, file: &File) -> streamlite::Result<()> {
    let savepoint = Savepoint::from_bytes(&file.write())?;
    job.restore(&savepoint).run().map(drop)
}

/// Puts something else where it stands; how often it did.
fn replace(file: &mut File, one: &[u8], other: &[u8]) -> usize {
    let mut times = 0;
    for frame in &mut file.frames {
        let mut body = Vec::new();
        let mut left = &frame.body[..];
        while let Some((first, rest)) = left.split_first() {
            if left.starts_with(one) {
                body.extend_from_slice(other);
                left = &left[one.len()..];
                times += 1;
            } else {
                body.push(*first);
                left = rest;
            }
        }
        frame.body = body;
    }
    times
}

/// What stands there for a value, and for none.
fn value_and_none(value: &[u8]) -> (Vec<u8>, Vec<u8>) {
    ([&[1], value].concat(), vec![0])
}

fn name() -> (Vec<u8>, Vec<u8>) {
    value_and_none(&[&[4], NAME.as_bytes()].concat())
}

fn lamp() -> (Vec<u8>, Vec<u8>) {
    // At 3: zigzag.
    value_and_none(&[&[6, 4], NAME.as_bytes()].concat())
}

#[test]
fn an_accumulator_of_no_record_is_refused_where_there_was_one() {
    let number = f64::from(NUMBER).to_le_bytes();
    let varint = [0xAD, 0xB8, 0xEC, 0xD2, 0x07];
    let mean = ([&varint[..], &[1]].concat(), [&varint[..], &[0]].concat());
    let variance = ([&[1], &number[..]].concat(), [&[0], &number[..]].concat());
    let jobs: &[(fn() -> Job, _)] = &[
        (in_tumbling, name()),
        (in_sliding, name()),
        (in_sliding_apart, name()),
        (in_session, name()),
        (in_count, name()),
        (in_count_sliced, name()),
        (in_count_apart, name()),
        (in_triggered, name()),
        (in_triggered_session, name()),
        (in_all, name()),
        (running, name()),
        (at_the_end, name()),
        (first, name()),
        (least, name()),
        (greatest, name()),
        (folded, name()),
        (reduced, lamp()),
        (least_by, lamp()),
        (means, mean),
        (variances, variance),
    ];
    for (number, (job, (filled, empty))) in jobs.iter().enumerate() {
        let file = saved(job());
        restored(job(), &file).expect("it is whole");
        let mut file = file;
        assert!(
            replace(&mut file, filled, empty) > 0,
            "job {number} has kept none"
        );
        let error = restored(job(), &file).expect_err("it cannot be so").to_string();
        assert!(
            error.contains("where there was no record"),
            "job {number}: {error}"
        );
    }
}

#[test]
fn where_a_row_may_not_be_picked_there_may_be_none() {
    let mut file = saved(picked());
    let (filled, empty) = name();
    assert_eq!(replace(&mut file, &filled, &empty), 1);
    restored(picked(), &file).expect("no row may have been picked");
}
