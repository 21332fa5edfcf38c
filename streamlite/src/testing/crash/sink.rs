//! Where a job under test writes: what it commits survives it.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::life::Life;
use crate::connector::{Outcome, Sink, Token, Transactional, Writer};
use crate::epoch::{Epoch, Incarnation};
use crate::error::Result;
use crate::record::Record;

/// The sinks of a job that a [`CrashTest`](super::CrashTest) kills.
#[derive(Clone)]
pub struct CrashOutputs {
    outputs: Arc<Mutex<BTreeMap<String, Output>>>,
    life: Life,
}

/// What a sink has got, as text.
#[derive(Default)]
struct Output {
    /// What was written since the last barrier, and what belongs to the next `prepare`; both die with the job.
    open: Vec<String>,
    ended: Vec<String>,
    prepared: BTreeMap<Epoch, Vec<String>>,
    committed: Vec<String>,
    last_committed: Option<Epoch>,
}

impl CrashOutputs {
    pub(super) fn new(life: Life) -> Self {
        Self {
            outputs: Arc::default(),
            life,
        }
    }

    /// The same in another life.
    pub(super) fn of(&self, life: Life) -> Self {
        let outputs = Arc::clone(&self.outputs);
        Self { outputs, life }
    }

    /// A sink; each of a job has a name of its own.
    #[must_use]
    pub fn sink<T>(&self, name: impl Into<String>) -> CrashSink<T> {
        CrashSink {
            name: name.into(),
            outputs: self.clone(),
            item: PhantomData,
        }
    }

    fn outputs(&self) -> MutexGuard<'_, BTreeMap<String, Output>> {
        self.outputs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A job starts: whatever was not prepared died with the one before.
    pub(super) fn begin(&self) {
        for output in self.outputs().values_mut() {
            output.open.clear();
            output.ended.clear();
        }
    }

    /// What was committed, by the names of the sinks.
    pub(super) fn committed(&self) -> BTreeMap<String, Vec<String>> {
        let outputs = self.outputs();
        let committed = outputs.iter();
        committed
            .map(|(name, output)| (name.clone(), output.committed.clone()))
            .collect()
    }
}

/// Where two outputs differ first.
pub(super) fn difference(
    whole: &BTreeMap<String, Vec<String>>,
    found: &BTreeMap<String, Vec<String>>,
) -> Option<String> {
    let nothing = "nothing".to_owned();
    for (name, whole) in whole {
        let found = found.get(name).map_or(&[][..], Vec::as_slice);
        for place in 0..whole.len().max(found.len()) {
            let expected = whole.get(place).unwrap_or(&nothing);
            let got = found.get(place).unwrap_or(&nothing);
            if expected != got {
                return Some(format!(
                    "record {} of `{name}` is {got}, not {expected}",
                    place + 1
                ));
            }
        }
    }
    None
}

/// A sink of a [`CrashOutputs`]: it commits with the checkpoints of the job.
pub struct CrashSink<T> {
    name: String,
    outputs: CrashOutputs,
    item: PhantomData<fn(T)>,
}

impl<T> Clone for CrashSink<T> {
    fn clone(&self) -> Self {
        Self {
            name: self.name.clone(),
            outputs: self.outputs.clone(),
            item: PhantomData,
        }
    }
}

impl<T> CrashSink<T> {
    fn with<R>(&self, act: impl FnOnce(&mut Output) -> R) -> R {
        act(self.outputs.outputs().entry(self.name.clone()).or_default())
    }

    fn moment(&self, doing: &str, epoch: Epoch) -> Result<()> {
        let Self { name, outputs, .. } = self;
        outputs.life.moment(|| format!("before `{name}` {doing} {epoch}"))
    }
}

impl<T: fmt::Debug + Send + 'static> Sink<T> for CrashSink<T> {
    type Writer = Self;

    fn open(&mut self) -> Result<Self> {
        Ok(self.clone())
    }

    fn transactions(&mut self) -> Option<Box<dyn Transactional>> {
        Some(Box::new(self.clone()))
    }

    fn describe(&self) -> String {
        format!("output `{}` of a test", self.name)
    }
}

impl<T: fmt::Debug> Writer<T> for CrashSink<T> {
    fn write(&mut self, record: Record<T>) -> Result<()> {
        self.with(|output| output.open.push(format!("{:?}", record.value)));
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    fn end_transaction(&mut self, _epoch: Epoch) -> Result<()> {
        self.with(|output| output.ended.append(&mut output.open));
        Ok(())
    }
}

impl<T> Transactional for CrashSink<T> {
    fn fence(&mut self, _incarnation: Incarnation) -> Result<()> {
        // Nobody is left of an earlier life.
        Ok(())
    }

    fn last_committed(&mut self) -> Result<Option<Epoch>> {
        Ok(self.with(|output| output.last_committed))
    }

    fn prepare(&mut self, epoch: Epoch) -> Result<Option<Token>> {
        self.moment("prepared checkpoint", epoch)?;
        self.with(|output| {
            let rows = std::mem::take(&mut output.ended);
            output.prepared.insert(epoch, rows);
        });
        Ok(Some(Token {
            epoch,
            contents: Vec::new(),
        }))
    }

    fn commit(&mut self, token: &Token) -> Result<Outcome> {
        self.moment("committed checkpoint", token.epoch)?;
        self.with(|output| {
            // What is not prepared any more is committed already.
            if let Some(mut rows) = output.prepared.remove(&token.epoch) {
                output.committed.append(&mut rows);
                output.last_committed = Some(token.epoch);
            }
        });
        Ok(Outcome::Committed)
    }

    fn abort_all_except(&mut self, tokens: &[Token]) -> Result<()> {
        self.with(|output| {
            let is_kept = |epoch: &Epoch| tokens.iter().any(|token| token.epoch == *epoch);
            output.prepared.retain(|epoch, _| is_kept(epoch));
        });
        Ok(())
    }
}

impl<T> fmt::Debug for CrashSink<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CrashSink").field(&self.name).finish()
    }
}

impl fmt::Debug for CrashOutputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CrashOutputs")
    }
}
