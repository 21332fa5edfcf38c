//! A source and the chain that it feeds.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::connector::{
    Bells, FileUse, Opening, Partition, Position, ReadProgress, ReadStatus, Reader, Source, TakeRow,
};
use crate::control::{AfterEnd, Control, Lane, LaneEvent, Question};
use crate::error::Result;
use crate::metrics::Unmatched;
use crate::record::{Push, Record};
use crate::time::{Clock, Timestamp};

/// How many partitions are opened before the first read; of more each is opened when its turn comes.
const FEW: usize = 64;

/// A source and everything downstream of it: what the driver reads, batch by batch. The only `dyn` of a job, called
/// once a turn.
pub(crate) trait Feed {
    /// Finds the source's partitions.
    fn partitions(&mut self) -> Result<Vec<Partition>>;

    /// What kind of source it is: positions of another kind mean something else.
    fn kind(&self) -> String;

    /// Takes the partitions, each with how far it was read; returns the lanes of those that have not ended. One that was
    /// read to its end and has more records now goes on.
    fn place(&mut self, places: Vec<LanePlace>, around: &Around) -> Result<Vec<Lane>>;

    /// The files that the source uses.
    fn files(&self) -> Vec<FileUse>;

    /// Asks the operators downstream of a source that had ended, and has more records now, whether these come too late.
    fn ask_after_end(&mut self) -> Result<()>;

    /// Opens where bad records go.
    fn start(&mut self, restored: bool) -> Result<()>;

    /// Announces the partitions that have not ended: all before the first read, or one that has not yet spoken would not
    /// hold the watermark back.
    fn announce(&mut self);

    /// Whether every partition was read to its end.
    fn has_ended(&self) -> bool;

    /// How far each partition was read.
    fn places(&mut self) -> Result<Vec<LanePlace>>;

    /// Reads from one lane.
    fn read(&mut self, turn: &Turn) -> Result<(ReadStatus, usize)>;

    /// Ends every partition where it was read to.
    fn end_all(&mut self) -> Result<()>;

    /// Passes a control signal down the chain.
    fn control(&mut self, control: &mut Control<'_>);

    /// Ingestion time has come so far.
    fn watermark(&mut self, watermark: Timestamp);

    /// The source's number in the graph.
    fn source(&self) -> usize;

    /// The partition of a lane, if it is one of this source, and whether it was read to its end.
    fn partition_of(&self, lane: Lane) -> Option<(&Partition, bool)>;

    /// What the source is.
    fn describe(&self) -> String;

    /// How many records were read in this run.
    fn records(&self) -> u64;

    /// How much was read of what there is, if that is known.
    fn progress(&mut self) -> Option<ReadProgress>;

    /// Records that could not be read.
    fn skipped(&self) -> u64;

    /// The names of fields and columns that did not find each other, in all partitions of this run.
    fn unmatched(&self) -> Option<Unmatched>;

    /// Whether they are kept somewhere.
    fn keeps_bad_records(&self) -> bool;

    /// Whether its records can be read again.
    fn replays(&self) -> bool;
}

/// What sources use of the job.
#[derive(Clone, Debug)]
pub(crate) struct Around {
    pub(crate) bells: Bells,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Around {
    fn open<S: Source>(
        &self,
        source: &mut S,
        (partition, lane): (&Partition, Lane),
        from: Option<&Position>,
    ) -> Result<S::Reader> {
        let bell = self.bells.bell(lane.0);
        source.open(&Opening::new(partition, from, &bell, &self.clock))
    }
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
pub(crate) struct LanePlace {
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
    /// To its end, which is here: it may have grown since.
    All(Position),
}

pub(super) struct SourceFeed<S: Source, P> {
    index: usize,
    /// The stream that it feeds.
    stream: usize,
    source: S,
    /// There once its partitions are known.
    around: Option<Around>,
    partitions: Vec<OpenPartition<S::Reader>>,
    /// The place of each lane among the partitions.
    by_lane: Vec<Option<usize>>,
    /// How many partitions have not ended.
    left: usize,
    /// Whether all of it had been read when the job was saved.
    had_ended: bool,
    /// Records that were read in this run.
    records: u64,
    /// Records that are pushed together; empty between two reads.
    row: Vec<S::Item>,
    /// Bad records of the partitions that have ended.
    skipped: u64,
    /// Names that did not find each other in those.
    unmatched: Option<Unmatched>,
    /// Not there after a panic in it: the job has failed.
    chain: Option<P>,
}

/// A partition.
struct OpenPartition<R> {
    partition: Partition,
    lane: Lane,
    reading: Reading<R>,
    /// How many bytes it has, once somebody has asked while it was not open.
    size: Option<Option<u64>>,
}

/// How far a partition is being read.
enum Reading<R> {
    /// Its turn has not come: it is opened then, at its beginning.
    Waiting,
    /// It is open.
    Open(R),
    /// It was read to its end; whether reading could go on there is asked by a savepoint alone.
    Ended(Result<Position>),
}

impl<S: Source, P: Push<S::Item>> SourceFeed<S, P> {
    pub(super) fn new(index: usize, stream: usize, source: S, chain: P) -> Self {
        Self {
            index,
            stream,
            source,
            around: None,
            partitions: Vec::new(),
            by_lane: Vec::new(),
            left: 0,
            had_ended: false,
            records: 0,
            row: Vec::new(),
            skipped: 0,
            unmatched: None,
            chain: Some(chain),
        }
    }

    fn readers(&self) -> impl Iterator<Item = &S::Reader> {
        self.partitions
            .iter()
            .filter_map(|partition| match &partition.reading {
                Reading::Open(reader) => Some(reader),
                Reading::Waiting | Reading::Ended(_) => None,
            })
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

    /// Opens a partition whose turn has not come before.
    #[inline]
    fn open(&mut self, place: usize) -> Result<()> {
        let OpenPartition {
            partition,
            lane,
            reading,
            ..
        } = &mut self.partitions[place];
        if let (Reading::Waiting, Some(around)) = (&reading, &self.around) {
            *reading = Reading::Open(around.open(&mut self.source, (partition, *lane), None)?);
        }
        Ok(())
    }

    fn end(&mut self, place: usize) {
        let partition = &mut self.partitions[place];
        let Reading::Open(reader) = &mut partition.reading else {
            return;
        };
        self.skipped += reader.skipped();
        self.unmatched = Unmatched::joined(self.unmatched.take(), reader.unmatched());
        partition.reading = Reading::Ended(reader.position());
        let lane = partition.lane;
        self.left -= 1;
        self.control_chain(&mut Control::Lane(LaneEvent::End(lane)));
        if self.left == 0 {
            self.watermark_chain(Timestamp::MAX);
        }
    }
}

/// Pushes rows of a reader into its chain.
struct Pushing<'a, P> {
    chain: &'a mut P,
    now: Timestamp,
    records: usize,
}

impl<T, P: Push<T>> TakeRow<T> for Pushing<'_, P> {
    #[inline]
    fn take(&mut self, row: impl Iterator<Item = T>) {
        let Self { chain, now, records } = self;
        chain.push_all(Ingested {
            row,
            now: *now,
            records,
        });
    }
}

/// A row whose records happen when they are read.
struct Ingested<'a, I> {
    row: I,
    now: Timestamp,
    records: &'a mut usize,
}

impl<I: Iterator> Iterator for Ingested<'_, I> {
    type Item = Record<I::Item>;

    #[inline]
    fn next(&mut self) -> Option<Record<I::Item>> {
        let value = self.row.next()?;
        *self.records += 1;
        Some(Record {
            value,
            timestamp: self.now,
            partition_watermark: self.now,
        })
    }
}

impl<S: Source, P: Push<S::Item>> Feed for SourceFeed<S, P> {
    fn partitions(&mut self) -> Result<Vec<Partition>> {
        self.source.partitions()
    }

    fn kind(&self) -> String {
        self.source.kind()
    }

    fn place(&mut self, places: Vec<LanePlace>, around: &Around) -> Result<Vec<Lane>> {
        self.around = Some(around.clone());
        // Of few partitions all are opened before the job starts: what cannot be read is told before anything is written.
        let few = places.len() <= FEW;
        let mut begun = places
            .iter()
            .filter(|place| place.read != Read::Nothing)
            .peekable();
        self.had_ended = begun.peek().is_some() && begun.all(|place| matches!(place.read, Read::All(_)));
        let mut lanes = Vec::with_capacity(places.len());
        for LanePlace {
            partition,
            lane,
            read,
        } in places
        {
            let reading = match read {
                Read::Nothing if few => {
                    Reading::Open(around.open(&mut self.source, (&partition, lane), None)?)
                }
                Read::Nothing => Reading::Waiting,
                // What was read in part is opened at once: if it cannot go on, the job does not start.
                Read::UpTo(position) => {
                    Reading::Open(around.open(&mut self.source, (&partition, lane), Some(&position))?)
                }
                Read::All(end) if self.source.has_more(&partition, &end)? => {
                    Reading::Open(around.open(&mut self.source, (&partition, lane), Some(&end))?)
                }
                Read::All(end) => Reading::Ended(Ok(end)),
            };
            if !matches!(reading, Reading::Ended(_)) {
                lanes.push(lane);
            }
            if self.by_lane.len() <= lane.index() {
                self.by_lane.resize(lane.index() + 1, None);
            }
            self.by_lane[lane.index()] = Some(self.partitions.len());
            self.partitions.push(OpenPartition {
                partition,
                lane,
                reading,
                size: None,
            });
        }
        self.left = lanes.len();
        Ok(lanes)
    }

    fn files(&self) -> Vec<FileUse> {
        self.source.files()
    }

    fn ask_after_end(&mut self) -> Result<()> {
        if !self.had_ended || self.left == 0 {
            return Ok(());
        }
        let mut after_end = AfterEnd::default();
        self.control_chain(&mut Control::Question(Question::AfterEnd(&mut after_end)));
        after_end.finish()
    }

    fn start(&mut self, restored: bool) -> Result<()> {
        self.source.start(restored)
    }

    fn has_ended(&self) -> bool {
        self.left == 0
    }

    fn announce(&mut self) {
        let is_live = self.source.is_live();
        for place in 0..self.partitions.len() {
            if !matches!(self.partitions[place].reading, Reading::Ended(_)) {
                let lane = self.partitions[place].lane;
                self.control_chain(&mut Control::Lane(LaneEvent::Open {
                    lane,
                    is_live,
                    has_event_time: false,
                }));
            }
        }
        if self.left == 0 {
            self.watermark_chain(Timestamp::MAX);
        }
    }

    fn places(&mut self) -> Result<Vec<LanePlace>> {
        let places = self.partitions.iter_mut().map(|opened| {
            let read = match &mut opened.reading {
                Reading::Waiting => Read::Nothing,
                Reading::Open(reader) => Read::UpTo(reader.position()?),
                Reading::Ended(end) => Read::All(end.clone()?),
            };
            Ok(LanePlace {
                partition: opened.partition.clone(),
                lane: opened.lane,
                read,
            })
        });
        places.collect()
    }

    fn read(&mut self, turn: &Turn) -> Result<(ReadStatus, usize)> {
        let place = self.by_lane.get(turn.lane.index()).copied().flatten();
        let Some(place) = place else {
            return Ok((ReadStatus::End, 0));
        };
        self.open(place)?;
        let reading = &mut self.partitions[place].reading;
        // The chain is a local while a batch is read, so that what it counts and sums lives in registers.
        let (Reading::Open(reader), Some(mut chain)) = (reading, self.chain.take()) else {
            return Ok((ReadStatus::End, 0));
        };
        let mut pushing = Pushing {
            chain: &mut chain,
            now: turn.now,
            records: 0,
        };
        let read = reader.read_rows(turn.at_most, &mut self.row, &mut pushing);
        let records = pushing.records;
        self.chain = Some(chain);
        self.records += records as u64;
        let progress = read?;
        if progress == ReadStatus::End {
            self.end(place);
        }
        Ok((progress, records))
    }

    fn control(&mut self, control: &mut Control<'_>) {
        if let Control::Question(Question::Count(tally)) = control {
            tally.streams[self.stream] += self.records;
        }
        self.control_chain(control);
    }

    fn watermark(&mut self, watermark: Timestamp) {
        if self.left != 0 {
            self.watermark_chain(watermark);
        }
    }

    fn end_all(&mut self) -> Result<()> {
        for place in 0..self.partitions.len() {
            self.open(place)?;
            self.end(place);
        }
        Ok(())
    }

    fn partition_of(&self, lane: Lane) -> Option<(&Partition, bool)> {
        let partition = self.partitions.get((*self.by_lane.get(lane.index())?)?)?;
        Some((
            &partition.partition,
            matches!(partition.reading, Reading::Ended(_)),
        ))
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

    fn replays(&self) -> bool {
        self.source.replays()
    }

    fn records(&self) -> u64 {
        self.records
    }

    fn progress(&mut self) -> Option<ReadProgress> {
        let Self {
            source, partitions, ..
        } = self;
        let mut sum = ReadProgress::default();
        for opened in partitions {
            let OpenPartition {
                partition,
                reading,
                size,
                ..
            } = opened;
            let mut size = || *size.get_or_insert_with(|| source.size_of(partition));
            let progress = match reading {
                Reading::Waiting => ReadProgress {
                    read: 0,
                    all: size()?,
                },
                Reading::Open(reader) => reader.progress()?,
                Reading::Ended(_) => {
                    let all = size()?;
                    ReadProgress { read: all, all }
                }
            };
            sum = sum + progress;
        }
        Some(sum)
    }

    fn skipped(&self) -> u64 {
        self.skipped + self.readers().map(Reader::skipped).sum::<u64>()
    }

    fn unmatched(&self) -> Option<Unmatched> {
        let open = self.readers().map(Reader::unmatched);
        open.fold(self.unmatched.clone(), Unmatched::joined)
    }
}
