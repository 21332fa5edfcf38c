//! A value that each new one is put together with.

use std::fmt;

use super::expiry::{Expiry, Forever, UNWRITTEN};
use super::one::one_state;
use super::states::{SavedField, ShowValue, States, StoredStates};
use crate::process::times::{FieldTtl, TimeDomain, Times};
use crate::state::{Decoder, Encoder, PerKey, StateError, Storage, name_of};
use crate::time::Timestamp;

/// A state that puts each value that is added together with those before: Flink's `ReducingState`.
///
/// The function is a plain one, or a closure that captures nothing; it is no part of what is saved.
///
/// ```
/// use streamlite::prelude::*;
///
/// let peaks = pipeline!(from([3, 7, 5]).process(|ctx| {
///     let peak: Reducing<i32> = Reducing::new(i32::max);
///
///     on_record(|n| {
///         peak.add(n);
///         ctx.emit(*peak.get().unwrap());
///     });
/// }))
/// .collect()?;
/// assert_eq!(peaks, [3, 7, 7]);
/// # Ok::<(), streamlite::Error>(())
/// ```
pub struct Reducing<T, E: Expiry = Forever> {
    value: Option<T>,
    reduce: fn(T, T) -> T,
    stamp: E::Stamp,
    expiry: E,
}

impl<T, E: Expiry> Reducing<T, E> {
    /// No value; `reduce` makes one of the value so far and a new one.
    #[must_use]
    #[inline]
    pub fn new(reduce: fn(T, T) -> T) -> Self {
        Self {
            value: None,
            reduce,
            stamp: E::Stamp::default(),
            expiry: E::default(),
        }
    }

    /// The value so far, if something was added.
    #[must_use]
    #[inline]
    pub fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// Whether nothing was added.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.value.is_none()
    }

    /// Adds a value.
    #[inline]
    pub fn add(&mut self, value: T) {
        self.stamp = self.expiry.again(self.stamp);
        self.value = Some(match self.value.take() {
            Some(before) => (self.reduce)(before, value),
            None => value,
        });
    }

    /// Removes the value so far, and returns it.
    #[inline]
    pub fn take(&mut self) -> Option<T> {
        self.stamp = E::Stamp::default();
        self.value.take()
    }

    /// Removes the value so far.
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

impl<T: fmt::Debug, E: Expiry> fmt::Debug for Reducing<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reducing").field(&self.value).finish()
    }
}

one_state!(
    Reducing,
    "Reducing of ",
    |this| E::time(this.stamp) != UNWRITTEN,
    |this| {
        this.value = None;
        false
    },
    |_this, _first| ()
);

impl<C: Storage<T>, T, E: Expiry> StoredStates<C> for Reducing<T, E> {
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
