//! What a file sink has committed, in a small file beside its output.

use std::io::Write as _;

use super::pieces::Committed;
use super::staging::Shared;
use crate::checkpoint::{Damage, FileIdentity, FileKind, FrameReader, FrameWriter};
use crate::error::{Error, Result};

impl Shared {
    /// Reads what is committed; nothing if there is no such record.
    pub(super) fn read_committed(&self) -> Result<Option<Committed>> {
        let path = self.beside(&self.record_name());
        let mut bytes = Vec::new();
        let read = self
            .fs
            .open(&path)
            .and_then(|mut file| file.read_to_end(&mut bytes));
        match read {
            Ok(_) => {}
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(Error::io("reading", path, cause)),
        }
        let decoded = decode(&self.record_name(), &bytes).map_err(|damage| {
            let advice = "put it back from a copy, or start anew: remove it, the output beside it, and the checkpoints";
            Error::unreadable(path.display().to_string(), damage.to_string(), advice)
        })?;
        Ok(Some(decoded))
    }

    /// Stores what is committed: durable, and in one step.
    pub(super) fn write_committed(&self) -> Result<()> {
        let path = self.beside(&self.record_name());
        let staged = self.beside(&format!("{}-staged", self.record_name()));
        let write = || {
            let bytes = encode(&self.record_name(), &self.committed)?;
            let mut file = self.fs.create(&staged)?;
            file.write_all(&bytes)?;
            file.flush()?;
            file.sync()?;
            self.fs.rename(&staged, &path)?;
            self.fs.sync_dir(self.folder())
        };
        write().map_err(|cause| Error::io("writing", path.clone(), cause))
    }
}

fn identity(of: &str, committed: &Committed) -> FileIdentity {
    FileIdentity {
        kind: FileKind::Committed,
        of: of.to_owned(),
        epoch: committed.epoch,
    }
}

fn encode(of: &str, committed: &Committed) -> std::io::Result<Vec<u8>> {
    let bytes = postcard::to_stdvec(committed).map_err(std::io::Error::other)?;
    let mut frames = FrameWriter::new(Vec::new(), &identity(of, committed))?;
    frames.part(&(), &bytes)?;
    Ok(frames.finish()?.0)
}

fn decode(output: &str, bytes: &[u8]) -> Result<Committed, Damage> {
    let file = FrameReader::new(bytes)?;
    let of = file.identity().clone();
    let mut contents = Vec::new();
    file.frames(|(), body| body.read(&mut contents))?;
    let committed = match postcard::take_from_bytes(&contents) {
        Ok((committed, [])) => committed,
        Ok(_) => return Err(Damage::new(0, "bytes are left over after its contents")),
        Err(cause) => {
            return Err(Damage::new(
                0,
                format!("its contents are not what this version writes: {cause}"),
            ));
        }
    };
    if of != identity(output, &committed) {
        return Err(Damage::new(0, format!("it is {of}")));
    }
    Ok(committed)
}
