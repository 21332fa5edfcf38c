//! A pipe, of which the last bytes can be read again.

use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};

use super::ReadFile;

/// A pipe, a terminal or a socket: read once, of which so many of the last bytes are kept, so that a reader may look at
/// the last record again.
pub(crate) struct Pipe {
    pipe: Box<dyn ReadFile>,
    /// The last bytes that were read.
    kept: Vec<u8>,
    /// The place of the first of them.
    start: u64,
    /// The place of the next byte.
    at: u64,
    keep: usize,
}

impl Pipe {
    /// A pipe of which at least so many bytes are kept.
    pub(crate) fn new(pipe: Box<dyn ReadFile>, keep: usize) -> Self {
        Self {
            pipe,
            kept: Vec::new(),
            start: 0,
            at: 0,
            keep,
        }
    }

    fn place(&self) -> usize {
        usize::try_from(self.at - self.start).unwrap_or(usize::MAX)
    }
}

impl Read for Pipe {
    fn read(&mut self, to: &mut [u8]) -> Result<usize> {
        let again = self.kept.get(self.place()..).unwrap_or_default();
        let read = if again.is_empty() {
            let read = self.pipe.read(to)?;
            self.kept.extend_from_slice(&to[..read]);
            if self.kept.len() > self.keep.saturating_mul(2) {
                let surplus = self.kept.len() - self.keep;
                self.kept.drain(..surplus);
                self.start += surplus as u64;
            }
            read
        } else {
            let read = again.len().min(to.len());
            to[..read].copy_from_slice(&again[..read]);
            read
        };
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Pipe {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let end = self.start + self.kept.len() as u64;
        match to {
            SeekFrom::Start(place) if (self.start..=end).contains(&place) => self.at = place,
            SeekFrom::Current(0) => {}
            _ => return Err(Error::new(ErrorKind::NotSeekable, "a pipe is read once")),
        }
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn the_last_bytes_of_a_pipe_can_be_read_again() {
        let mut pipe = Pipe::new(Box::new(Cursor::new(b"abcdefghij".to_vec())), 3);
        let mut four = [0; 4];
        pipe.read_exact(&mut four).expect("there are ten");
        assert_eq!(&four, b"abcd");
        assert_eq!(pipe.seek(SeekFrom::Start(1)).expect("it is kept"), 1);
        pipe.read_exact(&mut four).expect("there are ten");
        assert_eq!(&four, b"bcde");
        let mut rest = Vec::new();
        pipe.read_to_end(&mut rest).expect("it ends");
        assert_eq!(rest, b"fghij");
        assert_eq!(pipe.seek(SeekFrom::Start(7)).expect("it is kept"), 7);
        assert!(pipe.seek(SeekFrom::Start(0)).is_err(), "it was let go");
        assert!(pipe.seek(SeekFrom::Start(11)).is_err(), "it was not read");
    }
}
