//! What a server sends.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use super::LiveSource;
use super::connection::{Connect, Connection, Ends};
use crate::error::{Error, Result};
use crate::format::Lines;

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The lines that a server sends over TCP or a Unix socket, or its records in another format, as they come; it ends when the
/// server closes the connection.
///
/// See [`LiveSource`] for what may be said of it. Nothing is encrypted, and nobody asks who the server is: for tests, and for
/// what runs on one machine or in one network that you trust.
///
/// ```
/// use std::io::Write;
/// use std::net::TcpListener;
///
/// use streamlite::prelude::*;
///
/// #[derive(Deserialize)]
/// struct Trade {
///     symbol: String,
///     price: f64,
/// }
///
/// let server = TcpListener::bind("127.0.0.1:0")?;
/// let address = server.local_addr()?;
/// let serving = std::thread::spawn(move || {
///     let (mut connection, _) = server.accept().expect("the job connects");
///     let lines = "{\"symbol\":\"A\",\"price\":1.5}\n{\"symbol\":\"B\",\"price\":2}\n";
///     connection.write_all(lines.as_bytes()).expect("it reads");
/// });
/// let trades = SocketSource::connect(address.to_string()).json::<Trade>();
/// let prices = pipeline!(from(trades).map(|trade| (trade.symbol, trade.price))).collect()?;
/// assert_eq!(prices, [("A".to_owned(), 1.5), ("B".to_owned(), 2.0)]);
/// # serving.join().expect("it ends");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type SocketSource<F = Lines> = LiveSource<Address, F>;

impl SocketSource {
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

/// The address of a server: `host:port`, or the path of a Unix socket.
#[derive(Clone, Debug)]
pub struct Address(To);

#[derive(Clone, Debug)]
enum To {
    Tcp(String),
    #[cfg(unix)]
    Unix(PathBuf),
}

impl Address {
    /// A server, `host:port`.
    pub(crate) fn tcp(address: String) -> Self {
        Self(To::Tcp(address))
    }

    /// A Unix socket.
    #[cfg(unix)]
    pub(crate) fn unix(path: PathBuf) -> Self {
        Self(To::Unix(path))
    }

    /// Connects.
    pub(crate) fn connect_to(&self) -> Result<Socket> {
        let connected = match &self.0 {
            To::Tcp(address) => connect(address).map(Socket::Tcp),
            #[cfg(unix)]
            To::Unix(path) => UnixStream::connect(path).map(Socket::Unix),
        };
        connected.map_err(|cause| Error::io("connecting to", self.to_string(), cause))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            To::Tcp(address) => f.write_str(address),
            #[cfg(unix)]
            To::Unix(path) => path.display().fmt(f),
        }
    }
}

fn connect(address: &str) -> io::Result<TcpStream> {
    let mut failed = io::Error::new(ErrorKind::NotFound, "there is no such address");
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(connection) => return Ok(connection),
            Err(cause) => failed = cause,
        }
    }
    Err(failed)
}

/// A connection to a server.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Socket {
    /// The same connection once more.
    fn again(&self) -> io::Result<Self> {
        Ok(match self {
            Socket::Tcp(socket) => Socket::Tcp(socket.try_clone()?),
            #[cfg(unix)]
            Socket::Unix(socket) => Socket::Unix(socket.try_clone()?),
        })
    }

    /// Ends it; what cannot be ended has ended already.
    fn hang_up(&self) {
        match self {
            Socket::Tcp(socket) => drop(socket.shutdown(Shutdown::Both)),
            #[cfg(unix)]
            Socket::Unix(socket) => drop(socket.shutdown(Shutdown::Both)),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(socket) => socket.read(to),
            #[cfg(unix)]
            Socket::Unix(socket) => socket.read(to),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(socket) => socket.write(bytes),
            #[cfg(unix)]
            Socket::Unix(socket) => socket.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Socket::Tcp(socket) => socket.flush(),
            #[cfg(unix)]
            Socket::Unix(socket) => socket.flush(),
        }
    }
}

impl Connect for Address {
    fn name(&self) -> String {
        self.to_string()
    }

    fn connect(&mut self) -> Result<Connection> {
        let socket = self.connect_to()?;
        let again = socket.again();
        let again = again.map_err(|cause| Error::io("connecting to", self.to_string(), cause))?;
        Ok(Connection::one(
            self.name(),
            again,
            Some(Box::new(move || socket.hang_up())),
        ))
    }
}

impl Ends for Address {}
