//! Records are written to a socket, or to the standard output.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use crate::connector::{Sink, Writer};
use crate::error::{Error, Result};
#[cfg(feature = "csv")]
use crate::format::Csv;
#[cfg(feature = "json")]
use crate::format::Json;
use crate::format::{Encode, Lines, RecordFile};
use crate::fs::WriteFile;
use crate::record::Record;
use crate::source::Address;

/// Writes records where they are gone once they are written: [`SocketSink`], [`StdoutSink`].
///
/// They are lines by their `Display`, unless another format is said. What is written is gathered, and sent when there are
/// 64 KiB or the job has nothing else to do. Nothing can be taken back: a job that is restored writes again what it has
/// written since the last checkpoint.
#[derive(Clone, Debug)]
pub struct StreamSink<C, F> {
    to: C,
    format: F,
}

/// Writes lines, or records of another format, to a server over TCP or a Unix socket.
///
/// It connects when the job starts. If the server does not read, the job waits for it; if it closes the connection, the job
/// ends with an error. Nothing is encrypted, and nobody asks who the server is. See [`StreamSink`] for what may be said of it.
///
/// ```
/// use std::io::Read;
/// use std::net::TcpListener;
///
/// use streamlite::format::Csv;
/// use streamlite::prelude::*;
///
/// let server = TcpListener::bind("127.0.0.1:0")?;
/// let address = server.local_addr()?.to_string();
/// let serving = std::thread::spawn(move || {
///     let mut text = String::new();
///     let (mut connection, _) = server.accept().expect("the job connects");
///     connection.read_to_string(&mut text).expect("it writes text");
///     text
/// });
/// let squares = SocketSink::connect(address).format(Csv::<()>::default().without_header());
/// pipeline!(from(1..=3).map(|n| (n, n * n)).to(squares)).run()?;
/// assert_eq!(serving.join().expect("it ends"), "1,1\n2,4\n3,9\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type SocketSink<F = Lines> = StreamSink<Address, F>;

/// Writes lines, or records of another format, to the standard output.
///
/// Where its reader has gone, as in `job | head`, nobody wants the rest: the job ends there, without an error. To see what
/// records are, by their `Debug`, [`PrintSink`](super::PrintSink) does. See [`StreamSink`] for what may be said of it.
///
/// ```
/// use streamlite::prelude::*;
///
/// #[derive(Serialize)]
/// struct Square {
///     of: u32,
///     is: u32,
/// }
///
/// pipeline!(from(1..=3).map(|n| Square { of: n, is: n * n }).to(StdoutSink::new().json())).run()?;
/// # Ok::<(), streamlite::Error>(())
/// ```
pub type StdoutSink<F = Lines> = StreamSink<Stdout, F>;

impl SocketSink {
    /// Connects to a server, `host:port`, when the job starts.
    #[must_use]
    pub fn connect(address: impl Into<String>) -> Self {
        Self::of(Address::tcp(address.into()))
    }

    /// Connects to a Unix socket when the job starts.
    #[cfg(unix)]
    #[must_use]
    pub fn connect_unix(path: impl Into<PathBuf>) -> Self {
        Self::of(Address::unix(path.into()))
    }
}

impl StdoutSink {
    /// Writes to the standard output.
    #[must_use]
    pub fn new() -> Self {
        Self::of(Stdout(()))
    }
}

impl Default for StdoutSink {
    fn default() -> Self {
        Self::new()
    }
}

impl<C> StreamSink<C, Lines> {
    fn of(to: C) -> Self {
        Self { to, format: Lines }
    }
}

impl<C, F> StreamSink<C, F> {
    /// Writes records in another format than before.
    #[must_use]
    pub fn format<G>(self, format: G) -> StreamSink<C, G> {
        StreamSink { to: self.to, format }
    }

    /// Writes JSON lines.
    #[cfg(feature = "json")]
    #[must_use]
    pub fn json(self) -> StreamSink<C, Json> {
        self.format(Json::default())
    }

    /// Writes CSV, with a header where the records have names for their fields.
    #[cfg(feature = "csv")]
    #[must_use]
    pub fn csv(self) -> StreamSink<C, Csv> {
        self.format(Csv::default())
    }
}

/// Where a [`StreamSink`] writes.
pub trait Destination: Send {
    /// Its name, for errors and reports.
    fn name(&self) -> String;

    /// Opens it, when the job starts.
    ///
    /// # Errors
    /// If that cannot be done.
    fn open(&self) -> Result<Box<dyn Write + Send>>;

    /// Whether a reader that has gone is no error.
    fn may_be_left(&self) -> bool {
        false
    }
}

impl Destination for Address {
    fn name(&self) -> String {
        self.to_string()
    }

    fn open(&self) -> Result<Box<dyn Write + Send>> {
        Ok(Box::new(self.connect_to()?))
    }
}

/// The standard output, as what a [`StdoutSink`] writes to.
#[derive(Clone, Copy, Debug)]
pub struct Stdout(());

impl Destination for Stdout {
    fn name(&self) -> String {
        "the standard output".to_owned()
    }

    fn open(&self) -> Result<Box<dyn Write + Send>> {
        Ok(Box::new(io::stdout()))
    }

    fn may_be_left(&self) -> bool {
        true
    }
}

impl<T, C: Destination, F: Encode<T>> Sink<T> for StreamSink<C, F> {
    type Writer = StreamWriter<F::Writer>;

    fn open(&mut self) -> Result<Self::Writer> {
        let file = Box::new(Gone(self.to.open()?));
        Ok(StreamWriter {
            records: self.format.writer(RecordFile::new(file, 0, self.to.name())),
            may_be_left: self.to.may_be_left(),
        })
    }

    fn describe(&self) -> String {
        self.to.name()
    }
}

/// Writes to a [`StreamSink`].
#[derive(Debug)]
pub struct StreamWriter<W> {
    records: W,
    may_be_left: bool,
}

impl<W> StreamWriter<W> {
    #[inline]
    fn checked(&self, done: Result<()>) -> Result<()> {
        match done {
            Ok(()) => Ok(()),
            Err(error) => Err(self.failure(error)),
        }
    }

    #[cold]
    fn failure(&self, error: Error) -> Error {
        match error {
            Error::Io { cause, .. } if self.may_be_left && cause.kind() == ErrorKind::BrokenPipe => {
                Error::NobodyReads
            }
            other => other,
        }
    }
}

impl<T, W: Writer<T>> Writer<T> for StreamWriter<W> {
    fn write(&mut self, record: Record<T>) -> Result<()> {
        let done = self.records.write(record);
        self.checked(done)
    }

    fn flush(&mut self) -> Result<()> {
        let done = self.records.flush();
        self.checked(done)
    }

    fn finish(&mut self) -> Result<()> {
        let done = self.records.finish();
        self.checked(done)
    }
}

/// Bytes that are gone once they are written.
struct Gone(Box<dyn Write + Send>);

impl Write for Gone {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl WriteFile for Gone {
    fn set_len(&mut self, _: u64) -> io::Result<()> {
        Err(io::Error::new(ErrorKind::Unsupported, "what was sent is gone"))
    }

    fn sync(&mut self) -> io::Result<()> {
        self.flush()
    }
}

impl fmt::Debug for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gone")
    }
}
