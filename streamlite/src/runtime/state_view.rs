//! The state of a statement of a running job, as who asks sees it.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use super::driver::Driver;
use crate::control::{Control, Question};
use crate::error::{Error, Result};
use crate::state::{Look, Looked, Seen, name_of};

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
/// | `let alerts = keyed.process(…)` | the key | ask for `"alerts.name"`: a value, or a `List` or `Map` as a `Vec` |
///
/// Without keys the key is `()`. Where a statement keeps several states, or a fragment does, they are called as in checkpoints:
/// `means`, `means#1`, `outer/inner`; the error for a name that is not there lists those that are.
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
    /// If there is no such state, its keys or values are of other types, it has [windows](Self::windows), or the job has ended.
    pub fn get<K, V>(&self, key: &K) -> Result<Option<V>>
    where
        K: Clone + Send + 'static,
        V: Clone + Send + 'static,
    {
        let entries = self.entries::<K, (), V>(Some(key))?;
        Ok(entries.into_iter().next().map(|(_, (), value)| value))
    }

    /// All keys and what is kept of them, in the order in which the keys came, as long as none was forgotten.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn iter<K, V>(&self) -> Result<std::vec::IntoIter<(K, V)>>
    where
        K: Clone + Send + 'static,
        V: Clone + Send + 'static,
    {
        let entries = self.entries::<K, (), V>(None)?.into_iter();
        let entries: Vec<_> = entries.map(|(key, (), value)| (key, value)).collect();
        Ok(entries.into_iter())
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
        let entries = self.entries::<K, W, V>(Some(key))?.into_iter();
        Ok(entries.map(|(_, window, value)| (window, value)).collect())
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
        self.entries(None)
    }

    fn entries<K, W, V>(&self, key: Option<&K>) -> Result<Vec<(K, W, V)>>
    where
        K: Clone + Send + 'static,
        W: Clone + Send + 'static,
        V: Clone + Send + 'static,
    {
        let query = TypedQuery::<K, W, V> {
            name: self.name.clone(),
            key: key.cloned(),
            entries: Vec::new(),
            looked: Looked::default(),
            is_other: false,
        };
        let answered = (self.ask)(Box::new(query))?;
        let answered = answered.into_any().downcast::<TypedQuery<K, W, V>>();
        let query =
            answered.map_err(|_| self.refused("another question was answered".to_owned(), "ask again"))?;
        self.checked(*query)
    }

    fn checked<K, W, V>(&self, query: TypedQuery<K, W, V>) -> Result<Vec<(K, W, V)>> {
        let asked = [name_of::<K>(), name_of::<W>(), name_of::<V>()];
        let Some(types) = query.looked.types else {
            let names: Vec<_> = query
                .looked
                .names
                .iter()
                .map(|name| format!("`{name}`"))
                .collect();
            let advice = match names.as_slice() {
                [] => "running aggregates, windows and processes can be asked for".to_owned(),
                names => format!("there is {}", names.join(", ")),
            };
            return Err(self.refused("nothing in the job keeps a state of this name".to_owned(), advice));
        };
        if types == asked && !query.is_other {
            return Ok(query.entries);
        }
        let [_, windows, _] = &types;
        let advice = match (windows.as_str(), asked[1].as_str()) {
            ("()", "()") => "ask for these types",
            ("()", _) => "it has no windows: ask by `get` or `iter`",
            (_, "()") => "it has windows: ask by `windows` or `all_windows`",
            _ => "ask for these types",
        };
        Err(self.refused(
            format!(
                "it has {}, and was asked for {}",
                described(&types),
                described(&asked)
            ),
            advice,
        ))
    }

    fn refused(&self, cause: String, advice: impl Into<std::borrow::Cow<'static, str>>) -> Error {
        Error::setting(format!("asking for the state `{}`", self.name), cause, advice)
    }
}

/// The types of a state, in words.
fn described([key, window, value]: &[String; 3]) -> String {
    match window.as_str() {
        "()" => format!("keys `{key}` and values `{value}`"),
        window => format!("keys `{key}`, windows `{window}` and values `{value}`"),
    }
}

/// A question about a state, whatever its types.
pub(crate) trait Query: fmt::Debug + Send {
    /// Asks the operators of a job; to be called between two reads.
    fn run(&mut self, driver: &mut Driver<'_>);

    /// What it is.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// A question about a state of these keys, windows and values.
struct TypedQuery<K, W, V> {
    name: String,
    key: Option<K>,
    entries: Vec<(K, W, V)>,
    looked: Looked,
    /// What was found is of other types, although they are called alike.
    is_other: bool,
}

impl<K, W, V> fmt::Debug for TypedQuery<K, W, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TypedQuery").field(&self.name).finish()
    }
}

impl<K, W, V> Query for TypedQuery<K, W, V>
where
    K: Clone + Send + 'static,
    W: Clone + Send + 'static,
    V: Clone + Send + 'static,
{
    fn run(&mut self, driver: &mut Driver<'_>) {
        let entries = Rc::new(RefCell::new(Vec::new()));
        let is_other = Rc::new(Cell::new(false));
        let visit = {
            let (entries, is_other) = (Rc::clone(&entries), Rc::clone(&is_other));
            move |(key, window, value): Seen<'_>| match (
                key.downcast_ref(),
                window.downcast_ref(),
                value.downcast_ref(),
            ) {
                (Some(key), Some(window), Some(value)) => {
                    let entry: (&K, &W, &V) = (key, window, value);
                    let entry = (entry.0.clone(), entry.1.clone(), entry.2.clone());
                    entries.borrow_mut().push(entry);
                }
                _ => is_other.set(true),
            }
        };
        let key = self.key.clone().map(|key| Rc::new(key) as Rc<dyn Any>);
        let mut look = Look::new(&self.name, key, visit);
        driver.control(&mut Control::Question(Question::Look(&mut look)));
        self.looked = look.finish();
        self.entries = entries.take();
        self.is_other = is_other.get();
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
