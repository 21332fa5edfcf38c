//! Every operator's page says the same four things, and shows an example that runs.

/// The operators, by the files that they stand in.
const PAGES: [(&str, &str, &[&str]); 14] = [
    (
        "stream.rs",
        include_str!("../../../streamlite/src/flow/stream.rs"),
        &[
            "map",
            "filter",
            "filter_map",
            "flat_map",
            "inspect",
            "rebalance",
            "broadcast",
            "partition_by",
            "partition_with",
            "try_map",
            "split",
            "union",
            "to",
            "for_each",
            "event_time",
            "processing_time",
            "aggregate",
        ],
    ),
    (
        "keyed.rs",
        include_str!("../../../streamlite/src/flow/keyed.rs"),
        &["key_by", "key_by_ref", "aggregate"],
    ),
    (
        "process.rs",
        include_str!("../../../streamlite/src/flow/process.rs"),
        &["process"],
    ),
    (
        "as_of.rs",
        include_str!("../../../streamlite/src/flow/as_of.rs"),
        &["join_latest", "left_join_latest"],
    ),
    (
        "broadcast.rs",
        include_str!("../../../streamlite/src/flow/broadcast.rs"),
        &["broadcast_to"],
    ),
    (
        "connect.rs",
        include_str!("../../../streamlite/src/flow/connect.rs"),
        &["connect"],
    ),
    (
        "join.rs",
        include_str!("../../../streamlite/src/flow/join.rs"),
        &["join", "left_join", "right_join", "full_join"],
    ),
    (
        "running.rs",
        include_str!("../../../streamlite/src/flow/running.rs"),
        &["running"],
    ),
    (
        "windowed.rs",
        include_str!("../../../streamlite/src/flow/windowed.rs"),
        &["window"],
    ),
    (
        "tumbling.rs",
        include_str!("../../../streamlite/src/window/tumbling.rs"),
        &["tumbling"],
    ),
    (
        "sliding.rs",
        include_str!("../../../streamlite/src/window/sliding/mod.rs"),
        &["sliding"],
    ),
    (
        "session.rs",
        include_str!("../../../streamlite/src/window/session/mod.rs"),
        &["session", "session_by"],
    ),
    (
        "count.rs",
        include_str!("../../../streamlite/src/window/count/mod.rs"),
        &["count"],
    ),
    (
        "global.rs",
        include_str!("../../../streamlite/src/window/global.rs"),
        &["global"],
    ),
];

/// What is said of each.
const LINES: [&str; 4] = [
    "on a watermark",
    "on a late record",
    "at a checkpoint",
    "in Flink",
];

/// Methods of streams that are no operators: settings, and what an operator is told by.
const NO_OPERATORS: [&str; 31] = [
    "trigger",
    "triggers",
    "session_by",
    "fold",
    "offset",
    "every",
    "max_panes",
    "partial",
    "size",
    "zone",
    "starts_at",
    "watermark",
    "watermarks",
    "max_future_skew",
    "idle_after",
    "allowed_lateness",
    "accumulating",
    "discarding",
    "with_late",
    "rows",
    "aggregate",
    "output",
    "handlers",
    "stored_process",
    "on",
    "within",
    "window",
    "trigger",
    "hashed",
    "process",
    "broadcast_handlers",
];

#[test]
fn every_operator_has_a_page() {
    for (file, text, operators) in PAGES {
        let mut documented = 0;
        for (name, docs) in methods(text) {
            if !operators.contains(&name) {
                assert!(
                    NO_OPERATORS.contains(&name),
                    "`{name}` in {file} is new: list it in this test, as an operator or as none"
                );
                continue;
            }
            documented += 1;
            for line in LINES {
                let row = docs.iter().filter(|doc| doc.starts_with(&format!("| {line} | ")));
                assert_eq!(
                    row.count(),
                    1,
                    "the page of `{name}` in {file} says once what it does `{line}`"
                );
            }
            let fences = docs.iter().filter(|doc| doc.starts_with("```")).count();
            assert!(
                fences >= 2 && docs.iter().any(|doc| doc.starts_with("assert")),
                "the page of `{name}` in {file} has an example that asserts something"
            );
        }
        assert!(documented >= operators.len(), "an operator is missing in {file}");
    }
}

/// The public methods, each with the lines of its docs.
fn methods(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut methods = Vec::new();
    let mut docs = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if let Some(doc) = line.strip_prefix("///") {
            docs.push(doc.trim());
        } else if let Some(rest) = line.strip_prefix("pub fn ") {
            let end = rest.find(['<', '(']).unwrap_or(rest.len());
            methods.push((&rest[..end], std::mem::take(&mut docs)));
        } else if !line.starts_with("#[") {
            docs.clear();
        }
    }
    methods
}
