//! What users chain: typed descriptions of what will run. Nothing runs before a job is built of them.

mod branches;
mod fits;
mod fragment;
mod key;
mod keyed;
mod mentions;
mod node;
mod outputs;
mod running;
mod short_forms;
mod sinks;
mod storable;
mod stream;
mod uses;
mod windowed;

pub use branches::matching;
pub use fits::{Fits, ItemsOf, OrUnbuilt, SameAs, Sent, Taken, gives, sent, taken};
pub use fragment::{Fragment, Unbuilt, fragment};
pub use key::{CheckedKey, Never, No, Yes};
pub use keyed::KeyedStream;
pub use mentions::{Mentioned, NoClone, Parameter, mentioned_again, parameter, type_of};
pub use node::after_piece;
pub use outputs::*;
pub use running::{KeyedRunningStream, RunningStream};
pub use sinks::Accepts;
pub use storable::{ShortForm, Storable, kept, kept_by, stored_key, stored_state};
pub use stream::Stream;
pub use uses::{IsStream, ItemOf, Shared, port, stream, used_again};
pub use windowed::{AllWindowedStream, DropLate, KeepLate, LatePolicy, WindowedStream};
