//! What a user's type asks of a record: named fields, a map, or something else.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeOwned, Error, Visitor};

/// What has no names.
macro_rules! answer_nothing {
    ($($method:ident($($argument:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $(_: $argument,)* _: V) -> Result<V::Value, Nothing> {
            Err(Nothing)
        }
    )*};
}

/// What a user's type asks of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Fields of these names, with their aliases.
    Struct(&'static [&'static str]),
    /// Any names; a struct with a flattened one, too.
    Map,
    /// Something without names.
    Other,
}

impl Shape {
    /// The shape of a type; nothing of it is made.
    pub(crate) fn of<T: DeserializeOwned>() -> Self {
        let mut shape = Shape::Other;
        // Whatever the type asks for, the answer is that there is nothing.
        let _ = T::deserialize(Asked(&mut shape));
        shape
    }
}

/// Hears what a type asks for.
struct Asked<'a>(&'a mut Shape);

/// The answer.
#[derive(Debug)]
struct Nothing;

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing was to be made")
    }
}

impl std::error::Error for Nothing {}

impl Error for Nothing {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Nothing
    }
}

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = Nothing;

    /// It takes what there is: a record with names is a map to it.
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Nothing> {
        *self.0 = Shape::Map;
        Err(Nothing)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Nothing> {
        *self.0 = Shape::Struct(fields);
        Err(Nothing)
    }

    fn deserialize_map<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Nothing> {
        *self.0 = Shape::Map;
        Err(Nothing)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Nothing> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Nothing> {
        visitor.visit_some(self)
    }

    answer_nothing! {
        deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128() deserialize_f32()
        deserialize_f64() deserialize_char() deserialize_str() deserialize_string() deserialize_bytes()
        deserialize_byte_buf() deserialize_unit() deserialize_seq() deserialize_identifier() deserialize_ignored_any()
        deserialize_unit_struct(&'static str) deserialize_tuple(usize) deserialize_tuple_struct(&'static str, usize)
        deserialize_enum(&'static str, &'static [&'static str])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    struct Reading {
        #[serde(alias = "id")]
        sensor: u32,
        #[serde(rename = "temperature")]
        temp: Option<f64>,
        #[serde(skip)]
        at: u32,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    struct Wrapped(Option<Reading>);

    #[derive(Deserialize)]
    #[serde(from = "Reading")]
    struct Converted;

    impl From<Reading> for Converted {
        fn from(_: Reading) -> Self {
            panic!("nothing is made");
        }
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    struct Flattened {
        at: u32,
        #[serde(flatten)]
        rest: Reading,
    }

    #[test]
    fn a_type_shows_the_names_of_its_fields() {
        let Shape::Struct(fields) = Shape::of::<Reading>() else {
            panic!("it is a struct");
        };
        let mut names = fields.to_vec();
        names.sort_unstable();
        assert_eq!(names, ["id", "sensor", "temperature"]);
        assert_eq!(Shape::of::<Wrapped>(), Shape::Struct(fields));
        assert_eq!(Shape::of::<Converted>(), Shape::Struct(fields));
        assert_eq!(Shape::of::<Flattened>(), Shape::Map);
        assert_eq!(Shape::of::<HashMap<String, u32>>(), Shape::Map);
        assert_eq!(Shape::of::<(u32, u32)>(), Shape::Other);
        assert_eq!(Shape::of::<serde_json::Value>(), Shape::Map);
    }
}
