//! How lists and maps are saved: of a few elements with their key, of many in stretches.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::slice;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prefetch_index::prefetch_index;

use crate::state::{Decoder, Encoder, PlacedStretches, StateError, StretchOf};

/// Up to so many elements are saved with their key.
const FEW: usize = 64;
/// A stretch has up to so many.
const STRETCH: usize = 16;

/// The stretches of all lists and maps of a process that have many elements: a checkpoint writes those that changed, and not all
/// that is in a map when one of its values changes.
///
/// All is done on the thread of the job, unless a handler sends a list elsewhere.
pub(crate) type Stretches = Arc<AllStretches>;

/// See [`Stretches`].
#[derive(Debug)]
pub struct AllStretches {
    placed: Mutex<PlacedStretches>,
    /// How many barriers there were.
    barriers: AtomicU64,
}

impl Default for AllStretches {
    fn default() -> Self {
        Self {
            placed: Mutex::new(PlacedStretches::new(STRETCH)),
            barriers: AtomicU64::new(0),
        }
    }
}

impl AllStretches {
    /// The stretches themselves.
    pub(crate) fn placed(&self) -> MutexGuard<'_, PlacedStretches> {
        self.placed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was shown before a change counts for the checkpoint before: the next one has a barrier here.
    pub(crate) fn note_barrier(&self) {
        self.barriers.fetch_add(1, Ordering::Relaxed);
    }
}

/// The elements of a list or a map. Each has a number, later ones greater numbers.
pub(super) trait Elements {
    /// What is saved of it.
    type Element;

    /// The elements of these numbers, as far as they are there.
    fn between(&self, numbers: Range<u64>) -> impl Iterator<Item = &Self::Element>;

    /// The numbers that elements may have.
    fn numbers(&self) -> Range<u64>;
}

/// Writes an element.
pub(super) type WriteElement<I> = fn(&I, &mut Encoder) -> Result<(), StateError>;

/// Where the stretches of a list or map are, and whose it is.
pub(super) struct Home<'a, I> {
    pub(super) stretches: &'a Stretches,
    pub(super) place: u32,
    pub(super) field: u32,
    pub(super) write: WriteElement<I>,
}

/// A stretch of a state that is being restored.
#[derive(Debug)]
pub struct RestoredStretch<'a> {
    pub(crate) stretches: &'a Stretches,
    /// Its number there.
    pub(crate) row: u32,
    /// The place of the key.
    pub(crate) place: u32,
    /// The number of the state among all.
    pub(crate) field: u32,
    pub(crate) turn: u64,
    /// What is in it.
    pub(crate) bytes: &'a [u8],
}

/// How a list or a map is saved. Whoever changes an element shows it before.
#[derive(Debug)]
pub(super) enum Saved<I> {
    /// With its key.
    Whole,
    /// In stretches, which are still to be restored.
    ToCome(Counts),
    /// In stretches.
    InStretches(Box<InStretches<I>>),
}

/// What a list or map has that is saved in stretches.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    elements: u64,
    stretches: u64,
}

/// The stretches of one list or map. A stretch that changes again after a barrier is known by the first line of memory alone.
#[repr(C, align(64))]
pub(super) struct InStretches<I> {
    home: Stretches,
    /// How many barriers there were when `shown` was begun.
    barriers: u64,
    /// Which of the first stretches have been shown since then, one bit each.
    shown: [u64; WORDS],
    /// The number of the first element of the first stretch.
    first: u64,
    /// Of how many of the first stretches the numbers begin `STRETCH` after those of the stretch before, and end so.
    even: u32,
    place: u32,
    field: u32,
    write: WriteElement<I>,
    /// In the order of numbers; the turn of each is greater by one than that of the stretch before.
    all: VecDeque<Stretch>,
    first_turn: u64,
    to_come: Counts,
}

/// How many words of marks are close at hand.
const WORDS: usize = 3;

/// A stretch has the elements from its first number to that of the next one.
#[derive(Clone, Copy)]
struct Stretch {
    start: u64,
    row: u32,
}

impl<I> fmt::Debug for InStretches<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InStretches")
            .field("stretches", &self.all.len())
            .finish_non_exhaustive()
    }
}

impl<I> InStretches<I> {
    fn new(home: &Home<'_, I>) -> Self {
        Self {
            home: Arc::clone(home.stretches),
            barriers: 0,
            shown: [0; WORDS],
            first: 0,
            even: 0,
            place: home.place,
            field: home.field,
            write: home.write,
            all: VecDeque::new(),
            first_turn: 0,
            to_come: Counts::default(),
        }
    }

    fn turn_of(&self, stretch: usize) -> u64 {
        self.first_turn + stretch as u64
    }

    /// The stretch that has the element of a number.
    fn stretch_of(&self, number: u64) -> usize {
        self.even_stretch_of(number).unwrap_or_else(|| {
            let after = self.all.partition_point(|stretch| stretch.start <= number);
            after.saturating_sub(1)
        })
    }

    /// The same of one of the first stretches, without a look at them.
    #[inline]
    fn even_stretch_of(&self, number: u64) -> Option<usize> {
        let stretch = usize::try_from(number.wrapping_sub(self.first) / STRETCH as u64).ok()?;
        (stretch < self.even as usize).then_some(stretch)
    }

    /// Stretches were removed: finds again which are even.
    fn count_even(&mut self) {
        self.shown = [0; WORDS];
        self.even = 0;
        self.first = self.all.front().map_or(0, |stretch| stretch.start);
        for (stretch, Stretch { start, .. }) in self.all.iter().enumerate().take(WORDS * 64) {
            if *start != self.first + stretch as u64 * STRETCH as u64 {
                // Where the stretch before ends is not known without a look.
                self.even = self.even.saturating_sub(1);
                return;
            }
            self.even += 1;
        }
    }

    /// Notes that a stretch is shown now; says whether it was not since the last barrier. Of later stretches that is not known.
    #[inline]
    fn is_to_be_shown(&mut self, stretch: usize) -> bool {
        let barriers = self.home.barriers.load(Ordering::Relaxed);
        if self.barriers != barriers {
            (self.barriers, self.shown) = (barriers, [0; WORDS]);
        }
        match self.shown.get_mut(stretch / 64) {
            None => true,
            Some(shown) => {
                let before = *shown;
                *shown |= 1 << (stretch % 64);
                *shown != before
            }
        }
    }

    /// The numbers of the elements of a stretch.
    fn numbers_of(&self, stretch: usize) -> Range<u64> {
        let end = self.all.get(stretch + 1).map_or(u64::MAX, |next| next.start);
        self.all[stretch].start..end
    }

    /// Adds a stretch that begins with a number.
    #[cold]
    fn add(&mut self, start: u64) {
        let row = self.home.placed().add(StretchOf {
            place: self.place,
            field: self.field,
            turn: self.turn_of(self.all.len()),
        });
        self.push(Stretch { start, row });
    }

    fn push(&mut self, stretch: Stretch) {
        let (number, start) = (self.all.len(), stretch.start);
        self.all.push_back(stretch);
        if number == 0 {
            (self.first, self.even) = (start, 1);
        } else if number == self.even as usize {
            if start != self.first + number as u64 * STRETCH as u64 {
                // Where the stretch before ends is not known without a look.
                self.even -= 1;
            } else if number < WORDS * 64 {
                self.even += 1;
            }
        }
    }

    /// Adds stretches of the elements that are there.
    fn add_all(&mut self, elements: &impl Elements<Element = I>) {
        let Range { mut start, end } = elements.numbers();
        while start < end {
            self.add(start);
            start = start.saturating_add(STRETCH as u64);
        }
    }

    /// What is in a stretch is about to change.
    #[inline]
    fn touch(&mut self, stretch: usize, elements: &impl Elements<Element = I>) {
        if self.is_to_be_shown(stretch) {
            self.show(stretch, elements);
        }
    }

    #[inline(never)]
    fn show(&self, stretch: usize, elements: &impl Elements<Element = I>) {
        let write = |to: &mut Encoder| self.write(stretch, elements, to);
        self.home.placed().touch(self.all[stretch].row, write);
    }

    fn write(
        &self,
        stretch: usize,
        elements: &impl Elements<Element = I>,
        to: &mut Encoder,
    ) -> Result<(), StateError> {
        let mut there = elements.between(self.numbers_of(stretch));
        to.plain(&(elements.between(self.numbers_of(stretch)).count() as u64))?;
        there.try_for_each(|element| (self.write)(element, to))
    }

    /// Removes the stretches that a closure takes: what was in them was shown before it went.
    fn free(&mut self, mut take: impl FnMut(&mut VecDeque<Stretch>) -> Option<Stretch>) {
        let before = self.all.len();
        while let Some(stretch) = take(&mut self.all) {
            self.home.placed().free(stretch.row, |to| to.plain(&0_u64));
        }
        if self.all.len() < before {
            self.count_even();
        }
    }

    /// Removes the stretches whose elements have no number any more.
    fn shrink(&mut self, numbers: &Range<u64>) {
        if numbers.is_empty() {
            return self.free(VecDeque::pop_front);
        }
        let before = self.all.len();
        self.free(|all| {
            let is_gone = all.get(1).is_some_and(|next| next.start <= numbers.start);
            is_gone.then(|| all.pop_front()).flatten()
        });
        self.first_turn += (before - self.all.len()) as u64;
        self.free(|all| {
            let is_gone = all.back().is_some_and(|last| last.start >= numbers.end);
            is_gone.then(|| all.pop_back()).flatten()
        });
    }
}

impl<I> Saved<I> {
    /// Has what is needed fetched when an element changes, while it is looked for.
    #[inline]
    pub(super) fn prefetch(&self) {
        if let Self::InStretches(stretches) = self {
            prefetch_index(slice::from_ref(&**stretches), 0);
        }
    }

    /// An element is about to be changed or removed.
    #[inline]
    pub(super) fn touch(&mut self, number: u64, elements: &impl Elements<Element = I>) {
        if let Self::InStretches(stretches) = self {
            let stretch = stretches.stretch_of(number);
            stretches.touch(stretch, elements);
        }
    }

    /// An element of a number is about to be added behind the others.
    #[inline]
    pub(super) fn touch_new(&mut self, number: u64, elements: &impl Elements<Element = I>) {
        if let Self::InStretches(stretches) = self {
            match stretches.all.back() {
                Some(last) if number - last.start < STRETCH as u64 => {
                    let last = stretches.all.len() - 1;
                    stretches.touch(last, elements);
                }
                _ => stretches.add(number),
            }
        }
    }

    /// All elements are about to be changed, or get other numbers.
    pub(super) fn touch_all(&mut self, elements: &impl Elements<Element = I>) {
        if let Self::InStretches(stretches) = self {
            (0..stretches.all.len()).for_each(|stretch| stretches.touch(stretch, elements));
        }
    }

    /// Elements that were shown have other numbers now, or are gone.
    pub(super) fn renew(&mut self, elements: &impl Elements<Element = I>) {
        if let Self::InStretches(stretches) = self {
            stretches.free(VecDeque::pop_front);
            stretches.add_all(elements);
        }
    }

    /// Elements that were shown are gone from the ends.
    #[inline]
    pub(super) fn shrink(&mut self, elements: &impl Elements<Element = I>) {
        if let Self::InStretches(stretches) = self {
            stretches.shrink(&elements.numbers());
        }
    }

    /// All elements go.
    pub(super) fn leave(&mut self, elements: &impl Elements<Element = I>) {
        self.touch_all(elements);
        if let Self::InStretches(stretches) = self {
            stretches.free(VecDeque::pop_front);
        }
    }

    /// A handler has done what it does to so many elements, which are there now: many are saved in stretches, if there are any.
    #[inline]
    pub(super) fn settle(
        &mut self,
        count: usize,
        elements: &impl Elements<Element = I>,
        home: Option<&Home<'_, I>>,
    ) {
        let is_settled = match (&self, home) {
            (Self::Whole | Self::ToCome(_), None) => true,
            (Self::Whole | Self::ToCome(_), Some(_)) => count <= FEW,
            (Self::InStretches(_), None) => false,
            (Self::InStretches(stretches), Some(home)) => {
                count > FEW / 2 && stretches.place == home.place && stretches.field == home.field
            }
        };
        if !is_settled {
            self.settle_anew(count, elements, home);
        }
    }

    #[cold]
    fn settle_anew(
        &mut self,
        count: usize,
        elements: &impl Elements<Element = I>,
        home: Option<&Home<'_, I>>,
    ) {
        self.leave(elements);
        *self = Self::Whole;
        if let Some(home) = home.filter(|_| count > FEW) {
            let mut stretches = InStretches::new(home);
            stretches.add_all(elements);
            *self = Self::InStretches(Box::new(stretches));
        }
    }

    /// Writes with the key what is saved with it: so many elements, or how many there are elsewhere.
    pub(super) fn write(
        &self,
        count: usize,
        elements: &impl Elements<Element = I>,
        to: &mut Encoder,
        write: WriteElement<I>,
    ) -> Result<(), StateError> {
        let stretches = match self {
            Self::Whole | Self::ToCome(_) => 0,
            Self::InStretches(stretches) => stretches.all.len() as u64,
        };
        to.plain(&(stretches, count as u64))?;
        if stretches > 0 {
            return Ok(());
        }
        let mut all = elements.between(elements.numbers());
        all.try_for_each(|element| write(element, to))
    }

    /// Writes a stretch.
    pub(super) fn write_stretch(
        &self,
        turn: u64,
        elements: &impl Elements<Element = I>,
        to: &mut Encoder,
    ) -> Result<(), StateError> {
        let missing = || StateError::new("a list or map was taken out of its state, and is kept elsewhere");
        let Self::InStretches(stretches) = self else {
            return Err(missing());
        };
        let stretch = turn.checked_sub(stretches.first_turn);
        let stretch = stretch.and_then(|stretch| usize::try_from(stretch).ok());
        let stretch = stretch.filter(|stretch| *stretch < stretches.all.len());
        stretches.write(stretch.ok_or_else(missing)?, elements, to)
    }

    /// Reads what is saved with the key; returns how many elements follow.
    pub(super) fn read(&mut self, from: &mut Decoder<'_>) -> Result<u64, StateError> {
        let (stretches, elements) = from.plain()?;
        if stretches == 0 {
            return Ok(elements);
        }
        *self = Self::ToCome(Counts { elements, stretches });
        Ok(0)
    }

    /// Notes a stretch that is restored and has elements from a number on; returns how many they are, and what they are read from.
    pub(super) fn add_restored<'a>(
        &mut self,
        home: &Home<'_, I>,
        stretch: &RestoredStretch<'a>,
        start: u64,
    ) -> Result<(u64, Decoder<'a>), StateError> {
        let &RestoredStretch { turn, row, bytes, .. } = stretch;
        let mut from = Decoder::new(bytes);
        let count: u64 = from.plain()?;
        if count > STRETCH as u64 {
            return Err(StateError::new("a stretch has more elements than fit"));
        }
        if let Self::ToCome(counts) = self {
            let stretches = InStretches {
                to_come: *counts,
                first_turn: turn,
                ..InStretches::new(home)
            };
            *self = Self::InStretches(Box::new(stretches));
        }
        match self {
            Self::InStretches(stretches)
                if stretches.to_come.stretches > 0
                    && stretches.to_come.elements >= count
                    && turn == stretches.turn_of(stretches.all.len()) =>
            {
                stretches.push(Stretch { start, row });
                stretches.to_come.stretches -= 1;
                stretches.to_come.elements -= count;
                Ok((count, from))
            }
            _ => Err(StateError::new("a stretch is there that no list or map has")),
        }
    }

    /// Whether all of it is restored.
    pub(super) fn is_restored(&self) -> bool {
        match self {
            Self::Whole => true,
            Self::ToCome(_) => false,
            Self::InStretches(stretches) => {
                stretches.to_come.stretches == 0 && stretches.to_come.elements == 0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Elements for Vec<u64> {
        type Element = u64;

        fn between(&self, numbers: Range<u64>) -> impl Iterator<Item = &u64> {
            let numbers = move |number: &&u64| numbers.contains(*number);
            self.iter().filter(numbers)
        }

        fn numbers(&self) -> Range<u64> {
            0..self.last().map_or(0, |last| last + 1)
        }
    }

    fn write(element: &u64, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(element)
    }

    fn home(stretches: &Stretches) -> Home<'_, u64> {
        Home {
            stretches,
            place: 3,
            field: 1,
            write,
        }
    }

    /// Elements that are their numbers, many of which are missing, and how they are saved with their key.
    fn saved(stretches: &Stretches) -> (Vec<u64>, Saved<u64>, Vec<u8>) {
        let elements: Vec<u64> = (0..200).filter(|n| n % 3 != 1).collect();
        let mut saved = Saved::Whole;
        saved.settle(elements.len(), &elements, Some(&home(stretches)));
        let mut head = Encoder::default();
        let written = saved.write(elements.len(), &elements, &mut head, write);
        written.expect("they are numbers");
        (elements, saved, head.into_bytes())
    }

    /// Restores stretches of these turns.
    fn restored(turns: &[u64]) -> Result<Saved<u64>, StateError> {
        let stretches = Stretches::default();
        let (elements, saved, head) = saved(&stretches);
        let mut restored = Saved::Whole;
        assert_eq!(restored.read(&mut Decoder::new(&head))?, 0);
        assert!(!restored.is_restored());
        let mut start = 0;
        for &turn in turns {
            let mut bytes = Encoder::default();
            saved.write_stretch(turn, &elements, &mut bytes)?;
            let bytes = bytes.into_bytes();
            let stretch = RestoredStretch {
                stretches: &stretches,
                row: 0,
                place: 3,
                field: 1,
                turn,
                bytes: &bytes,
            };
            let (count, mut from) = restored.add_restored(&home(&stretches), &stretch, start)?;
            for _ in 0..count {
                let element: u64 = from.plain()?;
                assert!(element % 3 != 1 && element / STRETCH as u64 == turn, "{element}");
            }
            from.end()?;
            start += count;
        }
        Ok(restored)
    }

    #[test]
    fn stretches_that_are_missing_or_there_twice_are_found() {
        let all: Vec<u64> = (0..13).collect();
        assert!(restored(&all).expect("they are all there").is_restored());
        assert!(!restored(&all[..12]).expect("one is to come").is_restored());
        let refused = |turns: &[u64]| restored(turns).expect_err("it is refused").to_string();
        assert_eq!(refused(&[0, 2]), "a stretch is there that no list or map has");
        assert_eq!(refused(&[0, 0]), "a stretch is there that no list or map has");
        assert!(refused(&[0, 13]).contains("was taken out of its state"));
        // As many as there were, of which the first is not.
        assert!(refused(&(1..14).collect::<Vec<_>>()).contains("was taken out"));
    }

    /// What is restored of two stretches that have so many elements together, if these are found.
    fn counted(elements: u64, found: &[u64]) -> Option<Saved<u64>> {
        let stretches = Stretches::default();
        let mut head = Encoder::default();
        head.plain(&(2_u64, elements)).expect("they are numbers");
        let mut restored = Saved::Whole;
        let none = restored.read(&mut Decoder::new(&head.into_bytes()));
        assert_eq!(none.expect("it is a head"), 0);
        for (turn, count) in (0..).zip(found) {
            let mut bytes = Encoder::default();
            bytes.plain(count).expect("it is a number");
            let bytes = bytes.into_bytes();
            let stretch = RestoredStretch {
                stretches: &stretches,
                row: 0,
                place: 3,
                field: 1,
                turn,
                bytes: &bytes,
            };
            restored.add_restored(&home(&stretches), &stretch, 0).ok()?;
        }
        Some(restored)
    }

    #[test]
    fn what_has_more_or_less_than_it_had_is_found() {
        let is_restored = |elements, found| counted(elements, found).map(|all| all.is_restored());
        assert_eq!(is_restored(20, &[16, 4]), Some(true));
        assert_eq!(is_restored(20, &[16, 3]), Some(false));
        assert_eq!(is_restored(16, &[16]), Some(false));
        assert_eq!(is_restored(20, &[16, 5]), None);
        assert_eq!(is_restored(20, &[17, 3]), None);
    }

    #[test]
    fn the_stretch_of_an_element_is_found_wherever_stretches_begin() {
        for starts in [
            vec![0, 16, 32, 48],
            vec![5, 21, 37],
            vec![0, 7, 23, 39],
            vec![0, 16, 30, 30, 46],
            vec![0, 16, 32, 40, 56],
            (0..400).map(|n| n * 16).collect(),
        ] {
            let stretches = Stretches::default();
            let mut all = InStretches::new(&home(&stretches));
            starts.iter().for_each(|start| all.add(*start));
            let last = starts[starts.len() - 1];
            for number in starts[0]..last + 16 {
                let naive = starts.iter().rposition(|start| *start <= number);
                assert_eq!(Some(all.stretch_of(number)), naive, "{number} of {starts:?}");
            }
        }
    }
}
