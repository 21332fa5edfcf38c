//! Committing what a file sink has written: a range that is appended to the file.

use std::io::{ErrorKind, Read, Write as _};
use std::path::{Path, PathBuf};

use super::pieces::{Committed, Piece, Place, Prepared};
use super::rolling::numbered;
use super::staging::{Shared, Staging};
use crate::connector::{Outcome, Token, Transactional};
use crate::epoch::{Epoch, Incarnation};
use crate::error::{Error, Result};
use crate::fs::{ReadFile, lock};

/// How much is copied at once.
const BLOCK: usize = 256 << 10;

/// Commits what a [`Staging`] has: first the record of it is stored, which says what comes after which byte; then that is
/// appended to the file, again after a crash, until it is all there.
pub(super) struct FileTransactions {
    pub(super) staging: Staging,
}

impl Transactional for FileTransactions {
    fn fence(&mut self, incarnation: Incarnation) -> Result<()> {
        let mut shared = self.staging.get();
        shared.incarnation = incarnation;
        let known = shared.read_committed()?;
        shared.is_ours = known.is_some() || !shared.is_there(0)?;
        let mut committed = known.unwrap_or_default();
        if !shared.is_there(committed.end_before.file)? && !shared.is_there(committed.end.file)? {
            // Of files that somebody removed nothing is committed.
            committed = Committed::default();
        }
        shared.lock()?;
        if let Some(epoch) = committed.epoch
            && committed.fenced_by >= incarnation
        {
            return Err(Error::unreadable(
                shared.path.display().to_string(),
                format!("it has what checkpoint {epoch} of another directory has committed"),
                format!(
                    "put that directory back; or go on, and what it has may be there twice: \
                     `.accept_duplicates_of(\"{epoch}\".parse()?)`; or start anew: remove the file and `{}` beside it",
                    shared.record_name()
                ),
            ));
        }
        if committed.epoch.is_some() && committed.format != shared.format {
            return Err(Error::unreadable(
                shared.path.display().to_string(),
                format!(
                    "its records are written as `{}`, and would be as `{}` from now on",
                    committed.format, shared.format
                ),
                "give the statement its old sink back, or start anew: remove the file and the checkpoints",
            ));
        }
        committed.format.clone_from(&shared.format);
        committed.fenced_by = incarnation;
        shared.committed = committed;
        shared.write_committed()?;
        if !shared.lacks_pieces()? {
            shared.check(&shared.committed.pieces)?;
        }
        shared.append()
    }

    fn last_committed(&mut self) -> Result<Option<Epoch>> {
        Ok(self.staging.get().committed.epoch)
    }

    fn prepare(&mut self, epoch: Epoch) -> Result<Option<Token>> {
        let ((start, ended), fs, path) = {
            let mut shared = self.staging.get();
            (shared.ended_up_to(epoch), shared.fs.clone(), shared.path.clone())
        };
        if ended.is_empty() {
            return Ok(None);
        }
        let mut pieces = Vec::with_capacity(ended.len());
        for mut current in ended {
            let synced = current.file.flush().and_then(|()| current.file.sync());
            synced.map_err(|cause| Error::io("writing", path.with_file_name(&current.piece.name), cause))?;
            pieces.push(current.piece);
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        fs.sync_dir(folder)
            .map_err(|cause| Error::io("syncing the directory", folder, cause))?;
        let contents = postcard::to_stdvec(&Prepared { start, pieces }).expect("names and numbers serialize");
        Ok(Some(Token { epoch, contents }))
    }

    fn commit(&mut self, token: &Token) -> Result<Outcome> {
        let mut shared = self.staging.get();
        if shared.committed.epoch >= Some(token.epoch) {
            return Ok(Outcome::Committed);
        }
        let Prepared { start, pieces } = postcard::from_bytes(&token.contents).map_err(|cause| {
            let advice = "give the statement its old sink back";
            let cause = format!("what a checkpoint says of it is of another kind of sink: {cause}");
            Error::unreadable(shared.path.display().to_string(), cause, advice)
        })?;
        if token.epoch.incarnation != shared.incarnation {
            shared.check(&pieces)?;
        }
        // Before the first commit nobody but the writer knows where the output begins.
        if shared.committed.epoch.is_some() && shared.committed.end != start {
            let cause = format!(
                "a checkpoint goes on after {} bytes of it, and {} were committed",
                start.bytes, shared.committed.end.bytes
            );
            let advice = format!("put `{}` beside it back as it was", shared.record_name());
            return Err(Error::unreadable(
                shared.file(start.file).display().to_string(),
                cause,
                advice,
            ));
        }
        shared.committed.epoch = Some(token.epoch);
        shared.committed.end_before = start;
        shared.committed.end = pieces.iter().fold(start, Place::after);
        shared.committed.pieces = pieces;
        shared.write_committed()?;
        shared.append()?;
        Ok(Outcome::Committed)
    }

    fn abort_all_except(&mut self, tokens: &[Token]) -> Result<()> {
        let shared = self.staging.get();
        let mut kept: Vec<Piece> = Vec::new();
        for token in tokens {
            // One of another kind of sink keeps nothing here.
            kept.extend(
                postcard::from_bytes::<Prepared>(&token.contents)
                    .unwrap_or_default()
                    .pieces,
            );
        }
        let names = shared.fs.list(shared.folder_or_here());
        let names = names.map_err(|cause| Error::io("listing", shared.folder(), cause))?;
        for name in names.iter().filter_map(|name| name.to_str()) {
            if shared.is_left_over(name) && !kept.iter().any(|piece| piece.name == name) {
                shared.remove(name)?;
            }
        }
        Ok(())
    }
}

impl Shared {
    fn folder_or_here(&self) -> &Path {
        let folder = self.folder();
        if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        }
    }

    /// The file itself, so that no other one remains; beside files with numbers one that stays.
    fn lock_path(&self) -> PathBuf {
        if self.has_numbers {
            self.beside(&format!("{}lock", self.stem()))
        } else {
            self.path.clone()
        }
    }

    /// Locks the output. Elsewhere than on Unix its own writes would be shut out.
    fn lock(&mut self) -> Result<()> {
        if !cfg!(unix) {
            return Ok(());
        }
        match lock(&*self.fs, &self.lock_path()) {
            Ok(lock) => {
                self.lock = Some(lock);
                Ok(())
            }
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => Err(Error::setting(
                format!("the sink {}", self.path.display()),
                "another job writes this file",
                "give each job a file of its own, or end the other one first",
            )),
            Err(cause) => Err(Error::io("locking", &self.path, cause)),
        }
    }

    /// A file of the output.
    fn file(&self, number: u32) -> PathBuf {
        numbered(&self.path, number)
    }

    fn is_there(&self, number: u32) -> Result<bool> {
        let path = self.file(number);
        match self.fs.metadata(&path) {
            Ok(_) => Ok(true),
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(false),
            Err(cause) => Err(Error::io("looking at", path, cause)),
        }
    }

    fn remove(&self, name: &str) -> Result<()> {
        let path = self.beside(name);
        match self.fs.remove(&path) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => Err(Error::io("removing", path, cause)),
            _ => Ok(()),
        }
    }

    /// Appends what is committed, as far as it is not there yet, and removes the pieces.
    fn append(&mut self) -> Result<()> {
        if self.committed.pieces.is_empty() {
            return Ok(());
        }
        // Pieces are removed when all is appended and synced.
        let is_done = self.lacks_pieces()?;
        let mut start = self.committed.end_before;
        for pieces in self
            .committed
            .pieces
            .chunk_by(|one, other| one.file == other.file)
        {
            start = start.of_next(&pieces[0]);
            let end = pieces.iter().fold(start, Place::after);
            self.append_to_file(start, pieces, is_done)?;
            start = end;
        }
        for piece in &self.committed.pieces {
            self.remove(&piece.name)?;
        }
        self.committed.pieces.clear();
        Ok(())
    }

    /// Appends the pieces that belong to one file, after where the output ended before.
    fn append_to_file(&self, start: Place, pieces: &[Piece], is_done: bool) -> Result<()> {
        let (path, is_new) = (self.file(start.file), !self.is_there(start.file)?);
        let failed = |cause| Error::io("writing", &path, cause);
        let (mut file, bytes) = self.fs.append(&path).map_err(failed)?;
        let end = pieces.iter().fold(start, Place::after);
        let least = if is_done { end.bytes } else { start.bytes };
        if bytes < least {
            return Err(Error::unreadable(
                path.display().to_string(),
                format!("it has {bytes} bytes, and {least} were committed; somebody else has changed it"),
                "put it back as it was, or start anew: remove it and the checkpoints",
            ));
        }
        if is_done {
            return Ok(());
        }
        // A crash may have left a part, and a loss of power something else in its place.
        let there = self.agrees(start, bytes, pieces)?;
        if there < bytes {
            file.set_len(there).map_err(failed)?;
        }
        self.each_block(pieces, there - start.bytes, |block| file.write_all(block))?;
        file.flush().map_err(failed)?;
        file.sync().map_err(failed)?;
        if is_new {
            self.fs.sync_dir(self.folder()).map_err(failed)?;
        }
        Ok(())
    }

    /// Checks what an earlier start has left, before it counts as committed.
    fn check(&self, pieces: &[Piece]) -> Result<()> {
        for piece in pieces {
            let path = self.beside(&piece.name);
            let failed = |cause| Error::io("reading", &path, cause);
            let mut file = self.fs.open(&path).map_err(failed)?;
            let (mut bytes, mut checksum) = (0, 0);
            let mut block = vec![0; BLOCK];
            loop {
                match read_some(&mut *file, &mut block).map_err(failed)? {
                    0 => break,
                    read => {
                        checksum = crc32c::crc32c_append(checksum, &block[..read]);
                        bytes += read as u64;
                    }
                }
            }
            if (bytes, checksum) != (piece.bytes, piece.checksum) {
                let cause = format!(
                    "output that a checkpoint holds is damaged: {bytes} bytes with checksum {checksum:08x}, and {} with \
                     {:08x} were written",
                    piece.bytes, piece.checksum
                );
                let advice = "put it back from a copy, or start anew: remove the output and the checkpoints";
                return Err(Error::unreadable(path.display().to_string(), cause, advice));
            }
        }
        Ok(())
    }

    fn lacks_pieces(&self) -> Result<bool> {
        for piece in &self.committed.pieces {
            let path = self.beside(&piece.name);
            match self.fs.metadata(&path) {
                Ok(_) => {}
                Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(true),
                Err(cause) => return Err(Error::io("looking at", path, cause)),
            }
        }
        Ok(false)
    }

    /// How many bytes of a file are what is committed.
    fn agrees(&self, start: Place, bytes: u64, pieces: &[Piece]) -> Result<u64> {
        if bytes == start.bytes {
            return Ok(bytes);
        }
        let path = self.file(start.file);
        let failed = |cause| Error::io("reading", &path, cause);
        let mut there = self.fs.open(&path).map_err(failed)?;
        there
            .seek(std::io::SeekFrom::Start(start.bytes))
            .map_err(failed)?;
        let (mut place, mut differs) = (start.bytes, false);
        let mut read = Vec::new();
        self.each_block(pieces, 0, |block| {
            if !differs {
                read.clear();
                there.by_ref().take(block.len() as u64).read_to_end(&mut read)?;
                let same = read.iter().zip(block).take_while(|(one, other)| one == other);
                let same = same.count();
                place += same as u64;
                differs = same < block.len();
            }
            Ok(())
        })?;
        Ok(place)
    }

    /// Shows what is to be appended from a byte on, block by block.
    fn each_block(
        &self,
        pieces: &[Piece],
        mut skip: u64,
        mut show: impl FnMut(&[u8]) -> std::io::Result<()>,
    ) -> Result<()> {
        let mut block = vec![0; BLOCK];
        for piece in pieces {
            let path = self.beside(&piece.name);
            let failed = |cause| Error::io("reading", &path, cause);
            if skip >= piece.bytes {
                skip -= piece.bytes;
                continue;
            }
            let mut file = self.fs.open(&path).map_err(failed)?;
            file.seek(std::io::SeekFrom::Start(skip)).map_err(failed)?;
            let mut left = piece.bytes - std::mem::take(&mut skip);
            while left > 0 {
                let most = usize::try_from(left).map_or(BLOCK, |left| left.min(BLOCK));
                let read = read_some(&mut *file, &mut block[..most]).map_err(failed)?;
                if read == 0 {
                    return Err(failed(ErrorKind::UnexpectedEof.into()));
                }
                show(&block[..read]).map_err(|cause| Error::io("writing", &self.path, cause))?;
                left -= read as u64;
            }
        }
        Ok(())
    }
}

fn read_some(file: &mut dyn ReadFile, to: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match file.read(to) {
            Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}
