//! A file that knows what was read of it: the identity of a position in it.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, ErrorKind, Read, SeekFrom};

use crc32c::crc32c_append;

use crate::fs::ReadFile;

/// How many of the last reads are kept in mind: a reader has read on after the record that it hands on, by its buffer
/// and the longest record.
const EARLIER: usize = 64;
const BLOCK: usize = 64 << 10;

/// A file that is read from its beginning on, and returns the checksum of everything before a place in it.
///
/// Positions carry that checksum, so that reading never goes on in another file, or in one that was changed.
pub(crate) struct TrackedFile {
    file: Box<dyn ReadFile>,
    /// What was looked at before the first read, to be read again.
    head: Vec<u8>,
    /// The place of the next byte.
    at: u64,
    /// The checksum of everything before it.
    checksum: u32,
    /// The checksums at the beginnings of the last reads.
    earlier: VecDeque<(u64, u32)>,
}

#[cfg(feature = "csv")]
/// A place in a file that was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    at: u64,
    checksum: u32,
}

impl TrackedFile {
    pub(crate) fn new(file: Box<dyn ReadFile>) -> Self {
        Self::starting_at(file, 0)
    }

    /// One that is at a place already, and whose checksum nobody wants to know.
    pub(crate) fn starting_at(file: Box<dyn ReadFile>, at: u64) -> Self {
        Self {
            file,
            head: Vec::new(),
            at,
            checksum: 0,
            earlier: VecDeque::with_capacity(EARLIER),
        }
    }

    /// The first bytes, without reading them; fewer if a line ends with them, as of what comes as it comes the next line must
    /// not be waited for.
    pub(crate) fn head(&mut self, bytes: usize) -> io::Result<&[u8]> {
        let mut block = vec![0; bytes];
        while self.head.len() < bytes && !self.head.contains(&b'\n') {
            let read = read(&mut *self.file, &mut block[..bytes - self.head.len()])?;
            if read == 0 {
                break;
            }
            self.head.extend_from_slice(&block[..read]);
        }
        Ok(&self.head)
    }

    /// The checksum of everything before a place that was read.
    pub(crate) fn checksum_before(&mut self, place: u64) -> io::Result<u32> {
        if place == self.at {
            return Ok(self.checksum);
        }
        let known = self.earlier.iter().rev().find(|(start, _)| *start <= place);
        let (start, mut state) = known.copied().unwrap_or_default();
        let mut left = place - start;
        self.file.seek(SeekFrom::Start(start))?;
        let mut block = vec![0; BLOCK.min(usize::try_from(left).unwrap_or(BLOCK))];
        while left > 0 {
            let most = block.len().min(usize::try_from(left).unwrap_or(BLOCK));
            let read = read(&mut *self.file, &mut block[..most])?;
            if read == 0 {
                return Err(io::Error::new(
                    ErrorKind::UnexpectedEof,
                    "the file became shorter while it was read",
                ));
            }
            state = crc32c_append(state, &block[..read]);
            left -= read as u64;
        }
        self.file.seek(SeekFrom::Start(self.at))?;
        Ok(state)
    }

    #[cfg(feature = "csv")]
    /// Reads on from another place.
    pub(crate) fn go_to(&mut self, place: u64) -> io::Result<()> {
        if place > self.at {
            return self.read_up_to(place).map(drop);
        }
        let checksum = self.checksum_before(place)?;
        self.return_to(Mark { at: place, checksum })
    }

    #[cfg(feature = "csv")]
    /// Where it is.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            at: self.at,
            checksum: self.checksum,
        }
    }

    #[cfg(feature = "csv")]
    /// Reads on from where it was.
    pub(crate) fn return_to(&mut self, mark: Mark) -> io::Result<()> {
        let Mark { at, checksum } = mark;
        self.file.seek(SeekFrom::Start(at))?;
        self.earlier.retain(|(start, _)| *start <= at);
        self.head.clear();
        (self.at, self.checksum) = (at, checksum);
        Ok(())
    }

    /// Reads up to a place, for the checksum; returns the last byte before it, and how far it came: to the end of the file
    /// at most.
    pub(crate) fn read_up_to(&mut self, place: u64) -> io::Result<(Option<u8>, u64)> {
        let mut block = vec![0; BLOCK];
        let mut last = None;
        while self.at < place {
            let most = usize::try_from(place - self.at).map_or(BLOCK, |left| left.min(BLOCK));
            match self.read(&mut block[..most])? {
                0 => break,
                read => last = Some(block[read - 1]),
            }
        }
        Ok((last, self.at))
    }

    /// A piece of the file somewhere else; reading goes on where it was.
    pub(crate) fn peek(&mut self, from: u64, at_most: u64) -> io::Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(from))?;
        let mut piece = Vec::new();
        self.file.by_ref().take(at_most).read_to_end(&mut piece)?;
        self.file
            .seek(SeekFrom::Start(self.at + self.head.len() as u64))?;
        Ok(piece)
    }
}

/// Reads once; an interruption is no answer.
fn read(file: &mut dyn ReadFile, to: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(to) {
            Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

impl Read for TrackedFile {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let read = if self.head.is_empty() {
            read(&mut *self.file, to)?
        } else {
            let read = self.head.len().min(to.len());
            to[..read].copy_from_slice(&self.head[..read]);
            self.head.drain(..read);
            read
        };
        if self.earlier.len() == EARLIER {
            self.earlier.pop_front();
        }
        self.earlier.push_back((self.at, self.checksum));
        self.checksum = crc32c_append(self.checksum, &to[..read]);
        self.at += read as u64;
        Ok(read)
    }
}

impl fmt::Debug for TrackedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrackedFile")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}
