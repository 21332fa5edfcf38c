//! A job that takes checkpoints goes on after a crash, wherever that was.

#![expect(clippy::disallowed_methods, reason = "a test looks at what was written")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use streamlite::metrics::Delivery;
use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite::{Job, RunningJob};

pipeline!(
    fn summed(numbers: Source<u32>, out: Sink<(u32, u64)>) {
        let sums = numbers.key_by(|n| n % 3).running().sum(|n| *n);
        sums.to(out);
    }

    fn totals(rows: Source<Row>, out: Sink<Total>) {
        let sums = rows.key_by(|row| row.key).running().sum(|row| row.n);
        sums.map(|(key, total)| Total { key, total }).to(out);
    }
);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Row {
    key: u32,
    n: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Total {
    key: u32,
    total: u64,
}

fn every_turn(dir: &Path) -> Checkpoints {
    Checkpoints::in_dir(dir).every(Duration::from_nanos(1_000_000))
}

/// A job over the numbers to 20, read one by one; its results.
fn job(dir: &Path) -> (Job, streamlite::sink::Collected<(u32, u64)>) {
    let (out, got) = CollectionSink::new();
    let job = summed(CollectionSource::new(1..=20), out).batch_size(1);
    (job.checkpoints(every_turn(dir)), got)
}

fn steps(job: &mut RunningJob, steps: usize) {
    for _ in 0..steps {
        assert_ne!(job.step().expect("nothing goes wrong"), ReadStatus::End);
    }
}

fn sums(numbers: impl IntoIterator<Item = u32>) -> Vec<(u32, u64)> {
    let mut sums = [0; 3];
    let add = |n: u32| {
        sums[(n % 3) as usize] += u64::from(n);
        (n % 3, sums[(n % 3) as usize])
    };
    numbers.into_iter().map(add).collect()
}

#[test]
fn a_job_that_is_dropped_goes_on_from_its_last_checkpoint() {
    let dir = tempfile::tempdir().expect("a directory");
    let whole = sums(1..=20);
    let (first, got) = job(dir.path());
    let mut running = first.start().expect("it starts");
    steps(&mut running, 7);
    drop(running);
    let begun = got.take();
    assert_eq!(begun, whole[..7]);
    let (second, got) = job(dir.path());
    let report = second.run().expect("it goes on");
    let rest = got.take();
    assert!(whole.ends_with(&rest), "{rest:?}");
    assert!(rest.len() >= 13, "nothing is left out: {rest:?}");
    assert_eq!(report.records_read(), 20, "those of the run before are counted");
}

#[test]
fn a_job_that_has_ended_has_nothing_left_to_do() {
    let dir = tempfile::tempdir().expect("a directory");
    let (first, got) = job(dir.path());
    let report = first.run().expect("it runs");
    let checkpoints = report.checkpoints.expect("it takes some");
    assert!(checkpoints.stored > 0 && checkpoints.resumed_from.is_none());
    assert_eq!(got.take(), sums(1..=20));
    let (again, got) = job(dir.path());
    let report = again.run().expect("it runs again");
    assert_eq!(got.take(), []);
    let resumed = report.checkpoints.expect("it takes some");
    assert_eq!(resumed.resumed_from, checkpoints.last);
}

#[test]
fn a_directory_has_one_job_at_a_time() {
    let dir = tempfile::tempdir().expect("a directory");
    let (first, _) = job(dir.path());
    let running = first.start().expect("it starts");
    let (second, _) = job(dir.path());
    let error = second.start().expect_err("the directory is taken").to_string();
    let process = format!("another job has it: process {}", std::process::id());
    assert!(error.contains(&process), "{error}");
    if cfg!(target_os = "linux") {
        assert!(error.contains(&format!("{process} on ")), "{error}");
    }
    drop(running);
    let (third, _) = job(dir.path());
    third.run().expect("the lock is free");
}

/// Checkpoints hold what is in the records.
#[cfg(unix)]
#[test]
fn nobody_else_may_read_a_checkpoint() {
    use std::os::unix::fs::PermissionsExt as _;

    let dir = tempfile::tempdir().expect("a directory");
    let state = dir.path().join("jobs").join("state");
    let (job, _) = job(&state);
    let mut job = job.start().expect("it starts");
    job.checkpoint().expect("it is taken");
    let saved = dir.path().join("saved");
    drop(job);
    let (out, _) = CollectionSink::new();
    let handle = summed(CollectionSource::new(1..=u32::MAX), out)
        .spawn()
        .expect("it starts");
    handle.stop_with_savepoint(&saved).expect("it is written");
    handle.join().expect("it ends");
    let mode = |path: &Path| {
        let metadata = std::fs::metadata(path).expect("it is there");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode(&state), 0o700);
    let files = std::fs::read_dir(&state).expect("it is there");
    let files: Vec<_> = files.map(|file| file.expect("a name").path()).collect();
    assert!(files.len() >= 4, "{files:?}");
    for file in files
        .iter()
        .filter(|file| !file.ends_with("LOCK"))
        .chain([&saved])
    {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
}

/// The lines of a file, and how many there are of each.
fn lines(text: &str) -> BTreeMap<String, usize> {
    let mut lines = BTreeMap::new();
    for line in text.lines() {
        *lines.entry(line.to_owned()).or_insert(0) += 1;
    }
    lines
}

/// What a sink has committed that no checkpoint holds any more is written again, if that is accepted, and only once.
#[test]
fn output_that_may_be_there_twice_is_accepted_by_its_checkpoint() {
    let dir = with_numbers(20);
    let out = dir.path().join("out.csv");
    let plain = with_numbers(20);
    to_file(plain.path())
        .expect("it is there")
        .run()
        .expect("it runs");
    let whole = lines(&text(&plain.path().join("out.csv")));

    let rarely = Checkpoints::in_dir(dir.path().join("state")).every(Duration::from_secs(10_000));
    let job = to_file(dir.path()).expect("it is there").checkpoints(rarely);
    let mut job = job.start().expect("it starts");
    for read in [4, 3] {
        steps(&mut job, read);
        job.checkpoint().expect("it is stored");
    }
    drop(job);
    let state = std::fs::read_dir(dir.path().join("state")).expect("it is there");
    let manifests = state.map(|file| file.expect("a name").path());
    let manifests = manifests.filter(|path| path.to_string_lossy().contains("MANIFEST"));
    let newest = manifests.max().expect("there are some");
    std::fs::write(&newest, "damaged").expect("it is there");
    let accepting = |checkpoint: &str| {
        let checkpoints = every_turn(&dir.path().join("state"));
        let checkpoints = checkpoints.accept_duplicates_of(checkpoint.parse().expect("a number"));
        to_file(dir.path()).expect("it is there").checkpoints(checkpoints)
    };
    let refused = to_file(dir.path()).expect("it is there").run();
    let error = refused.expect_err("the output is ahead");
    let streamlite::Error::FallbackWouldDuplicate {
        committed, available, ..
    } = &error
    else {
        panic!("{error}");
    };
    let advice = format!("`.accept_duplicates_of(\"{committed}\".parse()?)`");
    assert!(error.to_string().contains(&advice), "{error}");
    let available = available.as_ref().expect("there is an older one");
    // Less is accepted than there would be.
    accepting(available)
        .run()
        .expect_err("the output is ahead of that, too");

    let report = accepting(committed).run().expect("it is accepted");
    let shown = report.to_string();
    let checkpoints = report.checkpoints.expect("it takes some");
    assert_eq!(
        checkpoints.duplicates,
        [("out".to_owned(), committed.parse().expect("a number"))]
    );
    assert!(
        shown.contains(&format!(
            "`out` had committed up to {committed} may be there twice"
        )),
        "{shown}"
    );
    let twice = lines(&text(&out));
    assert!(twice.keys().eq(whole.keys()), "nothing is lost");
    assert_eq!(
        twice.values().filter(|times| **times == 2).count(),
        3,
        "what came after {available}"
    );
    let before = text(&out);
    let report = accepting(committed).run().expect("there is nothing left to do");
    assert!(report.checkpoints.expect("it takes some").duplicates.is_empty());
    assert_eq!(text(&out), before);

    // The directory is gone: everything comes again.
    let last = Checkpoints::list(dir.path().join("state")).expect("it is there")[0].epoch;
    std::fs::remove_dir_all(dir.path().join("state")).expect("it is there");
    let refused = to_file(dir.path()).expect("it is there").run();
    let error = refused.expect_err("the output is there").to_string();
    assert!(error.contains("accept_duplicates_of"), "{error}");
    assert_eq!(text(&out), before, "a start that is refused changes nothing");
    let report = accepting(&last.to_string()).run().expect("it is accepted");
    assert_eq!(report.checkpoints.expect("it takes some").duplicates.len(), 1);
    assert_eq!(text(&out).lines().count(), before.lines().count() + 20);
    to_file(dir.path())
        .expect("it is there")
        .run()
        .expect("there is nothing left to do");
    assert_eq!(text(&out).lines().count(), before.lines().count() + 20);
}

#[test]
fn bad_records_that_are_kept_are_there_at_least_once_and_the_report_says_so() {
    let dir = with_numbers(6);
    let input = dir.path().join("in.csv");
    let more = text(&input) + "1,bad\n2,worse\n";
    std::fs::write(&input, more).expect("it is there");
    for (checkpoints, why) in [
        (true, "again if it is read again"),
        (false, "the job takes no checkpoints"),
    ] {
        let (bad, kept) = CollectionSink::new();
        let source = CsvSource::open(&input).expect("it is there").on_error(Route(bad));
        let out = CsvSink::create(dir.path().join(format!("out-{checkpoints}.csv"))).expect("it can be");
        let mut job = totals(source, out);
        if checkpoints {
            job = job.checkpoints(every_turn(&dir.path().join("state")));
        }
        let report = job.run().expect("bad records are kept");
        assert_eq!(kept.take().len(), 2);
        assert_eq!(report.sources[0].skipped, 2);
        let delivery = report.sources[0].routed.expect("they are");
        assert!(
            matches!(delivery, Delivery::AtLeastOnce { because } if because.contains(why)),
            "{delivery:?}"
        );
    }
}

/// What a job writes over a file of numbers, read one by one.
fn to_file(dir: &Path) -> streamlite::Result<Job> {
    let source = CsvSource::open(dir.join("in.csv"))?;
    let out = CsvSink::create(dir.join("out.csv"))?;
    let job = totals(source, out).batch_size(1);
    Ok(job.checkpoints(every_turn(&dir.join("state"))))
}

/// A directory with a file of numbers.
fn with_numbers(numbers: u32) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let text: String = (0..numbers).map(|n| format!("{},{n}\n", n % 3)).collect();
    std::fs::write(dir.path().join("in.csv"), format!("key,n\n{text}")).expect("a file");
    dir
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// All names in a directory that are no checkpoints.
fn names(dir: &Path) -> Vec<String> {
    let names = std::fs::read_dir(dir).expect("a directory");
    let names = names.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> = names.filter_map(|name| name.into_string().ok()).collect();
    names.sort();
    names
}

#[test]
fn a_file_has_each_record_once_however_often_the_job_is_dropped() {
    let whole = {
        let dir = with_numbers(20);
        to_file(dir.path()).expect("it is there").run().expect("it runs");
        text(&dir.path().join("out.csv"))
    };
    assert_eq!(whole.lines().count(), 21, "{whole}");
    for steps in 0..22 {
        let dir = with_numbers(20);
        let out = dir.path().join("out.csv");
        let mut starts = 0;
        let report = loop {
            starts += 1;
            let mut job = to_file(dir.path())
                .expect("it is there")
                .start()
                .expect("it goes on");
            let is_over = (0..steps + starts).any(|_| job.step().expect("nothing fails") == ReadStatus::End);
            assert!(whole.starts_with(&text(&out)), "{}", text(&out));
            if is_over {
                break job.finish().expect("it ends");
            }
        };
        assert_eq!(text(&out), whole, "after {starts} starts");
        assert_eq!(
            names(dir.path()),
            [".out.csv.committed", "in.csv", "out.csv", "state"]
        );
        assert_eq!(report.sinks[0].delivery, Delivery::ExactlyOnce);
        assert_eq!(report.sinks[0].records, 20);
    }
}

#[test]
fn output_is_not_seen_before_its_checkpoint() {
    let dir = with_numbers(20);
    let out = dir.path().join("out.csv");
    let rare = Checkpoints::in_dir(dir.path().join("state"));
    let mut job = to_file(dir.path())
        .expect("it is there")
        .checkpoints(rare)
        .start()
        .expect("it starts");
    steps(&mut job, 10);
    assert_eq!(text(&out), "");
    job.finish().expect("it ends");
    assert_eq!(text(&out).lines().count(), 11);
}

#[test]
fn a_job_that_runs_takes_a_checkpoint_and_a_savepoint_when_it_is_asked() {
    let dir = tempfile::tempdir().expect("a directory");
    let saved = dir.path().join("saved");
    let (out, got) = CollectionSink::new();
    let endless = CollectionSource::new(1..=u32::MAX);
    let rare = Checkpoints::in_dir(dir.path().join("state"));
    let handle = summed(endless, out).checkpoints(rare).spawn().expect("it starts");
    handle.checkpoint().expect("it takes one");
    handle.savepoint(&saved).expect("it writes one");
    handle
        .stop_with_savepoint(&saved)
        .expect("it writes one in its place");
    let report = handle.join().expect("it ends");
    let read = report.records_read();
    assert!(report.checkpoints.expect("it takes them").stored >= 3);
    let before = got.take();
    assert_eq!(before.len() as u64, read);

    let upto = u32::try_from(read).expect("it was stopped") + 5;
    let (out, got) = CollectionSink::new();
    let job = summed(CollectionSource::new(1..=upto), out);
    job.restore_from(&saved)
        .expect("it is one")
        .run()
        .expect("it goes on");
    assert_eq!(got.take(), sums(1..=upto)[upto as usize - 5..]);
}

#[test]
fn a_job_without_checkpoints_says_so_when_it_is_asked_for_one() {
    let (out, _) = CollectionSink::new();
    let handle = summed(CollectionSource::new(1..=u32::MAX), out)
        .spawn()
        .expect("it starts");
    let error = handle.checkpoint().expect_err("it takes none").to_string();
    assert_eq!(
        error,
        "the job `summed`: it takes no checkpoints; write `.checkpoints(…)`"
    );
    handle.stop();
    while !handle.is_finished() {
        std::thread::yield_now();
    }
    let error = handle.checkpoint().expect_err("it is over").to_string();
    assert!(error.contains("it has ended"), "{error}");
    handle.join().expect("it was stopped");
}

#[test]
fn a_savepoint_goes_on_elsewhere_as_long_as_the_output_is_not_ahead_of_it() {
    let dir = with_numbers(20);
    let out = dir.path().join("out.csv");
    let mut job = to_file(dir.path())
        .expect("it is there")
        .start()
        .expect("it starts");
    steps(&mut job, 5);
    let saved = job.savepoint().expect("it is taken");
    drop(job);
    assert_eq!(text(&out).lines().count(), 6, "what is before it is committed");
    let elsewhere = |name: &str| {
        let source = CsvSource::open(dir.path().join("in.csv")).expect("it is there");
        let sink = CsvSink::create(&out).expect("it is there");
        let job = totals(source, sink).restore(&saved);
        job.checkpoints(Checkpoints::in_dir(dir.path().join(name)))
    };
    elsewhere("second").run().expect("nothing was written since");
    assert_eq!(text(&out).lines().count(), 21);
    let error = elsewhere("third")
        .run()
        .expect_err("the sink has committed more")
        .to_string();
    assert!(
        error.contains("it has what checkpoint 2.1 of another directory has committed"),
        "{error}"
    );
}

pipeline!(
    fn copied(numbers: Source<u32>, out: Sink<u32>) {
        numbers.to(out);
    }
);

pipeline!(
    fn copied_lines(lines: Source<String>, out: Sink<String>) {
        lines.to(out);
    }
);

/// What was read of a pipe cannot be read again: the job says so before it has read or written anything.
#[cfg(unix)]
#[test]
fn a_job_that_reads_a_pipe_takes_no_checkpoints() {
    let dir = tempfile::tempdir().expect("a directory");
    let pipe = dir.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("there is `mkfifo`").success());
    // Opening a pipe waits for whoever writes into it.
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::write(pipe, "one\ntwo\n")
    });
    let out = dir.path().join("out.txt");
    let lines = LinesSource::open(&pipe).expect("it is there");
    let job = copied_lines(lines, LinesSink::create(&out).expect("it can be"));
    let error = job
        .checkpoints(Checkpoints::in_dir(dir.path().join("state")))
        .run();
    let error = error.expect_err("it cannot go on").to_string();
    assert!(
        error.contains("pipe: it is a pipe, of which nothing can be read again"),
        "{error}"
    );
    assert_eq!(text(&out), "");
    // It may have written before the pipe was closed, or not.
    let _ = writer.join().expect("it does not panic");
}

/// A savepoint that cannot be written is the answer, and the job goes on.
#[test]
fn a_savepoint_that_cannot_be_written_ends_no_job() {
    let dir = tempfile::tempdir().expect("a directory");
    let (out, got) = CollectionSink::new();
    let job = summed(CollectionSource::new(1..=u32::MAX), out);
    let handle = job
        .checkpoints(Checkpoints::in_dir(dir.path().join("state")))
        .spawn()
        .expect("it starts");
    let nowhere = dir.path().join("missing").join("saved");
    let error = handle
        .stop_with_savepoint(&nowhere)
        .expect_err("there is no such folder")
        .to_string();
    assert!(error.starts_with("writing the savepoint "), "{error}");
    handle.checkpoint().expect("it runs on");
    handle.stop();
    let report = handle.join().expect("it was stopped");
    assert_eq!(report.records_read(), got.take().len() as u64);
}

#[test]
fn as_many_checkpoints_are_kept_as_were_asked_for() {
    for retained in 1..5 {
        let dir = tempfile::tempdir().expect("a directory");
        let rare = Checkpoints::in_dir(dir.path()).max_retained(retained);
        let job = copied(CollectionSource::new(1..=40), NullSink).batch_size(1);
        let mut job = job.checkpoints(rare).start().expect("it starts");
        let mut kept = Vec::new();
        for number in 1..=6 {
            job.step().expect("nothing fails");
            job.checkpoint().expect("it is stored");
            let listed = Checkpoints::list(dir.path()).expect("it is there");
            kept = listed.iter().map(|checkpoint| checkpoint.epoch.number).collect();
            let newest: Vec<u32> = (1..=number).rev().take(retained).collect();
            assert_eq!(kept, newest);
        }
        let files = names(dir.path());
        let states = files.iter().filter(|name| name.starts_with("state-"));
        assert_eq!(states.count(), retained, "{files:?}");
        assert_eq!(
            files.len(),
            2 * retained + 2,
            "the lock, and the number of the start: {files:?}"
        );
        assert_eq!(kept.len(), retained);
    }
}

/// Also where no sink could tell that there was something.
#[test]
fn a_job_whose_checkpoints_are_all_damaged_does_not_start_anew() {
    let dir = tempfile::tempdir().expect("a directory");
    let job = || copied(CollectionSource::new(1..=40), NullSink).checkpoints(Checkpoints::in_dir(dir.path()));
    job().run().expect("it runs");
    for name in names(dir.path())
        .iter()
        .filter(|name| name.starts_with("MANIFEST"))
    {
        std::fs::write(dir.path().join(name), "nothing").expect("it is written");
    }
    let error = job().run().expect_err("there was something").to_string();
    assert!(error.contains("none can be read"), "{error}");
    for name in names(dir.path())
        .iter()
        .filter(|name| name.starts_with("MANIFEST"))
    {
        let corrupt = dir.path().join(format!("corrupt-{name}"));
        std::fs::rename(dir.path().join(name), corrupt).expect("it is renamed");
    }
    let error = job().run().expect_err("there was something").to_string();
    assert!(
        error.contains("all that there were are put aside as damaged"),
        "{error}"
    );
}

/// What was in the file before the first start stays, or is replaced, or is refused, and never again at a later start.
#[test]
fn each_way_to_open_a_file_goes_on_after_a_crash() {
    let before = "key,total\n7,7";
    let whole = {
        let dir = with_numbers(20);
        to_file(dir.path()).expect("it is there").run().expect("it runs");
        text(&dir.path().join("out.csv"))
    };
    let rows = whole.strip_prefix("key,total\n").expect("it has a header");
    type Open = fn(&Path) -> streamlite::Result<CsvSink>;
    let modes: [(Open, Option<&str>, String); 4] = [
        (|path| CsvSink::create(path), Some(before), whole.clone()),
        (
            |path| CsvSink::append(path),
            Some(before),
            format!("{before}\n{rows}"),
        ),
        (|path| CsvSink::append(path), None, whole.clone()),
        (|path| CsvSink::create_new(path), None, whole.clone()),
    ];
    for (place, (open, there, expected)) in modes.into_iter().enumerate() {
        for steps in [1, 4, 9] {
            let dir = with_numbers(20);
            let out = dir.path().join("out.csv");
            if let Some(there) = there {
                std::fs::write(&out, there).expect("it is written");
            }
            loop {
                let source = CsvSource::open(dir.path().join("in.csv")).expect("it is there");
                let job = totals(source, open(&out).expect("it can be")).batch_size(1);
                let job = job.checkpoints(every_turn(&dir.path().join("state")));
                let mut job = job.start().expect("it goes on");
                if (0..steps).any(|_| job.step().expect("nothing fails") == ReadStatus::End) {
                    job.finish().expect("it ends");
                    break;
                }
                // So that it comes further than it was.
                job.checkpoint().expect("it is stored");
            }
            assert_eq!(text(&out), expected, "way {place}, {steps} steps");
        }
    }
    let dir = with_numbers(20);
    let out = dir.path().join("out.csv");
    std::fs::write(&out, before).expect("it is written");
    let error = CsvSink::create_new(&out).expect_err("it is there").to_string();
    assert!(error.starts_with("creating "), "{error}");
    // It was not there when the sink was made, and is when the job starts.
    std::fs::remove_file(&out).expect("it is there");
    let sink = CsvSink::create_new(&out).expect("it can be");
    std::fs::write(&out, before).expect("it is written");
    let source = CsvSource::open(dir.path().join("in.csv")).expect("it is there");
    let job = totals(source, sink).checkpoints(every_turn(&dir.path().join("state")));
    let error = job.run().expect_err("it is there by now").to_string();
    assert!(error.starts_with("creating "), "{error}");
    assert_eq!(text(&out), before);
}

/// Half of a file in one format, and half of it in another, is a file in none.
#[test]
fn a_sink_of_another_format_does_not_go_on_in_a_file() {
    let dir = with_numbers(20);
    let out = dir.path().join("out.csv");
    to_file(dir.path()).expect("it is there").run().expect("it runs");
    let before = text(&out);
    let source = CsvSource::open(dir.path().join("in.csv")).expect("it is there");
    let job = totals(source, JsonSink::create(&out).expect("it can be"));
    let error = job.checkpoints(every_turn(&dir.path().join("state"))).run();
    let error = error.expect_err("it was CSV").to_string();
    assert!(
        error.contains("written as `Csv`, and would be as `Json`"),
        "{error}"
    );
    assert_eq!(text(&out), before);
}

#[test]
fn checkpoints_go_into_no_file() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("state");
    std::fs::write(&file, "mine").expect("it is written");
    let job = copied(CollectionSource::new(1..=4), NullSink).checkpoints(Checkpoints::in_dir(&file));
    let error = job.run().expect_err("it is a file").to_string();
    assert!(error.ends_with("state: not a directory"), "{error}");
    assert_eq!(text(&file), "mine");
}

pipeline!(
    fn passed(numbers: Source<u32>, out: Sink<u32>) {
        numbers.to(out);
    }
);

/// Of many checkpoints the report has the last twenty, oldest first.
#[test]
fn the_last_checkpoints_are_in_the_report() -> streamlite::Result<()> {
    let dir = tempfile::tempdir().expect("a directory");
    let job = passed(CollectionSource::new(0..100), NullSink).batch_size(1);
    let checkpoints = Checkpoints::in_dir(dir.path().join("state")).every(Duration::from_secs(3_600));
    let mut job = job.checkpoints(checkpoints).start()?;
    for number in 1..=25_usize {
        job.step()?;
        job.checkpoint()?;
        let report = job.report().checkpoints.expect("it takes some");
        let recent: Vec<usize> = report
            .recent
            .iter()
            .map(|one| one.epoch.number as usize)
            .collect();
        let first = number.saturating_sub(20) + 1;
        assert_eq!(recent, Vec::from_iter(first..=number));
        let last = report.recent.last().expect("one was stored");
        assert_eq!((Some(last.epoch), last.bytes), (report.last, report.last_bytes));
    }
    Ok(())
}
