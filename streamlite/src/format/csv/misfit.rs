//! Why the columns of a record do not fit the user's type.

use std::fmt;

use serde::de::{Error, Expected};

/// Why a record does not fit.
#[derive(Debug)]
pub(super) struct Misfit(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// The column whose value does not fit; `None` where it is not that of one column.
    column: Option<usize>,
    cause: Cause,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// No column has the name of this field.
    Missing(&'static str),
    /// No field has the name of this column.
    Unknown(String),
    /// Two columns are this field.
    Twice(&'static str),
    Other(String),
}

impl Misfit {
    fn new(cause: Cause) -> Self {
        Self(Box::new(Inner { column: None, cause }))
    }

    /// It is the value of this column.
    pub(super) fn at(mut self, column: usize) -> Self {
        self.0.column.get_or_insert(column);
        self
    }

    pub(super) fn column(&self) -> Option<usize> {
        self.0.column
    }

    pub(super) fn cause(&self) -> &Cause {
        &self.0.cause
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.cause {
            Cause::Missing(field) => write!(f, "missing field `{field}`"),
            Cause::Unknown(column) => write!(f, "unknown field `{column}`"),
            Cause::Twice(field) => write!(f, "duplicate field `{field}`"),
            Cause::Other(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for Misfit {}

impl Error for Misfit {
    #[cold]
    fn custom<T: fmt::Display>(cause: T) -> Self {
        Self::new(Cause::Other(cause.to_string()))
    }

    #[cold]
    fn missing_field(field: &'static str) -> Self {
        Self::new(Cause::Missing(field))
    }

    #[cold]
    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::new(Cause::Unknown(field.to_owned()))
    }

    #[cold]
    fn duplicate_field(field: &'static str) -> Self {
        Self::new(Cause::Twice(field))
    }

    #[cold]
    fn invalid_length(len: usize, expected: &dyn Expected) -> Self {
        let columns = if len == 1 { "column" } else { "columns" };
        Self::custom(format_args!("{expected} expected, and there are {len} {columns}"))
    }
}
