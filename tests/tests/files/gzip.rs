//! Files that are compressed with gzip are read and written like any other.

use std::io::{Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use streamlite::Savepoint;
use streamlite::checkpoint::Checkpoints;
use streamlite::prelude::*;
use streamlite_tests::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    n: u32,
    text: String,
}

fn rows(count: u32) -> Vec<Row> {
    // Not a text that becomes nothing.
    let text = |n: u32| format!("{:x}", n.wrapping_mul(2_654_435_761));
    (0..count).map(|n| Row { n, text: text(n) }).collect()
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("there is room");
    encoder.finish().expect("there is room")
}

/// What is in a file, by another reader than ours.
#[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
fn unpacked(path: &Path) -> String {
    let file = std::fs::File::open(path).expect("it is there");
    let mut text = String::new();
    MultiGzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("it is whole");
    text
}

fn as_csv(rows: &[Row]) -> String {
    let lines = rows.iter().map(|row| format!("{},{}\n", row.n, row.text));
    "n,text\n".to_owned() + &lines.collect::<String>()
}

pipeline!(
    fn copied(rows: Source<Row>, out: Sink<Row>) {
        rows.map(|row| row).to(out);
    }
);

#[test]
fn a_compressed_file_is_read_whatever_its_name() {
    let folder = Folder::new();
    let all = rows(50_000);
    let csv = folder.write("rows.csv.gz", compressed(as_csv(&all).as_bytes()));
    let source = CsvSource::<Row>::open(&csv).expect("it is there");
    assert_eq!(pipeline!(from(source)).collect().expect("it can be read"), all);
    // Two parts one after the other, as `cat` makes them.
    let parts = [compressed(b"one\ntwo"), compressed(b"\nthree\n")].concat();
    let lines = LinesSource::open(folder.write("lines", parts)).expect("it is there");
    assert_eq!(
        pipeline!(from(lines)).collect().expect("it can be read"),
        ["one", "two", "three"]
    );
    // The name alone makes no file compressed.
    let plain = LinesSource::open(folder.write("plain.gz", "text\n")).expect("it is there");
    assert_eq!(
        pipeline!(from(plain)).collect().expect("it can be read"),
        ["text"]
    );
    for short in ["", "\u{1f}"] {
        let lines = LinesSource::open(folder.write("short", short)).expect("it is there");
        assert_eq!(
            pipeline!(from(lines)).collect().expect("it can be read").concat(),
            short
        );
    }
}

#[test]
fn a_damaged_file_is_an_error_and_never_an_end() {
    let folder = Folder::new();
    let whole = compressed(as_csv(&rows(10_000)).as_bytes());
    for (cut, what) in [
        (whole.len() / 2, "in its middle"),
        (whole.len() - 4, "in its checksum"),
        (12, "at its start"),
    ] {
        let path = folder.write("cut.csv.gz", &whole[..cut]);
        let error = folder.refused(copied(CsvSource::open(&path).expect("it is there"), NullSink));
        assert!(error.starts_with("reading DIR/cut.csv.gz: "), "{what}: {error}");
    }
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x40;
    let path = folder.write("damaged.csv.gz", damaged);
    let error = folder.refused(copied(CsvSource::open(&path).expect("it is there"), NullSink));
    assert!(error.contains("DIR/damaged.csv.gz"), "{error}");
}

#[test]
fn a_sink_whose_name_ends_with_gz_is_compressed() {
    let folder = Folder::new();
    let all = rows(50_000);
    let (csv, json) = (folder.path("out.csv.gz"), folder.path("out.jsonl.GZ"));
    copied(from(all.clone()), CsvSink::create(&csv).expect("there is room"))
        .run()
        .expect("there is room");
    copied(from(all.clone()), JsonSink::create(&json).expect("there is room"))
        .run()
        .expect("there is room");
    assert_eq!(unpacked(&csv), as_csv(&all));
    assert_eq!(unpacked(&json).lines().count(), all.len());
    #[expect(clippy::disallowed_methods, reason = "a test looks at what was written")]
    let bytes = std::fs::metadata(&csv).expect("it is there").len();
    assert!(bytes < as_csv(&all).len() as u64 * 7 / 10, "{bytes} bytes");

    let more = CsvSink::append(&csv).expect("it is there");
    copied(from(rows(3)), more).run().expect("its header is the same");
    let expected = as_csv(&all) + "0,0\n1,9e3779b1\n2,3c6ef362\n";
    assert_eq!(unpacked(&csv), expected);
    // A last line without an end gets one.
    let path = folder.write("half.txt.gz", compressed(b"half"));
    let lines = LinesSink::append(&path).expect("it is there");
    pipeline!(from(["new"]).to(lines)).run().expect("there is room");
    assert_eq!(unpacked(&path), "half\nnew\n");
}

#[test]
fn compressed_files_are_rolled_by_their_bytes_on_the_disk() {
    let folder = Folder::new();
    let all = rows(100_000);
    let sink = CsvSink::create(folder.path("out.csv.gz"))
        .expect("there is room")
        .roll_at(100_000);
    copied(from(all.clone()), sink).run().expect("there is room");
    let names = folder.names();
    assert!(names.len() > 3, "{names:?}");
    assert_eq!(names[0], "out-00001.csv.gz");
    let texts = names.iter().map(|name| unpacked(&folder.path(name)));
    let lines = texts.map(|text| {
        text.strip_prefix("n,text\n")
            .expect("each has a header")
            .to_owned()
    });
    assert_eq!("n,text\n".to_owned() + &lines.collect::<String>(), as_csv(&all));
}

#[test]
fn a_job_goes_on_in_a_compressed_file() {
    let folder = Folder::new();
    let all = rows(60_000);
    let input = folder.write("in.csv.gz", compressed(as_csv(&all).as_bytes()));
    let out = folder.path("out.csv.gz");
    let job = |sink: CsvSink| copied(CsvSource::open(&input).expect("it is there"), sink);
    let mut running = job(CsvSink::create(&out).expect("there is room"))
        .batch_size(7000)
        .start()
        .expect("it starts");
    for _ in 0..4 {
        running.step().expect("nothing goes wrong");
    }
    let savepoint = running.savepoint().expect("it can be saved");
    drop(running);
    let bytes = savepoint.to_bytes();
    let savepoint = Savepoint::from_bytes(&bytes).expect("it is whole");
    let report = job(CsvSink::create(&out).expect("it is there"))
        .restore(&savepoint)
        .run()
        .expect("it goes on");
    assert_eq!(report.records_read(), 60_000);
    assert_eq!(unpacked(&out), as_csv(&all));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "checkpoints go by the clock")]
fn checkpoints_of_compressed_files_hold_each_record_once() {
    let folder = Folder::new();
    let mut all = rows(20_000);
    let input = folder.write("in.csv.gz", compressed(as_csv(&all).as_bytes()));
    let out = folder.path("out.csv.gz");
    let job = || {
        let sink = CsvSink::create(&out).expect("there is room");
        let checkpoints =
            Checkpoints::in_dir(folder.path("checkpoints")).every(std::time::Duration::from_millis(1));
        let source = CsvSource::open(&input).expect("it is there");
        copied(source, sink).checkpoints(checkpoints).batch_size(1000)
    };
    let mut running = job().start().expect("it starts");
    for _ in 0..5 {
        running.step().expect("nothing goes wrong");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    drop(running);
    job().run().expect("it goes on");
    assert_eq!(unpacked(&out), as_csv(&all));
    // Read to its end, there is no more; with a part after it there is.
    assert_eq!(job().run().expect("there is nothing more").records_read(), 20_000);
    let more = rows(20_010).split_off(20_000);
    all.extend(more.clone());
    let lines: String = more
        .iter()
        .map(|row| format!("{},{}\n", row.n, row.text))
        .collect();
    let parts = [
        compressed(as_csv(&all[..20_000]).as_bytes()),
        compressed(lines.as_bytes()),
    ]
    .concat();
    folder.write("in.csv.gz", parts);
    assert_eq!(job().run().expect("there is more").records_read(), 20_010);
    assert_eq!(unpacked(&out), as_csv(&all));
}
