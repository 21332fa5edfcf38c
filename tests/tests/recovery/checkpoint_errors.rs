//! What a job with checkpoints says where it cannot start: what was being done, on which file, the cause, what to do.

use streamlite::checkpoint::Directory;
use streamlite::prelude::*;
use streamlite_tests::checkpointed::{disk, run};
use streamlite_tests::sim_fs::{Crash, SimFs, Trouble};

pipeline!(
    fn another(lines: Source<String>, out: Sink<String>) {
        lines.to(out);
    }
);

/// A disk on which the job has crashed before a change.
fn crashed_before(change: usize) -> SimFs {
    let fs = disk();
    fs.set(Some(Trouble::CrashAt(change)));
    run(&fs).expect_err("it crashes");
    fs.after(Crash::Process)
}

fn finished() -> SimFs {
    let fs = disk();
    run(&fs).expect("nothing fails");
    fs
}

/// The last file whose name begins so.
fn newest(fs: &SimFs, begins: &str) -> String {
    let names = fs.names().into_iter().filter(|name| name.starts_with(begins));
    names.max().expect("there is one")
}

/// What a start says, without what depends on the time of day: checksums, and lengths of what has a time in it.
fn refused(fs: &SimFs) -> String {
    let text = run(fs).expect_err("it is refused").to_string();
    let words = text.split(' ').map(|word| {
        let core = word.trim_matches(|char: char| !char.is_ascii_alphanumeric());
        let is_hex = core.len() == 8 && core.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_length = core.len() == 3 && core.bytes().all(|byte| byte.is_ascii_digit());
        match (is_hex, is_length) {
            (true, _) => word.replace(core, "CHECKSUM"),
            (_, true) => word.replace(core, "NNN"),
            _ => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_refusal_says_what_to_do() {
    let mut texts = Vec::new();
    let mut say = |what: &str, text: String| texts.push(format!("{what}:\n    {text}\n"));

    let fs = crashed_before(112);
    // Both copies of it.
    fs.damage(newest(&fs, "state/MANIFEST"), |bytes| {
        bytes[30] ^= 1;
        bytes[4096 + 30] ^= 1;
    });
    say(
        "the newest manifest is damaged, and its output is committed",
        refused(&fs),
    );

    let fs = crashed_before(70);
    for name in fs.names().iter().filter(|name| name.starts_with("state/state-")) {
        fs.damage(name, |bytes| bytes.truncate(100));
    }
    say("all states are cut off", refused(&fs));

    let fs = finished();
    for name in fs
        .names()
        .iter()
        .filter(|name| name.starts_with("state/MANIFEST"))
    {
        fs.take_away(name);
    }
    say("the checkpoints are gone, and the output is there", refused(&fs));

    let fs = finished();
    fs.damage("out.csv", |bytes| bytes.truncate(20));
    say("the output is shorter", refused(&fs));

    let fs = finished();
    fs.damage("out.csv", |bytes| bytes.extend_from_slice(b"9,9\n"));
    say("somebody has appended to the output", refused(&fs));

    let fs = finished();
    fs.damage(".out.csv.committed", |bytes| bytes[20] ^= 4);
    say("the record of what is committed is damaged", refused(&fs));

    let fs = finished();
    let source = LinesSource::open_in(fs.clone(), ["in.csv"]).expect("it is there");
    let sink = LinesSink::create_in(fs.clone(), "lines.txt").expect("it can be");
    let state = Directory::new_in(fs.clone(), "state");
    let job = another(source, sink).checkpoints(Checkpoints::in_storage(state));
    say(
        "another pipeline",
        job.run().expect_err("it is refused").to_string(),
    );

    let fs = finished();
    fs.set(Some(Trouble::FaultAt {
        at: 12,
        errno: 5,
        lasts: true,
    }));
    say("the disk cannot be read", refused(&fs));

    insta::assert_snapshot!(texts.join("\n"));
}
