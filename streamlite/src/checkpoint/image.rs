//! All that a job remembers, as saved in a file.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::frames::{Body, Damage, FileIdentity, FrameReader, FrameWriter};
use super::stored_table::StoredTable;
use crate::state::{Captured, Gaps, SavedState, Shape, StateId};

/// All that a job remembers: every operator's state, and what the job itself does.
#[derive(Debug)]
pub(crate) struct Image {
    /// How far each partition was read, the counters, and whatever else is no operator's; the runtime knows what it means.
    pub(crate) job: Vec<u8>,
    pub(crate) states: BTreeMap<StateId, SavedState>,
    /// What is to be written of large tables, beside the states.
    pub(crate) captured: BTreeMap<StateId, Vec<Captured>>,
    /// Behind which bytes of the states those belong.
    pub(crate) gaps: Gaps,
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
    pub(crate) fn read(file: FrameReader<'_>) -> Result<Self, Damage> {
        let mut image = Self {
            job: Vec::new(),
            states: BTreeMap::new(),
            captured: BTreeMap::new(),
            gaps: Gaps::new(),
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

    /// Puts the entries of tables into a state, each behind so many bytes of what is there; an error says what is wrong.
    pub(super) fn put(&mut self, operator: &StateId, tables: &[(u64, Vec<u8>)]) -> Result<(), String> {
        let state = self.states.get_mut(operator);
        let state = state.ok_or_else(|| format!("it has a table of `{operator}`, and no state"))?;
        let before = std::mem::take(state.bytes_mut());
        let whole: usize = tables.iter().map(|(_, entries)| entries.len()).sum();
        let (mut bytes, mut at) = (Vec::with_capacity(before.len() + whole), 0);
        for (behind, entries) in tables {
            let behind = usize::try_from(*behind).unwrap_or(usize::MAX);
            let between = before.get(at..behind);
            bytes.extend_from_slice(
                between.ok_or_else(|| format!("a table of `{operator}` has no place in its state"))?,
            );
            bytes.extend_from_slice(entries);
            at = behind;
        }
        bytes.extend_from_slice(&before[at..]);
        *state.bytes_mut() = bytes;
        Ok(())
    }

    /// How much there is of each operator, with what it has in tables beside its state.
    pub(super) fn sizes(&self, tables: &[StoredTable]) -> Vec<OperatorSize> {
        let sizes = self.states.iter().map(|(operator, state)| {
            let own = tables.iter().filter(|table| table.operator == *operator);
            OperatorSize {
                operator: operator.to_string(),
                kind: state.shape().operator().to_owned(),
                entries: state.entries(),
                bytes: state.bytes().len() as u64 + own.map(|table| table.bytes).sum::<u64>(),
            }
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
    /// How many bytes the state has, before it is compressed: about, where it has large tables.
    pub bytes: u64,
}
