//! What there is in a storage, for people to look at.

use std::fmt;
use std::path::Path;

use super::directory::Directory;
use super::image::OperatorSize;
use super::manifest::{Manifest, Name, ReadManifest};
use super::settings::Checkpoints;
use super::storage::CheckpointStorage;
use crate::epoch::Epoch;
use crate::error::Result;
use crate::time::Timestamp;

/// A checkpoint that is stored. [`Display`](fmt::Display) prints what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredCheckpoint {
    /// Which one it is.
    pub epoch: Epoch,
    /// What its file says of it; an error says what is wrong with that file.
    pub contents: Result<StoredContents, String>,
}

/// What a checkpoint holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredContents {
    /// The pipeline that it is of.
    pub pipeline: String,
    /// When it was taken, by the job's clock.
    pub taken_at: Timestamp,
    /// How many bytes its files have.
    pub bytes: u64,
    /// How much state of each operator there is.
    pub operators: Vec<OperatorSize>,
    /// How often a sink had not yet said that its output is committed, when this was stored: the next start commits it.
    pub uncommitted: usize,
}

impl Checkpoints {
    /// The checkpoints in a directory, the newest first, also while a job takes others. Whether every byte of a state is as
    /// it was written is only checked by a job that goes on from it.
    ///
    /// ```
    /// use streamlite::prelude::*;
    ///
    /// pipeline!(
    ///     fn summed(numbers: Source<u32>, out: Sink<(u32, u64)>) {
    ///         let sums = numbers.key_by(|n| n % 3).running().sum(|n| *n);
    ///         sums.to(out);
    ///     }
    /// );
    ///
    /// # let dir = tempfile::tempdir().expect("a directory");
    /// # let state = dir.path().join("state");
    /// summed(CollectionSource::new(1..=10), NullSink).checkpoints(Checkpoints::in_dir(&state)).run()?;
    /// let newest = &Checkpoints::list(&state)?[0];
    /// assert_eq!(newest.epoch.to_string(), "1.1");
    /// println!("{newest}");
    /// # let text = newest.to_string();
    /// # assert!(text.starts_with("checkpoint 1.1 of `summed`, taken at "), "{text}");
    /// # assert!(text.contains("sums") && text.contains("3 keys"), "{text}");
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the directory or a file in it cannot be read.
    pub fn list(path: impl AsRef<Path>) -> Result<Vec<StoredCheckpoint>> {
        Self::list_in(&Directory::new(path))
    }

    /// The same of a storage of any kind.
    ///
    /// # Errors
    /// If it, or a file in it, cannot be read.
    pub fn list_in(storage: &dyn CheckpointStorage) -> Result<Vec<StoredCheckpoint>> {
        let names = storage.list()?;
        let epochs = names.iter().filter_map(|name| match Name::parse(name) {
            Some(Name::Manifest(epoch)) => Some(epoch),
            _ => None,
        });
        let mut epochs: Vec<Epoch> = epochs.collect();
        epochs.sort_unstable_by(|one, other| other.cmp(one));
        let mut stored = Vec::with_capacity(epochs.len());
        for epoch in epochs {
            // One that is gone was removed meanwhile, as there are newer ones.
            let Some(bytes) = storage.read(&Name::Manifest(epoch).to_string())? else {
                continue;
            };
            let contents = match Manifest::read(&bytes, epoch) {
                Ok(ReadManifest {
                    pipeline, manifest, ..
                }) => {
                    // Nobody has looked at the files: they may not have what is said of them.
                    let segments = manifest.segments().map(|segment| segment.bytes);
                    Ok(StoredContents {
                        pipeline,
                        taken_at: manifest.taken_at,
                        bytes: segments.fold(bytes.len() as u64, u64::saturating_add),
                        operators: manifest.operators,
                        uncommitted: manifest.tokens.len(),
                    })
                }
                Err(damage) => Err(damage.to_string()),
            };
            stored.push(StoredCheckpoint { epoch, contents });
        }
        Ok(stored)
    }
}

impl fmt::Display for StoredCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let epoch = self.epoch;
        let contents = match &self.contents {
            Ok(contents) => contents,
            Err(damage) => return writeln!(f, "checkpoint {epoch} is damaged: {damage}"),
        };
        let StoredContents {
            pipeline,
            taken_at,
            bytes,
            operators,
            uncommitted,
        } = contents;
        writeln!(
            f,
            "checkpoint {epoch} of `{pipeline}`, taken at {taken_at}, {}",
            size(*bytes)
        )?;
        let width = |text: fn(&OperatorSize) -> &str| {
            let lengths = operators.iter().map(|operator| text(operator).chars().count());
            lengths.max().unwrap_or(0)
        };
        let (names, kinds) = (
            width(|operator| &operator.operator),
            width(|operator| &operator.kind),
        );
        for operator in operators {
            let OperatorSize {
                operator,
                kind,
                entries,
                bytes,
            } = operator;
            let keys = match entries {
                0 => String::new(),
                1 => "1 key".to_owned(),
                keys => format!("{keys} keys"),
            };
            writeln!(
                f,
                "  {operator:names$}  {kind:kinds$}  {keys:>15}  {:>9}",
                size(*bytes)
            )?;
        }
        if *uncommitted > 0 {
            writeln!(
                f,
                "  output of {uncommitted} transactions, which is committed once this is stored"
            )?;
        }
        Ok(())
    }
}

/// Bytes as people read them.
#[expect(clippy::cast_precision_loss, reason = "a size is for showing")]
fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} B"),
        10_000..10_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        10_000_000..10_000_000_000 => format!("{:.0} MB", bytes as f64 / 1e6),
        _ => format!("{:.0} GB", bytes as f64 / 1e9),
    }
}
