//! What a job remembers, at one moment between two reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write as _;
use std::path::Path;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::lanes::Turns;
use crate::assembly::{LaneNumbers, LanePlace, Read};
use crate::checkpoint::{Damage, FileIdentity, FileKind, FrameReader, Image};
use crate::connector::Partition;
use crate::control::Lane;
use crate::epoch::Epoch;
use crate::error::{Error, Result};
use crate::fs::{Fs as _, LocalFs};
use crate::metrics::{SavedCounts, is_plausible};
use crate::state::{Gaps, SavedState, StateId};
use crate::time::TimeDelta;

/// All that a job remembers: how far each partition was read, every operator's state, and the counters.
///
/// It is consistent by construction, because it is taken between two reads; Flink's name for it is the same. With it
/// [`Job::restore`](super::Job::restore) goes on as if nothing had happened.
///
/// [`to_bytes`](Self::to_bytes) and [`from_bytes`](Self::from_bytes) carry it through a file; serde writes the same bytes.
/// They have a version, a length and a checksum, which are checked before anything is decoded.
///
/// ```
/// use streamlite::prelude::*;
/// use streamlite::Savepoint;
///
/// pipeline!(
///     fn summed(numbers: Source<u32>, out: Sink<u64>) {
///         numbers.running().sum(|n| *n).to(out);
///     }
/// );
///
/// let (out, _) = CollectionSink::new();
/// let mut job = summed(CollectionSource::new([1, 2, 3]), out).batch_size(1).start()?;
/// job.step()?;
/// let bytes = job.savepoint()?.to_bytes();
///
/// let (out, got) = CollectionSink::new();
/// let savepoint = Savepoint::from_bytes(&bytes)?;
/// summed(CollectionSource::new([1, 2, 3]), out).restore(&savepoint).run()?;
/// assert_eq!(got.take(), [3, 6]);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Savepoint {
    pub(super) contents: Contents,
}

/// What is in a savepoint.
#[derive(Clone, PartialEq)]
pub(super) struct Contents {
    pub(super) pipeline: String,
    pub(super) states: BTreeMap<StateId, SavedState>,
    pub(super) progress: Progress,
}

/// What is in a savepoint and belongs to no operator.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// The checkpoint that it was taken with, if it was taken with one.
    pub(super) epoch: Option<Epoch>,
    pub(super) lanes: LaneNumbers,
    /// By the sources' identities.
    pub(super) sources: BTreeMap<String, SavedSource>,
    pub(super) counts: SavedCounts,
    /// How long the job has run.
    pub(super) elapsed: TimeDelta,
}

impl Progress {
    /// Whether each partition has a number that was given, and sums of the counts are numbers.
    fn fits_together(&self) -> bool {
        let known = |lane: &Lane| self.lanes.has_partition(*lane);
        self.lanes.are_whole()
            && self.counts.are_plausible()
            && self.sources.values().all(|source| {
                source.places.iter().all(|place| known(&place.lane))
                    && source.turns.keys().all(known)
                    && is_plausible(source.skipped)
            })
    }
}

/// How far a source was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedSource {
    /// What kind of source it was: positions of another kind mean something else.
    pub(super) kind: String,
    pub(super) places: Vec<LanePlace>,
    /// How often each lane was read.
    pub(super) turns: BTreeMap<Lane, Turns>,
    pub(super) skipped: u64,
}

impl Savepoint {
    /// The bytes of the savepoint, to be kept in a file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let contents = self.contents.clone();
        let identity = FileIdentity {
            kind: FileKind::Savepoint,
            of: contents.pipeline.clone(),
            epoch: None,
        };
        let written = contents.into_image(Gaps::new()).write(&identity, Vec::new());
        written.expect("what a savepoint holds serializes").0
    }

    /// The savepoint that [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// If the bytes are no savepoint, are not whole, were changed, or were written by another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let read = || {
            let file = FrameReader::new(bytes)?;
            let FileIdentity { kind, of, .. } = file.identity().clone();
            if kind != FileKind::Savepoint {
                return Err(Damage::new(
                    0,
                    format!("it is {}, and no savepoint", file.identity()),
                ));
            }
            Ok((of, Image::read(file)?))
        };
        let (pipeline, image) = read().map_err(|damage: Damage| unreadable(damage.cause()))?;
        let contents = Contents::from_image(pipeline, image).map_err(unreadable)?;
        Ok(Self { contents })
    }

    /// Writes it to a file: durable, and in one step in place of one that is there.
    pub(crate) fn write_to(&self, path: &Path) -> Result<()> {
        let mut staged = path.as_os_str().to_owned();
        staged.push(".staged");
        let staged = Path::new(&staged);
        let write = || {
            let mut file = LocalFs.create_private(staged)?;
            file.write_all(&self.to_bytes())?;
            file.flush()?;
            file.sync()?;
            LocalFs.rename(staged, path)?;
            LocalFs.sync_dir(path.parent().unwrap_or(Path::new("")))
        };
        write().map_err(|cause| Error::io("writing the savepoint", path, cause))
    }

    /// Reads it from a file.
    pub(super) fn read_from(path: &Path) -> Result<Self> {
        let mut bytes = Vec::new();
        let read = LocalFs
            .open(path)
            .and_then(|mut file| file.read_to_end(&mut bytes));
        read.map_err(|cause| Error::io("reading the savepoint", path, cause))?;
        Self::from_bytes(&bytes)
    }

    /// Asks whether it was saved by this pipeline.
    pub(super) fn check_pipeline(&self, name: &str) -> Result<()> {
        let saved = &self.contents.pipeline;
        if saved == name {
            return Ok(());
        }
        Err(Error::Savepoint {
            doing: "restoring",
            cause: format!("it was saved by the pipeline `{saved}`, and this one is `{name}`"),
        })
    }
}

impl Contents {
    /// The same as what a file holds; `gaps` is what is missing from the states.
    pub(super) fn into_image(self, gaps: Gaps) -> Image {
        Image {
            job: postcard::to_stdvec(&self.progress).expect("names and numbers serialize"),
            states: self.states,
            gaps,
            captured: BTreeMap::new(),
        }
    }

    /// What a file of this pipeline holds; an error says what is wrong.
    pub(super) fn from_image(pipeline: String, image: Image) -> Result<Self, String> {
        let Image { job, states, .. } = image;
        let progress: Progress = match postcard::take_from_bytes(&job) {
            Ok((progress, [])) => progress,
            Ok((_, rest)) => return Err(format!("{} bytes are left over", rest.len())),
            Err(cause) => return Err(format!("its contents are not what this version writes: {cause}")),
        };
        if !progress.fits_together() {
            return Err("its partitions or its counts do not fit together".to_owned());
        }
        Ok(Self {
            pipeline,
            states,
            progress,
        })
    }
}

fn unreadable(cause: impl Into<String>) -> Error {
    let cause = cause.into();
    Error::Savepoint {
        doing: "reading",
        cause: format!("{cause}; restore an earlier one"),
    }
}

impl Serialize for Savepoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_bytes().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Savepoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Vec::<u8>::deserialize(deserializer)?;
        Self::from_bytes(&bytes).map_err(D::Error::custom)
    }
}

impl fmt::Debug for Savepoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Contents { pipeline, states, .. } = &self.contents;
        write!(f, "Savepoint of `{pipeline}` ")?;
        let sizes = states
            .iter()
            .map(|(id, state)| (id.to_string(), state.bytes().len()));
        f.debug_map().entries(sizes).finish()
    }
}

impl SavedSource {
    /// Asks whether the source is of the kind that it was.
    pub(super) fn check_kind(&self, source: &str, kind: &str) -> Result<()> {
        if self.kind == kind {
            return Ok(());
        }
        Err(Error::Savepoint {
            doing: "restoring",
            cause: format!(
                "`{source}` was read from a `{}`, and is a `{kind}` now, whose positions mean something else",
                self.kind
            ),
        })
    }

    /// Where each partition that there is now goes on. One that is new begins at its beginning; one that has ended
    /// stays ended, though its file may be gone; one that is gone before it was read to its end is an error.
    pub(super) fn places(
        &self,
        source: &str,
        partitions: Vec<Partition>,
        mut lane_of: impl FnMut(&Partition) -> Lane,
    ) -> Result<Vec<LanePlace>> {
        let known: BTreeMap<&Partition, &LanePlace> = self
            .places
            .iter()
            .map(|place| (&place.partition, place))
            .collect();
        let mut places = Vec::with_capacity(partitions.len());
        for partition in partitions {
            let place = known.get(&partition).map(|&place| place.clone());
            places.push(place.unwrap_or_else(|| LanePlace {
                lane: lane_of(&partition),
                partition,
                read: Read::Nothing,
            }));
        }
        let there: BTreeSet<Partition> = places.iter().map(|place| place.partition.clone()).collect();
        for place in self
            .places
            .iter()
            .filter(|place| !there.contains(&place.partition))
        {
            if !matches!(place.read, Read::All(_)) {
                let partition = &place.partition;
                return Err(Error::Savepoint {
                    doing: "restoring",
                    cause: format!(
                        "`{source}` has no partition `{partition}` any more, and it was not read to its end; put it back"
                    ),
                });
            }
            places.push(place.clone());
        }
        Ok(places)
    }
}
