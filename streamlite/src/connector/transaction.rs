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
///
/// A sink into a table that mimics a database:
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::{Arc, Mutex};
///
/// use streamlite::prelude::*;
/// use streamlite::sink::{Epoch, Incarnation, Outcome, Record, Token, Transactional, Writer};
///
/// /// What the database has. Each method below would be one transaction of it.
/// #[derive(Default)]
/// struct Database {
///     fence: Incarnation,
///     prepared: BTreeMap<Epoch, Vec<String>>,
///     rows: Vec<String>,
///     last_committed: Option<Epoch>,
/// }
///
/// /// What the writer has for the next `prepare`.
/// #[derive(Default)]
/// struct Open {
///     rows: Vec<String>,
///     ended: Vec<String>,
/// }
///
/// #[derive(Clone, Default)]
/// struct Table {
///     database: Arc<Mutex<Database>>,
///     open: Arc<Mutex<Open>>,
/// }
///
/// impl Sink<String> for Table {
///     type Writer = Self;
///
///     fn open(&mut self) -> streamlite::Result<Self> {
///         Ok(self.clone())
///     }
///
///     fn transactions(&mut self) -> Option<Box<dyn Transactional>> {
///         Some(Box::new(self.clone()))
///     }
///
///     fn describe(&self) -> String {
///         "a table".to_owned()
///     }
/// }
///
/// impl Writer<String> for Table {
///     fn write(&mut self, record: Record<String>) -> streamlite::Result<()> {
///         self.open.lock().unwrap().rows.push(record.value);
///         Ok(())
///     }
///
///     fn flush(&mut self) -> streamlite::Result<()> {
///         Ok(())
///     }
///
///     fn end_transaction(&mut self, _epoch: Epoch) -> streamlite::Result<()> {
///         let Open { rows, ended } = &mut *self.open.lock().unwrap();
///         ended.append(rows);
///         Ok(())
///     }
/// }
///
/// impl Transactional for Table {
///     fn fence(&mut self, incarnation: Incarnation) -> streamlite::Result<()> {
///         self.database.lock().unwrap().fence = incarnation;
///         Ok(())
///     }
///
///     fn last_committed(&mut self) -> streamlite::Result<Option<Epoch>> {
///         Ok(self.database.lock().unwrap().last_committed)
///     }
///
///     fn prepare(&mut self, epoch: Epoch) -> streamlite::Result<Option<Token>> {
///         let rows = std::mem::take(&mut self.open.lock().unwrap().ended);
///         self.database.lock().unwrap().prepared.insert(epoch, rows);
///         Ok(Some(Token { epoch, contents: Vec::new() }))
///     }
///
///     fn commit(&mut self, token: &Token) -> streamlite::Result<Outcome> {
///         let mut database = self.database.lock().unwrap();
///         if let Some(rows) = database.prepared.remove(&token.epoch) {
///             database.rows.extend(rows);
///             database.last_committed = Some(token.epoch);
///         }
///         // What is not prepared any more is committed already.
///         Ok(Outcome::Committed)
///     }
///
///     fn abort_all_except(&mut self, tokens: &[Token]) -> streamlite::Result<()> {
///         let mut database = self.database.lock().unwrap();
///         let fence = database.fence;
///         let is_kept = |epoch: &Epoch| epoch.incarnation >= fence || tokens.iter().any(|token| token.epoch == *epoch);
///         database.prepared.retain(|epoch, _| is_kept(epoch));
///         Ok(())
///     }
/// }
///
/// pipeline!(
///     fn shout(words: Source<String>, out: Sink<String>) {
///         words.map(|word| word.to_uppercase()).to(out);
///     }
/// );
///
/// # let dir = tempfile::tempdir().expect("a directory");
/// let table = Table::default();
/// let words = CollectionSource::new(["one".to_owned(), "two".to_owned()]);
/// shout(words, table.clone()).checkpoints(Checkpoints::in_dir(dir.path())).run()?;
/// assert_eq!(table.database.lock().unwrap().rows, ["ONE", "TWO"]);
/// # Ok::<(), streamlite::Error>(())
/// ```
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
