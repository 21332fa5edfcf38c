//! Files that are compressed with gzip, read and written like any other.

use std::fmt;
use std::io::{self, BufReader, Error, ErrorKind, Read, Seek, SeekFrom, Write};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::headed::Reopen;
use crate::fs::{ReadFile, WriteFile};

const BUFFER: usize = 64 << 10;

type Decoder = MultiGzDecoder<BufReader<Box<dyn ReadFile>>>;

/// What is in a compressed file. Some of the last bytes are kept, so that a small step back needs no seek; further back it is
/// read again from its beginning.
pub(super) struct Gunzip {
    decoder: Decoder,
    /// Nothing where it cannot be read again, as a pipe.
    reopen: Option<Reopen>,
    /// The last bytes that were read.
    kept: Vec<u8>,
    /// The place of the first of them.
    start: u64,
    /// The place of the next byte.
    at: u64,
    keep: usize,
}

fn decoder(file: Box<dyn ReadFile>) -> Decoder {
    MultiGzDecoder::new(BufReader::with_capacity(BUFFER, file))
}

impl Gunzip {
    /// What is in a file, of which at least so many bytes are kept.
    pub(super) fn new(file: Box<dyn ReadFile>, reopen: Option<Reopen>, keep: usize) -> Self {
        Self {
            decoder: decoder(file),
            reopen,
            kept: Vec::new(),
            start: 0,
            at: 0,
            keep,
        }
    }

    fn kept_after(&self) -> &[u8] {
        let place = usize::try_from(self.at - self.start).unwrap_or(usize::MAX);
        self.kept.get(place..).unwrap_or_default()
    }

    /// What is compressed cannot be made out.
    fn damaged(&self, cause: Error) -> Error {
        let after = self.start + self.kept.len() as u64;
        match cause.kind() {
            ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::UnexpectedEof => Error::new(
                cause.kind(),
                format!(
                    "{cause}, after {after} bytes of what is compressed in it; it is damaged or cut off: put it back from a copy"
                ),
            ),
            _ => cause,
        }
    }

    /// Begins anew.
    fn rewind_file(&mut self) -> io::Result<()> {
        let Some(reopen) = &mut self.reopen else {
            return Err(Error::new(ErrorKind::NotSeekable, "a pipe is read once"));
        };
        self.decoder = decoder(reopen()?);
        self.kept.clear();
        (self.start, self.at) = (0, 0);
        Ok(())
    }
}

impl Read for Gunzip {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let again = self.kept_after();
        let read = if again.is_empty() {
            let read = self.decoder.read(to).map_err(|cause| self.damaged(cause))?;
            self.kept.extend_from_slice(&to[..read]);
            if self.kept.len() > self.keep + BUFFER {
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

impl Seek for Gunzip {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => place,
            SeekFrom::Current(0) => self.at,
            _ => {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    "only a place from the start on",
                ));
            }
        };
        if place < self.start {
            self.rewind_file()?;
        }
        self.at = place.min(self.start + self.kept.len() as u64);
        let mut block = [0; 4096];
        while self.at < place {
            let most = block
                .len()
                .min(usize::try_from(place - self.at).unwrap_or(block.len()));
            if self.read(&mut block[..most])? == 0 {
                break;
            }
        }
        Ok(self.at)
    }
}

/// A file that is compressed while it is written: each write is a part that can be read by itself, so that what was written
/// in part can be cut off, and more can be appended at any time.
pub(super) struct Gzip {
    file: Box<dyn WriteFile>,
    /// How many bytes the file has, all of them of whole parts.
    whole: u64,
}

impl Gzip {
    /// A file that has so many bytes already.
    pub(super) fn new(file: Box<dyn WriteFile>, whole: u64) -> Self {
        Self { file, whole }
    }
}

impl Write for Gzip {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let mut part = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::default());
        part.write_all(bytes)?;
        let part = part.finish()?;
        self.file.write_all(&part)?;
        self.whole += part.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl WriteFile for Gzip {
    /// Cuts off what is no whole part; only what was written last is ever cut off.
    fn set_len(&mut self, _: u64) -> io::Result<()> {
        self.file.set_len(self.whole)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync()
    }
}

impl fmt::Debug for Gzip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gzip")
            .field("whole", &self.whole)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::format::headed::Headed;

    /// So much text that not all of it is kept.
    fn text() -> Vec<u8> {
        (0..300_000_u32).map(|n| (n % 251) as u8).collect()
    }

    fn compressed(bytes: &[u8]) -> Vec<u8> {
        let mut parts = Vec::new();
        for part in bytes.chunks(50_000) {
            let mut encoder = GzEncoder::new(&mut parts, Compression::default());
            encoder.write_all(part).expect("there is room");
            encoder.finish().expect("there is room");
        }
        parts
    }

    fn open(bytes: &[u8]) -> Box<dyn ReadFile> {
        Box::new(Cursor::new(bytes.to_vec()))
    }

    #[test]
    fn a_compressed_file_is_read_at_any_place() {
        let bytes = compressed(&text());
        let opened = Arc::new(AtomicUsize::new(0));
        let reopen: Reopen = {
            let (opened, bytes) = (Arc::clone(&opened), bytes.clone());
            Box::new(move || {
                opened.fetch_add(1, Ordering::Relaxed);
                Ok(open(&bytes))
            })
        };
        let mut file = Gunzip::new(open(&bytes), Some(reopen), 100);
        let mut four = [0; 4];
        // Forward, and back within what is kept: 100 bytes at least.
        for (place, times) in [
            (0, 0),
            (150_000, 0),
            (149_905, 0),
            (250_000, 0),
            (7, 1),
            (200_000, 1),
            (0, 2),
        ] {
            assert_eq!(file.seek(SeekFrom::Start(place)).expect("it can"), place);
            file.read_exact(&mut four).expect("there are four");
            let start = usize::try_from(place).expect("it is small");
            assert_eq!(four, text()[start..start + 4], "at {place}");
            assert_eq!(opened.load(Ordering::Relaxed), times, "at {place}");
        }
        assert_eq!(
            file.seek(SeekFrom::Start(300_001)).expect("it is the end"),
            300_000
        );
        assert_eq!(file.read(&mut four).expect("it is the end"), 0);
    }

    #[test]
    fn a_compressed_pipe_is_read_once() {
        let bytes = compressed(&text());
        let head = bytes[..2].to_vec();
        let pipe = Headed::new(head, open(&bytes[2..]));
        let mut pipe = Gunzip::new(Box::new(pipe), None, 100);
        let mut rest = Vec::new();
        pipe.read_to_end(&mut rest).expect("it ends");
        assert_eq!(rest, text());
        assert!(pipe.seek(SeekFrom::Start(0)).is_err(), "it was let go");
    }

    /// A file that takes so many writes, and fails then.
    struct Failing {
        bytes: Arc<Mutex<Vec<u8>>>,
        left: usize,
    }

    impl Write for Failing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut file = self.bytes.lock().expect("nobody has broken it");
            if self.left == 0 {
                file.extend_from_slice(&bytes[..bytes.len() / 2]);
                return Err(ErrorKind::StorageFull.into());
            }
            self.left -= 1;
            file.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl WriteFile for Failing {
        fn set_len(&mut self, bytes: u64) -> io::Result<()> {
            let mut file = self.bytes.lock().expect("nobody has broken it");
            file.truncate(usize::try_from(bytes).expect("it is small"));
            Ok(())
        }

        fn sync(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_part_that_fails_is_cut_off_and_the_ones_before_it_stay() {
        let before = compressed(b"before");
        let bytes = Arc::new(Mutex::new(before.clone()));
        let file = Failing {
            bytes: Arc::clone(&bytes),
            left: 2,
        };
        let mut file = Gzip::new(Box::new(file), before.len() as u64);
        file.write_all(b" one").expect("there is room");
        file.write_all(b" two").expect("there is room");
        assert!(file.write_all(b" three").is_err(), "there is no room");
        file.set_len(0).expect("it can be cut off");
        let there = bytes.lock().expect("nobody has broken it").clone();
        let mut text = String::new();
        let mut file = Gunzip::new(open(&there), None, 0);
        file.read_to_string(&mut text).expect("it is whole");
        assert_eq!(text, "before one two");
    }
}
