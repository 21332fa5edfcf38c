//! Jobs of every kind of state, which are killed and go on.

#![expect(clippy::disallowed_methods, reason = "a test writes its input")]

use std::path::Path;

use serde::{Deserialize, Serialize};
use streamlite::Job;
use streamlite::prelude::*;
use streamlite_tests::sim_fs::Dice;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) key: u32,
    pub(super) at: i64,
    pub(super) n: u32,
}

impl Row {
    /// A key that most have, which is another every so often, or one of many.
    fn often(&self, millis: i64) -> u32 {
        match self.key {
            0..400 => u32::try_from(self.at / millis).unwrap_or(0),
            key => key,
        }
    }

    /// One of two keys, which are others every so often.
    pub(super) fn in_turn(&self, millis: i64) -> u32 {
        u32::try_from(self.at / millis).unwrap_or(0) * 2 + self.key % 2
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Total {
    key: u32,
    what: i64,
    total: u64,
}

/// One of few keys, which is another a little later.
fn key_of_time(at: i64) -> u32 {
    u32::try_from(at / 40 * 7 % 50).unwrap_or(0)
}

pub(super) fn total(key: u32, what: i64, total: u64) -> Total {
    Total { key, what, total }
}

pipeline!(
    fn running_sums(rows: Source<Row>, out: Sink<Total>) {
        let sums = rows.key_by(|row| row.key).running().sum(|row| row.n);
        sums.map(|(key, sum)| total(key, 0, sum)).to(out);
    }

    fn final_sums(rows: Source<Row>, out: Sink<Total>) {
        let sums = rows.key_by(|row| row.key).sum(|row| row.n);
        sums.map(|(key, sum)| total(key, 0, sum)).to(out);
    }

    /// After a fan-out records come one by one.
    fn one_by_one(rows: Source<Row>, out: Sink<Total>) {
        let sums = rows.key_by(|row| row.key).running().sum(|row| row.n);
        let totals = rows.key_by(|row| row.key).sum(|row| row.n);
        let timed = rows.event_time(|row| row.at).watermark(bounded(300ms));
        let windows = timed.key_by(|row| row.key).window(tumbling(2s)).sum(|row| row.n);
        let windows = windows.map(|sum| (sum.key, sum.value));
        let keyed = timed.key_by(|row| row.key);
        let sliding = keyed.window(sliding(2s).every(500ms)).sum(|row| row.n);
        let sliding = sliding.map(|sum| (sum.key, sum.value));
        let sessions = timed
            .key_by(|row| row.key)
            .window(session(500ms))
            .sum(|row| row.n);
        let sessions = sessions.map(|sum| (sum.key, sum.value));
        let counted = timed.key_by(|row| row.key).window(count(3)).sum(|row| row.n);
        let counted = counted.map(|sum| (sum.key, sum.value));
        let all = sums
            .union(totals)
            .union(windows)
            .union(sliding)
            .union(sessions)
            .union(counted);
        all.map(|(key, sum)| total(key, 0, sum)).to(out);
    }

    fn processed_one_by_one(rows: Source<Row>, out: Sink<Total>) {
        let timed = rows.event_time(|row| row.at).watermark(bounded(150ms));
        let sums = timed.key_by(|row| row.key).process(|ctx| {
            let sum: u64 = 0;

            on_record(|row| {
                *sum += u64::from(row.n);
                ctx.timer_after(200ms);
            });
            on_timer(|at| {
                *sum += 1;
                ctx.emit(total(*ctx.key(), at.as_millis(), *sum));
            });
        });
        let keyed = timed.key_by(|row| row.key);
        let by_two = keyed.window(tumbling(2s)).trigger(on_count(2)).sum(|row| row.n);
        let by_two = by_two.map(|sum| total(sum.key, 1, sum.value));
        sums.union(by_two).to(out);
    }
);

/// Sums of windows that may fire several times, for late rows or by a trigger.
macro_rules! windowed {
    ($($name:ident, $window:expr, { $($more:tt)* })*) => {$(
        pipeline!(
            fn $name(rows: Source<Row>, out: Sink<Total>) {
                let timed = rows.event_time(|row| row.at).watermark(bounded(60ms));
                let sums = timed
                    .key_by(|row| row.key)
                    .window($window)
                    $($more)*
                    .aggregate(|key, window, rows| total(*key, window.at(), rows.sum(|row| row.n)));
                sums.to(out);
            }
        );
    )*};
}

/// What of a window is written.
trait At {
    fn at(&self) -> i64;
}

impl At for Window {
    fn at(&self) -> i64 {
        self.start.as_millis() + i64::from(self.index)
    }
}

impl At for CountWindow {
    fn at(&self) -> i64 {
        i64::try_from(self.start).expect("it is small")
    }
}

impl At for GlobalWindow {
    fn at(&self) -> i64 {
        i64::from(self.index)
    }
}

windowed! {
    tumbled, tumbling(2s), { .allowed_lateness(50ms) }
    tumbled_apart, tumbling(2s), { .allowed_lateness(50ms).discarding() }
    tumbled_often, tumbling(40ms), { .allowed_lateness(90ms) }
    slid, sliding(2s).every(500ms), { .allowed_lateness(50ms) }
    sessions, session(300ms), { .allowed_lateness(50ms) }
    counted, count(3), { .accumulating() }
    in_all, global(), { .accumulating() }
    tumbled_by_two, tumbling(2s), { .trigger(on_count(2).or(on_watermark())).allowed_lateness(50ms) }
    tumbled_at_times, tumbling(2s), { .trigger(every(300ms).or(on_watermark())) }
    slid_by_two, sliding(2s).every(500ms), { .trigger(on_count(2).or(on_watermark())) }
    sessions_by_two, session(300ms), { .trigger(on_count(2).or(on_watermark())).allowed_lateness(50ms) }
    sessions_at_times, session(300ms), { .trigger(every(100ms).or(on_watermark())) }
    in_all_by_two, global(), { .trigger(on_count(2)) }
}

/// Pairs of rows of both streams.
macro_rules! joined {
    ($($name:ident, $join:ident, { $($keys:tt)* } { $($more:tt)* })*) => {$(
        pipeline!(
            fn $name(rows: Source<Row>, others: Source<Row>, out: Sink<Total>) {
                let rows = rows.event_time(|row| row.at).watermark(bounded(150ms));
                let others = others.event_time(|row| row.at).watermark(bounded(150ms));
                let pairs = rows
                    .$join(others)
                    .on($($keys)*)
                    $($more)*;
                pairs.map(|pair| pair.total()).to(out);
            }
        );
    )*};
}

/// What of a pair is written.
trait Pair {
    fn total(&self) -> Total;
}

impl Pair for (Row, Row) {
    fn total(&self) -> Total {
        total(self.0.key, self.0.at, u64::from(self.0.n) + u64::from(self.1.n))
    }
}

impl Pair for (Row, Option<Row>) {
    fn total(&self) -> Total {
        let other = self.1.as_ref().map_or(1_000_000, |row| row.n);
        total(self.0.key, self.0.at, u64::from(self.0.n) + u64::from(other))
    }
}

impl Pair for (Option<Row>, Option<Row>) {
    fn total(&self) -> Total {
        let both = [&self.0, &self.1];
        let sum = both.map(|row| row.as_ref().map_or(1_000_000, |row| u64::from(row.n)));
        let row = self.0.as_ref().or(self.1.as_ref()).expect("one is there");
        total(row.key, row.at, sum[0] + sum[1])
    }
}

joined! {
    within, join, { |row| row.key, |row| row.key } { .within(-400ms..=300ms) }
    within_full, full_join, { |row| row.key, |row| row.key } { .within(-400ms..=300ms) }
    in_windows, full_join, { |row| row.key, |row| row.key } { .window(tumbling(1s)).allowed_lateness(50ms) }
    all_rows, full_join, { |row| row.key, |row| row.key } {}
    many_all_rows, full_join, { |row| row.key, |row| row.key % 30 } {}
    latest, left_join_latest, { |row| row.key, |row| row.key } {}
    latest_within, left_join_latest, { |row| row.key, |row| row.key } { .within(400ms) }
    many_within, join, { |row| row.key % 5, |row| row.key % 5 } { .within(400ms..=410ms) }
    many_within_full, full_join, { |row| row.key % 5, |row| row.key % 5 } { .within(-410ms..=-400ms) }
    many_of_one, full_join, { |row| row.often(700), |row| row.often(700) } { .within(-410ms..=-400ms) }
    many_in_turn, full_join, { |row| row.in_turn(600), |row| row.in_turn(600) } { .within(-410ms..=-400ms) }
    many_latest, left_join_latest, { |row| row.key % 2, |row| row.key % 2 } {}
}

pipeline!(
    /// Sums of a key until a pause of it, and what is left at the end.
    fn pauses(rows: Source<Row>, out: Sink<Total>) {
        let timed = rows.event_time(|row| row.at).watermark(bounded(150ms));
        let sums = timed.key_by(|row| row.key).process(|ctx| {
            let sum: Value<u64> = Value::new();
            let times: List<i64> = List::new();

            on_record(|row| {
                sum.set(sum.get().copied().unwrap_or(0) + u64::from(row.n));
                times.push(row.at);
                if let Some(last) = times.last() {
                    ctx.timer_after(200ms + TimeDelta::from_millis(last % 3));
                }
                if row.n % 5 == 0 {
                    ctx.delete_timer(row.at + 201);
                }
                if row.n % 11 == 0 {
                    sum.clear();
                }
            });
            on_timer(|at| {
                let sum = sum.take().unwrap_or(0);
                ctx.emit(total(*ctx.key(), at.as_millis(), sum + times.len() as u64));
                if at.as_millis() % 2 == 0 {
                    ctx.clear();
                }
            });
            on_end(|| ctx.emit(total(*ctx.key(), -1, sum.get().copied().unwrap_or(0))));
        });
        sums.to(out);
    }

    /// Few keys at a time, each of which has many timers, some of which are deleted, or set twice.
    fn reminders(rows: Source<Row>, out: Sink<Total>) {
        let timed = rows.event_time(|row| row.at).watermark(bounded(150ms));
        let sums = timed.key_by(|row| key_of_time(row.at)).process(|ctx| {
            let sum: u64 = 0;

            on_record(|row| {
                *sum += u64::from(row.n);
                ctx.timer_after(500ms);
                for (step, further) in [(1, 311), (2, 900), (3, 500)] {
                    ctx.timer_at(Timestamp::from_millis(row.at / step + further));
                }
                if row.n % 3 == 0 {
                    ctx.delete_timer(Timestamp::from_millis(row.at + 500));
                    ctx.delete_timer(Timestamp::from_millis(row.at / 2 + 900));
                }
            });
            on_timer(|at| {
                ctx.emit(total(*ctx.key(), at.as_millis(), *sum));
                if at.as_millis() % 2 == 0 {
                    ctx.clear();
                }
            });
        });
        sums.to(out);
    }

    /// What was seen of a key lately.
    fn forgotten(rows: Source<Row>, out: Sink<Total>) {
        let timed = rows.event_time(|row| row.at).watermark(bounded(150ms));
        let sums = timed.key_by(|row| row.key).process(|ctx| {
            #[ttl(300ms)]
            let seen: Map<u32, u64> = Map::new();

            on_record(|row| {
                let before = seen.get(&(row.n % 4)).copied().unwrap_or(0);
                seen.insert(row.n % 4, before + 1);
                ctx.emit(total(*ctx.key(), row.at, before));
            });
        });
        sums.to(out);
    }
);

/// What elements are, in their order.
fn digest<'a>(elements: impl IntoIterator<Item = &'a u64>) -> u64 {
    let elements = elements.into_iter();
    elements.fold(7, |sum, n| sum.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ n)
}

pipeline!(
    /// Lists that grow and shrink at both ends, and change places.
    fn many_listed(rows: Source<Row>, out: Sink<Total>) {
        let digests = rows.key_by(|row| row.key % 3).process(|ctx| {
            let one: List<u64> = List::new();
            let count: u64 = 0;
            let other: List<u64> = List::new();

            on_record(|row| {
                *count += 1;
                if row.n % 4 == 0 {
                    one.pop_front();
                    other.pop_back();
                } else {
                    one.push(u64::from(row.n));
                    other.push(*count);
                }
                match *count % 89 {
                    11 => std::mem::swap(one, other),
                    23 => one.retain(|n| n % 5 != 0),
                    40 => {
                        while one.len() > 5 {
                            one.pop_front();
                        }
                    }
                    41 => {
                        while other.len() > 30 {
                            other.pop_back();
                        }
                    }
                    42 if row.n % 2 == 0 => while one.pop_front().is_some() {},
                    43 if row.n % 3 == 0 => while other.pop_back().is_some() {},
                    60 => other.extend(0..60),
                    70 if row.n % 2 == 0 => other.clear(),
                    71 if row.n % 2 == 0 => drop(std::mem::take(one)),
                    72 if row.n % 2 == 0 => one.extend(other.take()),
                    _ => {}
                }
                let both = digest(one.iter()) ^ digest(other.iter());
                ctx.emit(total(*ctx.key(), row.at, both));
            });
        });
        digests.to(out);
    }

    /// Maps whose values change, come and go.
    fn many_mapped(rows: Source<Row>, out: Sink<Total>) {
        let digests = rows.key_by(|row| row.key % 3).process(|ctx| {
            let counts: Map<u32, u64> = Map::new();

            on_record(|row| {
                match row.n % 8 {
                    0 => *counts.get_or_insert_with(row.n % 300, || 0) += 1,
                    1 => drop(counts.remove(&(row.n / 8 % 300))),
                    2 if row.at % 17 == 0 => counts.retain(|n, _| n % 4 != 0),
                    3 if row.at % 60 == 0 => counts.clear(),
                    4 => drop(counts.get_mut(&(row.n / 2 % 300)).map(|count| *count += 7)),
                    5 => (0..9).for_each(|n| {
                        counts.insert((row.n + n * 31) % 300, 5);
                    }),
                    6 if row.at % 60 == 0 => *counts = Map::new(),
                    _ => drop(counts.insert(row.n % 300, u64::from(row.n))),
                }
                let keys = counts.keys().map(|n| u64::from(*n));
                let keys: Vec<u64> = keys.collect();
                ctx.emit(total(*ctx.key(), row.at, digest(&keys) ^ digest(counts.values())));
            });
        });
        digests.to(out);
    }

    /// Lists and maps of which each element expires.
    fn many_expiring(rows: Source<Row>, out: Sink<Total>) {
        let timed = rows.event_time(|row| row.at).watermark(bounded(150ms));
        let digests = timed.key_by(|row| row.key % 3).process(|ctx| {
            #[ttl(500ms)]
            let lately: List<u64> = List::new();
            #[ttl(400ms)]
            let counts: Map<u32, u64> = Map::new();

            on_record(|row| {
                *counts.get_or_insert_with(row.n % 400, || 0) += 1;
                lately.push(u64::from(row.n));
                match row.n % 40 {
                    0 => drop(lately.pop_front()),
                    1 => drop(lately.pop_back()),
                    2 => lately.retain(|n| n % 7 != 0),
                    3 => drop(counts.remove(&(row.n / 2 % 400))),
                    _ => {}
                }
                let both = digest(lately.iter()) ^ digest(counts.values());
                ctx.emit(total(*ctx.key(), row.at, both));
            });
        });
        digests.to(out);
    }

    /// Keys that have much, and go with it.
    fn many_cleared(rows: Source<Row>, out: Sink<Total>) {
        let timed = rows.event_time(|row| row.at).watermark(bounded(150ms));
        let digests = timed.key_by(|row| row.in_turn(400)).process(|ctx| {
            let seen: List<u64> = List::new();
            let counts: Map<u32, u64> = Map::new();

            on_record(|row| {
                seen.push(u64::from(row.n));
                *counts.get_or_insert_with(row.n % 200, || 0) += 1;
                ctx.timer_after(150ms);
                let both = digest(seen.iter()) ^ digest(counts.values());
                ctx.emit(total(*ctx.key(), row.at, both));
            });
            on_timer(|at| {
                if at.as_millis() % 50 == 0 {
                    ctx.clear();
                }
            });
            on_end(|| ctx.emit(total(*ctx.key(), -1, digest(seen.iter()))));
        });
        digests.to(out);
    }

    /// A list and a map of all rows.
    fn many_of_all(rows: Source<Row>, out: Sink<Total>) {
        let digests = rows.process(|ctx| {
            let seen: List<u64> = List::new();
            let counts: Map<u32, u64> = Map::new();

            on_record(|row| {
                seen.push(u64::from(row.n));
                if seen.len() > 500 {
                    seen.pop_front();
                }
                *counts.get_or_insert_with(row.key, || 0) += 1;
                let both = digest(seen.iter()) ^ digest(counts.values());
                ctx.emit(total(row.key, row.at, both));
            });
        });
        digests.to(out);
    }
);

/// What is read and what makes a job of it.
pub(super) struct Case {
    pub(super) name: &'static str,
    /// How many entries a slice has: so many that a checkpoint is done before the job is killed.
    pub(super) slices: [usize; 2],
    pub(super) job: fn(&Path, CsvSink) -> streamlite::Result<Job>,
    /// The same that keeps what it emits.
    pub(super) collected: fn(&Path, CollectionSink<Total>) -> streamlite::Result<Job>,
}

pub(super) fn rows(dir: &Path, name: &str) -> streamlite::Result<CsvSource<Row>> {
    CsvSource::open(dir.join(name))
}

/// A case of a pipeline with one source, of many keys or of few, or with two.
macro_rules! case {
    (few $pipeline:ident) => {
        Case {
            name: concat!(stringify!($pipeline), " of few keys"),
            slices: [1, 64],
            job: |dir, out| Ok($pipeline(rows(dir, "few.csv")?, out)),
            collected: |dir, out| Ok($pipeline(rows(dir, "few.csv")?, out)),
        }
    };
    ($pipeline:ident) => {
        Case {
            name: stringify!($pipeline),
            slices: [64, 320],
            job: |dir, out| Ok($pipeline(rows(dir, "rows.csv")?, out)),
            collected: |dir, out| Ok($pipeline(rows(dir, "rows.csv")?, out)),
        }
    };
    (both $pipeline:ident) => {
        Case {
            name: stringify!($pipeline),
            slices: [64, 320],
            job: |dir, out| Ok($pipeline(rows(dir, "rows.csv")?, rows(dir, "others.csv")?, out)),
            collected: |dir, out| Ok($pipeline(rows(dir, "rows.csv")?, rows(dir, "others.csv")?, out)),
        }
    };
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        case!(running_sums),
        case!(final_sums),
        case!(one_by_one),
        case!(processed_one_by_one),
        case!(tumbled),
        case!(tumbled_apart),
        case!(tumbled_often),
        case!(few tumbled_often),
        case!(few slid),
        case!(few sessions),
        case!(few tumbled_by_two),
        case!(slid),
        case!(sessions),
        case!(counted),
        case!(in_all),
        case!(tumbled_by_two),
        case!(tumbled_at_times),
        case!(slid_by_two),
        case!(sessions_by_two),
        case!(sessions_at_times),
        case!(in_all_by_two),
        case!(both within),
        case!(both within_full),
        case!(both in_windows),
        case!(both all_rows),
        case!(both latest),
        case!(both latest_within),
        case!(both many_all_rows),
        case!(both many_within),
        case!(both many_within_full),
        case!(both many_of_one),
        case!(both many_in_turn),
        case!(both many_latest),
        case!(pauses),
        case!(reminders),
        case!(forgotten),
        case!(many_listed),
        case!(many_mapped),
        case!(many_expiring),
        case!(many_cleared),
        case!(many_of_all),
    ]
}

/// Rows of so many keys, out of order.
pub(super) fn write_rows(dice: &mut Dice, to: &Path, rows: usize, keys: usize) {
    let mut row = |n: usize| format!("{},{},{}\n", dice.roll(keys), n + dice.roll(170), dice.roll(1000));
    let text: String = (0..rows).map(&mut row).collect();
    std::fs::write(to, format!("key,at,n\n{text}")).expect("a file");
}
