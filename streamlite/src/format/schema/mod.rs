//! What a user's type asks of records: its fields, their types, and which of them must be there.

mod ask;
mod blank;
#[cfg(feature = "json")]
mod json_schema;
mod kind;
mod text;
mod trace;

use serde::de::DeserializeOwned;

use self::trace::Tracer;
pub use kind::{Enum, Field, Kind, Struct, Variant};

/// What a type asks of a record: found out from its `Deserialize`, so that `rename`, `alias`, `default` and the like are in it.
///
/// ```
/// use streamlite::format::Schema;
/// use streamlite::prelude::*;
///
/// #[derive(Deserialize)]
/// struct Reading {
///     #[serde(alias = "id")]
///     sensor: u32,
///     temp: Option<f64>,
///     #[serde(default)]
///     place: String,
/// }
///
/// let schema = Schema::of::<Reading>();
/// assert_eq!(
///     schema.to_string(),
///     "Reading\n  sensor  a whole number from 0 to 4294967295; also called `id`\n  temp    a number, or nothing; may be absent\n  \
///      place   a text; may be absent\n"
/// );
/// assert!(schema.to_json_schema().contains(r#""required": ["#));
/// ```
///
/// A source holds its records against it strictly by [`strict`](crate::source::FileSource::strict).
///
/// What a type decides by looking at the data cannot be found out, and is [`Kind::Any`]: untagged enums, flattened fields, and
/// types with a `Deserialize` of their own that takes anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    root: Kind,
}

impl Schema {
    /// What a type asks of a record. It takes some microseconds a field: nothing of the type is kept.
    #[must_use]
    pub fn of<T: DeserializeOwned>() -> Self {
        Self {
            root: Tracer::default().trace::<T>(),
        }
    }

    /// What a record is.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.root
    }

    /// The fields of a record, if it is a struct.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        match &self.root {
            Kind::Struct(of) => &of.fields,
            _ => &[],
        }
    }

    #[cfg(any(feature = "csv", feature = "json"))]
    /// What does not fit where a record has these names: those that no field takes, and fields that have none of them. `None` if
    /// all fits, or a record has no fields.
    pub(crate) fn misfit(&self, names: &[&str]) -> Option<String> {
        let Kind::Struct(of) = &self.root else {
            return None;
        };
        let takes = |field: &Field, name: &str| field.name == name || field.aliases.contains(&name);
        let not_taken = names
            .iter()
            .filter(|name| !of.fields.iter().any(|field| takes(field, name)));
        let not_taken: Vec<_> = not_taken.copied().collect();
        let absent = of
            .fields
            .iter()
            .filter(|field| !names.iter().any(|name| takes(field, name)));
        let absent: Vec<_> = absent.map(|field| field.name).collect();
        let said = [(not_taken, "no field takes"), (absent, "there is no")];
        let said = said.into_iter().filter(|(names, _)| !names.is_empty());
        let said: Vec<_> = said
            .map(|(names, text)| format!("{text} `{}`", names.join("`, `")))
            .collect();
        (!said.is_empty()).then(|| said.join("; "))
    }

    /// As JSON Schema, draft 2020-12.
    #[cfg(feature = "json")]
    #[must_use]
    pub fn to_json_schema(&self) -> String {
        json_schema::of(&self.root)
    }
}
