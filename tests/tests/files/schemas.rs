//! What a type asks of records is found out from its `Deserialize`, and a strict source holds records against it.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use streamlite::format::{Field, Kind, Schema};
use streamlite::prelude::*;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Everything {
    #[serde(alias = "id", alias = "no")]
    whole_number: u32,
    #[serde(rename = "temp")]
    temperature: Option<f64>,
    #[serde(default)]
    place: String,
    #[serde(skip)]
    _ignored: u8,
    is_on: bool,
    letter: char,
    at: Timestamp,
    #[serde(with = "streamlite::time::rfc2822")]
    sent: Timestamp,
    inner: Inner,
    list: Vec<(i8, u64)>,
    by_name: BTreeMap<String, Inner>,
    by_number: BTreeMap<u16, bool>,
    wrapped: Wrapped,
    kind: Tagged,
    any: serde_json::Value,
    tree: Tree,
    nothing: (),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inner {
    #[serde(alias = "x")]
    a: i16,
}

#[derive(Serialize, Deserialize)]
struct Wrapped(Option<i64>);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Tagged {
    Plain,
    Number(u8),
    Pair(u8, String),
    Fields { of: Inner },
}

#[derive(Serialize, Deserialize)]
struct Tree {
    value: u8,
    below: Vec<Tree>,
}

#[test]
fn a_schema_is_what_the_type_says() {
    insta::assert_snapshot!("schema", Schema::of::<Everything>().to_string());
    insta::assert_snapshot!("json_schema", Schema::of::<Everything>().to_json_schema());
}

fn fields<T: DeserializeOwned>() -> Vec<(&'static str, Vec<&'static str>, bool)> {
    let schema = Schema::of::<T>();
    let fields = schema.fields().iter();
    fields
        .map(
            |Field {
                 name,
                 aliases,
                 required,
                 ..
             }| (*name, aliases.clone(), *required),
        )
        .collect()
}

#[test]
fn names_and_what_must_be_there_are_those_of_the_type() {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Mixed {
        #[serde(default, alias = "b")]
        a: u8,
        c: Option<u8>,
        // The type takes one text only, and the fields beside it are known all the same.
        day: Day,
        d: u8,
    }
    #[derive(Deserialize)]
    #[serde(try_from = "String")]
    struct Day;
    impl TryFrom<String> for Day {
        type Error = &'static str;

        fn try_from(text: String) -> Result<Self, &'static str> {
            if text == "2000-01-01" {
                Ok(Day)
            } else {
                Err("no day")
            }
        }
    }
    assert_eq!(
        fields::<Mixed>(),
        [
            ("a", vec!["b"], false),
            ("c", vec![], false),
            ("day", vec![], true),
            ("d", vec![], true)
        ]
    );

    // Of a type that takes no text that is tried, what can be known is known.
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Choosy {
        a: u8,
        never: Never,
        b: Option<u8>,
    }
    #[derive(Deserialize)]
    #[serde(try_from = "String")]
    struct Never;
    impl TryFrom<String> for Never {
        type Error = &'static str;

        fn try_from(_: String) -> Result<Self, &'static str> {
            Err("never")
        }
    }
    assert_eq!(
        fields::<Choosy>(),
        [("a", vec![], true), ("never", vec![], true), ("b", vec![], false)]
    );
}

#[test]
fn what_depends_on_the_data_is_anything() {
    #[derive(Deserialize)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    enum Untagged {
        A(u8),
        B(String),
    }
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Flat {
        a: u8,
        #[serde(flatten)]
        rest: BTreeMap<String, u8>,
    }
    assert_eq!(Schema::of::<Untagged>().kind(), &Kind::Any);
    assert!(matches!(Schema::of::<Flat>().kind(), Kind::Map(_) | Kind::Any));
    assert_eq!(
        Schema::of::<(u8, bool)>().to_string(),
        "a list of a whole number from 0 to 255 and true or false\n"
    );
    assert_eq!(Schema::of::<u8>().to_string(), "a whole number from 0 to 255\n");
    assert_eq!(
        Schema::of::<i128>().to_string(),
        format!("a whole number from {} to {}\n", i128::MIN, i128::MAX)
    );
}

#[derive(Debug, PartialEq, Deserialize)]
struct Reading {
    #[serde(alias = "id")]
    sensor: u32,
    temp: Option<f64>,
    #[serde(default)]
    place: String,
}

/// What a strict source says of a file.
fn strictly(name: &str, text: &str) -> Result<Vec<u32>, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    #[expect(clippy::disallowed_methods, reason = "somebody else writes the file")]
    std::fs::write(&path, text).expect("there is room");
    let read = if name.ends_with("csv") {
        let source = CsvSource::<Reading>::open(&path).map(|source| source.strict().on_error(Skip));
        pipeline!(from(source.expect("it is there")).map(|reading| reading.sensor)).collect()
    } else {
        let source = JsonSource::<Reading>::open(&path).map(|source| source.strict().on_error(Skip));
        pipeline!(from(source.expect("it is there")).map(|reading| reading.sensor)).collect()
    };
    read.map_err(|error| error.to_string().replace(&path.display().to_string(), name))
}

#[test]
fn a_strict_source_takes_what_the_type_says_and_nothing_else() {
    for (name, text, expected) in [
        ("a.csv", "id,place,temp\n1,x,2\nbad,x,2\n3,,\n", Ok(vec![1, 3])),
        ("a.csv", "id,place,temp\n", Ok(vec![])),
        (
            "a.csv",
            "sensor,tmp,place,more\n1,2,x,y\n",
            Err("the header does not fit the type: no field takes `tmp`, `more`; there is no `temp`"),
        ),
        (
            "a.csv",
            "sensor,temp,place\nx,2,y\n",
            Err("its first record does not fit: column `sensor`: "),
        ),
        (
            "a.json",
            "{\"id\":1,\"temp\":null,\"place\":\"\"}\n{}\n{\"id\":2,\"more\":1}",
            Ok(vec![1, 2]),
        ),
        (
            "a.json",
            "{\"id\":1,\"more\":1}",
            Err("its first record does not fit: no field takes `more`; there is no `temp`, `place`"),
        ),
        (
            "a.json",
            "\n{\"id\":\"x\",\"temp\":1,\"place\":\"\"}",
            Err("its first record does not fit: invalid type: string \"x\", expected u32"),
        ),
    ] {
        let read = strictly(name, text);
        match (read, expected) {
            (Ok(read), Ok(expected)) => assert_eq!(read, expected, "{text}"),
            (Err(error), Err(says)) => assert!(
                error.starts_with(&format!("reading {name}: ")) && error.contains(says),
                "{says}\n{error}"
            ),
            (read, _) => panic!("{text}: {read:?}"),
        }
    }
}
