//! What may be kept as state: asked of a pipeline that can be checkpointed, and not asked of an expression.

use std::any::Any;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::codec::{Decoder, Encoder, StateError};
use super::look::Shows;

/// Keeps values of `V` as state.
///
/// A pipeline function is [`Durable`]: its keys and states are written to checkpoints. An expression is
/// [`Transient`]: it lives for one run, so that whatever it holds may borrow.
#[diagnostic::on_unimplemented(
    message = "`{V}` cannot be kept as state",
    label = "this operator keeps `{V}`, which cannot be written to a checkpoint and read back",
    note = "`#[derive(Serialize, Deserialize)]` on the type; state owns what it holds, so borrow nothing"
)]
pub trait Storage<V>: Shows<V> + Sized + 'static {
    /// Writes a value.
    ///
    /// # Errors
    /// If the value's `Serialize` fails.
    fn write(value: &V, to: &mut Encoder) -> Result<(), StateError>;

    /// Reads a value back.
    ///
    /// # Errors
    /// If the bytes are not such a value.
    fn read(from: &mut Decoder<'_>) -> Result<V, StateError>;
}

/// State can be written to a checkpoint and read back.
#[derive(Clone, Copy, Debug)]
pub struct Durable;

/// State lives for one run.
#[derive(Clone, Copy, Debug)]
pub struct Transient;

#[diagnostic::do_not_recommend]
impl<V: Serialize + DeserializeOwned + 'static> Storage<V> for Durable {
    fn write(value: &V, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(value)
    }

    fn read(from: &mut Decoder<'_>) -> Result<V, StateError> {
        from.plain()
    }
}

#[diagnostic::do_not_recommend]
impl<V: 'static> Shows<V> for Durable {
    fn as_any(value: &V) -> Option<&dyn Any> {
        Some(value)
    }

    fn from_any(any: &dyn Any) -> Option<&V> {
        any.downcast_ref()
    }
}

impl<V> Shows<V> for Transient {
    fn as_any(_value: &V) -> Option<&dyn Any> {
        None
    }

    fn from_any(_any: &dyn Any) -> Option<&V> {
        None
    }
}

impl<V> Storage<V> for Transient {
    fn write(_value: &V, _to: &mut Encoder) -> Result<(), StateError> {
        Err(StateError::new(
            "an expression has no checkpoints; write a pipeline function",
        ))
    }

    fn read(_from: &mut Decoder<'_>) -> Result<V, StateError> {
        Err(StateError::new(
            "an expression has no checkpoints; write a pipeline function",
        ))
    }
}
