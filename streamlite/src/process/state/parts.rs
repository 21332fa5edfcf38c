//! How lists and maps are saved: of a few elements with their key, of many in parts.

use std::cell::{Cell, RefCell, RefMut};
use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use super::states::RestoredPart;
use crate::state::{Decoder, Encoder, PartOf, PlacedParts, StateError};

/// Up to so many elements are saved with their key.
const FEW: usize = 64;
/// A part has up to so many.
const PART: u64 = 16;

/// The parts of all lists and maps of a process that have many elements: a checkpoint writes those that changed, and not all
/// that is in a map when one of its values changes.
pub(crate) type Parts = Rc<AllParts>;

/// See [`Parts`].
#[derive(Debug, Default)]
pub struct AllParts {
    placed: RefCell<PlacedParts>,
    /// How many barriers there were.
    barriers: Cell<u64>,
}

impl AllParts {
    /// The parts themselves.
    pub(crate) fn placed(&self) -> RefMut<'_, PlacedParts> {
        self.placed.borrow_mut()
    }

    /// What was shown before a change counts for the checkpoint before: the next one has a barrier here.
    pub(crate) fn note_barrier(&self) {
        self.barriers.set(self.barriers.get() + 1);
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

/// Where the parts of a list or map are, and whose it is.
pub(super) struct Home<'a, I> {
    pub(super) parts: &'a Parts,
    pub(super) place: u32,
    pub(super) field: u32,
    pub(super) write: WriteElement<I>,
}

/// How a list or a map is saved. Whoever changes an element shows it before.
#[derive(Debug)]
pub(super) enum Saved<I> {
    /// With its key.
    Whole,
    /// In parts, which are still to be restored.
    ToCome(Counts),
    /// In parts.
    InParts(Box<InParts<I>>),
}

/// What a list or map has that is saved in parts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    elements: u64,
    parts: u64,
}

/// The parts of one list or map. A part that changes again after a barrier is known by the first line of memory alone.
#[repr(C, align(64))]
pub(super) struct InParts<I> {
    home: Parts,
    /// How many barriers there were when `shown` was begun.
    barriers: u64,
    /// Which of the first parts have been shown since then, one bit each.
    shown: [u64; WORDS],
    /// The number of the first element of the first part.
    first: u64,
    /// Of how many of the first parts the numbers begin `PART` after those of the part before, and end so.
    even: usize,
    place: u32,
    field: u32,
    write: WriteElement<I>,
    /// In the order of numbers; the turn of each is greater by one than that of the part before.
    all: VecDeque<Part>,
    first_turn: u64,
    to_come: Counts,
}

/// How many words of marks are close at hand.
const WORDS: usize = 4;

/// A part has the elements from its first number to that of the next one.
#[derive(Clone, Copy)]
struct Part {
    start: u64,
    row: u32,
}

impl<I> fmt::Debug for InParts<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InParts")
            .field("parts", &self.all.len())
            .finish_non_exhaustive()
    }
}

impl<I> InParts<I> {
    fn new(home: &Home<'_, I>) -> Self {
        Self {
            home: Rc::clone(home.parts),
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

    fn turn_of(&self, part: usize) -> u64 {
        self.first_turn + part as u64
    }

    /// The part that has the element of a number.
    fn part_of(&self, number: u64) -> usize {
        self.even_part_of(number).unwrap_or_else(|| {
            let after = self.all.partition_point(|part| part.start <= number);
            after.saturating_sub(1)
        })
    }

    /// The same of one of the first parts, without a look at them.
    #[inline]
    fn even_part_of(&self, number: u64) -> Option<usize> {
        let part = usize::try_from(number.wrapping_sub(self.first) / PART).ok()?;
        (part < self.even).then_some(part)
    }

    /// Parts were removed: finds again which are even.
    fn count_even(&mut self) {
        self.shown = [0; WORDS];
        self.even = 0;
        self.first = self.all.front().map_or(0, |part| part.start);
        for (part, Part { start, .. }) in self.all.iter().enumerate().take(WORDS * 64) {
            if *start != self.first + part as u64 * PART {
                // Where the part before ends is not known without a look.
                self.even = self.even.saturating_sub(1);
                return;
            }
            self.even += 1;
        }
    }

    /// Notes that a part is shown now; says whether it was not since the last barrier. Of later parts that is not known.
    #[inline]
    fn is_to_be_shown(&mut self, part: usize) -> bool {
        let barriers = self.home.barriers.get();
        if self.barriers != barriers {
            (self.barriers, self.shown) = (barriers, [0; WORDS]);
        }
        match self.shown.get_mut(part / 64) {
            None => true,
            Some(shown) => {
                let before = *shown;
                *shown |= 1 << (part % 64);
                *shown != before
            }
        }
    }

    /// The numbers of the elements of a part.
    fn numbers_of(&self, part: usize) -> Range<u64> {
        let end = self.all.get(part + 1).map_or(u64::MAX, |next| next.start);
        self.all[part].start..end
    }

    /// Adds a part that begins with a number.
    #[cold]
    fn add(&mut self, start: u64) {
        let row = self.home.placed().add(PartOf {
            place: self.place,
            field: self.field,
            turn: self.turn_of(self.all.len()),
        });
        self.push(Part { start, row });
    }

    fn push(&mut self, part: Part) {
        let (number, start) = (self.all.len(), part.start);
        self.all.push_back(part);
        if number == self.even && start == self.first + number as u64 * PART && number < WORDS * 64 {
            self.even += 1;
        } else {
            self.count_even();
        }
    }

    /// Adds parts of the elements that are there.
    fn add_all(&mut self, elements: &impl Elements<Element = I>) {
        let Range { mut start, end } = elements.numbers();
        while start < end {
            self.add(start);
            start = start.saturating_add(PART);
        }
    }

    /// What is in a part is about to change.
    #[inline]
    fn touch(&mut self, part: usize, elements: &impl Elements<Element = I>) {
        if self.is_to_be_shown(part) {
            self.show(part, elements);
        }
    }

    #[inline(never)]
    fn show(&self, part: usize, elements: &impl Elements<Element = I>) {
        let write = |to: &mut Encoder| self.write(part, elements, to);
        self.home.placed().touch(self.all[part].row, write);
    }

    fn write(
        &self,
        part: usize,
        elements: &impl Elements<Element = I>,
        to: &mut Encoder,
    ) -> Result<(), StateError> {
        let mut there = elements.between(self.numbers_of(part));
        to.plain(&(elements.between(self.numbers_of(part)).count() as u64))?;
        there.try_for_each(|element| (self.write)(element, to))
    }

    /// Removes the parts that a closure takes: what was in them was shown before it went.
    fn free(&mut self, mut take: impl FnMut(&mut VecDeque<Part>) -> Option<Part>) {
        let before = self.all.len();
        while let Some(part) = take(&mut self.all) {
            self.home.placed().free(part.row, |_to| Ok(()));
        }
        if self.all.len() < before {
            self.count_even();
        }
    }

    /// Removes the parts whose elements have no number any more.
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
    /// An element is about to be changed or removed.
    #[inline]
    pub(super) fn touch(&mut self, number: u64, elements: &impl Elements<Element = I>) {
        if let Self::InParts(parts) = self {
            let part = parts.part_of(number);
            parts.touch(part, elements);
        }
    }

    /// An element of a number is about to be added behind the others.
    #[inline]
    pub(super) fn touch_new(&mut self, number: u64, elements: &impl Elements<Element = I>) {
        if let Self::InParts(parts) = self {
            match parts.all.back() {
                Some(last) if number - last.start < PART => {
                    let last = parts.all.len() - 1;
                    parts.touch(last, elements);
                }
                _ => parts.add(number),
            }
        }
    }

    /// All elements are about to be changed, or get other numbers.
    pub(super) fn touch_all(&mut self, elements: &impl Elements<Element = I>) {
        if let Self::InParts(parts) = self {
            (0..parts.all.len()).for_each(|part| parts.touch(part, elements));
        }
    }

    /// Elements that were shown have other numbers now, or are gone.
    pub(super) fn renew(&mut self, elements: &impl Elements<Element = I>) {
        if let Self::InParts(parts) = self {
            parts.free(VecDeque::pop_front);
            parts.add_all(elements);
        }
    }

    /// Elements that were shown are gone from the ends.
    #[inline]
    pub(super) fn shrink(&mut self, elements: &impl Elements<Element = I>) {
        if let Self::InParts(parts) = self {
            parts.shrink(&elements.numbers());
        }
    }

    /// All elements go.
    pub(super) fn leave(&mut self, elements: &impl Elements<Element = I>) {
        // In a panic it may be in use.
        if let Self::InParts(parts) = self
            && parts.home.placed.try_borrow_mut().is_ok()
        {
            self.touch_all(elements);
            if let Self::InParts(parts) = self {
                parts.free(VecDeque::pop_front);
            }
        }
    }

    /// A handler has done what it does to so many elements, which are there now: many are saved in parts.
    #[inline]
    pub(super) fn settle(&mut self, count: usize, elements: &impl Elements<Element = I>, home: &Home<'_, I>) {
        let is_settled = match self {
            Self::Whole | Self::ToCome(_) => count <= FEW,
            Self::InParts(parts) => count > FEW / 2 && parts.place == home.place && parts.field == home.field,
        };
        if !is_settled {
            self.settle_anew(count, elements, home);
        }
    }

    #[cold]
    fn settle_anew(&mut self, count: usize, elements: &impl Elements<Element = I>, home: &Home<'_, I>) {
        self.leave(elements);
        *self = Self::Whole;
        if count > FEW {
            let mut parts = InParts::new(home);
            parts.add_all(elements);
            *self = Self::InParts(Box::new(parts));
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
        let parts = match self {
            Self::Whole | Self::ToCome(_) => 0,
            Self::InParts(parts) => parts.all.len() as u64,
        };
        to.plain(&(parts, count as u64))?;
        if parts > 0 {
            return Ok(());
        }
        let mut all = elements.between(elements.numbers());
        all.try_for_each(|element| write(element, to))
    }

    /// Writes a part.
    pub(super) fn write_part(
        &self,
        turn: u64,
        elements: &impl Elements<Element = I>,
        to: &mut Encoder,
    ) -> Result<(), StateError> {
        let missing = || StateError::new("a list or map was taken out of its state, and is kept elsewhere");
        let Self::InParts(parts) = self else {
            return Err(missing());
        };
        let part = turn.checked_sub(parts.first_turn);
        let part = part.and_then(|part| usize::try_from(part).ok());
        let part = part.filter(|part| *part < parts.all.len());
        parts.write(part.ok_or_else(missing)?, elements, to)
    }

    /// Reads what is saved with the key; returns how many elements follow.
    pub(super) fn read(&mut self, from: &mut Decoder<'_>) -> Result<u64, StateError> {
        let (parts, elements) = from.plain()?;
        if parts == 0 {
            return Ok(elements);
        }
        *self = Self::ToCome(Counts { elements, parts });
        Ok(0)
    }

    /// Notes a part that is restored and has elements from a number on; returns how many they are, and what they are read from.
    pub(super) fn add_restored<'a>(
        &mut self,
        home: &Home<'_, I>,
        part: &RestoredPart<'a>,
        start: u64,
    ) -> Result<(u64, Decoder<'a>), StateError> {
        let &RestoredPart { turn, row, bytes, .. } = part;
        let mut from = Decoder::new(bytes);
        let count: u64 = from.plain()?;
        if let Self::ToCome(counts) = self {
            let parts = InParts {
                to_come: *counts,
                first_turn: turn,
                ..InParts::new(home)
            };
            *self = Self::InParts(Box::new(parts));
        }
        match self {
            Self::InParts(parts)
                if parts.to_come.parts > 0
                    && parts.to_come.elements >= count
                    && turn == parts.turn_of(parts.all.len()) =>
            {
                parts.push(Part { start, row });
                parts.to_come.parts -= 1;
                parts.to_come.elements -= count;
                Ok((count, from))
            }
            _ => Err(StateError::new("a part is there that no list or map has")),
        }
    }

    /// Whether all of it is restored.
    pub(super) fn is_restored(&self) -> bool {
        match self {
            Self::Whole => true,
            Self::ToCome(_) => false,
            Self::InParts(parts) => parts.to_come.parts == 0 && parts.to_come.elements == 0,
        }
    }
}
