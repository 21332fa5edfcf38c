//! The sources there are.

mod collection;
#[cfg(feature = "csv")]
mod csv_options;
mod file;
mod into_source;

pub use crate::bad_record::BadRecord;
pub use crate::connector::{Bounded, FileUse, Partition, Position, ReadStatus, Reader, Source, TakeRow};
pub use crate::format::{Fail, OnError, Route, Skip};
#[doc(inline)]
pub use crate::metrics::Unmatched;
pub use collection::{CollectionReader, CollectionSource};
#[cfg(feature = "csv")]
pub use file::CsvSource;
#[cfg(feature = "json")]
pub use file::JsonSource;
pub use file::{FileSource, LinesSource};
pub use into_source::{IntoSource, Iterated, Itself, from};
