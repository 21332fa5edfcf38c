//! A job that reads files goes on in the file that it read, after what it read, or is refused; what was written stays.

use std::path::Path;

use streamlite::prelude::*;
use streamlite::{Job, Savepoint};
use streamlite_tests::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    a: u32,
    b: u32,
}

pipeline!(
    fn copied(lines: Source<String>, out: Sink<String>) {
        lines.to(out);
    }

    fn rows(rows: Source<Row>, out: Sink<Row>) {
        rows.to(out);
    }

    fn counted(lines: Source<String>, out: Sink<u64>) {
        lines
            .event_time(|line| line.len() as i64)
            .window(tumbling(10ms))
            .aggregate(|_window, rows| rows.count())
            .to(out);
    }

    fn final_count(lines: Source<String>, out: Sink<u64>) {
        lines.count().to(out);
    }

    fn running_count(lines: Source<String>, out: Sink<u64>) {
        lines.running().count().to(out);
    }
);

fn lines(path: &Path) -> LinesSource {
    LinesSource::open(path).expect("it is there")
}

/// A savepoint of a job on a file, after so many steps.
fn saved(job: Job, steps: usize) -> Savepoint {
    let mut job = job.batch_size(1).start().expect("it starts");
    for _ in 0..steps {
        job.step().expect("nothing goes wrong");
    }
    job.savepoint().expect("it can be saved")
}

#[test]
fn a_job_goes_on_in_the_file_that_it_read_alone() {
    let folder = Folder::new();
    let text = "aa\nbb\ncc\ndd\nee\n";
    let path = folder.write("in.txt", text);
    let savepoint = saved(copied(lines(&path), NullSink), 3);
    let restored = |text: &str| {
        folder.write("in.txt", text);
        let (out, got) = CollectionSink::new();
        let job = copied(lines(&path), out).restore(&savepoint);
        job.run().map(|_| got.take()).map_err(|error| error.to_string())
    };
    assert_eq!(restored(text).expect("it is the file"), ["dd", "ee"]);
    assert_eq!(
        restored("aa\nbb\ncc\ndd\nee\nff\n").expect("it has grown"),
        ["dd", "ee", "ff"]
    );
    assert_eq!(
        restored("aa\nbb\ncc\nother\n").expect("only what was read counts"),
        ["other"]
    );
    for other in ["x\naaaaaaaaaaa\nbbb\n", "aa\nbx\ncc\ndd\nee\n", "aa\nbb\nc\n"] {
        let error = restored(other).expect_err("it is another file");
        assert!(
            error.contains("is not the file that was read: its first 9 bytes")
                || error.contains("it has 8 bytes now, and 9"),
            "{error}"
        );
    }
    for shorter in ["", "aa\n"] {
        let error = restored(shorter).expect_err("it has shrunk");
        assert!(error.contains("and 9 were read of it"), "{error}");
    }
    // A long file, whose place lies in the middle of what was read ahead.
    let long: String = (0..50_000).map(|n| format!("line {n}\n")).collect();
    folder.write("in.txt", &long);
    let savepoint = saved(copied(lines(&path), NullSink), 20_000);
    let (out, got) = CollectionSink::new();
    copied(lines(&path), out)
        .restore(&savepoint)
        .run()
        .expect("it is the file");
    assert_eq!(got.take().first().map(String::as_str), Some("line 20000"));
    folder.write("in.txt", long.replacen("line 77\n", "line 78\n", 1));
    let error = folder.refused(copied(lines(&path), NullSink).restore(&savepoint));
    assert!(error.contains("DIR/in.txt` is not the file"), "{error}");
}

#[test]
fn a_position_in_one_format_means_nothing_to_another() {
    let folder = Folder::new();
    let path = folder.write("in.txt", "{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":4}\n");
    let savepoint = saved(rows(JsonSource::open(&path).expect("it is there"), NullSink), 1);
    let csv = CsvSource::<Row>::open(&path)
        .expect("it is there")
        .without_header();
    let error = folder.refused(rows(csv, NullSink).restore(&savepoint));
    assert!(
        error.contains("`FileSource<Json>`") && error.contains("`FileSource<Csv>`"),
        "{error}"
    );
}

#[test]
fn what_a_file_has_grown_by_is_read_after_a_restore() {
    let folder = Folder::new();
    let path = folder.write("in.txt", "aa\nbb\n");
    let savepoint = saved(running_count(lines(&path), NullSink), 4);
    let grown = |text: &str| {
        folder.write("in.txt", text);
        let (out, got) = CollectionSink::new();
        let job = running_count(lines(&path), out).restore(&savepoint);
        job.run().map(|_| got.take()).map_err(|error| error.to_string())
    };
    assert_eq!(grown("aa\nbb\n").expect("it is the same"), [0; 0]);
    assert_eq!(grown("aa\nbb\ncc\ndd").expect("it has grown"), [3, 4]);
    assert!(
        grown("aa\n")
            .expect_err("it has shrunk")
            .contains("3 bytes now, and 6")
    );
    assert!(
        grown("aa\nbx\ncc\n")
            .expect_err("it is another")
            .contains("its first 6 bytes")
    );
    folder.write("in.txt", "aa\nbb");
    let savepoint = saved(running_count(lines(&path), NullSink), 4);
    let grown = |text: &str| {
        folder.write("in.txt", text);
        let (out, got) = CollectionSink::new();
        let job = running_count(lines(&path), out).restore(&savepoint);
        job.run().map(|_| got.take()).map_err(|error| error.to_string())
    };
    assert_eq!(grown("aa\nbb\n").expect("its last line has its end now"), [0; 0]);
    assert_eq!(grown("aa\nbb\r\ncc\n").expect("it has grown"), [3]);
    assert!(
        grown("aa\nbbb\n")
            .expect_err("its last line was another")
            .contains("its last line had no end")
    );
}

#[test]
fn csv_goes_on_in_a_file_that_has_grown() {
    let folder = Folder::new();
    for end in ["\n", "\r\n", ""] {
        let path = folder.write("in.csv", format!("a,b\n1,2\n3,4{end}"));
        let source = || CsvSource::<Row>::open(folder.path("in.csv")).expect("it is there");
        let savepoint = saved(rows(source(), NullSink), 4);
        let added = if end.is_empty() { "\n5,6\n" } else { "5,6\n" };
        folder.write("in.csv", format!("a,b\n1,2\n3,4{end}{added}"));
        let (out, got) = CollectionSink::new();
        let report = rows(source(), out)
            .restore(&savepoint)
            .run()
            .expect("it has grown");
        assert_eq!((got.take(), report.records_read()), (vec![Row { a: 5, b: 6 }], 3));
        folder.write("in.csv", format!("b,a\n1,2\n3,4{end}{added}"));
        let error = folder.refused(rows(source(), NullSink).restore(&savepoint));
        assert!(error.contains("is not the file that was read"), "{error}");
        assert!(path.exists());
    }
}

#[test]
fn a_file_that_has_grown_after_the_end_does_not_reach_closed_windows() {
    let folder = Folder::new();
    let path = folder.write("in.txt", "a\nb\n");
    for job in [counted, final_count] as [fn(LinesSource, CollectionSink<u64>) -> Job; 2] {
        folder.write("in.txt", "a\nb\n");
        let (out, got) = CollectionSink::new();
        let savepoint = saved(job(lines(&path), out), 4);
        assert_eq!(got.take(), [2]);
        let (out, got) = CollectionSink::new();
        job(lines(&path), out)
            .restore(&savepoint)
            .run()
            .expect("it is the same");
        assert_eq!(got.take(), [0; 0]);
        folder.write("in.txt", "a\nb\nc\n");
        let (out, _) = CollectionSink::new();
        let error = folder.refused(job(lines(&path), out).restore(&savepoint));
        assert!(
            error.contains("the input of `out` had ended")
                || error.contains("the input of `out#1` had ended"),
            "{error}"
        );
    }
}

pipeline!(
    fn united_counts(lines: Source<String>, others: Source<String>, out: Sink<(i64, u64)>) {
        let lines = lines.event_time(|line| line.len() as i64);
        union(lines, others.event_time(|line| line.len() as i64))
            .window(tumbling(10ms))
            .aggregate(|window, rows| (window.start.as_millis(), rows.count()))
            .to(out);
    }

    fn counts_of_all(lines: Source<String>, out: Sink<(i64, u64)>) {
        lines
            .event_time(|line| line.len() as i64)
            .window(tumbling(10ms))
            .aggregate(|window, rows| (window.start.as_millis(), rows.count()))
            .to(out);
    }
);

/// Lines of these lengths.
fn of_lengths(lengths: &[(usize, usize)]) -> String {
    let lines = lengths
        .iter()
        .map(|(length, times)| format!("{}\n", "x".repeat(*length)).repeat(*times));
    lines.collect()
}

#[test]
fn one_of_two_files_that_had_ended_holds_the_watermark_back_again() {
    let folder = Folder::new();
    let paths = ["0.txt", "1.txt"].map(|name| folder.path(name));
    let of_one_source = |out| counts_of_all(LinesSource::open_all(&paths).expect("they are there"), out);
    let of_two = |out| united_counts(lines(&paths[0]), lines(&paths[1]), out);
    let jobs: [&dyn Fn(CollectionSink<(i64, u64)>) -> Job; 2] = [&of_one_source, &of_two];
    for job in jobs {
        folder.write("0.txt", of_lengths(&[(1, 1), (2, 1)]));
        folder.write("1.txt", of_lengths(&[(16, 10), (25, 20)]));
        let (out, got) = CollectionSink::new();
        let mut first = job(out).turn_size(10).batch_size(10).start().expect("it starts");
        for _ in 0..2 {
            first.step().expect("nothing goes wrong");
        }
        let savepoint = first.savepoint().expect("it can be saved");
        assert_eq!(
            got.take(),
            [(0, 2)],
            "the first has ended, and the second has come to 16"
        );
        folder.write("0.txt", of_lengths(&[(1, 1), (2, 1), (16, 10), (17, 10)]));
        let (out, got) = CollectionSink::new();
        let again = job(out).turn_size(10).batch_size(10).restore(&savepoint);
        let report = again.run().expect("it has grown");
        assert_eq!(got.take(), [(10, 30), (20, 20)], "the second waits for the first");
        assert_eq!((report.records_read(), report.late()), (52, 0));
    }
}

#[test]
fn a_job_that_is_restored_keeps_what_was_written_and_one_that_is_refused_touches_nothing() {
    let folder = Folder::new();
    let path = folder.write("in.csv", "a,b\n1,2\nx\n3,4\n5,6\n");
    let job = || {
        let bad = CsvSink::create(folder.path("bad.csv")).expect("it can be made");
        let source = CsvSource::<Row>::open(&path)
            .expect("it is there")
            .on_error(Route(bad));
        rows(
            source,
            CsvSink::create(folder.path("out.csv")).expect("it can be made"),
        )
    };
    let savepoint = saved(job(), 3);
    let (out, bad) = (folder.read("out.csv"), folder.read("bad.csv"));
    assert_eq!(out, "a,b\n1,2\n3,4\n");
    assert_eq!(bad.lines().count(), 2, "a header and a record");
    let text = folder.read("in.csv");
    folder.write("in.csv", "a,b\n9,9\n");
    let error = folder.refused(job().restore(&savepoint));
    assert!(error.contains("is not the file that was read"), "{error}");
    let other = saved(copied(lines(&path), NullSink), 1);
    let error = folder.refused(job().restore(&other));
    assert!(error.contains("it was saved by the pipeline `copied`"), "{error}");
    assert_eq!(
        (folder.read("out.csv"), folder.read("bad.csv")),
        (out, bad.clone()),
        "nothing was touched"
    );
    folder.write("in.csv", &text);
    job().restore(&savepoint).run().expect("it goes on");
    assert_eq!(folder.read("out.csv"), "a,b\n1,2\n3,4\n5,6\n");
    assert_eq!(folder.read("bad.csv"), bad);
    // What operators refuse, too.
    let text = folder.write("lines.txt", "a\nb\n");
    let count = |name: &str| {
        let sink = LinesSink::create(folder.path(name)).expect("it can be made");
        pipeline!(
            fn counted_lines(lines: Source<String>, out: Sink<u64>) {
                lines.count().to(out);
            }
        );
        counted_lines(lines(&text), sink)
    };
    let savepoint = saved(count("count.txt"), 4);
    assert_eq!(folder.read("count.txt"), "2\n");
    folder.write("lines.txt", "a\nb\nc\n");
    let error = folder.refused(count("count.txt").restore(&savepoint));
    assert!(error.contains("had ended"), "{error}");
    assert_eq!(folder.read("count.txt"), "2\n", "nothing was touched");
}
