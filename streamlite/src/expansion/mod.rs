//! What generated code calls besides the methods of streams.

mod branches;
mod fits;
mod fragment;
mod mentions;
mod node;
mod outputs;
mod repeated;
mod storable;
mod uses;

pub use branches::matching;
pub use fits::{Fits, ItemsOf, OrUnbuilt, SameAs, Sent, Taken, gives, sent, taken};
pub use fragment::{Fragment, Unbuilt, fragment};
pub use mentions::{Mentioned, NoClone, Parameter, mentioned_again, parameter, type_of};
pub use node::after_piece;
pub use outputs::*;
pub use repeated::{repeated_right, repeated_rows};
pub use storable::{
    ShortForm, Storable, kept, kept_by, stored_as_of, stored_broadcast_key, stored_common_key, stored_key,
    stored_rows, stored_state,
};
pub use uses::{IsStream, ItemOf, Shared, port, stream, used_again};
