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

fn text() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::from(
        "# What is said when something is wrong\n\n\
         Written by a test from what the tests have seen (`tests/tests/project/errors.rs`; `WRITE_DOCS=1` writes it anew), to be read in \
         one go: each message says what is wrong, where, and what to do. What stands here is what a test pins; errors of files, \
         sockets and formats are in the tests of these.\n\n## By the macro, before anything runs\n",
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
    text += "\n## By a job\n\n";
    for file in files(&root.join("tests"), "snap") {
        let snapshot = std::fs::read_to_string(&file).expect("it is readable");
        let Some((head, body)) = snapshot
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n"))
        else {
            continue;
        };
        let is_error = ["refused", "error", "expect_err"].iter().any(|word| {
            let expression = head.lines().find(|line| line.starts_with("expression:"));
            expression.is_some_and(|expression| expression.contains(word))
        });
        for line in body.lines().filter(|line| is_error && !line.trim().is_empty()) {
            let _ = writeln!(text, "* {}", line.trim());
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
