//! Whatever stands in a file, it is read to its end: each piece of it is a record or a bad one, and they are the same whether
//! the job is stopped after any of them or not, and whether the file is compressed or not.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use streamlite::format::Decode;
use streamlite::prelude::*;
use streamlite::source::{BadRecord, FileSource, ReadStatus};
use streamlite_tests::Folder;
use streamlite_tests::windows::cases;

/// What is in a file: the records, and the bad ones; or why it cannot be read.
type Found = Result<(Vec<String>, Vec<String>), String>;

pipeline!(
    fn shown<T: Debug + Send + 'static>(rows: Source<T>, out: Sink<String>) {
        rows.map(|row| format!("{row:?}")).to(out);
    }
);

/// Reads a file at once, or by one job for each record.
fn found<F>(open: impl Fn() -> FileSource<F>, in_steps: bool) -> Found
where
    F: Decode<Item: Debug + Send> + Default + 'static,
{
    let (mut rows, mut bad, mut savepoint) = (Vec::new(), Vec::new(), None);
    for _ in 0..1_000 {
        let (out, seen) = CollectionSink::new();
        let (route, seen_bad) = CollectionSink::new();
        let job = shown(open().on_error(Route(route)), out);
        let status = (|| {
            if !in_steps {
                job.run()?;
                return Ok(ReadStatus::End);
            }
            let job = job.batch_size(1);
            let mut job = match &savepoint {
                Some(savepoint) => job.restore(savepoint),
                None => job,
            }
            .start()?;
            let status = job.step()?;
            savepoint = Some(job.savepoint()?);
            Ok::<_, streamlite::Error>(status)
        })();
        rows.extend(seen.take());
        let line =
            |bad: BadRecord| format!("{}: {}: {}, in {}", bad.line, bad.column, bad.cause, bad.excerpt);
        bad.extend(seen_bad.take().into_iter().map(line));
        match status {
            Ok(ReadStatus::End) => return Ok((rows, bad)),
            Ok(_) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    panic!("it has no end: {rows:?}, {bad:?}");
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("there is room");
    encoder.finish().expect("there is room")
}

/// Reads the same bytes in every way; returns what is in them.
fn each_way<F>(bytes: &[u8], open: impl Fn(&Path) -> FileSource<F>) -> Found
where
    F: Decode<Item: Debug + Send> + Default + 'static,
{
    let folder = Folder::new();
    let plain = folder.write("in", bytes);
    let packed = folder.write("packed", compressed(bytes));
    let found_in = |path: &Path, in_steps| found(|| open(path), in_steps);
    let whole = found_in(&plain, false);
    if whole.is_ok() {
        assert_eq!(found_in(&plain, true), whole, "in steps");
        assert_eq!(found_in(&packed, false), whole, "compressed");
        assert_eq!(found_in(&packed, true), whole, "compressed, in steps");
    } else {
        found_in(&packed, false).expect_err("compressed");
    }
    whole
}

/// Pieces one after the other, and bytes between them that are no text.
fn pieces(of: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        30 => prop::sample::select(of).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

const OF_CSV: &[&str] = &[
    "a",
    "b",
    "a,b",
    ",",
    ";",
    "\"",
    "\"\"",
    "'",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "#",
    "\\",
    " ",
    "\t",
    "1",
    "-1",
    "1.5",
    "NA",
    "true",
    "\u{feff}",
    "\u{e9}",
    "\0",
    "a,b\n1,2\n",
    "\"x\ny\"",
    "long long long long long long",
];

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is printed")]
struct Named {
    a: Option<f64>,
    #[serde(default)]
    b: String,
    c: Option<bool>,
}

#[derive(Clone, Copy, Debug)]
struct Dialect {
    semicolon: bool,
    single_quote: bool,
    no_quotes: bool,
    escape: bool,
    comment: bool,
    trim: bool,
    no_header: bool,
    skip: u64,
    short: bool,
}

impl Dialect {
    fn of<T: DeserializeOwned + 'static>(self, csv: CsvSource<T>) -> CsvSource<T> {
        let mut csv = csv.null_values(["NA"]).skip_lines(self.skip);
        if self.semicolon {
            csv = csv.delimiter(b';');
        }
        if self.single_quote {
            csv = csv.quote(b'\'');
        }
        if self.no_quotes {
            csv = csv.without_quotes();
        }
        if self.escape {
            csv = csv.escape(b'\\');
        }
        if self.comment {
            csv = csv.comment(b'#');
        }
        if self.trim {
            csv = csv.trim();
        }
        if self.no_header {
            csv = csv.without_header();
        }
        if self.short {
            csv = csv.max_record_bytes(20);
        }
        csv
    }
}

fn dialects() -> impl Strategy<Value = Dialect> {
    let rarely = || prop::bool::weighted(0.2);
    let flags = (
        rarely(),
        rarely(),
        rarely(),
        rarely(),
        rarely(),
        rarely(),
        any::<bool>(),
    );
    (flags, prop_oneof![3 => Just(0_u64), 1 => 0_u64..4], rarely()).prop_map(|(flags, skip, short)| {
        let (semicolon, single_quote, no_quotes, escape, comment, trim, no_header) = flags;
        Dialect {
            semicolon,
            single_quote,
            no_quotes,
            escape: escape && !no_quotes,
            comment,
            trim,
            no_header,
            skip,
            short,
        }
    })
}

const OF_JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"a\"",
    "\"b\"",
    "\"c\"",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "1",
    "-0",
    "1e999",
    "18446744073709551616",
    "\n",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "\u{feff}",
    "\u{e9}",
    "\0",
    "{\"a\":1}\n",
    "{\"a\":1.5,\"b\":\"x\",\"more\":[{\"a\":[]}]}\n",
    "[[[[[[[[",
];

/// What was found once.
#[test]
fn a_csv_file_is_the_same_read_in_steps() {
    let open = |path: &Path| CsvSource::<Vec<String>>::open(path).expect("it is there");
    let read = |text: &str| {
        let found = each_way(text.as_bytes(), |path| {
            open(path).without_header().max_record_bytes(20)
        });
        found.expect("it can be read")
    };
    let rows = |rows: &[&str]| rows.iter().map(|row| (*row).to_owned()).collect::<Vec<_>>();
    // How many columns there are is known after a restore, too.
    let (good, bad) = read("a,b\n1,2\n3\n4,5\n");
    assert_eq!(good, rows(&[r#"["a", "b"]"#, r#"["1", "2"]"#, r#"["4", "5"]"#]));
    assert_eq!(bad, ["3: : 2 columns expected, 1 found, in 3"]);
    assert_eq!(read("a\n\nb\n").0, rows(&[r#"["a"]"#, r#"[""]"#, r#"["b"]"#]));
    // A mark that is not at the beginning is text.
    assert_eq!(read("\n\u{feff}a\nb").0, rows(&[r#"["\u{feff}a"]"#, r#"["b"]"#]));
    // The whole of a line is left out.
    let (good, bad) = read("a\r\n0123456789012345678901234\r\nb\r\n");
    assert_eq!((good, bad.len()), (rows(&[r#"["a"]"#, r#"["b"]"#]), 1));
}

/// Files are read in blocks, which may end anywhere in a record.
#[test]
fn a_record_that_is_too_long_is_left_out_the_same_wherever_a_block_ends() {
    const BLOCK: usize = 64 << 10;
    let folder = Folder::new();
    let long = "\"0123456789\n0123456789\n\"x\n7\n\"0123456789\n012345678901234567890123456789\"\n8\n";
    let found_after = |before: usize| {
        let text = "111111111\n".repeat(before / 10) + &"\n".repeat(before % 10) + long;
        let path = folder.write("in", text);
        let open = || {
            let csv = CsvSource::<Vec<String>>::open(&path).expect("it is there");
            csv.without_header().max_record_bytes(20)
        };
        let (rows, bad) = found(open, false).expect("it can be read");
        let after = rows
            .into_iter()
            .filter(|row| row != "[\"111111111\"]" && row != "[\"\"]");
        let causes = bad
            .into_iter()
            .map(|bad| bad.split_once(": ").expect("a line, and a cause").1.to_owned());
        (after.collect::<Vec<_>>(), causes.collect::<Vec<_>>())
    };
    let expected = found_after(0);
    assert_eq!(expected.0, [r#"["0123456789"]"#, r#"["7"]"#, r#"["8"]"#]);
    for before in BLOCK - long.len() - 3..BLOCK + 3 {
        assert_eq!(found_after(before), expected, "after {before} bytes");
    }
}

/// What is done to a compressed file.
#[derive(Clone, Copy, Debug)]
enum Harm {
    Nothing,
    Flip(prop::sample::Index, u8),
    CutOff(prop::sample::Index),
    Longer(u8),
}

impl Harm {
    fn done_to(self, whole: &[u8]) -> Vec<u8> {
        let mut bytes = whole.to_vec();
        match self {
            Harm::Nothing => {}
            Harm::Flip(at, bit) => bytes[at.index(whole.len())] ^= 1 << bit,
            Harm::CutOff(at) => bytes.truncate(at.index(whole.len())),
            Harm::Longer(with) => bytes.extend([with; 5]),
        }
        bytes
    }
}

fn harms() -> impl Strategy<Value = Harm> {
    prop_oneof![
        1 => Just(Harm::Nothing),
        6 => (any::<prop::sample::Index>(), 0_u8..8).prop_map(|(at, bit)| Harm::Flip(at, bit)),
        2 => any::<prop::sample::Index>().prop_map(Harm::CutOff),
        1 => any::<u8>().prop_map(Harm::Longer),
    ]
}

/// Reads lines up to the end or an error; what came before that counts.
fn read_until_error(lines: LinesSource, in_steps: bool) -> (streamlite::Result<()>, Vec<String>) {
    let (out, seen) = CollectionSink::new();
    let (route, _bad) = CollectionSink::new();
    let job = shown(lines.on_error(Route(route)), out);
    let status = if in_steps {
        job.batch_size(1).start().and_then(|mut job| {
            while job.step()? != ReadStatus::End {}
            job.finish().map(drop)
        })
    } else {
        job.run().map(drop)
    };
    let rows = seen
        .take()
        .iter()
        .map(|row| row.trim_matches('"').to_owned())
        .collect();
    (status, rows)
}

/// An eighth of those of other tests: each reads files four times.
fn some_cases() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        cases: cases().cases / 8,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(some_cases())]

    #[test]
    fn any_csv_with_names(bytes in pieces(OF_CSV), dialect in dialects()) {
        let _ = each_way(&bytes, |path| dialect.of(CsvSource::<Named>::open(path).expect("it is there")));
    }

    #[test]
    fn any_csv_without_names(bytes in pieces(OF_CSV), dialect in dialects()) {
        let _ = each_way(&bytes, |path| dialect.of(CsvSource::<Vec<String>>::open(path).expect("it is there")));
    }

    #[test]
    fn any_csv_of_one_column(bytes in pieces(OF_CSV), dialect in dialects()) {
        let _ = each_way(&bytes, |path| dialect.of(CsvSource::<(Option<String>,)>::open(path).expect("it is there")));
    }

    #[test]
    fn any_csv_as_a_map(bytes in pieces(OF_CSV), dialect in dialects()) {
        let open = |path: &Path| CsvSource::<BTreeMap<String, String>>::open(path).expect("it is there");
        let _ = each_way(&bytes, |path| dialect.of(open(path)));
    }

    #[test]
    fn any_json(bytes in pieces(OF_JSON), short: bool) {
        let _ = each_way(&bytes, |path| {
            let json = JsonSource::<Named>::open(path).expect("it is there");
            if short { json.max_record_bytes(20) } else { json }
        });
        let _ = each_way(&bytes, |path| JsonSource::<serde_json::Value>::open(path).expect("it is there"));
    }

    /// What is compressed and damaged is read up to where it is damaged, the same in steps, and that it is so is an error.
    #[test]
    fn any_damage_of_what_is_compressed(lines in prop::collection::vec("[a-z]{0,12}", 0..60), harm in harms()) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let whole = compressed(text.as_bytes());
        let damaged = harm.done_to(&whole);
        let folder = Folder::new();
        let path = folder.write("packed.gz", &damaged);
        let open = || LinesSource::open(&path).expect("it is there");
        let (at_once, rows) = read_until_error(open(), false);
        let (in_steps, stepped) = read_until_error(open(), true);
        prop_assert_eq!(at_once.is_ok(), in_steps.is_ok());
        prop_assert!(rows.len() <= stepped.len(), "{} at once, {} in steps", rows.len(), stepped.len());
        if damaged == whole {
            prop_assert!(at_once.is_ok());
        }
        // What is in front is its own: a checksum at the end is all that says of some bytes that they are others.
        if at_once.is_ok() && damaged.starts_with(&[0x1f, 0x8b]) {
            prop_assert_eq!(&rows, &lines, "damaged, and nobody says so");
        }
    }

    #[test]
    fn any_lines(bytes in pieces(OF_CSV)) {
        let found = each_way(&bytes, |path| LinesSource::open(path).expect("it is there"));
        let is_read = found.as_ref().map_or_else(|cause| cause.contains("UTF-16"), |_| true);
        prop_assert!(is_read, "a line that is no text is a bad record: {found:?}");
    }
}
