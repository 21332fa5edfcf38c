//! One column of a record into a value.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, VariantAccess, Visitor};

use super::dialect::Dialect;
use super::misfit::Misfit;

/// Numbers, as Rust reads them.
macro_rules! numbers {
    ($($method:ident $visit:ident $number:ident),*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
            let text = self.text()?;
            match text.parse::<$number>() {
                Ok(number) => visitor.$visit(number),
                Err(_) => Err(no_number(text, stringify!($number))),
            }
        }
    )*};
}

/// Floats, as Rust reads them: `NaN` and `inf`, too, but no number that becomes infinite, and no whole one that becomes
/// another.
macro_rules! floats {
    ($($method:ident $visit:ident $number:ident),*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
            let text = self.text()?;
            match text.parse::<$number>() {
                Ok(number) if number.is_finite() => {
                    if text.len() > EXACT_DIGITS && is_another(text, number.into()) {
                        return Err(not_exact(text, stringify!($number)));
                    }
                    visitor.$visit(number)
                }
                Ok(number) if !text.bytes().any(|byte| byte.is_ascii_digit()) => visitor.$visit(number),
                Ok(_) => Err(too_large(text, stringify!($number))),
                Err(_) => Err(no_number(text, stringify!($number))),
            }
        }
    )*};
}

/// What no column can be.
macro_rules! no_value {
    ($($method:ident $what:literal),*) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Misfit> {
            Err(no_single_value($what))
        }
    )*};
}

/// The value of one column.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) dialect: &'a Dialect,
}

impl<'a> Value<'a> {
    #[inline]
    fn text(self) -> Result<&'a str, Misfit> {
        std::str::from_utf8(self.bytes)
            .map_err(|error| Misfit::custom(format_args!("byte {} is not UTF-8", error.valid_up_to() + 1)))
    }

    #[inline]
    pub(super) fn is_null(self) -> bool {
        self.bytes.is_empty()
            || self
                .dialect
                .nulls
                .iter()
                .any(|null| null.as_bytes() == self.bytes)
    }

    fn as_bool(self) -> Option<bool> {
        let is_one_of = |texts: &[String]| texts.iter().any(|text| text.as_bytes() == self.bytes);
        match self.bytes {
            b"true" => Some(true),
            b"false" => Some(false),
            _ if is_one_of(&self.dialect.trues) => Some(true),
            _ if is_one_of(&self.dialect.falses) => Some(false),
            _ => None,
        }
    }
}

/// Why a text is not the number that is expected.
#[cold]
fn no_number(text: &str, kind: &str) -> Misfit {
    let shown: String = text.escape_debug().take(LONGEST_SHOWN).collect();
    let is_float = kind.starts_with('f');
    let cause = match text.parse::<i128>() {
        _ if text.is_empty() => {
            format!("it is empty, and a number is expected; empty is nothing for an `Option<{kind}>`")
        }
        Ok(number) if number < 0 => format!("{shown} is too small for a `{kind}`"),
        Ok(_) => return too_large(text, kind),
        Err(_) if text.trim_ascii() != text => {
            format!("`{shown}` has white space around it, which `.trim()` leaves out")
        }
        Err(_) if is_float => format!("`{shown}` is no number (`{kind}`)"),
        Err(_) => format!("`{shown}` is no whole number (`{kind}`)"),
    };
    Misfit::custom(cause)
}

/// Whole numbers of so many digits are exact in any float.
const EXACT_DIGITS: usize = 7;

/// Whether a text is a whole number, and another one than this.
fn is_another(text: &str, number: f64) -> bool {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float that is too large is no number of this type"
    )]
    text.parse::<i128>().is_ok_and(|whole| number as i128 != whole)
}

#[cold]
fn not_exact(text: &str, kind: &str) -> Misfit {
    Misfit::custom(format_args!(
        "{text} is no `{kind}` exactly; read it as a whole number or as text"
    ))
}

#[cold]
fn too_large(text: &str, kind: &str) -> Misfit {
    let shown: String = text.escape_debug().take(LONGEST_SHOWN).collect();
    Misfit::custom(format_args!("{shown} is too large for a `{kind}`"))
}

/// So much of a value is shown beside its record.
const LONGEST_SHOWN: usize = 40;

#[cold]
pub(super) fn no_single_value(what: &str) -> Misfit {
    Misfit::custom(format_args!(
        "{what} is expected, and a column holds one value; flatten it by `#[serde(flatten)]`, or read its text with \
         `#[serde(deserialize_with = …)]`"
    ))
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Misfit;

    numbers! {
        deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16, deserialize_i32 visit_i32 i32, deserialize_i64 visit_i64 i64,
        deserialize_i128 visit_i128 i128, deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32, deserialize_u64 visit_u64 u64, deserialize_u128 visit_u128 u128
    }

    floats! {
        deserialize_f32 visit_f32 f32, deserialize_f64 visit_f64 f64
    }

    no_value! {
        deserialize_seq "a list", deserialize_map "a map"
    }

    /// Where the type does not say what it wants, as inside of a flattened struct.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let Ok(text) = std::str::from_utf8(self.bytes) else {
            return visitor.visit_borrowed_bytes(self.bytes);
        };
        if let Some(value) = self.as_bool() {
            visitor.visit_bool(value)
        } else if let Ok(number) = text.parse() {
            visitor.visit_u64(number)
        } else if let Ok(number) = text.parse() {
            visitor.visit_i64(number)
        } else if let Ok(number) = text.parse() {
            visitor.visit_u128(number)
        } else if let Ok(number) = text.parse() {
            visitor.visit_i128(number)
        } else if let Ok(number) = text.parse() {
            visitor.visit_f64(number)
        } else {
            visitor.visit_borrowed_str(text)
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.as_bool() {
            Some(value) => visitor.visit_bool(value),
            None => Err(Misfit::custom(
                "`true` or `false` is expected; other words are named by `.true_values([…])` and `.false_values([…])`",
            )),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let text = self.text()?;
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) => visitor.visit_char(letter),
            _ => Err(Misfit::custom("a single character is expected")),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_borrowed_str(self.text()?)
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_borrowed_bytes(self.bytes)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_borrowed_bytes(self.bytes)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.is_null() {
            visitor.visit_unit()
        } else {
            Err(Misfit::custom("nothing is expected"))
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_unit()
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

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Misfit> {
        Err(no_single_value("a tuple"))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: usize,
        _: V,
    ) -> Result<V::Value, Misfit> {
        Err(no_single_value(&format!("`{name}`")))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Misfit> {
        Err(no_single_value(&format!("`{name}`")))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_enum(self)
    }
}

/// A variant is written by its name.
impl<'de> EnumAccess<'de> for Value<'de> {
    type Error = Misfit;
    type Variant = OnlyName;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, OnlyName), Misfit> {
        let name: BorrowedStrDeserializer<'de, Misfit> = BorrowedStrDeserializer::new(self.text()?);
        Ok((seed.deserialize(name)?, OnlyName))
    }
}

/// A variant without contents.
pub(super) struct OnlyName;

impl<'de> VariantAccess<'de> for OnlyName {
    type Error = Misfit;

    fn unit_variant(self) -> Result<(), Misfit> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Misfit> {
        Err(no_single_value("a variant with contents"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Misfit> {
        Err(no_single_value("a variant with contents"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Misfit> {
        Err(no_single_value("a variant with contents"))
    }
}
