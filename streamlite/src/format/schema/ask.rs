//! Asks a type what it takes at a place: it is led there, and what it asks for is noted.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::blank::{Blank, Entries, Refusal, blank_key, key_of};
use super::kind::Kind;

/// A way from a value to one in it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Field(&'static str),
    Element(usize),
    Value,
    Variant(usize),
}

/// What a type asks for.
#[derive(Clone, Debug)]
pub(super) enum Hint {
    /// A value without others in it.
    Plain(Kind),
    List,
    Tuple(usize),
    Map,
    Struct(&'static str, &'static [&'static str]),
    Enum(&'static str, &'static [&'static str]),
}

/// What is to be found out at a place.
pub(super) enum Goal<'a> {
    /// What it asks for, and whether it may be nothing.
    Hint(Option<Hint>, bool),
    /// What becomes of a struct of these fields.
    Made(&'a [&'static str], Option<Result<(), Refusal>>),
}

/// Leads a type to a place.
pub(super) struct Ask<'a, 'g> {
    pub(super) path: &'a [Step],
    pub(super) goal: &'a mut Goal<'g>,
    pub(super) blank: Blank<'a>,
}

impl<'a, 'g> Ask<'a, 'g> {
    /// The type asks for this: if it is there, that was to be known.
    fn note(self, hint: Hint) -> Refusal {
        if let ([], Goal::Hint(found, _)) = (self.path, self.goal) {
            *found = Some(hint);
        }
        Refusal::Reached
    }

    fn split(self) -> Option<(Step, Self)> {
        let (step, path) = self.path.split_first()?;
        Some((*step, Self { path, ..self }))
    }

    fn fields<'de, V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        match (self.path.first(), &mut *self.goal) {
            (Some(Step::Field(name)), _) => {
                let (_, rest) = self.split().ok_or(Refusal::Other)?;
                visitor.visit_map(OneField(Some(name), Some(rest)))
            }
            (None, Goal::Made(names, made)) => {
                let of = self.blank;
                let done = visitor.visit_map(Entries {
                    of_struct: key_of(fields),
                    text: of.text,
                    names: names.iter(),
                    of,
                });
                match done {
                    Ok(value) => {
                        *made = Some(Ok(()));
                        Ok(value)
                    }
                    Err(refusal) => {
                        *made = Some(Err(refusal));
                        Err(Refusal::Reached)
                    }
                }
            }
            _ => Err(self.note(Hint::Struct(name, fields))),
        }
    }

    fn elements<'de, V: Visitor<'de>>(self, hint: Hint, visitor: V) -> Result<V::Value, Refusal> {
        match self.path.first() {
            Some(Step::Element(place)) => {
                let blank = self.blank;
                let rest = self.split().map(|(_, rest)| rest);
                visitor.visit_seq(OneElement(*place, blank, rest))
            }
            _ => Err(self.note(hint)),
        }
    }
}

macro_rules! plain {
    ($($method:ident: $kind:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Refusal> {
            Err(self.note(Hint::Plain($kind)))
        }
    )*};
}

const fn integer(signed: bool, bits: u8) -> Kind {
    Kind::Integer { signed, bits }
}

impl<'de> Deserializer<'de> for Ask<'_, '_> {
    type Error = Refusal;

    plain! {
        deserialize_any: Kind::Any;
        deserialize_ignored_any: Kind::Any;
        deserialize_identifier: Kind::Any;
        deserialize_bool: Kind::Bool;
        deserialize_i8: integer(true, 8);
        deserialize_i16: integer(true, 16);
        deserialize_i32: integer(true, 32);
        deserialize_i64: integer(true, 64);
        deserialize_i128: integer(true, 128);
        deserialize_u8: integer(false, 8);
        deserialize_u16: integer(false, 16);
        deserialize_u32: integer(false, 32);
        deserialize_u64: integer(false, 64);
        deserialize_u128: integer(false, 128);
        deserialize_f32: Kind::Float;
        deserialize_f64: Kind::Float;
        deserialize_char: Kind::Char;
        deserialize_str: Kind::Text;
        deserialize_string: Kind::Text;
        deserialize_bytes: Kind::Bytes;
        deserialize_byte_buf: Kind::Bytes;
        deserialize_unit: Kind::Nothing;
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, _: V) -> Result<V::Value, Refusal> {
        Err(self.note(Hint::Plain(Kind::Nothing)))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        if let ([], Goal::Hint(_, is_optional)) = (self.path, &mut *self.goal) {
            *is_optional = true;
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.elements(Hint::List, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.elements(Hint::Tuple(len), visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.elements(Hint::Tuple(len), visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.path.first() {
            Some(Step::Value) => {
                // Keys are texts or numbers.
                let is_number = self.blank.text == "1";
                let rest = self.split().map(|(_, rest)| rest);
                visitor.visit_map(OneValue(is_number, rest))
            }
            _ => Err(self.note(Hint::Map)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.fields(name, fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        match self.path.first() {
            Some(Step::Variant(place)) => {
                let name = variants.get(*place).copied().ok_or(Refusal::Other)?;
                let (_, rest) = self.split().ok_or(Refusal::Other)?;
                visitor.visit_enum(OneVariant(name, rest))
            }
            _ => Err(self.note(Hint::Enum(name, variants))),
        }
    }
}

/// One field: its name, and what leads on from its value.
struct OneField<'a, 'g>(Option<&'static str>, Option<Ask<'a, 'g>>);

impl<'de> MapAccess<'de> for OneField<'_, '_> {
    type Error = Refusal;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refusal> {
        let name = self.0.take();
        name.map(|name| seed.deserialize(StrDeserializer::new(name)))
            .transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        seed.deserialize(self.1.take().ok_or(Refusal::Other)?)
    }
}

/// One entry of a map: whether its key is a number, and what leads on from its value.
struct OneValue<'a, 'g>(bool, Option<Ask<'a, 'g>>);

impl<'de> MapAccess<'de> for OneValue<'_, '_> {
    type Error = Refusal;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refusal> {
        match self.1 {
            Some(_) => blank_key(seed, self.0).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        seed.deserialize(self.1.take().ok_or(Refusal::Other)?)
    }
}

/// One element, after so many of nothing.
struct OneElement<'a, 'g>(usize, Blank<'a>, Option<Ask<'a, 'g>>);

impl<'de> SeqAccess<'de> for OneElement<'_, '_> {
    type Error = Refusal;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refusal> {
        if let Some(before) = self.0.checked_sub(1) {
            self.0 = before;
            return seed.deserialize(self.1).map(Some);
        }
        match self.2.take() {
            Some(rest) => seed.deserialize(rest).map(Some),
            None => Ok(None),
        }
    }
}

/// One variant: its name, and what leads on from what it holds.
struct OneVariant<'a, 'g>(&'static str, Ask<'a, 'g>);

impl<'de, 'a, 'g> EnumAccess<'de> for OneVariant<'a, 'g> {
    type Error = Refusal;
    type Variant = Ask<'a, 'g>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Ask<'a, 'g>), Refusal> {
        let name = seed.deserialize(StrDeserializer::<Refusal>::new(self.0))?;
        Ok((name, self.1))
    }
}

impl<'de> VariantAccess<'de> for Ask<'_, '_> {
    type Error = Refusal;

    fn unit_variant(self) -> Result<(), Refusal> {
        Err(self.note(Hint::Plain(Kind::Nothing)))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Refusal> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.elements(Hint::Tuple(len), visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.fields("", fields, visitor)
    }
}
