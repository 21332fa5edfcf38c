//! A source and the chain that it feeds.

use std::ops::ControlFlow;

use crate::connector::{Partition, Progress, Reader, Source};
use crate::error::Result;
use crate::record::{Control, Lane, Push, Record};
use crate::time::Timestamp;

/// A source and everything downstream of it: what the driver reads, batch by batch. The only `dyn` of a job, called
/// once a turn.
pub(crate) trait Feed {
    /// Finds the source's partitions, and opens them; says how many there are.
    fn partitions(&mut self) -> Result<u32>;

    /// Opens the partitions as the lanes from `first` on.
    fn open(&mut self, first: Lane) -> Result<()>;

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

pub(super) struct SourceFeed<S: Source, P> {
    index: usize,
    source: S,
    partitions: Vec<Partition>,
    readers: Vec<Option<S::Reader>>,
    first: Lane,
    current: Option<Lane>,
    skipped: u64,
    /// Not there after a panic in it: the job has failed.
    chain: Option<P>,
}

impl<S: Source, P: Push<S::Item>> SourceFeed<S, P> {
    pub(super) fn new(index: usize, source: S, chain: P) -> Self {
        Self {
            index,
            source,
            partitions: Vec::new(),
            readers: Vec::new(),
            first: Lane::default(),
            current: None,
            skipped: 0,
            chain: Some(chain),
        }
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

    fn end(&mut self, lane: Lane) {
        self.control_chain(&mut Control::LaneEnd(lane));
        if self.readers.iter().all(Option::is_none) {
            self.watermark_chain(Timestamp::MAX);
        }
    }
}

impl<S: Source, P: Push<S::Item>> Feed for SourceFeed<S, P> {
    fn partitions(&mut self) -> Result<u32> {
        self.partitions = self.source.partitions()?;
        Ok(u32::try_from(self.partitions.len()).expect("nobody has four billion partitions"))
    }

    fn open(&mut self, first: Lane) -> Result<()> {
        self.first = first;
        for (place, number) in (0..self.partitions.len()).zip(first.0..) {
            let reader = self.source.open(&self.partitions[place], None)?;
            self.readers.push(Some(reader));
            self.control_chain(&mut Control::LaneOpen(Lane(number)));
        }
        if self.readers.is_empty() {
            self.watermark_chain(Timestamp::MAX);
        }
        Ok(())
    }

    fn read(&mut self, turn: &Turn) -> Result<(Progress, usize)> {
        self.switch_to(turn.lane);
        let place = turn.lane.index() - self.first.index();
        let Some(reader) = self.readers[place].as_mut() else {
            return Ok((Progress::End, 0));
        };
        // The chain is a local while a batch is read, so that what it counts and sums lives in registers.
        let Some(mut chain) = self.chain.take() else {
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
        let progress = read?;
        if let Progress::End = progress {
            self.skipped += reader.skipped();
            self.readers[place] = None;
            self.end(turn.lane);
        }
        Ok((progress, records))
    }

    fn control(&mut self, control: &mut Control<'_>) {
        self.control_chain(control);
    }

    fn watermark(&mut self, watermark: Timestamp) {
        if self.readers.iter().any(Option::is_some) {
            self.watermark_chain(watermark);
        }
    }

    fn source(&self) -> usize {
        self.index
    }

    fn describe(&self) -> String {
        self.source.describe()
    }

    fn skipped(&self) -> u64 {
        let open = self.readers.iter().flatten().map(Reader::skipped);
        self.skipped + open.sum::<u64>()
    }
}
