//! A page that shows what a running job does, and its counts for Prometheus.

mod http;

use std::any::Any;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;

use serde::Serialize;

use self::http::{Response, Route, Server};
use crate::error::{Error, Result};
use crate::metrics::{Report, Watermarks};
use crate::runtime::{Companion, Job, Observer};

/// A page that shows what a running job does: its graph with live rates, how far event time has come and what holds it back,
/// late records, checkpoints, and how large its states are.
///
/// It is read-only, is served to this machine alone, and loads nothing from elsewhere. To be had with the feature `dashboard`.
///
/// | path | |
/// | --- | --- |
/// | `/` | the page |
/// | `/metrics` | what is counted, in Prometheus' text format; see [`Report::to_prometheus`] |
/// | `/state.json` | the [`Report`] and the [`Watermarks`] of one moment, as the page is given them |
/// | `/graph.svg` | the graph |
/// | `/healthz` | `ok`, while the job answers between two reads |
///
/// ```no_run
/// use streamlite::Dashboard;
/// use streamlite::prelude::*;
///
/// pipeline!(
///     fn doubled(numbers: Source<u32>, out: Sink<u32>) {
///         numbers.map(|n| n * 2).to(out);
///     }
/// );
///
/// let (out, _) = CollectionSink::new();
/// doubled(CollectionSource::new(0..1_000_000), out)
///     .dashboard(Dashboard::bind("127.0.0.1:8080")?)
///     .run()?;
/// # Ok::<(), streamlite::Error>(())
/// ```
#[derive(Debug)]
pub struct Dashboard {
    listener: TcpListener,
    address: SocketAddr,
    is_remote: bool,
}

impl Dashboard {
    /// Serves it at an address of this machine that no other can reach, such as `127.0.0.1:8080`; port 0 takes one that is free.
    ///
    /// # Errors
    /// If the address is no loopback address, is taken, or is no address.
    pub fn bind(address: impl ToSocketAddrs) -> Result<Self> {
        let bound = Self::bind_remote(address)?;
        if !bound.address.ip().is_loopback() {
            return Err(Error::setting(
                format!("a dashboard at {}", bound.address),
                "other machines can reach it, and anyone who does reads what it shows",
                "serve it at `127.0.0.1`, or write `Dashboard::bind_remote(…)`",
            ));
        }
        Ok(Self {
            is_remote: false,
            ..bound
        })
    }

    /// Serves it at any address, also to other machines. Whoever reaches it can read names, counts, paths of files and times; there
    /// is no password, and what is sent is not encrypted.
    ///
    /// # Errors
    /// If the address is taken, or is no address.
    pub fn bind_remote(address: impl ToSocketAddrs) -> Result<Self> {
        let failed = |cause| Error::io("opening", "a dashboard's port", cause);
        let listener = TcpListener::bind(address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self {
            listener,
            address,
            is_remote: true,
        })
    }

    /// Where it is served.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Job {
    /// Serves a page that shows what the job does, while it runs; see [`Dashboard`]. A job that is driven
    /// [step by step](Job::start) serves none.
    pub fn dashboard(self, dashboard: Dashboard) -> Self {
        self.with_companion(Box::new(dashboard))
    }
}

impl Companion for Dashboard {
    fn start(self: Box<Self>, job: Observer) -> Result<Box<dyn Any>> {
        let Self {
            listener,
            address,
            is_remote,
        } = *self;
        let route: Route = Arc::new(move |path| at(path, &job));
        let server = Server::start(listener, is_remote, route);
        let server = server.map_err(|cause| Error::io("serving", "a dashboard", cause))?;
        tracing::info!(target: "streamlite", %address, "a dashboard is served");
        Ok(Box::new(server))
    }
}

/// What the page is given.
#[derive(Serialize)]
struct State<'a> {
    report: &'a Report,
    watermarks: &'a Watermarks,
    /// What holds event time back, in words.
    held_back: Option<String>,
}

/// What is at a path.
fn at(path: &str, job: &Observer) -> Response {
    match path {
        "/" => Response::new("text/html; charset=utf-8", include_str!("page.html")),
        "/page.css" => Response::new("text/css; charset=utf-8", include_str!("page.css")),
        "/page.js" => Response::new("text/javascript; charset=utf-8", include_str!("page.js")),
        "/graph.svg" => Response::new("image/svg+xml", job.graph().svg().to_string()),
        "/healthz" => match job.metrics() {
            Some(_) => Response::new("text/plain; charset=utf-8", "ok\n"),
            None => Response::refused("503 Service Unavailable"),
        },
        "/metrics" => match job.metrics() {
            Some(report) => Response::new("text/plain; version=0.0.4; charset=utf-8", report.to_prometheus()),
            None => Response::refused("503 Service Unavailable"),
        },
        "/state.json" => match state(job) {
            Some(state) => Response::new("application/json", state),
            None => Response::refused("503 Service Unavailable"),
        },
        _ => Response::refused("404 Not Found"),
    }
}

fn state(job: &Observer) -> Option<String> {
    let (report, watermarks) = (job.metrics()?, job.watermarks()?);
    let state = State {
        report: &report,
        watermarks: &watermarks,
        held_back: watermarks.held_back(),
    };
    serde_json::to_string(&state).ok()
}
