//! A value that may be there.

use std::fmt;

use super::expiry::{Expiry, Forever, UNWRITTEN};
use super::one::one_state;
use super::states::{SavedField, ShowValue, States, StoredStates};
use crate::process::times::{FieldTtl, TimeDomain, Times};
use crate::state::{Decoder, Encoder, PerKey, StateError, Storage, name_of};
use crate::time::Timestamp;

/// A state of one value that may be there or not: Flink's `ValueState`.
///
/// ```
/// use streamlite::prelude::*;
///
/// // The first of the records that follow one another and are alike.
/// let changes = pipeline!(from([1, 1, 2, 2, 1]).process(|ctx| {
///     let last: Value<i32> = Value::new();
///
///     on_record(|n| {
///         if last.replace(n) != Some(n) {
///             ctx.emit(n);
///         }
///     });
/// }))
/// .collect()?;
/// assert_eq!(changes, [1, 2, 1]);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[derive(Default)]
pub struct Value<T, E: Expiry = Forever> {
    value: Option<T>,
    stamp: E::Stamp,
    expiry: E,
}

impl<T, E: Expiry> Value<T, E> {
    /// No value.
    #[must_use]
    #[inline]
    pub fn new() -> Self {
        Self {
            value: None,
            stamp: E::Stamp::default(),
            expiry: E::default(),
        }
    }

    /// The value, if there is one.
    #[must_use]
    #[inline]
    pub fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// The value, to be changed, if there is one. It counts as written.
    #[inline]
    pub fn get_mut(&mut self) -> Option<&mut T> {
        if self.value.is_some() {
            self.stamp = self.expiry.again(self.stamp);
        }
        self.value.as_mut()
    }

    /// The value, to be changed; if there is none, what the closure returns. It counts as written.
    #[inline]
    pub fn get_or_insert_with(&mut self, first: impl FnOnce() -> T) -> &mut T {
        self.stamp = self.expiry.again(self.stamp);
        self.value.get_or_insert_with(first)
    }

    /// Whether there is a value.
    #[must_use]
    #[inline]
    pub fn is_some(&self) -> bool {
        self.value.is_some()
    }

    /// Whether there is no value.
    #[must_use]
    #[inline]
    pub fn is_none(&self) -> bool {
        self.value.is_none()
    }

    /// Writes a value.
    #[inline]
    pub fn set(&mut self, value: T) {
        self.replace(value);
    }

    /// Writes a value; returns the one that was there.
    #[inline]
    pub fn replace(&mut self, value: T) -> Option<T> {
        self.stamp = self.expiry.again(self.stamp);
        self.value.replace(value)
    }

    /// Removes the value, and returns it.
    #[inline]
    pub fn take(&mut self) -> Option<T> {
        self.stamp = E::Stamp::default();
        self.value.take()
    }

    /// Removes the value.
    pub fn clear(&mut self) {
        self.take();
    }

    /// Whether a handler has put it, with a value, in the place of another one.
    #[inline]
    fn is_fresh(&self) -> bool {
        self.expiry.is_fresh() && self.value.is_some()
    }

    /// Notes when what is written counts as written.
    #[inline]
    fn note(&mut self, times: &Times, ttl: &FieldTtl) {
        self.expiry.enter(times, ttl);
    }
}

impl<T: fmt::Debug, E: Expiry> fmt::Debug for Value<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Value").field(&self.value).finish()
    }
}

one_state!(
    Value,
    "Value of ",
    |this| E::time(this.stamp) != UNWRITTEN,
    |this| {
        this.value = None;
        false
    },
    |_this, _first| ()
);

impl<C: Storage<T>, T, E: Expiry> StoredStates<C> for Value<T, E> {
    fn write(&self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&self.value.is_some())?;
        let Some(value) = &self.value else { return Ok(()) };
        if E::EXPIRES {
            to.plain(&E::time(self.stamp))?;
        }
        C::write(value, to)
    }

    fn kept(_field: usize) -> (PerKey, String) {
        (PerKey::Value, name_of::<T>())
    }

    fn look(&self, _field: usize, times: &Times, ttls: &[FieldTtl], show: &mut ShowValue<'_>) {
        if E::EXPIRES && times.has_expired(E::time(self.stamp), &ttls[0]) {
            return;
        }
        if let Some(value) = &self.value {
            show(Some(&()), C::as_any(value));
        }
    }

    fn read(&mut self, from: &mut Decoder<'_>, saved: &[SavedField]) -> Result<(), StateError> {
        if from.plain()? {
            self.stamp = E::at(saved[0].stamp(from)?);
            self.value = Some(C::read(from)?);
        }
        Ok(())
    }
}
