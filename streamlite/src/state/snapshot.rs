//! All states of a job, by the identity of their operators.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::codec::{Decoder, Encoder, StateError};
use super::shape::Shape;
use super::table_id::TableId;
use crate::epoch::Epoch;
use crate::error::{Error, Result};

/// Whose state it is: the path of `let` names, and a number where one statement holds several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StateId(String);

impl StateId {
    pub(crate) fn new(path: &str, number: u32) -> Self {
        Self(if number == 0 {
            path.to_owned()
        } else {
            format!("{path}#{number}")
        })
    }
}

impl fmt::Display for StateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The state that an operator declares when it is built: whose it is, and what it is.
#[derive(Clone, Debug)]
pub struct DeclaredState {
    id: StateId,
    shape: Shape,
}

impl DeclaredState {
    pub(crate) fn new(id: StateId, shape: Shape) -> Self {
        Self { id, shape }
    }

    /// Whose it is.
    pub(crate) fn id(&self) -> &StateId {
        &self.id
    }
}

/// One operator's state in a savepoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedState {
    shape: Shape,
    /// How many keys it has, as far as it is a table.
    entries: u64,
    bytes: Vec<u8>,
}

impl SavedState {
    /// A state of this shape, whose bytes follow.
    pub(crate) fn empty(shape: Shape) -> Self {
        Self {
            shape,
            entries: 0,
            bytes: Vec::new(),
        }
    }

    /// What it is.
    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// How many keys it has, as far as it is a table.
    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }

    /// Notes how many keys it has.
    pub(crate) fn set_entries(&mut self, entries: u64) {
        self.entries = entries;
    }

    /// The state itself.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The state itself, while it is read.
    pub(crate) fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

/// State that can be saved and restored.
///
/// Law: after `restore` of what `save` wrote, the same further input produces the same further output.
pub trait Snapshot {
    /// Writes the state, perhaps with gaps if the encoder takes them.
    ///
    /// # Errors
    /// If a value's `Serialize` fails.
    fn save(&mut self, to: &mut Encoder) -> Result<(), StateError>;

    /// Restores the state, in place of the present one.
    ///
    /// # Errors
    /// If the bytes are not such a state.
    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError>;
}

/// Behind which bytes of the states of a job the tables belong that are stored beside them.
pub(crate) type Gaps = BTreeMap<StateId, Vec<(usize, TableId)>>;

/// Collects the states of a job.
#[derive(Debug, Default)]
pub struct Save {
    /// The checkpoint that it is for.
    epoch: Option<Epoch>,
    /// What earlier checkpoints have does not count.
    is_full: bool,
    states: BTreeMap<StateId, SavedState>,
    gaps: Gaps,
    failure: Option<Error>,
}

impl Save {
    /// For a checkpoint, or for a savepoint that is not part of one. `is_full`: what earlier checkpoints have does not count.
    pub(crate) fn new(epoch: Option<Epoch>, is_full: bool) -> Self {
        Self {
            epoch,
            is_full,
            ..Self::default()
        }
    }

    /// The checkpoint that it is for: sinks end what belongs to it.
    pub(crate) fn epoch(&self) -> Option<Epoch> {
        self.epoch
    }

    /// Saves the state of one operator; for a checkpoint perhaps with gaps for what large tables have.
    pub fn state(&mut self, declared: &DeclaredState, state: &mut impl Snapshot) {
        let DeclaredState { id, shape } = declared;
        let mut encoder = match self.epoch {
            Some(epoch) => Encoder::with_gaps(epoch, self.is_full),
            None => Encoder::default(),
        };
        match state.save(&mut encoder) {
            Ok(()) => {
                let gaps = encoder.take_gaps();
                if !gaps.is_empty() {
                    self.gaps.insert(id.clone(), gaps);
                }
                let saved = SavedState {
                    shape: shape.clone(),
                    entries: encoder.entries(),
                    bytes: encoder.into_bytes(),
                };
                if self.states.insert(id.clone(), saved).is_some() {
                    self.failure.get_or_insert(taken_twice("saving", id));
                }
            }
            Err(cause) => {
                self.failure.get_or_insert(state_error("saving", id, &cause));
            }
        }
    }

    /// The states, and what is missing from them: of a savepoint nothing is.
    pub(crate) fn finish(self) -> Result<(BTreeMap<StateId, SavedState>, Gaps)> {
        match self.failure {
            None => Ok((self.states, self.gaps)),
            Some(failure) => Err(failure),
        }
    }
}

/// Hands the states of a savepoint to their operators.
#[derive(Debug)]
pub struct Restore {
    states: BTreeMap<StateId, SavedState>,
    /// They are from a checkpoint, whose tables may be beside them.
    is_checkpoint: bool,
    restored: BTreeSet<StateId>,
    failure: Option<Error>,
}

impl Restore {
    pub(crate) fn new(states: BTreeMap<StateId, SavedState>, is_checkpoint: bool) -> Self {
        Self {
            states,
            is_checkpoint,
            restored: BTreeSet::new(),
            failure: None,
        }
    }

    /// Restores the state of one operator; one that was never saved starts empty.
    pub fn state(&mut self, declared: &DeclaredState, state: &mut impl Snapshot) {
        let DeclaredState { id, shape } = declared;
        if !self.restored.insert(id.clone()) {
            self.failure.get_or_insert(taken_twice("restoring", id));
        }
        let Some(saved) = self.states.remove(id) else {
            return;
        };
        if saved.shape != *shape {
            let cause = StateError::new(format!(
                "it was saved by {}, and belongs to {shape} now; undo the change, or start the job anew",
                saved.shape
            ));
            self.failure.get_or_insert(state_error("restoring", id, &cause));
            return;
        }
        let mut decoder = if self.is_checkpoint {
            Decoder::with_own_slots(&saved.bytes)
        } else {
            Decoder::new(&saved.bytes)
        };
        if let Err(cause) = state.restore(&mut decoder).and_then(|()| decoder.end()) {
            self.failure.get_or_insert(state_error("restoring", id, &cause));
        }
    }

    /// Says whether everything was restored: a state that no operator takes is an error, never dropped in silence.
    pub(crate) fn finish(self) -> Result<()> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        match self.states.keys().next() {
            None => Ok(()),
            Some(orphan) => {
                let cause = "no operator of this pipeline has this name; give the stream its old `let` name, or \
                             `#[uid = \"…\"]`";
                Err(state_error("restoring", orphan, &StateError::new(cause)))
            }
        }
    }
}

fn taken_twice(doing: &'static str, id: &StateId) -> Error {
    let cause = "two operators have this name; give one of them another by `#[uid = \"…\"]`";
    state_error(doing, id, &StateError::new(cause))
}

/// An error of saving or restoring the state of an operator.
pub(crate) fn state_error(doing: &'static str, id: &StateId, cause: &StateError) -> Error {
    Error::State {
        doing,
        operator: id.to_string(),
        cause: cause.to_string(),
    }
}
