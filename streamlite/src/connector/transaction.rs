//! What a sink is whose output is committed with the checkpoints of its job.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::epoch::{Epoch, Incarnation};
use crate::error::Result;

/// What a sink needs to commit what it has prepared, in whatever terms it likes. Checkpoints hold it until the sink has
/// said that it is committed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The checkpoint that it was prepared for.
    pub epoch: Epoch,
    /// What the sink says of it.
    pub contents: Vec<u8>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({}, {} bytes)", self.epoch, self.contents.len())
    }
}

/// What became of a [`commit`](Transactional::commit).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is committed, and that survives a loss of power.
    Committed,
    /// It may be: an answer was lost. The next checkpoint names the token again, and commits it again.
    Unknown,
}

/// A sink whose output becomes visible with the checkpoints of its job, exactly once.
///
/// The [`Writer`](super::Writer) puts records where nobody sees them, and
/// [`end_transaction`](super::Writer::end_transaction) ends what belongs to a checkpoint; the methods here run beside the
/// records, on the thread that writes checkpoints, in this order:
///
/// * At every start of the job: [`fence`](Self::fence), [`last_committed`](Self::last_committed),
///   [`commit`](Self::commit) for what the newest checkpoint names,
///   [`abort_all_except`](Self::abort_all_except). Only then the sink is opened.
/// * At each checkpoint: [`prepare`](Self::prepare); once the checkpoint is stored, [`commit`](Self::commit).
///
/// Each may come again after a crash, at any place. This is the two-phase commit of Flink's sinks, with a fence.
pub trait Transactional: Send {
    /// Shuts out whatever an older start of the job still sends: it must have no effect from now on. Must be durable.
    ///
    /// # Errors
    /// If a newer start has fenced it already, or that cannot be stored.
    fn fence(&mut self, incarnation: Incarnation) -> Result<()>;

    /// The checkpoint whose output was committed last, as the sink itself has stored it; `None` if none was.
    ///
    /// # Errors
    /// If that cannot be found out.
    fn last_committed(&mut self) -> Result<Option<Epoch>>;

    /// Makes everything durable that was written before this checkpoint, and that no earlier `prepare` took, but visible to
    /// nobody. A name that is committed already stays committed. `None` if there is nothing.
    ///
    /// # Errors
    /// If it cannot be made durable; the job stops then.
    fn prepare(&mut self, epoch: Epoch) -> Result<Option<Token>>;

    /// Makes what was prepared visible, all or nothing; what is committed already stays so. Tokens come in the order of
    /// their checkpoints.
    ///
    /// # Errors
    /// If it cannot be, now or ever. Where it may have happened, that is [`Outcome::Unknown`].
    fn commit(&mut self, token: &Token) -> Result<Outcome>;

    /// Removes whatever older starts of the job have written or prepared, except these.
    ///
    /// # Errors
    /// If it cannot be removed.
    fn abort_all_except(&mut self, tokens: &[Token]) -> Result<()>;
}
