//! Entries by the time at which they are due.

use std::collections::BTreeMap;
use std::mem;

use crate::time::Timestamp;

/// Entries by time; those of one time in the order in which they were put in.
///
/// A hierarchical timing wheel (Varghese and Lauck, 1987): the digits of a time, to the base of 64, lead to a bucket of the
/// level at which it first differs from the time that the queue has come to. An entry moves down a level when its bucket's
/// turn comes, so it moves as often as its delay has digits (a minute: three), where a heap of a hundred thousand takes
/// seventeen steps through memory. Moves keep the order within a bucket, and entries of one time are always in one bucket:
/// hence the order.
#[derive(Clone, Debug)]
pub struct TimeQueue<E> {
    levels: Vec<Level<E>>,
    /// The time that it has come to: no entry of the levels is before this.
    base: u64,
    /// Entries that were put in for a time before that.
    overdue: BTreeMap<Timestamp, Vec<E>>,
    /// No entry is before this.
    first: Timestamp,
    entries: usize,
}

/// Buckets of one digit.
#[derive(Clone, Debug)]
struct Level<E> {
    /// A bit for each bucket that is not empty.
    occupied: u64,
    buckets: Vec<Vec<(Timestamp, E)>>,
}

/// How many bits a digit has.
const DIGIT: u32 = 6;
/// Up to so many entries an empty bucket of the second level keeps its room.
const ROOM: usize = 256;
/// How many buckets a level has.
const BUCKETS: usize = 1 << DIGIT;

impl<E> Level<E> {
    fn new() -> Self {
        Self {
            occupied: 0,
            buckets: (0..BUCKETS).map(|_| Vec::new()).collect(),
        }
    }
}

impl<E> Default for TimeQueue<E> {
    fn default() -> Self {
        Self {
            levels: Vec::new(),
            base: 0,
            overdue: BTreeMap::new(),
            first: Timestamp::MAX,
            entries: 0,
        }
    }
}

impl<E> TimeQueue<E> {
    /// Puts an entry in.
    #[inline]
    pub fn put(&mut self, at: Timestamp, entry: E) {
        self.entries += 1;
        self.first = self.first.min(at);
        if ordinal(at) < self.base {
            self.overdue.entry(at).or_default().push(entry);
        } else {
            self.place(at, entry);
        }
    }

    /// Puts an entry in by a call, where it would take the registers of what is around it: in a join 6 % of its instructions.
    #[inline(never)]
    pub fn put_by_call(&mut self, at: Timestamp, entry: E) {
        self.put(at, entry);
    }

    #[inline]
    fn place(&mut self, at: Timestamp, entry: E) {
        let ordinal = ordinal(at);
        let level = level_of(ordinal ^ self.base);
        let bucket = digit(ordinal, level);
        while self.levels.len() <= level {
            self.levels.push(Level::new());
        }
        let level = &mut self.levels[level];
        level.occupied |= 1 << bucket;
        level.buckets[bucket].push((at, entry));
    }

    /// A time that no entry is before; [`Timestamp::MAX`] if there is none. To be compared with before it is asked further.
    #[inline]
    pub fn first(&self) -> Timestamp {
        self.first
    }

    /// Whether something may be due up to a time, that time included.
    #[inline]
    pub fn may_have(&self, last: Timestamp) -> bool {
        self.first <= last && self.entries > 0
    }

    /// How many entries there are.
    pub fn count(&self) -> usize {
        self.entries
    }

    /// Takes all entries of the earliest time that is not after `last`, and puts them after those of a list; says whether
    /// there was one. What is put in meanwhile for that time, or for one before it, is taken next.
    pub fn take_first(&mut self, last: Timestamp, into: &mut Vec<(Timestamp, E)>) -> bool {
        if !self.may_have(last) {
            return false;
        }
        let before = into.len();
        if let Some(entry) = self.overdue.first_entry() {
            // Everything else is due later.
            if *entry.key() <= last {
                let (at, entries) = entry.remove_entry();
                into.extend(entries.into_iter().map(|entry| (at, entry)));
            }
        } else {
            self.take_from_levels(ordinal(last), into);
        }
        let taken = into.len() - before;
        self.entries -= taken;
        self.find_first();
        taken > 0
    }

    fn take_from_levels(&mut self, limit: u64, into: &mut Vec<(Timestamp, E)>) {
        while let Some((level, bucket)) = self.first_bucket() {
            let start = self.start_of(level, bucket);
            if start > limit {
                break;
            }
            self.base = start;
            let of = &mut self.levels[level];
            of.occupied &= !(1 << bucket);
            if level == 0 {
                return into.append(&mut of.buckets[bucket]);
            }
            let mut moved = mem::take(&mut of.buckets[bucket]);
            for (at, entry) in moved.drain(..) {
                self.place(at, entry);
            }
            // The room stays for the next time, unless it is much, or the next time is far away.
            if level == 1 && moved.capacity() <= ROOM {
                self.levels[level].buckets[bucket] = moved;
            }
        }
        self.base = self.base.max(limit);
    }

    /// Shows all entries to a closure, those of one time in the order in which they were put in.
    pub fn for_each(&self, mut visit: impl FnMut(Timestamp, &E)) {
        let buckets = self.levels.iter().flat_map(|level| &level.buckets);
        buckets.flatten().for_each(|(at, entry)| visit(*at, entry));
        let overdue = self.overdue.iter();
        overdue.for_each(|(at, entries)| entries.iter().for_each(|entry| visit(*at, entry)));
    }

    /// Keeps the entries that a closure says are wanted still.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(Timestamp, &E) -> bool) {
        let mut kept = 0;
        for level in &mut self.levels {
            for (place, bucket) in level.buckets.iter_mut().enumerate() {
                bucket.retain(|(at, entry)| is_wanted(*at, entry));
                bucket.shrink_to(bucket.len() * 2);
                kept += bucket.len();
                if bucket.is_empty() {
                    level.occupied &= !(1 << place);
                }
            }
        }
        self.overdue.retain(|at, entries| {
            entries.retain(|entry| is_wanted(*at, entry));
            kept += entries.len();
            !entries.is_empty()
        });
        self.entries = kept;
        self.find_first();
    }

    /// The first bucket that is not empty: what differs from the base in a lower digit is earlier.
    fn first_bucket(&self) -> Option<(usize, usize)> {
        let level = self.levels.iter().position(|level| level.occupied != 0)?;
        Some((level, self.levels[level].occupied.trailing_zeros() as usize))
    }

    /// The earliest time that belongs to a bucket.
    fn start_of(&self, level: usize, bucket: usize) -> u64 {
        let shift = DIGIT * as_u32(level);
        let upper = self.base.checked_shr(shift + DIGIT).unwrap_or(0);
        (upper.checked_shl(shift + DIGIT).unwrap_or(0)) | ((bucket as u64) << shift)
    }

    fn find_first(&mut self) {
        let overdue = self.overdue.keys().next().copied();
        let first = || {
            self.first_bucket()
                .map(|(level, bucket)| time(self.start_of(level, bucket)))
        };
        self.first = overdue.or_else(first).unwrap_or(Timestamp::MAX);
    }
}

/// A time as a number that is never negative, in the same order.
#[inline]
fn ordinal(at: Timestamp) -> u64 {
    at.as_millis().cast_unsigned() ^ (1 << 63)
}

/// The time of a number.
fn time(ordinal: u64) -> Timestamp {
    Timestamp::from_millis((ordinal ^ (1 << 63)).cast_signed())
}

/// The level of the highest digit that differs.
#[inline]
fn level_of(difference: u64) -> usize {
    (63_u32.saturating_sub((difference | 1).leading_zeros()) / DIGIT) as usize
}

#[inline]
fn digit(ordinal: u64, level: usize) -> usize {
    #[expect(clippy::cast_possible_truncation, reason = "a digit of six bits")]
    let digit = (ordinal >> (DIGIT * as_u32(level))) as usize % BUCKETS;
    digit
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "there are eleven levels")]
fn as_u32(level: usize) -> u32 {
    level as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a program of puts and takes gives, by the queue and by a sorted list.
    fn compare(seed: u64) {
        let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = |below: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % below
        };
        let (mut queue, mut model) = (TimeQueue::default(), Vec::<(Timestamp, u64)>::new());
        let spread = [3, 100, 70_000, 1 << 40, u64::MAX][next(5) as usize];
        let mut now = [0, i64::MIN, i64::MAX - 1_000, 1_700_000_000_000][next(4) as usize];
        for number in 0..300 {
            if next(3) > 0 {
                let delay = next(spread).cast_signed();
                let at = now.saturating_add(if next(8) == 0 { -delay } else { delay });
                let at = Timestamp::from_millis(at);
                queue.put(at, number);
                model.push((at, number));
            } else if next(4) == 0 {
                let odd = next(2);
                queue.retain(|_, entry| entry % 2 == odd);
                model.retain(|(_, entry)| entry % 2 == odd);
            } else {
                now = now.saturating_add(next(spread).cast_signed().saturating_abs());
                let last = Timestamp::from_millis(now);
                // A few times, or all.
                let mut times = 1 + next(5);
                model.sort_by_key(|(at, _)| *at);
                let mut entries = Vec::new();
                while times > 0 && queue.take_first(last, &mut entries) {
                    let at = entries[0].0;
                    assert!(at <= last);
                    let expected: Vec<_> = model.extract_if(.., |(of, _)| *of == at).collect();
                    assert_eq!(entries, expected);
                    assert!(
                        model.iter().all(|(other, _)| *other > at),
                        "{at} was not the first"
                    );
                    entries.clear();
                    entries.clear();
                    times -= 1;
                }
                if times > 0 {
                    assert!(
                        model.iter().all(|(at, _)| *at > last),
                        "something is left up to {last}"
                    );
                }
            }
            assert_eq!(queue.count(), model.len());
            assert!(model.iter().all(|(at, _)| *at >= queue.first()));
        }
    }

    #[test]
    fn it_gives_what_a_sorted_list_gives() {
        (1..3_000).for_each(compare);
    }

    #[test]
    fn the_ends_of_time_are_times_like_any_other() {
        let mut queue = TimeQueue::default();
        queue.put(Timestamp::MAX, 'b');
        queue.put(Timestamp::MIN, 'a');
        assert_eq!(queue.first(), Timestamp::MIN);
        let mut taken = Vec::new();
        assert!(queue.take_first(Timestamp::MIN, &mut taken));
        assert!(!queue.take_first(Timestamp::from_millis(i64::MAX - 1), &mut taken));
        assert!(queue.take_first(Timestamp::MAX, &mut taken));
        assert_eq!(taken, [(Timestamp::MIN, 'a'), (Timestamp::MAX, 'b')]);
    }
}
