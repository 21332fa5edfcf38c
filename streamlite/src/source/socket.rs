//! Lines that a server sends.

use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::time::Duration;

use super::live_lines::{LineSettings, LiveLinesReader, MAX_LINE};
use crate::connector::{Bounded, Opening, Partition, Position, Source};
use crate::error::{Error, Result};
use crate::format::{Fail, OnError, Policy};

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The lines that a server sends over TCP, as they come; it ends when the server closes the connection.
///
/// Nothing can be read twice, so that a job that reads a socket cannot be saved, unless you
/// [`accept_loss`](Self::accept_loss). Nothing is encrypted, and nobody asks who the server is: for tests and for what runs on
/// one machine.
///
/// ```
/// use std::io::Write;
/// use std::net::TcpListener;
///
/// use streamlite::prelude::*;
///
/// let server = TcpListener::bind("127.0.0.1:0")?;
/// let address = server.local_addr()?;
/// let serving = std::thread::spawn(move || {
///     let (mut connection, _) = server.accept().expect("the job connects");
///     connection.write_all(b"one\ntwo\n").expect("it reads");
/// });
/// let lines = pipeline!(from(SocketSource::connect(address.to_string()))).collect()?;
/// assert_eq!(lines, ["one", "two"]);
/// # serving.join().expect("it ends");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SocketSource {
    address: String,
    settings: LineSettings,
}

impl SocketSource {
    /// Connects to a server, `host:port`, when the job starts.
    #[must_use]
    pub fn connect(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            settings: LineSettings {
                policy: Policy::new(Fail),
                max_line: MAX_LINE,
                accepts_loss: false,
            },
        }
    }

    /// Says what becomes of lines that are not UTF-8, or too long: [`Fail`], [`Skip`](super::Skip) or
    /// [`Route(sink)`](super::Route()).
    #[must_use]
    pub fn on_error(mut self, policy: impl OnError + 'static) -> Self {
        self.settings.policy = Policy::new(policy);
        self
    }

    /// Takes lines up to so many bytes; a longer one is a bad record. 1 MiB unless said otherwise.
    #[must_use]
    pub fn max_record_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_line = bytes;
        self
    }

    /// Lets the job be saved: what was read after the last checkpoint is lost in a crash, and a job that is restored connects
    /// anew and goes on with what comes then.
    #[must_use]
    pub fn accept_loss(mut self) -> Self {
        self.settings.accepts_loss = true;
        self
    }

    fn connection(&self) -> std::io::Result<TcpStream> {
        let mut failed = std::io::Error::new(std::io::ErrorKind::NotFound, "there is no such address");
        for address in self.address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, PATIENCE) {
                Ok(connection) => return Ok(connection),
                Err(cause) => failed = cause,
            }
        }
        Err(failed)
    }
}

impl Source for SocketSource {
    type Item = String;
    type Reader = LiveLinesReader;

    fn partitions(&mut self) -> Result<Vec<Partition>> {
        Ok(vec![Partition::new(self.address.clone())])
    }

    fn open(&mut self, at: &Opening<'_>) -> Result<LiveLinesReader> {
        let connected = self
            .connection()
            .and_then(|connection| Ok((connection.try_clone()?, connection)));
        let (of_thread, connection) =
            connected.map_err(|cause| Error::io("connecting to", &self.address, cause))?;
        // What cannot be shut down is closed already.
        let hang_up = move || drop(connection.shutdown(Shutdown::Both));
        LiveLinesReader::start(
            &self.address,
            at.bell(),
            &self.settings,
            of_thread,
            Some(Box::new(hang_up)),
        )
    }

    /// A new connection goes on where one has ended.
    fn has_more(&mut self, _partition: &Partition, _end: &Position) -> Result<bool> {
        Ok(self.settings.accepts_loss)
    }

    fn describe(&self) -> String {
        self.address.clone()
    }

    fn keeps_bad_records(&self) -> bool {
        self.settings.policy.keeps()
    }

    fn files(&self) -> Vec<super::FileUse> {
        self.settings.policy.files()
    }

    fn start(&mut self, restored: bool) -> Result<()> {
        self.settings.policy.start(restored)
    }
}

impl Bounded for SocketSource {}
