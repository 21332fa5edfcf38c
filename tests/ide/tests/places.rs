//! What an editor shows at places inside of pipelines, statements half typed too.
//!
//! Skipped, with a line that says so, where there is no rust-analyzer, or no source of the standard library.

use std::path::Path;

use streamlite_tests_ide::{Analyzer, Project};

const PREAMBLE: &str = "use streamlite::prelude::*;

/// A measured temperature.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading { pub sensor: u32, pub temp: f64, pub at: i64 }

";

/// What is asked at the `$0`.
enum Ask {
    /// These names are offered.
    Offers(&'static [&'static str]),
    /// The hover says this.
    Says(&'static str),
    /// The definition stands on a line of the file that begins so.
    GoesTo(&'static str),
    /// The definition stands in this file of the library.
    GoesInto(&'static str),
}

/// A way to write a pipeline around statements over `readings`.
type Form = (&'static str, fn(&str) -> String);

fn item(body: &str) -> String {
    format!(
        "pipeline!(\n    pub fn p(readings: Source<Reading>, out: Sink<f64>, limit: f64) {{\n{body}\n    }}\n);\n"
    )
}

fn attribute(body: &str) -> String {
    format!("#[dataflow]\npub fn p(readings: Source<Reading>, out: Sink<f64>, limit: f64) {{\n{body}\n}}\n")
}

fn expression(body: &str) -> String {
    format!(
        "pub fn p(given: Vec<Reading>, limit: f64) {{\n    let (out, _) = CollectionSink::<f64>::new();\n    let job = pipeline!({{\nlet readings = from(given);\n{body}\n    }});\n}}\n"
    )
}

fn in_a_macro(body: &str) -> String {
    format!(
        "macro_rules! wrapped {{ ($($tokens:tt)*) => {{ pipeline!($($tokens)*); }} }}\nwrapped! {{\n    pub fn p(readings: Source<Reading>, out: Sink<f64>, limit: f64) {{\n{body}\n    }}\n}}\n"
    )
}

const FORMS: [Form; 4] = [
    ("item", item),
    ("attribute", attribute),
    ("expression", expression),
    ("inside `macro_rules!`", in_a_macro),
];

const END: &str = "readings.map(|r| r.temp).to(out);";

/// Asked in every form. `END` stands for a whole statement after the one that is typed.
const EVERYWHERE: &[(&str, &str, Ask)] = &[
    (
        "an operator",
        "let x = readings.$0;\nEND",
        Ask::Offers(&["filter", "map", "key_by"]),
    ),
    (
        "an operator, the statement unfinished",
        "let x = readings.$0\nEND",
        Ask::Offers(&["filter", "map", "key_by"]),
    ),
    (
        "a half-typed operator",
        "let x = readings.fi$0\nEND",
        Ask::Offers(&["filter", "filter_map"]),
    ),
    (
        "a further operator",
        "let x = readings.filter(|r| r.temp > 0.0).$0\nEND",
        Ask::Offers(&["map", "key_by", "to"]),
    ),
    (
        "an operator on keys",
        "let x = readings.key_by(|r| r.sensor).$0\nEND",
        Ask::Offers(&["window", "count", "running"]),
    ),
    (
        "a setting of a window",
        "let x = readings.event_time(|r| r.at).key_by(|r| r.sensor).window(tumbling(1min)).$0\nEND",
        Ask::Offers(&["allowed_lateness", "with_late", "aggregate"]),
    ),
    (
        "an operator after a missing semicolon",
        "let x = readings.map(|r| r.temp)\nlet y = x.$0;\nEND",
        Ask::Offers(&["filter", "map", "to"]),
    ),
    (
        "a field after an unfinished statement",
        "let x = readings.filter(|r| r.temp > 0.0).\nlet y = readings.map(|r| r.$0);\ny.to(out);",
        Ask::Offers(&["temp", "sensor"]),
    ),
    (
        "an aggregate, half typed",
        "readings.key_by(|r| r.sensor).aggregate(|key, rows| (*key, rows.me$0)).to(out);",
        Ask::Offers(&["mean"]),
    ),
    (
        "a field, the closure unfinished",
        "let x = readings.filter(|r| r.$0);\nEND",
        Ask::Offers(&["temp", "sensor"]),
    ),
    (
        "a field in an expression",
        "let x = readings.filter(|r| r.$0 > limit);\nx.map(|r| r.temp).to(out);",
        Ask::Offers(&["temp", "sensor"]),
    ),
    (
        "a field after a `let`",
        "let x = readings.map(|r| r.clone());\nx.map(|y| y.$0).to(out);",
        Ask::Offers(&["temp", "sensor"]),
    ),
    (
        "an aggregate",
        "readings.key_by(|r| r.sensor).aggregate(|key, rows| rows.$0).to(out);",
        Ask::Offers(&["count", "mean", "filter"]),
    ),
    (
        "an aggregate inside `format!`",
        "readings.key_by(|r| r.sensor).aggregate(|key, rows| format!(\"{}\", rows.me$0)).to(out);",
        Ask::Offers(&["mean"]),
    ),
    (
        "a field inside an aggregate",
        "readings.key_by(|r| r.sensor).aggregate(|key, rows| rows.mean(|r| r.$0)).to(out);",
        Ask::Offers(&["temp", "sensor"]),
    ),
    (
        "a window",
        "readings.event_time(|r| r.at).key_by(|r| r.sensor).window(tumbling(1min)).aggregate(|key, window, rows| window.$0).to(out);",
        Ask::Offers(&["start", "end"]),
    ),
    (
        "a field in an arm",
        "match readings { r if r.temp > 0.0 => hot = r, other => cold = other.$0 }\nhot.map(|r| r.temp).to(out);\ncold.for_each(|_| ());",
        Ask::Offers(&["temp", "sensor"]),
    ),
    (
        "a stream's name",
        "let hot = readings.map(|r| r.temp);\nho$0",
        Ask::Offers(&["hot"]),
    ),
    (
        "a stream",
        "let ho$0t = readings.map(|r| r.temp);\nhot.to(out);",
        Ask::Says("Stream"),
    ),
    (
        "an operator",
        "let hot = readings.ma$0p(|r| r.temp);\nhot.to(out);",
        Ask::Says("fn map"),
    ),
    (
        "an operator with a key",
        "readings.key$0_by(|r| r.sensor).running().mean(|r| r.temp).map(|(_, mean)| mean).to(out);",
        Ask::Says("fn key_by"),
    ),
    (
        "an aggregate",
        "readings.aggregate(|rows| rows.me$0an(|r| r.temp)).to(out);",
        Ask::Says("fn mean"),
    ),
    (
        "a closure's parameter",
        "let hot = readings.map(|r| r$0.temp);\nhot.to(out);",
        Ask::Says("Reading"),
    ),
    (
        "a stream",
        "let hot = readings.map(|r| r.temp);\nho$0t.to(out);",
        Ask::GoesTo("let hot"),
    ),
    (
        "a field",
        "let hot = readings.map(|r| r.te$0mp);\nhot.to(out);",
        Ask::GoesTo("pub struct Reading"),
    ),
    (
        "an operator",
        "let hot = readings.ma$0p(|r| r.temp);\nhot.to(out);",
        Ask::GoesInto("flow/stream.rs"),
    ),
];

/// What is not known there, and why.
///
/// rust-analyzer mends a half-typed arm itself before the attribute sees it, and then looks in the wrong place.
const GAPS: [(&str, &str); 1] = [("a field in an arm", "attribute")];

/// Asked as it stands.
const HERE: &[(&str, &str, Ask)] = &[
    (
        "a chain",
        "fn f() { let v = pipeline!(from([1u32, 2]).$0); }\n",
        Ask::Offers(&["map", "filter"]),
    ),
    (
        "a closure in a chain",
        "fn f() { let v = pipeline!(from([String::new()]).map(|s| s.$0)); }\n",
        Ask::Offers(&["len", "trim"]),
    ),
    (
        "a sink",
        "pipeline!(\n    fn p(readings: Source<f64>, out: Sink<f64>) {\n        readings.to(ou$0t);\n    }\n);\n",
        Ask::GoesTo("fn p(readings"),
    ),
    (
        "a pipeline's parts",
        "DONEfn t() { p::$0 }\n",
        Ask::Offers(&["GRAPH", "test"]),
    ),
    (
        "a driver",
        "DONEfn t() { let mut t = p::test(1.0); t.$0 }\n",
        Ask::Offers(&["readings", "out", "finish"]),
    ),
    (
        "an input of a driver",
        "DONEfn t() { let mut t = p::test(1.0); t.readings.$0 }\n",
        Ask::Offers(&["push", "watermark"]),
    ),
    (
        "a pipeline by its name",
        "DONEfn t() { let g = p$0::GRAPH; }\n",
        Ask::Says("p"),
    ),
    (
        "a fragment",
        "pipeline!(\n    fn hot(readings: Stream<Reading>) -> Stream<f64> {\n        readings.map(|r| r.$0)\n    }\n);\n",
        Ask::Offers(&["temp", "sensor"]),
    ),
];

/// What is wrong at a place.
fn wrong(analyzer: &mut Analyzer, text: &str, ask: &Ask) -> Option<String> {
    match ask {
        Ask::Offers(names) => {
            let offered = analyzer.completions(text);
            let is_offered = |name: &&str| offered.iter().any(|label| label.split('(').next() == Some(*name));
            let missing: Vec<_> = names.iter().filter(|name| !is_offered(name)).collect();
            let shown = &offered[..offered.len().min(8)];
            (!missing.is_empty()).then(|| format!("does not offer {missing:?}, but {shown:?}"))
        }
        Ask::Says(part) => {
            let said = analyzer.hover(text).unwrap_or_default();
            (!said.contains(part)).then(|| format!("does not say `{part}`, but {said:?}"))
        }
        Ask::GoesTo(start) => {
            let place = analyzer.definition(text);
            let there = place.as_ref().is_some_and(|place| place.text.starts_with(start));
            (!there).then(|| format!("does not go to `{start}`, but to {place:?}"))
        }
        Ask::GoesInto(file) => {
            let place = analyzer.definition(text);
            let there = place.as_ref().is_some_and(|place| place.uri.ends_with(file));
            (!there).then(|| format!("does not go into `{file}`, but to {place:?}"))
        }
    }
}

#[test]
fn an_editor_knows_what_stands_in_a_pipeline() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor");
    let Some(mut analyzer) = Analyzer::start(&Project::new(&folder, PREAMBLE)) else {
        println!("there is no rust-analyzer, or no rust-src: nothing is asked");
        return;
    };
    let everywhere = EVERYWHERE.iter().flat_map(|(name, body, ask)| {
        let body = body.replace("END", END);
        FORMS.map(|(form, around)| (format!("{name} ({form})"), around(&body), ask))
    });
    let here = HERE
        .iter()
        .map(|(name, text, ask)| ((*name).to_owned(), text.replace("DONE", &item(END)), ask));
    let (mut asked, mut bad) = (0, Vec::new());
    for (name, text, ask) in everywhere.chain(here) {
        asked += 1;
        let is_gap = GAPS.iter().any(|(what, form)| name == format!("{what} ({form})"));
        match wrong(&mut analyzer, &text, ask) {
            Some(wrong) if !is_gap => bad.push(format!("{name}: {wrong}")),
            None if is_gap => bad.push(format!("{name}: is known now; it is no gap any more")),
            _ => {}
        }
    }
    println!("asked at {asked} places");
    assert!(
        bad.is_empty(),
        "{} of {asked} places:\n{}",
        bad.len(),
        bad.join("\n")
    );
}
