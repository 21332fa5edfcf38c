//! The commit protocol: the order in which files are written and sinks are told, at a checkpoint and after a crash.
//!
//! The order was model-checked (`tests/model`), and each step is needed: leave one out, or change two, and a crash, a loss of
//! power or a damaged file loses records or doubles them.
//!
//! * **Checkpoint**: the state and what changed in tables, synced → the directory synced → every sink prepares → the manifest under another name,
//!   synced; it names every token that not every sink has confirmed → renamed → the directory synced: **the commit point**
//!   → the tokens committed one by one → what no manifest names removed.
//! * **Recovery** ([`recovery`](super::recovery)): locked → a new incarnation, durable → every sink fenced with it → the
//!   newest checkpoint found whose manifest and segments are whole → every sink asked → what is broken put aside → the
//!   manifest published again → its tokens committed → what older incarnations left aborted.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};

use super::frames::{FileIdentity, FileKind, FrameWriter};
use super::image::Image;
use super::manifest::{Manifest, Name, ReadManifest, SegmentRef, SinkToken};
use super::storage::{CheckpointFile, CheckpointStorage};
use super::table_files;
use super::tables::{Needed, TableFile, Tables};
use crate::connector::{Outcome, Transactional};
use crate::epoch::{Epoch, Incarnation};
use crate::error::{Error, Result};
use crate::time::Timestamp;

/// The sinks that take part, by the identities of their statements.
pub(crate) type Sinks = Vec<(String, Box<dyn Transactional>)>;

/// How often a sink is asked again to commit at a start, before the start fails.
const TRIES: usize = 3;

/// One storage, the sinks of one job, and what was begun and is not confirmed.
#[derive(Debug)]
pub(crate) struct Coordinator {
    pub(super) storage: Box<dyn CheckpointStorage>,
    pub(super) pipeline: String,
    pub(super) incarnation: Incarnation,
    pub(super) sinks: Participants,
    /// What the last checkpoint has beside the states.
    pub(super) tables: Tables,
    /// What the manifests name that were read or written.
    named: BTreeMap<Epoch, Vec<SegmentRef>>,
    /// What was prepared and not confirmed; oldest first.
    unconfirmed: Vec<SinkToken>,
    max_retained: usize,
}

/// The sinks that take part.
#[derive(Default)]
pub(super) struct Participants(pub(super) Sinks);

impl std::fmt::Debug for Participants {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

/// A file of a checkpoint while it is written.
type File = BufWriter<Box<dyn CheckpointFile>>;

/// Ends a file, which survives from then on; returns how many bytes it has.
fn finished((mut file, bytes): (File, u64)) -> io::Result<u64> {
    file.flush()?;
    let (file, _) = file.into_parts();
    file.finish()?;
    Ok(bytes)
}

/// What a checkpoint came to.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    /// How many bytes were written.
    pub(crate) bytes: u64,
    /// Whether every sink has confirmed every token.
    pub(crate) is_confirmed: bool,
    /// Whether much of the files is of no use, so that the next one had better write all tables whole.
    pub(crate) is_worn: bool,
}

/// Why there is no checkpoint.
#[derive(Debug)]
pub(crate) enum NotStored {
    /// It never happened, and the job may go on: what it should have held comes with the next one.
    Abandoned(Error),
    /// It may have happened: the job must stop, and the next start finds out.
    Stopped(Error),
}

impl Coordinator {
    /// One that has a locked storage.
    pub(super) fn new(
        storage: Box<dyn CheckpointStorage>,
        pipeline: String,
        incarnation: Incarnation,
        max_retained: usize,
    ) -> Self {
        Self {
            storage,
            pipeline,
            incarnation,
            sinks: Participants::default(),
            tables: Tables::default(),
            named: BTreeMap::new(),
            unconfirmed: Vec::new(),
            max_retained,
        }
    }

    /// The start of the job that this is.
    pub(crate) fn incarnation(&self) -> Incarnation {
        self.incarnation
    }

    /// Stores a checkpoint, and commits what the sinks have prepared for it.
    pub(crate) fn store(
        &mut self,
        epoch: Epoch,
        image: &Image,
        taken_at: Timestamp,
    ) -> Result<Stored, NotStored> {
        let (state, tables) = match self.write_files(epoch, image) {
            Ok(written) => written,
            Err(error) => {
                // The error of writing is the one to tell; what is left lies there until the next checkpoint.
                let _ = self.storage.remove(&Name::Segment(epoch).to_string());
                for name in self.names().unwrap_or_default() {
                    if matches!(name, Name::Tables(of, _) if of == epoch) {
                        let _ = self.storage.remove(&name.to_string());
                    }
                }
                return Err(NotStored::Abandoned(error));
            }
        };
        self.prepare(epoch).map_err(NotStored::Stopped)?;
        let stored = tables.stored();
        let manifest = Manifest {
            epoch,
            taken_at,
            tokens: self.unconfirmed.clone(),
            operators: image.sizes(&stored),
            state,
            files: tables.segments(),
            tables: stored,
        };
        let mut bytes = manifest.state.bytes + tables.bytes_of(epoch);
        // What was prepared stays so, and the next manifest names it.
        bytes += self.stage(&manifest).map_err(NotStored::Abandoned)?;
        self.publish(epoch).map_err(NotStored::Stopped)?;
        self.tables = tables;
        self.named.insert(epoch, manifest.files);
        self.commit().map_err(NotStored::Stopped)?;
        if self.unconfirmed.is_empty() {
            // What could not be removed is tried again at the next checkpoint.
            let _ = self.sweep();
        }
        Ok(Stored {
            bytes,
            is_confirmed: self.unconfirmed.is_empty(),
            is_worn: self.tables.are_worn(),
        })
    }

    /// Writes the state, and what is to be written of tables; from here on it survives, and nothing names it.
    fn write_files(&mut self, epoch: Epoch, image: &Image) -> Result<(SegmentRef, Tables)> {
        let name = Name::Segment(epoch).to_string();
        let file = self.create(&name)?;
        let identity = self.identity(FileKind::Segment, epoch);
        let written = image.write(&identity, file).and_then(finished);
        let bytes = written.map_err(|cause| Error::io("writing", self.path(&name), cause))?;
        let tables = self.write_tables(epoch, image)?;
        let next = self.tables.next(epoch, &image.captured, &image.gaps, tables);
        let tables = next.map_err(|cause| self.error("storing a checkpoint", cause))?;
        self.storage.sync()?;
        Ok((SegmentRef { name, bytes }, tables))
    }

    fn write_tables(&mut self, epoch: Epoch, image: &Image) -> Result<Vec<TableFile>> {
        let size = self.tables.size_of_files(&image.captured);
        let mut name = String::new();
        let written = table_files::write(&image.captured, size, finished, |number| {
            name = Name::Tables(epoch, number).to_string();
            let file = self.create(&name).map_err(io::Error::other)?;
            FrameWriter::new(file, &self.identity(FileKind::Tables(number), epoch))
        });
        let written = written.map_err(|cause| Error::io("writing", self.path(&name), cause))?;
        let named = (1..).zip(written).map(|(number, (bytes, holds))| {
            let name = Name::Tables(epoch, number).to_string();
            TableFile::new(SegmentRef { name, bytes }, (epoch, number), holds)
        });
        Ok(named.collect())
    }

    fn create(&mut self, name: &str) -> Result<File> {
        Ok(BufWriter::with_capacity(1 << 20, self.storage.create(name)?))
    }

    pub(super) fn identity(&self, kind: FileKind, epoch: Epoch) -> FileIdentity {
        FileIdentity {
            kind,
            of: self.pipeline.clone(),
            epoch: Some(epoch),
        }
    }

    fn prepare(&mut self, epoch: Epoch) -> Result<()> {
        for (sink, transactions) in &mut self.sinks.0 {
            if let Some(token) = transactions.prepare(epoch)? {
                self.unconfirmed.push(SinkToken {
                    sink: sink.clone(),
                    token,
                });
            }
        }
        Ok(())
    }

    /// Writes a manifest where it does not count yet.
    pub(super) fn stage(&mut self, manifest: &Manifest) -> Result<u64> {
        let name = Name::Staged(manifest.epoch).to_string();
        let path = self.path(&name);
        let write = || {
            let bytes = manifest.to_bytes(&self.pipeline)?;
            Ok((bytes.len() as u64, bytes))
        };
        let (len, bytes) = write().map_err(|cause| Error::io("writing", &path, cause))?;
        let mut file = self.storage.create(&name)?;
        let written = file.write_all(&bytes).and_then(|()| file.finish());
        written.map_err(|cause| Error::io("writing", &path, cause))?;
        Ok(len)
    }

    /// Lets a manifest count that was written: afterwards its checkpoint has happened, for ever.
    pub(super) fn publish(&mut self, epoch: Epoch) -> Result<()> {
        let (from, to) = (Name::Staged(epoch), Name::Manifest(epoch));
        self.storage.rename(&from.to_string(), &to.to_string())?;
        self.storage.sync()
    }

    /// Commits what is prepared, as far as the sinks answer.
    fn commit(&mut self) -> Result<()> {
        let mut unsure: BTreeSet<String> = BTreeSet::new();
        let mut left = Vec::new();
        for pending in std::mem::take(&mut self.unconfirmed) {
            // The tokens of a sink come in order.
            let is_committed = !unsure.contains(&pending.sink) && {
                match self.sinks.commit(&pending)? {
                    Outcome::Committed => true,
                    Outcome::Unknown => {
                        unsure.insert(pending.sink.clone());
                        false
                    }
                }
            };
            if !is_committed {
                left.push(pending);
            }
        }
        self.unconfirmed = left;
        Ok(())
    }

    /// Commits what a manifest names, to the last token.
    pub(super) fn commit_again(&mut self, tokens: Vec<SinkToken>) -> Result<()> {
        self.unconfirmed = tokens;
        for _ in 0..TRIES {
            self.commit()?;
            if self.unconfirmed.is_empty() {
                return Ok(());
            }
        }
        let sink = &self.unconfirmed[0].sink;
        Err(self.error(
            "committing what was prepared",
            format!(
                "the sink `{sink}` does not say whether it has; start the job again when it can be reached"
            ),
        ))
    }

    /// Removes what no manifest names: first manifests, and only when that is durable the states that they named.
    fn sweep(&mut self) -> Result<()> {
        let names = self.names()?;
        let manifests = names.iter().filter_map(|name| match name {
            Name::Manifest(epoch) => Some(*epoch),
            _ => None,
        });
        let mut manifests: Vec<Epoch> = manifests.collect();
        manifests.sort_unstable();
        let surplus = manifests.len().saturating_sub(self.max_retained);
        let kept: BTreeSet<Epoch> = manifests.split_off(surplus).into_iter().collect();
        for epoch in manifests {
            self.storage.remove(&Name::Manifest(epoch).to_string())?;
            self.named.remove(&epoch);
        }
        if surplus > 0 {
            self.storage.sync()?;
        }
        // What is put aside as damaged is kept whole.
        let needed = self.needed(&names, &kept);
        let is_named = |epoch| kept.contains(&epoch) || names.contains(&Name::Corrupt(epoch));
        for name in &names {
            match *name {
                Name::Segment(epoch) if !is_named(epoch) => self.storage.remove(&name.to_string())?,
                Name::Tables(epoch, number) if !needed.has((epoch, number)) => {
                    self.storage.remove(&name.to_string())?;
                }
                Name::Staged(_) => self.storage.remove(&name.to_string())?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Which files of tables are needed by these checkpoints, and by those that are put aside.
    fn needed(&mut self, names: &BTreeSet<Name>, kept: &BTreeSet<Epoch>) -> Needed {
        let mut needed = Needed::default();
        for name in names {
            let epoch = match *name {
                Name::Manifest(epoch) if kept.contains(&epoch) => epoch,
                Name::Corrupt(epoch) => epoch,
                _ => continue,
            };
            if !self.named.contains_key(&epoch)
                && let Ok(Some(bytes)) = self.storage.read(&name.to_string())
                && let Ok(ReadManifest { manifest, .. }) = Manifest::read(&bytes, epoch)
            {
                self.named.insert(epoch, manifest.files);
            }
            match self.named.get(&epoch) {
                Some(files) => needed.add(files),
                None => needed.add_unknown(epoch),
            }
        }
        needed
    }

    /// Our files; those of strangers are not there for us.
    pub(super) fn names(&self) -> Result<BTreeSet<Name>> {
        let names = self.storage.list()?;
        Ok(names.iter().filter_map(|name| Name::parse(name)).collect())
    }

    pub(super) fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.storage.describe())
    }

    pub(super) fn error(&self, doing: &'static str, cause: impl Into<String>) -> Error {
        Error::Checkpoint {
            doing,
            storage: self.storage.describe(),
            cause: cause.into(),
        }
    }
}

impl Participants {
    fn commit(&mut self, pending: &SinkToken) -> Result<Outcome> {
        let found = self.0.iter_mut().find(|(sink, _)| *sink == pending.sink);
        match found {
            Some((_, transactions)) => transactions.commit(&pending.token),
            None => Err(Error::Savepoint {
                doing: "restoring",
                cause: format!(
                    "output for a sink `{}` was prepared, and this pipeline has no such sink that commits; give it its \
                     old name back, or write `#[uid = \"{}\"]` before its statement",
                    pending.sink, pending.sink
                ),
            }),
        }
    }
}
