//! JSON lines: what is no record, and what cannot be written.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use streamlite::prelude::*;
use streamlite_tests::Folder;

/// The records of a file and the causes of the bad ones, or what is wrong with the file.
fn read<T: Debug + DeserializeOwned + 'static>(text: &str) -> Result<(Vec<T>, Vec<String>), String> {
    let folder = Folder::new();
    let path = folder.write("in.jsonl", text);
    let (bad, seen) = CollectionSink::new();
    let source = JsonSource::open(path).expect("it is there").on_error(Route(bad));
    let records = pipeline!(from(source)).collect();
    let records = records.map_err(|error| folder.without_name(&error.to_string()))?;
    let causes = seen.take().into_iter().map(|bad| bad.cause);
    Ok((records, causes.collect()))
}

fn bad<T: Debug + DeserializeOwned + 'static>(line: &str) -> String {
    let (records, bad) = read::<T>(&format!("\n{line}\n")).expect("bad records are routed");
    assert!(records.is_empty(), "{records:?} of {line}");
    bad.concat()
}

fn good<T: Debug + DeserializeOwned + 'static>(line: &str) -> T {
    let (mut records, bad) = read(line).expect("bad records are routed");
    assert!(bad.is_empty(), "{bad:?}");
    records.pop().expect("there is one")
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Reading {
    sensor: u32,
    temp: f64,
}

#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
enum Side {
    Left,
    Right,
}

#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
struct Number(u32);

#[derive(Debug, PartialEq, Deserialize)]
struct Flattened {
    sensor: u32,
    #[serde(flatten)]
    rest: HashMap<String, Value>,
}

#[derive(Debug, PartialEq, Deserialize)]
enum Shape {
    Empty,
    Wrapped(HashMap<String, u32>),
    Pair(u32, Value),
    Named { inner: BTreeMap<u32, f32> },
}

#[test]
fn a_name_that_comes_twice_is_a_bad_record_wherever_it_stands() {
    let twice = |cause: String, name: &str| {
        assert!(cause.starts_with(&format!("duplicate field `{name}`")), "{cause}");
    };
    twice(bad::<Reading>(r#"{"sensor":1,"temp":2,"temp":3}"#), "temp");
    twice(bad::<HashMap<String, u32>>(r#"{"a":1,"b":2,"a":3}"#), "a");
    twice(bad::<HashMap<String, u32>>(r#"{"a":1,"\u0061":3}"#), "a");
    twice(bad::<BTreeMap<u32, u32>>(r#"{"1":1,"1":3}"#), "1");
    twice(bad::<BTreeMap<Number, u32>>(r#"{"1":1,"1":3}"#), "1");
    twice(
        bad::<BTreeMap<Side, u32>>(r#"{"Left":1,"Right":2,"Left":3}"#),
        "Left",
    );
    twice(bad::<BTreeMap<bool, u32>>(r#"{"true":1,"true":3}"#), "true");
    twice(bad::<Value>(r#"[1,{"x":{"a":1,"a":1}}]"#), "a");
    twice(
        bad::<Option<Vec<HashMap<String, u32>>>>(r#"[{},{"a":1,"a":1}]"#),
        "a",
    );
    twice(bad::<Flattened>(r#"{"sensor":1,"x":1,"x":2}"#), "x");
    twice(bad::<Flattened>(r#"{"sensor":1,"x":{"y":1,"y":2}}"#), "y");
    twice(bad::<Shape>(r#"{"Wrapped":{"a":1,"a":1}}"#), "a");
    twice(bad::<Shape>(r#"{"Pair":[1,{"a":1,"a":1}]}"#), "a");
    twice(bad::<Shape>(r#"{"Named":{"inner":{"7":1,"7":1}}}"#), "7");

    let map: HashMap<String, u32> = good(r#"{"a":1,"b":1}"#);
    assert_eq!(map.len(), 2);
    let sides: BTreeMap<Side, u32> = good(r#"{"Left":1,"Right":2}"#);
    assert_eq!(sides[&Side::Right], 2);
    let nested: Value =
        good(r#"{"a":{"a":1},"b":[{"a":1},{"a":2}],"c":null,"d":1.5,"e":-1,"f":"x","g":true}"#);
    assert_eq!(nested["b"][1]["a"], 2);
    assert_eq!(good::<Shape>(r#""Empty""#), Shape::Empty);
    let inner = BTreeMap::from([(7, 1.5)]);
    assert_eq!(
        good::<Shape>(r#"{"Named":{"inner":{"7":1.5}}}"#),
        Shape::Named { inner }
    );
    let flat: Flattened = good(r#"{"sensor":1,"x":2.5}"#);
    assert_eq!(flat.rest["x"], 2.5);
    // Nobody looks at what is ignored.
    assert_eq!(good::<Reading>(r#"{"sensor":1,"temp":2,"x":1,"x":2}"#).sensor, 1);
}

#[test]
fn no_number_becomes_another_one() {
    let not_exact = " exactly; read it as a whole number or as text";
    assert!(
        bad::<f32>("1e39").starts_with("number out of range"),
        "{}",
        bad::<f32>("1e39")
    );
    assert!(
        bad::<f64>("1e400").starts_with("number out of range"),
        "{}",
        bad::<f64>("1e400")
    );
    for (cause, number) in [
        (bad::<f64>("9007199254740993"), "9007199254740993 is no `f64`"),
        (
            bad::<Reading>(r#"{"sensor":1,"temp":-9007199254740993}"#),
            "-9007199254740993 is no `f64`",
        ),
        (
            bad::<f64>("18446744073709551615"),
            "18446744073709551615 is no `f64`",
        ),
        (bad::<Vec<f32>>("[1,16777217]"), "16777217 is no `f32`"),
        (
            bad::<Shape>(r#"{"Named":{"inner":{"7":16777217}}}"#),
            "16777217 is no `f32`",
        ),
    ] {
        assert!(cause.starts_with(&format!("{number}{not_exact}")), "{cause}");
    }
    assert_eq!(good::<f64>("9007199254740992"), 9_007_199_254_740_992.0);
    assert_eq!(good::<f64>("-3"), -3.0);
    assert_eq!(good::<f32>("16777216"), 16_777_216.0);
    assert_eq!(good::<f32>("3.4028235e38"), f32::MAX);
    assert_eq!(good::<Option<f32>>("null"), None);
    assert!(
        bad::<f32>("\"1\"").contains("expected f32"),
        "{}",
        bad::<f32>("\"1\"")
    );
}

#[test]
fn what_is_not_json_lines_says_so_once() {
    let refused = |text: &str| read::<Reading>(text).expect_err("it is not JSON lines");
    let over_lines = "reading DIR/in.jsonl: it is not JSON lines: its first value goes over several lines; write each record \
                      on a line of its own, as `jq -c .` does";
    let list = "reading DIR/in.jsonl: it is not JSON lines: its records are in one list; write each record on a line of its \
                own, as `jq -c '.[]'` does";
    assert_eq!(refused("\n{\n  \"sensor\": 1,\n  \"temp\": 2\n}\n"), over_lines);
    assert_eq!(
        refused("[\n{\"sensor\":1,\"temp\":2},\n{\"sensor\":1,\"temp\":2}\n]\n"),
        list
    );
    assert_eq!(
        refused("[{\"sensor\":1,\"temp\":2},{\"sensor\":1,\"temp\":2}]\n"),
        list
    );
    // In the midst of a file it is a bad record.
    let (records, bad) =
        read::<Reading>("{\"sensor\":1,\"temp\":2}\n{\n}\n").expect("its first line is a record");
    assert_eq!((records.len(), bad.len()), (1, 2));
    let (records, bad) =
        read::<Reading>("{\"sensor\":1,\n{\"sensor\":1,\"temp\":2}\n").expect("one line is cut off");
    assert_eq!((records.len(), bad.len()), (1, 1));
}

#[test]
fn a_float_that_json_has_no_number_for_is_an_error_that_names_the_field() {
    fn error<T: Clone + Send + Serialize + 'static>(record: T) -> String {
        let folder = Folder::new();
        let path = folder.path("out.jsonl");
        let sink = JsonSink::create(&path).expect("there is room");
        let error = pipeline!(from([record]).to(sink))
            .run()
            .expect_err("it cannot be read again");
        assert_eq!(folder.read("out.jsonl"), "", "nothing of it is written");
        let error = folder.without_name(&error.to_string());
        let error = error
            .strip_prefix("writing to DIR/out.jsonl: ")
            .expect("it names the file");
        let rest = ", and JSON has no such number; make it an `Option` that is `None` there, or a text";
        error.strip_suffix(rest).expect("it says what to do").to_owned()
    }
    #[derive(Clone, Serialize)]
    struct Outer<T> {
        id: u32,
        inner: T,
    }
    #[derive(Clone, Serialize)]
    struct Flat<T> {
        #[serde(flatten)]
        inner: T,
    }
    #[derive(Clone, Serialize)]
    enum Kind {
        Wrapped(f32),
        Named { x: f64 },
    }
    let reading = Reading {
        sensor: 1,
        temp: f64::NAN,
    };
    assert_eq!(error(reading.clone()), "`temp` is NaN");
    assert_eq!(error(f64::NEG_INFINITY), "the record is -inf");
    assert_eq!(error((1, f32::INFINITY)), "the record is inf");
    assert_eq!(
        error(Outer {
            id: 1,
            inner: reading.clone()
        }),
        "`inner.temp` is NaN"
    );
    assert_eq!(
        error(Outer {
            id: 1,
            inner: Some(vec![1.0, f64::NAN])
        }),
        "`inner` is NaN"
    );
    assert_eq!(
        error(Outer {
            id: 1,
            inner: HashMap::from([("a b", f64::NAN)])
        }),
        "`inner.a b` is NaN"
    );
    assert_eq!(error(Flat { inner: reading }), "`temp` is NaN");
    assert_eq!(error(Kind::Wrapped(f32::NAN)), "the record is NaN");
    assert_eq!(error(Kind::Named { x: f64::NAN }), "`x` is NaN");
}

#[test]
fn what_is_written_is_what_the_library_writes() {
    #[derive(Clone, Serialize)]
    struct Everything {
        text: &'static str,
        nothing: Option<f64>,
        unit: (),
        list: Vec<(i8, char)>,
        map: BTreeMap<u32, bool>,
        wide: i128,
        float: f32,
        shape: Result<u8, Reading>,
        #[serde(skip_serializing_if = "Option::is_none")]
        left_out: Option<u8>,
    }
    let record = Everything {
        text: "\"\u{1}é",
        nothing: None,
        unit: (),
        list: vec![(-1, 'x')],
        map: BTreeMap::from([(7, true)]),
        wide: i128::MIN,
        float: 0.1,
        shape: Err(Reading {
            sensor: 1,
            temp: 1e300,
        }),
        left_out: None,
    };
    let expected = serde_json::to_string(&record).expect("it can be written");
    let folder = Folder::new();
    let sink = JsonSink::create(folder.path("out.jsonl")).expect("there is room");
    pipeline!(from([record]).to(sink))
        .run()
        .expect("it can be written");
    assert_eq!(folder.read("out.jsonl"), expected + "\n");
}

#[test]
fn fields_that_no_record_had_are_in_the_report() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its names matter")]
    struct Named {
        #[serde(alias = "sensor", alias = "no")]
        id: u32,
        temp: Option<f64>,
        #[serde(default)]
        text: String,
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its names matter")]
    struct Wrapped(Option<Named>);
    fn unmatched<T: DeserializeOwned + Send + 'static>(files: &[&str]) -> (Vec<String>, Vec<String>) {
        let folder = Folder::new();
        let paths = files
            .iter()
            .enumerate()
            .map(|(number, text)| folder.write(&format!("{number}.jsonl"), text));
        let source = JsonSource::<T>::open_all(paths)
            .expect("they are there")
            .on_error(Skip);
        let report = pipeline!(from(source).to(NullSink))
            .run()
            .expect("they can be read");
        let unmatched = report.sources[0].unmatched.clone();
        (unmatched.fields, unmatched.columns)
    }
    let expected = |fields: &[&str], columns: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        (owned(fields), owned(columns))
    };
    let misspelt = "{\"sensor\":1,\"temperature\":2}\n{\"id\":2,\"x\":3,\"temperature\":2}\n";
    assert_eq!(
        unmatched::<Named>(&[misspelt]),
        expected(&["temp", "text"], &["temperature", "x"])
    );
    assert_eq!(
        unmatched::<Wrapped>(&[misspelt]),
        expected(&["temp", "text"], &["temperature", "x"])
    );
    // The first record has none of them, and a later one the third name of a field.
    let later = "{\"y\":0,\"temp\":1}\n{\"text\":\"\",\"no\":1}\n";
    assert_eq!(unmatched::<Named>(&[later]), expected(&[], &["y"]));
    assert_eq!(
        unmatched::<Named>(&["{\"id\":1,\"temp\":1,\"more\":1}\n", "{\"id\":1,\"text\":\"\"}\n"]),
        expected(&[], &["more"])
    );
    assert_eq!(unmatched::<Named>(&["", "\n"]), expected(&[], &[]));
    assert_eq!(
        unmatched::<HashMap<String, u32>>(&["{\"a\":1}\n"]),
        expected(&[], &[])
    );
}
