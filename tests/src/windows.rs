//! Runs windows over partitions, whole or with breaks, and remembers in which order records were read.

use std::sync::{Arc, Mutex};

use crate::strategies::{breaks, drifting, timestamps};
use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::sink::Record;
use streamlite::source::ReadStatus;
use streamlite::{Job, Report, Savepoint};

use crate::model::{Event, Outcome, Row};
use crate::window_model::Reading;
use crate::{Partitions, Recorder};

/// A record, and the number of its partition.
pub type Tagged = (usize, Event);

/// Takes note of the order in which records are read.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Reading>>);

impl Log {
    /// Notes a record, and says when it happened.
    #[must_use]
    pub fn note(&self, (partition, event): &Tagged) -> Timestamp {
        let mut log = self.0.lock().expect("nobody panicked");
        log.push((*partition, Some(event.clone())));
        Timestamp::from_millis(event.at)
    }

    /// Notes the end of a partition.
    fn end(&self, partition: usize) {
        self.0.lock().expect("nobody panicked").push((partition, None));
    }
}

/// What windows gave.
#[derive(Debug, Default, PartialEq)]
pub struct Ran {
    /// Results and late records.
    pub outcome: Outcome,
    /// The timestamps of the results.
    pub stamps: Vec<i64>,
    /// The order in which records were read.
    pub reading: Reading,
    /// How many records the report calls late.
    pub late: u64,
    /// How many records the report says were in gaps.
    pub in_gaps: u64,
}

/// How a job is run.
#[derive(Clone, Debug)]
pub struct Setup {
    /// A list of records for each partition.
    pub partitions: Vec<Vec<Event>>,
    /// How many records are read at once.
    pub batch: usize,
    /// Whether records come one by one.
    pub one_by_one: bool,
    /// After how many steps each the job is saved, dropped and restored.
    pub breaks: Vec<usize>,
}

/// What a job wrote, and how.
#[derive(Debug)]
pub struct Wrote<R> {
    /// Everything that was written.
    pub records: Vec<Record<R>>,
    /// Everything that was written to the second sink.
    pub late: Vec<Tagged>,
    /// The order in which records were read.
    pub reading: Reading,
    /// What the last run reported.
    pub report: Report,
}

impl Setup {
    /// Runs a job to its end, with all its breaks.
    ///
    /// # Panics
    /// If the job fails.
    pub fn drive<R: Send>(
        &self,
        job: impl Fn(Partitions<Tagged>, Recorder<R>, CollectionSink<Tagged>, Log) -> Job,
    ) -> Wrote<R> {
        let tagged = self.partitions.iter().enumerate();
        let tagged: Vec<Vec<Tagged>> = tagged
            .map(|(number, events)| events.iter().map(|event| (number, event.clone())).collect())
            .collect();
        let (mut records, mut all_late) = (Vec::new(), Vec::new());
        let (mut saved, log) = (None::<Savepoint>, Log::default());
        let mut breaks = self.breaks.iter().copied();
        loop {
            let rows = Recorder::default();
            let got_rows = rows.clone();
            let (late, got_late) = CollectionSink::new();
            let ends = log.clone();
            let mut source = Partitions::new(tagged.clone()).at_end(move |number| ends.end(number));
            if self.one_by_one {
                source = source.one_by_one();
            }
            let job = job(source, rows, late, log.clone())
                .batch_size(self.batch)
                .turn_size(self.batch.min(7));
            let mut started = match &saved {
                None => job.start(),
                Some(saved) => job.restore(saved).start(),
            }
            .expect("it can be started");
            let mut left = breaks.next().unwrap_or(usize::MAX);
            let mut ended = false;
            while left > 0 && !ended {
                ended = started.step().expect("nothing fails") == ReadStatus::End;
                left -= 1;
            }
            let report = if ended {
                Some(started.finish().expect("nothing fails"))
            } else {
                let bytes = postcard::to_stdvec(&started.savepoint().expect("it can be saved"));
                let bytes = bytes.expect("it serializes");
                saved = Some(postcard::from_bytes(&bytes).expect("it was just written"));
                drop(started);
                None
            };
            records.extend(got_rows.take());
            all_late.extend(got_late.take());
            if let Some(report) = report {
                return Wrote {
                    records,
                    late: all_late,
                    reading: in_order(&log.0.lock().expect("nobody panicked")),
                    report,
                };
            }
        }
    }

    /// One run, of a job whose windows stand in the statement `results, late`.
    ///
    /// # Panics
    /// If the job fails.
    pub fn run(
        &self,
        job: impl Fn(Partitions<Tagged>, Recorder<Row>, CollectionSink<Tagged>, Log) -> Job,
    ) -> Ran {
        let wrote = self.drive(job);
        let operator = wrote.report.operator("results, late");
        let operator = operator.expect("it is in the pipeline");
        let mut ran = Ran {
            late: operator.late,
            in_gaps: operator.in_gaps,
            reading: wrote.reading,
            ..Ran::default()
        };
        for record in wrote.records {
            ran.outcome.rows.push(record.value);
            ran.stamps.push(record.timestamp.as_millis());
        }
        let late = wrote.late.into_iter().map(|(_, event)| event);
        ran.outcome.late.extend(late);
        ran
    }
}

/// A reader says that its partition has ended before the records of its last batch go on: their end is after them.
fn in_order(log: &Reading) -> Reading {
    let mut reading: Reading = Vec::new();
    for (place, (partition, event)) in log.iter().enumerate() {
        let later = log[place + 1..]
            .iter()
            .any(|(other, event)| other == partition && event.is_some());
        let ended = log[..place]
            .iter()
            .any(|(other, event)| other == partition && event.is_none());
        if event.is_some() || !later {
            reading.push((*partition, event.clone()));
        }
        if event.is_some() && ended && !later {
            reading.push((*partition, None));
        }
    }
    reading
}

/// Records of one partition: anywhere in time, or drifting forward so that much is late and much is not.
pub fn events(at_most: usize) -> impl Strategy<Value = Vec<Event>> {
    let event = |(key, value, at)| Event { key, value, at };
    let anywhere = prop::collection::vec((0_u8..4, -5_i32..20, timestamps()).prop_map(event), 0..at_most);
    let drifting = drifting((0_u8..4, -5_i32..20), 3, -90..-50, 0..at_most).prop_map(move |list| {
        list.into_iter()
            .map(|((key, value), at)| event((key, value, at)))
            .collect()
    });
    prop_oneof![1 => anywhere, 2 => drifting]
}

/// One to three partitions, any batch size, breaks anywhere.
pub fn setups(at_most: usize) -> impl Strategy<Value = Setup> {
    (
        prop_oneof![
            1 => events(at_most).prop_map(|events| vec![events]),
            2 => prop::collection::vec(events(at_most / 2), 1..4),
        ],
        prop_oneof![Just(1_usize), 2_usize..20, Just(4096)],
        any::<bool>(),
        prop_oneof![Just(Vec::new()), breaks(5)],
    )
        .prop_map(|(partitions, batch, one_by_one, breaks)| Setup {
            partitions,
            batch,
            one_by_one,
            breaks,
        })
}

/// How many cases each property is tried with: 1,000, or as many as `CASES` says.
#[must_use]
pub fn cases() -> ProptestConfig {
    let cases = std::env::var("CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(cases.unwrap_or(1_000))
}
