//! Writes random pipelines for `tests/language/dags.rs`: each as the text of a `pipeline!` and, beside it, as data that a naive
//! model walks.

use std::fmt::Write as _;
use std::path::Path;

const DAGS: u64 = 24;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let dags: String = (0..DAGS).map(|number| Dag::random(number).text(number)).collect();
    let names: String = (0..DAGS).fold(String::new(), |mut names, number| {
        let _ = write!(names, "dag_{number}(), ");
        names
    });
    let folder = std::env::var("OUT_DIR").expect("cargo sets it");
    let text = format!("{dags}\nfn dags() -> Vec<Dag> {{ vec![{names}] }}\n");
    #[allow(clippy::disallowed_methods, reason = "a build script writes its own files")]
    std::fs::write(Path::new(&folder).join("dags.rs"), text).expect("cargo returns a folder");
}

/// Numbers that are the same in every build.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % most
    }
}

/// What is known of a stream.
#[derive(Clone, Copy, Default)]
struct Stream {
    used: bool,
    /// Its records are pairs.
    joined: bool,
    /// The order of its records depends on when windows fire, or on how sources are read.
    unordered: bool,
}

/// A pipeline as it grows.
struct Dag {
    random: Random,
    sources: usize,
    streams: Vec<Stream>,
    statements: String,
    operators: String,
    /// Joins so far: each may give more than it takes.
    joins: usize,
}

impl Dag {
    fn random(number: u64) -> Self {
        let mut dag = Self {
            random: Random(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66),
            sources: 1 + usize::from(number % 3 == 2),
            streams: Vec::new(),
            statements: String::new(),
            operators: String::new(),
            joins: 0,
        };
        for source in 0..dag.sources {
            let delay = dag.random.below(6);
            let timed = dag.stream(false);
            dag.say(&format!(
                "let s{timed} = events_{source}.event_time(|e| e.at).watermark(bounded({delay}ms));"
            ));
            dag.operator(&format!(
                "Timed {{ source: {source}, delay: {delay} }}, &[], &[{timed}]"
            ));
        }
        for _ in 0..4 + dag.random.below(6) {
            dag.grow();
        }
        dag
    }

    fn say(&mut self, statement: &str) {
        self.statements += &format!("        {statement}\n");
    }

    fn operator(&mut self, operator: &str) {
        self.operators += &format!("            Operator::new(Kind::{operator}),\n");
    }

    fn stream(&mut self, unordered: bool) -> usize {
        self.streams.push(Stream {
            used: false,
            joined: false,
            unordered,
        });
        self.streams.len() - 1
    }

    /// A stream to go on with: mostly one that nobody uses yet.
    fn pick(&mut self) -> usize {
        let unused: Vec<usize> = (0..self.streams.len())
            .filter(|&place| !self.streams[place].used)
            .collect();
        let any = unused.is_empty() || self.random.below(4) == 0;
        if any {
            self.any()
        } else {
            unused[self.random.below(unused.len())]
        }
    }

    /// Any stream of events.
    fn any(&mut self) -> usize {
        loop {
            let place = self.random.below(self.streams.len());
            if !self.streams[place].joined {
                return place;
            }
        }
    }

    fn grow(&mut self) {
        let from = self.pick();
        let unordered = self.streams[from].unordered;
        let number = 1 + self.random.below(7);
        self.streams[from].used = true;
        match self.random.below(12) {
            0 => {
                let to = self.stream(unordered);
                self.say(&format!("let s{to} = s{from}.map(|e| add(&e, {number}));"));
                self.operator(&format!("Map({number}), &[{from}], &[{to}]"));
            }
            1 => {
                let to = self.stream(unordered);
                self.say(&format!(
                    "let s{to} = s{from}.filter(|e| !divides(e, {}));",
                    number + 1
                ));
                self.operator(&format!("Filter({}), &[{from}], &[{to}]", number + 1));
            }
            2 => {
                let to = self.stream(unordered);
                self.say(&format!("let s{to} = s{from}.flat_map(|e| copies(e, {number}));"));
                self.operator(&format!("FlatMap({number}), &[{from}], &[{to}]"));
            }
            3 => {
                let (yes, no) = (self.stream(unordered), self.stream(unordered));
                self.say(&format!(
                    "let (s{yes}, s{no}) = s{from}.split(|e| divides(e, {number}));"
                ));
                self.operator(&format!("Split({number}), &[{from}], &[{yes}, {no}]"));
            }
            4 => {
                let (one, two) = (self.stream(unordered), self.stream(unordered));
                self.say(&format!(
                    "match s{from} {{ e if divides(&e, {number}) => {{ s{one} = e.clone(); s{one} = add(&e, 1); s{one} = add(&e, 3); s{two} = add(&e, 2); }}, e => s{two} = e }}"
                ));
                self.operator(&format!("Match({number}), &[{from}], &[{one}, {two}]"));
            }
            5 | 6 => {
                let other = self.pick();
                if other == from {
                    let to = self.stream(unordered);
                    self.say(&format!("let s{to} = s{from}.inspect(|_| ());"));
                    return self.operator(&format!("Map(0), &[{from}], &[{to}]"));
                }
                self.streams[other].used = true;
                let unordered = unordered || self.streams[other].unordered || self.sources > 1;
                let to = self.stream(unordered);
                self.say(&format!("let s{to} = union(s{from}, s{other});"));
                self.operator(&format!("Union, &[{from}, {other}], &[{to}]"));
            }
            9.. if self.joins < 2 => self.join(from),
            7 if !unordered => {
                let to = self.stream(false);
                self.say(&format!(
                    "let s{to} = s{from}.key_by(|e| e.key).running().aggregate(|key, rows| Event {{ key: *key, value: low(rows.sum(|e| e.value)), at: signed(rows.count()) }});"
                ));
                self.operator(&format!("Running, &[{from}], &[{to}]"));
            }
            _ => {
                let to = self.stream(true);
                self.say(&format!(
                    "let s{to} = s{from}.key_by(|e| e.key).window(tumbling({number}ms)).aggregate(|key, window, rows| Event {{ key: *key, value: low(rows.sum(|e| e.value)), at: window.start.as_millis() * 100 + signed(rows.count()) }});"
                ));
                self.operator(&format!("Window({number}), &[{from}], &[{to}]"));
            }
        }
    }

    /// A stream joined with another one, or with itself.
    fn join(&mut self, left: usize) {
        self.joins += 1;
        let right = self.any();
        self.streams[right].used = true;
        let (lower, upper) = (self.random.below(6), self.random.below(9));
        // Of right rows of one time the one that comes last counts: it must be known which that is.
        let kinds = if self.streams[right].unordered { 4 } else { 5 };
        let (join, behind, kind) = match self.random.below(kinds) {
            0 => (
                "join",
                format!(".within(-{lower}ms..={upper}ms)"),
                format!("Within(-{lower}, {upper}, false)"),
            ),
            1 => (
                "left_join",
                format!(".within(-{lower}ms..={upper}ms)"),
                format!("Within(-{lower}, {upper}, true)"),
            ),
            2 => (
                "left_join",
                format!(".window(tumbling({}ms))", upper + 1),
                format!("InWindows({})", upper + 1),
            ),
            3 => ("join", String::new(), "AllRows".to_owned()),
            _ => (
                "left_join_latest",
                format!(".within({upper}ms)"),
                format!("Latest({upper})"),
            ),
        };
        let pairs = self.stream(true);
        self.streams[pairs] = Stream {
            used: true,
            joined: true,
            unordered: true,
        };
        self.say(&format!(
            "let s{pairs} = s{left}.{join}(s{right}).on(|l| l.key, |r| r.key){behind};"
        ));
        // The model has put them together already.
        self.operator(&format!("{kind}, &[{left}, {right}], &[{pairs}]"));
        let to = self.stream(true);
        self.say(&format!("let s{to} = s{pairs}.map(Joined::put_together);"));
        self.operator(&format!("Map(0), &[{pairs}], &[{to}]"));
    }

    /// The pipeline, and the function that returns it with its description.
    fn text(mut self, number: u64) -> String {
        let ends: Vec<usize> = (0..self.streams.len())
            .filter(|&place| !self.streams[place].used)
            .collect();
        for (out, &end) in ends.iter().enumerate() {
            let unordered = self.streams[end].unordered;
            self.say(&format!("s{end}.to(out_{out});"));
            self.operator(&format!("Sink {{ unordered: {unordered} }}, &[{end}], &[]"));
        }
        let list = |count: usize, name: &dyn Fn(usize) -> String| {
            (0..count).map(name).collect::<Vec<_>>().join(", ")
        };
        let (sources, sinks) = (self.sources, ends.len());
        let parameters = [
            list(sources, &|source| format!("events_{source}: Source<Event>")),
            list(sinks, &|out| format!("out_{out}: Sink<Event>")),
        ]
        .join(", ");
        let arguments = [
            list(sources, &|source| {
                format!("Partitions::new(vec![inputs[{source}].clone()])")
            }),
            list(sinks, &|_| "sinks.remove(0)".to_owned()),
        ]
        .join(", ");
        let (statements, operators) = (&self.statements, &self.operators);
        format!(
            "pipeline!(
    fn random_{number}({parameters}) {{
{statements}    }}
);

fn dag_{number}() -> Dag {{
    Dag {{
        sources: {sources},
        operators: const {{ &[
{operators}        ] }},
        job: |inputs, mut sinks| random_{number}({arguments}),
    }}
}}

"
        )
    }
}
