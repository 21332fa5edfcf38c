//! A job that reads files is saved after any record, and goes on after it: in CSV with quotes over several lines, in
//! JSON lines and in plain lines, with bad records between, over several files.

use std::path::PathBuf;

use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite::{Job, Savepoint};
use tempfile::TempDir;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    id: u32,
    text: String,
}

pipeline!(
    fn notes(notes: Source<Note>, out: Sink<Note>) {
        notes.to(out);
    }

    fn lines(lines: Source<String>, out: Sink<String>) {
        lines.to(out);
    }
);

#[expect(clippy::disallowed_methods, reason = "a test prepares its own files")]
fn files(texts: &[&str]) -> (TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let paths = texts.iter().enumerate().map(|(number, text)| {
        let path = folder.path().join(format!("{number}.txt"));
        std::fs::write(&path, text).expect("there is room for a file");
        path
    });
    let paths = paths.collect();
    (folder, paths)
}

/// Runs a job once, and once with a break after every step; returns what came and how many records were bad.
fn run<T: Clone + Send + 'static>(job: impl Fn(CollectionSink<T>) -> Job) -> [(Vec<T>, u64); 2] {
    let (sink, got) = CollectionSink::new();
    let report = job(sink)
        .turn_size(1)
        .batch_size(1)
        .run()
        .expect("nothing goes wrong");
    let whole = (got.take(), report.skipped());

    let (mut out, mut saved) = (Vec::new(), None::<Savepoint>);
    loop {
        let (sink, got) = CollectionSink::new();
        let next = job(sink).turn_size(1).batch_size(1);
        let mut running = match &saved {
            Some(saved) => next.restore(saved).start(),
            None => next.start(),
        }
        .expect("it can be started");
        let ended = running.step().expect("nothing goes wrong") == ReadStatus::End;
        saved = Some(running.savepoint().expect("it can be saved"));
        out.extend(got.take());
        if ended {
            let report = running.finish().expect("nothing goes wrong");
            return [whole, (out, report.skipped())];
        }
    }
}

#[test]
fn csv_goes_on_behind_the_last_record() {
    let first = "id,text\n1,a\n2,\"b\nc \"\"d\"\", e\"\nx,bad\n3,\"\"\n\n4,f";
    let second = "text,id\r\n\"g\r\nh\",5\r\nonly one\r\ni,6\r\n";
    let (_folder, paths) = files(&[first, second, "id,text\n", ""]);
    let open = || {
        CsvSource::<Note>::open_all(&paths)
            .expect("they are there")
            .on_error(Skip)
    };
    let [whole, broken] = run(|out| notes(open(), out));
    assert_eq!((whole.0.len(), whole.1), (6, 2));
    assert_eq!(broken, whole);
}

#[test]
fn json_goes_on_behind_the_last_record() {
    let first =
        "{\"id\":1,\"text\":\"a\"}\n\n{\"id\":2,\"text\":\"b\\nc\"}\nnonsense\n{\"id\":3,\"text\":\"d\"}";
    let second = "\u{feff}{\"id\":4,\"text\":\"e\"}\r\n{}\r\n{\"id\":5,\"text\":\"f\"}\r\n";
    let (_folder, paths) = files(&[first, second]);
    let open = || {
        JsonSource::<Note>::open_all(&paths)
            .expect("they are there")
            .on_error(Skip)
    };
    let [whole, broken] = run(|out| notes(open(), out));
    assert_eq!((whole.0.len(), whole.1), (5, 2));
    assert_eq!(broken, whole);
}

#[test]
fn lines_go_on_behind_the_last_line() {
    let (folder, _paths) = files(&["\u{feff}a\nb\n\nc", "d\r\ne\r\n"]);
    let pattern = folder.path().join("*.txt").display().to_string();
    let [whole, broken] = run(|out| lines(LinesSource::glob(&pattern).expect("they are there"), out));
    let mut sorted = whole.0.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["", "a", "b", "c", "d", "e"]);
    assert_eq!(broken, whole);
}

#[test]
fn a_pattern_that_matches_nothing_says_so() {
    let error = LinesSource::glob("/nowhere/*.none").expect_err("there is nothing");
    assert_eq!(
        error.to_string(),
        "the pattern `/nowhere/*.none`: no file matches; check the pattern; relative ones start at the working directory"
    );
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads its own files")]
fn what_is_saved_is_written() {
    let (folder, paths) = files(&["id,text\n1,a\n2,b\n3,c\n"]);
    let path = folder.path().join("out.jsonl");
    let source = CsvSource::open(&paths[0]).expect("it is there");
    let sink = JsonSink::create(&path).expect("there is room");
    let mut job = notes(source, sink).batch_size(2).start().expect("it starts");
    job.step().expect("nothing goes wrong");
    let saved = job.savepoint().expect("it can be saved");
    let written = std::fs::read_to_string(&path).expect("it was created");
    assert_eq!(
        written.lines().count(),
        2,
        "a sink writes out before the barrier has passed"
    );
    drop(job);

    let source = CsvSource::open(&paths[0]).expect("it is there");
    let sink = JsonSink::append(&path).expect("it is there");
    let mut job = notes(source, sink).restore(&saved).start().expect("it starts");
    while job.step().expect("nothing goes wrong") != ReadStatus::End {}
    job.finish().expect("nothing goes wrong");
    let written = std::fs::read_to_string(&path).expect("it is there");
    assert_eq!(
        written,
        "{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"text\":\"b\"}\n{\"id\":3,\"text\":\"c\"}\n"
    );
}

#[test]
fn a_bad_record_has_its_line_after_several_breaks() {
    let (_folder, paths) = files(&["id,text\n1,a\n2,\"b\nb\"\n3,c\nx,d\n"]);
    let mut saved = None::<Savepoint>;
    for _ in 0..3 {
        let source = CsvSource::open(&paths[0]).expect("it is there");
        let next = notes(source, NullSink).batch_size(1);
        let mut job = match &saved {
            Some(saved) => next.restore(saved).start(),
            None => next.start(),
        }
        .expect("it starts");
        job.step().expect("the first three are good");
        saved = Some(job.savepoint().expect("it can be saved"));
    }
    let source = CsvSource::open(&paths[0]).expect("it is there");
    let mut job = notes(source, NullSink)
        .restore(&saved.expect("it was saved"))
        .start()
        .expect("it starts");
    let error = job.step().expect_err("the fourth is bad").to_string();
    assert!(error.contains("0.txt:6: column `id`"), "{error}");
}

/// A run is so many records, whatever bad ones stand between them and however many are read at once.
#[test]
fn bad_records_change_no_turn() {
    let good =
        |file: u32, from: u32| (from..from + 7).map(move |n| format!("{{\"id\":{n},\"text\":\"{file}\"}}\n"));
    let texts: Vec<String> = (0..3)
        .map(|file| {
            let bad = "bad\n".repeat(11 * file as usize + 3);
            let before: String = good(file, 0).collect();
            let after: String = good(file, 7).collect();
            format!("{bad}{before}{bad}{after}{bad}")
        })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (_folder, paths) = files(&texts);
    let job = |out| {
        let source = JsonSource::<Note>::open_all(&paths)
            .expect("they are there")
            .on_error(Skip);
        notes(source, out).turn_size(5)
    };
    let mut whole = None;
    for batch in [1, 2, 3, 5, 100] {
        let (out, got) = CollectionSink::new();
        let report = job(out).batch_size(batch).run().expect("bad records are skipped");
        assert_eq!((report.skipped(), report.records_read()), (3 * (3 + 14 + 25), 42));
        let rows = got.take();
        assert_eq!(*whole.get_or_insert(rows.clone()), rows, "batches of {batch}");
        // With a break after each step.
        let (mut rows, mut saved) = (Vec::new(), None::<Savepoint>);
        loop {
            let (out, got) = CollectionSink::new();
            let next = job(out).batch_size(batch);
            let next = match &saved {
                Some(saved) => next.restore(saved),
                None => next,
            };
            let mut running = next.start().expect("it starts");
            let ended = running.step().expect("nothing goes wrong") == ReadStatus::End;
            saved = Some(running.savepoint().expect("it can be saved"));
            rows.extend(got.take());
            if ended {
                break;
            }
        }
        assert_eq!(whole, Some(rows), "batches of {batch}, with breaks");
    }
}

/// The record that a restored job reads first is not the first of the file.
#[test]
fn a_strict_source_that_goes_on_takes_a_bad_record_as_any() {
    let (_folder, paths) = files(&["id,text\n1,a\nx,bad\n2,b\n"]);
    let csv = |out| {
        let source = CsvSource::open(&paths[0]).expect("it is there");
        notes(source.strict().on_error(Skip), out)
    };
    let (_other, lines) = files(&["{\"id\":1,\"text\":\"a\"}\n{\"bad\":1}\n{\"id\":2,\"text\":\"b\"}\n"]);
    let json = |out| {
        let source = JsonSource::open(&lines[0]).expect("it is there");
        notes(source.strict().on_error(Skip), out)
    };
    for [whole, broken] in [run(csv), run(json)] {
        assert_eq!(whole.0.len(), 2);
        assert_eq!(broken, whole);
    }
}
