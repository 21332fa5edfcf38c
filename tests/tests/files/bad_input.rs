//! Files that may be broken: each bad record, and each file that cannot be read, says what was being done, where, the
//! cause, and what to do. Nothing is dropped in silence, nothing is shifted or rounded.
//!
//! The texts are in `snapshots/`; to write them anew: `INSTA_UPDATE=always`, and read each before it is committed.

use std::fmt::{Debug, Write};

use streamlite::prelude::*;
use tempfile::TempDir;

#[derive(Clone, Debug, Deserialize)]
#[expect(dead_code, reason = "it is shown as it is read")]
struct Reading {
    sensor: u32,
    temp: f64,
    name: String,
}

/// What was read from a file, and what the errors say.
struct Cases {
    folder: TempDir,
    text: String,
}

impl Cases {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("there is room for a folder"),
            text: String::new(),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a test prepares its own files")]
    fn file(&self, bytes: &[u8]) -> std::path::PathBuf {
        let path = self.folder.path().join("input");
        std::fs::write(&path, bytes).expect("there is room for a file");
        path
    }

    fn csv(&mut self, case: &str, bytes: impl AsRef<[u8]>) {
        self.csv_with(case, bytes, |source| source);
    }

    fn csv_with(
        &mut self,
        case: &str,
        bytes: impl AsRef<[u8]>,
        set: impl FnOnce(CsvSource<Reading>) -> CsvSource<Reading>,
    ) {
        let path = self.file(bytes.as_ref());
        let read = || {
            let (bad, routed) = CollectionSink::<BadRecord>::new();
            let source = set(CsvSource::open(path)?).on_error(Route(bad));
            Ok((pipeline!(from(source)).collect()?, routed.take()))
        };
        self.show(case, bytes.as_ref(), read());
    }

    fn json(&mut self, case: &str, bytes: impl AsRef<[u8]>) {
        let path = self.file(bytes.as_ref());
        let read = || {
            let (bad, routed) = CollectionSink::<BadRecord>::new();
            let source = JsonSource::<Reading>::open(path)?
                .max_record_bytes(4_000_000)
                .on_error(Route(bad));
            Ok((pipeline!(from(source)).collect()?, routed.take()))
        };
        self.show(case, bytes.as_ref(), read());
    }

    fn show<T: Debug>(
        &mut self,
        case: &str,
        bytes: &[u8],
        read: streamlite::Result<(Vec<T>, Vec<BadRecord>)>,
    ) {
        let shown = &bytes[..bytes.len().min(80)];
        let more = if bytes.len() > shown.len() {
            format!(" … {} bytes", bytes.len())
        } else {
            String::new()
        };
        let mut text = format!("# {case}\n  {}{more}\n", shown.escape_ascii());
        match read {
            Ok((records, bad)) => {
                let shown = records.iter().take(4).map(|record| format!("{record:?}"));
                shown.for_each(|record| write(&mut text, "ok", &record));
                if records.len() > 4 {
                    write(&mut text, "ok", &format!("… {} records", records.len()));
                }
                bad.iter()
                    .for_each(|bad| write(&mut text, "bad", &bad.to_string()));
                if records.is_empty() && bad.is_empty() {
                    write(&mut text, "ok", "no records");
                }
            }
            Err(error) => write(&mut text, "error", &error.to_string()),
        }
        let folder = self.folder.path().display().to_string();
        self.text += &text.replace(&folder, "DIR");
    }
}

fn write(text: &mut String, what: &str, line: &str) {
    writeln!(text, "  {what:>5}: {line}").expect("a string has room");
}

#[test]
fn csv() {
    let mut cases = Cases::new();
    let c = &mut cases;
    c.csv(
        "C1 not UTF-8 in a field",
        b"sensor,temp,name\n1,1,a\xffb\n2,2,c\n",
    );
    c.csv(
        "C2 a byte order mark at the start",
        b"\xef\xbb\xbfsensor,temp,name\n1,1,a\n",
    );
    c.csv(
        "C2 a byte order mark in the middle",
        b"sensor,temp,name\n1,1,\xef\xbb\xbfa\n",
    );
    c.csv("C3 UTF-16, little end first", b"\xff\xfes\0e\0n\0s\0o\0r\0\n\0");
    c.csv("C3 UTF-16, big end first", b"\xfe\xff\0s\0e\0n\0s\0o\0r\0\n");
    c.csv("C4 CRLF", b"sensor,temp,name\r\n1,1,a\r\n2,2,b\r\n");
    c.csv("C4 no newline at the end", b"sensor,temp,name\n1,1,a\n2,2,b");
    c.csv("C4 empty lines", b"sensor,temp,name\n1,1,a\n\n2,2,b\n\n");
    c.csv("C4 CR alone", b"sensor,temp,name\r1,1,a\r2,2,b\r");
    c.csv("C5 too few columns", b"sensor,temp,name\n1,1\n2,2,b\n");
    c.csv("C5 too many columns", b"sensor,temp,name\n1,1,a,x\n2,2,b\n");
    c.csv(
        "C6 a quote that is not closed",
        b"sensor,temp,name\n1,1,\"a\n2,2,b\n3,3,c\n",
    );
    c.csv(
        "C7 quotes, delimiters and newlines in quotes",
        b"sensor,temp,name\n1,1,\"a \"\"b\"\", c\nd\"\n2,x,b\n3,3,a\"b\n",
    );
    c.csv_with(
        "C8 a line that does not end",
        [
            &b"sensor,temp,name\n1,1,"[..],
            &b"x".repeat(3_000_000),
            b"\n2,2,b\n",
        ]
        .concat(),
        |s| s.max_record_bytes(1_000),
    );
    c.csv(
        "C6 bad records after one that is not closed",
        b"sensor,temp,name\n1,1,\"a\n2,x,b\n3,3,c\ny,4,d\n",
    );
    c.csv(
        "C9 very many columns",
        [
            "sensor,temp,name\n1,1,a".as_bytes(),
            &b",1".repeat(400_000),
            b"\n2,2,b\n",
        ]
        .concat(),
    );
    c.csv(
        "C10 NUL and control characters",
        b"sensor,temp,name\n1,1,a\0b\n\x1b[31m,1,c\n",
    );
    c.csv("C11 a header that lacks a column", b"sensor,name\n1,a\n");
    c.csv("C11 no header", b"1,1,a\n2,2,b\n");
    c.csv("C11 a column twice", b"sensor,temp,temp,name\n1,1,1,a\n");
    c.csv(
        "C11 another order, and a column more",
        b"name,extra,temp,sensor\na,x,1,7\n",
    );
    c.csv("C12 an empty file", b"");
    c.csv("C12 a header alone", b"sensor,temp,name\n");
    let numbers = [
        "1e400", "NaN", "inf", "-0.0", "0x10", " 1", "1_000", "\u{ff11}", "",
    ];
    for number in numbers {
        c.csv(
            &format!("C13 a float that is `{number}`"),
            format!("sensor,temp,name\n1,{number},a\n"),
        );
    }
    for number in ["4294967296", "-1", "1.0", "+1", ""] {
        c.csv(
            &format!("C13 an integer that is `{number}`"),
            format!("sensor,temp,name\n{number},1,a\n"),
        );
    }
    insta::assert_snapshot!("csv", cases.text);
}

#[test]
fn json() {
    let mut cases = Cases::new();
    let c = &mut cases;
    let deep = |depth: usize| {
        [
            &b"{\"sensor\":1,\"temp\":1,\"name\":"[..],
            &b"[".repeat(depth),
            b"\n",
        ]
        .concat()
    };
    c.json("J1 nested too deep", deep(1_000_000));
    c.json(
        "J2 a field twice",
        br#"{"sensor":1,"sensor":2,"temp":1,"name":"a"}"#,
    );
    c.json(
        "J3 an integer that does not fit",
        br#"{"sensor":4294967296,"temp":1,"name":"a"}"#,
    );
    c.json(
        "J3 a float for an integer",
        br#"{"sensor":1.0,"temp":1,"name":"a"}"#,
    );
    c.json(
        "J3 a float that does not fit",
        br#"{"sensor":1,"temp":1e400,"name":"a"}"#,
    );
    c.json(
        "J4 something after the value",
        br#"{"sensor":1,"temp":1,"name":"a"} x"#,
    );
    c.json(
        "J4 two values on a line",
        br#"{"sensor":1,"temp":1,"name":"a"}{"sensor":2,"temp":1,"name":"b"}"#,
    );
    c.json("J4 an array of records", br#"[{"sensor":1,"temp":1,"name":"a"}]"#);
    c.json(
        "J5 half a surrogate pair",
        br#"{"sensor":1,"temp":1,"name":"\ud800"}"#,
    );
    c.json(
        "J5 an escape that is none",
        br#"{"sensor":1,"temp":1,"name":"\x"}"#,
    );
    c.json(
        "J6 a very long string",
        [
            &b"{\"sensor\":1,\"temp\":1,\"name\":\""[..],
            &b"x".repeat(5_000_000),
            b"\"}\n",
        ]
        .concat(),
    );
    c.json("J7 a field that is missing", br#"{"sensor":1,"name":"a"}"#);
    c.json("J7 null", br#"{"sensor":1,"temp":null,"name":"a"}"#);
    c.json("J7 another type", br#"{"sensor":1,"temp":"warm","name":"a"}"#);
    c.json(
        "not JSON, between good lines",
        b"{\"sensor\":1,\"temp\":1,\"name\":\"a\"}\nsensor 2\n\n{\"sensor\":3,\"temp\":1,\"name\":\"c\"}\n",
    );
    c.json(
        "a byte order mark",
        b"\xef\xbb\xbf{\"sensor\":1,\"temp\":1,\"name\":\"a\"}\n",
    );
    c.json("UTF-16", b"\xff\xfe{\0}\0\n\0");
    c.json("an empty file", b"");
    insta::assert_snapshot!("json", cases.text);
}

/// What a job with a window says that makes no sense.
fn settings(size: TimeDelta, offset: TimeDelta, delay: TimeDelta) -> String {
    pipeline!(
        fn windows(at: Source<i64>, out: Sink<u64>, size: TimeDelta, offset: TimeDelta, delay: TimeDelta) {
            let timed = at.event_time(|at| *at).watermark(bounded(delay));
            timed
                .window(tumbling(size).offset(offset))
                .count()
                .map(|window| window.value)
                .to(out);
        }
    );
    match windows(CollectionSource::new([1]), NullSink, size, offset, delay).run() {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn settings_that_make_no_sense() {
    let ms = TimeDelta::from_millis;
    let cases = [
        ("W7 a window of no length", settings(ms(0), ms(0), ms(0))),
        (
            "W7 a window of less than no length",
            settings(ms(-1), ms(0), ms(0)),
        ),
        ("W7 the longest window", settings(TimeDelta::MAX, ms(0), ms(0))),
        ("an offset as long as the window", settings(ms(10), ms(10), ms(0))),
        (
            "an offset that is longer, backwards",
            settings(ms(10), ms(-11), ms(0)),
        ),
        (
            "an offset that is nearly as long",
            settings(ms(10), ms(-9), ms(0)),
        ),
        (
            "records that are less than in order",
            settings(ms(10), ms(0), ms(-1)),
        ),
    ];
    let text: Vec<String> = cases
        .into_iter()
        .map(|(case, says)| format!("# {case}\n  {says}\n"))
        .collect();
    insta::assert_snapshot!("settings", text.concat());
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test prepares and reads its own files"
)]
fn a_sink_on_a_file_that_is_there_does_what_it_says() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("out.csv");
    let write = |sink: streamlite::Result<CsvSink>| {
        let rows = vec![(1, 2)];
        let rows = pipeline!(from(rows).map(|(a, b)| Row { a, b }).to(sink?)).run();
        rows.map(drop)
    };
    #[derive(Serialize)]
    struct Row {
        a: u32,
        b: u32,
    }
    write(CsvSink::create_new(&path)).expect("it is not there");
    let error = write(CsvSink::create_new(&path))
        .expect_err("it is there")
        .to_string();
    let error = error.replace(&folder.path().display().to_string(), "DIR");
    assert_eq!(
        error,
        "creating DIR/out.csv: entity already exists; choose another name, or say what happens to it with `create` or \
         `append`"
    );
    write(CsvSink::append(&path)).expect("it is there");
    assert_eq!(
        std::fs::read_to_string(&path).expect("it is there"),
        "a,b\n1,2\n1,2\n"
    );
    write(CsvSink::create(&path)).expect("it is there");
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "a,b\n1,2\n");
    write(CsvSink::append(folder.path().join("new.csv"))).expect("it is made");
    assert_eq!(
        std::fs::read_to_string(folder.path().join("new.csv")).expect("it is there"),
        "a,b\n1,2\n"
    );
}
