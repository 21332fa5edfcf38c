//! Values of nothing, for types to be made of.

use std::collections::HashMap;
use std::fmt;

use serde::de::value::{StrDeserializer, U8Deserializer};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

/// Why a type does not take what it was offered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// What was to be found out is known.
    Reached,
    /// A field is not there.
    Missing(&'static str),
    /// A field is there twice.
    Twice(&'static str),
    /// A name that it does not know.
    Unknown,
    /// Something else.
    Other,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it was only asked what it takes")
    }
}

impl std::error::Error for Refusal {}

impl serde::de::Error for Refusal {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Refusal::Other
    }

    fn missing_field(field: &'static str) -> Self {
        Refusal::Missing(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Refusal::Twice(field)
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Refusal::Unknown
    }
}

/// Texts that are tried, as types that are read from texts do not take any.
pub(super) const TEXTS: [&str; 9] = [
    "",
    "a",
    "1",
    "2000-01-01T00:00:00Z",
    "2000-01-01",
    "Sat, 01 Jan 2000 00:00:00 GMT",
    "00000000-0000-0000-0000-000000000000",
    "127.0.0.1",
    "http://example.org/",
];

/// What is known of structs, by the places of their lists of names.
#[derive(Default)]
pub(super) struct Known {
    /// The names that are no aliases.
    pub(super) names: HashMap<usize, Vec<&'static str>>,
    /// The texts that fields take.
    pub(super) texts: HashMap<(usize, &'static str), &'static str>,
}

/// What knows a list of names.
pub(super) fn key_of(names: &'static [&'static str]) -> usize {
    names.as_ptr().addr()
}

/// A value of nothing: zero, a text, the first variant, no elements.
#[derive(Clone, Copy)]
pub(super) struct Blank<'a> {
    pub(super) text: &'static str,
    pub(super) known: &'a Known,
    /// How deep in structs it is.
    pub(super) depth: u8,
}

/// Types that are in themselves have no value of nothing.
const DEEPEST: u8 = 16;

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            visitor.visit_u8(0)
        }
    )*};
}

impl<'de> Deserializer<'de> for Blank<'_> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_str(self.text)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_bool(false)
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_f64(0.0)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_f64(0.0)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_char(' ')
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_bytes(&[])
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_bytes(&[])
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_none()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_seq(Blanks { of: self, left: 0 })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, left: usize, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_seq(Blanks { of: self, left })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_seq(Blanks { of: self, left })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_map(Entries {
            of_struct: 0,
            text: self.text,
            names: [].iter(),
            of: self,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        if self.depth == DEEPEST {
            return Err(Refusal::Other);
        }
        let names = self
            .known
            .names
            .get(&key_of(fields))
            .map_or(fields, Vec::as_slice);
        let depth = self.depth + 1;
        visitor.visit_map(Entries {
            of_struct: key_of(fields),
            text: self.text,
            names: names.iter(),
            of: Blank { depth, ..self },
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_enum(FirstVariant(variants.first().copied().unwrap_or_default(), self))
    }

    forward_to_deserialize_any! { str string identifier }
}

/// So many values of nothing.
pub(super) struct Blanks<'a> {
    pub(super) of: Blank<'a>,
    pub(super) left: usize,
}

impl<'de> SeqAccess<'de> for Blanks<'_> {
    type Error = Refusal;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refusal> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        seed.deserialize(self.of).map(Some)
    }
}

/// Fields of these names, with values of nothing.
pub(super) struct Entries<'a> {
    /// The list of all names of the struct that they are of.
    pub(super) of_struct: usize,
    /// What the next value is made of, if it is a text.
    pub(super) text: &'static str,
    pub(super) names: std::slice::Iter<'a, &'static str>,
    pub(super) of: Blank<'a>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Refusal;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refusal> {
        let Some(name) = self.names.next() else {
            return Ok(None);
        };
        let text = self.of.known.texts.get(&(self.of_struct, *name));
        self.text = text.copied().unwrap_or(self.of.text);
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        let text = self.text;
        seed.deserialize(Blank { text, ..self.of })
    }
}

/// A variant, with what it holds of nothing.
struct FirstVariant<'a>(&'static str, Blank<'a>);

impl<'de, 'a> EnumAccess<'de> for FirstVariant<'a> {
    type Error = Refusal;
    type Variant = FirstVariant<'a>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Refusal> {
        let name = seed.deserialize(StrDeserializer::<Refusal>::new(self.0))?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for FirstVariant<'_> {
    type Error = Refusal;

    fn unit_variant(self) -> Result<(), Refusal> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Refusal> {
        seed.deserialize(self.1)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.1.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.1.deserialize_struct("", fields, visitor)
    }
}

/// A key of nothing: as a text, or as a number if no text will do.
pub(super) fn blank_key<'de, S: DeserializeSeed<'de>>(seed: S, is_number: bool) -> Result<S::Value, Refusal> {
    if is_number {
        seed.deserialize(U8Deserializer::new(0))
    } else {
        seed.deserialize(StrDeserializer::new(""))
    }
}
