//! Files whose first bytes were looked at.

use std::io::{self, Error, ErrorKind, Read, Seek, SeekFrom};

use crate::fs::ReadFile;

/// Opens a file again, from its beginning.
pub(crate) type Reopen = Box<dyn FnMut() -> io::Result<Box<dyn ReadFile>> + Send>;

/// A pipe of which the first bytes were looked at.
pub(super) struct Headed {
    head: io::Cursor<Vec<u8>>,
    pipe: Box<dyn ReadFile>,
}

impl Headed {
    pub(super) fn new(head: Vec<u8>, pipe: Box<dyn ReadFile>) -> Self {
        let head = io::Cursor::new(head);
        Self { head, pipe }
    }
}

impl Read for Headed {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self.head.read(to)? {
            0 => self.pipe.read(to),
            read => Ok(read),
        }
    }
}

impl Seek for Headed {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(Error::new(ErrorKind::NotSeekable, "a pipe is read once"))
    }
}
