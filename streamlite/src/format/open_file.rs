//! A file that is about to be read.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::meter::Meter;
use super::policy::Policy;
use super::tracked::TrackedFile;
use crate::connector::{Position, ReadProgress};
use crate::error::{Error, Result};

/// A file that is about to be read, and how.
pub struct OpenFile {
    pub(crate) file: TrackedFile,
    pub(crate) origin: ReadFrom,
    /// Where an earlier reader stopped.
    pub(crate) from: Option<FilePosition>,
    /// Reading begins in the middle of a line, which is passed over.
    pub(crate) in_line: bool,
    pub(crate) policy: Policy,
    /// The greatest number of bytes of a record.
    pub(crate) max_record: usize,
}

/// A place in a file, between two records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilePlace {
    /// How many bytes are before it.
    pub(crate) byte: u64,
    /// How many lines are before it.
    pub(crate) lines: u64,
}

/// A place in a file, and what precedes it: in another file it means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilePosition {
    pub(crate) place: FilePlace,
    /// The checksum of all bytes before it.
    checksum: u32,
    /// How many bytes the file had when it was opened, if it is compressed: places are those of what is in it.
    pub(crate) compressed: Option<u64>,
}

impl FilePosition {
    /// A place in a file of which somebody else knows that it is that file.
    pub(crate) fn unchecked(place: FilePlace) -> Self {
        Self {
            place,
            checksum: 0,
            compressed: None,
        }
    }
}

impl fmt::Debug for OpenFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenFile")
            .field("path", &self.origin.path)
            .finish_non_exhaustive()
    }
}

impl OpenFile {
    /// The file's name, for errors.
    pub(crate) fn name(&self) -> String {
        self.origin.path.display().to_string()
    }

    /// Refuses what is no text in UTF-8, before it becomes a million bad records.
    pub(crate) fn check_text(&mut self) -> Result<()> {
        let first = self
            .file
            .head(4)
            .map_err(|cause| Error::io("reading", &self.origin.path, cause))?;
        let what = match first {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [_, 0, _, 0] | [0, _, 0, _] => "it looks like UTF-16",
            #[cfg(not(feature = "gzip"))]
            [0x1f, 0x8b, ..] => {
                let advice = "switch on the feature `gzip` of streamlite, or unpack it first";
                return Err(self.unreadable("it is compressed with gzip", advice));
            }
            [0x28, 0xb5, 0x2f, 0xfd] => "it is compressed with zstd",
            _ => return Ok(()),
        };
        Err(self.unreadable(what, "convert it to text in UTF-8 first"))
    }

    pub(crate) fn unreadable(&self, cause: impl Into<String>, advice: &'static str) -> Error {
        Error::unreadable(self.name(), cause, advice)
    }

    /// Goes on where an earlier reader stopped, if this is the file that it read; `line_ends` are the bytes that a record
    /// ends with. Gives the place.
    pub(crate) fn go_on(&mut self, line_ends: &[u8]) -> Result<FilePlace> {
        let Some(FilePosition {
            mut place, checksum, ..
        }) = self.from
        else {
            return Ok(FilePlace::default());
        };
        if self.origin.grows {
            return Ok(place);
        }
        if self.origin.is_pipe {
            return Err(self.another("it is a pipe now, which cannot be read from a place in its middle"));
        }
        let failed = |cause| Error::io("reading", &self.origin.path, cause);
        let (last, reached) = self.file.read_up_to(place.byte).map_err(failed)?;
        if reached < place.byte {
            let cause = format!("it has {reached} bytes now, and {} were read of it", place.byte);
            return Err(self.another(&cause));
        }
        if self.file.checksum_before(place.byte).map_err(failed)? != checksum {
            let cause = format!(
                "its first {} bytes are not those that were read of it",
                place.byte
            );
            return Err(self.another(&cause));
        }
        let has_end = last.is_none_or(|last| line_ends.contains(&last));
        if !has_end {
            // It was read to its end, which was no end of a line. What was added since may begin with one.
            let next = self.file.peek(place.byte, 2).map_err(failed)?;
            let end = match next.as_slice() {
                [b'\n', ..] => 1,
                [b'\r', b'\n'] => 2,
                [] => 0,
                _ => {
                    return Err(self.another("its last line had no end when it was read, and goes on now"));
                }
            };
            place.byte += end;
            self.file.read_up_to(place.byte).map_err(failed)?;
        }
        Ok(place)
    }

    fn another(&self, cause: &str) -> Error {
        Error::Savepoint {
            doing: "restoring",
            cause: format!(
                "`{}` is not the file that was read: {cause}; put that file back, or start the job anew",
                self.name()
            ),
        }
    }
}

/// What a position in a file is made of, beside the place.
#[derive(Clone, Debug)]
pub(crate) struct ReadFrom {
    pub(crate) path: PathBuf,
    /// It comes as it comes: the next record may have to be waited for.
    pub(crate) is_pipe: bool,
    /// It grows while it is read, and whoever reads it knows himself which file it is.
    pub(crate) grows: bool,
    pub(crate) compressed: Option<u64>,
    /// How much of it was read, if it is known how much there is.
    pub(crate) meter: Option<Meter>,
}

impl ReadFrom {
    /// How much of it was read, if it is known how much there is.
    pub(crate) fn progress(&self) -> Option<ReadProgress> {
        self.meter.as_ref().map(Meter::progress)
    }

    /// The position at a place of the file that is being read.
    pub(crate) fn position(&self, file: &mut TrackedFile, place: FilePlace) -> Result<Position> {
        if self.grows {
            return Ok(Position::of(&FilePosition::unchecked(place)));
        }
        if self.is_pipe {
            return Err(Error::unreadable(
                self.path.display().to_string(),
                "it is a pipe, of which nothing can be read again, so that the job cannot be saved",
                "write it to a file, and read that",
            ));
        }
        let checksum = file
            .checksum_before(place.byte)
            .map_err(|cause| Error::io("reading", &self.path, cause))?;
        Ok(Position::of(&FilePosition {
            place,
            checksum,
            compressed: self.compressed,
        }))
    }
}
