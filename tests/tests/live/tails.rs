//! Logs that grow and are rotated while they are read: no line is lost, none comes twice, whatever happens when.
#![expect(clippy::disallowed_methods, reason = "somebody else writes the logs")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use streamlite::format::Csv;
use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite::time::ManualClock;
use streamlite::{RunningJob, Savepoint};
use tempfile::TempDir;

/// What somebody else does to files goes well.
fn must<T>(doing: &str, done: std::io::Result<T>) {
    if let Err(cause) = done {
        panic!("{doing}: {cause}");
    }
}

/// So many cases, or as many as `CASES` says.
fn cases(usual: u32) -> ProptestConfig {
    let said = std::env::var("CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(said.unwrap_or(usual))
}

/// The longest line that is a record.
const MOST: usize = 12;

/// Somebody who writes a log.
struct Writer {
    folder: TempDir,
    /// What each of the files holds that the log has been.
    files: Vec<String>,
    /// The rest of the line that was begun.
    rest: String,
    lines: usize,
    dates: usize,
}

#[derive(Clone, Debug)]
enum Act {
    /// So many lines, and so many bytes of the next.
    Write(usize, usize),
    Rename,
    RenameByDate,
    Copy,
    Read,
    /// Reads, and lets so much time pass that nobody waits for an old file any more.
    Settle,
    /// The job is saved, dropped, and goes on after this.
    Restart(Vec<Act>),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let writing = prop_oneof![
        4 => (0..4_usize, 0..6_usize).prop_map(|(lines, part)| Act::Write(lines, part)),
        1 => Just(Act::Rename),
        1 => Just(Act::Copy),
    ];
    let any = prop_oneof![
        8 => writing.clone(),
        4 => Just(Act::Read),
        1 => Just(Act::Settle),
        2 => vec(writing, 0..6).prop_map(Act::Restart),
    ];
    vec(any, 0..40)
}

impl Writer {
    fn new() -> Self {
        let writer = Self {
            folder: tempfile::tempdir().expect("a folder"),
            files: vec![String::new()],
            rest: String::new(),
            lines: 0,
            dates: 0,
        };
        fs::write(writer.log(), "").expect("there is room");
        writer
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn numbered(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("log.{number}"))
    }

    fn append(&mut self, text: &str) {
        let log = OpenOptions::new().append(true).create(true).open(self.log());
        let written = log.and_then(|mut log| log.write_all(text.as_bytes()));
        written.expect("there is room");
        let now = self.files.last_mut().expect("there is one");
        now.push_str(text);
    }

    /// No two lines end in the same way, and some are longer than a record may be.
    fn next_line(&mut self) -> String {
        self.lines += 1;
        let filling = [1, 3, 1, 7, 40, 2, 8][self.lines % 7];
        format!("{}{:04}\n", "x".repeat(filling), self.lines)
    }

    fn write(&mut self, lines: usize, part: usize) {
        let mut text = std::mem::take(&mut self.rest);
        for _ in 0..lines {
            text += &self.next_line();
        }
        if part > 0 {
            let mut line = self.next_line();
            self.rest = line.split_off(part.min(line.len() - 5));
            text += &line;
        }
        self.append(&text);
    }

    /// `log.1` becomes `log.2`, and so on, so that there is no `log.1`.
    fn shift(&self) {
        let last = (1..).find(|number| !self.numbered(*number).exists());
        for number in (1..last.expect("there is an end")).rev() {
            must(
                "renaming",
                fs::rename(self.numbered(number), self.numbered(number + 1)),
            );
        }
    }

    fn begin_next(&mut self) {
        self.files.push(String::new());
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Write(lines, part) => self.write(*lines, *part),
            Act::Rename => {
                if self.log().exists() {
                    self.shift();
                    must("renaming", fs::rename(self.log(), self.numbered(1)));
                    self.begin_next();
                }
            }
            Act::RenameByDate => {
                self.dates += 1;
                let dated = format!("log-202601{:02}", self.dates);
                must("renaming", fs::rename(self.log(), self.folder.path().join(dated)));
                self.begin_next();
            }
            Act::Copy => {
                self.shift();
                must("copying", fs::copy(self.log(), self.numbered(1)));
                must("cutting off", fs::write(self.log(), ""));
                self.begin_next();
            }
            Act::Read | Act::Settle | Act::Restart(_) => unreachable!("the reader does"),
        }
    }

    /// The lines that are read sooner or later, of each file.
    fn expected(&self) -> Vec<Vec<String>> {
        let (now, before) = self.files.split_last().expect("there is one");
        let whole = now.rfind('\n').map_or("", |end| &now[..=end]);
        let texts = before.iter().map(String::as_str).chain([whole]);
        texts
            .map(|text| {
                text.lines()
                    .filter(|line| line.len() <= MOST)
                    .map(str::to_owned)
                    .collect()
            })
            .collect()
    }
}

pipeline!(
    fn kept(lines: Source<String>, out: Sink<String>) {
        lines.to(out);
    }
);

/// A job that reads the log.
struct Tail {
    job: RunningJob,
    out: streamlite::sink::Collected<String>,
    seen: Vec<String>,
    clock: ManualClock,
}

fn source(path: &Path) -> TailSource {
    let source = TailSource::open(path).expect("it is there");
    source.max_record_bytes(MOST).on_error(Skip)
}

impl Tail {
    fn new(source: TailSource) -> Self {
        let clock = ManualClock::default();
        let (sink, out) = CollectionSink::new();
        let job = kept(source, sink).clock(clock.clone()).batch_size(3).start();
        Self {
            job: job.expect("it starts"),
            out,
            seen: Vec::new(),
            clock,
        }
    }

    fn read(&mut self, millis: i64) -> &[String] {
        self.clock.advance(TimeDelta::from_millis(millis));
        while self.job.step().expect("nothing goes wrong") == ReadStatus::Ready {}
        self.seen.extend(self.out.take());
        &self.seen
    }

    /// Long enough for so many files.
    fn settle(&mut self, files: usize) {
        for _ in 0..2 * files + 2 {
            self.read(600);
        }
    }

    fn restart(
        mut self,
        source: impl FnOnce() -> TailSource,
        between: impl FnOnce(),
    ) -> streamlite::Result<Self> {
        let savepoint = self.job.savepoint().expect("it can be saved");
        self.seen.extend(self.out.take());
        drop(self.job);
        between();
        let (sink, out) = CollectionSink::new();
        let job = kept(source(), sink).clock(self.clock.clone()).batch_size(3);
        Ok(Self {
            job: job.restore(&savepoint).start()?,
            out,
            ..self
        })
    }
}

/// Whether something of the present file was read: of a file that was cut off before, nobody can know.
fn has_seen_present(writer: &Writer, seen: &[String]) -> bool {
    let expected = writer.expected();
    let before: usize = expected[..expected.len() - 1].iter().map(Vec::len).sum();
    seen.len() > before
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn every_line_comes_once_and_in_order(acts in acts()) {
        let mut writer = Writer::new();
        let mut tail = Tail::new(source(&writer.log()));
        let may = |act: &Act, writer: &Writer, seen: &[String]| {
            !matches!(act, Act::Copy) || (writer.log().exists() && has_seen_present(writer, seen))
        };
        for act in acts {
            match act {
                Act::Read => drop(tail.read(300)),
                Act::Settle => tail.settle(2),
                Act::Restart(between) => {
                    let seen = tail.seen.clone();
                    // The log has to be there when a job is started.
                    let log = writer.log();
                    if !log.exists() {
                        writer.append("");
                    }
                    tail = tail
                        .restart(
                            || source(&log),
                            || {
                                for act in between {
                                    if may(&act, &writer, &seen) {
                                        writer.act(&act);
                                    }
                                }
                                if !log.exists() {
                                    writer.append("");
                                }
                            },
                        )
                        .expect("it goes on");
                }
                act if may(&act, &writer, &tail.seen) => writer.act(&act),
                _ => {}
            }
        }
        writer.append("");
        tail.settle(writer.files.len());
        prop_assert_eq!(&tail.seen, &writer.expected().concat());
    }
}

#[test]
fn logs_that_are_put_aside_by_date_are_read_in_their_order() {
    let mut writer = Writer::new();
    writer.write(2, 0);
    let mut tail = Tail::new(source(&writer.log()));
    tail.read(300);
    let log = writer.log();
    let mut tail = tail
        .restart(
            || source(&log),
            || {
                for _ in 0..3 {
                    writer.write(2, 0);
                    writer.act(&Act::RenameByDate);
                }
                writer.write(1, 0);
            },
        )
        .expect("it goes on");
    // Files that have had another name for long are not waited for.
    assert_eq!(tail.read(0), writer.expected().concat());
    assert_eq!(tail.seen.len(), 8, "one is too long");
}

#[test]
fn a_line_is_read_once_it_has_its_end() {
    let mut writer = Writer::new();
    let mut tail = Tail::new(source(&writer.log()));
    for (text, seen) in [("a", 0), ("b\n", 1), ("\nc", 2), ("\r\nd", 3), ("", 3)] {
        writer.append(text);
        assert_eq!(tail.read(250).len(), seen, "{text:?}");
    }
    assert_eq!(tail.seen, ["ab", "", "c"]);
}

#[test]
fn a_log_is_looked_at_again_after_a_quarter_of_a_second() {
    let mut writer = Writer::new();
    let mut tail = Tail::new(source(&writer.log()));
    tail.read(0);
    writer.append("a\n");
    assert_eq!(tail.read(249).len(), 0);
    assert_eq!(tail.read(1).len(), 1);
    let mut tail = Tail::new(source(&writer.log()).poll_every(TimeDelta::from_millis(10)));
    assert_eq!(tail.read(0).len(), 1);
    writer.append("b\n");
    assert_eq!(tail.read(9).len(), 1);
    assert_eq!(tail.read(1).len(), 2);
}

/// Whoever writes the old file may not know yet that it has another name.
#[test]
fn an_old_log_is_read_for_a_second_more() {
    let mut writer = Writer::new();
    let mut tail = Tail::new(source(&writer.log()));
    writer.append("a\n");
    tail.read(250);
    let old = OpenOptions::new().append(true).open(writer.log());
    let mut old = old.expect("it is there");
    writer.act(&Act::Rename);
    writer.append("new\n");
    assert_eq!(tail.read(250), ["a"]);
    old.write_all(b"late\nlast").expect("there is room");
    assert_eq!(tail.read(999), ["a", "late"]);
    assert_eq!(tail.read(250), ["a", "late", "last", "new"]);
}

#[test]
fn a_log_that_was_removed_and_made_anew_is_another_one() {
    let mut writer = Writer::new();
    let mut tail = Tail::new(source(&writer.log()));
    writer.append("a\nb\n");
    tail.read(250);
    // Whether the new one has the inode of the old one is up to the system.
    must("removing", fs::remove_file(writer.log()));
    assert_eq!(tail.read(250).len(), 2);
    writer.append("c\nd\n");
    tail.settle(writer.files.len());
    assert_eq!(tail.seen, ["a", "b", "c", "d"]);
}

/// Cut off, and written anew past the place that was read: only what is before it tells.
#[test]
fn a_log_that_was_cut_off_and_has_grown_again_is_read_from_its_beginning() {
    for between in ["c\n", "c\nd\n", "c\nd\ne\n"] {
        let mut writer = Writer::new();
        let mut tail = Tail::new(source(&writer.log()));
        writer.append("a\nb\npart");
        tail.read(250);
        must("cutting off", fs::write(writer.log(), between));
        tail.settle(writer.files.len());
        let expected: Vec<_> = ["a", "b", "part"].into_iter().chain(between.lines()).collect();
        assert_eq!(tail.seen, expected);
    }
}

/// The copy has the rest, also where only a part of a line was read.
#[test]
fn a_line_that_was_read_in_part_is_read_on_in_the_copy() {
    let mut writer = Writer::new();
    let mut tail = Tail::new(source(&writer.log()));
    writer.append("pa");
    tail.read(250);
    writer.append("rt\nb\n");
    writer.act(&Act::Copy);
    writer.append("c\n");
    tail.settle(writer.files.len());
    assert_eq!(tail.seen, ["part", "b", "c"]);
}

#[test]
fn what_is_not_there_any_more_is_an_error_unless_the_loss_is_accepted() {
    for accept in [false, true] {
        let mut writer = Writer::new();
        writer.append("a\nb\n");
        let mut tail = Tail::new(source(&writer.log()));
        tail.read(0);
        let log = writer.log();
        let source = || {
            let source = source(&log);
            if accept { source.accept_loss() } else { source }
        };
        let restarted = tail.restart(source, || must("writing", fs::write(&log, "other\n")));
        match restarted {
            Ok(mut tail) => {
                assert!(accept);
                tail.settle(writer.files.len());
                assert_eq!(tail.seen, ["a", "b", "other"]);
            }
            Err(error) => {
                assert!(!accept, "{error}");
                let log = log.display().to_string();
                let error = error.to_string();
                assert!(
                    error.contains(&log) && error.contains(".accept_loss()"),
                    "{error}"
                );
            }
        }
    }
}

#[test]
fn from_the_end_only_whole_new_lines_are_read() {
    let mut writer = Writer::new();
    writer.append("old\nhal");
    let mut tail = Tail::new(source(&writer.log()).from_end());
    tail.read(0);
    writer.append("f\nnew\n");
    assert_eq!(tail.read(250), ["new"]);
    let log = writer.log();
    let mut tail = tail
        .restart(|| source(&log).from_end(), || writer.append("more\n"))
        .expect("it goes on");
    tail.settle(writer.files.len());
    assert_eq!(tail.seen, ["new", "more"]);
}

#[test]
fn what_is_no_log_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = TailSource::open(folder.path())
        .expect_err("it is a folder")
        .to_string();
    assert!(error.contains("it is not a file"), "{error}");
    let error = TailSource::open(folder.path().join("none")).expect_err("it is not there");
    assert!(error.to_string().starts_with("opening "), "{error}");
    let log = folder.path().join("log");
    must("writing", fs::write(&log, ""));
    let error = TailSource::open_all([&log, &log]).expect_err("twice").to_string();
    assert!(error.contains("named twice"), "{error}");
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Entry {
    number: u32,
    text: String,
}

pipeline!(
    fn entries(entries: Source<Entry>, out: Sink<Entry>) {
        entries.to(out);
    }
);

proptest! {
    #![proptest_config(cases(64))]

    /// Each file has a header of its own, and a record may have line ends in it and be written in pieces.
    #[test]
    fn csv_is_read_by_records_not_by_lines(
        files in vec((1..5_u32, vec(0..40_usize, 0..5)), 1..5),
        restart in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("log");
        let clock = ManualClock::default();
        fs::write(&log, "").expect("there is room");
        let source = || TailSource::open(&log).expect("it is there").csv::<Entry>();
        let start = |saved: Option<&Savepoint>| {
            let (out, seen) = CollectionSink::new();
            let job = entries(source(), out).clock(clock.clone()).batch_size(1);
            let job = match saved {
                Some(saved) => job.restore(saved),
                None => job,
            };
            (job.start().expect("it starts"), seen)
        };
        let (mut job, mut out) = start(None);
        let (mut seen, mut expected) = (Vec::new(), Vec::new());
        for (file, (count, cuts)) in files.iter().enumerate() {
            let mut text = "text,number\n".to_owned();
            for number in 0..*count {
                let number = number + 100 * u32::try_from(file).expect("there are few");
                text += &format!("\"a\n,\"\"\nb\",{number}\n");
                expected.push(Entry { number, text: "a\n,\"\nb".to_owned() });
            }
            if file > 0 {
                fs::rename(&log, folder.path().join(format!("log-202601{file:02}"))).expect("it is there");
            }
            let mut cuts: Vec<_> = cuts.iter().map(|cut| (*cut).min(text.len())).collect();
            cuts.push(text.len());
            cuts.sort_unstable();
            let mut from = 0;
            for to in cuts {
                let written = OpenOptions::new().append(true).create(true).open(&log);
                written.and_then(|mut file| file.write_all(&text.as_bytes()[from..to])).expect("there is room");
                from = to;
                for _ in 0..8 {
                    clock.advance(TimeDelta::from_millis(400));
                    while job.step().expect("all are entries") == ReadStatus::Ready {}
                }
                seen.extend(out.take());
                if restart {
                    let saved = job.savepoint().expect("it can be saved");
                    (job, out) = start(Some(&saved));
                }
            }
        }
        prop_assert_eq!(seen, expected);
    }
}

/// What is read now of a log as CSV.
fn read_csv(
    source: TailSource<Csv<Entry>>,
    write: impl FnOnce(&mut dyn FnMut(&str)),
    log: &Path,
) -> Vec<(u32, String)> {
    let clock = ManualClock::default();
    let (out, seen) = CollectionSink::new();
    let job = entries(source, out).clock(clock.clone()).start();
    let mut job = job.expect("it starts");
    let mut read = |text: &str| {
        let file = OpenOptions::new().append(true).open(log);
        must(
            "writing",
            file.and_then(|mut file| file.write_all(text.as_bytes())),
        );
        clock.advance(TimeDelta::from_millis(250));
        while job.step().expect("all are entries") == ReadStatus::Ready {}
    };
    write(&mut read);
    let seen = seen.take().into_iter();
    seen.map(|entry| (entry.number, entry.text)).collect()
}

#[test]
fn lines_before_a_header_may_be_there_before_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    must("writing", fs::write(&log, "a title\n"));
    let source = TailSource::open(&log).expect("it is there");
    let source = source.format(Csv::<Entry>::default().skip_lines(1));
    let seen = read_csv(
        source,
        |read| {
            for text in ["", "number,", "text\n1", ",a\n"] {
                read(text);
            }
        },
        &log,
    );
    assert_eq!(seen, [(1, "a".to_owned())]);
}

#[test]
fn csv_from_the_end_has_the_header_of_the_beginning() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    must("writing", fs::write(&log, "text,number\na,1\nb"));
    let source = TailSource::open(&log)
        .expect("it is there")
        .csv::<Entry>()
        .from_end();
    let seen = read_csv(source, |read| read("c,2\nd,3\n"), &log);
    assert_eq!(seen, [(3, "d".to_owned())]);
}
