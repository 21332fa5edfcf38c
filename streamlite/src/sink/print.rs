//! Records are printed.

use std::fmt;
use std::io::{self, BufWriter, ErrorKind, Stderr, Stdout, Write};

use crate::connector::{Sink, Writer};
use crate::error::{Error, Result};
use crate::record::Record;

/// Prints each record on a line, by its `Debug`.
///
/// Where the reader of the standard output has gone, as in `job | head`, nobody wants the rest: the job ends there, without
/// an error. (`println!` panics there: print the report with `eprintln!`.)
#[derive(Clone, Copy, Debug)]
pub struct PrintSink {
    to: Terminal,
}

#[derive(Clone, Copy, Debug)]
enum Terminal {
    Stdout,
    Stderr,
}

impl PrintSink {
    /// Prints to the standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self { to: Terminal::Stdout }
    }

    /// Prints to the standard error.
    #[must_use]
    pub fn stderr() -> Self {
        Self { to: Terminal::Stderr }
    }
}

impl Terminal {
    fn name(self) -> &'static str {
        match self {
            Terminal::Stdout => "standard output",
            Terminal::Stderr => "standard error",
        }
    }
}

impl<T: fmt::Debug> Sink<T> for PrintSink {
    type Writer = PrintWriter;

    fn open(&mut self) -> Result<PrintWriter> {
        let out = match self.to {
            Terminal::Stdout => Out::Stdout(BufWriter::new(io::stdout())),
            Terminal::Stderr => Out::Stderr(BufWriter::new(io::stderr())),
        };
        Ok(PrintWriter {
            out,
            name: self.to.name(),
        })
    }

    fn describe(&self) -> String {
        self.to.name().to_owned()
    }
}

/// Writes to a [`PrintSink`].
#[derive(Debug)]
pub struct PrintWriter {
    out: Out,
    name: &'static str,
}

#[derive(Debug)]
enum Out {
    Stdout(BufWriter<Stdout>),
    Stderr(BufWriter<Stderr>),
}

impl PrintWriter {
    fn out(&mut self) -> &mut dyn Write {
        match &mut self.out {
            Out::Stdout(out) => out,
            Out::Stderr(out) => out,
        }
    }

    #[cold]
    fn failure(&self, cause: io::Error) -> Error {
        match &self.out {
            Out::Stdout(_) if cause.kind() == ErrorKind::BrokenPipe => Error::NobodyReads,
            _ => Error::io("writing", self.name, cause),
        }
    }
}

impl<T: fmt::Debug> Writer<T> for PrintWriter {
    fn write(&mut self, record: Record<T>) -> Result<()> {
        let written = writeln!(self.out(), "{:?}", record.value);
        written.map_err(|cause| self.failure(cause))
    }

    fn flush(&mut self) -> Result<()> {
        let flushed = self.out().flush();
        flushed.map_err(|cause| self.failure(cause))
    }
}
