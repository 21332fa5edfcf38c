//! The state of a statement of a running job, as who asks sees it.

use std::any::Any;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;

use super::query::{Query, Questioned};
use crate::control::{Control, Question};
use crate::error::{Error, Result};
use crate::state::{Look, Looked, PerKey, Seen, name_of};

/// The state of one statement of a running job, to be asked for: what [`JobHandle::state`](super::JobHandle::state) returns.
///
/// Each call is answered between two reads, from one moment, and nothing is locked: the thread of the job looks its keys up, and
/// copies what is asked for. A call for one key costs a look-up; one for all keys visits each of them, and the job reads nothing
/// meanwhile.
///
/// | statement | key | value |
/// | --- | --- | --- |
/// | `let peaks = keyed.running()…` | the key | what would be emitted for one more record that changes nothing |
/// | `let means = keyed.window(…)…` | the key | for each open [window](Self::windows) what it would emit if it fired now |
/// | `let alerts = keyed.process(…)` | the key | ask for `"alerts.last"` if a state is called `last`: its value, or what is in its [list](Self::list) or [map](Self::map), as far as it has not expired |
///
/// Without keys the key is `()`. Where a statement keeps several states, or a fragment does, they are called as in checkpoints:
/// `means`, `means#2`, `outer/inner`; the error for a name that is not there lists those that are.
///
/// ```
/// use streamlite::prelude::*;
/// use streamlite::source::ReadStatus;
///
/// pipeline!(
///     fn levels(readings: Source<(String, f64)>, out: Sink<(String, f64)>) {
///         let keyed = readings.key_by(|(gauge, _)| gauge.clone());
///         let peaks = keyed.running().max(|(_, level)| *level);
///         peaks.to(out);
///     }
/// );
///
/// let readings = [("weir", 1.5), ("mill", 0.5), ("weir", 1.0)].map(|(gauge, level)| (gauge.to_owned(), level));
/// let (out, _) = CollectionSink::new();
/// let mut job = levels(CollectionSource::new(readings), out).start()?;
/// while job.step()? != ReadStatus::End {}
/// let weir: Option<(String, f64)> = job.state("peaks").get(&"weir".to_owned())?;
/// assert_eq!(weir, Some(("weir".to_owned(), 1.5)));
/// # Ok::<(), streamlite::Error>(())
/// ```
pub struct StateView<'a> {
    name: String,
    ask: Ask<'a>,
}

/// Has the job answer a query.
type Ask<'a> = Box<dyn Fn(Box<dyn Query>) -> Result<Box<dyn Query>> + 'a>;

impl fmt::Debug for StateView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StateView").field(&self.name).finish()
    }
}

impl<'a> StateView<'a> {
    pub(crate) fn new(name: &str, ask: impl Fn(Box<dyn Query>) -> Result<Box<dyn Query>> + 'a) -> Self {
        Self {
            name: name.to_owned(),
            ask: Box::new(ask),
        }
    }

    /// What is kept of a key; `None` if it is not there.
    ///
    /// # Errors
    /// If there is no such state, its keys or values are of other types, it keeps several values of a key, or the job has ended.
    pub fn get<K, V>(&self, key: &K) -> Result<Option<V>>
    where
        K: Clone + Send + 'static,
        V: Clone + Send + 'static,
    {
        let values = self.values::<K, (), V>(PerKey::Value, Some(key))?;
        Ok(values.into_iter().next().map(|(_, (), value)| value))
    }

    /// All keys and what is kept of each, in the order in which they came, as long as none was forgotten.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn iter<K, V>(&self) -> Result<std::vec::IntoIter<(K, V)>>
    where
        K: Clone + Send + 'static,
        V: Clone + Send + 'static,
    {
        let values = self.values::<K, (), V>(PerKey::Value, None)?.into_iter();
        let values: Vec<_> = values.map(|(key, (), value)| (key, value)).collect();
        Ok(values.into_iter())
    }

    /// The open windows of a key, in the order of time, each with what it would emit if it fired now. Windows that have fired and
    /// wait for late records are among them. `W` is [`Window`](crate::window::Window), [`CountWindow`](crate::window::CountWindow)
    /// or [`GlobalWindow`](crate::window::GlobalWindow).
    ///
    /// # Errors
    /// If there is no such state, its keys, windows or values are of other types, or the job has ended.
    pub fn windows<K, W, V>(&self, key: &K) -> Result<Vec<(W, V)>>
    where
        K: Clone + Send + 'static,
        W: Clone + Send + 'static,
        V: Clone + Send + 'static,
    {
        let values = self.values::<K, W, V>(PerKey::Windows(name_of::<W>()), Some(key))?;
        Ok(values
            .into_iter()
            .map(|(_, window, value)| (window, value))
            .collect())
    }

    /// All keys and their open windows, each with what it would emit if it fired now.
    ///
    /// # Errors
    /// As [`windows`](Self::windows).
    pub fn all_windows<K, W, V>(&self) -> Result<Vec<(K, W, V)>>
    where
        K: Clone + Send + 'static,
        W: Clone + Send + 'static,
        V: Clone + Send + 'static,
    {
        self.values(PerKey::Windows(name_of::<W>()), None)
    }

    /// What a [`List`](crate::process::List) of a process has of a key, in the order in which it was pushed.
    ///
    /// # Errors
    /// If there is no such state, its keys or values are of other types, it is no list, or the job has ended.
    pub fn list<K, V>(&self, key: &K) -> Result<Vec<V>>
    where
        K: Clone + Send + 'static,
        V: Clone + Send + 'static,
    {
        let values = self.values::<K, (), V>(PerKey::List, Some(key))?.into_iter();
        Ok(values.map(|(_, (), value)| value).collect())
    }

    /// What a [`Map`](crate::process::Map) of a process has of a key, in the order in which its keys were inserted.
    ///
    /// # Errors
    /// If there is no such state, its keys or values are of other types, it is no map, or the job has ended.
    pub fn map<K, M, V>(&self, key: &K) -> Result<Vec<(M, V)>>
    where
        K: Clone + Send + 'static,
        M: Clone + Send + 'static,
        V: Clone + Send + 'static,
    {
        let values = self.values::<K, M, V>(PerKey::Map(name_of::<M>()), Some(key))?;
        Ok(values.into_iter().map(|(_, key, value)| (key, value)).collect())
    }

    /// Of each key what each value is of, and the value.
    fn values<K, O, V>(&self, kept: PerKey, key: Option<&K>) -> Result<Vec<(K, O, V)>>
    where
        K: Clone + Send + 'static,
        O: Clone + Send + 'static,
        V: Clone + Send + 'static,
    {
        let query = TypedQuery::<K, O, V> {
            name: self.name.clone(),
            key: key.cloned(),
            values: Vec::new(),
            looked: Looked::default(),
            is_other: false,
        };
        let answered = (self.ask)(Box::new(query))?;
        let answered = answered.into_any().downcast::<TypedQuery<K, O, V>>();
        let query = answered.map_err(|_| {
            refused(
                &self.name,
                "another question was answered".to_owned(),
                "ask again",
            )
        })?;
        let asked = (kept, name_of::<K>(), name_of::<V>());
        let Some(found) = query.looked.found else {
            return Err(unknown(&self.name, &query.looked.names));
        };
        if found == asked && !query.is_other {
            return Ok(query.values);
        }
        let advice = match &found.0 {
            PerKey::Value => "ask by `get` or `iter`",
            PerKey::List => "ask by `list`",
            PerKey::Map(_) => "ask by `map`",
            PerKey::Windows(_) => "ask by `windows` or `all_windows`",
        };
        let cause = format!(
            "it has {}, and was asked for {}",
            described(&found),
            described(&asked)
        );
        let is_of_its_kind = std::mem::discriminant(&found.0) == std::mem::discriminant(&asked.0);
        Err(refused(
            &self.name,
            cause,
            if is_of_its_kind {
                "ask for these types"
            } else {
                advice
            },
        ))
    }
}

/// No state is called so; these are.
pub(super) fn unknown(name: &str, names: &BTreeSet<String>) -> Error {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    let advice = match names.as_slice() {
        [] => "running aggregates, windows and processes can be asked for".to_owned(),
        names => format!("these can be asked for: {}", names.join(", ")),
    };
    refused(
        name,
        "nothing in the job keeps a state of this name".to_owned(),
        advice,
    )
}

pub(super) fn refused(name: &str, cause: String, advice: impl Into<Cow<'static, str>>) -> Error {
    Error::setting(format!("asking for the state `{name}`"), cause, advice)
}

/// What is kept of a key, in words.
fn described((kept, key, value): &(PerKey, String, String)) -> String {
    match kept {
        PerKey::Value => format!("keys `{key}` and values `{value}`"),
        PerKey::List => format!("keys `{key}` and lists of `{value}`"),
        PerKey::Map(inner) => format!("keys `{key}` and maps from `{inner}` to `{value}`"),
        PerKey::Windows(window) => format!("keys `{key}`, windows `{window}` and values `{value}`"),
    }
}

/// A question about a state of these keys and values, which are of windows, keys of a map, or nothing.
struct TypedQuery<K, O, V> {
    name: String,
    key: Option<K>,
    values: Vec<(K, O, V)>,
    looked: Looked,
    /// What was found is of other types, although they are called alike.
    is_other: bool,
}

impl<K, O, V> fmt::Debug for TypedQuery<K, O, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TypedQuery").field(&self.name).finish()
    }
}

impl<K, O, V> Query for TypedQuery<K, O, V>
where
    K: Clone + Send + 'static,
    O: Clone + Send + 'static,
    V: Clone + Send + 'static,
{
    fn run(&mut self, job: &mut dyn Questioned) {
        let values = Rc::new(RefCell::new(Vec::new()));
        let is_other = Rc::new(Cell::new(false));
        let visit = {
            let (values, is_other) = (Rc::clone(&values), Rc::clone(&is_other));
            move |(key, of, value): Seen<'_>| match (
                key.downcast_ref(),
                of.downcast_ref(),
                value.downcast_ref(),
            ) {
                (Some(key), Some(of), Some(value)) => {
                    let seen: (&K, &O, &V) = (key, of, value);
                    let seen = (seen.0.clone(), seen.1.clone(), seen.2.clone());
                    values.borrow_mut().push(seen);
                }
                _ => is_other.set(true),
            }
        };
        let key = self.key.clone().map(|key| Rc::new(key) as Rc<dyn Any>);
        let mut look = Look::new(&self.name, key, visit);
        job.ask(&mut Control::Question(Question::Look(&mut look)));
        self.looked = look.finish();
        self.values = values.take();
        self.is_other = is_other.get();
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
