//! A file that grows, of which only whole lines are shown.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crc32c::crc32c;

use crate::fs::ReadFile;

/// How much is read at once.
const CHUNK: usize = 256 << 10;
/// How much a reader may have read and not emitted, beside a record.
const READ_AHEAD: usize = 256 << 10;
/// Of so many bytes before a place the checksum says whether it is that place.
pub(super) const WITNESS: usize = 256;

/// A file that grows. Reading from it returns whole lines, and `WouldBlock` where there is none for now; once it is
/// [finished](Self::finish) all that there is, and then the end.
#[derive(Clone)]
pub(super) struct Window(Arc<Mutex<State>>);

struct State {
    file: Box<dyn ReadFile>,
    /// The last bytes that were read of the file: those that were shown, for the checksum, and those that were not.
    buffer: Vec<u8>,
    /// The place of the next byte to be read of the file: that after the buffer.
    end: u64,
    /// The place of the next byte to be shown.
    shown: u64,
    /// The place up to which it may be shown.
    whole: u64,
    max_record: usize,
    is_finished: bool,
    is_truncated: bool,
}

impl Window {
    /// Shows a file from a place on, before which it has these bytes.
    pub(super) fn new(file: Box<dyn ReadFile>, from: u64, before: Vec<u8>, max_record: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            file,
            buffer: before,
            end: from,
            shown: from,
            whole: from,
            max_record,
            is_finished: false,
            is_truncated: false,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the file is not the one any more that was read: it was cut off, and perhaps written anew.
    pub(super) fn is_truncated(&self) -> bool {
        self.state().is_truncated
    }

    /// Shows it from another place on, which was shown before.
    pub(super) fn go_to(&self, place: u64) -> io::Result<()> {
        let mut state = self.state();
        let base = state.end - state.buffer.len() as u64;
        if place < base || place > state.whole {
            state.buffer = bytes_before(&mut *state.file, place)?;
            (state.end, state.whole) = (place, place);
        }
        state.shown = place;
        Ok(())
    }

    /// Nothing more will be written: what has no end yet is the last line.
    pub(super) fn finish(&self) -> io::Result<()> {
        let mut state = self.state();
        while !state.is_truncated && state.load()? {}
        state.whole = state.end;
        state.is_finished = true;
        Ok(())
    }

    /// How far the file was read: further than it was shown.
    pub(super) fn end(&self) -> u64 {
        self.state().end
    }

    /// The checksum of the bytes before a place that was read.
    pub(super) fn witness(&self, place: u64) -> io::Result<u32> {
        let mut state = self.state();
        let start = place.saturating_sub(WITNESS as u64);
        let base = state.end - state.buffer.len() as u64;
        if base <= start
            && let (Ok(from), Ok(to)) = (usize::try_from(start - base), usize::try_from(place - base))
            && let Some(bytes) = state.buffer.get(from..to)
        {
            return Ok(crc32c(bytes));
        }
        let bytes = bytes_before(&mut *state.file, place)?;
        let end = state.end;
        state.file.seek(SeekFrom::Start(end))?;
        Ok(crc32c(&bytes))
    }
}

/// At most [`WITNESS`] bytes before a place of a file; fewer if it is not as long.
pub(super) fn bytes_before(file: &mut dyn ReadFile, place: u64) -> io::Result<Vec<u8>> {
    let start = place.saturating_sub(WITNESS as u64);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(place - start).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl State {
    /// Reads on; says whether anything came.
    fn load(&mut self) -> io::Result<bool> {
        if self.file.seek(SeekFrom::End(0))? < self.end || !self.is_same()? {
            self.is_truncated = true;
            return Ok(false);
        }
        self.forget();
        let old = self.buffer.len();
        self.buffer.resize(old + CHUNK, 0);
        let read = read(&mut *self.file, &mut self.buffer[old..]);
        self.buffer.truncate(old + *read.as_ref().unwrap_or(&0));
        let read = read?;
        self.end += read as u64;
        let line_end = self.buffer[old..].iter().rposition(|byte| *byte == b'\n');
        if let Some(line_end) = line_end {
            self.whole = self.end - (self.buffer.len() - old - line_end - 1) as u64;
        }
        // A line that is too long is shown as it comes: its reader passes over it.
        if self.end - self.whole > self.max_record.saturating_add(2) as u64 {
            self.whole = self.end;
        }
        Ok(read > 0)
    }

    /// Whether the last bytes that were read are still there; goes to the place after them.
    fn is_same(&mut self) -> io::Result<bool> {
        let known = &self.buffer[self.buffer.len().saturating_sub(WITNESS)..];
        self.file.seek(SeekFrom::Start(self.end - known.len() as u64))?;
        let mut there = [0; WITNESS];
        let there = &mut there[..known.len()];
        match self.file.read_exact(there) {
            Ok(()) => Ok(there == known),
            Err(cause) if cause.kind() == ErrorKind::UnexpectedEof => Ok(false),
            Err(cause) => Err(cause),
        }
    }

    /// Forgets bytes that no checksum needs any more.
    fn forget(&mut self) {
        let shown = self.buffer.len() - (self.end - self.shown) as usize;
        let needed = READ_AHEAD + WITNESS + self.max_record;
        if shown > needed.saturating_add(4 * CHUNK) {
            self.buffer.drain(..shown - needed);
        }
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

impl Read for Window {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut state = self.state();
        while state.shown == state.whole {
            if state.is_finished {
                return Ok(0);
            }
            if state.is_truncated || !state.load()? {
                return Err(ErrorKind::WouldBlock.into());
            }
        }
        let from = state.buffer.len() - (state.end - state.shown) as usize;
        let count = to.len().min((state.whole - state.shown) as usize);
        to[..count].copy_from_slice(&state.buffer[from..from + count]);
        state.shown += count as u64;
        Ok(count)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Start(place) = to else {
            return Err(io::Error::new(ErrorKind::Unsupported, "only to a place"));
        };
        self.go_to(place)?;
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// A file in memory that somebody else writes.
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Shared {
        fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
            self.0.lock().expect("nobody panics")
        }

        fn reader(&self) -> Box<dyn ReadFile> {
            Box::new(Of(self.clone(), 0))
        }
    }

    struct Of(Shared, u64);

    impl Read for Of {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let bytes = self.0.bytes();
            let mut rest = bytes.get(self.1 as usize..).unwrap_or_default();
            let read = rest.read(to)?;
            self.1 += read as u64;
            Ok(read)
        }
    }

    impl Seek for Of {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.1 = match to {
                SeekFrom::Start(place) => place,
                SeekFrom::End(_) => self.0.bytes().len() as u64,
                SeekFrom::Current(_) => unreachable!("nobody asks"),
            };
            Ok(self.1)
        }
    }

    /// All that is shown now.
    fn shown(window: &mut Window) -> String {
        let mut all = Vec::new();
        let done = window.read_to_end(&mut all);
        assert_eq!(done.map_err(|cause| cause.kind()), Err(ErrorKind::WouldBlock));
        String::from_utf8(all).expect("it is text")
    }

    #[test]
    fn whole_lines_are_shown_and_the_last_one_at_the_end() {
        let file = Shared::default();
        let mut window = Window::new(file.reader(), 0, Vec::new(), 100);
        assert_eq!(shown(&mut window), "");
        for (written, seen) in [("a", ""), ("b\nc", "ab\n"), ("", ""), ("\n\nd\ne", "c\n\nd\n")] {
            file.bytes().write_all(written.as_bytes()).expect("there is room");
            assert_eq!(shown(&mut window), seen);
        }
        file.bytes().extend(b"f");
        window.finish().expect("it is there");
        let mut rest = String::new();
        window.read_to_string(&mut rest).expect("it has an end");
        assert_eq!(rest, "ef");
    }

    #[test]
    fn a_line_that_is_too_long_is_shown_before_it_ends() {
        let file = Shared::default();
        let mut window = Window::new(file.reader(), 0, Vec::new(), 4);
        file.bytes().extend(b"123456");
        assert_eq!(shown(&mut window), "", "it may be four bytes and their end");
        file.bytes().extend(b"7");
        assert_eq!(shown(&mut window), "1234567");
        file.bytes().extend(b"8\nab\nc");
        assert_eq!(shown(&mut window), "8\nab\n");
    }

    #[test]
    fn that_a_file_was_cut_off_or_written_anew_is_seen() {
        for other in ["", "a\n", "x\nb\n", "x\nb\nc\nd\n"] {
            let file = Shared::default();
            let mut window = Window::new(file.reader(), 0, Vec::new(), 100);
            file.bytes().extend(b"a\nb\n");
            assert_eq!(shown(&mut window), "a\nb\n");
            assert!(!window.is_truncated());
            *file.bytes() = other.as_bytes().to_vec();
            assert_eq!(shown(&mut window), "");
            assert!(window.is_truncated(), "{other:?}");
        }
    }

    #[test]
    fn the_witness_of_a_place_is_that_of_the_bytes_that_were_read() {
        let file = Shared::default();
        let text: String = (0..300_000).map(|n| format!("{n}\n")).collect();
        let mut window = Window::new(file.reader(), 0, Vec::new(), 100);
        file.bytes().extend(text.as_bytes());
        assert_eq!(shown(&mut window).len(), text.len());
        // What was there first is read again, and what was read last is not.
        let last = text.len() - 10;
        for place in [0, 1, 255, 256, 257, 1000, last] {
            let expected = crc32c(&text.as_bytes()[place.saturating_sub(WITNESS)..place]);
            assert_eq!(window.witness(place as u64).ok(), Some(expected), "{place}");
        }
        let expected = window.witness(last as u64).ok();
        file.bytes().fill(b'x');
        assert_eq!(window.witness(last as u64).ok(), expected);
    }
}
