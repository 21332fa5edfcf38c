//! Files, sockets and other ends that cannot be used: each refusal says what was being done, with what, why, and what to do.
//!
//! To write the texts anew: `INSTA_UPDATE=always`, and read each before it is committed.

#![expect(clippy::disallowed_methods, reason = "a test prepares its own files")]

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::path::Path;

use streamlite::sink::SocketSink;
use streamlite::source::{ListeningSource, SocketSource};
use streamlite::{Job, prelude::*};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Row {
    a: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Nested {
    id: u32,
    place: BTreeMap<String, u32>,
}

pipeline!(
    fn copied(rows: Source<Row>, out: Sink<Row>) {
        rows.to(out);
    }

    fn copied_twice(rows: Source<Row>, out: Sink<Row>, other: Sink<Row>) {
        rows.to(out);
        rows.to(other);
    }

    fn nested(rows: Source<Nested>, out: Sink<Nested>) {
        rows.to(out);
    }
);

/// The refusals, with what was done.
#[derive(Default)]
struct Refusals(String);

impl Refusals {
    fn add<T: Debug>(&mut self, case: &str, done: streamlite::Result<T>) {
        let said = match done {
            Ok(done) => panic!("{case}: it was taken: {done:?}"),
            Err(error) => error.to_string(),
        };
        let _ = writeln!(self.0, "# {case}\n  error: {said}");
    }

    /// The same of a job, which is refused where it is described or where it starts.
    fn job(&mut self, case: &str, job: streamlite::Result<Job>) {
        self.add(case, job.and_then(Job::run).map(drop));
    }
}

fn rows() -> Vec<Row> {
    vec![Row { a: 1 }]
}

#[test]
fn what_cannot_be_used_is_refused() {
    let dir = tempfile::tempdir().expect("there is room for a folder");
    let at = |name: &str| dir.path().join(name);
    let write = |name: &str, bytes: &[u8]| std::fs::write(at(name), bytes).expect("there is room");
    write("rows.csv", b"a\n1\n");
    write("other.csv", b"b\n1\n");
    write("rows.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03no blocks");
    write("bad.toml", b"");
    std::fs::create_dir(at("folder")).expect("there is room");
    let csv = |name: &str| CsvSource::<Row>::open(at(name));
    let mut r = Refusals::default();

    r.add("a file that is not there", csv("none.csv"));
    r.add("a folder as a file", csv("folder"));
    r.add(
        "a pattern that no file matches",
        CsvSource::<Row>::glob(&text(&at("*.txt"))),
    );
    r.add("a pattern that is none", CsvSource::<Row>::glob("logs/[a-"));
    r.add(
        "the same file twice",
        CsvSource::<Row>::open_all([at("rows.csv"), at("rows.csv")]),
    );
    r.job(
        "a header that lacks a column",
        csv("other.csv").map(|rows| copied(rows, NullSink)),
    );
    r.job(
        "a compressed file that is damaged",
        csv("rows.csv.gz").map(|rows| copied(rows, NullSink)),
    );
    let both = || Ok((CsvSink::create(at("out.csv"))?, JsonSink::create(at("out.csv"))?));
    let two = |(out, other)| copied_twice(CollectionSource::new(rows()), out, other);
    r.job("a file that two sinks write", both().map(two));
    let both = || Ok((csv("rows.csv")?, CsvSink::append(at("rows.csv"))?));
    r.job(
        "a file that is read and written",
        both().map(|(rows, out)| copied(rows, out)),
    );

    r.add(
        "a sink in a folder that is not there",
        CsvSink::create(at("none/out.csv")).map(drop),
    );
    r.add(
        "a new file that is there",
        CsvSink::create_new(at("rows.csv")).map(drop),
    );
    r.add(
        "a sink that is a folder",
        JsonSink::create(at("folder")).map(drop),
    );
    let placed = vec![Nested {
        id: 1,
        place: BTreeMap::from([("x".to_owned(), 2)]),
    }];
    let sink = CsvSink::create(at("nested.csv"));
    r.job(
        "a map in a row of CSV",
        sink.map(|out| nested(CollectionSource::new(placed), out)),
    );
    let sink = CsvSink::create(at("columns.csv")).map(|sink| sink.columns(["x", "y"]));
    r.job(
        "more columns than a row has",
        sink.map(|out| copied(CollectionSource::new(rows()), out)),
    );
    let dialect = CsvSource::<Row>::open(at("rows.csv")).map(|rows| rows.delimiter(b'"'));
    r.job(
        "a delimiter that is the quote",
        dialect.map(|rows| copied(rows, NullSink)),
    );
    let made = GeneratorSource::new(|_| Row { a: 1 }).per_second(0.0);
    r.job("a rate that is none", Ok(copied(made, NullSink)));

    r.job(
        "a server that is not there",
        Ok(copied(SocketSource::connect("127.0.0.1:1").csv(), NullSink)),
    );
    let source = CollectionSource::new(rows());
    r.job(
        "a socket that is not there",
        Ok(copied(source, SocketSink::connect_unix(at("none.sock")).json())),
    );
    r.add(
        "an address that all can reach",
        ListeningSource::listen("0.0.0.0:0").map(drop),
    );
    r.add(
        "an address that is none",
        ListeningSource::listen("here").map(drop),
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = taken.local_addr().expect("it has one");
    r.add(
        "a port that is taken",
        ListeningSource::listen(&port.to_string()).map(drop),
    );

    let says = r.0.replace(&text(dir.path()), "DIR");
    insta::assert_snapshot!("refusals", says.replace(&port.to_string(), "127.0.0.1:PORT"));
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
