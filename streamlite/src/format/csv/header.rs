//! The header of a file: the columns that the fields of the user's type take.

use std::collections::HashSet;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::deserialize::Row;
use super::dialect::{Dialect, shown};
use super::misfit::{Cause, Misfit};
use super::splitter::Fields;

use crate::format::schema::Schema;
use crate::format::shape::Shape;
use crate::metrics::Unmatched;

/// Numbers are zero.
macro_rules! zeros {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
            self.given()?;
            visitor.visit_u8(0)
        }
    )*};
}

/// So many columns that no field takes are named.
const MOST: usize = 8;

/// The header of a file, held against the user's type.
#[derive(Debug)]
pub(super) struct Header<T> {
    /// All columns.
    pub(super) columns: Vec<Box<str>>,
    /// Those that a field may take.
    pub(super) named: Vec<(usize, Box<str>)>,
    shape: Shape,
    record: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Header<T> {
    /// Holds a header against the type.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn new(fields: &Fields, dialect: &Dialect) -> Result<Self, String> {
        let columns = (0..fields.len()).map(|column| {
            let name = fields.get(column).unwrap_or_default();
            let name = if dialect.trim { name.trim_ascii() } else { name };
            std::str::from_utf8(name)
                .map(Box::from)
                .map_err(|_| format!("the name of column {} is not UTF-8", column + 1))
        });
        let columns = columns.collect::<Result<Vec<Box<str>>, String>>()?;
        let shape = Shape::of::<T>();
        let takes = |name: &str| match shape {
            Shape::Struct(names) => names.contains(&name),
            Shape::Map | Shape::Other => true,
        };
        let mut named: Vec<(usize, Box<str>)> = Vec::new();
        let mut known = HashSet::new();
        let mut refuses_unknown = None;
        for (column, name) in columns.iter().enumerate() {
            if takes(name) {
                if shape != Shape::Other && !known.insert(name) {
                    return Err(format!("the header names the column `{name}` twice"));
                }
                named.push((column, name.clone()));
            } else if *refuses_unknown.get_or_insert_with(|| refuses::<T>(name)) {
                let cause = format!("the header has a column `{name}`, and the type refuses unknown fields");
                return Err(cause);
            }
        }
        Ok(Self {
            columns,
            named,
            shape,
            record: PhantomData,
        })
    }

    /// What is wrong with the header, if it is the header that a record does not fit for.
    pub(super) fn blame(&self, misfit: &Misfit, dialect: &Dialect) -> Option<String> {
        if misfit.column().is_some() {
            return None;
        }
        match misfit.cause() {
            Cause::Missing(field) if !self.has(field) => {
                let columns = self.columns.join("`, `");
                let mut cause = format!("the header has no column `{field}`; it has `{columns}`");
                if let [column] = self.columns.as_slice()
                    && let Some(delimiter) = dialect.likely_delimiter(column.as_bytes())
                {
                    cause += &format!(", which looks like `.delimiter({})`", shown(delimiter));
                }
                Some(cause)
            }
            Cause::Twice(field) => Some(format!("two columns of the header are the field `{field}`")),
            Cause::Unknown(column) => Some(format!(
                "the header has a column `{column}`, and the type refuses unknown fields"
            )),
            _ => None,
        }
    }

    /// The fields that no column is, by any of their names: those that a good record does not have twice when a column of
    /// that name is put after it.
    #[cold]
    pub(super) fn unmatched(&self, record: Row<'_>) -> Unmatched {
        let Shape::Struct(fields) = self.shape else {
            return Unmatched::default();
        };
        let is_another_name = |field: &str| {
            let mut named = self.named.clone();
            named.push((usize::MAX, field.into()));
            let row = Row {
                named: Some(&named),
                ..record
            };
            matches!(T::deserialize(row), Err(misfit) if matches!(misfit.cause(), Cause::Twice(_)))
        };
        let absent = fields
            .iter()
            .filter(|field| !self.has(field) && !is_another_name(field));
        let not_taken = self.columns.iter().filter(|name| !fields.contains(&&***name));
        Unmatched {
            fields: absent.map(ToString::to_string).collect(),
            columns: not_taken.take(MOST).map(ToString::to_string).collect(),
        }
    }

    /// Whether each column is a field, and each field has a column.
    ///
    /// # Errors
    /// What has not.
    pub(super) fn check_strictly(&self) -> Result<(), String> {
        let schema = Schema::of::<T>();
        let columns: Vec<&str> = self.columns.iter().map(|name| &**name).collect();
        match schema.misfit(&columns) {
            Some(cause) => Err(format!("the header does not fit the type: {cause}")),
            None => Ok(()),
        }
    }

    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| **name == *column)
    }

    /// What is wrong with a header that no record follows: values of nothing are made in the place of one.
    pub(super) fn check_alone(&self, dialect: &Dialect) -> Result<(), String> {
        let Shape::Struct(fields) = self.shape else {
            return Ok(());
        };
        if fields.iter().all(|field| self.has(field)) {
            return Ok(());
        }
        let offered = Offered {
            names: self.named.iter().map(|(_, name)| &**name),
            value: Offer::Blank,
        };
        // A conversion of the user's own may not like what nobody has written.
        match catch_unwind(AssertUnwindSafe(|| T::deserialize(offered))) {
            Ok(Err(misfit)) => self.blame(&misfit, dialect).map_or(Ok(()), Err),
            Ok(Ok(_)) | Err(_) => Ok(()),
        }
    }
}

/// Whether a type refuses a name that none of its fields has.
fn refuses<T: DeserializeOwned>(name: &str) -> bool {
    let offered = Offered {
        names: std::iter::once(name),
        value: Offer::Nothing,
    };
    matches!(T::deserialize(offered), Err(misfit) if matches!(misfit.cause(), Cause::Unknown(_)))
}

/// Offers names to a type, to hear what it says to them.
struct Offered<N> {
    names: N,
    value: Offer,
}

/// What is offered as their values.
#[derive(Clone, Copy)]
enum Offer {
    /// An error.
    Nothing,
    /// Zero, an empty text, the first variant.
    Blank,
}

impl<'de, 'n, N: Iterator<Item = &'n str>> Deserializer<'de> for Offered<N> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_map(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, 'n, N: Iterator<Item = &'n str>> MapAccess<'de> for Offered<N> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        let name = self.names.next();
        name.map(|name| seed.deserialize(StrDeserializer::new(name)))
            .transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        seed.deserialize(self.value).map_err(|misfit| misfit.at(0))
    }
}

impl<'de> Deserializer<'de> for Offer {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Misfit> {
        Err(Misfit::custom("nothing is offered"))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.given()?;
        visitor.visit_bool(false)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.given()?;
        visitor.visit_char(' ')
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.given()?;
        visitor.visit_str("")
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.given()?;
        visitor.visit_none()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.given()?;
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.given()?;
        let first = variants.first().copied().unwrap_or_default();
        visitor.visit_enum(StrDeserializer::new(first))
    }

    zeros! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.given()?;
        visitor.visit_f64(0.0)
    }

    forward_to_deserialize_any! {
        bytes byte_buf unit_struct seq tuple tuple_struct map struct identifier
    }
}

impl Offer {
    fn given(self) -> Result<(), Misfit> {
        match self {
            Offer::Nothing => Err(Misfit::custom("nothing is offered")),
            Offer::Blank => Ok(()),
        }
    }
}
