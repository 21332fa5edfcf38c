//! How far each partition has come, of those whose records reach an `event_time`.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::control::Lane;
use crate::operator::alignment::Alignment;
use crate::state::{Decoder, Encoder, Snapshot, StateError};
use crate::time::Timestamp;

/// The greatest watermark that records can give; one more is the end of the input.
pub(super) const GREATEST: Timestamp = Timestamp::from_millis(i64::MAX - 1);

/// The partitions whose records pass through here.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LaneWatermarks<S> {
    pub(super) known: Vec<LaneState<S>>,
    /// The places of the lanes among the known, by their numbers.
    #[serde(skip)]
    places: HashMap<Lane, usize, foldhash::fast::FixedState>,
    pub(super) current: usize,
    /// The lanes that were current before those that were entered.
    #[serde(skip)]
    pub(super) outer: Vec<usize>,
    pub(super) alignment: Alignment,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LaneState<S> {
    lane: u32,
    pub(super) quiet_since: Option<Timestamp>,
    /// Its source is live; it says so itself when it is opened.
    #[serde(skip)]
    pub(super) is_live: bool,
    /// What the watermark strategy knows of it.
    strategy: S,
}

impl<S> Default for LaneWatermarks<S> {
    fn default() -> Self {
        Self {
            known: Vec::new(),
            places: HashMap::default(),
            current: 0,
            outer: Vec::new(),
            alignment: Alignment::default(),
        }
    }
}

impl<S> LaneWatermarks<S> {
    /// What the watermark strategy knows of the current lane.
    #[inline]
    pub(super) fn strategy(&mut self) -> &mut S {
        &mut self.known[self.current].strategy
    }

    /// Makes a lane known; one that is known already stays as it is.
    pub(super) fn open(&mut self, lane: Lane)
    where
        S: Default,
    {
        if self.search(lane).is_none() {
            self.places.insert(lane, self.known.len());
            self.known.push(LaneState {
                lane: lane.0,
                quiet_since: None,
                is_live: false,
                strategy: S::default(),
            });
            self.alignment.add();
        }
    }

    pub(super) fn place(&self, lane: Lane) -> usize {
        self.search(lane).expect("the lane was opened just before")
    }

    pub(super) fn search(&self, lane: Lane) -> Option<usize> {
        self.places.get(&lane).copied()
    }
}

impl<S: Serialize + DeserializeOwned> Snapshot for LaneWatermarks<S> {
    fn save(&mut self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(self)
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        let mut saved: Self = from.plain()?;
        let lanes = saved.known.iter().map(|known| Lane(known.lane));
        saved.places = lanes.zip(0..).collect();
        let count = saved.known.len();
        let each_once = saved.places.len() == count;
        if !each_once || saved.current >= count.max(1) || saved.alignment.inputs() != count {
            return Err(StateError::new("its partitions do not fit together"));
        }
        saved.alignment.reindex();
        *self = saved;
        Ok(())
    }
}
