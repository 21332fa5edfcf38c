//! A process of two streams, written out plainly: a map of sums, and a list of timers that is searched. Nothing here comes
//! from the library.

use std::collections::BTreeMap;

use crate::join_model::{Row, Side, Step, Watermarks};

/// What is emitted: which handler did, for which key, at which time, by which watermark, and the sum of the key.
pub type Said = (char, u8, i64, i64, i64);

/// What comes of a process.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What its main output gave.
    pub said: Vec<Said>,
    /// The numbers of rows that its side output gave.
    pub aside: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Timer {
    key: u8,
    at: i64,
    number: usize,
}

#[derive(Default)]
struct Run {
    sums: BTreeMap<u8, i64>,
    /// The keys in the order in which they came.
    births: Vec<u8>,
    timers: Vec<Timer>,
    next: usize,
    /// The last number that was told to all keys, and how many there were.
    told: i64,
    heard: i64,
    greatest: Option<i64>,
    outcome: Outcome,
}

/// Left rows are told to every key: the last number and how many there were. Right rows add the last number to their key's
/// sum and set a timer for ten milliseconds later, at which the key says how many there were; those that divide by five
/// remove the key.
#[must_use]
pub fn broadcast(delay: i64, steps: &[Step]) -> Outcome {
    run(delay, steps, |run, side, row, watermark| {
        let Row { key, id, at } = *row;
        run.greatest = Some(run.greatest.unwrap_or(at).max(at));
        match side {
            Side::Left => {
                run.told = i64::from(id);
                run.heard += 1;
                run.outcome.said.push(('b', u8::MAX, at, watermark, run.heard));
                if id % 3 == 0 {
                    run.outcome.aside.push(id);
                }
            }
            Side::Right => {
                let told = run.told;
                let sum = run.sum(key);
                *sum += told;
                let sum = *sum;
                run.outcome.said.push(('r', key, at, watermark, sum));
                run.set(key, at.saturating_add(10));
                if id % 5 == 0 {
                    run.remove(key);
                }
            }
        }
    })
}

/// Left rows add to their key's sum and set a timer for ten milliseconds later; right rows double it and delete that timer,
/// those with a number that divides by five remove the key, and those that divide by three go aside.
#[must_use]
pub fn process(delay: i64, steps: &[Step]) -> Outcome {
    run(delay, steps, |run, side, row, watermark| {
        let Row { key, id, at } = *row;
        run.greatest = Some(run.greatest.unwrap_or(at).max(at));
        let later = at.saturating_add(10);
        let sum = run.sum(key);
        match side {
            Side::Left => {
                *sum += i64::from(id);
                let sum = *sum;
                run.outcome.said.push(('l', key, at, watermark, sum));
                run.set(key, later);
            }
            Side::Right => {
                *sum *= 2;
                let sum = *sum;
                run.outcome.said.push(('r', key, at, watermark, sum));
                run.timers.retain(|timer| (timer.key, timer.at) != (key, later));
                if id % 3 == 0 {
                    run.outcome.aside.push(id);
                }
                if id % 5 == 0 {
                    run.remove(key);
                }
            }
        }
    })
}

fn run(delay: i64, steps: &[Step], mut row: impl FnMut(&mut Run, Side, &Row, i64)) -> Outcome {
    let mut watermarks = Watermarks::new(delay);
    let (mut watermark, mut run) = (i64::MIN, Run::default());
    let narrow = |time: i128| i64::try_from(time).expect("it is a time");
    for step in steps {
        match step {
            Step::Rows(side, rows) => {
                for one in rows {
                    row(&mut run, *side, one, watermark);
                    run.rise(&mut watermark, narrow(watermarks.row(*side, one.at)));
                }
            }
            Step::End(side) => run.rise(&mut watermark, narrow(watermarks.end(*side))),
            Step::Restore => {}
        }
    }
    for key in run.births.clone() {
        let at = run.greatest.unwrap_or(i64::MIN);
        let said = ('e', key, at, i64::MAX, run.sums[&key] + run.heard);
        run.outcome.said.push(said);
    }
    run.outcome
}

impl Run {
    /// The sum of a key.
    fn sum(&mut self, key: u8) -> &mut i64 {
        if !self.sums.contains_key(&key) {
            self.births.push(key);
        }
        self.sums.entry(key).or_default()
    }

    /// A key is as if it had never come, but for its timers.
    fn remove(&mut self, key: u8) {
        self.sums.remove(&key);
        self.births.retain(|other| *other != key);
    }

    /// A timer of a key, unless it has one for that time.
    fn set(&mut self, key: u8, at: i64) {
        if !self.timers.iter().any(|timer| (timer.key, timer.at) == (key, at)) {
            let number = self.next;
            self.timers.push(Timer { key, at, number });
            self.next += 1;
        }
    }

    /// Timers fire when the watermark rises, also those for a time that was over already.
    fn rise(&mut self, watermark: &mut i64, to: i64) {
        if to > *watermark {
            *watermark = to;
            self.fire(to);
        }
    }

    fn fire(&mut self, watermark: i64) {
        let is_due = |timer: &&Timer| timer.at < watermark || watermark == i64::MAX;
        let first = |timers: &[Timer]| {
            let due = timers.iter().filter(is_due);
            due.min_by_key(|timer| (timer.at, timer.number)).copied()
        };
        while let Some(timer) = first(&self.timers) {
            self.timers.retain(|other| other.number != timer.number);
            let said = *self.sum(timer.key) + self.heard;
            let said = ('t', timer.key, timer.at, watermark, said);
            self.outcome.said.push(said);
        }
    }
}
