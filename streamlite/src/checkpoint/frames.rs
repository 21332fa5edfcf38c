//! The format of every file of a checkpoint: a header and frames, each with its length, who it belongs to, and a checksum.
//!
//! ```text
//! file    = magic 8 | version 4 | length 4 | header | checksum 4        then frames, the last one is `End`
//! frame   = length of head 4 | length of body 4 | head | body | checksum 4
//! ```
//!
//! Numbers are little-endian, checksums CRC32C, heads postcard, bodies LZ4 where that makes them shorter. The checksum of a
//! frame covers that of the file's header, too, so that a frame of another file does not pass for one of this.

use std::fmt;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::epoch::Epoch;

/// What every file begins with.
const MAGIC: [u8; 8] = *b"strmlite";
/// The version of the format, which grows when files of before can no longer be read.
pub(crate) const VERSION: u32 = 12;
/// Magic, version, length.
const PREFIX: usize = 8 + 4 + 4;
/// The two lengths of a frame.
const LENGTHS: usize = 4 + 4;
const CHECKSUM: usize = 4;
/// How many frames follow one that hardly became shorter before the next one is tried.
const UNTRIED: u32 = 7;
/// How many bytes of a part go into one frame.
pub(crate) const BLOCK: usize = 256 << 10;

/// Whose file it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileIdentity {
    pub(crate) kind: FileKind,
    /// The pipeline; empty where it does not matter.
    pub(crate) of: String,
    /// The checkpoint; `None` in a savepoint.
    pub(crate) epoch: Option<Epoch>,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FileKind {
    /// Names what a checkpoint consists of.
    Manifest,
    /// Holds the state of a checkpoint, but for what is in large tables.
    Segment,
    /// Holds entries of large tables; those of a checkpoint may be in several files, which are numbered.
    Tables(u32),
    /// Holds a job, by itself.
    Savepoint,
    /// Says what a file sink has committed.
    Committed,
}

impl FileIdentity {
    fn fmt_tables(&self, number: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file {number} of the tables of `{}`", self.of)?;
        self.epoch
            .map_or(Ok(()), |epoch| write!(f, " at checkpoint {epoch}"))
    }
}

impl fmt::Display for FileIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            FileKind::Manifest => "manifest",
            FileKind::Segment => "state",
            FileKind::Tables(number) => return self.fmt_tables(number, f),
            FileKind::Savepoint => "savepoint",
            FileKind::Committed => "record of what is committed",
        };
        write!(f, "the {kind} of `{}`", self.of)?;
        match self.epoch {
            Some(epoch) => write!(f, " at checkpoint {epoch}"),
            None => Ok(()),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Head<P> {
    /// The place among the frames.
    number: u64,
    /// How many bytes the body has before it is compressed; `None` if it is not.
    compressed_from: Option<u32>,
    /// What the body is part of; `None` in the last frame.
    part: Option<P>,
}

/// Writes a file.
pub(crate) struct FrameWriter<W> {
    to: W,
    /// The checksum of the header.
    file: u32,
    frames: u64,
    written: u64,
    scratch: Vec<u8>,
    /// How many frames are not tried to be compressed.
    untried: u32,
}

impl<W: Write> FrameWriter<W> {
    pub(crate) fn new(mut to: W, identity: &FileIdentity) -> io::Result<Self> {
        let header = postcard::to_extend(identity, vec![0; PREFIX]).map_err(io::Error::other)?;
        let mut header = header;
        let length = as_u32(header.len() - PREFIX)?;
        header[..8].copy_from_slice(&MAGIC);
        header[8..12].copy_from_slice(&VERSION.to_le_bytes());
        header[12..16].copy_from_slice(&length.to_le_bytes());
        let file = crc32c::crc32c(&header);
        header.extend_from_slice(&file.to_le_bytes());
        to.write_all(&header)?;
        Ok(Self {
            to,
            file,
            frames: 0,
            written: header.len() as u64,
            scratch: Vec::new(),
            untried: 0,
        })
    }

    /// Writes a part, in as many frames as it takes; an empty one has none.
    pub(crate) fn part(&mut self, part: &impl Serialize, bytes: &[u8]) -> io::Result<()> {
        for block in bytes.chunks(BLOCK) {
            self.frame(Some(part), block)?;
        }
        Ok(())
    }

    /// Writes one frame, which may be empty.
    pub(crate) fn frame(&mut self, part: Option<&impl Serialize>, body: &[u8]) -> io::Result<()> {
        let compressed = self.compress(body)?;
        let pays = compressed.is_some();
        let stored = compressed.map_or(body, |length| &self.scratch[..length]);
        let head = Head {
            number: self.frames,
            compressed_from: if pays { Some(as_u32(body.len())?) } else { None },
            part,
        };
        let mut frame = postcard::to_extend(&head, vec![0; LENGTHS]).map_err(io::Error::other)?;
        let head = as_u32(frame.len() - LENGTHS)?;
        frame[..4].copy_from_slice(&head.to_le_bytes());
        frame[4..8].copy_from_slice(&as_u32(stored.len())?.to_le_bytes());
        let checksum = checksum(self.file, &[&frame, stored]);
        self.to.write_all(&frame)?;
        self.to.write_all(stored)?;
        self.to.write_all(&checksum.to_le_bytes())?;
        self.frames += 1;
        self.written += (frame.len() + stored.len() + CHECKSUM) as u64;
        Ok(())
    }

    /// Compresses into `scratch`; returns how long it is then, if that pays. What follows something that hardly became shorter is
    /// not tried: that takes longer than writing it as it is.
    fn compress(&mut self, body: &[u8]) -> io::Result<Option<usize>> {
        if self.untried > 0 {
            self.untried -= 1;
            return Ok(None);
        }
        let longest = lz4_flex::block::get_maximum_output_size(body.len());
        self.scratch.resize(longest, 0);
        let length = lz4_flex::block::compress_into(body, &mut self.scratch).map_err(io::Error::other)?;
        if length < body.len() - body.len() / 5 {
            return Ok(Some(length));
        }
        self.untried = UNTRIED;
        Ok(None)
    }

    /// Writes the last frame; returns what was written to, and how many bytes that were.
    pub(crate) fn finish(mut self) -> io::Result<(W, u64)> {
        self.frame(None::<&()>, &[])?;
        Ok((self.to, self.written))
    }
}

fn as_u32(length: usize) -> io::Result<u32> {
    u32::try_from(length).map_err(io::Error::other)
}

fn checksum(file: u32, pieces: &[&[u8]]) -> u32 {
    let pieces = pieces.iter();
    pieces.fold(file, |checksum, piece| crc32c::crc32c_append(checksum, piece))
}

/// What is wrong with the bytes of a file: it is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Damage {
    /// The byte that the part begins with in which it shows.
    at: usize,
    cause: String,
    is_version: bool,
}

impl Damage {
    pub(crate) fn new(at: usize, cause: impl Into<String>) -> Self {
        let cause = cause.into();
        Self {
            at,
            cause,
            is_version: false,
        }
    }

    /// The same in a part of a file that begins after so many bytes.
    pub(crate) fn after(self, bytes: usize) -> Self {
        Self {
            at: self.at + bytes,
            ..self
        }
    }

    /// Whether the file is whole, and another version of the library wrote it.
    pub(crate) fn is_version(&self) -> bool {
        self.is_version
    }

    /// What is wrong, without where.
    pub(crate) fn cause(&self) -> &str {
        &self.cause
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.at, self.cause)
    }
}

/// A file in memory.
pub(crate) struct FrameReader<'a> {
    bytes: &'a [u8],
    at: usize,
    file: u32,
    identity: FileIdentity,
}

/// Where the body of a frame is, once its checksum holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body<'a> {
    at: usize,
    stored: &'a [u8],
    compressed_from: Option<u32>,
}

impl<'a> FrameReader<'a> {
    /// Reads the header.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, Damage> {
        let Some(prefix) = bytes.get(..PREFIX) else {
            let cause = format!("it has {} bytes, too few for a header", bytes.len());
            return Err(Damage::new(0, cause));
        };
        if prefix[..8] != MAGIC {
            return Err(Damage::new(0, "it does not begin as a file of streamlite does"));
        }
        let length = number(&prefix[12..]) as usize;
        let end = PREFIX + length;
        let (Some(header), Some(stored)) = (bytes.get(..end), bytes.get(end..end + CHECKSUM)) else {
            return Err(Damage::new(12, "its header is cut off"));
        };
        let file = crc32c::crc32c(header);
        if number(stored) != file {
            return Err(wrong_checksum(0, number(stored), file));
        }
        // Of a header that holds: a version that was changed on the disk is damage, too.
        let version = number(&prefix[8..12]);
        if version != VERSION {
            let cause =
                format!("it has format {version}, and this version of streamlite reads format {VERSION}");
            return Err(Damage {
                is_version: true,
                ..Damage::new(8, cause)
            });
        }
        let identity = postcard::from_bytes(&header[PREFIX..]).map_err(|cause| {
            Damage::new(
                PREFIX,
                format!("its header is not what this version writes: {cause}"),
            )
        })?;
        Ok(Self {
            bytes,
            at: end + CHECKSUM,
            file,
            identity,
        })
    }

    /// Whose file it is.
    pub(crate) fn identity(&self) -> &FileIdentity {
        &self.identity
    }

    /// Every frame, each shown with its part once its checksum holds.
    ///
    /// Nothing is decompressed, and the parts alone are decoded, whose checksum holds.
    pub(crate) fn frames<P: for<'de> Deserialize<'de>>(
        mut self,
        mut show: impl FnMut(P, Body<'a>) -> Result<(), Damage>,
    ) -> Result<(), Damage> {
        for expected in 0.. {
            let (at, head, body) = self.next_frame::<P>()?;
            if head.number != expected {
                let cause = format!("frame {} is where frame {expected} belongs", head.number);
                return Err(Damage::new(at, cause));
            }
            match head.part {
                Some(part) => show(part, body)?,
                None if self.at == self.bytes.len() => break,
                None => {
                    let surplus = self.bytes.len() - self.at;
                    return Err(Damage::new(self.at, format!("{surplus} bytes follow its end")));
                }
            }
        }
        Ok(())
    }

    fn next_frame<P: for<'de> Deserialize<'de>>(&mut self) -> Result<(usize, Head<P>, Body<'a>), Damage> {
        let at = self.at;
        let cut_off = || Damage::new(at, "it is cut off");
        let lengths = self.bytes.get(at..at + LENGTHS).ok_or_else(cut_off)?;
        let (head_len, body_len) = (number(&lengths[..4]) as usize, number(&lengths[4..]) as usize);
        let head_at = at + LENGTHS;
        let body_at = head_at + head_len;
        let end = body_at + body_len;
        let whole = self.bytes.get(at..end).ok_or_else(cut_off)?;
        let stored = self.bytes.get(end..end + CHECKSUM).ok_or_else(cut_off)?;
        let found = checksum(self.file, &[whole]);
        if number(stored) != found {
            return Err(wrong_checksum(at, number(stored), found));
        }
        let head: Head<P> = postcard::from_bytes(&self.bytes[head_at..body_at])
            .map_err(|cause| Damage::new(head_at, format!("it is no frame of ours: {cause}")))?;
        let body = Body {
            at: body_at,
            stored: &self.bytes[body_at..end],
            compressed_from: head.compressed_from,
        };
        self.at = end + CHECKSUM;
        Ok((at, head, body))
    }
}

impl Body<'_> {
    /// Appends the bytes of the part to `to`.
    pub(crate) fn read(&self, to: &mut Vec<u8>) -> Result<(), Damage> {
        let Some(length) = self.compressed_from else {
            to.extend_from_slice(self.stored);
            return Ok(());
        };
        let length = length as usize;
        if length > BLOCK {
            let cause = format!("a block of {length} bytes is longer than any that is written");
            return Err(Damage::new(self.at, cause));
        }
        let start = to.len();
        to.resize(start + length, 0);
        let read = lz4_flex::block::decompress_into(self.stored, &mut to[start..]);
        match read {
            Ok(read) if read == length => Ok(()),
            Ok(read) => Err(Damage::new(
                self.at,
                format!("a block has {read} bytes, not {length}"),
            )),
            Err(cause) => Err(Damage::new(self.at, cause.to_string())),
        }
    }
}

fn wrong_checksum(at: usize, stored: u32, found: u32) -> Damage {
    Damage::new(
        at,
        format!("its bytes were changed: their checksum is {found:08x}, and {stored:08x} was written"),
    )
}

fn number(digits: &[u8]) -> u32 {
    let digits = digits.iter().rev();
    digits.fold(0, |number, &digit| (number << 8) | u32::from(digit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::epoch::Incarnation;

    fn identity(number: u32) -> FileIdentity {
        FileIdentity {
            kind: FileKind::Segment,
            of: "sums".to_owned(),
            epoch: Some(Epoch {
                incarnation: Incarnation(1),
                number,
            }),
        }
    }

    /// A file of these parts, and where each of its frames begins and ends.
    fn file(number: u32, parts: &[&[u8]]) -> (Vec<u8>, Vec<usize>) {
        let mut frames = FrameWriter::new(Vec::new(), &identity(number)).expect("memory takes all");
        let mut ends = vec![frames.to.len()];
        for (part, bytes) in parts.iter().enumerate() {
            frames.part(&part, bytes).expect("memory takes all");
            ends.push(frames.to.len());
        }
        let (bytes, written) = frames.finish().expect("memory takes all");
        assert_eq!(bytes.len() as u64, written);
        (bytes, ends)
    }

    /// Bytes that nothing makes shorter.
    fn noise(len: usize) -> Vec<u8> {
        let mut state = 1_u64;
        let next = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        };
        (0..len).map(next).collect()
    }

    fn read(bytes: &[u8]) -> Result<Vec<(usize, Vec<u8>)>, Damage> {
        let file = FrameReader::new(bytes)?;
        let mut parts: Vec<(usize, Vec<u8>)> = Vec::new();
        file.frames(|part: usize, body| match parts.last_mut() {
            Some((last, bytes)) if *last == part => body.read(bytes),
            _ => {
                let mut bytes = Vec::new();
                body.read(&mut bytes)?;
                parts.push((part, bytes));
                Ok(())
            }
        })?;
        Ok(parts)
    }

    #[test]
    fn what_was_written_is_read_whatever_its_length() {
        let noise = noise(3 * BLOCK + 7);
        for len in [1, 2, 100, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7] {
            let even = vec![7; len];
            let (bytes, _) = file(1, &[&even, &noise[..len]]);
            let parts = read(&bytes).expect("nothing was changed");
            assert_eq!(parts, [(0, even), (1, noise[..len].to_vec())], "{len}");
        }
        let (short, _) = file(1, &[&vec![7; BLOCK]]);
        assert!(
            short.len() < BLOCK / 100,
            "what repeats itself is compressed: {}",
            short.len()
        );
    }

    #[test]
    fn what_cannot_be_compressed_is_tried_again_after_a_while() {
        let noise = noise(BLOCK);
        let even = vec![7; BLOCK];
        let mut parts: Vec<&[u8]> = vec![&noise];
        parts.extend(std::iter::repeat_n(&even[..], 10));
        let (bytes, ends) = file(1, &parts);
        let lengths: Vec<usize> = ends.windows(2).map(|ends| ends[1] - ends[0]).collect();
        let is_compressed: Vec<bool> = lengths.iter().map(|length| *length < BLOCK / 2).collect();
        let expected: Vec<bool> = (0..11).map(|place| place > UNTRIED as usize).collect();
        assert_eq!(is_compressed, expected);
        assert_eq!(read(&bytes).expect("nothing was changed").len(), 11);
    }

    #[test]
    fn a_frame_belongs_to_its_place_in_its_file() {
        let (bytes, ends) = file(1, &[b"one", b"two", b"three"]);
        let frame = |place: usize| &bytes[ends[place]..ends[place + 1]];
        let (header, last) = (&bytes[..ends[0]], &bytes[ends[3]..]);
        let in_order = [header, frame(0), frame(1), frame(2), last].concat();
        assert_eq!(in_order, bytes);
        let (other, other_ends) = file(2, &[b"one", b"two", b"three"]);
        let foreign = &other[other_ends[1]..other_ends[2]];
        for (what, frames) in [
            ("swapped", vec![frame(1), frame(0), frame(2)]),
            ("twice", vec![frame(0), frame(1), frame(1), frame(2)]),
            ("missing", vec![frame(0), frame(2)]),
            ("the last one is missing", vec![frame(0), frame(1)]),
            ("of another file", vec![frame(0), foreign, frame(2)]),
        ] {
            let changed = [header, &frames.concat(), last].concat();
            assert!(read(&changed).is_err(), "{what}");
        }
        let without_end = [header, frame(0), frame(1), frame(2)].concat();
        assert!(read(&without_end).is_err());
        let more = [&bytes[..], b"x"].concat();
        assert!(read(&more).is_err());
    }

    #[test]
    fn a_file_of_another_version_is_whole_and_not_read() {
        let (mut bytes, ends) = file(1, &[b"one"]);
        bytes[8..12].copy_from_slice(&(VERSION + 1).to_le_bytes());
        let damage = read(&bytes).expect_err("its checksum does not hold");
        assert!(!damage.is_version());
        let header = ends[0] - CHECKSUM;
        let checksum = crc32c::crc32c(&bytes[..header]);
        bytes[header..ends[0]].copy_from_slice(&checksum.to_le_bytes());
        let damage = read(&bytes).expect_err("it is of another version");
        assert!(damage.is_version(), "{damage}");
    }
}
