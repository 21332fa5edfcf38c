//! Processes: handlers of the user's own, with states and timers per key.

mod births;
mod bits;
mod broadcast;
mod builds;
mod connected;
mod core;
mod expirations;
mod firing;
mod look;
mod outputs;
mod push;
mod saved;
mod with_sides;

pub use broadcast::Broadcast;
pub use connected::ConnectedWithSides;
pub use push::Processing;
pub use with_sides::WithSides;
