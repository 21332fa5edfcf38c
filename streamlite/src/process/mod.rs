//! Processes: what is done with the records of each key, one by one, by states and timers of its own.
//!
//! A process is written as a closure in [`pipeline!`](crate::pipeline), whose `let`s are the states of one key and whose
//! handlers close over them; see [`KeyedStream::process`](crate::flow::KeyedStream::process). The same in plain Rust is a
//! [`KeyedProcess`].
//!
//! | state | holds |
//! | --- | --- |
//! | `let total: f64 = 0.0;` | the value itself |
//! | [`Value<T>`] | a value that may be there |
//! | [`List<T>`] | values in the order in which they were pushed |
//! | [`Map<K, V>`] | values by a key of their own |
//! | [`Reducing<T>`] | all values that were added, put together |

mod broadcast;
mod broadcast_handlers;
mod checked;
mod context;
mod handlers;
mod keyed_process;
mod metrics;
mod side;
mod spec;
mod state;
mod timers;
mod times;

pub use broadcast::BroadcastProcess;
pub use broadcast_handlers::BroadcastHandlers;
pub use checked::CheckedStates;
pub use context::{BroadcastContext, ProcessContext};
pub use handlers::{EndHandler, Handlers, NoHandler, TimerHandler};
pub use keyed_process::KeyedProcess;
pub use side::{Side, Sides};
pub use spec::StateSpec;
pub use state::{Expiring, Expiry, Forever, Guard, List, Map, Plain, Reducing, States, Value};
pub use times::TimeDomain;

pub(crate) use broadcast::ByKey;
pub(crate) use context::{Emitted, ReadClock};
pub(crate) use metrics::ProcessMetrics;
pub(crate) use state::{RestoredStretch, SavedField, StoredStates, Stretches};
pub(crate) use timers::{Due, Queued, Timers};
pub(crate) use times::{FieldTtl, Times};
