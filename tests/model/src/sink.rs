//! A sink that prepares and commits, and what may be on its way to it.

use std::collections::BTreeSet;

use crate::disk::Epoch;
use crate::protocol::SinkRules;

/// The records from one place to another, prepared and later committed under a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Transaction {
    pub(crate) epoch: Epoch,
    pub(crate) incarnation: u8,
    pub(crate) from: u8,
    pub(crate) to: u8,
    /// Which start has computed it: the output of a closure may differ from start to start. Nobody in the model looks.
    pub(crate) run: u8,
}

impl Transaction {
    pub(crate) fn name(self) -> (Epoch, u8) {
        (self.epoch, self.incarnation)
    }
}

/// What is sent to a sink.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Message {
    Prepare(Transaction),
    Commit(Transaction),
    AbortAllExcept(Vec<Transaction>),
}

#[derive(Clone, Default, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Sink {
    pub(crate) prepared: BTreeSet<Transaction>,
    pub(crate) committed: Vec<Transaction>,
    pub(crate) fence: u8,
}

impl Sink {
    pub(crate) fn last_committed(&self) -> Epoch {
        let epochs = self.committed.iter().map(|transaction| transaction.epoch);
        epochs.max().unwrap_or(0)
    }

    /// Takes a message; `false` if it commits what is neither prepared nor committed.
    pub(crate) fn take(&mut self, message: &Message, sender: u8, rules: SinkRules) -> bool {
        if sender < self.fence {
            // It is shut out, and its sender is dead.
            return true;
        }
        match message {
            Message::Prepare(transaction) => {
                let is_committed = self.has_committed(*transaction);
                if !(rules.prepares_once && is_committed) {
                    self.prepared.retain(|known| known.name() != transaction.name());
                    self.prepared.insert(*transaction);
                }
                true
            }
            Message::AbortAllExcept(kept) => {
                self.prepared.retain(|known| {
                    rules.aborts_only_older && known.incarnation >= sender
                        || kept.iter().any(|kept| kept.name() == known.name())
                });
                true
            }
            Message::Commit(transaction) => {
                let mut known = self.prepared.iter().copied();
                let known = known.rfind(|known| known.name() == transaction.name());
                match known {
                    Some(known) => {
                        self.prepared.remove(&known);
                        self.committed.push(known);
                        true
                    }
                    None => self.has_committed(*transaction),
                }
            }
        }
    }

    fn has_committed(&self, transaction: Transaction) -> bool {
        let mut committed = self.committed.iter();
        committed.any(|known| known.name() == transaction.name())
    }
}
