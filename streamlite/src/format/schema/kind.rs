//! What values are.

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Anything: it depends on the data.
    Any,
    /// Nothing.
    Nothing,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer {
        /// Whether it may be negative.
        signed: bool,
        /// How many bits it has.
        bits: u8,
    },
    /// A number.
    Float,
    /// One character.
    Char,
    /// A text.
    Text,
    /// Bytes.
    Bytes,
    /// A value, or nothing.
    Optional(Box<Kind>),
    /// Values of one kind, as many as there are.
    List(Box<Kind>),
    /// Values each of its kind.
    Tuple(Vec<Kind>),
    /// Values of one kind by names.
    Map(Box<Kind>),
    /// Fields by name.
    Struct(Struct),
    /// One of several.
    Enum(Enum),
    /// The struct or enum of this name, which this one is in.
    Again(&'static str),
}

/// Fields by name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Struct {
    /// Its name.
    pub name: &'static str,
    /// In the order of the type.
    pub fields: Vec<Field>,
    /// Whether it refuses what none of them takes.
    pub refuses_unknown: bool,
}

/// A field of a [`Struct`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// Its name in records.
    pub name: &'static str,
    /// Other names that it takes.
    pub aliases: Vec<&'static str>,
    /// What it is.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
}

/// One of several.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Enum {
    /// Its name.
    pub name: &'static str,
    /// In the order of the type.
    pub variants: Vec<Variant>,
}

/// A variant of an [`Enum`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variant {
    /// Its name in records.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}
