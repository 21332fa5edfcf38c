//! Which names a file's records had, and which of them a field took.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::strict::{Strict, decode};
use crate::format::shape::Shape;
use crate::metrics::Unmatched;

/// So many names that no field takes are kept in mind.
const MOST: usize = 8;

/// The names that records had, until each field was in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    fields: &'static [&'static str],
    /// The names of fields, and their aliases, that were in no record.
    unseen: Vec<&'static str>,
    /// Names that no field took.
    not_taken: Vec<String>,
}

impl Names {
    /// The names of a type's fields; `None` if it has none.
    pub(super) fn of<T: DeserializeOwned>() -> Option<Self> {
        match Shape::of::<T>() {
            Shape::Struct(fields) => Some(Self {
                fields,
                unseen: fields.to_vec(),
                not_taken: Vec::new(),
            }),
            _ => None,
        }
    }

    pub(super) fn all_seen(&self) -> bool {
        self.unseen.is_empty()
    }

    pub(super) fn unmatched(&self) -> Unmatched {
        Unmatched {
            fields: in_order(self.fields, &self.unseen),
            columns: self.not_taken.clone(),
        }
    }

    fn note(&mut self, name: &str) {
        if let Some(place) = self.unseen.iter().position(|unseen| *unseen == name) {
            self.unseen.swap_remove(place);
        } else if self.not_taken.len() < MOST
            && !self.fields.contains(&name)
            && !self.not_taken.iter().any(|known| known == name)
        {
            self.not_taken.push(name.to_owned());
        }
    }

    /// Reads a record, and the names in it.
    pub(super) fn decode<T: DeserializeOwned>(&mut self, line: &[u8]) -> serde_json::Result<T> {
        let unseen = self.unseen.len();
        let mut from = serde_json::Deserializer::from_slice(line);
        let noting = Noting {
            inner: Strict(&mut from),
            names: self,
        };
        let record = T::deserialize(noting)?;
        from.end()?;
        if self.unseen.len() < unseen {
            self.unseen
                .retain(|name| !is_another_name_of_what_is_in::<T>(name, line));
        }
        Ok(record)
    }
}

/// Those of the fields' names that were not seen, in the order of the type.
fn in_order(fields: &[&'static str], unseen: &[&'static str]) -> Vec<String> {
    let fields = fields.iter().filter(|field| unseen.contains(field));
    fields.map(ToString::to_string).collect()
}

/// Whether a name is an alias of a field that a record has: with that name beside it, it has the field twice.
fn is_another_name_of_what_is_in<T: DeserializeOwned>(name: &str, line: &[u8]) -> bool {
    let Some(object) = line.trim_ascii_end().strip_suffix(b"}") else {
        return false;
    };
    let name = serde_json::Value::from(name);
    let more = [object, format!(",{name}:null}}").as_bytes()].concat();
    matches!(decode::<T>(&more), Err(error) if error.to_string().starts_with("duplicate field"))
}

/// A record whose names are noted: as a value, a visitor, its entries and the seed of a name.
struct Noting<'a, I> {
    inner: I,
    names: &'a mut Names,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Noting<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        inner: V,
    ) -> Result<V::Value, D::Error> {
        let names = self.names;
        self.inner
            .deserialize_struct(name, fields, Noting { inner, names })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        inner: V,
    ) -> Result<V::Value, D::Error> {
        let names = self.names;
        self.inner
            .deserialize_newtype_struct(name, Noting { inner, names })
    }

    fn deserialize_option<V: Visitor<'de>>(self, inner: V) -> Result<V::Value, D::Error> {
        let names = self.names;
        self.inner.deserialize_option(Noting { inner, names })
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, inner: V) -> Result<V::Value, D::Error> {
        let names = self.names;
        self.inner.deserialize_identifier(Noting { inner, names })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map enum ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Noting<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let names = self.names;
        self.inner.visit_some(Noting { inner, names })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let names = self.names;
        self.inner.visit_newtype_struct(Noting { inner, names })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(values)
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let names = self.names;
        self.inner.visit_map(Noting { inner, names })
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<V::Value, E> {
        self.names.note(name);
        self.inner.visit_str(name)
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<V::Value, E> {
        self.names.note(name);
        self.inner.visit_borrowed_str(name)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Noting<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        let names = self.names;
        self.inner.deserialize(Noting { inner, names })
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Noting<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, inner: S) -> Result<Option<S::Value>, A::Error> {
        let names = &mut *self.names;
        self.inner.next_key_seed(Noting { inner, names })
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(seed)
    }
}
