//! Any bit of a checkpoint flips, any file is cut off, lengthened, swapped for another or taken away: the job goes on with
//! the right output, or says what is damaged. It is never wrong, and never panics.

use streamlite_tests::checkpointed::{Whole, disk, large, run, whole};
use streamlite_tests::sim_fs::{Crash, SimFs, Trouble};

/// What a start made of a damaged disk.
#[derive(Default)]
struct Seen {
    went_on: usize,
    fell_back: usize,
    mended: usize,
    refused: usize,
}

impl Seen {
    fn add(&mut self, other: &Self) {
        self.went_on += other.went_on;
        self.fell_back += other.fell_back;
        self.mended += other.mended;
        self.refused += other.refused;
    }
}

/// A disk on which the job has crashed before a change.
fn crashed_before(change: usize) -> SimFs {
    let fs = disk();
    fs.set(Some(Trouble::CrashAt(change)));
    run(&fs).expect_err("it crashes");
    fs.after(Crash::Process)
}

/// The changes before which the newest checkpoint is stored and no sink has committed it: there it may be passed over.
fn between_storing_and_committing() -> Vec<usize> {
    let mut found = Vec::new();
    for change in 0.. {
        let fs = disk();
        fs.set(Some(Trouble::CrashAt(change)));
        if run(&fs).is_ok() {
            return found;
        }
        let names = fs.names();
        let manifests = names.iter().filter(|name| name.starts_with("state/MANIFEST"));
        let seen = (manifests.count(), fs.text("out.csv").lines().count());
        // Two checkpoints, of which the sinks have committed one, with its four records and a header.
        if seen == (2, 5) {
            found.push(change);
        }
    }
    found
}

fn try_it(whole: &Whole, damaged: &SimFs, seen: &mut Seen, what: &dyn Fn() -> String) {
    match run(damaged) {
        Ok(report) => {
            assert_eq!(damaged.text("out.csv"), whole.out, "{}", what());
            assert_eq!(large(damaged), whole.large, "{}", what());
            let checkpoints = report.checkpoints.expect("it takes some");
            seen.went_on += 1;
            seen.fell_back += usize::from(!checkpoints.quarantined.is_empty());
            seen.mended += usize::from(checkpoints.mended.is_some());
        }
        Err(error) => {
            let error = error.to_string();
            assert!(!error.contains("panicked"), "{}: {error}", what());
            let names_it =
                error.contains("state") || error.contains("committed") || error.contains("pending");
            assert!(names_it, "{}: {error}", what());
            seen.refused += 1;
        }
    }
}

/// Of each byte one bit, and all of them with `ALL_BITS=1`.
fn bits(place: usize) -> Vec<usize> {
    if std::env::var_os("ALL_BITS").is_some() {
        (0..8).collect()
    } else {
        vec![(place + place / 8) % 8]
    }
}

/// The first bytes, a seventh of the others, and of long files a part of those in the middle, which are filled up; all of them with
/// `ALL_BITS=1`.
fn places(bytes: usize) -> impl Iterator<Item = usize> {
    let all = std::env::var_os("ALL_BITS").is_some();
    let is_at_an_end = move |place| place < 250 || bytes - place < 250;
    (0..bytes).filter(move |&place| {
        all || place < 30 || (place % 7 == 0 && is_at_an_end(place)) || place % 193 == 0
    })
}

/// The files that a job writes beside its output.
fn own_files(fs: &SimFs) -> Vec<String> {
    let names = fs.names().into_iter();
    names
        .filter(|name| name.starts_with("state/") || name.starts_with('.'))
        .collect()
}

/// Damages each file of a run that crashed before this change, at each place.
fn damage_all(change: usize) -> Seen {
    let whole = whole();
    let mut seen = Seen::default();
    let fs = crashed_before(change);
    for name in own_files(&fs) {
        let bytes = fs.bytes(&name).len();
        for place in places(bytes) {
            for bit in bits(place) {
                let damaged = fs.after(Crash::Process);
                damaged.damage(&name, |bytes| bytes[place] ^= 1 << bit);
                try_it(&whole, &damaged, &mut seen, &|| {
                    format!("{change}: bit {bit} of byte {place} of {name}")
                });
            }
            if let Some(second) = (place + 4096 < bytes).then_some(place + 4096) {
                // What stands there twice is damaged in both places.
                let damaged = fs.after(Crash::Process);
                damaged.damage(&name, |bytes| {
                    bytes[place] ^= 1 << (place % 8);
                    bytes[second] ^= 1 << (place % 7);
                });
                try_it(&whole, &damaged, &mut seen, &|| {
                    format!("{change}: bytes {place} and {second} of {name}")
                });
            }
            let damaged = fs.after(Crash::Process);
            damaged.damage(&name, |bytes| bytes.truncate(place));
            try_it(&whole, &damaged, &mut seen, &|| {
                format!("{change}: {name} cut off at {place}")
            });
        }
        for more in [1, 7, 4096] {
            let damaged = fs.after(Crash::Process);
            damaged.damage(&name, |bytes| bytes.resize(bytes.len() + more, 0));
            try_it(&whole, &damaged, &mut seen, &|| {
                format!("{change}: {more} bytes after {name}")
            });
        }
        let damaged = fs.after(Crash::Process);
        damaged.take_away(&name);
        try_it(&whole, &damaged, &mut seen, &|| {
            format!("{change}: {name} is gone")
        });
    }
    seen
}

#[test]
fn no_bit_that_flips_and_no_byte_that_is_missing_makes_a_wrong_output() {
    let first = *between_storing_and_committing()
        .first()
        .expect("there is such a time");
    // Both take long.
    let [mut seen, other] = std::thread::scope(|scope| {
        let both = [first, 100].map(|change| scope.spawn(move || damage_all(change)));
        both.map(|one| one.join().expect("no output is wrong"))
    });
    seen.add(&other);
    println!(
        "{} damaged files: {} went on, {} were refused",
        seen.went_on + seen.refused,
        seen.went_on,
        seen.refused
    );
    assert!(seen.fell_back > 200, "an older one is used: {}", seen.fell_back);
    assert!(seen.mended > 100, "or the other copy: {}", seen.mended);
    assert!(seen.refused > 200, "or the job is refused: {}", seen.refused);
    assert!(
        seen.went_on > seen.fell_back,
        "and some bytes do not matter: {}",
        seen.went_on
    );
}

/// A file that is whole, and in the place of another one.
#[test]
fn no_file_in_the_place_of_another_one_makes_a_wrong_output() {
    let whole = whole();
    let mut seen = Seen::default();
    for change in [between_storing_and_committing()[0], 100] {
        let fs = crashed_before(change);
        let names = own_files(&fs);
        for one in &names {
            for other in &names {
                let damaged = fs.after(Crash::Process);
                let bytes = damaged.bytes(other);
                damaged.damage(one, |place| *place = bytes);
                try_it(&whole, &damaged, &mut seen, &|| {
                    format!("{change}: {other} in the place of {one}")
                });
            }
        }
    }
    assert!(
        seen.fell_back > 5 && seen.refused > 5,
        "{} {}",
        seen.fell_back,
        seen.refused
    );
}
