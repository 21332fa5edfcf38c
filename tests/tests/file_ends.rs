//! Files that could hurt each other, and files that are none: no two ends of a job on one file, nothing emptied before the
//! job starts, each file once, pipes.

use std::fs;
use std::path::{Path, PathBuf};

use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite::{Job, Savepoint};
use tempfile::TempDir;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    a: u32,
    b: u32,
}

pipeline!(
    fn copied(lines: Source<String>, out: Sink<String>) {
        lines.to(out);
    }

    fn copied_twice(lines: Source<String>, out: Sink<String>, again: Sink<String>) {
        lines.to(out);
        lines.to(again);
    }

    fn united(lines: Source<String>, others: Source<String>, out: Sink<String>) {
        union(lines, others).to(out);
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

/// A folder that is gone when the test is over.
struct Folder(TempDir);

#[expect(
    clippy::disallowed_methods,
    reason = "a test prepares and reads its own files"
)]
impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("there is room for a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).expect("there is room for a file");
        self.path(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file is there")
    }

    /// Why a job does not start, without the folder's own name.
    fn refused(&self, job: Job) -> String {
        let error = job.run().expect_err("it must be refused").to_string();
        error.replace(&self.0.path().display().to_string(), "DIR")
    }
}

fn lines(path: &Path) -> LinesSource {
    LinesSource::open(path).expect("it is there")
}

#[test]
fn a_file_is_not_read_and_written_by_one_job() {
    let folder = Folder::new();
    let path = folder.write("in.txt", "1\n2\n");
    let linked = folder.path("link.txt");
    std::os::unix::fs::symlink(&path, &linked).expect("there is room for a link");
    let hard = folder.path("hard.txt");
    fs::hard_link(&path, &hard).expect("there is room for a link");
    for written in [&path, &linked, &hard] {
        for append in [false, true] {
            let sink = if append {
                LinesSink::append(written)
            } else {
                LinesSink::create(written)
            };
            let error = folder.refused(copied(lines(&path), sink.expect("it can be made")));
            assert!(
                error.starts_with("the file `DIR/in.txt`: it is used by source `lines` and by sink `out`"),
                "{error}"
            );
            assert_eq!(folder.read("in.txt"), "1\n2\n", "nothing was touched");
        }
    }
    let sink = CsvSink::append(&path).expect("it can be made");
    let routed = LinesSource::open(&path)
        .expect("it is there")
        .on_error(Route(sink));
    let error = folder.refused(copied(routed, NullSink));
    assert_eq!(
        error,
        "the file `DIR/in.txt`: it is used by the bad records of source `lines` and by source `lines`; give each of them \
         a file of its own"
    );
    let other = folder.write("other.txt", "3\n");
    let routed = LinesSource::open(&path).expect("it is there");
    let routed = routed.on_error(Route(CsvSink::create(&other).expect("it can be made")));
    let error = folder.refused(united(routed, lines(&other), NullSink));
    assert!(error.contains("the bad records of source `lines`"), "{error}");
    assert_eq!(folder.read("other.txt"), "3\n", "nothing was touched");
}

#[test]
fn two_sinks_do_not_write_one_file() {
    let folder = Folder::new();
    let path = folder.write("in.txt", "1\n2\n");
    fs::create_dir(folder.path("sub")).expect("there is room for a folder");
    let dangling = folder.path("dangling.txt");
    std::os::unix::fs::symlink(folder.path("new.txt"), &dangling).expect("there is room for a link");
    let (new, same) = (folder.path("new.txt"), folder.path("sub/../new.txt"));
    for other in [&new, &same, &dangling] {
        let sinks = [&new, other].map(|path| LinesSink::create(path).expect("it can be made"));
        let [first, second] = sinks;
        let error = folder.refused(copied_twice(lines(&path), first, second));
        assert!(
            error.contains("sink `out`") && error.contains("sink `again`"),
            "{error}"
        );
        assert!(!new.exists(), "nothing was made");
    }
    let report = united(lines(&path), lines(&path), NullSink)
        .run()
        .expect("two may read it");
    assert_eq!(report.records_read(), 4);
    let nulls = [0, 1].map(|_| LinesSink::create("/dev/null").expect("it is there"));
    let [first, second] = nulls;
    copied_twice(lines(&path), first, second)
        .run()
        .expect("it is no file");
}

#[test]
fn a_sink_empties_its_file_when_the_job_starts() {
    let folder = Folder::new();
    let path = folder.write("out.txt", "old\n");
    let sink = LinesSink::create(&path).expect("it can be made");
    assert_eq!(folder.read("out.txt"), "old\n", "no job has run");
    let input = folder.write("in.csv", "a,a\n1,2\n");
    let source = CsvSource::<Row>::open(&input).expect("it is there");
    let error = rows(source, CsvSink::create(&path).expect("it can be made")).run();
    assert!(error.is_err(), "the header names a column twice");
    assert_eq!(folder.read("out.txt"), "old\n", "the source could not be opened");
    let input = folder.write("in.txt", "new\n");
    let job = copied(lines(&input), sink);
    assert_eq!(folder.read("out.txt"), "old\n", "the job has not started");
    job.run().expect("nothing goes wrong");
    assert_eq!(folder.read("out.txt"), "new\n");
    let bad = folder.write("bad.csv", "old\n");
    let routed = LinesSource::open(&input).expect("it is there");
    let routed = routed.on_error(Route(CsvSink::create(&bad).expect("it can be made")));
    copied(routed, NullSink).run().expect("nothing goes wrong");
    assert_eq!(
        folder.read("bad.csv"),
        "",
        "it was emptied although nothing was bad"
    );
}

#[test]
fn csv_is_appended_behind_the_same_header_alone() {
    let folder = Folder::new();
    let row = |a, b| CollectionSource::new([Row { a, b }]);
    let path = folder.write("out.csv", "b,a\n1,2\n");
    let append = || CsvSink::append(folder.path("out.csv")).expect("it can be made");
    assert_eq!(
        folder.refused(rows(row(3, 4), append())),
        "writing to DIR/out.csv: its first line is `b`, `a`, and the records have `a`, `b`; write to another file, or give \
         the records these columns in this order"
    );
    assert_eq!(folder.read("out.csv"), "b,a\n1,2\n");
    folder.write("out.csv", "\u{feff}a,b\n1,2");
    rows(row(3, 4), append()).run().expect("the header is the same");
    rows(row(5, 6), append()).run().expect("the header is the same");
    assert_eq!(folder.read("out.csv"), "\u{feff}a,b\n1,2\n3,4\n5,6\n");
    folder.write("out.csv", "");
    rows(row(3, 4), append()).run().expect("it is empty");
    assert_eq!(folder.read("out.csv"), "a,b\n3,4\n");
    folder.write("out.csv", "b;a\n");
    rows(row(3, 4), append().without_header())
        .run()
        .expect("nobody asks for a header");
    assert_eq!(folder.read("out.csv"), "b;a\n3,4\n");
    assert!(path.exists());
    pipeline!(
        fn pairs(pairs: Source<(u32, u32)>, out: Sink<(u32, u32)>) {
            pairs.to(out);
        }
    );
    pairs(CollectionSource::new([(5, 6)]), append())
        .run()
        .expect("pairs have no header");
    assert_eq!(folder.read("out.csv"), "b;a\n3,4\n5,6\n");
}

#[test]
fn what_is_appended_begins_a_line() {
    let folder = Folder::new();
    let input = folder.write("in.txt", "new\n");
    let path = folder.write("out.txt", "half");
    copied(lines(&input), LinesSink::append(&path).expect("it can be made"))
        .run()
        .expect("nothing goes wrong");
    assert_eq!(folder.read("out.txt"), "half\nnew\n");
}

#[test]
fn each_file_is_read_once() {
    let folder = Folder::new();
    let path = folder.write("a.txt", "1\n");
    let error = LinesSource::open_all([&path, &path]).expect_err("it is named twice");
    assert!(
        error
            .to_string()
            .ends_with("it is named twice; name each file once"),
        "{error}"
    );
    let linked = folder.path("b.txt");
    std::os::unix::fs::symlink(&path, &linked).expect("there is room for a link");
    let error = LinesSource::open_all([&path, &linked]).expect_err("it is named twice");
    assert!(error.to_string().contains("a.txt` as well"), "{error}");
    std::os::unix::fs::symlink(".", folder.path("loop")).expect("there is room for a link");
    let pattern = folder.path("**/*.txt");
    let source = LinesSource::glob(&pattern.display().to_string()).expect("there is one");
    assert_eq!(pipeline!(from(source)).collect().expect("it is read"), ["1"]);
}

#[test]
fn files_whose_names_look_alike_are_told_apart() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new();
    let paths =
        [b"\xff".as_slice(), b"\xfe"].map(|name| folder.0.path().join(std::ffi::OsStr::from_bytes(name)));
    for (number, path) in paths.iter().enumerate() {
        #[expect(clippy::disallowed_methods, reason = "a test prepares its own files")]
        fs::write(path, format!("{number}\n")).expect("there is room for a file");
    }
    let mut read = pipeline!(from(LinesSource::open_all(&paths).expect("they are there")))
        .collect()
        .expect("they are read");
    read.sort_unstable();
    assert_eq!(read, ["0", "1"]);
}

#[test]
fn a_pipe_is_read_and_cannot_be_saved() {
    let folder = Folder::new();
    for name in ["lines", "csv"] {
        let path = folder.path(name);
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.expect("it can be made").success());
        let text = if name == "csv" {
            "a,b\n1,2\n3,4\n\"5,6\n7,8"
        } else {
            "one\ntwo"
        };
        #[expect(clippy::disallowed_methods, reason = "a test writes its own pipe")]
        let writer = std::thread::spawn({
            let path = path.clone();
            move || fs::write(path, text).expect("somebody reads")
        });
        if name == "lines" {
            let (out, got) = CollectionSink::new();
            let mut job = copied(lines(&path), out)
                .batch_size(1)
                .start()
                .expect("it starts");
            assert_eq!(job.step().expect("it reads"), ReadStatus::Ready);
            let error = job.savepoint().expect_err("a pipe is read once").to_string();
            assert!(
                error.contains("it is a pipe") && error.contains("write it to a file"),
                "{error}"
            );
            while job.step().expect("the job itself goes on") != ReadStatus::End {}
            assert_eq!(got.take(), ["one", "two"]);
        } else {
            let source = CsvSource::<Row>::open(&path).expect("it is there").on_error(Skip);
            let rows = pipeline!(from(source)).collect().expect("it is read");
            assert_eq!(rows, [Row { a: 1, b: 2 }, Row { a: 3, b: 4 }, Row { a: 7, b: 8 }]);
        }
        writer.join().expect("it was read to its end");
    }
}

#[test]
fn a_record_may_be_of_any_size() {
    let folder = Folder::new();
    let path = folder.write("in.txt", "one\ntwo\n");
    let source = lines(&path).max_record_bytes(usize::MAX);
    assert_eq!(
        pipeline!(from(source)).collect().expect("it is read"),
        ["one", "two"]
    );
    let path = folder.write("in.csv", "a,b\n1,2\n");
    let source = CsvSource::<Row>::open(&path)
        .expect("it is there")
        .max_record_bytes(usize::MAX);
    assert_eq!(
        pipeline!(from(source)).collect().expect("it is read"),
        [Row { a: 1, b: 2 }]
    );
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
    folder.write("in.txt", &long.replacen("line 77\n", "line 78\n", 1));
    let error = folder.refused(copied(lines(&path), NullSink).restore(&savepoint));
    assert!(error.contains("DIR/in.txt` is not the file"), "{error}");
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
        let path = folder.write("in.csv", &format!("a,b\n1,2\n3,4{end}"));
        let source = || CsvSource::<Row>::open(folder.path("in.csv")).expect("it is there");
        let savepoint = saved(rows(source(), NullSink), 4);
        let added = if end.is_empty() { "\n5,6\n" } else { "5,6\n" };
        folder.write("in.csv", &format!("a,b\n1,2\n3,4{end}{added}"));
        let (out, got) = CollectionSink::new();
        let report = rows(source(), out)
            .restore(&savepoint)
            .run()
            .expect("it has grown");
        assert_eq!((got.take(), report.records_read()), (vec![Row { a: 5, b: 6 }], 3));
        folder.write("in.csv", &format!("b,a\n1,2\n3,4{end}{added}"));
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
        folder.write("0.txt", &of_lengths(&[(1, 1), (2, 1)]));
        folder.write("1.txt", &of_lengths(&[(16, 10), (25, 20)]));
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
        folder.write("0.txt", &of_lengths(&[(1, 1), (2, 1), (16, 10), (17, 10)]));
        let (out, got) = CollectionSink::new();
        let again = job(out).turn_size(10).batch_size(10).restore(&savepoint);
        let report = again.run().expect("it has grown");
        assert_eq!(got.take(), [(10, 30), (20, 20)], "the second waits for the first");
        assert_eq!((report.records_read(), report.late()), (52, 0));
    }
}

/// 3,000 files of which each is one partition: what happens once a file and a turn must not look at all of them.
#[test]
fn many_files_are_read_by_turns_in_the_order_of_their_names() {
    let folder = Folder::new();
    for number in 0..3_000 {
        folder.write(&format!("{number:04}.txt"), &format!("{number}\n"));
    }
    let source = LinesSource::glob(&folder.path("*.txt").display().to_string()).expect("they are there");
    let (out, got) = CollectionSink::new();
    let report = copied(source, out).run().expect("they are read");
    assert_eq!(report.records_read(), 3_000);
    assert_eq!(
        got.take(),
        (0..3_000).map(|number| number.to_string()).collect::<Vec<_>>()
    );
    let source = LinesSource::glob(&folder.path("*.txt").display().to_string()).expect("they are there");
    let (out, got) = CollectionSink::new();
    counted(source, out).run().expect("they are read");
    assert_eq!(got.take(), [3_000]);
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
    folder.refused(job().restore(&other));
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
