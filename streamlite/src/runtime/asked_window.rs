//! A question about a window of a key: what has become of it, and what holds it back.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;

use super::query::{Query, Questioned};
use super::state_view::{refused, unknown};
use super::why::{Why, WindowStatus};
use crate::control::{Control, Question};
use crate::error::{Error, Result};
use crate::graph::{Graph, Origin};
use crate::metrics::PartitionWatermark;
use crate::state::{Look, Looked, PerKey, Seen, name_of};
use crate::time::Timestamp;
use crate::window::Window;

/// A question about a window of a key of this type.
pub(super) struct WindowQuery<K> {
    statement: String,
    key: K,
    found: Option<Found>,
}

/// What was found.
struct Found {
    looked: Looked,
    open: Vec<Window>,
    partitions: Vec<PartitionWatermark>,
    now: Timestamp,
}

impl<K> fmt::Debug for WindowQuery<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WindowQuery").field(&self.statement).finish()
    }
}

impl<K: Clone + Send + 'static> Query for WindowQuery<K> {
    fn run(&mut self, job: &mut dyn Questioned) {
        let open = Rc::new(RefCell::new(Vec::new()));
        let visit = {
            let open = Rc::clone(&open);
            move |(_key, window, _value): Seen<'_>| {
                open.borrow_mut().extend(window.downcast_ref::<Window>().copied());
            }
        };
        let mut look = Look::new(&self.statement, Some(Rc::new(self.key.clone())), visit);
        job.ask(&mut Control::Question(Question::Look(&mut look)));
        let looked = look.finish();
        let watermarks = job.watermarks();
        let state = looked.id.as_deref().unwrap_or(&self.statement);
        let sources = sources_of(job.graph(), state);
        let partitions = watermarks.partitions.into_iter();
        self.found = Some(Found {
            looked,
            open: open.take(),
            partitions: partitions.filter(|one| sources.contains(one.source)).collect(),
            now: watermarks.now,
        });
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// Asks what has become of a window, by a job that answers queries.
pub(crate) fn why<K: Clone + Send + 'static>(
    statement: &str,
    key: &K,
    window: Window,
    ask: impl FnOnce(Box<dyn Query>) -> Result<Box<dyn Query>>,
) -> Result<Why> {
    let query = WindowQuery {
        statement: statement.to_owned(),
        key: key.clone(),
        found: None,
    };
    let answered = ask(Box::new(query))?.into_any().downcast::<WindowQuery<K>>();
    let found = answered.ok().and_then(|query| query.found);
    match found {
        Some(found) => found.why(statement, window, &name_of::<K>()),
        None => Err(refused(
            statement,
            "another question was answered".to_owned(),
            "ask again",
        )),
    }
}

impl Found {
    fn why(self, statement: &str, window: Window, key: &str) -> Result<Why> {
        let Some((kept, keys, _)) = &self.looked.found else {
            return Err(unknown(statement, &self.looked.names));
        };
        if keys != key {
            let cause = format!("its keys are `{keys}`, and it was asked for one that is `{key}`");
            return Err(refused(statement, cause, "ask for a key of that type"));
        }
        let is_of_time = *kept == PerKey::Windows(name_of::<Window>());
        let Some(times) = self.looked.times.as_ref().filter(|_| is_of_time) else {
            return Err(no_windows(statement));
        };
        let closes_at = window.end + times.lateness;
        let has_records = self.open.contains(&window);
        let status = match (times.watermark < window.end, has_records) {
            (true, true) => WindowStatus::Open,
            (true, false) => WindowStatus::Empty,
            (false, _) if times.watermark >= closes_at => WindowStatus::Closed,
            (false, true) => WindowStatus::Fired,
            (false, false) => WindowStatus::EmptyAtEnd,
        };
        Ok(Why {
            statement: statement.to_owned(),
            window,
            status,
            watermark: times.watermark,
            fires_at: window.end,
            closes_at,
            has_trigger: times.has_trigger,
            open: self.open,
            partitions: self.partitions,
            now: self.now,
        })
    }
}

fn no_windows(statement: &str) -> Error {
    refused(
        statement,
        "it has no windows of event time, which fire by the watermark".to_owned(),
        "ask for the state itself by `state`",
    )
}

/// The names of the sources that flow into a statement, which is called as its state is.
fn sources_of(graph: &Graph, state: &str) -> BTreeSet<&'static str> {
    let parts = graph.parts();
    // A fragment's state is called by the statement that calls it, and what follows it.
    let statement = state.split(['/', '#']).next().unwrap_or(state);
    let start = parts.nodes.iter().position(|node| node.identity == statement);
    let (mut sources, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut left: Vec<usize> = start.into_iter().collect();
    while let Some(node) = left.pop() {
        if !seen.insert(node) {
            continue;
        }
        for &stream in parts.nodes[node].inputs {
            match parts.streams[stream].origin {
                Origin::Source(source) => {
                    sources.insert(parts.sources[source].name);
                }
                Origin::Node(node) => left.push(node),
            }
        }
    }
    sources
}
