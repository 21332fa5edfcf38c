//! What a job remembers, at one moment between two reads.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::assembly::{LaneNumbers, Place, Read};
use crate::connector::Partition;
use crate::error::{Error, Result};
use crate::metrics::Tally;
use crate::record::Lane;
use crate::state::StateId;

/// All that a job remembers: how far each partition was read, every operator's state, and the counters.
///
/// It is consistent by construction, because it is taken between two reads. serde writes and reads it; with it
/// [`Job::start_from`](super::Job::start_from) goes on as if nothing had happened.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    pub(super) pipeline: String,
    pub(super) states: BTreeMap<StateId, Vec<u8>>,
    pub(super) lanes: LaneNumbers,
    pub(super) sources: BTreeMap<String, SavedSource>,
    pub(super) counts: Tally,
}

/// How far a source was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedSource {
    pub(super) places: Vec<Place>,
    pub(super) last_runs: BTreeMap<Lane, u64>,
    pub(super) skipped: u64,
}

impl fmt::Debug for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Saved `{}` ", self.pipeline)?;
        let sizes = self
            .states
            .iter()
            .map(|(id, bytes)| (id.to_string(), bytes.len()));
        f.debug_map().entries(sizes).finish()
    }
}

impl Saved {
    /// Asks whether it was saved by this pipeline.
    pub(super) fn check_pipeline(&self, name: &str) -> Result<()> {
        if self.pipeline == name {
            return Ok(());
        }
        Err(Error::State {
            doing: "restoring",
            operator: name.to_owned(),
            cause: format!(
                "it was saved by the pipeline `{}`; start that one from it",
                self.pipeline
            ),
        })
    }
}

impl SavedSource {
    /// Where each partition that there is now goes on. One that is new begins at its beginning; one that has ended
    /// stays ended, though its file may be gone; one that is gone before it was read to its end is an error.
    pub(super) fn places(
        &self,
        source: &str,
        partitions: Vec<Partition>,
        mut lane_of: impl FnMut(&Partition) -> Lane,
    ) -> Result<Vec<Place>> {
        let gone = |place: &&Place| place.read != Read::All && !partitions.contains(&place.partition);
        if let Some(place) = self.places.iter().find(gone) {
            let partition = &place.partition;
            return Err(Error::State {
                doing: "restoring",
                operator: format!("{source}/{partition}"),
                cause: "the partition is not there any more, and was not read to its end; put it back"
                    .to_owned(),
            });
        }
        let places = partitions.into_iter().map(|partition| {
            let known = self.places.iter().find(|place| place.partition == partition);
            known.cloned().unwrap_or_else(|| Place {
                lane: lane_of(&partition),
                partition,
                read: Read::Nothing,
            })
        });
        let mut places: Vec<Place> = places.collect();
        let ended = self.places.iter().filter(|place| place.read == Read::All);
        let gone: Vec<Place> = ended
            .filter(|place| !places.iter().any(|known| known.partition == place.partition))
            .cloned()
            .collect();
        places.extend(gone);
        Ok(places)
    }
}
