//! The pictures of a graph: the text of each, and that the tools they are meant for read them.

use std::io::Write;
use std::process::{Command, Stdio};

use streamlite::prelude::*;

pipeline!(
    /// A source of several uses, a split, a union, state, a closure and names that need escaping.
    fn shop(
        orders: Source<(u32, Option<String>)>,
        refunds: Source<u32>,
        totals: Sink<(u32, u64)>,
        odd_ones: Sink<u32>,
    ) {
        let numbers = orders.map(|(number, _)| number);
        let (even, odd) = numbers.split(|n| n % 2 == 0);
        let all = union(even, refunds);
        let counts = all.key_by(|n| n % 10).running().count();
        counts.to(totals);
        odd.to(odd_ones);
        numbers.for_each(|n| println!("{n}"));
    }
);

#[test]
fn the_tree_has_every_statement_under_what_it_takes() {
    assert_eq!(
        shop::GRAPH.to_string(),
        "shop
orders: (u32, Option<String>)
└─ numbers = map
   ├─ even, odd = split
   │  ├─ [even] all = union (keeps state)
   │  │  └─ counts = key_by → running → count (keeps state)
   │  │     └─ to → totals
   │  └─ [odd] to → odd_ones
   └─ for_each
refunds: u32
└─ ↑ all
"
    );
}

#[test]
fn the_texts_are_as_they_were() {
    insta::assert_snapshot!("mermaid", shop::GRAPH.mermaid());
    insta::assert_snapshot!("dot", shop::GRAPH.dot());
}

/// Gives a text to a program; what it answers, or `None` where there is no such program.
fn read_by(program: &str, arguments: &[&str], text: &str) -> Option<String> {
    let mut process = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let mut to = process.stdin.take().expect("it is piped");
    to.write_all(text.as_bytes()).expect("the program reads");
    drop(to);
    let output = process.wait_with_output().expect("the program ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success() && said.is_empty(),
        "{program}: {said}\n{text}"
    );
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn graphviz_draws_every_box_and_arrow() {
    let Some(drawn) = read_by("dot", &["-Tplain"], &shop::GRAPH.dot().to_string()) else {
        println!("there is no Graphviz: nothing is drawn");
        return;
    };
    let count = |kind: &str| drawn.lines().filter(|line| line.starts_with(kind)).count();
    assert_eq!((count("node "), count("edge ")), (9, 8), "{drawn}");
}

/// The texts and the boxes of an SVG.
fn parts(svg: &str) -> (usize, usize, usize) {
    let count = |part: &str| svg.matches(part).count();
    (count("<rect "), count("<path d=") - 1, count("<text "))
}

#[test]
fn the_picture_has_every_box_and_arrow() {
    let svg = shop::GRAPH.svg().to_string();
    // The background is a box, too.
    let (boxes, arrows, texts) = parts(&svg);
    assert_eq!((boxes, arrows), (1 + 9, 8), "{svg}");
    assert!(texts > 9, "{svg}");
    assert!(svg.contains("Option&lt;String&gt;"), "{svg}");
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
}

#[test]
fn no_two_boxes_of_a_picture_overlap() {
    let svg = shop::GRAPH.svg().to_string();
    let boxes: Vec<[f64; 4]> = svg
        .lines()
        .filter(|line| line.starts_with("<rect x="))
        .map(corners)
        .collect();
    for (place, one) in boxes.iter().enumerate() {
        for other in &boxes[place + 1..] {
            let apart = one[2] <= other[0] || other[2] <= one[0] || one[3] <= other[1] || other[3] <= one[1];
            assert!(apart, "{one:?} and {other:?}");
        }
    }
}

/// Left, top, right and bottom of a box.
fn corners(line: &str) -> [f64; 4] {
    let number = |name: &str| -> f64 {
        let at = line.find(&format!(" {name}=\"")).expect("a box has it") + name.len() + 3;
        let end = line[at..].find('"').expect("it is quoted");
        line[at..at + end].parse().expect("it is a number")
    };
    let (left, top) = (number("x"), number("y"));
    [left, top, left + number("width"), top + number("height")]
}

#[test]
fn the_graph_knows_the_lines_of_its_statements() {
    let line_of = |name: &str| {
        shop::GRAPH
            .parts()
            .nodes
            .iter()
            .find(|node| node.name == name)
            .map(|node| node.line)
    };
    let first = line_of("numbers").expect("it is named");
    assert_eq!(line_of("totals"), Some(first + 4));
    pipeline!(
        fn chained(numbers: Source<u32>, out: Sink<u32>) {
            numbers
                .map(|n| n.wrapping_mul(7))
                .filter(|n| n % 3 == 0)
                .map(|n| n.wrapping_add(1_000_000))
                .to(out);
        }
    );
    let (begins, reads) = (
        chained::GRAPH.parts().nodes[0].line,
        chained::GRAPH.parts().sources[0].line,
    );
    assert_eq!(
        begins,
        reads + 1,
        "a statement is where it begins, not where its sink stands"
    );
}

#[test]
fn a_mermaid_parser_reads_every_box_and_arrow() {
    let text = shop::GRAPH.mermaid().to_string();
    let engine = merman_core::Engine::new();
    let parsed = engine.parse_diagram_sync(&text, merman_core::ParseOptions::strict());
    let parsed = parsed.expect("it is Mermaid").expect("it is a flowchart");
    let model = parsed.model;
    let count = |part: &str| model[part].as_array().map(Vec::len);
    assert_eq!((count("nodes"), count("edges")), (Some(9), Some(8)), "{model:?}");
}

pipeline!(
    fn told(rows: Source<(u32, u64)>, out: Sink<u64>) {
        let totals = rows
            .key_by(|row| row.0.wrapping_mul(2_654_435_761).wrapping_add(row.1 as u32) % 1_000)
            .process(|ctx| {
                let sum: u64 = 0;
                let seen: List<u64> = List::new();
                on_record(|row| {
                    *sum += row.1;
                    seen.push(row.1);
                    ctx.emit(*sum + seen.len() as u64);
                });
            });
        totals.to(out);
    }
);

#[test]
fn a_box_names_the_states_of_a_process_and_cuts_a_long_key_off() {
    let node = told::GRAPH.parts().nodes[0];
    assert_eq!(node.operators, ["key_by", "process"]);
    assert_eq!(
        node.details,
        ["row.0.wrapping_mul(2_654_435_761).w…", "sum, seen"]
    );
}
