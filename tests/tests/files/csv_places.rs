//! A CSV file that is read on from any place in it, and types whose code sees no made-up values.

use serde::{Deserialize, Deserializer, Serialize};
use streamlite::Job;
use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite_tests::Folder;

type One = (Option<String>,);

pipeline!(
    fn copied(fields: Source<One>, out: Sink<One>) {
        fields.map(|field| field).to(out);
    }
);

/// The records of a file that is saved after each of them, and read on by another job each time.
fn in_steps(open: impl Fn() -> CsvSource<One>) -> Vec<One> {
    let (mut all, mut savepoint) = (Vec::new(), None);
    loop {
        let (out, seen) = CollectionSink::new();
        let job: Job = copied(open(), out).batch_size(1);
        let job = match &savepoint {
            Some(savepoint) => job.restore(savepoint),
            None => job,
        };
        let mut job = job.start().expect("it goes on");
        let status = job.step().expect("it can be read");
        savepoint = Some(job.savepoint().expect("it can be saved"));
        drop(job);
        all.extend(seen.take());
        if status == ReadStatus::End {
            return all;
        }
    }
}

#[test]
fn a_file_of_one_column_goes_on_after_each_line_whatever_ends_it() {
    let folder = Folder::new();
    for end in ["\n", "\r\n", "\r"] {
        let lines = ["field", "a", "", "\"b\"", "\"not\" closed", "c", "", "", "d"];
        let path = folder.write("in.csv", lines.join(end));
        let open = || CsvSource::open(&path).expect("it is there").on_error(Skip);
        let whole = pipeline!(from(open())).collect().expect("it can be read");
        let some = |text: &str| (Some(text.to_owned()),);
        let expected = [
            some("a"),
            (None,),
            some("b"),
            some("c"),
            (None,),
            (None,),
            some("d"),
        ];
        assert_eq!(whole, expected, "{end:?}");
        assert_eq!(in_steps(open), expected, "{end:?}");
    }
}

#[test]
fn a_long_record_is_left_out_whole_and_an_open_quote_leaves_out_its_line() {
    let folder = Folder::new();
    // Longer than what is read at once, so that their ends are not in sight.
    let long = "x\n".repeat(200_000);
    let path = folder.write("in.csv", format!("field\n\"{long}\"\nb\n\"c\nd\n"));
    let source = CsvSource::<One>::open(&path)
        .expect("it is there")
        .max_record_bytes(1_000_000);
    let read = pipeline!(from(source.on_error(Skip)))
        .collect()
        .expect("it can be read");
    assert_eq!(read.len(), 3, "the long one, `b` and `d`");
    let source = CsvSource::<One>::open(&path)
        .expect("it is there")
        .max_record_bytes(1000);
    let read = pipeline!(from(source.on_error(Skip)))
        .collect()
        .expect("it can be read");
    assert_eq!(
        read.len(),
        200_001,
        "its lines but the first and the last, `b` and `d`"
    );
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Inner {
    #[serde(deserialize_with = "positive")]
    temp: f64,
}

fn positive<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    match f64::deserialize(from)? {
        temp if temp < 0.0 => Err(serde::de::Error::missing_field("temp")),
        temp => Ok(temp),
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Outer {
    id: u32,
    #[serde(flatten)]
    inner: Inner,
}

#[test]
fn what_a_flattened_field_says_of_a_column_that_is_there_is_about_the_record() {
    let folder = Folder::new();
    let path = folder.write("in.csv", "id,temp\n1,-1\n2,2\n");
    let source = CsvSource::<Outer>::open(path)
        .expect("it is there")
        .on_error(Skip);
    let read = pipeline!(from(source)).collect().expect("the header is right");
    assert_eq!(
        read,
        [Outer {
            id: 2,
            inner: Inner { temp: 2.0 }
        }]
    );
}

#[derive(Debug, Deserialize)]
struct Raw {
    day: String,
    #[serde(alias = "n")]
    number: u32,
}

#[derive(Debug, Deserialize)]
#[serde(from = "Raw")]
struct Day(
    #[expect(dead_code, reason = "it is made, or not")] u32,
    #[expect(dead_code, reason = "it is made, or not")] u32,
);

impl From<Raw> for Day {
    fn from(raw: Raw) -> Self {
        Day(raw.day.parse().expect("a day is a number"), raw.number)
    }
}

#[test]
fn nothing_is_made_of_a_header_that_has_all_fields() {
    #[derive(Debug, Deserialize)]
    #[serde(from = "Plain")]
    struct Checked;
    #[derive(Debug, Deserialize)]
    struct Plain {
        day: String,
    }
    impl From<Plain> for Checked {
        fn from(plain: Plain) -> Self {
            assert!(!plain.day.is_empty(), "no day is empty");
            Checked
        }
    }
    let folder = Folder::new();
    let source = CsvSource::<Checked>::open(folder.write("in.csv", "day,x\n")).expect("it is there");
    assert!(
        pipeline!(from(source))
            .collect()
            .expect("its header is right")
            .is_empty()
    );
    let source = CsvSource::<Day>::open(folder.write("days.csv", "day,n\n3,1\n")).expect("it is there");
    assert_eq!(
        pipeline!(from(source)).collect().expect("it can be read").len(),
        1
    );
    // Its conversion panics where nobody has written anything, which is no error of the file.
    let source = CsvSource::<Day>::open(folder.write("none.csv", "day,n\n")).expect("it is there");
    assert!(
        pipeline!(from(source))
            .collect()
            .expect("it has no records")
            .is_empty()
    );
}
