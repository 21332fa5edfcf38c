//! What stands in a file of CSV, JSON or lines: each piece of it is a record or a bad one, however it is read.

#![no_main]

use std::collections::BTreeMap;
use std::fmt::Debug;

use libfuzzer_sys::{Corpus, fuzz_target};
use serde::Deserialize;
use streamlite::format::Decode;
use streamlite::prelude::*;
use streamlite::source::{BadRecord, FileSource};
use streamlite_tests::sim_fs::SimFs;
use streamlite_tests_fuzz::seeds;

/// A record of each type that formats read by themselves.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "they are shown")]
struct Row {
    id: i64,
    name: String,
    #[serde(default)]
    temperature: Option<f64>,
    is_on: bool,
}

pipeline!(
    fn shown<T: Debug + Send + 'static>(rows: Source<T>, out: Sink<String>) {
        rows.map(|row| format!("{row:?}")).to(out);
    }
);

/// The records, the bad ones, and what the job failed with.
type Found = (Vec<String>, Vec<String>, Option<String>);

fn found<F>(source: FileSource<F>, batch: usize) -> Found
where
    F: Decode<Item: Debug + Send> + Default + 'static,
{
    let (out, rows) = CollectionSink::new();
    let (route, bad) = CollectionSink::new();
    let job = shown(source.on_error(Route(route)), out).batch_size(batch);
    let error = job.run().err().map(|error| error.to_string());
    let bad = bad.take().into_iter().map(|bad: BadRecord| format!("{bad:?}"));
    (rows.take(), bad.collect(), error)
}

fn check<F>(open: impl Fn() -> streamlite::Result<FileSource<F>>)
where
    F: Decode<Item: Debug + Send> + Default + 'static,
{
    let read = |batch| {
        open()
            .map(|source| found(source, batch))
            .map_err(|error| error.to_string())
    };
    let (one, many) = (read(1), read(1000));
    match (&one, &many) {
        // Of a job that fails, what came before it may be less.
        (Ok((_, _, Some(error))), Ok((_, _, Some(other)))) => assert_eq!(error, other),
        _ => assert_eq!(one, many),
    }
}

/// The first byte says what reads the rest.
const SEEDS: [&str; 8] = [
    "0id,name,temperature,is_on\n1,\"a \"\"b\"\"\",1.5,true\n-2,,,false\r\n",
    "1id;name;is_on\n1;a;true\n",
    "2{\"id\":1,\"name\":\"\\u00e9\\n\",\"temperature\":1e-7,\"is_on\":true}\n\n{\"id\":2,\"name\":\"\",\"is_on\":false}",
    "2[{\"id\":1,\"name\":\"x\",\"is_on\":true}]",
    "31,a,2\n-9223372036854775808,b,\n",
    "4one\ntwo\r\n\nthree",
    "5{\"a\":1,\"b\":9007199254740993}\n{\"a\":1e400}\n",
    "0\u{feff}id,name,is_on\n1,\"a\nb\",true\n",
];

fuzz_target!(
    init: {
        if let Some(dir) = seeds() {
            std::fs::create_dir_all(&dir).expect("a directory");
            for (number, seed) in SEEDS.iter().enumerate() {
                std::fs::write(dir.join(number.to_string()), seed).expect("there is room");
            }
        }
    },
    |input: &[u8]| -> Corpus {
        let Some((format, text)) = input.split_first() else {
            return Corpus::Reject;
        };
        let fs = || {
            let fs = SimFs::new(&[("in", "")]);
            fs.damage("in", |bytes| *bytes = text.to_vec());
            fs
        };
        match format {
            b'0' => check(|| CsvSource::<Row>::open_in(fs(), ["in"])),
            b'1' => check(|| Ok(CsvSource::<Row>::open_in(fs(), ["in"])?.delimiter(b';'))),
            b'2' => check(|| JsonSource::<Row>::open_in(fs(), ["in"])),
            b'3' => check(|| Ok(CsvSource::<(i64, String, Option<u8>)>::open_in(fs(), ["in"])?.without_header())),
            b'4' => check(|| LinesSource::open_in(fs(), ["in"])),
            b'5' => check(|| JsonSource::<BTreeMap<String, f64>>::open_in(fs(), ["in"])),
            _ => return Corpus::Reject,
        }
        Corpus::Keep
    }
);
