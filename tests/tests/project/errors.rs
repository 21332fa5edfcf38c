//! `docs/errors.md` lists what the macro and a job say when something is wrong: as the tests have seen it, so that it can be read
//! in one go. `WRITE_DOCS=1` writes it anew.

#![expect(clippy::disallowed_methods, reason = "a test reads the tests themselves")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).expect("a folder is readable");
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.expect("it is there").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|its| its == extension) {
            found.push(path);
        }
    }
    found
}

/// What the macro and the compiler say of a program: each message, and what the first line is about that it points at.
fn messages(stderr: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = stderr.lines().collect();
    let mut messages = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let Some(message) = line.strip_prefix("error").and_then(|rest| rest.split_once(": ")) else {
            continue;
        };
        if message.1.starts_with("aborting") || message.1.starts_with("could not compile") {
            continue;
        }
        let code = lines[place..].iter().take(8).find_map(|line| {
            let (number, code) = line.split_once('|')?;
            let is_code = number.trim().parse::<u32>().is_ok();
            is_code.then(|| code.trim().to_owned())
        });
        messages.push((message.1.to_owned(), code.unwrap_or_default()));
    }
    messages
}

/// A heading of a folder's name: `as_of` is `as of`.
fn heading(folder: &str) -> String {
    folder.replace('_', " ")
}

/// What jobs say, by what it is about: each message once.
fn jobs(root: &Path) -> BTreeMap<&'static str, Vec<String>> {
    let mut said: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for file in files(&root.join("tests"), "snap") {
        let snapshot = std::fs::read_to_string(&file).expect("it is readable");
        let Some((head, body)) = snapshot
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n"))
        else {
            continue;
        };
        let name = file.file_name().expect("it is a file").to_string_lossy();
        let lines = body.lines().map(str::trim);
        let (about, messages): (_, Vec<&str>) = match &*name {
            "files__bad_input__csv.snap" => ("Files of CSV", marked(lines)),
            "files__bad_input__json.snap" => ("Files of JSON", marked(lines)),
            "files__refusals__refusals.snap" => ("Files and sockets", marked(lines)),
            name if name.contains("checkpoint_errors") => {
                // The cases, and what is said of each.
                ("Checkpoints", lines.filter(|line| line.contains(": ")).collect())
            }
            name => {
                let expression = head.lines().find(|line| line.starts_with("expression:"));
                let is_error = |word| expression.is_some_and(|expression| expression.contains(word));
                if !["refused", "error", "expect_err"].into_iter().any(is_error) {
                    continue;
                }
                let about = if name.starts_with("state") || name.starts_with("live") {
                    "Questions to a job that runs"
                } else {
                    "Settings"
                };
                (about, lines.filter(|line| !line.is_empty()).collect())
            }
        };
        let known = said.entry(about).or_default();
        for message in messages {
            if !known.iter().any(|known| known == message) {
                known.push(message.to_owned());
            }
        }
    }
    said
}

/// What is said of a bad record, or of a file that cannot be used.
fn marked<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let messages = lines.filter_map(|line| line.strip_prefix("bad: ").or(line.strip_prefix("error: ")));
    messages.collect()
}

fn text() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::from(
        "# What is said when something is wrong\n\n\
         Written by a test from what the tests have seen (`tests/tests/project/errors.rs`; `WRITE_DOCS=1` writes it anew), to be read in \
         one go: each message says what is wrong, where, and what to do. What stands here is what a test pins.\n\n## By the macro, before anything runs\n",
    );
    let mut by_folder: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for file in files(&root.join("ui"), "stderr") {
        let folder = file
            .parent()
            .and_then(Path::file_name)
            .expect("it is in a folder");
        let stderr = std::fs::read_to_string(&file).expect("it is readable");
        let of_folder = by_folder
            .entry(folder.to_string_lossy().into_owned())
            .or_default();
        for message in messages(&stderr) {
            if !of_folder.iter().any(|(known, _)| *known == message.0) {
                of_folder.push(message);
            }
        }
    }
    for (folder, messages) in by_folder {
        let _ = writeln!(text, "\n### {}\n", heading(&folder));
        for (message, code) in messages {
            let code = code.replace('`', "'");
            let _ = writeln!(text, "* {message}\n  `{code}`");
        }
    }
    text += "\n## By a job\n";
    for (heading, of_snapshots) in jobs(root) {
        let _ = writeln!(text, "\n### {heading}\n");
        for message in of_snapshots {
            let _ = writeln!(text, "* {message}");
        }
    }
    text
}

#[test]
fn the_list_of_messages_is_what_is_said() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors.md");
    let expected = text();
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(&path, &expected).expect("it is written");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == expected, "write docs/errors.md anew: WRITE_DOCS=1");
    assert!(there.lines().count() > 400, "{} lines", there.lines().count());
}
