//! A server of a few fixed answers: `GET` alone, bounded in connections, bytes and time.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::time::{Clock, SystemClock};

/// What is answered.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: &'static str,
    pub(super) kind: &'static str,
    pub(super) body: String,
}

impl Response {
    pub(super) fn new(kind: &'static str, body: impl Into<String>) -> Self {
        Self {
            status: "200 OK",
            kind,
            body: body.into(),
        }
    }

    /// A refusal, in a line.
    pub(super) fn refused(status: &'static str) -> Self {
        Self {
            status,
            kind: "text/plain; charset=utf-8",
            body: format!("{status}\n"),
        }
    }
}

/// Says what is at a path.
pub(super) type Route = Arc<dyn Fn(&str) -> Response + Send + Sync>;

/// So many connections are served at a time; others are closed.
const CONNECTIONS: usize = 16;
/// A request may have so many bytes, and take so long to come.
const REQUEST: usize = 8 << 10;
const HEADERS: usize = 64;
const PATIENCE: Duration = Duration::from_secs(5);

/// A server that runs until it is dropped.
pub(super) struct Server {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves whoever comes to a listener. A server that is not remote answers only those who call it by a name of this machine:
    /// a page of somebody else's, whose name was made to lead here, is refused.
    pub(super) fn start(listener: TcpListener, is_remote: bool, route: Route) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let serve = move || {
            let open = Arc::new(AtomicUsize::new(0));
            for stream in listener.incoming() {
                if over.load(Ordering::Acquire) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                if open.fetch_add(1, Ordering::AcqRel) >= CONNECTIONS {
                    open.fetch_sub(1, Ordering::AcqRel);
                    continue;
                }
                let (counted, route) = (Counted(Arc::clone(&open)), Arc::clone(&route));
                let answer = move || {
                    // Whoever does not listen is not told.
                    let _ = answer(stream, is_remote, &route);
                    drop(counted);
                };
                // Without a thread the connection is closed.
                let _ = std::thread::Builder::new()
                    .name("dashboard".to_owned())
                    .spawn(answer);
            }
        };
        let thread = std::thread::Builder::new()
            .name("dashboard".to_owned())
            .spawn(serve)?;
        Ok(Self {
            address,
            is_over,
            thread: Some(thread),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        // It waits for somebody to come.
        let here = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
            ip => ip,
        };
        let called = TcpStream::connect_timeout(&SocketAddr::new(here, self.address.port()), PATIENCE);
        if let (Ok(_), Some(thread)) = (called, self.thread.take()) {
            let _ = thread.join();
        }
    }
}

/// A connection that is open.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Reads one request, and answers it.
fn answer(mut stream: TcpStream, is_remote: bool, route: &Route) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let response = match read_head(&mut stream)? {
        Some(head) => respond(&head, is_remote, route),
        None => return Ok(()),
    };
    let Response { status, kind, body } = response;
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\nCache-Control: no-store\r\n\
         X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nX-Frame-Options: DENY\r\n\
         Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
         base-uri 'none'; form-action 'none'\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    stream.flush()
}

/// The head of a request, as far as it comes in time; `None` if nothing comes.
fn read_head(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let clock = SystemClock::new();
    let began = clock.elapsed();
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        let left = PATIENCE.saturating_sub(clock.elapsed().saturating_sub(began));
        if left.is_zero() {
            return Ok(None);
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut buffer)? {
            0 => return Ok(None),
            bytes => head.extend_from_slice(&buffer[..bytes]),
        }
        if head.windows(4).any(|end| end == b"\r\n\r\n") || head.len() > REQUEST {
            return Ok(Some(head));
        }
    }
}

fn respond(head: &[u8], is_remote: bool, route: &Route) -> Response {
    if head.len() > REQUEST {
        return Response::refused("431 Request Header Fields Too Large");
    }
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    if !request.parse(head).is_ok_and(|parsed| parsed.is_complete()) {
        return Response::refused("400 Bad Request");
    }
    if request.method != Some("GET") {
        return Response::refused("405 Method Not Allowed");
    }
    let mut hosts = request
        .headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("host"));
    let host = hosts.next().and_then(|host| std::str::from_utf8(host.value).ok());
    if hosts.next().is_some() || !(is_remote || host.is_some_and(is_of_this_machine)) {
        return Response::refused("421 Misdirected Request");
    }
    let path = request.path.unwrap_or("/");
    route(path.split(['?', '#']).next().unwrap_or(path))
}

/// Whether a host is a name that this machine has for itself.
fn is_of_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => host.split(':').next(),
    };
    name.is_some_and(|name| {
        name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
}
