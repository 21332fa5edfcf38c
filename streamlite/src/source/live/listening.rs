//! What others send who connect to the job.

use std::collections::HashMap;
use std::io::{ErrorKind, Read};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::LiveSource;
use super::connection::{Connect, Connection, ReadOne};
use crate::error::{Error, Result};
use crate::format::Lines;

/// How many may be connected at once.
const MAX_CONNECTIONS: usize = 1000;

/// The lines, or records in another format, that others send over TCP who connect to the job; it never ends.
///
/// See [`LiveSource`] for what may be said of it. Each connection is read by itself, and has a header of its own where the
/// format has one; there is no order between what two of them send. A connection that breaks is one that ends. Up to 1000
/// may be there at once: who comes after that is hung up on.
///
/// Whoever can reach the port can send: so it has to be one of this computer (`127.0.0.1`, `::1`), unless you say
/// [`listen_to_all`](Self::listen_to_all).
///
/// ```
/// use std::io::Write;
/// use std::net::TcpStream;
///
/// use streamlite::prelude::*;
///
/// pipeline!(
///     fn shout(lines: Source<String>, out: Sink<String>) {
///         lines.map(|line| line.to_uppercase()).to(out);
///     }
/// );
///
/// let source = ListeningSource::listen("127.0.0.1:0")?;
/// let port = source.local_address();
/// let (sender, results) = std::sync::mpsc::channel();
/// let job = shout(source, ChannelSink::new(sender)).spawn()?;
///
/// TcpStream::connect(port)?.write_all(b"hello\n")?;
/// assert_eq!(results.recv()?, "HELLO");
/// job.stop();
/// job.join()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type ListeningSource<F = Lines> = LiveSource<Port, F>;

impl ListeningSource {
    /// Listens to a port of this computer, `127.0.0.1:7000`; `127.0.0.1:0` is any that is free.
    ///
    /// # Errors
    /// If it is not one of this computer alone, or somebody else has it.
    pub fn listen(address: &str) -> Result<Self> {
        let failed = |cause| Error::io("listening at", address, cause);
        if let Some(other) = address
            .to_socket_addrs()
            .map_err(failed)?
            .find(|a| !a.ip().is_loopback())
        {
            return Err(Error::setting(
                format!("the address `{address}`"),
                format!("whoever reaches {other} could send"),
                "listen at `127.0.0.1`, or say `.listen_to_all(…)` instead of `.listen(…)`",
            ));
        }
        Self::listen_to_all(address)
    }

    /// Listens to a port that others than this computer may reach, too: `0.0.0.0:7000`. Nobody asks who they are.
    ///
    /// # Errors
    /// If somebody else has it.
    pub fn listen_to_all(address: &str) -> Result<Self> {
        let failed = |cause| Error::io("listening at", address, cause);
        let listener = TcpListener::bind(address).map_err(failed)?;
        let local = listener.local_addr().map_err(failed)?;
        Ok(Self::of(Port { listener, local }))
    }
}

impl<F> ListeningSource<F> {
    /// Where it listens.
    #[must_use]
    pub fn local_address(&self) -> SocketAddr {
        self.from.local
    }
}

/// A port, as what a [`ListeningSource`] reads.
#[derive(Debug)]
pub struct Port {
    listener: TcpListener,
    local: SocketAddr,
}

impl Connect for Port {
    fn name(&self) -> String {
        self.local.to_string()
    }

    fn connect(&mut self) -> Result<Connection> {
        let listener = self.listener.try_clone();
        let listener = listener.map_err(|cause| Error::io("listening at", self.name(), cause))?;
        let guests = Arc::new(Guests::default());
        let (of_thread, local) = (Arc::clone(&guests), self.local);
        Ok(Connection {
            read: Box::new(move |read| of_thread.receive(&listener, local, read)),
            hang_up: Some(Box::new(move || guests.close(local))),
        })
    }
}

/// Who is connected.
#[derive(Default)]
struct Guests {
    connected: Mutex<HashMap<u64, TcpStream>>,
    /// Nobody is let in any more; changed while `connected` is locked.
    closed: AtomicBool,
}

impl Guests {
    fn connected(&self) -> MutexGuard<'_, HashMap<u64, TcpStream>> {
        self.connected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads whoever connects, until it is closed or a record is an error.
    fn receive(&self, listener: &TcpListener, local: SocketAddr, read: ReadOne<'_>) -> Result<()> {
        let failed = Mutex::new(Ok(()));
        thread::scope(|scope| {
            for number in 0.. {
                let (socket, from) = match listener.accept() {
                    Ok(accepted) => accepted,
                    // Who has gone already, or too many for now.
                    Err(cause) if is_of_one(cause.kind()) => continue,
                    Err(cause) => return Err(Error::io("listening at", local.to_string(), cause)),
                };
                let Ok(again) = socket.try_clone() else { continue };
                let mut connected = self.connected();
                if self.closed.load(Ordering::Relaxed) {
                    break;
                }
                if connected.len() >= MAX_CONNECTIONS {
                    continue;
                }
                connected.insert(number, again);
                drop(connected);
                let failed = &failed;
                let work = move || {
                    let done = read(&from.to_string(), Box::new(Guest(socket)));
                    self.connected().remove(&number);
                    if done.is_err() {
                        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                        if failed.is_ok() {
                            *failed = done;
                        }
                        drop(failed);
                        self.close(local);
                    }
                };
                let named = thread::Builder::new().name("streamlite source".to_owned());
                if named.spawn_scoped(scope, work).is_err() {
                    self.connected().remove(&number);
                }
            }
            Ok(())
        })?;
        failed.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hangs up on everybody, and listens no more.
    fn close(&self, local: SocketAddr) {
        let connected = self.connected();
        if self.closed.swap(true, Ordering::Relaxed) {
            return;
        }
        for socket in connected.values() {
            // What cannot be ended has ended already.
            drop(socket.shutdown(Shutdown::Both));
        }
        drop(connected);
        // Who waits for the next connection gets one.
        let mut local = local;
        if local.ip().is_unspecified() {
            local.set_ip(match local {
                SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        drop(TcpStream::connect(local));
    }
}

/// Whether an error is about one connection, and others may come.
fn is_of_one(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted
    )
}

/// A connection: one that breaks has ended.
struct Guest(TcpStream);

impl Read for Guest {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(to) {
            Err(cause) if cause.kind() != ErrorKind::Interrupted => Ok(0),
            read => read,
        }
    }
}
