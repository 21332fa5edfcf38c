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
    greatest: Option<i64>,
    outcome: Outcome,
}

/// Left rows add to their key's sum and set a timer for ten milliseconds later; right rows double it and delete that timer,
/// those with a number that divides by five remove the key, and those that divide by three go aside.
#[must_use]
pub fn process(delay: i64, steps: &[Step]) -> Outcome {
    let mut watermarks = Watermarks::new(delay);
    let (mut watermark, mut run) = (i64::MIN, Run::default());
    let narrow = |time: i128| i64::try_from(time).expect("it is a time");
    for step in steps {
        match step {
            Step::Rows(side, rows) => {
                for row in rows {
                    run.row(*side, row, watermark);
                    run.rise(&mut watermark, narrow(watermarks.row(*side, row.at)));
                }
            }
            Step::End(side) => {
                run.rise(&mut watermark, narrow(watermarks.end(*side)));
            }
            Step::Restore => {}
        }
    }
    for key in run.births.clone() {
        let at = run.greatest.unwrap_or(i64::MIN);
        run.outcome.said.push(('e', key, at, i64::MAX, run.sums[&key]));
    }
    run.outcome
}

impl Run {
    fn row(&mut self, side: Side, row: &Row, watermark: i64) {
        let Row { key, id, at } = *row;
        self.greatest = Some(self.greatest.unwrap_or(at).max(at));
        if !self.sums.contains_key(&key) {
            self.births.push(key);
        }
        let sum = self.sums.entry(key).or_default();
        let later = at.saturating_add(10);
        match side {
            Side::Left => {
                *sum += i64::from(id);
                self.outcome.said.push(('l', key, at, watermark, *sum));
                if !self
                    .timers
                    .iter()
                    .any(|timer| (timer.key, timer.at) == (key, later))
                {
                    let number = self.next;
                    self.timers.push(Timer {
                        key,
                        at: later,
                        number,
                    });
                    self.next += 1;
                }
            }
            Side::Right => {
                *sum *= 2;
                self.outcome.said.push(('r', key, at, watermark, *sum));
                self.timers.retain(|timer| (timer.key, timer.at) != (key, later));
                if id % 3 == 0 {
                    self.outcome.aside.push(id);
                }
                if id % 5 == 0 {
                    self.sums.remove(&key);
                    self.births.retain(|other| *other != key);
                }
            }
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
            if !self.sums.contains_key(&timer.key) {
                self.sums.insert(timer.key, 0);
                self.births.push(timer.key);
            }
            let said = ('t', timer.key, timer.at, watermark, self.sums[&timer.key]);
            self.outcome.said.push(said);
        }
    }
}
