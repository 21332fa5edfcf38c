//! What a checkpoint consists of: the file whose name makes it one.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::frames::{Damage, FileIdentity, FileKind, FrameReader, FrameWriter};
use super::image::OperatorSize;
use super::stored_table::StoredTable;
use crate::connector::Token;
use crate::epoch::{Epoch, Incarnation};
use crate::time::Timestamp;

/// What a checkpoint consists of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) epoch: Epoch,
    /// When it was taken, by the job's clock.
    pub(crate) taken_at: Timestamp,
    /// What operators keep, but for what is in large tables.
    pub(crate) state: SegmentRef,
    /// The files that have the entries of large tables; oldest first.
    pub(crate) files: Vec<SegmentRef>,
    /// The large tables.
    pub(crate) tables: Vec<StoredTable>,
    /// Every token that not every sink has confirmed as committed, with its sink; oldest first.
    pub(crate) tokens: Vec<SinkToken>,
    /// How much state of each operator there is.
    pub(crate) operators: Vec<OperatorSize>,
}

/// A file of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SegmentRef {
    pub(crate) name: String,
    pub(crate) bytes: u64,
}

/// What a sink has prepared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SinkToken {
    pub(crate) sink: String,
    pub(crate) token: Token,
}

/// How far apart the two copies of a manifest are at least: what a disk loses at once.
const BLOCK: usize = 4096;

/// Where the second copy begins in a file of so many bytes: it is as long as the first one, and that ends less than a block
/// before it. A file that is too short for two is read as one.
fn second_copy(len: usize) -> usize {
    let second = len.div_ceil(2).next_multiple_of(BLOCK);
    if second < len { second } else { 0 }
}

/// A manifest that was read.
#[derive(Debug)]
pub(super) struct ReadManifest {
    pub(super) pipeline: String,
    pub(super) manifest: Manifest,
    /// What is wrong with the other copy of it.
    pub(super) damage: Option<Damage>,
}

impl Manifest {
    /// All files that it names.
    pub(super) fn segments(&self) -> impl Iterator<Item = &SegmentRef> {
        std::iter::once(&self.state).chain(&self.files)
    }

    /// The contents of its file: the manifest twice, in blocks of the disk that are not the same, so that one that cannot be
    /// read costs no checkpoint.
    pub(super) fn to_bytes(&self, pipeline: &str) -> std::io::Result<Vec<u8>> {
        let mut bytes = self.to_copy(pipeline)?;
        let copy = bytes.len();
        bytes.resize(copy.next_multiple_of(BLOCK), 0);
        bytes.extend_from_within(..copy);
        Ok(bytes)
    }

    /// One copy.
    fn to_copy(&self, pipeline: &str) -> std::io::Result<Vec<u8>> {
        let identity = FileIdentity {
            kind: FileKind::Manifest,
            of: pipeline.to_owned(),
            epoch: Some(self.epoch),
        };
        let mut frames = FrameWriter::new(Vec::new(), &identity)?;
        let bytes = postcard::to_stdvec(self).map_err(std::io::Error::other)?;
        frames.part(&(), &bytes)?;
        Ok(frames.finish()?.0)
    }

    /// The manifest in a file of this identity, and whose it is: of the first copy that is whole.
    pub(super) fn read(bytes: &[u8], epoch: Epoch) -> Result<ReadManifest, Damage> {
        let second = second_copy(bytes.len());
        if second == 0 {
            let (pipeline, manifest) = Self::read_copy(bytes, epoch)?;
            let damage = Damage::new(
                bytes.len(),
                "it has one copy of its contents, and two were written",
            );
            return Ok(ReadManifest {
                pipeline,
                manifest,
                damage: Some(damage),
            });
        }
        let copies = [0..bytes.len() - second, second..bytes.len()];
        let [first, second] = copies.map(|copy| {
            let begin = copy.start;
            Self::read_copy(&bytes[copy], epoch).map_err(|damage| damage.after(begin))
        });
        let ((pipeline, manifest), damage) = match (first, second) {
            (Ok(read), other) => (read, other.err()),
            (Err(damage), Ok(read)) => (read, Some(damage)),
            // Of two that are damaged the first one says how.
            (Err(damage), Err(_)) => return Err(damage),
        };
        Ok(ReadManifest {
            pipeline,
            manifest,
            damage,
        })
    }

    fn read_copy(bytes: &[u8], epoch: Epoch) -> Result<(String, Self), Damage> {
        let file = FrameReader::new(bytes)?;
        let identity = file.identity().clone();
        if (identity.kind, identity.epoch) != (FileKind::Manifest, Some(epoch)) {
            return Err(Damage::new(
                0,
                format!("it is {identity}, not the manifest of checkpoint {epoch}"),
            ));
        }
        let mut contents = Vec::new();
        file.frames(|(), body| body.read(&mut contents))?;
        match postcard::take_from_bytes(&contents) {
            Ok((manifest, [])) => Ok((identity.of, manifest)),
            Ok(_) => Err(Damage::new(0, "bytes are left over after its contents")),
            Err(cause) => Err(Damage::new(
                0,
                format!("its contents are not what this version writes: {cause}"),
            )),
        }
    }
}

/// The names of our files; whatever has another name is not ours, and never touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    /// The name alone counts.
    Incarnation(Incarnation),
    Segment(Epoch),
    /// The entries of large tables, in several files.
    Tables(Epoch, u32),
    /// A manifest before it counts.
    Staged(Epoch),
    Manifest(Epoch),
    /// A manifest that could not be read.
    Corrupt(Epoch),
}

impl Name {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (kind, number) = name.split_once('-')?;
        let found = match kind {
            "INCARNATION" => Name::Incarnation(Incarnation(number.parse().ok()?)),
            "state" => Name::Segment(epoch_of(number)?),
            "tables" => {
                let (epoch, number) = number.rsplit_once('-')?;
                Name::Tables(epoch_of(epoch)?, number.parse().ok()?)
            }
            "staged" => Name::Staged(epoch_of(number)?),
            "MANIFEST" => Name::Manifest(epoch_of(number)?),
            "corrupt" => Name::Corrupt(epoch_of(number.strip_prefix("MANIFEST-")?)?),
            _ => return None,
        };
        // A number may be written in other ways, too.
        (found.to_string() == name).then_some(found)
    }

    /// The start of the job that the file is of.
    pub(crate) fn incarnation(self) -> Incarnation {
        match self {
            Name::Incarnation(incarnation) => incarnation,
            Name::Segment(epoch)
            | Name::Tables(epoch, _)
            | Name::Staged(epoch)
            | Name::Manifest(epoch)
            | Name::Corrupt(epoch) => epoch.incarnation,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, epoch) = match self {
            Name::Incarnation(incarnation) => return write!(f, "INCARNATION-{:010}", incarnation.0),
            Name::Segment(epoch) => ("state", epoch),
            Name::Tables(epoch, number) => {
                return write!(
                    f,
                    "tables-{:010}-{:010}-{number:04}",
                    epoch.incarnation.0, epoch.number
                );
            }
            Name::Staged(epoch) => ("staged", epoch),
            Name::Manifest(epoch) => ("MANIFEST", epoch),
            Name::Corrupt(epoch) => ("corrupt-MANIFEST", epoch),
        };
        write!(f, "{kind}-{:010}-{:010}", epoch.incarnation.0, epoch.number)
    }
}

fn epoch_of(text: &str) -> Option<Epoch> {
    let (incarnation, number) = text.split_once('-')?;
    Some(Epoch {
        incarnation: Incarnation(incarnation.parse().ok()?),
        number: number.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(tokens: usize) -> Manifest {
        let epoch = Epoch {
            incarnation: Incarnation(3),
            number: 7,
        };
        let token = |number| SinkToken {
            sink: format!("sink {number}"),
            token: Token {
                epoch,
                contents: vec![0; number % 7],
            },
        };
        Manifest {
            epoch,
            taken_at: Timestamp::from_millis(5),
            state: SegmentRef {
                name: "state".to_owned(),
                bytes: 0,
            },
            files: Vec::new(),
            tables: Vec::new(),
            tokens: (0..tokens).map(token).collect(),
            operators: Vec::new(),
        }
    }

    /// Of every length, also where a copy fills its blocks.
    #[test]
    fn one_damaged_copy_costs_nothing_and_two_are_told() {
        let mut lengths = std::collections::BTreeSet::new();
        for tokens in (0..900).step_by(3) {
            let manifest = manifest(tokens);
            let bytes = manifest.to_bytes("p").expect("it is written");
            let second = second_copy(bytes.len());
            assert_eq!(second % BLOCK, 0);
            lengths.insert((bytes.len() - second) % BLOCK);
            let read = Manifest::read(&bytes, manifest.epoch).expect("it is whole");
            assert_eq!((&read.manifest, read.pipeline.as_str()), (&manifest, "p"));
            assert!(read.damage.is_none());
            for block in 0..bytes.len().div_ceil(BLOCK) {
                let mut damaged = bytes.clone();
                damaged
                    .iter_mut()
                    .skip(block * BLOCK)
                    .take(BLOCK)
                    .for_each(|byte| *byte ^= 0x55);
                let read = Manifest::read(&damaged, manifest.epoch).expect("one copy is whole");
                assert_eq!(read.manifest, manifest);
                let damage = read.damage.expect("it is told").to_string();
                assert!(damage.contains("byte"), "{damage}");
            }
            let alone = manifest.to_copy("p").expect("it is written");
            let read = Manifest::read(&alone, manifest.epoch);
            if alone.len() <= BLOCK {
                let damage = read
                    .expect("it is whole")
                    .damage
                    .expect("the other one is missing");
                assert!(damage.to_string().contains("one copy"), "{damage}");
            }
            let mut damaged = bytes.clone();
            (damaged[20], damaged[second + 20]) = (0xFF, 0xFF);
            Manifest::read(&damaged, manifest.epoch).expect_err("none is whole");
            for len in [bytes.len() - 1, second, second - 1, 10, 0] {
                // A cut may leave one copy that is whole.
                let read = Manifest::read(&bytes[..len], manifest.epoch);
                assert!(
                    read.is_err() || read.is_ok_and(|read| read.damage.is_some()),
                    "{len}"
                );
            }
        }
        assert!(lengths.len() > 200);
    }
}
