//! Checks whose failure is one error at the user's token: a method that checks returns a type that only exists where the
//! check holds, so that nothing after it fails again.

mod answer;
mod key;
mod repeated;
mod sink;
mod strategy;
mod timestamp;

pub use answer::{Never, No, Yes};
pub use key::CheckedKey;
pub use repeated::Repeated;
pub use sink::Accepts;
pub use strategy::CheckedStrategy;
pub use timestamp::ToTimestamp;
