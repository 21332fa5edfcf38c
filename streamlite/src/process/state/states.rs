//! The states of one key.

use std::any::Any;

use super::stretches::{RestoredStretch, Stretches};
use crate::process::times::{FieldTtl, TimeDomain, Times};
use crate::state::{Decoder, Encoder, PerKey, StateError};
use crate::time::Timestamp;

/// The states of one key: one, or a tuple of several side by side, so that one look-up finds them all.
///
/// The methods are the library's own.
pub trait States: Sized {
    /// How many states there are.
    const FIELDS: usize;
    /// Whether one of them expires.
    const EXPIRES: bool;
    /// Whether all of them expire, so that nothing is left of a key in the end.
    const ALL_EXPIRE: bool;
    /// Whether one of them may have many elements.
    const MAY_BE_LONG: bool;

    /// What each of them is, for a savepoint: its type, and whether it expires.
    fn describe(each: &mut impl FnMut(String, bool));

    /// Before a handler runs: removes what has expired, and notes when it is. `true` if a plain value has expired, which is
    /// to have its first value again.
    fn enter(&mut self, times: &Times, ttls: &[FieldTtl]) -> bool;

    /// After a handler has run: what it has put in the place of a state was written now.
    #[inline]
    fn refresh(&mut self, _times: &Times, _ttls: &[FieldTtl]) {}

    /// Gives the plain values that have expired their first values.
    fn start_again(&mut self, first: Self, times: &Times, ttls: &[FieldTtl]);

    /// A bit for each state that expires and holds nothing that does.
    fn blank(&self) -> u64;

    /// When something of it expires next by this kind of time, at the earliest; [`Timestamp::MAX`] if nothing does.
    fn due(&self, domain: TimeDomain, ttls: &[FieldTtl]) -> Timestamp;

    /// All values of a state of this number count as written at this time.
    fn restamp(&mut self, field: usize, written: Timestamp);
}

/// States that can be saved where `C` asks for it.
pub trait StoredStates<C>: States {
    /// Writes them.
    ///
    /// # Errors
    /// If a value's `Serialize` fails.
    fn write(&self, to: &mut Encoder) -> Result<(), StateError>;

    /// What the state of this number keeps of a key, and the name of the type of its values.
    fn kept(field: usize) -> (PerKey, String);

    /// Shows what is in the state of this number and has not expired: what each value is of, and the value.
    fn look(&self, field: usize, times: &Times, ttls: &[FieldTtl], show: &mut ShowValue<'_>);

    /// Reads them in place of these, which are the first ones. What was saved without the time at which it was written was
    /// written at the time that is now.
    ///
    /// # Errors
    /// If the bytes are not such states.
    fn read(&mut self, from: &mut Decoder<'_>, saved: &[SavedField]) -> Result<(), StateError>;

    /// A handler has run: what has many elements is saved in stretches from here on, if there are any. They are of the key at a place, and `field` is
    /// the number of the first of these states.
    #[inline]
    fn settle(&mut self, _place: u32, _field: u32, _stretches: Option<&Stretches>) {}

    /// Writes a stretch of the state of this number.
    ///
    /// # Errors
    /// If a value's `Serialize` fails, or there is no such stretch.
    fn write_stretch(&self, _field: usize, _turn: u64, _to: &mut Encoder) -> Result<(), StateError> {
        Err(no_stretches())
    }

    /// Reads a stretch of the state of this number; those of a state come in turn, after the state itself.
    ///
    /// # Errors
    /// If the bytes are no such stretch.
    fn read_stretch(
        &mut self,
        _field: usize,
        _part: &RestoredStretch<'_>,
        _saved: &[SavedField],
    ) -> Result<(), StateError> {
        Err(no_stretches())
    }

    /// Whether all stretches were read.
    fn is_restored(&self) -> bool {
        true
    }
}

fn no_stretches() -> StateError {
    StateError::new("a stretch is there of a state that has none")
}

/// Shows a value, and what it is of: a key of a map, or nothing.
pub(super) type ShowValue<'a> = dyn FnMut(Option<&dyn Any>, Option<&dyn Any>) + 'a;

/// How a state was saved, and what is done with it.
#[derive(Clone, Copy, Debug)]
pub struct SavedField {
    /// It was saved with the times at which its values were written.
    pub(crate) has_stamps: bool,
    /// If those times cannot be used, this one is.
    pub(crate) written: Option<Timestamp>,
}

impl SavedField {
    /// When a value was written, if it expires.
    pub(super) fn stamp(&self, from: &mut Decoder<'_>) -> Result<Timestamp, StateError> {
        let saved = if self.has_stamps {
            from.plain()?
        } else {
            Timestamp::MIN
        };
        Ok(self.written.unwrap_or(saved))
    }
}

impl States for () {
    const FIELDS: usize = 0;
    const EXPIRES: bool = false;
    const ALL_EXPIRE: bool = true;
    const MAY_BE_LONG: bool = false;

    fn describe(_each: &mut impl FnMut(String, bool)) {}

    #[inline]
    fn enter(&mut self, _times: &Times, _ttls: &[FieldTtl]) -> bool {
        false
    }

    fn start_again(&mut self, _first: Self, _times: &Times, _ttls: &[FieldTtl]) {}

    #[inline]
    fn blank(&self) -> u64 {
        0
    }

    fn due(&self, _domain: TimeDomain, _ttls: &[FieldTtl]) -> Timestamp {
        Timestamp::MAX
    }

    fn restamp(&mut self, _field: usize, _written: Timestamp) {}
}

impl<C> StoredStates<C> for () {
    fn write(&self, _to: &mut Encoder) -> Result<(), StateError> {
        Ok(())
    }

    fn kept(_field: usize) -> (PerKey, String) {
        (PerKey::Value, String::new())
    }

    fn look(&self, _field: usize, _times: &Times, _ttls: &[FieldTtl], _show: &mut ShowValue<'_>) {}

    fn read(&mut self, _from: &mut Decoder<'_>, _saved: &[SavedField]) -> Result<(), StateError> {
        Ok(())
    }
}

/// Implements the states of a key for tuples. A tuple may hold a tuple.
macro_rules! tuples {
    ($($($A:ident $a:ident $first:ident),+;)*) => {$(
        impl<$($A: States),+> States for ($($A,)+) {
            const FIELDS: usize = 0 $(+ $A::FIELDS)+;
            const EXPIRES: bool = $($A::EXPIRES)||+;
            const ALL_EXPIRE: bool = $($A::ALL_EXPIRE)&&+;
            const MAY_BE_LONG: bool = $($A::MAY_BE_LONG)||+;

            fn describe(each: &mut impl FnMut(String, bool)) {
                $($A::describe(each);)+
            }

            #[inline]
            fn enter(&mut self, times: &Times, ttls: &[FieldTtl]) -> bool {
                if !Self::EXPIRES {
                    return false;
                }
                let ($($a,)+) = self;
                let mut has_expired = false;
                let mut from = 0;
                $(
                    has_expired |= $a.enter(times, &ttls[from..]);
                    from += $A::FIELDS;
                )+
                let _ = from;
                has_expired
            }

            #[inline]
            fn refresh(&mut self, times: &Times, ttls: &[FieldTtl]) {
                let ($($a,)+) = self;
                let mut from = 0;
                $(
                    if $A::EXPIRES {
                        $a.refresh(times, &ttls[from..]);
                    }
                    from += $A::FIELDS;
                )+
                let _ = from;
            }

            fn start_again(&mut self, first: Self, times: &Times, ttls: &[FieldTtl]) {
                let ($($a,)+) = self;
                let ($($first,)+) = first;
                let mut from = 0;
                $(
                    $a.start_again($first, times, &ttls[from..]);
                    from += $A::FIELDS;
                )+
                let _ = from;
            }

            #[inline]
            fn blank(&self) -> u64 {
                let ($($a,)+) = self;
                let (mut blank, mut from) = (0, 0);
                $(
                    blank |= $a.blank() << from;
                    from += $A::FIELDS;
                )+
                let _ = from;
                blank
            }

            fn due(&self, domain: TimeDomain, ttls: &[FieldTtl]) -> Timestamp {
                let ($($a,)+) = self;
                let (mut due, mut from) = (Timestamp::MAX, 0);
                $(
                    due = due.min($a.due(domain, &ttls[from..]));
                    from += $A::FIELDS;
                )+
                let _ = from;
                due
            }

            fn restamp(&mut self, field: usize, written: Timestamp) {
                let ($($a,)+) = self;
                let mut from = 0;
                $(
                    if (from..from + $A::FIELDS).contains(&field) {
                        $a.restamp(field - from, written);
                    }
                    from += $A::FIELDS;
                )+
                let _ = from;
            }
        }

        impl<X, $($A: StoredStates<X>),+> StoredStates<X> for ($($A,)+) {
            fn write(&self, to: &mut Encoder) -> Result<(), StateError> {
                let ($($a,)+) = self;
                $($a.write(to)?;)+
                Ok(())
            }

            fn kept(field: usize) -> (PerKey, String) {
                let mut from = 0;
                $(
                    if (from..from + $A::FIELDS).contains(&field) {
                        return <$A as StoredStates<X>>::kept(field - from);
                    }
                    from += $A::FIELDS;
                )+
                let _ = from;
                (PerKey::Value, String::new())
            }

            fn look(&self, field: usize, times: &Times, ttls: &[FieldTtl], show: &mut ShowValue<'_>) {
                let ($($a,)+) = self;
                let mut from = 0;
                $(
                    if (from..from + $A::FIELDS).contains(&field) {
                        $a.look(field - from, times, &ttls[from..], show);
                    }
                    from += $A::FIELDS;
                )+
                let _ = from;
            }

            fn read(&mut self, from: &mut Decoder<'_>, saved: &[SavedField]) -> Result<(), StateError> {
                let ($($a,)+) = self;
                let mut place = 0;
                $(
                    $a.read(from, &saved[place..])?;
                    place += $A::FIELDS;
                )+
                let _ = place;
                Ok(())
            }

            #[inline]
            fn settle(&mut self, place: u32, field: u32, stretches: Option<&Stretches>) {
                let ($($a,)+) = self;
                let mut from = field;
                $(
                    if $A::MAY_BE_LONG {
                        $a.settle(place, from, stretches);
                    }
                    from += u32::try_from($A::FIELDS).unwrap_or(u32::MAX);
                )+
                let _ = from;
            }

            fn write_stretch(&self, field: usize, turn: u64, to: &mut Encoder) -> Result<(), StateError> {
                let ($($a,)+) = self;
                let mut from = 0;
                $(
                    if (from..from + $A::FIELDS).contains(&field) {
                        return $a.write_stretch(field - from, turn, to);
                    }
                    from += $A::FIELDS;
                )+
                let _ = from;
                Err(no_stretches())
            }

            fn read_stretch(
                &mut self,
                field: usize,
                stretch: &RestoredStretch<'_>,
                saved: &[SavedField],
            ) -> Result<(), StateError> {
                let ($($a,)+) = self;
                let mut from = 0;
                $(
                    if (from..from + $A::FIELDS).contains(&field) {
                        return $a.read_stretch(field - from, stretch, &saved[from..]);
                    }
                    from += $A::FIELDS;
                )+
                let _ = from;
                Err(no_stretches())
            }

            fn is_restored(&self) -> bool {
                let ($($a,)+) = self;
                $($a.is_restored())&&+
            }
        }
    )*};
}

tuples! {
    A a one;
    A a one, B b two;
    A a one, B b two, D d three;
    A a one, B b two, D d three, E e four;
    A a one, B b two, D d three, E e four, F f five;
    A a one, B b two, D d three, E e four, F f five, G g six;
    A a one, B b two, D d three, E e four, F f five, G g six, H h seven;
    A a one, B b two, D d three, E e four, F f five, G g six, H h seven, I i eight;
}
