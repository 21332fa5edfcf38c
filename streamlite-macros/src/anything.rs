//! Whatever is in a block, the macro says what is wrong, and never panics: an editor hands it everything that is typed.

use proc_macro2::TokenStream;
use quote::quote;

/// What blocks are made of.
const PIECES: [&str; 58] = [
    "fn",
    "p",
    "(readings: Source<Reading>, out: Sink<i64>)",
    "(a: Stream<i64>) -> Stream<i64>",
    "(x: Source, y: impl Sink<u8>)",
    "(mut a: i64, a: &'a str, _: u8)",
    "{ readings.to(out); }",
    "{",
    "}",
    "pub",
    "async",
    "unsafe",
    "extern \"C\"",
    "use a::b;",
    "struct S;",
    "#[cfg(test)]",
    "#[uid = \"x\"]",
    "#[uid = 3]",
    "#[allow(unused)]",
    "let",
    "a",
    "mut",
    "_",
    "(a, b)",
    "=",
    ";",
    ".",
    ".map(|r| r)",
    ".filter(readings)",
    ".key_by(|r| r.0)",
    ".window(tumbling(1min))",
    ".count()",
    ".to(out)",
    ".to((a, b))",
    ".to()",
    ".aggregate(|k, w, rows| rows.filter(|r| r.x).count())",
    ".aggregate(|rows| match rows { rows => rows })",
    ".process(|ctx| { let s: u64 = 0; on_record(|r| { *s += 1; }); })",
    ".process(|ctx| {})",
    ".join(b).on(|l| l, |r| r)",
    ".within(-5min..=5min)",
    "match",
    "a { A => x = 1, _ => {} }",
    "union(a, b)",
    "from(vec![1]?)",
    "5 s",
    "5m",
    "1min 30s",
    "99999999999999999999d",
    "r#let",
    "r#in",
    "if x { }",
    "for a in b { }",
    "println!(\"{a}\");",
    "?",
    "<'a, const N: usize, T>",
    "event_time(|r| { return r.at; })",
    "readings",
];

#[test]
fn whatever_is_written_is_expanded() {
    let mut random = 1_u64;
    let mut below = |most: usize| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap_or(0) % most
    };
    let (mut expanded, mut is_function) = (0, false);
    for _ in 0..cases() {
        // Half of the blocks are a function at least at their beginning.
        let mut text = if is_function {
            "fn p(readings: Source<Reading>, out: Sink<i64>) { ".to_owned()
        } else {
            String::new()
        };
        for _ in 0..below(9) {
            text += PIECES[below(PIECES.len())];
            text += " ";
        }
        if is_function {
            text += "}";
        }
        is_function = !is_function;
        // What has no matching brackets never comes to a macro.
        if let Ok(tokens) = text.parse::<TokenStream>() {
            let told = std::panic::catch_unwind(|| crate::expand(&quote!(::streamlite), tokens).to_string());
            assert!(told.is_ok(), "it panics at: {text}");
            expanded += 1;
        }
    }
    assert!(expanded * 2 > cases(), "most of them have matching brackets");
}

fn cases() -> usize {
    let said = std::env::var("CASES").ok();
    said.and_then(|said| said.parse().ok()).unwrap_or(5000)
}
