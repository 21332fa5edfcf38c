//! What a CSV sink writes, and what it refuses.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use streamlite::prelude::*;
use streamlite_tests::Folder;

/// What a sink makes of records, or what is wrong with them.
fn write_with<T: Clone + Send + Serialize + 'static>(
    records: &[T],
    set: impl FnOnce(CsvSink) -> CsvSink,
) -> Result<String, String> {
    let folder = Folder::new();
    let sink = set(CsvSink::create(folder.path("out.csv")).expect("there is room"));
    let done = pipeline!(from(records.to_vec()).to(sink)).run();
    let text = folder.read("out.csv");
    match done {
        Ok(_) => Ok(text),
        Err(error) => {
            let first_bad = text.lines().count();
            assert!(first_bad <= records.len(), "nothing of it is written: {text}");
            Err(folder.without_name(&error.to_string()))
        }
    }
}

fn write<T: Clone + Send + Serialize + 'static>(records: &[T]) -> Result<String, String> {
    write_with(records, |sink| sink)
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Everything {
    text: String,
    letter: char,
    flag: bool,
    small: i8,
    large: u128,
    float: f32,
    double: f64,
    perhaps: Option<u32>,
    side: Side,
    nothing: (),
    wrapped: Wrapped,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Side {
    Left,
    Right,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Wrapped(i64);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Place {
    x: u32,
    y: u32,
}

#[test]
fn each_field_is_a_column() {
    let record = Everything {
        text: "a \"b\", c\n".to_owned(),
        letter: 'é',
        flag: true,
        small: -1,
        large: u128::MAX,
        float: 0.1,
        double: f64::NAN,
        perhaps: None,
        side: Side::Left,
        nothing: (),
        wrapped: Wrapped(i64::MIN),
    };
    let expected = "text,letter,flag,small,large,float,double,perhaps,side,nothing,wrapped\n\"a \"\"b\"\", c\n\",é,true,-1,\
                    340282366920938463463374607431768211455,0.1,NaN,,Left,,-9223372036854775808\n";
    assert_eq!(write(&[record]).as_deref(), Ok(expected));
    assert_eq!(Side::Right as u8, 1);
}

#[test]
fn windowed_results_have_four_columns() {
    let counted = |set: fn(CsvSink) -> CsvSink| {
        let folder = Folder::new();
        let sink = CsvSink::create(folder.path("out.csv")).expect("there is room");
        pipeline!(
            from([("a", 1), ("b", 59_999), ("a", 60_000), ("a", -1)])
                .event_time(|r| Timestamp::from_millis(r.1))
                .watermark(bounded(5min))
                .key_by(|r| r.0)
                .window(tumbling(1min))
                .count()
                .to(set(sink))
        )
        .run()
        .expect("it can be written");
        folder.read("out.csv")
    };
    let rows = "a,-60000,0,1\na,0,60000,1\nb,0,60000,1\na,60000,120000,1\n";
    assert_eq!(counted(|sink| sink), format!("key,start,end,value\n{rows}"));
    assert_eq!(counted(CsvSink::without_header), rows);
}

#[test]
fn windows_of_other_kinds_have_columns_too() {
    let folder = Folder::new();
    let sink = CsvSink::create(folder.path("out.csv")).expect("there is room");
    pipeline!(
        from([1, 2, 3])
            .key_by(|n| n % 2)
            .window(count(1))
            .sum(|n| *n)
            .to(sink)
    )
    .run()
    .expect("it can be written");
    assert_eq!(
        folder.read("out.csv"),
        "key,start,end,value\n1,0,1,1\n0,0,1,2\n1,1,2,3\n"
    );
}

#[test]
fn a_nested_value_is_refused_before_anything_is_written() {
    #[derive(Clone, Serialize)]
    struct Outer<T> {
        id: u32,
        inner: T,
    }
    #[derive(Clone, Serialize)]
    enum Kind {
        Wrapped(u32),
        Pair(u32, u32),
        Named { x: u32 },
    }
    fn cause<T: Clone + Send + Serialize + 'static>(inner: T) -> String {
        let error = write(&[Outer { id: 1, inner }]).expect_err("a column holds one value");
        error
            .strip_prefix("writing to DIR/out.csv: ")
            .expect("it names the file")
            .to_owned()
    }
    let advice = ", and a column holds one value; give it columns of its own by `.map(…)` into a flat struct, or by \
                  `#[serde(flatten)]`";
    let place = Place { x: 1, y: 2 };
    assert_eq!(cause(place.clone()), format!("`inner` is a struct{advice}"));
    assert_eq!(cause(Some((1, 2))), format!("`inner` is a tuple{advice}"));
    assert_eq!(cause(vec![1]), format!("`inner` is a list{advice}"));
    assert_eq!(
        cause(BTreeMap::from([(1, 2)])),
        format!("`inner` is a map{advice}")
    );
    for (kind, name) in [
        (Kind::Wrapped(1), "Wrapped"),
        (Kind::Pair(1, 2), "Pair"),
        (Kind::Named { x: 1 }, "Named"),
    ] {
        assert!(cause(kind).starts_with(&format!("`{name}` is a variant with contents")));
    }

    #[derive(Clone, Serialize)]
    struct Flat {
        id: u32,
        #[serde(flatten)]
        place: Place,
    }
    let flat = Flat {
        id: 7,
        place: place.clone(),
    };
    assert_eq!(
        write(&[flat.clone(), flat]).as_deref(),
        Ok("id,x,y\n7,1,2\n7,1,2\n")
    );
    // Without a header the values have their order.
    let nested = [(1, place.clone(), vec![3, 4])];
    assert_eq!(
        write_with(&nested, CsvSink::without_header).as_deref(),
        Ok("1,1,2,3,4\n")
    );
    assert_eq!(
        write(&[(place.clone(), place)]).as_deref(),
        Ok("x,y,x,y\n1,2,1,2\n")
    );
}

#[test]
fn what_has_no_names_has_a_header_that_is_said_or_none() {
    let pairs = [(1, "a"), (2, "b")];
    let error = "writing to DIR/out.csv: the columns of its records have no names; name them with `.columns([…])`, or write \
                 no header with `.without_header()`";
    assert_eq!(write(&pairs), Err(error.to_owned()));
    assert_eq!(write(&[1]), Err(error.to_owned()));
    assert_eq!(
        write_with(&pairs, CsvSink::without_header).as_deref(),
        Ok("1,a\n2,b\n")
    );
    let named = |sink: CsvSink| sink.columns(["n", "the \"text\""]);
    assert_eq!(
        write_with(&pairs, named).as_deref(),
        Ok("n,\"the \"\"text\"\"\"\n1,a\n2,b\n")
    );
    let error = write_with(&pairs, |sink| sink.columns(["n"])).expect_err("there are two");
    assert!(
        error.contains("its first line is `n`, and the records have `?`, `?`"),
        "{error}"
    );
}

#[test]
fn a_header_is_there_without_records() {
    let none: [Place; 0] = [];
    assert_eq!(write(&none).as_deref(), Ok(""));
    let named = |sink: CsvSink| sink.columns(["x", "y"]);
    assert_eq!(write_with(&none, named).as_deref(), Ok("x,y\n"));
    assert_eq!(
        write_with(&[Place { x: 1, y: 2 }], named).as_deref(),
        Ok("x,y\n1,2\n")
    );
    let error = write_with(&[Place { x: 1, y: 2 }], |sink| sink.columns(["y", "x"]))
        .expect_err("the order is another");
    assert!(
        error.contains("its first line is `y`, `x`, and the records have `x`, `y`"),
        "{error}"
    );
}

#[test]
fn a_header_that_was_said_is_there_once_when_more_is_appended() {
    let folder = Folder::new();
    for expected in ["x,y\n", "x,y\n1,2\n", "x,y\n1,2\n1,2\n"] {
        let records = vec![Place { x: 1, y: 2 }; usize::from(expected.len() > 4)];
        let sink = CsvSink::append(folder.path("out.csv"))
            .expect("there is room")
            .columns(["x", "y"]);
        pipeline!(from(records).to(sink))
            .run()
            .expect("it can be written");
        assert_eq!(folder.read("out.csv"), expected);
    }
    let sink = CsvSink::append(folder.path("out.csv")).expect("it is there");
    pipeline!(from([(7, 8)]).to(sink))
        .run()
        .expect("tuples may have any names");
    assert_eq!(folder.read("out.csv").lines().last(), Some("7,8"));
}

#[test]
fn a_header_of_more_or_fewer_columns_is_refused() {
    let folder = Folder::new();
    for header in ["x,y,z\n", "x\n"] {
        folder.write("out.csv", header);
        let sink = CsvSink::append(folder.path("out.csv")).expect("it is there");
        let error = pipeline!(from([Place { x: 1, y: 2 }]).to(sink)).run();
        let error = error.expect_err("the header has other columns").to_string();
        assert!(error.contains("and the records have `x`, `y`"), "{error}");
        assert_eq!(folder.read("out.csv"), header);
    }
}

#[test]
fn each_record_has_the_columns_of_the_first() {
    #[derive(Clone, Serialize)]
    struct Sparse {
        id: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        temp: Option<f64>,
        last: u32,
    }
    let sparse = [Some(1.5), None].map(|temp| Sparse { id: 1, temp, last: 2 });
    assert_eq!(write(&sparse).as_deref(), Ok("id,temp,last\n1,1.5,2\n1,,2\n"));
    let error = write(&[BTreeMap::from([("a", 1)]), BTreeMap::from([("b", 1)])]).expect_err("another name");
    assert!(
        error.contains("the record has a column `b` where the ones before it have `a`"),
        "{error}"
    );
    #[derive(Clone, Serialize)]
    #[serde(tag = "kind")]
    enum Kind {
        Cold { low: u32 },
        Warm { high: u32 },
    }
    let error = write(&[Kind::Cold { low: 1 }, Kind::Warm { high: 2 }]).expect_err("another name");
    assert!(
        error.contains("the record has a column `high` where the ones before it have `low`"),
        "{error}"
    );
    let lists = |lengths: &[usize]| {
        let records: Vec<Vec<u32>> = lengths.iter().map(|length| vec![7; *length]).collect();
        write_with(&records, CsvSink::without_header)
    };
    assert_eq!(lists(&[2, 2]).as_deref(), Ok("7,7\n7,7\n"));
    for length in [1, 3] {
        let error = lists(&[2, length]).expect_err("the length is another");
        assert!(error.contains("each must have the same"), "{error}");
    }
}

#[test]
fn another_quote_is_doubled() {
    let texts = [("it's", "a;b"), ("\"", "")];
    let set = |sink: CsvSink| sink.without_header().quote(b'\'').delimiter(b';');
    assert_eq!(write_with(&texts, set).as_deref(), Ok("'it''s';'a;b'\n\";\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_as_it_was(
        records in prop::collection::vec(("[ab,;\"\n\r \u{e9}]{0,6}", any::<Option<u8>>(), any::<f64>(), any::<i64>()), 1..20),
        one in prop::collection::vec(prop::option::of("[a\n\r\", ]{1,3}"), 1..20),
    ) {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        struct Row { text: String, small: Option<u8>, float: f64, wide: i64 }
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        struct One { text: Option<String> }
        let rows: Vec<Row> = records
            .into_iter()
            .map(|(text, small, float, wide)| Row { text, small, float, wide })
            .collect();
        let again = through(&rows);
        prop_assert_eq!(format!("{:?}", again), format!("{:?}", rows));
        let ones: Vec<One> = one.into_iter().map(|text| One { text }).collect();
        prop_assert_eq!(through(&ones), ones);
    }
}

/// Writes records and reads them.
fn through<T: Clone + Send + Serialize + serde::de::DeserializeOwned + 'static>(records: &[T]) -> Vec<T> {
    let folder = Folder::new();
    let path = folder.path("out.csv");
    let sink = CsvSink::create(&path).expect("there is room");
    pipeline!(from(records.to_vec()).to(sink))
        .run()
        .expect("it can be written");
    let source = CsvSource::<T>::open(&path).expect("it is there");
    pipeline!(from(source)).collect().expect("it can be read")
}
