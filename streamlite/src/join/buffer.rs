//! The rows of one key and side that wait for rows of the other.

use std::collections::{BTreeMap, VecDeque};
use std::slice;

use prefetch_index::prefetch_index;

use super::join_type::Mark;
use crate::state::PlacedRows;
use crate::time::Timestamp;

/// Rows in the order of time, those of one time in the order in which they came.
///
/// Most keys have few rows at a time: they are in a ring, in which a row that comes out of order is moved past those
/// after it. Where many wait there is a tree of them, so that a row costs O(log n) however far out of order it comes, and they
/// are in [`ManyRows`], so that a checkpoint does not write all of them when one changes.
#[derive(Debug)]
pub struct Buffer<T, M>(Rows<T, M>);

/// The rows of all keys of a side that have many.
pub type ManyRows<T, M> = PlacedRows<Row<T, M>>;

/// A row that waits.
#[derive(Debug)]
pub struct Row<T, M> {
    /// When it happened.
    pub at: Timestamp,
    /// What is known of it.
    pub mark: M,
    /// The row.
    pub value: T,
}

#[derive(Debug)]
enum Rows<T, M> {
    Few(VecDeque<Row<T, M>>),
    Many(Box<Tree>),
}

/// Where many rows are, each with a turn that later ones of the same time have a greater one than.
#[derive(Debug, Default)]
struct Tree {
    rows: BTreeMap<(Timestamp, u64), u32>,
    next: u64,
    /// How many are to come that were saved.
    to_come: u64,
}

/// Up to so many rows are kept in a ring.
pub const FEW: usize = 64;

impl<T, M> Default for Buffer<T, M> {
    fn default() -> Self {
        Self(Rows::Few(VecDeque::new()))
    }
}

impl<T, M: Mark> Buffer<T, M> {
    /// Whether no row is there.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.first().is_none()
    }

    /// Has the ends fetched that are looked at soon.
    #[inline]
    pub fn prefetch(&self) {
        if let Rows::Few(rows) = &self.0
            && let (Some(first), Some(last)) = (rows.front(), rows.back())
        {
            prefetch_index(slice::from_ref(first), 0);
            prefetch_index(slice::from_ref(last), 0);
        }
    }

    /// The time of the first row.
    #[inline]
    pub fn first(&self) -> Option<Timestamp> {
        match &self.0 {
            Rows::Few(rows) => rows.front().map(|row| row.at),
            Rows::Many(tree) => tree.rows.keys().next().map(|(at, _)| *at),
        }
    }

    /// The time of the last row.
    #[inline]
    pub fn last(&self) -> Option<Timestamp> {
        match &self.0 {
            Rows::Few(rows) => rows.back().map(|row| row.at),
            Rows::Many(tree) => tree.rows.keys().next_back().map(|(at, _)| *at),
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Rows::Few(rows) => rows.len(),
            Rows::Many(tree) => tree.rows.len(),
        }
    }

    /// Whether they are in [`ManyRows`].
    pub fn is_long(&self) -> bool {
        matches!(self.0, Rows::Many(_))
    }

    /// Puts a row of the key at a place in.
    #[inline]
    pub fn insert(&mut self, row: Row<T, M>, place: u32, many: &mut ManyRows<T, M>) {
        match &mut self.0 {
            Rows::Few(rows) if rows.len() < FEW => {
                if rows.back().is_none_or(|last| last.at <= row.at) {
                    rows.push_back(row);
                } else {
                    let place = rows.partition_point(|other| other.at <= row.at);
                    rows.insert(place, row);
                }
            }
            Rows::Few(_) => self.insert_into_tree(row, place, many),
            Rows::Many(tree) => tree.insert(row, place, many),
        }
    }

    #[cold]
    fn insert_into_tree(&mut self, row: Row<T, M>, place: u32, many: &mut ManyRows<T, M>) {
        let mut tree = Tree::default();
        if let Rows::Few(rows) = &mut self.0 {
            rows.drain(..).for_each(|row| tree.insert(row, place, many));
        }
        tree.insert(row, place, many);
        self.0 = Rows::Many(Box::new(tree));
    }

    /// A buffer without rows, for so many that are in [`ManyRows`] and [come](Self::remember) one by one.
    pub fn long(to_come: u64) -> Self {
        let tree = Tree {
            to_come,
            ..Tree::default()
        };
        Self(Rows::Many(Box::new(tree)))
    }

    /// Whether all rows have come that were saved.
    pub fn is_whole(&self) -> bool {
        match &self.0 {
            Rows::Few(_) => true,
            Rows::Many(tree) => tree.to_come == 0,
        }
    }

    /// Remembers a row that was restored; says whether such a one was to come.
    pub fn remember(&mut self, turn: u64, row: u32, many: &ManyRows<T, M>) -> bool {
        let Rows::Many(tree) = &mut self.0 else {
            return false;
        };
        let Some(to_come) = tree.to_come.checked_sub(1) else {
            return false;
        };
        tree.to_come = to_come;
        tree.next = tree.next.max(turn.saturating_add(1));
        tree.rows.insert((many.get(row).at, turn), row).is_none()
    }

    /// Shows the rows between two times, both included, in order, to a closure.
    #[inline]
    pub fn between(
        &mut self,
        (first, last): (Timestamp, Timestamp),
        many: &mut ManyRows<T, M>,
        mut visit: impl FnMut(&mut Row<T, M>),
    ) {
        match &mut self.0 {
            // A loop, not adapters: whether those are calls is decided anew whenever something else changes, and is 5 % of a join.
            Rows::Few(rows) => {
                let (one, other) = rows.as_mut_slices();
                for rows in [one, other] {
                    for row in rows {
                        if row.at > last {
                            return;
                        }
                        if row.at >= first {
                            visit(row);
                        }
                    }
                }
            }
            Rows::Many(tree) => {
                for (_, &row) in tree.rows.range((first, 0)..=(last, u64::MAX)) {
                    // A mark that is set stays as it is.
                    let is_marked = many.get(row).mark.is_set();
                    visit(if is_marked {
                        many.get_unchanged(row)
                    } else {
                        many.get_mut(row)
                    });
                }
            }
        }
    }

    /// Removes the first rows, as long as a closure says so of their times.
    #[inline]
    pub fn remove_while(&mut self, many: &mut ManyRows<T, M>, is_over: impl Fn(Timestamp) -> bool) {
        while self.first().is_some_and(&is_over) {
            drop(self.take_first(many));
        }
    }

    /// Removes the rows before the last one that is not after a time.
    #[inline]
    pub fn keep_last_until(&mut self, at: Timestamp, many: &mut ManyRows<T, M>) {
        while self.second().is_some_and(|second| second <= at) {
            drop(self.take_first(many));
        }
    }

    /// The time of the second row.
    #[inline]
    fn second(&self) -> Option<Timestamp> {
        match &self.0 {
            Rows::Few(rows) => rows.get(1).map(|row| row.at),
            Rows::Many(tree) => tree.rows.keys().nth(1).map(|(at, _)| *at),
        }
    }

    /// The first row.
    #[inline]
    pub fn first_row<'a>(&'a self, many: &'a ManyRows<T, M>) -> Option<&'a Row<T, M>> {
        match &self.0 {
            Rows::Few(rows) => rows.front(),
            Rows::Many(tree) => tree.rows.values().next().map(|row| many.get(*row)),
        }
    }

    /// Takes the first row.
    #[inline]
    pub fn take_first(&mut self, many: &mut ManyRows<T, M>) -> Option<Row<T, M>> {
        match &mut self.0 {
            Rows::Few(rows) => rows.pop_front(),
            Rows::Many(tree) => {
                let row = tree.rows.pop_first().map(|(_, row)| many.take(row));
                if tree.rows.is_empty() {
                    *self = Self::default();
                }
                row
            }
        }
    }

    /// The rows, in order, if they are not in [`ManyRows`].
    pub fn few(&self) -> impl Iterator<Item = &Row<T, M>> {
        let few = match &self.0 {
            Rows::Few(rows) => Some(rows.iter()),
            Rows::Many(_) => None,
        };
        few.into_iter().flatten()
    }

    /// All rows, in order.
    pub fn iter<'a>(&'a self, many: &'a ManyRows<T, M>) -> impl Iterator<Item = &'a Row<T, M>> {
        let (few, rows) = match &self.0 {
            Rows::Few(rows) => (Some(rows.iter()), None),
            Rows::Many(tree) => (None, Some(tree.rows.values().map(|row| many.get(*row)))),
        };
        few.into_iter().flatten().chain(rows.into_iter().flatten())
    }
}

impl Tree {
    fn insert<T, M>(&mut self, row: Row<T, M>, place: u32, many: &mut ManyRows<T, M>) {
        let (at, turn) = (row.at, self.next);
        self.rows.insert((at, turn), many.add(place, turn, row));
        self.next += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::join_type::Numbered;
    use super::*;

    /// What a program of inserts, looks and removals gives, by a buffer and by a sorted list.
    fn compare(seed: u64) {
        let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = |below: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            i64::try_from(random % below).expect("it is small")
        };
        let (mut buffer, mut model) = (Buffer::<u32, Numbered>::default(), Vec::<(i64, u32, bool)>::new());
        let many = &mut ManyRows::default();
        // Up to a few rows, or to more than stand in a ring.
        let removed = [4, 40, 400][usize::try_from(next(3)).expect("it is small")];
        for value in 0..300 {
            let at = next(50) + i64::from(value / 10);
            let row = Row {
                at: Timestamp::from_millis(at),
                mark: Numbered::default(),
                value,
            };
            buffer.insert(row, 0, many);
            let place = model.partition_point(|(other, ..)| *other <= at);
            model.insert(place, (at, value, false));
            let (first, last) = (at - next(5), at + next(5));
            let mut seen = Vec::new();
            let range = (Timestamp::from_millis(first), Timestamp::from_millis(last));
            buffer.between(range, many, |row| {
                seen.push(row.value);
                row.mark.set();
            });
            let of_model = model.iter_mut().filter(|(at, ..)| (first..=last).contains(at));
            let of_model = of_model.map(|row| {
                row.2 = true;
                row.1
            });
            assert_eq!(seen, of_model.collect::<Vec<_>>());
            if next(removed) == 0 {
                let before = at - 10;
                buffer.remove_while(many, |at| at < Timestamp::from_millis(before));
                model.retain(|(at, ..)| *at >= before);
            }
            if next(removed) == 0 {
                let until = at - 20;
                buffer.keep_last_until(Timestamp::from_millis(until), many);
                let before = model.partition_point(|(at, ..)| *at <= until);
                model.drain(..before.saturating_sub(1));
            }
            let first_row = buffer.first_row(many).map(|row| row.value);
            assert_eq!(first_row, model.first().map(|(_, value, _)| *value));
            if next(3) == 0 {
                let taken = buffer
                    .take_first(many)
                    .map(|row| (row.at.as_millis(), row.value, row.mark.is_set()));
                let expected = (!model.is_empty()).then(|| model.remove(0));
                assert_eq!(taken, expected);
            }
            let rows = buffer
                .iter(many)
                .map(|row| (row.at.as_millis(), row.value, row.mark.is_set()));
            assert_eq!(rows.collect::<Vec<_>>(), model);
            let first = buffer.first().map(Timestamp::as_millis);
            assert_eq!(first, model.first().map(|(at, ..)| *at));
            let last = buffer.last().map(Timestamp::as_millis);
            assert_eq!(last, model.last().map(|(at, ..)| *at));
            assert_eq!((buffer.len(), buffer.is_empty()), (model.len(), model.is_empty()));
        }
    }

    #[test]
    fn it_gives_what_a_sorted_list_gives() {
        (1..500).for_each(compare);
    }
}
