//! All that a job remembers, as saved in a file.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::frames::{Body, Damage, FileIdentity, FrameReader, FrameWriter};
use crate::error::Result;
use crate::state::{Captured, SavedState, Shape, StateGaps, StateId, state_error};

/// All that a job remembers: every operator's state, and what the job itself does.
#[derive(Debug)]
pub(crate) struct Image {
    /// How far each partition was read, the counters, and whatever else is no operator's; the runtime knows what it means.
    pub(crate) job: Vec<u8>,
    pub(crate) states: BTreeMap<StateId, SavedState>,
    /// What is missing from the states, until the image is stored.
    pub(crate) gaps: StateGaps,
    /// What was written in slices, which belongs there.
    pub(crate) captured: BTreeMap<StateId, Vec<Captured>>,
}

/// What a frame is part of.
#[derive(Debug, Serialize, Deserialize)]
enum Part {
    Job,
    State {
        operator: StateId,
        shape: Shape,
        entries: u64,
    },
}

impl Image {
    /// Puts everything where it belongs.
    pub(super) fn complete(&mut self) -> Result<()> {
        for (operator, gaps) in std::mem::take(&mut self.gaps) {
            let captured = self.captured.remove(&operator).unwrap_or_default();
            if let Some(state) = self.states.get_mut(&operator) {
                let filled = state.fill(gaps, captured);
                filled.map_err(|cause| state_error("saving", &operator, &cause))?;
            }
        }
        Ok(())
    }

    /// Writes the image; returns what was written to, and how many bytes that were.
    pub(crate) fn write<W: Write>(&self, identity: &FileIdentity, to: W) -> io::Result<(W, u64)> {
        let mut frames = FrameWriter::new(to, identity)?;
        frames.part(&Part::Job, &self.job)?;
        for (operator, state) in &self.states {
            let part = Part::State {
                operator: operator.clone(),
                shape: state.shape().clone(),
                entries: state.entries(),
            };
            if state.bytes().is_empty() {
                frames.frame(Some(&part), &[])?;
            }
            frames.part(&part, state.bytes())?;
        }
        frames.finish()
    }

    /// The image in a file whose header was read.
    pub(crate) fn read(file: FrameReader<'_>) -> std::result::Result<Self, Damage> {
        let mut image = Self {
            job: Vec::new(),
            states: BTreeMap::new(),
            gaps: BTreeMap::new(),
            captured: BTreeMap::new(),
        };
        file.frames(|part, body: Body<'_>| match part {
            Part::Job => body.read(&mut image.job),
            Part::State {
                operator,
                shape,
                entries,
            } => {
                let state = image.states.entry(operator);
                let state = state.or_insert_with(|| SavedState::empty(shape));
                state.set_entries(entries);
                body.read(state.bytes_mut())
            }
        })?;
        Ok(image)
    }

    /// How much there is of each operator.
    pub(crate) fn sizes(&self) -> Vec<OperatorSize> {
        let sizes = self.states.iter().map(|(operator, state)| OperatorSize {
            operator: operator.to_string(),
            kind: state.shape().operator().to_owned(),
            entries: state.entries(),
            bytes: state.bytes().len() as u64,
        });
        sizes.collect()
    }
}

/// How much state of an operator a checkpoint holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OperatorSize {
    /// The operator, by the name of its statement or its `#[uid]`.
    pub operator: String,
    /// What it is.
    pub kind: String,
    /// How many keys its tables have.
    pub entries: u64,
    /// How many bytes the state has, before it is compressed.
    pub bytes: u64,
}
