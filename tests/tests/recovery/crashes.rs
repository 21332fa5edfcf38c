//! A job with checkpoints on a disk that forgets: it crashes before each change of the disk, once and again while it
//! recovers, and each operation fails in each way. Whatever happens, what is committed in the end is that of one run without
//! a crash.

use streamlite_tests::checkpointed::{disk, run, whole};
use streamlite_tests::sim_fs::{Crash, Dice, SimFs, Trouble};

/// Crashes before one change of the disk.
fn crashed(fs: &SimFs, at: usize) -> bool {
    fs.set(Some(Trouble::CrashAt(at)));
    match run(fs) {
        Ok(_) => false,
        Err(error) => {
            assert!(!error.to_string().contains("panicked"), "{error}");
            true
        }
    }
}

fn crashes(seed: u64, some: u64) -> impl Iterator<Item = Crash> {
    let three = [Crash::Process, Crash::Synced, Crash::Everything];
    three
        .into_iter()
        .chain((0..some).map(move |number| Crash::Some(seed * 1000 + number)))
}

#[test]
fn a_crash_before_any_change_of_the_disk_loses_and_doubles_nothing() {
    let whole = whole();
    let mut states = 0;
    for at in 0.. {
        let fs = disk();
        if !crashed(&fs, at) {
            assert!(at > 100, "there are more changes than {at}");
            break;
        }
        for crash in crashes(at as u64, cases(2000) / 400) {
            let when = || format!("change {at}, {crash:?}");
            let after = fs.after(crash);
            if crash == Crash::Process {
                whole.check_seen(&after, &when);
            }
            whole.check_end(&after, &when);
            states += 1;
        }
    }
    println!("{states} crash states");
    assert!(states > 1000, "only {states} states were seen");
}

/// How many cases are tried; `CASES=100000` for more.
fn cases(unless_asked: u64) -> u64 {
    let asked = std::env::var("CASES").ok().and_then(|cases| cases.parse().ok());
    asked.unwrap_or(unless_asked)
}

/// Of the second crash, and the third, the kinds are mixed: what a process has seen a loss of power may take after all.
#[test]
fn crashes_while_a_job_recovers_lose_and_double_nothing() {
    let whole = whole();
    for seed in 0..cases(400) {
        let mut dice = Dice::new(seed);
        let mut story = Vec::new();
        let mut fs = disk();
        for _ in 0..2 + dice.roll(2) {
            let at = dice.roll(160);
            let crash = match dice.roll(4) {
                0 => Crash::Synced,
                1 => Crash::Some(seed),
                _ => Crash::Process,
            };
            story.push((at, crash));
            crashed(&fs, at);
            fs = fs.after(crash);
        }
        whole.check_end(&fs, &|| format!("seed {seed}: {story:?}"));
    }
    println!("{} crash states, of several crashes each", cases(400));
}

const ERRNOS: [(i32, &str); 5] = [
    (5, "EIO"),
    (28, "ENOSPC"),
    (13, "EACCES"),
    (30, "EROFS"),
    (24, "EMFILE"),
];

#[test]
fn an_operation_that_fails_loses_and_doubles_nothing() {
    let whole = whole();
    let mut errors = 0;
    // An eighth of them, unless it is said how many.
    let all = std::env::var_os("CASES").is_some();
    for lasts in [false, true] {
        for (number, (errno, name)) in ERRNOS.into_iter().enumerate() {
            for at in 0.. {
                if !all && (at + number + usize::from(lasts)) % 8 != 0 {
                    continue;
                }
                let fs = disk();
                fs.set(Some(Trouble::FaultAt { at, errno, lasts }));
                let done = run(&fs);
                if fs.faults() == 0 {
                    break;
                }
                let when = || format!("operation {at} fails with {name}, lasting: {lasts}");
                match done {
                    Ok(_) => assert_eq!(fs.text("out.csv"), whole.out, "{}", when()),
                    Err(error) => {
                        errors += 1;
                        let error = error.to_string();
                        assert!(!error.contains("panicked"), "{}: {error}", when());
                    }
                }
                // What a failed sync has lost shows when the power is.
                for crash in [Crash::Process, Crash::Synced] {
                    whole.check_end(&fs.after(crash), &|| format!("{}, {crash:?}", when()));
                }
            }
        }
    }
    println!("{errors} crash states after an operation that fails");
    assert!(errors > 150, "only {errors} errors");
}

/// Once a manifest may have its name, its checkpoint may have happened: the job must not go on as if it had not.
#[test]
fn a_job_stops_where_it_is_not_sure_whether_a_checkpoint_has_happened() {
    let fs = disk();
    run(&fs).expect("nothing fails");
    let renamed = fs.renamed("MANIFEST");
    assert!(renamed.len() >= 4);
    for (rename, _) in renamed {
        for at in [rename, rename + 1] {
            let fs = disk();
            fs.set(Some(Trouble::FaultAt {
                at,
                errno: 5,
                lasts: false,
            }));
            let error = run(&fs).expect_err("it is not sure").to_string();
            assert!(
                error.starts_with("renaming") || error.starts_with("syncing"),
                "{error}"
            );
        }
    }
}

/// A process dies between giving a manifest its name and syncing that, or as that fails; the next one sees it, and goes on from
/// it; then the power is lost, which may take that name: after a sync that has failed a later one does nothing.
#[test]
fn what_a_process_has_seen_a_loss_of_power_may_take() {
    let whole = whole();
    let fs = disk();
    run(&fs).expect("nothing fails");
    for (operation, change) in fs.renamed("MANIFEST") {
        let dies = Trouble::CrashAt(change + 1);
        let fails = Trouble::FaultAt {
            at: operation + 1,
            errno: 5,
            lasts: false,
        };
        for trouble in [dies, fails] {
            let fs = disk();
            fs.set(Some(trouble));
            run(&fs).expect_err("it stops there");
            let seen = fs.after(Crash::Process);
            for at in 0.. {
                let again = seen.after(Crash::Process);
                if !crashed(&again, at) {
                    break;
                }
                for crash in [Crash::Synced, Crash::Some(at as u64)] {
                    let when = || format!("{trouble:?}, then change {at}, {crash:?}");
                    whole.check_end(&again.after(crash), &when);
                }
            }
        }
    }
}
