//! A real process on a real disk is killed by the system at random moments, also while it recovers, again and again: what it
//! has written in the end is that of one run that nobody killed, byte for byte.

#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "a test writes its input, and looks at what was written"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use streamlite_tests::sim_fs::Dice;

/// How often it is killed, over all jobs; `KILLS=10000` for more.
fn kills() -> usize {
    let asked = std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok());
    asked.unwrap_or(100)
}

const EVENTS: usize = 6000;

fn events(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let mut text = "at,key,value\n".to_owned();
    for number in 0..EVENTS {
        let at = number / 3 + dice.roll(90);
        let (key, value) = (dice.roll(60), dice.roll(1000));
        writeln!(text, "{at},{key},{value}").expect("text grows");
    }
    text
}

fn victim(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_victim"));
    command.arg(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// All files of a folder but the checkpoints, by name.
fn contents(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).expect("it is there");
    let files = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file());
    let files = files.map(|path| {
        let name = path
            .file_name()
            .expect("it has a name")
            .to_string_lossy()
            .into_owned();
        let bytes = std::fs::read(&path).expect("it is there");
        (name, String::from_utf8_lossy(&bytes).into_owned())
    });
    files.filter(|(name, _)| !name.ends_with(".committed")).collect()
}

fn folder_with_events(seed: u64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    std::fs::write(folder.path().join("events.csv"), events(seed)).expect("it is written");
    folder
}

#[test]
fn a_process_that_is_killed_at_any_moment_writes_what_it_would_have_written() {
    let (mut killed, mut job) = (0, 0);
    while killed < kills() {
        job += 1;
        let whole = folder_with_events(job);
        let started = std::time::Instant::now();
        let done = victim(whole.path()).output().expect("it starts");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let takes = usize::try_from(started.elapsed().as_micros()).expect("it is short");
        let whole = contents(whole.path());
        assert_eq!(whole.len(), 8);

        let mut dice = Dice::new(job);
        let folder = folder_with_events(job);
        loop {
            let mut child = victim(folder.path()).spawn().expect("it starts");
            std::thread::sleep(Duration::from_micros(dice.roll(takes) as u64));
            let is_over = child.try_wait().expect("it is a child of ours").is_some();
            if !is_over {
                child.kill().expect("it is a child of ours");
                killed += 1;
            }
            let ended = child.wait_with_output().expect("it is a child of ours");
            let errors = String::from_utf8_lossy(&ended.stderr);
            assert!(errors.is_empty(), "job {job}, after {killed} kills: {errors}");
            for (name, seen) in contents(folder.path()) {
                // Whatever is seen is the beginning of what there will be.
                let is_prefix = whole.get(&name).is_some_and(|whole| whole.starts_with(&seen));
                assert!(
                    is_prefix || name.ends_with(".pending") || name.ends_with("-staged"),
                    "job {job}: {name}"
                );
            }
            if ended.status.success() {
                break;
            }
        }
        assert_eq!(contents(folder.path()), whole, "job {job}");
    }
    println!("{killed} kills of {job} jobs");
}
