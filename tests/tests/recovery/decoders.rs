//! Saved bytes that are damaged under checksums that hold: whatever a decoder meets, it is an error or a state, and never a
//! panic, and nothing is allocated by a number that stands in a file.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use streamlite::prelude::*;
use streamlite::{Job, Savepoint};
use streamlite_tests::Partitions;
use streamlite_tests::model::Event;
use streamlite_tests::windows::cases;

pipeline!(
    fn every_kind(events: Source<Event>, others: Source<Event>, out: Sink<String>) {
        let events = events.event_time(|e| e.at).watermark(bounded(20ms));
        let others = others.event_time(|e| e.at).watermark(bounded(20ms));
        let keyed = events.key_by(|e| e.key);
        let means = keyed
            .window(tumbling(10ms))
            .aggregate(|key, _window, rows| {
                (
                    *key,
                    rows.count(),
                    rows.mean(|e| e.value),
                    rows.quantile(0.5, |e| e.value),
                )
            })
            .map(|row| format!("{row:?}"));
        let largest = keyed
            .window(sliding(20ms).every(5ms))
            .aggregate(|key, _window, rows| {
                (
                    *key,
                    rows.max(|e| e.value),
                    rows.approx_count_distinct(|e| e.value),
                )
            })
            .map(|row| format!("{row:?}"));
        let visits = keyed
            .window(session(4ms))
            .aggregate(|key, _window, rows| (*key, rows.collect(|e| e.value), rows.variance(|e| e.value)))
            .map(|row| format!("{row:?}"));
        let threes = keyed
            .window(count(3))
            .aggregate(|key, _window, rows| (*key, rows.sum(|e| e.value), rows.distinct(|e| e.value)))
            .map(|row| format!("{row:?}"));
        let leading = keyed
            .window(tumbling(50ms))
            .trigger(on_count(2).or(on_watermark()))
            .aggregate(|key, _window, rows| (*key, rows.top_k(2, |e| e.value)))
            .map(|row| format!("{row:?}"));
        let peaks = keyed.running().max(|e| e.value).map(|row| format!("{row:?}"));
        let told = keyed
            .process(|ctx| {
                let last: Option<i32> = None;
                let all: List<i32> = List::new();
                let by_value: Map<i32, u64> = Map::new();
                on_record(|e| {
                    *last = Some(e.value);
                    all.push(e.value);
                    by_value.insert(e.value, 1);
                    ctx.timer_after(30ms);
                });
                on_timer(|at| {
                    ctx.emit((*ctx.key(), at.as_millis(), *last));
                });
            })
            .map(|row| format!("{row:?}"));
        let long = keyed
            .process(|ctx| {
                let all: List<i32> = List::new();
                let by_place: Map<usize, i64> = Map::new();
                #[ttl(1h)]
                let recent: List<i64> = List::new();
                #[ttl(1h)]
                let by_recent: Map<usize, i64> = Map::new();
                on_record(|e| {
                    // So many that they are saved in stretches.
                    let more = if e.key == 0 && all.is_empty() { 70 } else { 1 };
                    for _ in 0..more {
                        all.push(e.value);
                        recent.push(e.at);
                        by_place.insert(all.len(), e.at);
                        by_recent.insert(all.len(), e.at);
                    }
                    if e.value == 3 {
                        all.pop_front();
                        by_place.remove(&2);
                    }
                    ctx.emit((
                        all.len(),
                        by_place.len(),
                        recent.iter().count(),
                        by_recent.iter().count(),
                    ));
                });
            })
            .map(|row| format!("{row:?}"));
        let pairs = events
            .join(others)
            .on(|l| l.key, |r| r.key)
            .within(-5ms..=5ms)
            .map(|row| format!("{row:?}"));
        let waiting = events
            .union(others)
            .join(others)
            .on(|_l| 0, |_r| 0)
            .within(1s..=2s)
            .map(|row| format!("{row:?}"));
        let latest = events
            .join_latest(others)
            .on(|l| l.key, |r| r.key)
            .map(|row| format!("{row:?}"));
        means
            .union(largest)
            .union(visits)
            .union(threes)
            .union(leading)
            .union(peaks)
            .union(told)
            .union(long)
            .union(pairs)
            .union(waiting)
            .union(latest)
            .to(out);
    }
);

fn job() -> Job {
    let list = |from: i64| {
        let event = |at: i64| Event {
            key: (at % 5) as u8,
            value: (at % 7) as i32,
            at,
        };
        vec![(from..from + 60).map(event).collect(), vec![event(from + 7)]]
    };
    every_kind(Partitions::new(list(0)), Partitions::new(list(2)), NullSink).batch_size(4)
}

/// A frame as the format says: two lengths, a head, a body, a checksum that begins with that of the header.
#[derive(Clone)]
struct Frame {
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Frame {
    /// The same frame, whose body is not compressed.
    fn plain(self) -> Self {
        let ((number, compressed_from), part): ((u64, Option<u32>), _) =
            postcard::take_from_bytes(&self.head).expect("a head begins so");
        let Some(length) = compressed_from else {
            return self;
        };
        let head = postcard::to_allocvec(&(number, None::<u32>)).expect("numbers are written");
        let body = lz4_flex::block::decompress(&self.body, length as usize).expect("it was compressed");
        Self {
            head: [&head, part].concat(),
            body,
        }
    }
}

#[derive(Clone)]
/// A saved file as it is written, read by the description of the format, and not by the library.
struct File {
    header: Vec<u8>,
    frames: Vec<Frame>,
}

fn number(bytes: &[u8]) -> usize {
    u32::from_le_bytes(bytes[..4].try_into().expect("four bytes")) as usize
}

impl File {
    fn read(bytes: &[u8]) -> Self {
        let header = 16 + number(&bytes[12..]);
        let (mut at, mut frames) = (header + 4, Vec::new());
        while at < bytes.len() {
            let (head, body) = (number(&bytes[at..]), number(&bytes[at + 4..]));
            let start = at + 8;
            frames.push(Frame {
                head: bytes[start..start + head].to_vec(),
                body: bytes[start + head..start + head + body].to_vec(),
            });
            at = start + head + body + 4;
        }
        Self {
            header: bytes[..header].to_vec(),
            frames,
        }
    }

    fn write(&self) -> Vec<u8> {
        let mut bytes = self.header.clone();
        let of_header = crc32c::crc32c(&bytes);
        bytes.extend(of_header.to_le_bytes());
        for Frame { head, body } in &self.frames {
            let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("it is short").to_le_bytes();
            let frame = [&length(head)[..], &length(body), head, body].concat();
            bytes.extend(&frame);
            bytes.extend(crc32c::crc32c_append(of_header, &frame).to_le_bytes());
        }
        bytes
    }
}

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

fn saved() -> Vec<u8> {
    let mut job = job().start().expect("it starts");
    for _ in 0..20 {
        job.step().expect("nothing goes wrong");
    }
    job.savepoint().expect("it can be saved").to_bytes()
}

/// How much memory a restore may take: the savepoint has some thousand bytes.
const MOST_BYTES: u64 = 8 << 20;

fn restore(bytes: &[u8]) -> streamlite::Result<()> {
    let savepoint = Savepoint::from_bytes(bytes)?;
    job().restore(&savepoint).run().map(drop)
}

/// What came of the files that were tried.
#[derive(Default)]
struct Tried {
    restored: usize,
    refused: usize,
}

impl Tried {
    fn restore(&mut self, file: &File, what: &dyn Fn() -> String) {
        let mut read = None;
        let allocated = allocation_counter::measure(|| {
            read = Some(catch_unwind(AssertUnwindSafe(|| restore(&file.write()))));
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

fn whole() -> File {
    let bytes = saved();
    let file = File::read(&bytes);
    assert_eq!(file.write(), bytes, "the format is as described");
    let frames = file.frames.into_iter().map(Frame::plain);
    let plain = File {
        frames: frames.collect(),
        ..file
    };
    restore(&plain.write()).expect("a body need not be compressed");
    plain
}

#[test]
fn whatever_stands_in_a_saved_file_no_decoder_panics() {
    let whole = whole();
    let strategy = (
        any::<prop::sample::Index>(),
        prop::bool::weighted(0.1),
        prop::collection::vec((any::<prop::sample::Index>(), changes()), 1..4),
    );
    let mut runner = TestRunner::new(cases());
    let mut tried = Tried::default();
    for _ in 0..runner.config().cases {
        let drawn = strategy.new_tree(&mut runner).expect("it can be drawn").current();
        let (frame, in_head, edits) = &drawn;
        let mut file = whole.clone();
        let frame = frame.index(file.frames.len());
        let bytes = match in_head {
            true => &mut file.frames[frame].head,
            false => &mut file.frames[frame].body,
        };
        for (place, edit) in edits {
            change(bytes, *place, edit);
        }
        tried.restore(&file, &|| format!("frame {frame}, {drawn:?}"));
    }
    tried.check();
}

/// A count or an index may stand anywhere.
#[test]
fn no_number_in_a_saved_file_is_believed() {
    let whole = whole();
    let mut tried = Tried::default();
    for number in 0..whole.frames.len() {
        for place in 0..whole.frames[number].body.len() {
            for huge in [&HUGE[..], &[0xff, 0xff, 0xff, 0xff, 0x0f], &[0xff, 0xff, 0x7f]] {
                let mut file = whole.clone();
                let body = &mut file.frames[number].body;
                body.splice(place..=place, huge.iter().copied());
                tried.restore(&file, &|| format!("{huge:?} at byte {place} of frame {number}"));
            }
        }
    }
    tried.check();
}
