//! A record into the user's type: columns by name where there is a header, and by their order otherwise.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::dialect::Dialect;
use super::misfit::Misfit;
use super::splitter::Fields;
use super::value::{Value, no_single_value};

/// Whole records that are one value, or a list of them: the columns in their order.
macro_rules! deserialize_in_order {
    ($($method:ident)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
            self.in_order().$method(visitor)
        }
    )*};
}

/// Values of one column each.
macro_rules! take_next {
    ($($method:ident)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
            self.take(|value| value.$method(visitor))
        }
    )*};
}

/// A record that is about to become a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub(super) fields: &'a Fields,
    pub(super) dialect: &'a Dialect,
    /// The columns that a field may take, and their names; `None` without a header.
    pub(super) named: Option<&'a [(usize, Box<str>)]>,
}

impl<'a> Row<'a> {
    #[inline]
    fn value(self, column: usize) -> Option<Value<'a>> {
        let bytes = self.fields.get(column)?;
        let bytes = if self.dialect.trim {
            bytes.trim_ascii()
        } else {
            bytes
        };
        Some(Value {
            bytes,
            dialect: self.dialect,
        })
    }

    fn in_order(self) -> InOrder<'a> {
        InOrder { row: self, next: 0 }
    }
}

/// What asks for a whole record.
impl<'de> Deserializer<'de> for Row<'de> {
    type Error = Misfit;

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.named {
            Some(named) => visitor.visit_map(ByName {
                row: self,
                named: named.iter(),
                column: 0,
            }),
            None => visitor.visit_seq(self.in_order()),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.named {
            Some(named) => visitor.visit_map(ByName {
                row: self,
                named: named.iter(),
                column: 0,
            }),
            None => Err(Misfit::custom(
                "a map needs names, and the file is read without a header",
            )),
        }
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match (self.named, self.fields.len()) {
            (Some(_), _) => self.deserialize_map(visitor),
            (None, 1) => self.in_order().deserialize_any(visitor),
            (None, _) => visitor.visit_seq(self.in_order()),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_unit()
    }

    deserialize_in_order! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8
        deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char
        deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_option deserialize_unit
        deserialize_seq deserialize_identifier
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.in_order().deserialize_unit_struct(name, visitor)
    }

    #[inline]
    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Misfit> {
        self.in_order().deserialize_tuple(len, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.in_order().deserialize_tuple_struct(name, len, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.in_order().deserialize_enum(name, variants, visitor)
    }
}

/// The columns that have names, each for the field that has its name.
struct ByName<'a> {
    row: Row<'a>,
    named: std::slice::Iter<'a, (usize, Box<str>)>,
    column: usize,
}

impl<'de> MapAccess<'de> for ByName<'de> {
    type Error = Misfit;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        let Some((column, name)) = self.named.next() else {
            return Ok(None);
        };
        self.column = *column;
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        let column = self.column;
        let value = self.row.value(column).ok_or_else(too_few)?;
        seed.deserialize(value).map_err(|misfit| misfit.at(column))
    }
}

/// The columns in their order, of which each value takes the next ones.
struct InOrder<'a> {
    row: Row<'a>,
    next: usize,
}

impl<'a> InOrder<'a> {
    /// Reads the next column.
    #[inline]
    fn take<R>(&mut self, read: impl FnOnce(Value<'a>) -> Result<R, Misfit>) -> Result<R, Misfit> {
        let column = self.next;
        let value = self.row.value(column).ok_or_else(too_few)?;
        self.next += 1;
        read(value).map_err(|misfit| misfit.at(column))
    }
}

#[cold]
fn too_few() -> Misfit {
    Misfit::custom("the record has too few columns")
}

impl<'de> SeqAccess<'de> for InOrder<'de> {
    type Error = Misfit;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        if self.next >= self.row.fields.len() {
            return Ok(None);
        }
        seed.deserialize(self).map(Some)
    }
}

impl<'de> Deserializer<'de> for &mut InOrder<'de> {
    type Error = Misfit;

    take_next! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_unit
        deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.row.value(self.next) {
            Some(value) if value.is_null() => {
                self.next += 1;
                visitor.visit_none()
            }
            None => visitor.visit_none(),
            Some(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_unit(visitor)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_seq(self)
    }

    #[inline]
    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_seq(self)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_seq(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_seq(self)
    }

    fn deserialize_map<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Misfit> {
        Err(no_single_value("a map"))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.take(|value| visitor.visit_enum(value))
    }
}
