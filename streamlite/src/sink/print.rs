//! Records are printed.

use std::fmt;
use std::io::{self, BufWriter, Stderr, Stdout, Write};

use crate::connector::{Sink, Writer};
use crate::error::{Error, Result};
use crate::record::Record;

/// Prints each record on a line, by its `Debug`.
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
}

impl<T: fmt::Debug> Writer<T> for PrintWriter {
    fn write(&mut self, record: Record<T>) -> Result<()> {
        let name = self.name;
        writeln!(self.out(), "{:?}", record.value).map_err(|cause| Error::io("writing", name, cause))
    }

    fn flush(&mut self) -> Result<()> {
        let name = self.name;
        self.out()
            .flush()
            .map_err(|cause| Error::io("writing", name, cause))
    }
}
