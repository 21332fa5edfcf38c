//! Values in a row.

use std::collections::VecDeque;
use std::fmt;

use super::expiry::{Expiry, Forever, UNWRITTEN};
use super::states::{SavedField, ShowValue, States, StoredStates};
use crate::process::times::{FieldTtl, TimeDomain, Times};
use crate::state::{Decoder, Encoder, PerKey, StateError, Storage, name_of};
use crate::time::Timestamp;

/// A state of values in the order in which they were pushed: Flink's `ListState`. With a TTL each value expires by itself.
///
/// ```
/// use streamlite::prelude::*;
///
/// let triples = pipeline!(from([1, 2, 3, 4]).process(|ctx| {
///     let last: List<i32> = List::new();
///
///     on_record(|n| {
///         last.push(n);
///         if last.len() == 3 {
///             ctx.emit(last.iter().copied().collect::<Vec<_>>());
///             last.pop_front();
///         }
///     });
/// }))
/// .collect()?;
/// assert_eq!(triples, [[1, 2, 3], [2, 3, 4]]);
/// # Ok::<(), streamlite::Error>(())
/// ```
pub struct List<T, E: Expiry = Forever> {
    items: VecDeque<Item<T, E>>,
    /// How many items are in the middle still although they have expired.
    gone: usize,
    /// How many items were removed at the front, so that each keeps its number.
    removed: u64,
    ages: E::Ages,
    expiry: E,
}

/// A value, and when it was pushed.
struct Item<T, E: Expiry> {
    value: T,
    stamp: E::Stamp,
}

/// The stamp of an item that has expired and is between others.
const GONE: Timestamp = UNWRITTEN;

impl<T, E: Expiry> Item<T, E> {
    #[inline]
    fn is_there(&self) -> bool {
        !E::EXPIRES || E::time(self.stamp) != GONE
    }
}

impl<T, E: Expiry> Default for List<T, E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, E: Expiry> List<T, E> {
    /// An empty list.
    #[must_use]
    #[inline]
    pub fn new() -> Self {
        Self {
            items: VecDeque::new(),
            gone: 0,
            removed: 0,
            ages: E::Ages::default(),
            expiry: E::default(),
        }
    }

    /// How many values there are.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.items.len() - self.gone
    }

    /// Whether there is no value.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values, in the order in which they were pushed.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.items
            .iter()
            .filter(|item| item.is_there())
            .map(|item| &item.value)
    }

    /// The value that was pushed first.
    #[must_use]
    #[inline]
    pub fn first(&self) -> Option<&T> {
        self.items.front().map(|item| &item.value)
    }

    /// The value that was pushed last.
    #[must_use]
    #[inline]
    pub fn last(&self) -> Option<&T> {
        self.items.back().map(|item| &item.value)
    }

    /// Adds a value at the end.
    #[inline]
    pub fn push(&mut self, value: T) {
        let stamp = self.expiry.stamp();
        let number = self.removed + self.items.len() as u64;
        if let Some(ages) = E::ages(&mut self.ages) {
            ages.add(E::time(stamp), number);
        }
        self.items.push_back(Item { value, stamp });
    }

    /// Removes the value that was pushed first.
    #[inline]
    pub fn pop_front(&mut self) -> Option<T> {
        let item = self.items.pop_front()?;
        self.removed += 1;
        self.trim();
        Some(item.value)
    }

    /// Removes the value that was pushed last.
    #[inline]
    pub fn pop_back(&mut self) -> Option<T> {
        let item = self.items.pop_back()?;
        self.trim();
        Some(item.value)
    }

    /// Keeps the values that a closure says are wanted still.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(&T) -> bool) {
        self.items
            .retain(|item| item.is_there() && is_wanted(&item.value));
        self.number_anew();
    }

    /// Removes all values, and returns them in the order in which they were pushed.
    pub fn take(&mut self) -> Vec<T> {
        let items = std::mem::take(&mut self.items).into_iter();
        let values = items.filter(Item::is_there).map(|item| item.value).collect();
        self.number_anew();
        values
    }

    /// Removes all values.
    pub fn clear(&mut self) {
        self.items.clear();
        self.number_anew();
    }

    /// Removes what is gone at both ends.
    #[inline]
    fn trim(&mut self) {
        while self.items.front().is_some_and(|item| !item.is_there()) {
            self.items.pop_front();
            self.removed += 1;
            self.gone -= 1;
        }
        while self.items.back().is_some_and(|item| !item.is_there()) {
            self.items.pop_back();
            self.gone -= 1;
        }
        // What was removed is noted still.
        let most = 2 * self.items.len() + 16;
        if E::ages(&mut self.ages).is_some_and(|ages| ages.len() > most) {
            self.number_anew();
        }
    }

    /// Items were removed anywhere.
    fn number_anew(&mut self) {
        let Some(ages) = E::ages(&mut self.ages) else {
            return;
        };
        self.items.retain(Item::is_there);
        (self.gone, self.removed) = (0, 0);
        let stamps = self.items.iter().map(|item| E::time(item.stamp));
        ages.replace(stamps.zip(0..));
    }
}

impl<T, E: Expiry> Extend<T> for List<T, E> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl<T: fmt::Debug, E: Expiry> fmt::Debug for List<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T, E: Expiry> States for List<T, E> {
    const FIELDS: usize = 1;
    const EXPIRES: bool = E::EXPIRES;
    const ALL_EXPIRE: bool = E::EXPIRES;

    fn describe(each: &mut impl FnMut(String, bool)) {
        each(format!("List of {}", name_of::<T>()), E::EXPIRES);
    }

    #[inline]
    fn enter(&mut self, times: &Times, ttls: &[FieldTtl]) -> bool {
        self.expiry.enter(times, &ttls[0]);
        if times.has_expired(E::oldest(&self.ages), &ttls[0]) {
            self.expire(times, &ttls[0]);
        }
        false
    }

    fn start_again(&mut self, _first: Self, _times: &Times, _ttls: &[FieldTtl]) {}

    #[inline]
    fn blank(&self) -> u64 {
        u64::from(E::EXPIRES && self.items.is_empty())
    }

    fn due(&self, domain: TimeDomain, ttls: &[FieldTtl]) -> Timestamp {
        ttls[0].due(domain, E::oldest(&self.ages))
    }

    fn restamp(&mut self, _field: usize, written: Timestamp) {
        let there = self.items.iter_mut().filter(|item| item.is_there());
        there.for_each(|item| item.stamp = E::at(written));
        self.number_anew();
    }
}

impl<T, E: Expiry> List<T, E> {
    #[cold]
    fn expire(&mut self, times: &Times, ttl: &FieldTtl) {
        let Self {
            items,
            gone,
            removed,
            ages,
            ..
        } = self;
        let Some(ages) = E::ages(ages) else { return };
        let place_of = |number: u64| usize::try_from(number.checked_sub(*removed)?).ok();
        let mut expired = Vec::new();
        ages.take_expired(
            |stamp| times.has_expired(stamp, ttl),
            |number| Some(E::time(items.get(place_of(number)?)?.stamp)),
            |number| expired.extend(place_of(number)),
        );
        for place in expired {
            // A number that was popped at the end and used again may be noted twice.
            if items[place].is_there() {
                items[place].stamp = E::at(GONE);
                *gone += 1;
            }
        }
        self.trim();
        if self.items.is_empty() {
            // A list that may never be used again takes no room.
            self.items = VecDeque::new();
            self.ages = E::Ages::default();
        }
    }
}

impl<C: Storage<T>, T, E: Expiry> StoredStates<C> for List<T, E> {
    fn write(&self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&(self.len() as u64))?;
        let items = self.items.iter().filter(|item| item.is_there());
        items.into_iter().try_for_each(|item| {
            if E::EXPIRES {
                to.plain(&E::time(item.stamp))?;
            }
            C::write(&item.value, to)
        })
    }

    fn kept(_field: usize) -> (PerKey, String) {
        (PerKey::List, name_of::<T>())
    }

    fn look(&self, _field: usize, times: &Times, ttls: &[FieldTtl], show: &mut ShowValue<'_>) {
        for item in self.items.iter().filter(|item| item.is_there()) {
            if !E::EXPIRES || !times.has_expired(E::time(item.stamp), &ttls[0]) {
                show(Some(&()), C::as_any(&item.value));
            }
        }
    }

    fn read(&mut self, from: &mut Decoder<'_>, saved: &[SavedField]) -> Result<(), StateError> {
        for _ in 0..from.plain::<u64>()? {
            let stamp = E::at(saved[0].stamp(from)?);
            let value = C::read(from)?;
            self.items.push_back(Item { value, stamp });
        }
        self.number_anew();
        Ok(())
    }
}
