//! A job as a command.

#![expect(
    clippy::disallowed_methods,
    reason = "a test looks at what a command has written"
)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_commanded"));
        command
            .args(words)
            .env("OUT", self.path("out.csv"))
            .current_dir(self.0.path())
            .stdin(Stdio::null());
        command
    }

    /// What it prints, and what it says beside that; it ends with this code.
    fn said(&self, words: &[&str], code: i32) -> (String, String) {
        ended(self.command(words).output().expect("it starts"), code)
    }

    fn lines(&self) -> usize {
        std::fs::read_to_string(self.path("out.csv")).map_or(0, |text| text.lines().count())
    }
}

fn ended(output: Output, code: i32) -> (String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is text");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(code), "{out}{err}");
    (out, err)
}

/// Waits until a job that was started has stored a checkpoint.
fn wait_for(folder: &Folder, dir: &Path) {
    let deadline = Instant::now() + Duration::from_secs(20);
    let dir = dir.to_str().expect("it is text");
    while folder
        .said(&["checkpoints", "--checkpoints", dir], 0)
        .0
        .is_empty()
    {
        assert!(Instant::now() < deadline, "no checkpoint was stored");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn slow(folder: &Folder) -> Child {
    std::fs::create_dir(folder.path("state")).expect("it is made");
    folder
        .command(&["run", "--checkpoints", "state", "--every", "50ms"])
        .env("RATE", "200")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

#[test]
fn it_runs_and_draws_and_checks() {
    let folder = Folder::new();
    let (out, err) = folder.said(&["run"], 0);
    assert_eq!(out, "");
    assert!(err.starts_with("numbered: 500 records in "), "{err}");
    assert_eq!(folder.lines(), 501);
    assert_eq!(
        folder.said(&["run", "--quiet"], 0),
        (String::new(), String::new())
    );
    for (said, is_quiet) in [
        ("1", true),
        ("yes", true),
        ("true", true),
        ("0", false),
        ("false", false),
    ] {
        let run = folder.command(&["run"]).env("STREAMLITE_QUIET", said).output();
        let (_, err) = ended(run.expect("it starts"), 0);
        assert_eq!(err.is_empty(), is_quiet, "{said}");
    }
    let (graph, _) = folder.said(&["graph"], 0);
    assert!(graph.starts_with("numbered\nnumbers: u64\n"), "{graph}");
    for (format, begins) in [("svg", "<svg "), ("mermaid", "flowchart"), ("dot", "digraph")] {
        let (graph, _) = folder.said(&["graph", "--format", format], 0);
        assert!(graph.starts_with(begins), "{graph}");
    }
    // What is there stays as it is.
    std::fs::write(folder.path("out.csv"), "mine\n").expect("it is written");
    assert_eq!(folder.said(&["check"], 0).0, "`numbered` can start\n");
    assert_eq!(folder.lines(), 1);
}

#[test]
fn it_is_stopped_saved_and_resumed() {
    let folder = Folder::new();
    let job = slow(&folder);
    wait_for(&folder, &folder.path("state"));
    let (_, busy) = folder.said(&["savepoint", "--checkpoints", "state", "saved"], 1);
    assert!(busy.contains("another job has it: process "), "{busy}");
    let (stopped, _) = folder.said(&["stop", "--checkpoints", "state"], 0);
    assert_eq!(stopped, format!("process {} has stopped\n", job.id()));
    // It has waited for that.
    let (_, nobody) = folder.said(&["stop", "--checkpoints", "state"], 1);
    assert!(nobody.contains("no job uses it"), "{nobody}");
    let (_, report) = ended(job.wait_with_output().expect("it has ended"), 0);
    assert!(report.contains("stored "), "{report}");
    let written = folder.lines();
    assert!((2..500).contains(&written), "{written}");
    assert_eq!(
        folder
            .said(&["savepoint", "--checkpoints", "state", "saved"], 0)
            .0,
        "saved\n"
    );
    // It goes on from the directory, which a variable may name, or from the savepoint.
    let run = folder
        .command(&["run", "--quiet"])
        .env("STREAMLITE_CHECKPOINTS", "state")
        .output();
    ended(run.expect("it starts"), 0);
    assert_eq!(folder.lines(), 501);
    let (_, report) = folder.said(&["resume", "saved"], 0);
    assert!(report.starts_with("numbered: 500 records in "), "{report}");
}

#[test]
fn what_makes_no_sense_is_told() {
    let folder = Folder::new();
    for (words, code, expected) in [
        (
            &["graph", "--format", "x"][..],
            2,
            "[possible values: text, svg, mermaid, dot]",
        ),
        (
            &["run", "--checkpoints", "state", "--every", "soon"],
            2,
            "write it as 10s, 500ms or 5min",
        ),
        (
            &["run", "--checkpoints", "state", "--every=0s"],
            2,
            "it is a positive span of time",
        ),
        (&["run", "--every", "1s"], 2, "--checkpoints <DIR>"),
        (&["walk"], 2, "unrecognized subcommand 'walk'"),
        (&["stop"], 2, "--checkpoints <DIR>"),
        (&["resume", "nothing"], 1, "reading the savepoint"),
        (
            &["run", "--dashboard", "0.0.0.0:0"],
            1,
            "other machines can reach it",
        ),
        (&["run", "--dashboard", "nowhere"], 1, "a dashboard's port"),
    ] {
        let (_, err) = folder.said(words, code);
        assert!(err.contains(expected), "{words:?}: {err}");
    }
}
