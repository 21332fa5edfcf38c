//! Files in and out: CSV and JSON lines, what becomes of bad records, and what the errors say.

use streamlite::prelude::*;
use streamlite_tests::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Reading {
    sensor: u32,
    temp: f64,
}

fn reading(sensor: u32, temp: f64) -> Reading {
    Reading { sensor, temp }
}

/// An error's text, with the folder's own name left out.
fn text(folder: &Folder, error: &streamlite::Error) -> String {
    folder.without_name(&error.to_string())
}

#[test]
fn a_bad_record_ends_the_job_and_says_where_it_is() {
    let folder = Folder::new();
    let path = folder.write("readings.csv", "sensor,temp\n7,21.5\n7,h\u{1b}ot\n8,1\n");
    let source = CsvSource::<Reading>::open(path).expect("it is there");
    let error = pipeline!(from(source)).collect().expect_err("a record is bad");
    assert_eq!(
        text(&folder, &error),
        "reading DIR/readings.csv:3: column `temp`: `h\\u{1b}ot` is no number (`f64`), in `7,h\\u{1b}ot`; correct the record, or keep \
         the others with `.on_error(Skip)` or `.on_error(Route(sink))`"
    );
}

#[test]
fn bad_records_are_skipped_and_counted_or_routed() {
    let folder = Folder::new();
    let path = folder.write("readings.csv", "sensor,temp\n7,21.5\n7\nx,1\n8,22\n");
    pipeline!(
        fn copy(readings: Source<Reading>, out: Sink<Reading>) {
            readings.to(out);
        }
    );
    let (out, got) = CollectionSink::new();
    let source = CsvSource::open(&path).expect("it is there").on_error(Skip);
    let report = copy(source, out).run().expect("bad records are skipped");
    assert_eq!(got.take(), [reading(7, 21.5), reading(8, 22.0)]);
    assert_eq!((report.skipped(), report.records_read()), (2, 2));
    assert!(
        report
            .to_string()
            .contains("2 records of `readings` could not be read and were left out"),
        "{report}"
    );

    let (bad, routed) = CollectionSink::<BadRecord>::new();
    let source = CsvSource::open(&path).expect("it is there").on_error(Route(bad));
    copy(source, NullSink).run().expect("bad records are routed");
    let lines: Vec<(u64, String)> = routed
        .take()
        .into_iter()
        .map(|bad| (bad.line, bad.cause))
        .collect();
    assert_eq!(
        lines,
        [
            (3, "2 columns expected, 1 found".to_owned()),
            (4, "`x` is no whole number (`u32`)".to_owned())
        ]
    );
}

#[test]
fn a_file_that_is_not_there_says_so() {
    let folder = Folder::new();
    let error = CsvSource::<Reading>::open(folder.path("none.csv")).expect_err("it is not there");
    assert_eq!(
        text(&folder, &error),
        "opening DIR/none.csv: No such file or directory (os error 2); check the path, relative paths start at the \
         working directory"
    );
    let error = JsonSink::create(folder.path("none/out.jsonl")).expect_err("its folder is not there");
    assert!(
        text(&folder, &error).starts_with("creating DIR/none/out.jsonl: No such file"),
        "{error}"
    );
}

#[test]
fn a_json_record_says_which_field_is_wrong() {
    let folder = Folder::new();
    let path = folder.write(
        "readings.jsonl",
        "{\"sensor\":7,\"temp\":21.5}\n{\"sensor\":-1,\"temp\":1}\n",
    );
    let source = JsonSource::<Reading>::open(path).expect("it is there");
    let error = pipeline!(from(source)).collect().expect_err("a record is bad");
    assert!(
        text(&folder, &error).starts_with("reading DIR/readings.jsonl:2: "),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("invalid value: integer `-1`, expected u32"),
        "{error}"
    );
}

#[test]
fn what_is_written_is_read_back() {
    let folder = Folder::new();
    let readings = vec![reading(1, -0.5), reading(2, 1e300), reading(3, 0.1)];
    pipeline!(
        fn copy(readings: Source<Reading>, csv: Sink<Reading>, json: Sink<Reading>) {
            readings.to(csv);
            readings.to(json);
        }
    );
    let csv = CsvSink::create(folder.path("a.csv")).expect("there is room");
    let json = JsonSink::create(folder.path("a.jsonl")).expect("there is room");
    let report = copy(CollectionSource::new(readings.clone()), csv, json)
        .run()
        .expect("nothing is wrong");
    assert_eq!(report.sink("csv").map(|sink| sink.records), Some(3));
    assert_eq!(folder.read("a.csv").lines().next(), Some("sensor,temp"));
    assert_eq!(
        folder.read("a.jsonl").lines().next(),
        Some("{\"sensor\":1,\"temp\":-0.5}")
    );

    let csv = CsvSource::<Reading>::open(folder.path("a.csv")).expect("it is there");
    assert_eq!(pipeline!(from(csv)).collect().expect("it is good"), readings);
    let json = JsonSource::<Reading>::open(folder.path("a.jsonl")).expect("it is there");
    assert_eq!(pipeline!(from(json)).collect().expect("it is good"), readings);
}

#[test]
fn creating_a_file_puts_it_in_place_of_an_older_one() {
    let folder = Folder::new();
    folder.write("out.jsonl", "something older\n");
    pipeline!(
        fn copy(numbers: Source<u32>, out: Sink<u32>) {
            numbers.to(out);
        }
    );
    let out = JsonSink::create(folder.path("out.jsonl")).expect("there is room");
    copy(CollectionSource::new([1, 2]), out)
        .run()
        .expect("nothing is wrong");
    assert_eq!(folder.read("out.jsonl"), "1\n2\n");
}

pipeline!(
    fn floats_through(readings: Source<Reading>, out: Sink<Reading>) {
        readings.to(out);
    }
);

/// In this workspace another crate may ask for it, too: the library must do so for those who have no such crate.
#[test]
fn the_library_itself_asks_for_exact_floats() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../streamlite/Cargo.toml");
    let tree = std::process::Command::new(cargo)
        .args([
            "tree",
            "--offline",
            "--edges",
            "normal,features",
            "--invert",
            "serde_json",
        ])
        .args(["--package", "streamlite", "--manifest-path", manifest])
        .output()
        .expect("cargo runs the tests, too");
    let tree = String::from_utf8_lossy(&tree.stdout);
    assert!(tree.contains("float_roundtrip"), "{tree}");
}

/// A float that is written is read as itself, down to its last bit.
#[test]
fn floats_come_back_from_files_as_they_were() {
    let mut bits = 0x2026_1127_u64;
    let mut floats = vec![
        0.0,
        -0.0,
        0.1 + 0.2,
        0.999_999_999_999_999_9,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
    ];
    while floats.len() < 20_000 {
        bits = bits
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let float = f64::from_bits(bits ^ (bits >> 21));
        let unit = f64::from(u32::try_from(bits >> 32).expect("half of it")) / 4_294_967_296.0;
        floats.extend([float, unit].iter().filter(|float| float.is_finite()));
    }
    let numbered: Vec<Reading> = (0..).zip(floats).map(|(n, float)| reading(n, float)).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let json = folder.path().join("floats.json");
    let csv = folder.path().join("floats.csv");
    floats_through(
        CollectionSource::new(numbered.clone()),
        JsonSink::create(&json).expect("it can be"),
    )
    .run()
    .expect("it is written");
    floats_through(
        CollectionSource::new(numbered.clone()),
        CsvSink::create(&csv).expect("it can be"),
    )
    .run()
    .expect("it is written");
    let same = |read: Vec<Reading>| {
        assert_eq!(read.len(), numbered.len());
        for (one, other) in read.iter().zip(&numbered) {
            assert_eq!(
                (one.sensor, one.temp.to_bits()),
                (other.sensor, other.temp.to_bits()),
                "{}",
                other.temp
            );
        }
    };
    let (out, got) = CollectionSink::new();
    floats_through(JsonSource::open(&json).expect("it is there"), out)
        .run()
        .expect("it is read");
    same(got.take());
    let (out, got) = CollectionSink::new();
    floats_through(CsvSource::open(&csv).expect("it is there"), out)
        .run()
        .expect("it is read");
    same(got.take());
}
