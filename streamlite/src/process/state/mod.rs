//! The states of one key: what they hold, and how long it lives.

mod expiry;
mod list;
mod map;
mod one;
mod plain;
mod reducing;
#[cfg(test)]
mod shown;
mod states;
mod stretches;
mod value;

pub use expiry::{Expiring, Expiry, Forever};
pub use list::List;
pub use map::Map;
pub use plain::{Guard, Plain};
pub use reducing::Reducing;
pub use states::States;
pub(crate) use states::{SavedField, StoredStates};
pub(crate) use stretches::{RestoredStretch, Stretches};
pub use value::Value;
