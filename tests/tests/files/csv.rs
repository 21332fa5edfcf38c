//! CSV as people have it: what can be said of a file, and what is wrong with its header.

use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use streamlite::prelude::*;
use streamlite::source::BadRecord;
use streamlite_tests::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Reading {
    id: u32,
    temp: Option<f64>,
}

fn reading(id: u32, temp: impl Into<Option<f64>>) -> Reading {
    Reading {
        id,
        temp: temp.into(),
    }
}

/// The records of a file with these bytes, or what is wrong with it.
fn read_with<T: Debug + DeserializeOwned + 'static>(
    bytes: impl AsRef<[u8]>,
    set: impl FnOnce(CsvSource<T>) -> CsvSource<T>,
) -> Result<Vec<T>, String> {
    let folder = Folder::new();
    let path = folder.write("in.csv", bytes);
    let source = set(CsvSource::open(path).expect("it is there"));
    let records = pipeline!(from(source)).collect();
    records.map_err(|error| folder.without_name(&error.to_string()))
}

fn read<T: Debug + DeserializeOwned + 'static>(bytes: impl AsRef<[u8]>) -> Result<Vec<T>, String> {
    read_with(bytes, |source| source)
}

/// The records of a file, and the bad ones.
fn read_and_bad<T: Debug + DeserializeOwned + 'static>(
    bytes: impl AsRef<[u8]>,
    set: impl FnOnce(CsvSource<T>) -> CsvSource<T>,
) -> (Vec<T>, Vec<BadRecord>) {
    let (bad, seen) = CollectionSink::new();
    let records = read_with(bytes, |source| set(source).on_error(Route(bad)));
    (records.expect("bad records are routed"), seen.take())
}

#[test]
fn a_file_says_how_it_is_written() {
    let expected = Ok(vec![reading(1, 2.5), reading(3, None)]);
    assert_eq!(
        read_with("id;temp\n1;2.5\n3;\n", |csv| csv.delimiter(b';')),
        expected
    );
    assert_eq!(
        read_with("id\ttemp\n1\t2.5\n3\t\n", |csv| csv.delimiter(b'\t')),
        expected
    );
    assert_eq!(
        read_with("'id',temp\n1,'2.5'\n3,''\n", |csv| csv.quote(b'\'')),
        expected
    );
    assert_eq!(
        read_with("# from the lab\nid,temp\n#0,0\n1,2.5\n\n#\n3,\n# end", |csv| csv
            .comment(b'#')),
        expected
    );
    assert_eq!(
        read_with(" id , temp\n 1 ,2.5 \n\t3, \n", CsvSource::trim),
        expected
    );
    assert_eq!(read_with("1,2.5\n3,\n", CsvSource::without_header), expected);
    for end in ["\n", "\r\n", "\r"] {
        let text = ["a report\"", "", "id,temp", "1,2.5", "3,"].join(end);
        assert_eq!(read_with(text, |csv| csv.skip_lines(2)), expected, "{end:?}");
    }
    assert_eq!(
        read_with("id,temp\n1,2.5\n3,NA\n", |csv| csv.null_values(["-", "NA"])),
        expected
    );
}

#[test]
fn what_was_not_said_is_not_guessed() {
    let (records, bad) = read_and_bad("id,temp\n1,NA\n2,2\n", |csv: CsvSource<Reading>| csv);
    assert_eq!((records, bad.len()), (vec![reading(2, 2.0)], 1));
    let (records, bad) = read_and_bad("id,temp\n1,NA\n2,2\n", |csv: CsvSource<Reading>| {
        csv.null_values(["N/A"])
    });
    assert_eq!((records, bad.len()), (vec![reading(2, 2.0)], 1));
    // A text is a text.
    let names = read_with::<(String,)>("name\nNA\n", |csv| csv.null_values(["NA"]));
    assert_eq!(names, Ok(vec![("NA".to_owned(),)]));

    let flags = "flag\ntrue\nfalse\n1\nno\nTRUE\n";
    let (records, bad) = read_and_bad::<(bool,)>(flags, |csv| csv);
    assert_eq!(records, [(true,), (false,)]);
    assert_eq!(
        bad[0].to_string(),
        "in.csv:4: column `flag`: `true` or `false` is expected; other words are named by `.true_values([…])` and \
         `.false_values([…])`, in `1`"
            .replace("in.csv", &bad[0].file)
    );
    assert_eq!(bad.len(), 3);
    let (records, bad) =
        read_and_bad::<(bool,)>(flags, |csv| csv.true_values(["1", "TRUE"]).false_values(["no"]));
    assert_eq!(records, [(true,), (false,), (true,), (false,), (true,)]);
    assert!(bad.is_empty());
}

#[test]
fn options_that_cannot_be_told_apart_are_refused() {
    let refused = |set: fn(CsvSource<Reading>) -> CsvSource<Reading>| {
        read_with("id,temp\n", set).expect_err("it makes no sense")
    };
    assert_eq!(
        refused(|csv| csv.delimiter(b'\n')),
        "`.delimiter(b'\\n')`: a line ends there; take another character of ASCII"
    );
    assert_eq!(
        refused(|csv| csv.comment(b'"')),
        "`.comment(b'\\\"')`: it is the quote, too; take two different characters"
    );
    assert_eq!(
        refused(|csv| csv.quote(0xc3)),
        "`.quote(b'\\xc3')`: it is a part of a letter in UTF-8; take another character of ASCII"
    );
    assert_eq!(
        refused(|csv| csv.true_values(["x", "y"]).false_values(["y"])),
        "`.true_values([\"y\"])`: it is in `.false_values(…)`, too; name it in one of them"
    );
}

#[test]
fn text_behind_a_closing_quote_is_a_bad_record() {
    type Said = (u32, String);
    let text =
        "id,said\n1,\"say \\\"hi\\\" now\"\n2,\"say \"\"hi\"\"\"\n3,5\" disk\n4,\"a\"b\n5,\"c\nd\"\n6,e\n";
    let (records, bad) = read_and_bad::<Said>(text, |csv| csv);
    let said = |id, text: &str| (id, text.to_owned());
    let good = [
        said(2, "say \"hi\""),
        said(3, "5\" disk"),
        said(5, "c\nd"),
        said(6, "e"),
    ];
    assert_eq!(records, good);
    let causes: Vec<_> = bad
        .iter()
        .map(|bad| (bad.line, bad.cause.as_str(), bad.excerpt.as_str()))
        .collect();
    let cause = "there is text after the closing quote of a field; write a quote inside a quoted field twice, or read \
                 `\\\"` with `.escape(b'\\\\')`";
    assert_eq!(
        causes,
        [(2, cause, "1,\"say \\\"hi\\\" now\""), (5, cause, "4,\"a\"b")]
    );
    let (records, bad) = read_and_bad::<Said>(text, |csv| csv.escape(b'\\'));
    assert_eq!(records[0], said(1, "say \"hi\" now"));
    assert_eq!((records.len(), bad.len()), (5, 1));
    let (records, bad) = read_and_bad::<Said>("id,said\n1,\"a\n2,b\"\n", CsvSource::without_quotes);
    assert_eq!(records, [said(1, "\"a"), said(2, "b\"")]);
    assert!(bad.is_empty());
}

#[test]
fn a_blank_line_in_a_file_of_one_column_is_an_empty_field() {
    type One = (Option<String>,);
    let some = |text: &str| (Some(text.to_owned()),);
    for end in ["\n", "\r\n", "\r"] {
        let text = ["name", "", "a", "", "", "b", "\"\"", ""].join(end);
        let expected = vec![(None,), some("a"), (None,), (None,), some("b"), (None,)];
        assert_eq!(read::<One>(&text), Ok(expected.clone()), "{end:?}");
        let text = text.split_once(end).expect("there is a header").1;
        // Before the first record nobody knows how many columns there are.
        let without = read_with::<One>(text, CsvSource::without_header);
        assert_eq!(without, Ok(expected[1..].to_vec()), "{end:?}");
    }
    let (records, bad) = read_and_bad::<(u32,)>("n\n1\n\n2\n", |csv| csv);
    assert_eq!(records, [(1,), (2,)]);
    assert_eq!((bad[0].line, bad.len()), (3, 1));
    // Where there are more columns a blank line is none.
    assert_eq!(read("id,temp\n\n1,2\n\n"), Ok(vec![reading(1, 2.0)]));
}

#[test]
fn header_errors_come_from_the_header() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Own {
        id: u32,
        #[serde(deserialize_with = "missing")]
        temp: f64,
    }
    fn missing<'de, D: serde::Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        match f64::deserialize(from)? {
            temp if temp < 0.0 => Err(serde::de::Error::missing_field("warmth")),
            temp => Ok(temp),
        }
    }
    let (records, bad) = read_and_bad::<Own>("id,temp\n1,-1\n2,2\n", |csv| csv);
    assert_eq!(records, [Own { id: 2, temp: 2.0 }]);
    assert_eq!(
        (bad[0].column.as_str(), bad[0].cause.as_str()),
        ("temp", "missing field `warmth`")
    );

    let error = read::<Own>("id,tmp\n1,1\n").expect_err("`temp` is missing");
    assert_eq!(
        error,
        "reading DIR/in.csv: the header has no column `temp`; it has `id`, `tmp`; correct the first line, or read a file \
         without a header with `.without_header()`"
    );
}

#[test]
fn a_header_alone_is_held_against_the_type() {
    #[derive(Debug, PartialEq, Deserialize)]
    enum Kind {
        Warm,
        Cold,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Everything {
        kind: Kind,
        letter: char,
        flag: bool,
        text: String,
        float: f32,
        nothing: (),
        wrapped: std::num::Wrapping<i128>,
        perhaps: Option<u32>,
        last: u8,
    }
    let error = read::<Reading>("idd,temp\n").expect_err("`id` is missing");
    assert!(
        error.contains("the header has no column `id`; it has `idd`, `temp`"),
        "{error}"
    );
    let error =
        read::<Everything>("kind,letter,flag,text,float,nothing,wrapped,lst\n").expect_err("it is missing");
    assert!(error.contains("the header has no column `last`"), "{error}");
    assert_eq!(
        read::<Everything>("kind,letter,flag,text,float,nothing,wrapped,last"),
        Ok(vec![])
    );
    assert_eq!(read::<Reading>("id,temp\n"), Ok(vec![]));
    assert_eq!(read::<Reading>("id\n"), Ok(vec![]));
    assert_eq!(read::<Reading>(""), Ok(vec![]));
    let _ = (Kind::Warm, Kind::Cold);
}

#[test]
fn only_columns_that_a_field_names_must_be_there_once() {
    assert_eq!(read("id,temp,,\n1,2,,\n"), Ok(vec![reading(1, 2.0)]));
    assert_eq!(read("x,id,x,temp,x\n5,1,6,2,7\n"), Ok(vec![reading(1, 2.0)]));
    let twice = "the header names the column `id` twice";
    for shape in ["id,id,temp\n1,1,1\n", "id,temp,id\n1,1,1\n"] {
        let error = read::<Reading>(shape).expect_err("`id` comes twice");
        assert!(error.contains(twice), "{error}");
    }
    let error = read::<BTreeMap<String, u32>>("id,id\n1,1\n").expect_err("it comes twice");
    assert!(error.contains(twice), "{error}");
    assert_eq!(read::<(u32, u32)>("a,a\n1,2\n"), Ok(vec![(1, 2)]));

    #[derive(Debug, PartialEq, Deserialize)]
    struct Renamed {
        #[serde(alias = "sensor")]
        id: u32,
    }
    assert_eq!(read("x,sensor\n1,2\n"), Ok(vec![Renamed { id: 2 }]));
    let error = read::<Renamed>("id,sensor\n1,2\n").expect_err("two columns are `id`");
    assert!(
        error.contains("two columns of the header are the field `id`"),
        "{error}"
    );

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        id: u32,
    }
    assert_eq!(read("id,\n1,2\n").map(|all: Vec<Strict>| all.len()).ok(), None);
    let error = read::<Strict>("id,temp\n1,2\n").expect_err("it is not known");
    assert!(
        error.contains("the header has a column `temp`, and the type refuses unknown fields"),
        "{error}"
    );
}

#[test]
fn another_delimiter_is_named() {
    for (delimiter, shown) in [(";", "b';'"), ("\t", "b'\\t'"), ("|", "b'|'")] {
        let text = "id,temp\n1,2\n".replace(',', delimiter);
        let error = read::<Reading>(&text).expect_err("it is read with `,`");
        assert!(
            error.contains(&format!("which looks like `.delimiter({shown})`")),
            "{error}"
        );
        let error =
            read_with::<(u32, f64)>(text, CsvSource::without_header).expect_err("it is read with `,`");
        assert!(
            error.contains(&format!("it looks like `.delimiter({shown})`")),
            "{error}"
        );
    }
    let error =
        read_with::<Reading>("id,temp\n1,2\n", |csv| csv.delimiter(b';')).expect_err("it is read with `;`");
    assert!(error.contains("which looks like `.delimiter(b',')`"), "{error}");
}

#[test]
fn a_number_that_is_none_of_its_type_is_a_bad_record() {
    fn cause<T: Debug + DeserializeOwned + 'static>(text: &str) -> String {
        let (records, bad) = read_and_bad::<(T,)>(format!("n\n{text}\n"), |csv| csv);
        assert!(records.is_empty(), "{records:?} of {text}");
        bad[0].cause.clone()
    }
    assert_eq!(cause::<f64>("1e400"), "1e400 is too large for a `f64`");
    assert_eq!(cause::<f32>("1e39"), "1e39 is too large for a `f32`");
    assert_eq!(
        cause::<f64>("9007199254740993"),
        "9007199254740993 is no `f64` exactly; read it as a whole number or as text"
    );
    assert_eq!(
        cause::<f32>("-16777217"),
        "-16777217 is no `f32` exactly; read it as a whole number or as text"
    );
    assert_eq!(cause::<u8>("256"), "256 is too large for a `u8`");
    assert_eq!(cause::<u8>("-1"), "-1 is too small for a `u8`");
    assert_eq!(
        cause::<u8>(" 1"),
        "` 1` has white space around it, which `.trim()` leaves out"
    );
    assert_eq!(cause::<u8>("0x1f"), "`0x1f` is no whole number (`u8`)");
    for (text, float) in [
        ("9007199254740992", 9_007_199_254_740_992.0),
        ("1e300", 1e300),
        ("-inf", f64::NEG_INFINITY),
    ] {
        assert_eq!(read(format!("n\n{text}\n")), Ok(vec![(float,)]));
    }
    assert_eq!(read("n\n16777216\n"), Ok(vec![(16_777_216_f32,)]));
}

#[test]
fn a_nested_value_says_what_to_do() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Place {
        x: u32,
        y: u32,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Nested {
        id: u32,
        place: Place,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Flat {
        id: u32,
        #[serde(flatten)]
        place: Place,
    }
    let error = read::<Nested>("id,place\n1,2\n").expect_err("a column is no struct");
    assert!(
        error.contains("column `place`: `Place` is expected, and a column holds one value; flatten it"),
        "{error}"
    );
    let place = Place { x: 2, y: 3 };
    assert_eq!(read("y,id,x,z\n3,1,2,q\n"), Ok(vec![Flat { id: 1, place }]));
    // By their order, values take the columns that they need.
    let place = Place { x: 2, y: 3 };
    let nested = read_with("1,2,3\n", CsvSource::without_header);
    assert_eq!(nested, Ok(vec![Nested { id: 1, place }]));
    let error = read::<Flat>("id,x\n1,2\n").expect_err("`y` is missing");
    assert!(
        error.contains("the header has no column `y`; it has `id`, `x`"),
        "{error}"
    );
}

#[test]
fn a_long_stretch_without_records_is_no_long_record() {
    let blank = "\n".repeat(200_000);
    let comments = "# nothing\n".repeat(20_000);
    let text = format!("id,temp\n1,1\n{blank}{comments}2,2\n{comments}");
    let read = read_with(text, |csv| csv.comment(b'#').max_record_bytes(1000));
    assert_eq!(read, Ok(vec![reading(1, 1.0), reading(2, 2.0)]));
}

#[derive(Clone, Copy, Debug)]
struct Style {
    delimiter: char,
    end: &'static str,
    always_quoted: bool,
    last_end: bool,
}

/// A file written by hand, so to speak.
fn written(rows: &[Vec<String>], style: Style) -> String {
    let field = |text: &String| {
        let must = text.contains([style.delimiter, '"', '\n', '\r']) || text.is_empty();
        match must || style.always_quoted {
            true => format!("\"{}\"", text.replace('"', "\"\"")),
            false => text.clone(),
        }
    };
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            row.iter()
                .map(field)
                .collect::<Vec<_>>()
                .join(&style.delimiter.to_string())
        })
        .collect();
    let text = lines.join(style.end);
    if style.last_end { text + style.end } else { text }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_by_the_rules_is_read_as_it_was(
        rows in (1_usize..5).prop_flat_map(|columns| {
            let field = prop::string::string_regex("[ab,;\"\n\r# \u{e9}]{0,5}").expect("it is one");
            prop::collection::vec(prop::collection::vec(field, columns), 0..40)
        }),
        semicolon: bool,
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        always_quoted: bool,
        last_end: bool,
        stretch in 0_usize..3,
    ) {
        let style = Style { delimiter: if semicolon { ';' } else { ',' }, end, always_quoted, last_end };
        // Blocks of the file end anywhere in it.
        let long = "x".repeat(stretch * 65_530);
        let mut rows = rows;
        if let Some(first) = rows.first_mut() {
            first[0] += &long;
        }
        let text = written(&rows, style);
        let delimiter = style.delimiter as u8;
        let read = read_with::<Vec<String>>(text, |csv| csv.without_header().delimiter(delimiter));
        prop_assert_eq!(read, Ok(rows));
    }

    #[test]
    fn whatever_stands_in_a_file_is_a_record_or_a_bad_one(
        text in "[ab1,\"\n\r#\\\\]{0,60}",
        escape: bool,
        header: bool,
    ) {
        let set = |csv: CsvSource<Vec<String>>| {
            let csv = if escape { csv.escape(b'\\') } else { csv };
            let csv = if header { csv } else { csv.without_header() };
            csv.comment(b'#').max_record_bytes(20).on_error(Skip)
        };
        // It ends, and does not panic.
        let whole = read_with(&text, set);
        // Whatever stands after it, the next line is a record, unless it is inside of quotes.
        let quotes = text.bytes().filter(|byte| *byte == b'"').count();
        if quotes == 0 && header && let Ok(before) = whole {
            let columns = before.first().map_or(1, Vec::len);
            let last = vec!["z"; columns];
            let after = read_with(format!("{text}\n{}\n", last.join(",")), set);
            if !before.is_empty() {
                prop_assert_eq!(after.expect("its header is good").last().map(Vec::len), Some(columns));
            }
        }
    }
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
    let report = |files: &[&str]| {
        let folder = Folder::new();
        let paths = files
            .iter()
            .enumerate()
            .map(|(number, text)| folder.write(&format!("{number}.csv"), text));
        let source = CsvSource::<Named>::open_all(paths).expect("they are there");
        let report = pipeline!(from(source).to(NullSink))
            .run()
            .expect("they can be read");
        let unmatched = report.sources[0].unmatched.clone();
        (unmatched.fields, unmatched.columns, report.to_string())
    };
    let (fields, columns, text) = report(&["sensor,temperature,x\n1,2,3\n"]);
    assert_eq!(
        (fields, columns),
        (
            vec!["temp".into(), "text".into()],
            vec!["temperature".into(), "x".into()]
        )
    );
    let line = "`temp`, `text` was in no record of `from`; `temperature`, `x` was taken by no field";
    assert!(text.contains(line), "{text}");

    let (fields, columns, text) = report(&["id,temp,more\n1,2,3\n", "no,text\n1,a\n", "id,text\n"]);
    assert_eq!((fields, columns), (vec![], vec!["more".to_owned()]));
    assert!(!text.contains("in no record"), "{text}");
    assert_eq!(report(&["id\n"]).0, Vec::<String>::new(), "there are no records");
}
