//! The rules of windows, written out plainly: every window is a list of records, and every step looks at all of them.
//! Numbers are `i128`, so that the time line has no ends but those that the rules give it. Nothing here comes from the
//! library.

use crate::model::{Event, Outcome, Row};

/// How a job is set, apart from its windows.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// How far out of order records come.
    pub delay: i64,
    /// How long windows wait.
    pub lateness: i64,
    /// Whether a window that fires again returns only what came since.
    pub discarding: bool,
    /// Whether the sum depends on the order of arrival.
    pub in_order: bool,
}

/// What stands for the sum: of values in the order of arrival.
#[must_use]
pub fn sum(values: impl Iterator<Item = i64>, in_order: bool) -> i64 {
    if in_order {
        values.fold(7, |sum: i64, value| sum.wrapping_mul(31).wrapping_add(value))
    } else {
        values.sum()
    }
}

/// A window that holds records, with the number of each in the order of arrival.
#[derive(Clone, Debug)]
struct Held {
    start: i128,
    end: i128,
    fired: bool,
    records: Vec<(usize, Event)>,
}

/// The nearest timestamp there is.
pub(crate) fn clamp(millis: i128) -> i64 {
    i64::try_from(millis).unwrap_or(if millis < 0 { i64::MIN } else { i64::MAX })
}

/// The count and sum of a key in a window.
fn row(window: &Held, key: u8, rules: Rules) -> Row {
    let mut records: Vec<&(usize, Event)> = window.records.iter().collect();
    records.sort_by_key(|(number, _)| *number);
    let of_key = || records.iter().filter(|(_, event)| event.key == key);
    (
        key,
        clamp(window.start),
        clamp(window.end),
        of_key().count() as u64,
        sum(of_key().map(|(_, event)| i64::from(event.value)), rules.in_order),
    )
}

/// The keys of a window, in the order of their first record in it.
fn keys(window: &Held) -> Vec<u8> {
    let mut records: Vec<&(usize, Event)> = window.records.iter().collect();
    records.sort_by_key(|(number, _)| *number);
    let mut keys = Vec::new();
    for (_, event) in records {
        if !keys.contains(&event.key) {
            keys.push(event.key);
        }
    }
    keys
}

/// The watermark after a record: everything below it has come.
fn watermark_after(before: i128, event: &Event, rules: Rules) -> i128 {
    let own = (i128::from(event.at) - i128::from(rules.delay)).max(i128::from(i64::MIN));
    before.max(own.min(i128::from(i64::MAX) - 1))
}

/// The windows `[k·slide + offset, k·slide + offset + size)` that contain a timestamp, in the order of time.
#[must_use]
pub fn sliding(at: i64, size: i64, slide: i64, offset: i64) -> Vec<(i128, i128)> {
    let [at, size, slide, offset] = [at, size, slide, offset].map(i128::from);
    let mut start = offset + (at - offset - size) / slide * slide - 2 * slide;
    let mut windows = Vec::new();
    while start <= at {
        if start + size > at {
            windows.push((start, start + size));
        }
        start += slide;
    }
    windows
}

/// The order in which the records of several partitions are read: of each record its partition; no record where the
/// partition is known to have ended.
pub type Reading = Vec<(usize, Option<Event>)>;

/// How far event time has come.
pub(crate) struct Clock {
    /// Of each partition that has not ended.
    pub(crate) partitions: Vec<Option<i128>>,
    /// Of all together.
    pub(crate) watermark: i128,
}

impl Clock {
    pub(crate) fn new(partitions: usize) -> Self {
        Self {
            partitions: vec![Some(i128::from(i64::MIN)); partitions],
            watermark: i128::from(i64::MIN),
        }
    }

    /// What a partition has come to.
    fn of(&self, partition: usize) -> i128 {
        self.partitions[partition].expect("it has not ended")
    }

    /// After a record, or the end of a partition.
    pub(crate) fn advance(&mut self, partition: usize, event: Option<&Event>, rules: Rules) {
        self.partitions[partition] = event.map(|event| watermark_after(self.of(partition), event, rules));
        // What has ended holds nothing back; the end of all is told apart.
        let reached = self.partitions.iter().flatten().min();
        self.watermark = self.watermark.max(*reached.unwrap_or(&self.watermark));
    }
}

/// What comes of records that are read in this order, for windows that are known from the timestamp alone; `gaps` counts
/// the records that are in none of them and are not late.
#[must_use]
pub fn aligned(
    reading: &Reading,
    partitions: usize,
    rules: Rules,
    windows_of: impl Fn(i64) -> Vec<(i128, i128)>,
) -> (Outcome, u64) {
    let lateness = i128::from(rules.lateness);
    let (mut outcome, mut held, mut gaps) = (Outcome::default(), Vec::<Held>::new(), 0);
    let mut clock = Clock::new(partitions);
    for (number, (partition, event)) in reading.iter().enumerate() {
        let (own, watermark) = (clock.partitions[*partition], clock.watermark);
        let (Some(event), Some(own)) = (event, own) else {
            clock.advance(*partition, None, rules);
            fire(&mut held, clock.watermark, rules, &mut outcome);
            continue;
        };
        let windows = windows_of(event.at);
        let open: Vec<_> = windows
            .iter()
            .filter(|(_, end)| end + lateness > own)
            .copied()
            .collect();
        if open.is_empty() {
            if windows.is_empty() && i128::from(event.at) + 1 + lateness > own {
                gaps += 1;
            } else {
                outcome.late.push(event.clone());
            }
        }
        for (start, end) in open {
            let place = held.iter().position(|window| window.start == start);
            let place = place.unwrap_or_else(|| {
                let fired = end <= watermark;
                held.push(Held {
                    start,
                    end,
                    fired,
                    records: Vec::new(),
                });
                held.len() - 1
            });
            let window = &mut held[place];
            window.records.push((number, event.clone()));
            if window.fired {
                outcome.rows.push(row(window, event.key, rules));
                if rules.discarding {
                    window.records.clear();
                }
            }
        }
        clock.advance(*partition, Some(event), rules);
        let watermark = clock.watermark;
        fire(&mut held, watermark, rules, &mut outcome);
        held.retain(|window| !window.fired || window.end + lateness > watermark);
    }
    fire(&mut held, i128::MAX, rules, &mut outcome);
    (outcome, gaps)
}

fn fire(held: &mut [Held], watermark: i128, rules: Rules, outcome: &mut Outcome) {
    held.sort_by_key(|window| window.start);
    for window in held
        .iter_mut()
        .filter(|window| !window.fired && window.end <= watermark)
    {
        window.fired = true;
        outcome
            .rows
            .extend(keys(window).into_iter().map(|key| row(window, key, rules)));
        if rules.discarding {
            window.records.clear();
        }
    }
}

/// A session that is not closed.
#[derive(Clone, Debug)]
struct Live {
    key: u8,
    start: i128,
    end: i128,
    fired: bool,
    /// The number of its first record.
    order: usize,
    records: Vec<(usize, Event)>,
}

impl Live {
    fn row(&self, rules: Rules) -> Row {
        let held = Held {
            start: self.start,
            end: self.end,
            fired: self.fired,
            records: self.records.clone(),
        };
        row(&held, self.key, rules)
    }
}

/// What comes of records that are read in this order, in sessions: `[at, at + gap)`, and those that touch are one.
#[must_use]
pub fn sessions(
    reading: &Reading,
    partitions: usize,
    rules: Rules,
    gap_of: impl Fn(&Event) -> i64,
) -> Outcome {
    let lateness = i128::from(rules.lateness);
    let (mut outcome, mut live) = (Outcome::default(), Vec::<Live>::new());
    let mut clock = Clock::new(partitions);
    for (number, (partition, event)) in reading.iter().enumerate() {
        if let (Some(event), Some(own)) = (event, clock.partitions[*partition]) {
            let start = i128::from(event.at);
            let mut whole = Live {
                key: event.key,
                start,
                end: start + i128::from(gap_of(event)),
                fired: false,
                order: number,
                records: vec![(number, event.clone())],
            };
            let own_span = (whole.start, whole.end);
            let (met, others): (Vec<Live>, Vec<Live>) = live.clone().into_iter().partition(|session| {
                session.key == event.key && session.start <= own_span.1 && own_span.0 <= session.end
            });
            for session in met {
                whole.start = whole.start.min(session.start);
                whole.end = whole.end.max(session.end);
                whole.order = whole.order.min(session.order);
                whole.records.extend(session.records);
            }
            if whole.end + lateness <= own {
                outcome.late.push(event.clone());
            } else {
                live = others;
                if whole.end <= clock.watermark {
                    outcome.rows.push(whole.row(rules));
                    whole.fired = true;
                    if rules.discarding {
                        whole.records.clear();
                    }
                }
                live.push(whole);
            }
        }
        clock.advance(*partition, event.as_ref(), rules);
        fire_sessions(&mut live, clock.watermark, rules, &mut outcome);
    }
    fire_sessions(&mut live, i128::MAX - lateness, rules, &mut outcome);
    outcome
}

fn fire_sessions(live: &mut Vec<Live>, watermark: i128, rules: Rules, outcome: &mut Outcome) {
    live.sort_by_key(|session| (clamp(session.end), session.start, session.order));
    for session in live
        .iter_mut()
        .filter(|session| !session.fired && session.end <= watermark)
    {
        session.fired = true;
        outcome.rows.push(session.row(rules));
        if rules.discarding {
            session.records.clear();
        }
    }
    live.retain(|session| !session.fired || session.end + i128::from(rules.lateness) > watermark);
}

/// What comes of records that are read in this order, in windows of `size` records of a key, one with every `step`; at the
/// end what the next window holds, if it is `partial`. And the timestamps of the results, and how many records are in no
/// window.
#[must_use]
pub fn counts(
    reading: &Reading,
    rules: Rules,
    size: usize,
    step: usize,
    partial: bool,
) -> (Vec<Row>, Vec<i64>, u64) {
    let events: Vec<&Event> = reading.iter().filter_map(|(_, event)| event.as_ref()).collect();
    let of_key = |key: u8, until: usize| -> Vec<(usize, &Event)> {
        let all = events.iter().copied().enumerate().take(until);
        all.filter(|(_, event)| event.key == key).collect()
    };
    let row = |key: u8, records: &[(usize, &Event)], start: usize, end: usize| -> (Row, i64) {
        let greatest = records[start..end].iter().map(|(_, event)| event.at).max();
        let values = records[start..end]
            .iter()
            .map(|(_, event)| i64::from(event.value));
        let (from, to) = (i64::try_from(start).unwrap_or(0), i64::try_from(end).unwrap_or(0));
        let row = (key, from, to, (end - start) as u64, sum(values, rules.in_order));
        (row, greatest.expect("there is a record"))
    };
    let (mut rows, mut gaps) = (Vec::new(), 0);
    for (number, event) in events.iter().enumerate() {
        let records = of_key(event.key, number + 1);
        let seen = records.len();
        if seen % step == 0 {
            rows.push(row(event.key, &records, seen.saturating_sub(size), seen));
        }
        if step > size && (seen - 1) % step < step - size {
            gaps += 1;
        }
    }
    let mut left = Vec::new();
    for key in (0..=u8::MAX).filter(|_| partial) {
        let records = of_key(key, events.len());
        let seen = records.len();
        let start = (seen / step * step + step).saturating_sub(size);
        if seen % step != 0 && start < seen {
            left.push((records[0].0, row(key, &records, start, seen)));
        }
    }
    left.sort_by_key(|(number, _)| *number);
    rows.extend(left.into_iter().map(|(_, row)| row));
    let (rows, greatest) = rows.into_iter().unzip();
    (rows, greatest, gaps)
}
