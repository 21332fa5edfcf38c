//! What a process does, written out plainly: a map of plain structs, and a list of timers that is sorted. Nothing here comes
//! from the library.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::model::Event;
use crate::window_model::{Clock, Reading, Rules, clamp};

/// A step of a handler.
#[derive(Clone, Debug)]
pub enum Op {
    /// Adds to a plain value.
    Add(i64),
    /// Adds to a plain value that expires.
    AddExpiring(i64),
    /// Writes a value.
    Set(i64),
    /// Removes it.
    Take,
    /// Changes it if it is there.
    Bump,
    /// Pushes.
    Push(i64),
    /// Removes the first.
    PopFront,
    /// Removes the last.
    PopBack,
    /// Keeps what is even.
    RetainEven,
    /// Empties the list.
    ClearList,
    /// Writes an entry of the map.
    Insert(u8, i64),
    /// Changes an entry if it is there.
    Touch(u8),
    /// Removes an entry.
    Remove(u8),
    /// Adds to what is reduced by its greatest.
    Reduce(i64),
    /// Removes what is reduced.
    ClearReduced,
    /// Sets a timer for so much later.
    Timer(i64),
    /// Sets a timer for a time.
    TimerAt(i64),
    /// Deletes a timer for so much later.
    Delete(i64),
    /// Forgets the key.
    Clear,
    /// Emits a line.
    Emit,
    /// Emits a line to the side output.
    Side,
}

/// What a handler does, by number.
pub type Programs = Vec<Vec<Op>>;

/// Which program a record starts.
#[must_use]
pub fn of_record(programs: &Programs, event: &Event) -> Vec<Op> {
    programs[usize::try_from(event.value.rem_euclid(16)).expect("it is small") % programs.len()].clone()
}

/// Which program a timer starts. It sets further timers only at some times, so that it comes to an end.
#[must_use]
pub fn of_timer(programs: &Programs, key: u8, at: i64) -> Vec<Op> {
    let number = usize::try_from((at.rem_euclid(7)) + i64::from(key)).expect("it is small");
    let steps = programs[number % programs.len()].iter();
    let steps = steps.filter_map(|op| match op {
        Op::Timer(by) if at.rem_euclid(3) == 0 => Some(Op::Timer(match by.rem_euclid(4) {
            0 => 1,
            1 => 2,
            2 => -1,
            _ => -2,
        })),
        Op::Timer(_) | Op::TimerAt(_) => None,
        op => Some(op.clone()),
    });
    steps.collect()
}

/// How a process is set.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// It handles timers.
    pub timers: bool,
    /// It has states that stay.
    pub stays: bool,
}

type Stamped<T> = (T, i128);

#[derive(Clone, Debug)]
struct Key {
    birth: u64,
    plain: i64,
    plain_expiring: Option<Stamped<i64>>,
    value: Option<i64>,
    value_expiring: Option<Stamped<i64>>,
    list: Vec<i64>,
    list_expiring: Vec<Stamped<i64>>,
    map: Vec<(u8, i64)>,
    map_expiring: Vec<(u8, i64, i128)>,
    reduced: Option<i64>,
    reduced_expiring: Option<Stamped<i64>>,
}

impl Key {
    fn new(birth: u64) -> Self {
        Self {
            birth,
            plain: 0,
            plain_expiring: None,
            value: None,
            value_expiring: None,
            list: Vec::new(),
            list_expiring: Vec::new(),
            map: Vec::new(),
            map_expiring: Vec::new(),
            reduced: None,
            reduced_expiring: None,
        }
    }

    fn expire(&mut self, now: i128, ttl: i128) {
        let lives = |stamp: i128| i128::from(clamp(stamp + ttl)) > now;
        self.plain_expiring = self.plain_expiring.filter(|(_, stamp)| lives(*stamp));
        self.value_expiring = self.value_expiring.filter(|(_, stamp)| lives(*stamp));
        self.reduced_expiring = self.reduced_expiring.filter(|(_, stamp)| lives(*stamp));
        self.list_expiring.retain(|(_, stamp)| lives(*stamp));
        self.map_expiring.retain(|(.., stamp)| lives(*stamp));
    }

    /// Whether nothing is left that expires.
    fn is_blank(&self) -> bool {
        self.plain_expiring.is_none()
            && self.value_expiring.is_none()
            && self.reduced_expiring.is_none()
            && self.list_expiring.is_empty()
            && self.map_expiring.is_empty()
    }

    fn seen(&self, stays: bool) -> String {
        let stamped = |of: &Option<Stamped<i64>>| of.map(|(value, _)| value);
        let list: Vec<i64> = self.list_expiring.iter().map(|(value, _)| *value).collect();
        let map: Vec<(u8, i64)> = self
            .map_expiring
            .iter()
            .map(|(key, value, _)| (*key, *value))
            .collect();
        let expiring = see(
            self.plain_expiring.map_or(7, |(value, _)| value),
            stamped(&self.value_expiring),
            &list,
            &map,
            stamped(&self.reduced_expiring),
        );
        if !stays {
            return expiring;
        }
        let staying = see(self.plain, self.value, &self.list, &self.map, self.reduced);
        format!("{staying} / {expiring}")
    }
}

/// How states are shown.
#[must_use]
pub fn see(plain: i64, value: Option<i64>, list: &[i64], map: &[(u8, i64)], reduced: Option<i64>) -> String {
    format!("{plain} {value:?} {list:?} {map:?} {reduced:?}")
}

#[derive(Clone, Debug)]
struct Timer {
    at: i128,
    number: u64,
    key: u8,
}

/// A line that was emitted, with its timestamp.
pub type Line = (String, i64);

struct Model<'a> {
    kind: Kind,
    programs: &'a Programs,
    ttl: i128,
    keys: BTreeMap<u8, Key>,
    timers: Vec<Timer>,
    numbers: u64,
    births: u64,
    watermark: i128,
    /// The last watermark before the end.
    before_end: i128,
    lines: Vec<Line>,
}

const MAX: i128 = i64::MAX as i128;

impl Model<'_> {
    fn handle(&mut self, what: &str, key: u8, timestamp: i128, ops: &[Op]) {
        let now = if self.watermark == MAX {
            self.before_end
        } else {
            self.watermark
        };
        let written = timestamp.max(now).min(MAX - 1);
        let absent = match self.keys.get_mut(&key) {
            None => true,
            Some(state) => {
                state.expire(now, self.ttl);
                !self.kind.stays && state.is_blank()
            }
        };
        if absent {
            self.births += 1;
            self.keys.insert(key, Key::new(self.births));
        }
        let mut state = self.keys[&key].clone();
        let head = format!("{what} {key} {timestamp} {}", self.watermark);
        self.lines.push((
            format!("{head}: {}", state.seen(self.kind.stays)),
            clamp(timestamp),
        ));
        let mut cleared = false;
        for op in ops {
            self.step(op, key, &mut state, (timestamp, written), &mut cleared);
        }
        if cleared || (!self.kind.stays && state.is_blank()) {
            self.keys.remove(&key);
        } else {
            self.keys.insert(key, state);
        }
    }

    #[allow(clippy::too_many_lines, reason = "one line an operation")]
    fn step(
        &mut self,
        op: &Op,
        key: u8,
        s: &mut Key,
        (timestamp, written): (i128, i128),
        cleared: &mut bool,
    ) {
        match *op {
            Op::Add(n) => s.plain = s.plain.wrapping_add(n),
            Op::AddExpiring(n) => {
                let (before, stamp) = s.plain_expiring.unwrap_or((7, written));
                s.plain_expiring = Some((before.wrapping_add(n), written.max(stamp)));
            }
            Op::Set(n) => {
                let stamp = s.value_expiring.map_or(written, |(_, stamp)| stamp);
                (s.value, s.value_expiring) = (Some(n), Some((n, written.max(stamp))));
            }
            Op::Take => (s.value, s.value_expiring) = (None, None),
            Op::Bump => {
                s.value = s.value.map(|value| value + 1);
                s.value_expiring = s
                    .value_expiring
                    .map(|(value, stamp)| (value + 1, written.max(stamp)));
            }
            Op::Push(n) => {
                s.list.push(n);
                s.list_expiring.push((n, written));
            }
            Op::PopFront => {
                if !s.list.is_empty() {
                    s.list.remove(0);
                }
                if !s.list_expiring.is_empty() {
                    s.list_expiring.remove(0);
                }
            }
            Op::PopBack => {
                s.list.pop();
                s.list_expiring.pop();
            }
            Op::RetainEven => {
                s.list.retain(|n| n % 2 == 0);
                s.list_expiring.retain(|(n, _)| n % 2 == 0);
            }
            Op::ClearList => {
                s.list.clear();
                s.list_expiring.clear();
            }
            Op::Insert(k, n) => {
                match s.map.iter_mut().find(|(other, _)| *other == k) {
                    Some((_, value)) => *value = n,
                    None => s.map.push((k, n)),
                }
                match s.map_expiring.iter_mut().find(|(other, ..)| *other == k) {
                    Some((_, value, stamp)) => (*value, *stamp) = (n, written.max(*stamp)),
                    None => s.map_expiring.push((k, n, written)),
                }
            }
            Op::Touch(k) => {
                for (_, value) in s.map.iter_mut().filter(|(other, _)| *other == k) {
                    *value += 1;
                }
                for (_, value, stamp) in s.map_expiring.iter_mut().filter(|(other, ..)| *other == k) {
                    (*value, *stamp) = (*value + 1, written.max(*stamp));
                }
            }
            Op::Remove(k) => {
                s.map.retain(|(other, _)| *other != k);
                s.map_expiring.retain(|(other, ..)| *other != k);
            }
            Op::Reduce(n) => {
                s.reduced = Some(s.reduced.map_or(n, |before| before.max(n)));
                let (before, stamp) = s.reduced_expiring.unwrap_or((n, written));
                s.reduced_expiring = Some((before.max(n), written.max(stamp)));
            }
            Op::ClearReduced => (s.reduced, s.reduced_expiring) = (None, None),
            Op::Timer(by) => self.set(key, i128::from(clamp(timestamp + i128::from(by)))),
            Op::TimerAt(at) => self.set(key, i128::from(at)),
            Op::Delete(by) => {
                let at = i128::from(clamp(timestamp + i128::from(by)));
                self.timers.retain(|timer| (timer.key, timer.at) != (key, at));
            }
            Op::Clear => *cleared = true,
            Op::Emit => self.lines.push((format!("emitted by {key}"), clamp(timestamp))),
            Op::Side => self.lines.push((format!("aside by {key}"), clamp(timestamp))),
        }
    }

    fn set(&mut self, key: u8, at: i128) {
        if self.kind.timers && !self.timers.iter().any(|timer| (timer.key, timer.at) == (key, at)) {
            self.numbers += 1;
            let number = self.numbers;
            self.timers.push(Timer { at, number, key });
        }
    }

    fn fire(&mut self) {
        while let Some(first) = self
            .timers
            .iter()
            .min_by_key(|timer| (timer.at, timer.number))
            .cloned()
            && (first.at < self.watermark || self.watermark == MAX)
        {
            self.timers.retain(|timer| timer.number != first.number);
            let ops = of_timer(self.programs, first.key, clamp(first.at));
            self.handle("timer", first.key, first.at, &ops);
        }
    }
}

/// The lines that a process emits for records that are read in this order.
#[must_use]
pub fn lines(
    kind: Kind,
    reading: &Reading,
    partitions: usize,
    programs: &Programs,
    delay: i64,
    ttl: i64,
) -> Vec<Line> {
    let rules = Rules {
        delay,
        lateness: 0,
        discarding: false,
        in_order: false,
    };
    let mut clock = Clock::new(partitions);
    let mut model = Model {
        kind,
        programs,
        ttl: i128::from(ttl),
        keys: BTreeMap::new(),
        timers: Vec::new(),
        numbers: 0,
        births: 0,
        watermark: i128::from(i64::MIN),
        before_end: i128::from(i64::MIN),
        lines: Vec::new(),
    };
    let mut greatest = i128::from(i64::MIN);
    for (partition, event) in reading {
        if let Some(event) = event {
            greatest = greatest.max(i128::from(event.at));
            let ops = of_record(programs, event);
            model.handle("record", event.key, i128::from(event.at), &ops);
        }
        clock.advance(*partition, event.as_ref(), rules);
        if clock.watermark > model.watermark {
            (model.watermark, model.before_end) = (clock.watermark, clock.watermark);
            model.fire();
        }
    }
    model.watermark = MAX;
    model.fire();
    let mut left: Vec<(u64, u8)> = model
        .keys
        .iter()
        .map(|(key, state)| (state.birth, *key))
        .collect();
    left.sort_unstable();
    for (_, key) in left {
        let state = model.keys.get_mut(&key).expect("nothing removes it");
        state.expire(model.before_end, model.ttl);
        if kind.stays || !state.is_blank() {
            model.handle("end", key, greatest, &[]);
        }
    }
    model.lines
}

/// One step.
fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        2 => (-5_i64..5).prop_map(Op::Add),
        2 => (-5_i64..5).prop_map(Op::AddExpiring),
        2 => (0_i64..9).prop_map(Op::Set),
        1 => Just(Op::Take),
        1 => Just(Op::Bump),
        4 => (0_i64..9).prop_map(Op::Push),
        1 => Just(Op::PopFront),
        1 => Just(Op::PopBack),
        1 => Just(Op::RetainEven),
        1 => Just(Op::ClearList),
        4 => (0_u8..12, 0_i64..9).prop_map(|(key, n)| Op::Insert(key, n)),
        1 => (0_u8..12).prop_map(Op::Touch),
        2 => (0_u8..12).prop_map(Op::Remove),
        1 => (0_i64..9).prop_map(Op::Reduce),
        1 => Just(Op::ClearReduced),
        4 => (-12_i64..30).prop_map(Op::Timer),
        1 => prop_oneof![Just(i64::MAX), Just(i64::MIN), Just(i64::MAX - 1), -20_i64..60].prop_map(Op::TimerAt),
        2 => (-12_i64..30).prop_map(Op::Delete),
        1 => Just(Op::Clear),
        1 => Just(Op::Emit),
        1 => Just(Op::Side),
    ]
}

/// Programs of a few steps each.
pub fn programs() -> impl Strategy<Value = Programs> {
    prop::collection::vec(prop::collection::vec(op(), 0..5), 1..16)
}
