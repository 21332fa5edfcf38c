//! How far a job has come, as events for a subscriber of `tracing`.

#![expect(clippy::disallowed_methods, reason = "a test writes its input")]

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex};

use flate2::Compression;
use flate2::write::GzEncoder;
use streamlite::prelude::*;
use streamlite::source::LinesSource;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps the events of the library as text.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0 += &format!("{}={value:?} ", field.name());
    }
}

impl Subscriber for Events {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "streamlite"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = Text::default();
        span.record(&mut text);
        self.0
            .lock()
            .expect("it is whole")
            .push(format!("span {}", text.0));
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        self.0.lock().expect("it is whole").push(text.0);
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

pipeline!(
    fn copied(lines: Source<String>, out: Sink<usize>) {
        lines.map(|line| line.len()).to(out);
    }
);

#[test]
fn a_job_tells_how_much_it_has_read_of_what_there_is() -> streamlite::Result<()> {
    let dir = tempfile::tempdir().expect("a directory");
    let text: String = (0..50_000).map(|n| format!("line {n}\n")).collect();
    // Files that are opened when their turn comes, too; and what is compressed counts as such.
    let mut paths: Vec<_> = (0..300).map(|n| dir.path().join(format!("{n}.txt"))).collect();
    for path in &paths {
        std::fs::write(path, "a\nb\n").expect("it is written");
    }
    let (plain, packed) = (dir.path().join("plain.txt"), dir.path().join("packed.gz"));
    std::fs::write(&plain, &text).expect("it is written");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text.as_bytes()).expect("it is in memory");
    let bytes = gzip.finish().expect("it is in memory");
    std::fs::write(&packed, &bytes).expect("it is written");
    let all = 300 * 4 + text.len() + bytes.len();
    paths.extend([plain, packed]);
    let (out, _) = CollectionSink::new();
    let job = copied(LinesSource::open_all(&paths)?, out).progress();
    let events = Events::default();
    tracing::subscriber::with_default(events.clone(), || job.run())?;
    let events = events.0.lock().expect("it is whole").clone();
    assert_eq!(events[0], "span name=\"copied\" ");
    assert_eq!(events[1], "message=started ");
    let read = &events[2];
    assert!(read.starts_with("message=read so far records=100600 "), "{read}");
    assert!(read.contains(&format!(" bytes={all} of_bytes={all} ")), "{read}");
    let ended = "message=ended read=100600 written=100600 ";
    assert_eq!(events[3..], ["span name=\"out\" ", ended, ended]);
    Ok(())
}

#[test]
fn of_what_has_no_known_size_only_records_are_told() -> streamlite::Result<()> {
    let (out, _) = CollectionSink::new();
    let job = copied(from(["a", "bc"].map(str::to_owned)), out).progress();
    let events = Events::default();
    tracing::subscriber::with_default(events.clone(), || job.run())?;
    let events = events.0.lock().expect("it is whole").clone();
    let read = &events[2];
    assert!(read.starts_with("message=read so far records=2 "), "{read}");
    assert!(!read.contains("bytes="), "{read}");
    Ok(())
}

pipeline!(
    fn minutes(at: Source<i64>, out: Sink<u64>) {
        let counts = at.event_time(|at| *at).window(tumbling(1min)).count();
        counts.map(|count| count.value).to(out);
    }
);

#[test]
fn what_was_lost_is_told_at_the_end() -> streamlite::Result<()> {
    let input = tempfile::NamedTempFile::new().expect("there is room");
    std::fs::write(input.path(), "at\n5\n100000\nx\n7\n").expect("there is room");
    let source = CsvSource::open(input.path())?.on_error(Skip);
    let (out, _) = CollectionSink::new();
    let job = minutes(source, out);
    let events = Events::default();
    tracing::subscriber::with_default(events.clone(), || job.run())?;
    let events = events.0.lock().expect("it is whole").clone();
    let late = "message=records came after their window was closed late=1 dropped=1 ";
    let skipped = "message=records could not be read source=\"at\" records=1 is_routed=false ";
    let statement = events.iter().position(|event| event == "span name=\"counts\" ");
    let statement = statement.expect("it has a span");
    let ended = "message=ended read=3 written=2 ";
    assert_eq!(events[statement + 1..statement + 3], [ended, late]);
    assert!(events.iter().any(|event| event == skipped), "{events:?}");
    assert_eq!(events.iter().filter(|event| event.contains("dropped")).count(), 1);
    Ok(())
}

pipeline!(
    fn parsed(lines: Source<String>, out: Sink<u32>) {
        lines.map(|line| line.parse::<u32>().expect("a number")).to(out);
    }
);

#[test]
fn a_job_that_fails_says_so() {
    let (out, _) = CollectionSink::new();
    let job = parsed(from(["1", "x"].map(str::to_owned)), out);
    let events = Events::default();
    let failed = tracing::subscriber::with_default(events.clone(), || job.run());
    let error = failed.expect_err("it is no number");
    let events = events.0.lock().expect("it is whole").clone();
    assert_eq!(events.last(), Some(&format!("message=failed error={error} ")));
}
