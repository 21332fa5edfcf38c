//! Whether a file is compressed, and how it is read and written then.

use std::io::{self, Read};
use std::path::Path;

#[cfg(feature = "gzip")]
use super::gzip::{Gunzip, Gzip};
use super::headed::{Headed, Reopen};
use crate::fs::{ReadFile, WriteFile};

/// What a file that is compressed with gzip begins with.
const MAGIC: &[u8] = &[0x1f, 0x8b];

/// A file, or what is in it if it is compressed; and whether it is. Of what is in it so many of the last bytes are kept. One
/// that cannot be opened again is a pipe.
pub(crate) fn unpacked(
    mut file: Box<dyn ReadFile>,
    reopen: Option<Reopen>,
    keep: usize,
) -> io::Result<(Box<dyn ReadFile>, bool)> {
    let mut head = Vec::new();
    file.by_ref().take(MAGIC.len() as u64).read_to_end(&mut head)?;
    let is_compressed = head == MAGIC;
    if reopen.is_some() {
        rewind(&mut *file)?;
    } else {
        file = Box::new(Headed::new(head, file));
    }
    Ok(if is_compressed {
        unpack(file, reopen, keep)
    } else {
        (file, false)
    })
}

/// Goes back to the beginning; an interruption is no answer.
fn rewind(file: &mut dyn ReadFile) -> io::Result<()> {
    loop {
        match file.rewind() {
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            rewound => return rewound,
        }
    }
}

#[cfg(feature = "gzip")]
fn unpack(file: Box<dyn ReadFile>, reopen: Option<Reopen>, keep: usize) -> (Box<dyn ReadFile>, bool) {
    (Box::new(Gunzip::new(file, reopen, keep)), true)
}

/// Its first bytes say what it is, and it is refused for that.
#[cfg(not(feature = "gzip"))]
fn unpack(file: Box<dyn ReadFile>, _: Option<Reopen>, _: usize) -> (Box<dyn ReadFile>, bool) {
    (file, false)
}

/// Whether a file of this name is compressed when it is written.
pub(crate) fn is_packed(path: &Path) -> bool {
    let extension = path.extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("gz"))
}

/// A file that is compressed while it is written, and has so many bytes already.
#[cfg(feature = "gzip")]
pub(crate) fn packed(file: Box<dyn WriteFile>, bytes: u64) -> Box<dyn WriteFile> {
    Box::new(Gzip::new(file, bytes))
}

/// Such a sink was refused.
#[cfg(not(feature = "gzip"))]
pub(crate) fn packed(file: Box<dyn WriteFile>, _: u64) -> Box<dyn WriteFile> {
    file
}
