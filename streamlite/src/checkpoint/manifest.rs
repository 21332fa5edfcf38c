//! What a checkpoint consists of: the file whose name makes it one.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::frames::{Damage, FileIdentity, FileKind, FrameReader, FrameWriter};
use super::image::OperatorSize;
use crate::connector::Token;
use crate::epoch::{Epoch, Incarnation};
use crate::time::Timestamp;

/// What a checkpoint consists of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) epoch: Epoch,
    /// When it was taken, by the job's clock.
    pub(crate) taken_at: Timestamp,
    pub(crate) segments: Vec<SegmentRef>,
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

impl Manifest {
    /// The contents of its file.
    pub(super) fn to_bytes(&self, pipeline: &str) -> std::io::Result<Vec<u8>> {
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

    /// The manifest in a file of this identity.
    pub(super) fn read(bytes: &[u8], epoch: Epoch) -> Result<(String, Self), Damage> {
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
            Ok(_) => Err(Damage::new(0, "bytes are left over behind its contents")),
            Err(cause) => Err(Damage::new(0, format!("its contents are none of ours: {cause}"))),
        }
    }
}

/// The names of our files; whatever has another name is not ours, and never touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    /// The name alone counts.
    Incarnation(Incarnation),
    Segment(Epoch),
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
            Name::Segment(epoch) | Name::Staged(epoch) | Name::Manifest(epoch) | Name::Corrupt(epoch) => {
                epoch.incarnation
            }
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, epoch) = match self {
            Name::Incarnation(incarnation) => return write!(f, "INCARNATION-{:010}", incarnation.0),
            Name::Segment(epoch) => ("state", epoch),
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
