//! Any operation on a file fails, in any way: the job ends with an error that names the file, or with the whole output;
//! a file holds whole records at any time.

use streamlite::prelude::*;
use streamlite::{Job, Report};
use streamlite_tests::faulty::{Fault, FaultyFs};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    id: u32,
    text: String,
}

pipeline!(
    fn notes(notes: Source<Note>, out: Sink<Note>) {
        notes.filter(|note| note.id != 4).to(out);
    }

    fn lines(lines: Source<String>, out: Sink<String>) {
        lines.to(out);
    }
);

const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const EACCES: i32 = 13;
const EINTR: i32 = 4;

/// The files of a test: one that is read, and one that is appended to.
fn files(text: &str, there: &str, fault: Option<Fault>) -> FaultyFs {
    FaultyFs::new(&[("in", text), ("there", there)], fault)
}

/// Whether a text ends where a record does: no quote is open.
fn ends_a_record(text: &str) -> bool {
    text.ends_with('\n') && text.matches('"').count().is_multiple_of(2)
}

/// Tries a job with each operation failing in each way; returns how many tries failed.
fn try_all(
    files: impl Fn(Option<Fault>) -> FaultyFs,
    out: &str,
    job: impl Fn(&FaultyFs) -> streamlite::Result<Job>,
) -> usize {
    let run = |fs: &FaultyFs| -> streamlite::Result<Report> { job(fs)?.batch_size(2).run() };
    let whole = files(None);
    run(&whole).expect("nothing fails");
    let before = files(None).text(out).unwrap_or_default();
    let whole = whole.text(out).expect("it was written");
    let (mut errors, mut at) = (0, 0);
    loop {
        let mut is_past_the_end = true;
        for errno in [EIO, ENOSPC, EACCES, EINTR] {
            for (lasts, half) in [(false, false), (false, true), (true, false), (true, true)] {
                if errno == EINTR && lasts {
                    continue;
                }
                let fs = files(Some(Fault {
                    at,
                    errno,
                    lasts,
                    half,
                }));
                let done = run(&fs);
                let faults = fs.faults();
                is_past_the_end &= faults == 0;
                let text = fs.text(out).unwrap_or_default();
                match done {
                    Ok(_) => assert_eq!(
                        text, whole,
                        "operation {at} with error {errno}: an end without all records"
                    ),
                    Err(error) => {
                        errors += 1;
                        let error = error.to_string();
                        assert!(faults > 0, "{error}");
                        assert!(
                            error.contains("in:") || error.contains("there:") || error.contains("out:"),
                            "{error}"
                        );
                        // If the fault lasts, what was written in part cannot be taken back.
                        let is_whole = text.is_empty()
                            || text == before
                            || whole.starts_with(&text) && (ends_a_record(&text) || lasts);
                        assert!(
                            is_whole,
                            "operation {at} with error {errno} leaves half a record: {text:?}"
                        );
                    }
                }
            }
        }
        if is_past_the_end {
            return errors;
        }
        at += 1;
    }
}

#[test]
fn any_operation_of_a_job_may_fail() {
    let csv: String = (0..12)
        .map(|id| format!("{id},\"note {id},\nof two lines\"\n"))
        .collect();
    let csv = format!("id,text\n{csv}");
    let csv_to_csv = try_all(
        |fault| files(&csv, "", fault),
        "out",
        |fs| {
            let source = CsvSource::open_in(fs.clone(), ["in"])?;
            Ok(notes(source, CsvSink::create_in(fs.clone(), "out")?))
        },
    );
    let appended = try_all(
        |fault| files(&csv, "id,text\n99,there", fault),
        "there",
        |fs| {
            let source = CsvSource::open_in(fs.clone(), ["in"])?;
            Ok(notes(source, CsvSink::append_in(fs.clone(), "there")?))
        },
    );
    let json: String = (0..12)
        .map(|id| format!("{{\"id\":{id},\"text\":\"note\"}}\n"))
        .collect();
    let json_to_json = try_all(
        |fault| files(&json, "", fault),
        "out",
        |fs| {
            let source = JsonSource::open_in(fs.clone(), ["in"])?;
            Ok(notes(source, JsonSink::create_in(fs.clone(), "out")?))
        },
    );
    let text: String = (0..12).map(|id| format!("line {id}\n")).collect();
    let lines_to_lines = try_all(
        |fault| files(&text, "", fault),
        "out",
        |fs| {
            let source = LinesSource::open_in(fs.clone(), ["in"])?;
            Ok(lines(source, LinesSink::create_in(fs.clone(), "out")?))
        },
    );
    for errors in [csv_to_csv, appended, json_to_json, lines_to_lines] {
        assert!(errors > 100, "only {errors} faults were seen");
    }
}

#[test]
fn a_reader_and_a_writer_that_are_interrupted_go_on() {
    let text: String = (0..100).map(|id| format!("line {id}\n")).collect();
    for at in 0..400 {
        let fault = Fault {
            at,
            errno: EINTR,
            lasts: false,
            half: false,
        };
        let fs = files(&text, "", Some(fault));
        let source = LinesSource::open_in(fs.clone(), ["in"]);
        let sink = LinesSink::create_in(fs.clone(), "out");
        let (Ok(source), Ok(sink)) = (source, sink) else {
            continue;
        };
        if let Err(error) = lines(source, sink).run() {
            let doing = error.to_string();
            assert!(
                !doing.starts_with("reading") && !doing.starts_with("writing"),
                "{doing}"
            );
        }
    }
}

#[test]
fn what_was_written_before_a_fault_is_kept_and_appended_to() {
    let text: String = (0..40).map(|id| format!("line {id}\n")).collect();
    let mut kept = 0;
    for at in 10..60 {
        let fault = Fault {
            at,
            errno: ENOSPC,
            lasts: false,
            half: true,
        };
        let fs = files(&text, "", Some(fault));
        let run = || -> streamlite::Result<Report> {
            let source = LinesSource::open_in(fs.clone(), ["in"])?;
            lines(source, LinesSink::append_in(fs.clone(), "out")?)
                .batch_size(1)
                .run()
        };
        if run().is_ok() {
            continue;
        }
        let before = fs.text("out").unwrap_or_default();
        kept += usize::from(!before.is_empty());
        fs.mend();
        run().expect("nothing fails any more");
        assert_eq!(fs.text("out").expect("it is there"), before + &text);
    }
    assert!(kept > 5, "only {kept} faults came after a record was written");
}

/// Cannot be written as JSON after its first field.
#[derive(Clone, Debug)]
struct Half(u32);

impl Serialize for Half {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::{Error, SerializeStruct};
        let mut fields = serializer.serialize_struct("Half", 2)?;
        fields.serialize_field("id", &self.0)?;
        if self.0 == 2 {
            // More than any buffer before the file holds.
            fields.serialize_field("text", &"x".repeat(100_000))?;
            return Err(S::Error::custom("the second cannot be written"));
        }
        fields.serialize_field("text", "whole")?;
        fields.end()
    }
}

#[test]
fn a_record_that_cannot_be_encoded_leaves_nothing_behind() {
    pipeline!(
        fn halves(halves: Source<Half>, out: Sink<Half>) {
            halves.to(out);
        }
    );
    let source = || CollectionSource::new([1, 2, 3].map(Half));
    let fs = FaultyFs::new(&[], None);
    let sink = JsonSink::create_in(fs.clone(), "out").expect("it can be made");
    let error = halves(source(), sink).run().expect_err("the second fails");
    assert_eq!(error.to_string(), "writing to out: the second cannot be written");
    assert_eq!(fs.text("out").as_deref(), Some("{\"id\":1,\"text\":\"whole\"}\n"));
    let sink = CsvSink::create_in(fs.clone(), "out").expect("it can be made");
    halves(source(), sink).run().expect_err("the second fails");
    assert_eq!(fs.text("out").as_deref(), Some("id,text\n1,whole\n"));
}
