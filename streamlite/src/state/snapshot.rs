//! All states of a job, by the identity of their operators.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::codec::{Decoder, Encoder, StateError};
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

/// State that can be saved and taken back.
///
/// Law: after `restore` of what `save` wrote, the same further input gives the same further output.
pub trait Snapshot {
    /// Writes the state.
    ///
    /// # Errors
    /// If a value's `Serialize` fails.
    fn save(&self, to: &mut Encoder) -> Result<(), StateError>;

    /// Takes the state back, in place of the present one.
    ///
    /// # Errors
    /// If the bytes are not such a state.
    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError>;
}

/// Collects the states of a job.
#[derive(Debug, Default)]
pub struct Save {
    states: BTreeMap<StateId, Vec<u8>>,
    failure: Option<Error>,
}

impl Save {
    /// Saves the state of one operator.
    pub fn state(&mut self, id: &StateId, state: &impl Snapshot) {
        let mut encoder = Encoder::default();
        match state.save(&mut encoder) {
            Ok(()) => {
                let before = self.states.insert(id.clone(), encoder.into_bytes());
                debug_assert!(before.is_none(), "two operators are called `{id}`");
            }
            Err(cause) => {
                self.failure.get_or_insert(state_error("saving", id, &cause));
            }
        }
    }

    pub(crate) fn finish(self) -> Result<BTreeMap<StateId, Vec<u8>>> {
        match self.failure {
            None => Ok(self.states),
            Some(failure) => Err(failure),
        }
    }
}

/// Hands the states of a job back.
#[derive(Debug)]
pub struct Restore {
    states: BTreeMap<StateId, Vec<u8>>,
    failure: Option<Error>,
}

impl Restore {
    pub(crate) fn new(states: BTreeMap<StateId, Vec<u8>>) -> Self {
        Self {
            states,
            failure: None,
        }
    }

    /// Restores the state of one operator; one that was never saved starts empty.
    pub fn state(&mut self, id: &StateId, state: &mut impl Snapshot) {
        let Some(bytes) = self.states.remove(id) else {
            return;
        };
        let mut decoder = Decoder::new(&bytes);
        if let Err(cause) = state.restore(&mut decoder).and_then(|()| decoder.end()) {
            self.failure.get_or_insert(state_error("restoring", id, &cause));
        }
    }

    /// Says whether everything was taken back: a state that no operator took is an error, never dropped in silence.
    pub(crate) fn finish(self) -> Result<()> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        match self.states.keys().next() {
            None => Ok(()),
            Some(orphan) => Err(Error::State {
                doing: "restoring",
                operator: orphan.to_string(),
                cause: "no operator of this pipeline has this name; give the stream its old `let` name"
                    .to_owned(),
            }),
        }
    }
}

fn state_error(doing: &'static str, id: &StateId, cause: &StateError) -> Error {
    Error::State {
        doing,
        operator: id.to_string(),
        cause: cause.to_string(),
    }
}
