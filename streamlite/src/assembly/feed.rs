//! A source and the chain that it feeds.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::connector::{Partition, Position, Progress, Reader, Source};
use crate::error::Result;
use crate::record::{Control, Lane, Push, Record};
use crate::time::Timestamp;

/// A source and everything downstream of it: what the driver reads, batch by batch. The only `dyn` of a job, called
/// once a turn.
pub(crate) trait Feed {
    /// Finds the source's partitions.
    fn partitions(&mut self) -> Result<Vec<Partition>>;

    /// Opens the partitions that have not ended, each at its place, and announces them: all before the first read, or
    /// one that has not yet spoken would not hold the watermark back.
    fn open(&mut self, places: Vec<Place>) -> Result<()>;

    /// How far each partition was read.
    fn places(&self) -> Vec<Place>;

    /// Reads from one lane.
    fn read(&mut self, turn: &Turn) -> Result<(Progress, usize)>;

    /// Passes a control signal down the chain.
    fn control(&mut self, control: &mut Control<'_>);

    /// Ingestion time has come so far.
    fn watermark(&mut self, watermark: Timestamp);

    /// The source's number in the graph.
    fn source(&self) -> usize;

    /// What the source is.
    fn describe(&self) -> String;

    /// Records that could not be read.
    fn skipped(&self) -> u64;

    /// Whether they are kept somewhere.
    fn keeps_bad_records(&self) -> bool;
}

/// What to read next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    /// From which lane.
    pub(crate) lane: Lane,
    /// How many records at most.
    pub(crate) at_most: usize,
    /// The time of ingestion.
    pub(crate) now: Timestamp,
}

/// A partition, its number, and how far it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) partition: Partition,
    pub(crate) lane: Lane,
    pub(crate) read: Read,
}

/// How far a partition was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Read {
    /// Nothing yet.
    Nothing,
    /// Up to a position.
    UpTo(Position),
    /// To its end.
    All,
}

pub(super) struct SourceFeed<S: Source, P> {
    index: usize,
    /// The stream that it feeds.
    stream: usize,
    source: S,
    partitions: Vec<Opened<S::Reader>>,
    /// Records that were read in this run.
    records: u64,
    current: Option<Lane>,
    /// Bad records of the partitions that have ended.
    skipped: u64,
    /// Not there after a panic in it: the job has failed.
    chain: Option<P>,
}

/// A partition, and its reader until it ends.
struct Opened<R> {
    partition: Partition,
    lane: Lane,
    reader: Option<R>,
}

impl<S: Source, P: Push<S::Item>> SourceFeed<S, P> {
    pub(super) fn new(index: usize, stream: usize, source: S, chain: P) -> Self {
        Self {
            index,
            stream,
            source,
            partitions: Vec::new(),
            records: 0,
            current: None,
            skipped: 0,
            chain: Some(chain),
        }
    }

    fn readers(&self) -> impl Iterator<Item = &S::Reader> {
        self.partitions
            .iter()
            .filter_map(|partition| partition.reader.as_ref())
    }

    fn has_ended(&self) -> bool {
        self.readers().next().is_none()
    }

    fn control_chain(&mut self, control: &mut Control<'_>) {
        if let Some(chain) = &mut self.chain {
            chain.control(control);
        }
    }

    fn watermark_chain(&mut self, watermark: Timestamp) {
        if let Some(chain) = &mut self.chain {
            chain.watermark(watermark);
        }
    }

    fn switch_to(&mut self, lane: Lane) {
        if self.current != Some(lane) {
            self.current = Some(lane);
            self.control_chain(&mut Control::Lane(lane));
        }
    }

    fn end(&mut self, place: usize) {
        let partition = &mut self.partitions[place];
        let (lane, reader) = (partition.lane, partition.reader.take());
        self.skipped += reader.map_or(0, |reader| reader.skipped());
        self.control_chain(&mut Control::LaneEnd(lane));
        if self.has_ended() {
            self.watermark_chain(Timestamp::MAX);
        }
    }
}

impl<S: Source, P: Push<S::Item>> Feed for SourceFeed<S, P> {
    fn partitions(&mut self) -> Result<Vec<Partition>> {
        self.source.partitions()
    }

    fn open(&mut self, places: Vec<Place>) -> Result<()> {
        for Place {
            partition,
            lane,
            read,
        } in places
        {
            let reader = match read {
                Read::Nothing => Some(self.source.open(&partition, None)?),
                Read::UpTo(position) => Some(self.source.open(&partition, Some(&position))?),
                Read::All => None,
            };
            if reader.is_some() {
                self.control_chain(&mut Control::LaneOpen(lane));
            }
            self.partitions.push(Opened {
                partition,
                lane,
                reader,
            });
        }
        if self.has_ended() {
            self.watermark_chain(Timestamp::MAX);
        }
        Ok(())
    }

    fn places(&self) -> Vec<Place> {
        let places = self.partitions.iter().map(|opened| Place {
            partition: opened.partition.clone(),
            lane: opened.lane,
            read: match &opened.reader {
                Some(reader) => Read::UpTo(reader.position()),
                None => Read::All,
            },
        });
        places.collect()
    }

    fn read(&mut self, turn: &Turn) -> Result<(Progress, usize)> {
        self.switch_to(turn.lane);
        let place = self
            .partitions
            .iter()
            .position(|partition| partition.lane == turn.lane);
        let Some(place) = place else {
            return Ok((Progress::End, 0));
        };
        // The chain is a local while a batch is read, so that what it counts and sums lives in registers.
        let (Some(reader), Some(mut chain)) = (&mut self.partitions[place].reader, self.chain.take()) else {
            return Ok((Progress::End, 0));
        };
        let (now, mut records) = (turn.now, 0);
        let read = reader.read(turn.at_most, |value| {
            records += 1;
            chain.push(Record {
                value,
                timestamp: now,
                seen: now,
            });
            ControlFlow::Continue(())
        });
        self.chain = Some(chain);
        self.records += records as u64;
        let progress = read?;
        if progress == Progress::End {
            self.end(place);
        }
        Ok((progress, records))
    }

    fn control(&mut self, control: &mut Control<'_>) {
        if let Control::Count(tally) = control {
            tally.streams[self.stream] += self.records;
        }
        self.control_chain(control);
    }

    fn watermark(&mut self, watermark: Timestamp) {
        if !self.has_ended() {
            self.watermark_chain(watermark);
        }
    }

    fn source(&self) -> usize {
        self.index
    }

    fn describe(&self) -> String {
        self.source.describe()
    }

    fn keeps_bad_records(&self) -> bool {
        self.source.keeps_bad_records()
    }

    fn skipped(&self) -> u64 {
        self.skipped + self.readers().map(Reader::skipped).sum::<u64>()
    }
}
