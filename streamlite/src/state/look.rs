//! A question about the state of one operator: what is kept of a key, or of all.

use std::any::Any;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use super::shape::name_of;
use super::snapshot::DeclaredState;
use crate::time::{TimeDelta, Timestamp};

/// Shows what a pipeline keeps to whoever asks a running job.
///
/// What a pipeline function keeps owns all it holds, so that its type is known when the job runs; an expression may borrow,
/// and nobody asks it.
#[diagnostic::on_unimplemented(
    message = "`{V}` cannot be shown to who asks a running job",
    label = "`{V}` may borrow, and a pipeline function owns what it keeps",
    note = "own the value, or bound the type parameter by `'static`"
)]
pub trait Shows<V> {
    /// The value, as one of any type.
    fn as_any(value: &V) -> Option<&dyn Any>;

    /// The value, if it is one of this type.
    fn from_any(any: &dyn Any) -> Option<&V>;
}

/// A value that is kept of a key: the key, what the value is of (its window, or a key of a map), and the value, each of any
/// type.
pub(crate) type Seen<'a> = (&'a dyn Any, &'a dyn Any, &'a dyn Any);

/// How many values are kept of a key, and what each is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PerKey {
    /// One.
    Value,
    /// Several in a row.
    List,
    /// One for each key of a map, which are of this type.
    Map(String),
    /// One for each open window, which are of this type.
    Windows(String),
}

/// A question about the state of one operator.
pub struct Look {
    /// The name of the state.
    name: String,
    /// The key, or all.
    key: Option<Rc<dyn Any>>,
    visit: Box<dyn FnMut(Seen<'_>)>,
    answer: Looked,
}

/// What a state is that was asked for.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    /// What it keeps of a key, and the names of the types of its keys and values, if it is there.
    pub(crate) found: Option<(PerKey, String, String)>,
    /// Its identity, if it is there.
    pub(crate) id: Option<String>,
    /// How far its windows have come, if it has windows of event time.
    pub(crate) times: Option<WindowTimes>,
    /// Of all states that can be asked for.
    pub(crate) names: BTreeSet<String>,
}

impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// How far the windows of a state have come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WindowTimes {
    /// The watermark that was reached.
    pub(crate) watermark: Timestamp,
    /// How long windows take late records.
    pub(crate) lateness: TimeDelta,
    /// Whether they fire at other times than their ends, too.
    pub(crate) has_trigger: bool,
}

/// The statement of a state: `means` of `means#1`, its second state, and of `means.2`, what follows where several streams meet
/// in it.
fn statement_of(id: &str) -> &str {
    let id = id.split('#').next().unwrap_or(id);
    match id.rsplit_once('.') {
        Some((statement, number)) if number.bytes().all(|digit| digit.is_ascii_digit()) => statement,
        _ => id,
    }
}

/// What a statement may be called: by each of its streams, as `let (tens, late) = …` is.
fn names_of(statement: &str) -> impl Iterator<Item = String> {
    let (streams, inside) = match statement.split_once('/') {
        Some((streams, inside)) => (streams, format!("/{inside}")),
        None => (statement, String::new()),
    };
    streams.split(", ").map(move |stream| format!("{stream}{inside}"))
}

/// Which keys are asked for: one, or all.
#[derive(Debug)]
pub(crate) struct AskedKey<C, K> {
    key: Option<Rc<dyn Any>>,
    shown: PhantomData<(C, K)>,
}

impl<C: Shows<K>, K> AskedKey<C, K> {
    /// The key, if it is one.
    pub(crate) fn one(&self) -> Option<&K> {
        C::from_any(self.key.as_deref()?)
    }
}

impl Look {
    /// Asks for what is kept of a key, or of all, which is shown to a closure.
    pub(crate) fn new(name: &str, key: Option<Rc<dyn Any>>, visit: impl FnMut(Seen<'_>) + 'static) -> Self {
        Self {
            name: name.to_owned(),
            key,
            visit: Box::new(visit),
            answer: Looked::default(),
        }
    }

    /// What was found.
    pub(crate) fn finish(self) -> Looked {
        self.answer
    }

    /// Whether it is asked for this state, or this part of it: by its own name, or by that of its statement if it is the first
    /// state of it that can be asked for.
    pub(crate) fn is_for(&mut self, declared: &DeclaredState, part: Option<&str>) -> bool {
        let part = part.map(|part| format!(".{part}")).unwrap_or_default();
        let id = declared.id().to_string();
        let exact = format!("{id}{part}");
        let names: Vec<String> = names_of(statement_of(&id))
            .map(|name| format!("{name}{part}"))
            .collect();
        let first = names.first().cloned().unwrap_or_default();
        let is_first = self.answer.names.insert(first);
        let is_asked = exact == self.name || (is_first && names.contains(&self.name));
        if is_asked {
            self.answer.id = Some(id.clone());
        }
        if !is_first {
            self.answer.names.insert(exact);
        }
        is_asked
    }

    /// Which keys of a state are asked for whose keys have this type; `None` if the one that is asked for is of another type.
    pub(crate) fn keys<C: Shows<K>, K>(&mut self, kept: PerKey, value: String) -> Option<AskedKey<C, K>> {
        self.answer.found = Some((kept, name_of::<K>(), value));
        let key = self.key.clone();
        let is_of_type = key.as_deref().is_none_or(|key| C::from_any(key).is_some());
        is_of_type.then_some(AskedKey {
            key,
            shown: PhantomData,
        })
    }

    /// Says how far the windows of the state have come.
    pub(crate) fn note_times(&mut self, times: WindowTimes) {
        self.answer.times = Some(times);
    }

    /// Shows a value that is kept of a key.
    pub(crate) fn show<C: Shows<K>, K>(&mut self, key: &K, of: Option<&dyn Any>, value: Option<&dyn Any>) {
        if let (Some(key), Some(of), Some(value)) = (C::as_any(key), of, value) {
            (self.visit)((key, of, value));
        }
    }
}
