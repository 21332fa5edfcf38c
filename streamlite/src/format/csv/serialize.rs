//! A record into columns: the fields of a struct, the values of a tuple, or one value.

use std::borrow::Cow;
use std::fmt::{self, Display};

use serde::Serialize;
use serde::ser::{
    Error, Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::encoder::FieldEncoder;
use crate::window::WINDOW;

/// The name of a column, if it has one.
pub(super) type Name = Option<Cow<'static, str>>;

/// Why a record cannot be written.
#[derive(Debug)]
pub(super) struct Refused(String);

impl Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl Error for Refused {
    #[cold]
    fn custom<T: Display>(cause: T) -> Self {
        Refused(cause.to_string())
    }
}

/// The columns of a record.
pub(super) struct Columns<'a> {
    pub(super) to: &'a mut Vec<u8>,
    pub(super) encoder: &'a mut FieldEncoder,
    pub(super) count: usize,
    /// Whether there is a header: then what has a name is one column.
    pub(super) has_header: bool,
    /// The names, where they are asked for.
    pub(super) names: Option<&'a mut Vec<Name>>,
    /// The names that there must be where a record could have others each time.
    pub(super) known: &'a [Name],
}

impl Columns<'_> {
    /// Writes a record.
    #[inline]
    pub(super) fn record<T: Serialize + ?Sized>(&mut self, record: &T) -> Result<(), Refused> {
        record.serialize(Column {
            columns: self,
            name: None,
        })
    }

    /// Holds the name of the next column against that of the records before: those of another variant have others.
    #[inline]
    fn check(&self, name: &str) -> Result<(), Refused> {
        match self.known.get(self.count) {
            Some(Some(known)) if *known != name => Err(another_name(name, known)),
            _ => Ok(()),
        }
    }

    #[inline]
    fn add(&mut self, name: Name, text: &[u8]) {
        if let Some(names) = &mut self.names {
            names.push(name);
        }
        self.encoder.field(text, self.count == 0, self.to);
        self.count += 1;
    }
}

/// A column, or several that a value takes.
struct Column<'c, 'a> {
    columns: &'c mut Columns<'a>,
    name: Name,
}

impl<'c, 'a> Column<'c, 'a> {
    #[inline]
    fn add(self, text: &[u8]) -> Result<(), Refused> {
        if let Some(name) = &self.name {
            self.columns.check(name)?;
        }
        self.columns.add(self.name, text);
        Ok(())
    }

    /// Goes on with the values inside, which take a column each.
    #[inline]
    fn inside(self, what: &str) -> Result<&'c mut Columns<'a>, Refused> {
        match &self.name {
            Some(name) if self.columns.has_header => Err(nested(name, what)),
            _ => Ok(self.columns),
        }
    }
}

#[cold]
fn another_name(name: &str, known: &str) -> Refused {
    Refused(format!(
        "the record has a column `{name}` where the ones before it have `{known}`; the names must be the same in each record, \
         in one order"
    ))
}

#[cold]
fn nested(name: &str, what: &str) -> Refused {
    Refused(format!(
        "`{name}` is {what}, and a column holds one value; give it columns of its own by `.map(…)` into a flat struct, or by \
         `#[serde(flatten)]`"
    ))
}

macro_rules! write_number {
    ($($method:ident $number:ty),*) => {$(
        #[inline]
        fn $method(self, value: $number) -> Result<(), Refused> {
            self.add(itoa::Buffer::new().format(value).as_bytes())
        }
    )*};
}

impl<'c, 'a> Serializer for Column<'c, 'a> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Values<'c, 'a>;
    type SerializeTuple = Values<'c, 'a>;
    type SerializeTupleStruct = Values<'c, 'a>;
    type SerializeTupleVariant = Values<'c, 'a>;
    type SerializeMap = Entries<'c, 'a>;
    type SerializeStruct = Values<'c, 'a>;
    type SerializeStructVariant = Values<'c, 'a>;

    write_number! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128, serialize_u8 u8,
        serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128
    }

    #[inline]
    fn serialize_bool(self, value: bool) -> Result<(), Refused> {
        self.add(if value { b"true" } else { b"false" })
    }

    #[inline]
    fn serialize_f32(self, value: f32) -> Result<(), Refused> {
        self.add(zmij::Buffer::new().format(value).as_bytes())
    }

    #[inline]
    fn serialize_f64(self, value: f64) -> Result<(), Refused> {
        self.add(zmij::Buffer::new().format(value).as_bytes())
    }

    fn serialize_char(self, value: char) -> Result<(), Refused> {
        self.add(value.encode_utf8(&mut [0; 4]).as_bytes())
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<(), Refused> {
        self.add(value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Refused> {
        self.add(value)
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Refused> {
        self.add(b"")
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Refused> {
        self.add(b"")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refused> {
        self.add(b"")
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Refused> {
        self.add(variant.as_bytes())
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: &T,
    ) -> Result<(), Refused> {
        Err(variant_with_contents(variant))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Values<'c, 'a>, Refused> {
        self.inside("a list").map(Values::of)
    }

    #[inline]
    fn serialize_tuple(self, _: usize) -> Result<Values<'c, 'a>, Refused> {
        self.inside("a tuple").map(Values::of)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Values<'c, 'a>, Refused> {
        self.inside("a tuple").map(Values::of)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Values<'c, 'a>, Refused> {
        Err(variant_with_contents(variant))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'c, 'a>, Refused> {
        let columns = self.inside("a map")?;
        Ok(Entries { columns, name: None })
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Values<'c, 'a>, Refused> {
        let is_ours = name.starts_with("streamlite::");
        let columns = if is_ours {
            self.columns
        } else {
            self.inside("a struct")?
        };
        let is_window = name == WINDOW;
        Ok(Values { columns, is_window })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Values<'c, 'a>, Refused> {
        Err(variant_with_contents(variant))
    }
}

#[cold]
fn variant_with_contents(variant: &str) -> Refused {
    Refused(format!(
        "`{variant}` is a variant with contents, and a column holds one value; give it columns of its own by `.map(…)` into \
         a flat struct"
    ))
}

/// Values that take their columns one after the other.
struct Values<'c, 'a> {
    columns: &'c mut Columns<'a>,
    /// A window has two columns, wherever it is.
    is_window: bool,
}

impl<'c, 'a> Values<'c, 'a> {
    #[inline]
    fn of(columns: &'c mut Columns<'a>) -> Self {
        Self {
            columns,
            is_window: false,
        }
    }

    /// Whether a field has a column.
    #[inline]
    fn has(&self, field: &str) -> bool {
        !self.is_window || field == "start" || field == "end"
    }

    #[inline]
    fn add<T: Serialize + ?Sized>(&mut self, name: Name, value: &T) -> Result<(), Refused> {
        value.serialize(Column {
            columns: self.columns,
            name,
        })
    }
}

/// What has values without names.
macro_rules! add_values {
    ($($kind:ident $method:ident)*) => {$(
        impl $kind for Values<'_, '_> {
            type Ok = ();
            type Error = Refused;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
                self.add(None, value)
            }

            #[inline]
            fn end(self) -> Result<(), Refused> {
                Ok(())
            }
        }
    )*};
}

/// What has values with names.
macro_rules! add_fields {
    ($($kind:ident)*) => {$(
        impl $kind for Values<'_, '_> {
            type Ok = ();
            type Error = Refused;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refused> {
                if !self.has(name) {
                    return Ok(());
                }
                self.add(Some(Cow::Borrowed(name)), value)
            }

            /// A field that is left out leaves its column empty.
            fn skip_field(&mut self, name: &'static str) -> Result<(), Refused> {
                self.add(Some(Cow::Borrowed(name)), &())
            }

            #[inline]
            fn end(self) -> Result<(), Refused> {
                Ok(())
            }
        }
    )*};
}

add_values! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}
add_fields! { SerializeStruct SerializeStructVariant }

/// The entries of a map, whose keys are the names: a struct with a flattened one, too.
struct Entries<'c, 'a> {
    columns: &'c mut Columns<'a>,
    name: Name,
}

impl SerializeMap for Entries<'_, '_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        let name = key.serialize(Text)?;
        self.name = Some(Cow::Owned(name));
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        value.serialize(Column {
            columns: self.columns,
            name: self.name.take(),
        })
    }

    fn end(self) -> Result<(), Refused> {
        Ok(())
    }
}

/// The text of a key.
struct Text;

macro_rules! text_of {
    ($($method:ident $value:ty),*) => {$(
        fn $method(self, value: $value) -> Result<String, Refused> {
            Ok(value.to_string())
        }
    )*};
}

impl Serializer for Text {
    type Ok = String;
    type Error = Refused;
    type SerializeSeq = Impossible<String, Refused>;
    type SerializeTuple = Impossible<String, Refused>;
    type SerializeTupleStruct = Impossible<String, Refused>;
    type SerializeTupleVariant = Impossible<String, Refused>;
    type SerializeMap = Impossible<String, Refused>;
    type SerializeStruct = Impossible<String, Refused>;
    type SerializeStructVariant = Impossible<String, Refused>;

    text_of! {
        serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128, serialize_f32 f32,
        serialize_f64 f64, serialize_char char, serialize_str &str
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<String, Refused> {
        Ok(variant.to_owned())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<String, Refused> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<String, Refused> {
        value.serialize(self)
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<String, Refused> {
        Err(no_name())
    }

    fn serialize_none(self) -> Result<String, Refused> {
        Err(no_name())
    }

    fn serialize_unit(self) -> Result<String, Refused> {
        Err(no_name())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<String, Refused> {
        Err(no_name())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<String, Refused> {
        Err(no_name())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Refused> {
        Err(no_name())
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Refused> {
        Err(no_name())
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Refused> {
        Err(no_name())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Refused> {
        Err(no_name())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Refused> {
        Err(no_name())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Refused> {
        Err(no_name())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Refused> {
        Err(no_name())
    }
}

#[cold]
fn no_name() -> Refused {
    Refused("the key of a map is no name of a column".to_owned())
}
