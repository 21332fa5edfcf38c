//! Processes: handlers of the user's own, with states and timers per key.

mod bits;
mod connected;
mod core;
mod expirations;
mod firing;
mod outputs;
mod push;
mod saved;
mod with_sides;

pub use connected::ConnectedWithSides;
pub use push::Processing;
pub use with_sides::WithSides;
