//! Operators in a row, with what goes in and what comes out.

use std::fmt;
use std::marker::PhantomData;

use super::stage::{Id, Then};

/// Operators `S` that take records of `O` and give records of `T`.
pub struct Chain<T, O, S> {
    pub(crate) stage: S,
    item: PhantomData<fn(O) -> T>,
}

impl<T> Chain<T, T, Id> {
    /// No operator yet.
    pub(crate) const EMPTY: Self = Self {
        stage: Id,
        item: PhantomData,
    };
}

impl<T, O, S> Chain<T, O, S> {
    pub(crate) fn new(stage: S) -> Self {
        Self {
            stage,
            item: PhantomData,
        }
    }

    /// The same with an operator after it.
    pub(crate) fn then<U, B>(self, stage: B) -> Chain<U, O, Then<S, T, B>> {
        Chain::new(Then::new(self.stage, stage))
    }
}

impl<T, O, S: Clone> Clone for Chain<T, O, S> {
    fn clone(&self) -> Self {
        Self::new(self.stage.clone())
    }
}

impl<T, O, S: Copy> Copy for Chain<T, O, S> {}

impl<T, O, S> fmt::Debug for Chain<T, O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chain<{}>", std::any::type_name::<T>())
    }
}
