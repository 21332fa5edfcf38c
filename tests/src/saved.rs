//! What a job has saved, to be damaged under checksums that hold.

use std::time::Duration;

use streamlite::checkpoint::Directory;
use streamlite::prelude::*;
use streamlite::state::capture_in_slices;
use streamlite::{Job, Savepoint};

use crate::Partitions;
use crate::model::Event;
use crate::sim_fs::{Crash, SimFs};

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

/// A job over few records.
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

/// A savepoint of the job amid its records.
fn saved() -> Vec<u8> {
    let mut job = job().start().expect("it starts");
    for _ in 0..20 {
        job.step().expect("nothing goes wrong");
    }
    job.savepoint().expect("it can be saved").to_bytes()
}

/// Goes on from a savepoint to the end.
///
/// # Errors
/// If that is not what a job has saved.
pub fn restore(bytes: &[u8]) -> streamlite::Result<()> {
    let savepoint = Savepoint::from_bytes(bytes)?;
    job().restore(&savepoint).run().map(drop)
}

/// A savepoint of a job with states of every kind; nothing in it is compressed.
#[must_use]
pub fn whole() -> File {
    let bytes = saved();
    let file = File::read(&bytes);
    assert_eq!(file.write(), bytes, "the format is as described");
    let plain = file.plain();
    restore(&plain.write()).expect("a body need not be compressed");
    plain
}

/// A frame as the format says: two lengths, a head, a body, a checksum that begins with that of the header.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Whose part it is.
    pub head: Vec<u8>,
    /// The part, which may be compressed.
    pub body: Vec<u8>,
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

/// A saved file as it is written, read by the description of the format, and not by the library.
#[derive(Clone, Debug)]
pub struct File {
    header: Vec<u8>,
    /// All that follows the header.
    pub frames: Vec<Frame>,
}

fn number(bytes: &[u8]) -> usize {
    u32::from_le_bytes(bytes[..4].try_into().expect("four bytes")) as usize
}

impl File {
    /// Reads a file that is whole.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
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

    /// The same file, in which nothing is compressed.
    #[must_use]
    pub fn plain(self) -> Self {
        let frames = self.frames.into_iter().map(Frame::plain);
        Self {
            frames: frames.collect(),
            ..self
        }
    }

    /// The same file, with checksums that hold.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
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

/// A disk on which the job has crashed after two checkpoints, with files for what changed in tables.
#[derive(Debug)]
pub struct Stored {
    fs: SimFs,
    /// The names of all files, and what is in them, uncompressed.
    pub files: Vec<(String, File)>,
}

/// Where checkpoints are.
const STATE: &str = "state";

fn stored_job(fs: &SimFs) -> Job {
    // As large tables are.
    capture_in_slices(Some(2));
    let checkpoints = Checkpoints::in_storage(Directory::new_in(fs.clone(), STATE));
    job().checkpoints(checkpoints.every(Duration::from_secs(100_000)))
}

impl Stored {
    /// Runs the job on a new disk.
    ///
    /// # Panics
    /// If it fails.
    #[must_use]
    pub fn new() -> Self {
        let running = SimFs::new(&[]);
        let mut job = stored_job(&running).start().expect("it starts");
        for _ in 0..2 {
            for _ in 0..10 {
                job.step().expect("nothing goes wrong");
            }
            job.checkpoint().expect("it is stored");
        }
        let fs = running.after(Crash::Process);
        drop(job);
        let read = |name: String| {
            let bytes = fs.bytes(&name);
            // A manifest is there twice.
            let copy = bytes.windows(8).rposition(|part| part == b"strmlite");
            let file = File::read(&bytes[copy.expect("it begins so")..]).plain();
            (name, file)
        };
        let names = fs.names().into_iter();
        let mut files: Vec<_> = names
            .filter(|name| name.starts_with(STATE) && !fs.bytes(name).is_empty())
            .map(read)
            .collect();
        // The manifests are written last: they have the lengths of the others.
        files.sort_by_key(|(name, _)| is_manifest(name));
        Self { fs, files }
    }

    /// The same disk with other files.
    #[must_use]
    pub fn with(&self, files: &[(String, File)]) -> SimFs {
        let fs = self.fs.after(Crash::Process);
        let mut lengths = Vec::new();
        for (name, file) in files {
            let mut file = file.clone();
            if is_manifest(name) {
                file.frames
                    .iter_mut()
                    .for_each(|frame| put_lengths(&mut frame.body, &lengths));
            }
            let bytes = file.write();
            lengths.push((name.rsplit('/').next().unwrap_or(name), bytes.len()));
            fs.damage(name, |to| *to = bytes);
        }
        fs
    }
}

impl Default for Stored {
    fn default() -> Self {
        Self::new()
    }
}

fn is_manifest(name: &str) -> bool {
    name.contains("MANIFEST")
}

/// Puts the lengths of files behind their names, where those stand.
fn put_lengths(manifest: &mut Vec<u8>, lengths: &[(&str, usize)]) {
    for (name, length) in lengths {
        let Some(found) = manifest
            .windows(name.len())
            .position(|part| part == name.as_bytes())
        else {
            continue;
        };
        let at = found + name.len();
        let digits = manifest[at..]
            .iter()
            .position(|byte| *byte < 0x80)
            .map_or(0, |last| last + 1);
        let length = postcard::to_allocvec(length).expect("numbers are written");
        manifest.splice(at..at + digits, length);
    }
}

/// Goes on from what is stored on a disk to the end.
///
/// # Errors
/// If that is not what a job has stored.
pub fn go_on(fs: &SimFs) -> streamlite::Result<Report> {
    stored_job(fs).run()
}
