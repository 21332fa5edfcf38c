//! JSON by stricter rules than its library's: a key comes once in an object, and no number becomes another one.

use std::collections::HashSet;
use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};

/// The value of a line.
#[inline]
pub(super) fn decode<T: DeserializeOwned>(line: &[u8]) -> serde_json::Result<T> {
    let mut from = serde_json::Deserializer::from_slice(line);
    let record = T::deserialize(Strict(&mut from))?;
    from.end()?;
    Ok(record)
}

/// A value that is read by stricter rules.
pub(super) struct Strict<D>(pub(super) D);

/// What the visitor has asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// Something whose names it knows: it sees itself that one comes twice.
    Fields,
    /// Something that keeps the last of two values with one name.
    Names,
}

/// Asks the value for something that has no values inside.
macro_rules! ask_plainly {
    ($($method:ident)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method(visitor)
        }
    )*};
}

/// Asks the value for something that may have values inside.
macro_rules! ask {
    ($asked:expr; $($method:ident($($name:ident: $argument:ty),*))*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, $($name: $argument,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($name,)* Within { visitor, asked: $asked })
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<D> {
    type Error = D::Error;

    ask_plainly! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8
        deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_char deserialize_str
        deserialize_string deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_identifier
        deserialize_ignored_any
    }

    ask! { Asked::Names; deserialize_any() deserialize_map() }

    ask! {
        Asked::Fields;
        deserialize_option() deserialize_seq() deserialize_tuple(len: usize)
        deserialize_tuple_struct(name: &'static str, len: usize) deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    #[inline]
    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_f32(Float {
            visitor,
            narrow: true,
        })
    }

    #[inline]
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_f64(Float {
            visitor,
            narrow: false,
        })
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// Hands a visitor what there is, and keeps the rules for the values inside.
struct Within<V> {
    visitor: V,
    asked: Asked,
}

/// Hands on a value that has none inside.
macro_rules! visit_plainly {
    ($($method:ident $value:ty),*) => {$(
        #[inline]
        fn $method<E: Error>(self, value: $value) -> Result<V::Value, E> {
            self.visitor.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Within<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    visit_plainly! {
        visit_bool bool, visit_i8 i8, visit_i16 i16, visit_i32 i32, visit_i64 i64, visit_i128 i128, visit_u8 u8, visit_u16 u16,
        visit_u32 u32, visit_u64 u64, visit_u128 u128, visit_f32 f32, visit_f64 f64, visit_char char, visit_str &str,
        visit_borrowed_str &'de str, visit_string String, visit_bytes &[u8], visit_borrowed_bytes &'de [u8],
        visit_byte_buf Vec<u8>
    }

    #[inline]
    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Strict(inner))
    }

    #[inline]
    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    #[inline]
    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Strict(inner))
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(Values(values))
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        let names = (self.asked == Asked::Names).then(HashSet::new);
        self.visitor.visit_map(Entries { entries, names })
    }

    #[inline]
    fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(Variant(variant))
    }
}

/// A value inside of another.
struct Inside<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Inside<S> {
    type Value = S::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Strict(inner))
    }
}

struct Values<A>(A);

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Values<A> {
    type Error = A::Error;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Inside(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

struct Entries<A> {
    entries: A,
    /// The names that were there, where nobody else looks.
    names: Option<HashSet<String>>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        match &mut self.names {
            None => self.entries.next_key_seed(seed),
            Some(names) => self.entries.next_key_seed(Name { inner: seed, names }),
        }
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.entries.next_value_seed(Inside(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.entries.size_hint()
    }
}

struct Variant<A>(A);

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Variant<A> {
    type Error = A::Error;
    type Variant = Contents<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Contents<A::Variant>), A::Error> {
        let (name, contents) = self.0.variant_seed(seed)?;
        Ok((name, Contents(contents)))
    }
}

struct Contents<A>(A);

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Contents<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.0.newtype_variant_seed(Inside(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        let asked = Asked::Fields;
        self.0.tuple_variant(len, Within { visitor, asked })
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let asked = Asked::Fields;
        self.0.struct_variant(fields, Within { visitor, asked })
    }
}

/// A name in an object, which must be a new one: as a seed, a value, a visitor and a variant.
struct Name<'a, I> {
    inner: I,
    names: &'a mut HashSet<String>,
}

impl<I> Name<'_, I> {
    fn check<E: Error>(&mut self, name: &str) -> Result<(), E> {
        if self.names.contains(name) {
            return Err(E::custom(format_args!("duplicate field `{name}`")));
        }
        self.names.insert(name.to_owned());
        Ok(())
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Name<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        let names = self.names;
        self.inner.deserialize(Name { inner, names })
    }
}

macro_rules! ask_for_name {
    ($($method:ident($($name:ident: $argument:ty),*))*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, $($name: $argument,)* visitor: V) -> Result<V::Value, D::Error> {
            let names = self.names;
            self.inner.$method($($name,)* Name { inner: visitor, names })
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Name<'_, D> {
    type Error = D::Error;

    ask_for_name! {
        deserialize_any() deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
        deserialize_i128() deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_f32() deserialize_f64() deserialize_char() deserialize_str() deserialize_string() deserialize_bytes()
        deserialize_byte_buf() deserialize_option() deserialize_unit() deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str) deserialize_seq() deserialize_tuple(len: usize)
        deserialize_tuple_struct(name: &'static str, len: usize) deserialize_map()
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_identifier() deserialize_ignored_any()
    }
}

macro_rules! visit_number {
    ($($method:ident $value:ty),*) => {$(
        #[inline]
        fn $method<E: Error>(mut self, value: $value) -> Result<V::Value, E> {
            self.check(&value.to_string())?;
            self.inner.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Name<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    visit_number! {
        visit_bool bool, visit_i8 i8, visit_i16 i16, visit_i32 i32, visit_i64 i64, visit_i128 i128, visit_u8 u8, visit_u16 u16,
        visit_u32 u32, visit_u64 u64, visit_u128 u128, visit_f32 f32, visit_f64 f64, visit_char char
    }

    fn visit_str<E: Error>(mut self, name: &str) -> Result<V::Value, E> {
        self.check(name)?;
        self.inner.visit_str(name)
    }

    fn visit_borrowed_str<E: Error>(mut self, name: &'de str) -> Result<V::Value, E> {
        self.check(name)?;
        self.inner.visit_borrowed_str(name)
    }

    fn visit_string<E: Error>(mut self, name: String) -> Result<V::Value, E> {
        self.check(&name)?;
        self.inner.visit_string(name)
    }

    fn visit_bytes<E: Error>(mut self, name: &[u8]) -> Result<V::Value, E> {
        self.check(&String::from_utf8_lossy(name))?;
        self.inner.visit_bytes(name)
    }

    fn visit_borrowed_bytes<E: Error>(mut self, name: &'de [u8]) -> Result<V::Value, E> {
        self.check(&String::from_utf8_lossy(name))?;
        self.inner.visit_borrowed_bytes(name)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let names = self.names;
        self.inner.visit_some(Name { inner, names })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let names = self.names;
        self.inner.visit_newtype_struct(Name { inner, names })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let names = self.names;
        self.inner.visit_enum(Name { inner, names })
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Name<'_, A> {
    type Error = A::Error;
    type Variant = A::Variant;

    fn variant_seed<S: DeserializeSeed<'de>>(self, inner: S) -> Result<(S::Value, A::Variant), A::Error> {
        let names = self.names;
        self.inner.variant_seed(Name { inner, names })
    }
}

/// A float that is the number that was written, but for the last of its binary digits where that has a point.
struct Float<V> {
    visitor: V,
    narrow: bool,
}

impl<V> Float<V> {
    fn exactly<E: Error>(&self, number: i128) -> Result<(), E> {
        #[expect(clippy::cast_precision_loss, reason = "that is looked for")]
        let float = if self.narrow {
            f64::from(number as f32)
        } else {
            number as f64
        };
        #[expect(clippy::cast_possible_truncation, reason = "it came from 64 bits")]
        if float as i128 == number {
            return Ok(());
        }
        Err(E::custom(format_args!(
            "{number} is no `{}` exactly; read it as a whole number or as text",
            self.kind()
        )))
    }

    fn kind(&self) -> &'static str {
        if self.narrow { "f32" } else { "f64" }
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Float<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<V::Value, E> {
        self.exactly(number.into())?;
        self.visitor.visit_u64(number)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<V::Value, E> {
        self.exactly(number.into())?;
        self.visitor.visit_i64(number)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<V::Value, E> {
        self.visitor.visit_f64(number)
    }

    // What is no number is for the visitor to refuse.
    fn visit_bool<E: Error>(self, value: bool) -> Result<V::Value, E> {
        self.visitor.visit_bool(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<V::Value, E> {
        self.visitor.visit_str(value)
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(values)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(entries)
    }
}
