//! What happens before a job that has checkpoints reads its first record.

use std::collections::BTreeMap;
use std::fmt;

use super::coordinator::{Coordinator, Sinks};
use super::frames::{Damage, FileKind, FrameReader};
use super::image::Image;
use super::manifest::{Manifest, Name, ReadManifest, SegmentRef, SinkToken};
use super::storage::CheckpointStorage;
use super::stored_table::StoredTable;
use super::table_files::ReadTables;
use super::tables::Tables;
use crate::connector::Token;
use crate::epoch::{Epoch, Incarnation};
use crate::error::{Error, Result};
use crate::state::StateId;

/// How often a file is read that the system says it cannot read: that is no proof that it is damaged.
const TRIES: usize = 3;

/// Where a job goes on, as its storage says.
#[derive(Debug, Default)]
pub(crate) struct Newest {
    /// The newest checkpoint that is whole; `None` if there never was one.
    found: Option<Manifest>,
    /// Those after it, which are not.
    broken: Vec<(Epoch, Quarantined)>,
    /// What is wrong with one of the two copies of its manifest, which is written again.
    mended: Option<Quarantined>,
}

impl Newest {
    /// The checkpoint that the job goes on from.
    pub(crate) fn epoch(&self) -> Option<Epoch> {
        self.found.as_ref().map(|manifest| manifest.epoch)
    }
}

/// A checkpoint that could not be read, and was put aside.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Quarantined {
    /// The file that is damaged.
    pub file: String,
    /// Where, and what is wrong with it.
    pub cause: String,
}

impl fmt::Display for Quarantined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.cause)
    }
}

/// What is to be told of a start that went on.
#[derive(Debug, Default)]
pub(crate) struct Recovered {
    /// Checkpoints that are put aside.
    pub(crate) quarantined: Vec<Quarantined>,
    /// A manifest that was written again, from its other copy.
    pub(crate) mended: Option<Quarantined>,
    /// The sinks whose output may be there twice, as was accepted, and up to which checkpoint.
    pub(crate) duplicates: Vec<(String, Epoch)>,
}

/// Puts the entries of tables where they belong; an error says what is wrong.
fn put_tables(image: &mut Image, stored: &[StoredTable], read: &ReadTables) -> Result<(), String> {
    let mut of_operators: BTreeMap<&StateId, Vec<(u64, Vec<u8>)>> = BTreeMap::new();
    for table in stored {
        let of_operator = of_operators.entry(&table.operator).or_default();
        of_operator.push((table.behind, read.entries_of(table)?));
    }
    for (operator, mut tables) in of_operators {
        tables.sort_by_key(|(behind, _)| *behind);
        image.put(operator, &tables)?;
    }
    Ok(())
}

/// What the checkpoint of an epoch came to.
enum Found {
    Whole {
        manifest: Box<Manifest>,
        image: Image,
        tables: Tables,
        /// What is wrong with one of the two copies of the manifest.
        mended: Option<Quarantined>,
    },
    Broken(Quarantined),
}

impl Coordinator {
    /// Locks a storage, takes a number for this start of the job, which no start had before, and finds where the job goes
    /// on: the newest checkpoint that is whole, and what it holds.
    ///
    /// `after` is a start whose number must be passed, too: that of the savepoint which the job begins with.
    pub(crate) fn start(
        mut storage: Box<dyn CheckpointStorage>,
        pipeline: &str,
        max_retained: usize,
        after: Incarnation,
    ) -> Result<(Self, Newest, Option<Image>)> {
        storage.lock()?;
        let mut coordinator = Self::new(storage, pipeline.to_owned(), after, max_retained);
        coordinator.take_incarnation()?;
        let (newest, image) = match coordinator.newest()? {
            (newest, Some((image, tables))) => {
                coordinator.tables = tables;
                (newest, Some(image))
            }
            (newest, None) => (newest, None),
        };
        Ok((coordinator, newest, image))
    }

    /// The number is in a file's name, so that no byte of it can be damaged.
    fn take_incarnation(&mut self) -> Result<()> {
        let names = self.names()?;
        let known = names.iter().map(|name| name.incarnation());
        let highest = known.fold(self.incarnation, Incarnation::max);
        let next = highest.0.checked_add(1);
        let next = next.ok_or_else(|| {
            self.error(
                "starting a job",
                "its number of starts is used up; use another directory",
            )
        })?;
        self.incarnation = Incarnation(next);
        let name = Name::Incarnation(self.incarnation).to_string();
        let file = self.storage.create(&name)?;
        file.finish()
            .map_err(|cause| Error::io("writing", self.path(&name), cause))?;
        self.storage.sync()?;
        for name in names {
            if matches!(name, Name::Incarnation(_)) {
                self.storage.remove(&name.to_string())?;
            }
        }
        Ok(())
    }

    /// Brings the sinks to where the job goes on: at the newest checkpoint, or at the one that the savepoint was taken with
    /// which the job begins with. Gives what was damaged.
    pub(crate) fn recover(
        &mut self,
        newest: Newest,
        begins_with: Option<Epoch>,
        accepted: Option<Epoch>,
        sinks: Sinks,
    ) -> Result<Recovered> {
        self.sinks.0 = sinks;
        for (_, transactions) in &mut self.sinks.0 {
            transactions.fence(self.incarnation)?;
        }
        let Newest {
            found,
            broken,
            mended,
        } = newest;
        let chosen = found.as_ref().map(|manifest| manifest.epoch).or(begins_with);
        let damage = broken.first().map(|(_, broken)| broken);
        let duplicates = self.ask_sinks(chosen, accepted, damage)?;
        let Some(manifest) = found else {
            self.abort_all_except(&[])?;
            return Ok(Recovered {
                duplicates,
                ..Recovered::default()
            });
        };
        // Only now, when it is sure that there is another one, and that it may be used.
        for (epoch, _) in &broken {
            let (from, to) = (Name::Manifest(*epoch), Name::Corrupt(*epoch));
            self.storage.rename(&from.to_string(), &to.to_string())?;
        }
        // A manifest that can be read need not be durable: a process that died may have renamed it last.
        self.stage(&manifest)?;
        self.publish(manifest.epoch)?;
        self.commit_again(manifest.tokens.clone())?;
        self.abort_all_except(&manifest.tokens)?;
        Ok(Recovered {
            quarantined: broken.into_iter().map(|(_, broken)| broken).collect(),
            mended,
            duplicates,
        })
    }

    /// The newest checkpoint that is whole, and those after it that are not.
    fn newest(&self) -> Result<(Newest, Option<(Image, Tables)>)> {
        let names = self.names()?;
        let mut broken = Vec::new();
        for name in names.iter().rev() {
            let Name::Manifest(epoch) = *name else { continue };
            match self.read_checkpoint(epoch)? {
                Found::Whole {
                    manifest,
                    image,
                    tables,
                    mended,
                } => {
                    let newest = Newest {
                        found: Some(*manifest),
                        broken,
                        mended,
                    };
                    return Ok((newest, Some((image, tables))));
                }
                Found::Broken(cause) => broken.push((epoch, cause)),
            }
        }
        let is_fresh = broken.is_empty() && !names.iter().any(|name| matches!(name, Name::Corrupt(_)));
        if is_fresh {
            return Ok((Newest::default(), None));
        }
        let newest = broken.first().map_or_else(
            || "all that there were are put aside as damaged".to_owned(),
            |(_, broken)| format!("of the newest one, {}: {}", broken.file, broken.cause),
        );
        Err(self.error(
            "looking for a checkpoint",
            format!("none can be read; {newest}; put the files back, or remove the directory to start anew"),
        ))
    }

    /// Reads a checkpoint and checks every byte of it; an error says that it could not be read, which proves nothing.
    fn read_checkpoint(&self, epoch: Epoch) -> Result<Found> {
        let name = Name::Manifest(epoch).to_string();
        let bytes = self.read(&name)?.unwrap_or_default();
        let ReadManifest {
            pipeline,
            manifest,
            damage,
        } = match Manifest::read(&bytes, epoch) {
            Ok(read) => read,
            Err(damage) => return self.broken(&name, &damage),
        };
        if pipeline != self.pipeline {
            let cause = format!(
                "they are of the pipeline `{pipeline}`, and this one is `{}`; give each pipeline a directory of its own",
                self.pipeline
            );
            return Err(self.error("looking for a checkpoint", cause));
        }
        let (mut image, mut tables) = (None, ReadTables::default());
        for segment in manifest.segments() {
            let Some(bytes) = self.read(&segment.name)? else {
                let damage = Damage::new(0, "it is not there, and a manifest names it");
                return self.broken(&segment.name, &damage);
            };
            let read = self.read_file(&bytes, segment).and_then(|(epoch, kind, file)| {
                if let FileKind::Tables(number) = kind {
                    return tables.add(segment, (epoch, number), file);
                }
                image = Some(Image::read(file)?);
                Ok(())
            });
            if let Err(damage) = read {
                return self.broken(&segment.name, &damage);
            }
        }
        let Some(mut image) = image else {
            return self.broken(&name, &Damage::new(0, "it names no state"));
        };
        let put = put_tables(&mut image, &manifest.tables, &tables);
        let tables = match put.and_then(|()| tables.into_tables(&manifest.tables)) {
            Ok(tables) => tables,
            Err(cause) => return self.broken(&name, &Damage::new(0, cause)),
        };
        Ok(Found::Whole {
            manifest: Box::new(manifest),
            image,
            tables,
            mended: damage.map(|damage| self.damaged(&name, &damage)),
        })
    }

    /// Whether a file is the one that a manifest names: of which checkpoint, and what it is.
    fn read_file<'a>(
        &self,
        bytes: &'a [u8],
        segment: &SegmentRef,
    ) -> Result<(Epoch, FileKind, FrameReader<'a>), Damage> {
        let (epoch, kind) = match Name::parse(&segment.name) {
            Some(Name::Segment(epoch)) => (epoch, FileKind::Segment),
            Some(Name::Tables(epoch, number)) => (epoch, FileKind::Tables(number)),
            _ => {
                return Err(Damage::new(
                    0,
                    "it is named by a manifest, and its name is none of a state",
                ));
            }
        };
        let len = segment.bytes;
        let expected = self.identity(kind, epoch);
        let file = FrameReader::new(bytes)?;
        if *file.identity() != expected {
            return Err(Damage::new(
                0,
                format!("it is {}, not {expected}", file.identity()),
            ));
        }
        if bytes.len() as u64 != len {
            return Err(Damage::new(
                0,
                format!("it has {} bytes, and {len} were written", bytes.len()),
            ));
        }
        Ok((epoch, kind, file))
    }

    fn broken(&self, name: &str, damage: &Damage) -> Result<Found> {
        if damage.is_version() {
            let file = self.path(name);
            let cause = format!("{file}: {}; use the version that wrote it", damage.cause());
            return Err(self.error("looking for a checkpoint", cause));
        }
        Ok(Found::Broken(self.damaged(name, damage)))
    }

    fn damaged(&self, name: &str, damage: &Damage) -> Quarantined {
        Quarantined {
            file: self.path(name),
            cause: damage.to_string(),
        }
    }

    /// Reads a file; what the system cannot read is tried again.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let mut tries = 1;
        loop {
            match self.storage.read(name) {
                Err(_) if tries < TRIES => tries += 1,
                read => return read,
            }
        }
    }

    /// At every start, also one that found nothing: what a sink has committed must not be written again, unless that is
    /// accepted up to a checkpoint. Gives the sinks of which it is.
    fn ask_sinks(
        &mut self,
        chosen: Option<Epoch>,
        accepted: Option<Epoch>,
        damage: Option<&Quarantined>,
    ) -> Result<Vec<(String, Epoch)>> {
        let mut duplicates = Vec::new();
        let storage = self.storage.describe();
        for (sink, transactions) in &mut self.sinks.0 {
            let committed = transactions.last_committed()?;
            if committed > chosen
                && let Some(committed) = committed
            {
                if Some(committed) <= accepted {
                    duplicates.push((sink.clone(), committed));
                    continue;
                }
                return Err(Error::FallbackWouldDuplicate {
                    sink: sink.clone(),
                    committed: committed.to_string(),
                    available: chosen.map(|epoch| epoch.to_string()),
                    damage: damage.map(ToString::to_string),
                    storage,
                });
            }
        }
        Ok(duplicates)
    }

    /// Removes what older starts have left in the sinks, but for what a manifest names.
    fn abort_all_except(&mut self, kept: &[SinkToken]) -> Result<()> {
        for (sink, transactions) in &mut self.sinks.0 {
            let tokens = kept.iter().filter(|pending| pending.sink == *sink);
            let tokens: Vec<Token> = tokens.map(|pending| pending.token.clone()).collect();
            transactions.abort_all_except(&tokens)?;
        }
        Ok(())
    }
}
