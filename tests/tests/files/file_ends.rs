//! Files that could hurt each other, and files that are none: no two ends of a job on one file, nothing emptied before the
//! job starts, each file once, pipes.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use streamlite::prelude::*;
use streamlite::source::ReadStatus;
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
);

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
    folder.write("out.csv", "b,a\n");
    pairs(CollectionSource::new([(5, 6)]), append())
        .run()
        .expect("pairs have no header");
    assert_eq!(folder.read("out.csv"), "b,a\n5,6\n");
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
        [b"\xff".as_slice(), b"\xfe"].map(|name| folder.dir().join(std::ffi::OsStr::from_bytes(name)));
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

/// Files of which each is one partition, read with and without event time; how long that takes.
#[expect(clippy::disallowed_methods, reason = "what is tested is how the time grows")]
fn read_many(folder: &Folder, files: usize) -> Duration {
    let source = || LinesSource::glob(&folder.path("*.txt").display().to_string()).expect("they are there");
    let begin = Instant::now();
    let (out, got) = CollectionSink::new();
    copied(source(), out).run().expect("they are read");
    let numbers: Vec<_> = (0..files).map(|number| number.to_string()).collect();
    assert_eq!(got.take(), numbers, "in turns, in the order of their names");
    let (out, got) = CollectionSink::new();
    counted(source(), out).run().expect("they are read");
    assert_eq!(got.take(), [files as u64]);
    begin.elapsed()
}

/// What happens once a file and once a turn must not look at all files: four times as many take four times as long, and
/// not sixteen times.
#[test]
fn the_time_for_many_files_grows_with_their_number() {
    let [few, many] = [1_000, 4_000].map(|files| {
        let folder = Folder::new();
        for number in 0..files {
            folder.write(&format!("{number:04}.txt"), format!("{number}\n"));
        }
        let times = (0..3).map(|_| read_many(&folder, files));
        times.min().expect("there are three")
    });
    assert!(many < few * 8, "{few:?} for 1,000 files, {many:?} for 4,000");
}
