//! Values in a row.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;

use super::expiry::{Expiry, Forever, UNWRITTEN};
use super::states::{SavedField, ShowValue, States, StoredStates};
use super::stretches::{Elements, Home, RestoredStretch, Saved, Stretches};
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
    saved: Saved<Item<T, E>>,
}

/// A value, and when it was pushed.
struct Item<T, E: Expiry> {
    value: T,
    stamp: E::Stamp,
}

/// The stamp of an item that has expired and is between others.
const GONE: Timestamp = UNWRITTEN;
/// The stamp of an item of a list that is new in this handler, until it returns.
const FRESH: Timestamp = Timestamp::MIN;

impl<T, E: Expiry> Item<T, E> {
    #[inline]
    fn is_there(&self) -> bool {
        !E::EXPIRES || E::time(self.stamp) != GONE
    }
}

/// The items, each with its number.
struct Numbered<'a, T, E: Expiry> {
    items: &'a VecDeque<Item<T, E>>,
    removed: u64,
}

impl<T, E: Expiry> Elements for Numbered<'_, T, E> {
    type Element = Item<T, E>;

    fn between(&self, numbers: Range<u64>) -> impl Iterator<Item = &Item<T, E>> {
        let place_of = |number: u64| {
            let place = usize::try_from(number.saturating_sub(self.removed)).unwrap_or(usize::MAX);
            place.min(self.items.len())
        };
        let items = self.items.range(place_of(numbers.start)..place_of(numbers.end));
        items.filter(|item| item.is_there())
    }

    fn numbers(&self) -> Range<u64> {
        self.removed..self.removed + self.items.len() as u64
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
            saved: Saved::Whole,
        }
    }

    /// How it is saved, and what is in it.
    #[inline]
    fn saved(&mut self) -> (&mut Saved<Item<T, E>>, Numbered<'_, T, E>) {
        let Self {
            items,
            removed,
            saved,
            ..
        } = self;
        let removed = *removed;
        (saved, Numbered { items, removed })
    }

    #[inline]
    fn numbered(&self) -> Numbered<'_, T, E> {
        Numbered {
            items: &self.items,
            removed: self.removed,
        }
    }

    /// All values are about to be changed, or get other numbers.
    fn touch_all(&mut self) {
        let (saved, items) = self.saved();
        saved.touch_all(&items);
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

    /// When they were pushed, if they expire; what `iter` shows.
    #[cfg(test)]
    pub(super) fn stamps(&self) -> impl Iterator<Item = Timestamp> {
        let there = self.items.iter().filter(|item| item.is_there());
        there.map(|item| E::time(item.stamp))
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
        let stamp = if self.expiry.is_fresh() {
            E::at(FRESH)
        } else {
            self.expiry.stamp()
        };
        let number = self.removed + self.items.len() as u64;
        let (saved, items) = self.saved();
        saved.touch_new(number, &items);
        if let Some(ages) = E::ages(&mut self.ages) {
            ages.add(E::time(stamp), number);
        }
        self.items.push_back(Item { value, stamp });
    }

    /// Removes the value that was pushed first.
    #[inline]
    pub fn pop_front(&mut self) -> Option<T> {
        if self.items.is_empty() {
            return None;
        }
        let (saved, items) = self.saved();
        saved.touch(items.removed, &items);
        let item = self.items.pop_front()?;
        self.removed += 1;
        self.trim();
        Some(item.value)
    }

    /// Removes the value that was pushed last.
    #[inline]
    pub fn pop_back(&mut self) -> Option<T> {
        if self.items.is_empty() {
            return None;
        }
        let (saved, items) = self.saved();
        saved.touch(items.numbers().end - 1, &items);
        let item = self.items.pop_back()?;
        self.trim();
        Some(item.value)
    }

    /// Keeps the values that a closure says are wanted still.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(&T) -> bool) {
        self.touch_all();
        self.items
            .retain(|item| item.is_there() && is_wanted(&item.value));
        self.number_anew();
    }

    /// Removes all values, and returns them in the order in which they were pushed.
    pub fn take(&mut self) -> Vec<T> {
        self.touch_all();
        let items = std::mem::take(&mut self.items).into_iter();
        let values = items.filter(Item::is_there).map(|item| item.value).collect();
        self.number_anew();
        values
    }

    /// Removes all values.
    pub fn clear(&mut self) {
        self.touch_all();
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
        let (saved, items) = self.saved();
        saved.shrink(&items);
        // What was removed is noted still.
        let most = 2 * self.items.len() + 16;
        if E::ages(&mut self.ages).is_some_and(|ages| ages.len() > most) {
            self.touch_all();
            self.number_anew();
        }
    }

    /// Items, all of which were shown before, were removed anywhere.
    fn number_anew(&mut self) {
        if let Some(ages) = E::ages(&mut self.ages) {
            self.items.retain(Item::is_there);
            (self.gone, self.removed) = (0, 0);
            let stamps = self.items.iter().map(|item| E::time(item.stamp));
            ages.replace(stamps.zip(0..));
        }
        let (saved, items) = self.saved();
        saved.renew(&items);
    }
}

impl<T, E: Expiry> Drop for List<T, E> {
    fn drop(&mut self) {
        let (saved, items) = self.saved();
        saved.leave(&items);
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
    const MAY_BE_LONG: bool = true;

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

    #[inline]
    fn refresh(&mut self, times: &Times, ttls: &[FieldTtl]) {
        if self.expiry.is_fresh() {
            self.expiry.enter(times, &ttls[0]);
            self.restamp(0, times.written(&ttls[0]));
        }
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
        self.touch_all();
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
            saved,
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
                let numbered = Numbered {
                    items,
                    removed: *removed,
                };
                saved.touch(*removed + place as u64, &numbered);
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

impl<T, E: Expiry> List<T, E> {
    fn read_item<C: Storage<T>>(
        &mut self,
        from: &mut Decoder<'_>,
        saved: &SavedField,
    ) -> Result<(), StateError> {
        let stamp = E::at(saved.stamp(from)?);
        let value = C::read(from)?;
        let number = self.removed + self.items.len() as u64;
        if let Some(ages) = E::ages(&mut self.ages) {
            ages.add(E::time(stamp), number);
        }
        self.items.push_back(Item { value, stamp });
        Ok(())
    }
}

impl<C: Storage<T>, T, E: Expiry> StoredStates<C> for List<T, E> {
    fn write(&self, to: &mut Encoder) -> Result<(), StateError> {
        let (saved, items) = (&self.saved, self.numbered());
        saved.write(self.len(), &items, to, write_item::<C, T, E>)
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
        *self = Self::new();
        for _ in 0..self.saved.read(from)? {
            self.read_item::<C>(from, &saved[0])?;
        }
        Ok(())
    }

    #[inline]
    fn settle(&mut self, place: u32, field: u32, stretches: Option<&Stretches>) {
        let home = stretches.map(|stretches| Home {
            stretches,
            place,
            field,
            write: write_item::<C, T, E>,
        });
        let (saved, items) = self.saved();
        saved.settle(items.items.len(), &items, home.as_ref());
    }

    fn write_stretch(&self, _field: usize, turn: u64, to: &mut Encoder) -> Result<(), StateError> {
        self.saved.write_stretch(turn, &self.numbered(), to)
    }

    fn read_stretch(
        &mut self,
        _field: usize,
        stretch: &RestoredStretch<'_>,
        saved: &[SavedField],
    ) -> Result<(), StateError> {
        let home = Home {
            stretches: stretch.stretches,
            place: stretch.place,
            field: stretch.field,
            write: write_item::<C, T, E>,
        };
        let start = self.numbered().numbers().end;
        let (count, mut from) = self.saved.add_restored(&home, stretch, start)?;
        for _ in 0..count {
            self.read_item::<C>(&mut from, &saved[0])?;
        }
        from.end()
    }

    fn is_restored(&self) -> bool {
        self.saved.is_restored()
    }
}

fn write_item<C: Storage<T>, T, E: Expiry>(item: &Item<T, E>, to: &mut Encoder) -> Result<(), StateError> {
    if E::EXPIRES {
        to.plain(&E::time(item.stamp))?;
    }
    C::write(&item.value, to)
}
