//! Saved bytes that are damaged under checksums that hold: whatever a decoder meets, it is an error or a state, and never a
//! panic, and nothing is allocated by a number that stands in a file.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use streamlite_tests::saved::{File, Frame, Stored, go_on, restore, whole};
use streamlite_tests::windows::cases;

/// What is done to the bytes of a frame.
#[derive(Clone, Debug)]
enum Change {
    Set(u8),
    Add(u8),
    Insert(Vec<u8>),
    Remove(usize),
    CutOff,
    /// A number as long as numbers get, where any number may stand.
    Huge,
}

const HUGE: [u8; 10] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];

fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        any::<u8>().prop_map(Change::Set),
        any::<u8>().prop_map(Change::Add),
        prop::collection::vec(any::<u8>(), 1..12).prop_map(Change::Insert),
        (1_usize..12).prop_map(Change::Remove),
        Just(Change::CutOff),
        Just(Change::Huge),
    ]
}

fn change(bytes: &mut Vec<u8>, place: prop::sample::Index, change: &Change) {
    if bytes.is_empty() {
        return;
    }
    let place = place.index(bytes.len());
    match change {
        Change::Set(to) => bytes[place] = *to,
        Change::Add(more) => bytes[place] = bytes[place].wrapping_add(*more),
        Change::Insert(more) => drop(bytes.splice(place..place, more.iter().copied())),
        Change::Remove(count) => drop(bytes.drain(place..bytes.len().min(place + count))),
        Change::CutOff => bytes.truncate(place),
        Change::Huge => drop(bytes.splice(place..=place, HUGE)),
    }
}

/// What is done to a frame: to its head or to its body, and where.
#[derive(Clone, Debug)]
struct Edits {
    is_in_head: bool,
    edits: Vec<(prop::sample::Index, Change)>,
}

fn edits() -> impl Strategy<Value = Edits> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), changes()), 1..4);
    (prop::bool::weighted(0.1), edits).prop_map(|(is_in_head, edits)| Edits { is_in_head, edits })
}

impl Edits {
    fn make(&self, frame: &mut Frame) {
        let bytes = if self.is_in_head {
            &mut frame.head
        } else {
            &mut frame.body
        };
        for (place, edit) in &self.edits {
            change(bytes, *place, edit);
        }
    }
}

/// How much memory a restore may take: the savepoint has some thousand bytes.
const MOST_BYTES: u64 = 8 << 20;

/// What came of the files that were tried.
#[derive(Default)]
struct Tried {
    restored: usize,
    refused: usize,
}

impl Tried {
    fn restore(&mut self, file: &File, what: &dyn Fn() -> String) {
        self.run(|| restore(&file.write()), what);
    }

    fn run(&mut self, job: impl FnOnce() -> streamlite::Result<()>, what: &dyn Fn() -> String) {
        let mut read = None;
        let allocated = allocation_counter::measure(|| {
            read = Some(catch_unwind(AssertUnwindSafe(job)));
        });
        assert!(
            allocated.bytes_max < MOST_BYTES,
            "{}: {} bytes",
            what(),
            allocated.bytes_max
        );
        match read.expect("it has run") {
            Ok(Ok(())) => self.restored += 1,
            Ok(Err(error)) => {
                let error = error.to_string();
                assert!(!error.contains("panic"), "{}: {error}", what());
                self.refused += 1;
            }
            Err(_) => panic!("{} made a decoder panic", what()),
        }
    }

    fn check(&self) {
        let Self { restored, refused } = self;
        println!(
            "{} saved files, {restored} of which were restored",
            restored + refused
        );
        assert!(
            *restored > 0 && *refused > 0,
            "{restored} restored, {refused} refused"
        );
    }
}

#[test]
fn whatever_stands_in_a_saved_file_no_decoder_panics() {
    let whole = whole();
    let strategy = (any::<prop::sample::Index>(), edits());
    let mut runner = TestRunner::new(cases());
    let mut tried = Tried::default();
    for _ in 0..runner.config().cases {
        let drawn = strategy.new_tree(&mut runner).expect("it can be drawn").current();
        let (frame, edits) = &drawn;
        let mut file = whole.clone();
        let frame = frame.index(file.frames.len());
        edits.make(&mut file.frames[frame]);
        tried.restore(&file, &|| format!("frame {frame}, {drawn:?}"));
    }
    tried.check();
}

/// A count or an index may stand anywhere; of each byte one of the numbers is tried, and all of them with `CASES`.
#[test]
fn no_number_in_a_saved_file_is_believed() {
    let whole = whole();
    let all = std::env::var_os("CASES").is_some();
    let mut tried = Tried::default();
    for number in 0..whole.frames.len() {
        for place in 0..whole.frames[number].body.len() {
            let numbers = [&HUGE[..], &[0xff, 0xff, 0xff, 0xff, 0x0f], &[0xff, 0xff, 0x7f]];
            let numbers = (0..).zip(numbers).filter(|(turn, _)| all || place % 3 == *turn);
            for (_, huge) in numbers {
                let mut file = whole.clone();
                let body = &mut file.frames[number].body;
                body.splice(place..=place, huge.iter().copied());
                tried.restore(&file, &|| format!("{huge:?} at byte {place} of frame {number}"));
            }
        }
    }
    tried.check();
}

/// The same of what a manifest says of the files beside it; of three bytes one is tried, and all of them with `CASES`.
#[test]
fn no_number_in_a_manifest_is_believed() {
    let stored = Stored::new();
    let step = if std::env::var_os("CASES").is_some() { 1 } else { 3 };
    let (mut tried, mut fell_back) = (Tried::default(), 0);
    for (number, (name, manifest)) in stored.files.iter().enumerate() {
        if !name.contains("MANIFEST") {
            continue;
        }
        for frame in 0..manifest.frames.len() {
            let places = 0..manifest.frames[frame].body.len();
            for place in places.step_by(step) {
                let mut files = stored.files.clone();
                files[number].1.frames[frame].body.splice(place..=place, HUGE);
                let disk = stored.with(&files);
                let what = || format!("a huge number at byte {place} of frame {frame} of {name}");
                let go_on = || {
                    let checkpoints = go_on(&disk)?.checkpoints.expect("it takes some");
                    fell_back += usize::from(!checkpoints.quarantined.is_empty());
                    Ok(())
                };
                tried.run(go_on, &what);
            }
        }
    }
    // The other checkpoint is used, or the number is one that only says how much there is.
    let all = tried.restored + tried.refused;
    assert!(0 < fell_back && fell_back < all, "{fell_back} of {all}");
}

#[test]
fn whatever_stands_in_the_files_of_a_checkpoint_no_decoder_panics() {
    let stored = Stored::new();
    let report = go_on(&stored.with(&stored.files)).expect("they are whole");
    let checkpoints = report.checkpoints.expect("it takes some");
    assert!(
        checkpoints.quarantined.is_empty(),
        "{:?}",
        checkpoints.quarantined
    );
    let strategy = (any::<(prop::sample::Index, prop::sample::Index)>(), edits());
    let mut runner = TestRunner::new(cases());
    let mut tried = Tried::default();
    for _ in 0..runner.config().cases {
        let drawn = strategy.new_tree(&mut runner).expect("it can be drawn").current();
        let ((number, frame), edits) = &drawn;
        let mut files = stored.files.clone();
        let (name, file) = number.get_mut(&mut files);
        edits.make(frame.get_mut(&mut file.frames));
        let name = name.clone();
        let disk = stored.with(&files);
        tried.run(|| go_on(&disk).map(drop), &|| format!("{name}, {drawn:?}"));
    }
    tried.check();
}
