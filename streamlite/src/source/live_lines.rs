//! Lines that come as they come: from the standard input, or from a socket.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;

use super::background::{BackgroundReader, Closed, Feeder};
use crate::bad_record::BadRecord;
use crate::connector::{Bell, Position, ReadStatus, Reader};
use crate::error::{Error, Result};
use crate::format::Policy;

/// How many bytes a line has at most, unless said otherwise.
pub(super) const MAX_LINE: usize = 1 << 20;

/// What a line is, where it is found.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Text(String),
    /// It is no record: its number, why, and how it begins.
    Bad(u64, String, Vec<u8>),
}

/// Reads the lines of something that comes as it comes.
pub struct LiveLinesReader {
    lines: BackgroundReader<Line>,
    policy: Policy,
    name: String,
    bad: u64,
    /// Ends the thread, where that can be done.
    hang_up: Option<Box<dyn FnMut()>>,
}

impl fmt::Debug for LiveLinesReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveLinesReader")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What is said of such lines, beside where they come from.
#[derive(Clone, Debug)]
pub(super) struct LineSettings {
    pub(super) policy: Policy,
    pub(super) max_line: usize,
    pub(super) accepts_loss: bool,
}

impl LiveLinesReader {
    pub(super) fn start(
        name: &str,
        bell: Bell,
        settings: &LineSettings,
        from: impl Read + Send + 'static,
        hang_up: Option<Box<dyn FnMut()>>,
    ) -> Result<Self> {
        let (of_thread, most) = (name.to_owned(), settings.max_line);
        let read = move |feeder: &Feeder<Line>| {
            let split = split(from, most, |line| feeder.put(line));
            split.map_err(|cause| Error::io("reading", &of_thread, cause))
        };
        Ok(Self {
            lines: BackgroundReader::start(name.to_owned(), bell, settings.accepts_loss, read)?,
            policy: settings.policy.clone(),
            name: name.to_owned(),
            bad: 0,
            hang_up,
        })
    }
}

impl Reader for LiveLinesReader {
    type Item = String;

    fn read<F: FnMut(String) -> ControlFlow<()>>(
        &mut self,
        at_most: usize,
        mut out: F,
    ) -> Result<ReadStatus> {
        let (policy, name, bad) = (&self.policy, &self.name, &mut self.bad);
        let mut refused = Ok(());
        let status = self.lines.read(at_most, |line| match line {
            Line::Text(line) => out(line),
            Line::Bad(number, cause, begin) => {
                *bad += 1;
                let record = BadRecord::new((name, number), String::new(), cause, &begin);
                refused = policy.bad_record(record);
                match &refused {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            }
        })?;
        refused.map(|()| status)
    }

    fn never_waits(&self) -> bool {
        true
    }

    fn position(&mut self) -> Result<Position> {
        self.lines.position()
    }

    fn skipped(&self) -> u64 {
        self.bad
    }
}

impl Drop for LiveLinesReader {
    fn drop(&mut self) {
        if let Some(hang_up) = &mut self.hang_up {
            hang_up();
        }
    }
}

/// Splits what is read into lines, which end with LF or CR LF; the last one may have no end. What is longer than `most`
/// is passed over without being kept.
fn split(from: impl Read, most: usize, mut put: impl FnMut(Line) -> Result<(), Closed>) -> io::Result<()> {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        // With its end a line has two bytes more.
        let limit = most.saturating_add(2) as u64;
        let read = (&mut from).take(limit).read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        let has_end = line.ends_with(b"\n");
        if has_end {
            line.pop();
        }
        // Of a line that is too long the end may be cut in two.
        let is_cut = line.len() as u64 == limit;
        if line.ends_with(b"\r") && (has_end || is_cut) {
            line.pop();
        }
        let is_long = line.len() > most;
        if is_long && !has_end {
            pass_over(&mut from)?;
        }
        let line = if is_long {
            let cause = format!(
                "the line has more than {most} bytes, the most that it may; allow more with `.max_record_bytes(…)`"
            );
            line.truncate(BEGIN);
            Line::Bad(number, cause, line.clone())
        } else {
            match String::from_utf8(line.clone()) {
                Ok(line) => Line::Text(line),
                Err(error) => {
                    let cause = format!("byte {} is not UTF-8", error.utf8_error().valid_up_to() + 1);
                    Line::Bad(number, cause, line.clone())
                }
            }
        };
        if put(line).is_err() {
            break;
        }
    }
    Ok(())
}

/// How much of a line that is too long is shown.
const BEGIN: usize = 200;

/// Passes over the rest of a line.
fn pass_over(from: &mut impl BufRead) -> io::Result<()> {
    loop {
        let there = from.fill_buf()?;
        if there.is_empty() {
            return Ok(());
        }
        match there.iter().position(|byte| *byte == b'\n') {
            Some(end) => {
                from.consume(end + 1);
                return Ok(());
            }
            None => {
                let all = there.len();
                from.consume(all);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns its bytes in pieces of some length.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(to.len()).min(self.0.len());
            let (now, later) = self.0.split_at(count);
            to[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    fn lines_of(text: &[u8], most: usize) -> Vec<Line> {
        let found: Vec<Vec<Line>> = (1..=text.len().max(1))
            .map(|piece| {
                let mut lines = Vec::new();
                let put = |line| {
                    lines.push(line);
                    Ok(())
                };
                split(Pieces(text, piece), most, put).expect("memory can be read");
                lines
            })
            .collect();
        assert!(found.iter().all(|lines| *lines == found[0]), "in any pieces");
        found.into_iter().next().unwrap_or_default()
    }

    fn text(line: &str) -> Line {
        Line::Text(line.to_owned())
    }

    #[test]
    fn lines_end_with_lf_or_cr_lf_or_with_the_input() {
        assert_eq!(lines_of(b"", 9), []);
        assert_eq!(lines_of(b"a\nb\r\n\nc\rd", 9), ["a", "b", "", "c\rd"].map(text));
        assert_eq!(lines_of(b"a\r\n\r", 9), ["a", "\r"].map(text));
    }

    #[test]
    fn a_line_may_have_just_so_many_bytes() {
        for end in ["\n", "\r\n", ""] {
            assert_eq!(
                lines_of(format!("1234{end}").as_bytes(), 4),
                [text("1234")],
                "{end:?}"
            );
            let found = lines_of(format!("12345{end}").as_bytes(), 4);
            assert!(
                matches!(&found[..], [Line::Bad(1, _, begin)] if begin == b"12345"),
                "{found:?}"
            );
        }
        let found = lines_of(b"123456789\nab\n", 4);
        assert!(
            matches!(&found[..], [Line::Bad(1, ..), second] if *second == text("ab")),
            "{found:?}"
        );
    }

    #[test]
    fn what_is_not_utf_8_is_a_bad_line() {
        let found = lines_of(b"a\nb\xffc\nd", 9);
        let bad = Line::Bad(2, "byte 2 is not UTF-8".to_owned(), b"b\xffc".to_vec());
        assert_eq!(found, [text("a"), bad, text("d")]);
    }
}
