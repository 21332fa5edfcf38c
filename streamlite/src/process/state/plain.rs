//! A value that is used as it is.

use std::fmt;
use std::ops::{Deref, DerefMut};

use super::expiry::{Expiring, Expiry, Forever, UNWRITTEN};
use super::one::one_state;
use super::states::{SavedField, ShowValue, States, StoredStates};
use crate::process::times::{FieldTtl, TimeDomain, Times};
use crate::state::{Decoder, Encoder, PerKey, StateError, Storage, name_of};
use crate::time::Timestamp;

/// What `let total: f64 = 0.0;` becomes in a process: handlers see the value itself.
#[derive(Debug, Default)]
pub struct Plain<T, E: Expiry = Forever> {
    value: T,
    stamp: E::Stamp,
}

impl<T, E: Expiry> Plain<T, E> {
    /// A state with its first value.
    #[inline]
    pub fn new(first: T) -> Self {
        Self {
            value: first,
            stamp: E::Stamp::default(),
        }
    }

    /// Handlers are told when they write.
    #[expect(clippy::unused_self, reason = "other states note it")]
    #[inline]
    fn note(&mut self, _times: &Times, _ttl: &FieldTtl) {}

    /// Nobody but the library makes one.
    #[expect(clippy::unused_self, reason = "other states may be new")]
    #[inline]
    fn is_fresh(&self) -> bool {
        false
    }
}

impl<T> Plain<T, Forever> {
    /// What handlers see.
    #[inline]
    pub fn view(&mut self, _written: Timestamp) -> &mut T {
        &mut self.value
    }

    /// What handlers see that only read.
    #[inline]
    pub fn get(&self) -> &T {
        &self.value
    }

    /// What handlers see of a value that all keys share.
    #[inline]
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> Plain<T, Expiring> {
    /// What handlers see; `written` is when they write.
    #[inline]
    pub fn view(&mut self, written: Timestamp) -> Guard<'_, T> {
        Guard { plain: self, written }
    }
}

/// A plain value that expires: it is refreshed when it is changed, and not when it is read.
pub struct Guard<'a, T> {
    plain: &'a mut Plain<T, Expiring>,
    written: Timestamp,
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.plain.value
    }
}

impl<T> DerefMut for Guard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.plain.stamp = self.plain.stamp.again(self.written);
        &mut self.plain.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Guard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for Guard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

one_state!(
    Plain,
    "",
    |this| E::time(this.stamp) != UNWRITTEN,
    |_this| true,
    |this, first| this.value = first.value
);

impl<C: Storage<T>, T, E: Expiry> StoredStates<C> for Plain<T, E> {
    fn write(&self, to: &mut Encoder) -> Result<(), StateError> {
        if E::EXPIRES {
            to.plain(&E::time(self.stamp))?;
        }
        C::write(&self.value, to)
    }

    fn kept(_field: usize) -> (PerKey, String) {
        (PerKey::Value, name_of::<T>())
    }

    fn look(&self, _field: usize, times: &Times, ttls: &[FieldTtl], show: &mut ShowValue<'_>) {
        if E::EXPIRES && times.has_expired(E::time(self.stamp), &ttls[0]) {
            return;
        }
        show(Some(&()), C::as_any(&self.value));
    }

    fn read(&mut self, from: &mut Decoder<'_>, saved: &[SavedField]) -> Result<(), StateError> {
        self.stamp = E::at(saved[0].stamp(from)?);
        self.value = C::read(from)?;
        Ok(())
    }
}
