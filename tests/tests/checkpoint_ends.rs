//! How a job with checkpoints ends: by a signal, by its handle, by an error, on a disk that is full; and what it says of it.

#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "a test prepares its files, and looks at what was written"
)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// A job that reads from a folder until somebody stops it: `victim <folder>` with a file that takes a while.
fn endless(folder: &Path) -> Child {
    let mut text = "at,key,value\n".to_owned();
    for number in 0..300_000 {
        writeln!(text, "{},{},{}", number / 3, number % 60, number % 997).expect("text grows");
    }
    std::fs::write(folder.join("events.csv"), text).expect("it is written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_victim"));
    let command = command.arg(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("it starts")
}

fn signal(child: &Child, name: &str) {
    let done = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(done.expect("there is `kill`").success());
}

/// Waits until something was committed.
fn wait_for_output(folder: &Path) {
    let out = folder.join("counts.csv");
    for _ in 0..2000 {
        if std::fs::metadata(&out).is_ok_and(|there| there.len() > 0) {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("nothing is written");
}

fn lines(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("counts.csv")).map_or(0, |text| text.lines().count())
}

#[test]
fn a_signal_ends_a_job_with_a_last_checkpoint_and_without_an_error() {
    for name in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().expect("there is room");
        let job = endless(folder.path());
        wait_for_output(folder.path());
        signal(&job, name);
        let ended = job.wait_with_output().expect("it is a child of ours");
        let errors = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{name}: {errors}");
        let written = lines(folder.path());
        assert!(
            (2..300_001).contains(&written),
            "it was stopped on its way: {written}"
        );
        let left = std::fs::read_dir(folder.path()).expect("it is there");
        let left = left.map(|entry| entry.expect("an entry").file_name());
        let left: Vec<_> = left
            .filter(|name| name.to_string_lossy().contains("pending"))
            .collect();
        assert!(left.is_empty(), "everything is committed: {left:?}");
    }
}

#[test]
fn a_second_signal_ends_a_job_at_once() {
    use std::os::unix::process::ExitStatusExt as _;
    let folder = tempfile::tempdir().expect("there is room");
    let job = endless(folder.path());
    wait_for_output(folder.path());
    // So quickly that the last checkpoint is not stored by then, most times.
    signal(&job, "-INT");
    signal(&job, "-INT");
    let ended: ExitStatus = job.wait_with_output().expect("it is a child of ours").status;
    assert!(
        ended.success() || ended.code() == Some(130),
        "{ended:?} {:?}",
        ended.signal()
    );
}

/// A disk of a few megabytes, gone with the test; `None` where it cannot be made.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().ok()?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        println!("no disk can be mounted here, which takes root: a full disk is not tried");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(self.0.path()).status();
        assert!(
            unmounted.is_ok_and(|status| status.success()),
            "the disk is left over"
        );
    }
}

#[test]
fn a_job_whose_disk_is_full_says_so_and_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::new() else { return };
    let folder = disk.0.path();
    let mut text = "at,key,value\n".to_owned();
    for number in 0..12_000 {
        writeln!(text, "{},{},{}", number / 3, number % 60, number % 997).expect("text grows");
    }
    let elsewhere = tempfile::tempdir().expect("there is room");
    let run = |folder: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_victim"));
        command.arg(folder).output().expect("it starts")
    };
    std::fs::write(elsewhere.path().join("events.csv"), &text).expect("it is written");
    assert!(run(elsewhere.path()).status.success());

    std::fs::write(folder.join("events.csv"), &text).expect("it is written");
    let mut ballast = std::fs::File::create(folder.join("ballast")).expect("there is room");
    let mut refused = 0;
    for kilobytes in [1400, 1200, 1000, 800, 600] {
        ballast.set_len(0).expect("it is cut off");
        ballast = std::fs::File::create(folder.join("ballast")).expect("there is room");
        // What does not fit is left out.
        let _ = ballast.write_all(&vec![1; kilobytes << 10]);
        let done = run(folder);
        if !done.status.success() {
            refused += 1;
            let error = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(error.contains("free some space"), "{error}");
            assert!(error.contains(&folder.display().to_string()), "{error}");
        }
    }
    assert!(refused > 0, "the disk was never full");
    ballast.set_len(0).expect("it is cut off");
    let done = run(folder);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    for name in ["counts.csv", "spans.csv", "pairs.json", "copies.txt"] {
        let read = |folder: &Path| std::fs::read(folder.join(name)).expect("it is there");
        assert!(read(folder) == read(elsewhere.path()), "{name}");
    }
}
