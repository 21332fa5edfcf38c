//! How long the values of a state live.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;

use crate::process::times::{FieldTtl, Times};
use crate::time::Timestamp;

/// Whether the values of a state expire: [`Forever`] or [`Expiring`].
pub trait Expiry: Default + fmt::Debug + sealed::Sealed + 'static {
    /// Whether they do.
    const EXPIRES: bool;
    /// When a value was written last.
    type Stamp: Copy + Default + fmt::Debug + PartialEq;

    /// Which of several values expires next.
    type Ages: Default + fmt::Debug;

    /// Which of several values expires next, if they expire.
    fn ages(ages: &mut Self::Ages) -> Option<&mut Ages>;

    /// A stamp that no value is older than; `UNWRITTEN` if there is none.
    fn oldest(ages: &Self::Ages) -> Timestamp;

    /// What writes are stamped with by now.
    fn stamp(&self) -> Self::Stamp;

    /// What a value is stamped with that is written again: a write does not shorten its life, although it may be of a record
    /// that happened earlier.
    fn again(&self, before: Self::Stamp) -> Self::Stamp;

    /// The time of a stamp; `UNWRITTEN` if it has none.
    fn time(stamp: Self::Stamp) -> Timestamp;

    /// The stamp of a time.
    fn at(time: Timestamp) -> Self::Stamp;

    /// Whether nobody has said yet what writes are stamped with, as a handler has put it in the place of another one.
    fn is_fresh(&self) -> bool;

    /// Notes what writes are stamped with from now on.
    fn enter(&mut self, times: &Times, ttl: &FieldTtl);
}

/// The values of a state stay until they are removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forever;

/// The values of a state expire some time after they were written last.
#[derive(Debug)]
pub struct Expiring {
    /// What writes are stamped with.
    written: Timestamp,
}

impl Default for Expiring {
    fn default() -> Self {
        Self { written: UNWRITTEN }
    }
}

/// The stamp of what was never written, and so does not expire.
pub(super) const UNWRITTEN: Timestamp = Timestamp::MAX;

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Forever {}
    impl Sealed for super::Expiring {}
}

impl Expiry for Forever {
    const EXPIRES: bool = false;
    type Stamp = ();
    type Ages = ();

    fn ages((): &mut ()) -> Option<&mut Ages> {
        None
    }

    fn oldest((): &()) -> Timestamp {
        UNWRITTEN
    }

    #[inline]
    fn stamp(&self) {}

    #[inline]
    fn again(&self, (): ()) {}

    #[inline]
    fn time((): ()) -> Timestamp {
        UNWRITTEN
    }

    #[inline]
    fn at(_time: Timestamp) {}

    #[inline]
    fn is_fresh(&self) -> bool {
        false
    }

    #[inline]
    fn enter(&mut self, _times: &Times, _ttl: &FieldTtl) {}
}

impl Expiry for Expiring {
    const EXPIRES: bool = true;
    type Stamp = Stamp;
    type Ages = Ages;

    #[inline]
    fn ages(ages: &mut Ages) -> Option<&mut Ages> {
        Some(ages)
    }

    #[inline]
    fn oldest(ages: &Ages) -> Timestamp {
        ages.oldest()
    }

    #[inline]
    fn stamp(&self) -> Stamp {
        Stamp(self.written)
    }

    #[inline]
    fn again(&self, before: Stamp) -> Stamp {
        before.again(self.written)
    }

    #[inline]
    fn time(stamp: Stamp) -> Timestamp {
        stamp.0
    }

    #[inline]
    fn at(time: Timestamp) -> Stamp {
        Stamp(time)
    }

    #[inline]
    fn is_fresh(&self) -> bool {
        self.written == UNWRITTEN
    }

    #[inline]
    fn enter(&mut self, times: &Times, ttl: &FieldTtl) {
        self.written = times.written(ttl);
    }
}

/// When a value was written last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(Timestamp);

impl Stamp {
    /// The stamp of a value that is written again.
    #[inline]
    pub(super) fn again(self, written: Timestamp) -> Self {
        if self.0 == UNWRITTEN {
            Self(written)
        } else {
            Self(self.0.max(written))
        }
    }
}

impl Default for Stamp {
    fn default() -> Self {
        Self(UNWRITTEN)
    }
}

/// Which of several values expires next: each by its number, once.
///
/// A value that is written again is not moved: when its turn comes it is put back for the time that is right by then.
#[derive(Debug, Default)]
pub struct Ages {
    by_stamp: BinaryHeap<Reverse<(Timestamp, u64)>>,
}

impl Ages {
    /// Notes a value that is new.
    #[inline]
    pub(super) fn add(&mut self, stamp: Timestamp, number: u64) {
        self.by_stamp.push(Reverse((stamp, number)));
    }

    /// A stamp that no value is older than; `UNWRITTEN` if there is none.
    #[inline]
    pub(super) fn oldest(&self) -> Timestamp {
        self.by_stamp
            .peek()
            .map_or(UNWRITTEN, |Reverse((stamp, _))| *stamp)
    }

    /// Takes the values that have expired. `stamp_of` says when one was written last; `None` if it is gone.
    pub(super) fn take_expired(
        &mut self,
        is_expired: impl Fn(Timestamp) -> bool,
        stamp_of: impl Fn(u64) -> Option<Timestamp>,
        mut take: impl FnMut(u64),
    ) {
        while let Some(&Reverse((noted, number))) = self.by_stamp.peek()
            && is_expired(noted)
        {
            self.by_stamp.pop();
            match stamp_of(number) {
                Some(stamp) if is_expired(stamp) => take(number),
                Some(stamp) => self.add(stamp, number),
                None => {}
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.by_stamp.clear();
    }

    /// How many are noted.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.by_stamp.len()
    }

    /// Numbers have changed: these are the values.
    pub(super) fn replace(&mut self, values: impl Iterator<Item = (Timestamp, u64)>) {
        self.by_stamp = values.map(Reverse).collect();
    }
}
