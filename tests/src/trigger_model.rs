//! The rules of triggers, written out plainly: every window is a list of records, every step looks at all of them, and
//! what is due is found by looking for the earliest. Numbers are `i128`. Nothing here comes from the library.

use crate::model::{Event, Row};
use crate::window_model::{Clock, Reading, Rules, clamp, sum};

/// Which triggers there are, joined by `or`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spec {
    /// The span of `every`.
    pub every: Option<i64>,
    /// The records of `on_count`.
    pub count: Option<u64>,
    /// The threshold of `on_delta`.
    pub delta: Option<i32>,
    /// Whether `on_watermark` is there.
    pub watermark: bool,
    /// Whether a window forgets its records when it fires.
    pub purging: bool,
}

/// When a window fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before its end.
    Early,
    /// At its end.
    OnTime,
    /// After it.
    Late,
}

/// A result, when it came, the number of the firing, and the greatest timestamp in it.
pub type Told = (Row, When, u32, i64);

/// What is known of one key in one window.
#[derive(Clone, Debug, Default)]
struct Held {
    key: u8,
    start: i128,
    end: i128,
    /// The number of its first record.
    order: usize,
    records: Vec<(usize, Event)>,
    firings: u32,
    ended: bool,
    seen: u64,
    reference: Option<i32>,
    news: bool,
    begun: bool,
    due: i128,
}

impl Held {
    /// A record has been added: whether it fires.
    fn on_record(&mut self, event: &Event, watermark: i128, spec: Spec) -> bool {
        let is_late = self.end <= watermark;
        let mut fires = false;
        if let Some(count) = spec.count {
            self.seen += 1;
            if self.seen >= count {
                self.seen = 0;
                fires = true;
            }
        }
        if let Some(threshold) = spec.delta {
            match self.reference {
                None => self.reference = Some(event.value),
                Some(last) if (event.value - last).abs() > threshold => {
                    self.reference = Some(event.value);
                    fires = true;
                }
                Some(_) => {}
            }
        }
        if let Some(span) = spec.every.map(i128::from) {
            if is_late {
                fires = true;
            } else if !self.news {
                let next = -(-watermark).div_euclid(span) * span;
                let first = (i128::from(event.at).div_euclid(span) + 1) * span;
                self.due = if self.begun { next } else { next.max(first) };
                // Nothing is due at the ends of time.
                self.due = i128::from(clamp(self.due).clamp(i64::MIN + 1, i64::MAX - 1));
                (self.news, self.begun) = (true, true);
            }
        }
        fires || (spec.watermark && is_late)
    }

    fn fire(&mut self, when: When, rules: Rules, spec: Spec, told: &mut Vec<Told>) {
        if self.records.is_empty() {
            return;
        }
        self.news = false;
        let values = self.records.iter().map(|(_, event)| i64::from(event.value));
        let row = (
            self.key,
            clamp(self.start),
            clamp(self.end),
            self.records.len() as u64,
            sum(values, rules.in_order),
        );
        let greatest = self.records.iter().map(|(_, event)| event.at).max();
        told.push((row, when, self.firings, greatest.expect("there are records")));
        self.firings += 1;
        if spec.purging || rules.discarding {
            self.records.clear();
        }
    }
}

/// What happens next up to a watermark: a timer, or else the end of windows.
enum Next {
    Timer(i128),
    End(i128),
}

fn next(held: &[Held], watermark: i128, spec: Spec) -> Option<Next> {
    let waits = |held: &&Held| spec.every.is_some() && held.news && !held.ended && held.end > watermark;
    let timers = held.iter().filter(waits).map(|held| held.due);
    let timer = timers.filter(|due| *due < watermark).min();
    let open = held.iter().filter(|held| !held.ended);
    let ends = open.map(|held| i128::from(clamp(held.end)));
    let end = ends.filter(|end| *end <= watermark).min();
    match (timer, end) {
        (Some(timer), Some(end)) if end - 1 < timer => Some(Next::End(end)),
        (Some(timer), _) => Some(Next::Timer(timer)),
        (None, Some(end)) => Some(Next::End(end)),
        (None, None) => None,
    }
}

/// What happens until the watermark has come so far.
fn advance(held: &mut Vec<Held>, watermark: i128, rules: Rules, spec: Spec, told: &mut Vec<Told>) {
    while let Some(next) = next(held, watermark, spec) {
        match next {
            Next::Timer(at) => {
                held.sort_by_key(|held| (clamp(held.end), held.start, held.order));
                let rung =
                    |held: &&mut Held| held.news && !held.ended && held.end > watermark && held.due == at;
                for held in held.iter_mut().filter(rung) {
                    held.news = false;
                    held.fire(When::Early, rules, spec, told);
                }
            }
            Next::End(end) => {
                held.sort_by_key(|held| (clamp(held.end), held.start, held.order));
                for held in held
                    .iter_mut()
                    .filter(|held| !held.ended && i128::from(clamp(held.end)) == end)
                {
                    held.ended = true;
                    if spec.watermark || held.news {
                        held.news = false;
                        held.fire(When::OnTime, rules, spec, told);
                    }
                }
            }
        }
    }
    held.retain(|held| !held.ended || held.end + i128::from(rules.lateness) > watermark);
}

/// What comes of records in windows that are known from the timestamp alone: results, and late records.
#[must_use]
pub fn aligned(
    reading: &Reading,
    partitions: usize,
    rules: Rules,
    spec: Spec,
    windows_of: impl Fn(i64) -> Vec<(i128, i128)>,
) -> (Vec<Told>, Vec<Event>) {
    let lateness = i128::from(rules.lateness);
    let (mut told, mut late, mut held) = (Vec::new(), Vec::new(), Vec::<Held>::new());
    let mut clock = Clock::new(partitions);
    for (number, (partition, event)) in reading.iter().enumerate() {
        if let (Some(event), Some(own)) = (event, clock.partitions[*partition]) {
            let windows = windows_of(event.at);
            let open = windows.iter().filter(|(_, end)| end + lateness > own);
            let open: Vec<_> = open.copied().collect();
            let is_in_gap = windows.is_empty() && i128::from(event.at) + 1 + lateness > own;
            if open.is_empty() && !is_in_gap {
                late.push(event.clone());
            }
            for (start, end) in open {
                let same = |held: &Held| (held.key, held.start, held.end) == (event.key, start, end);
                let place = held.iter().position(same).unwrap_or_else(|| {
                    held.push(Held {
                        key: event.key,
                        start,
                        end,
                        order: number,
                        ended: end <= clock.watermark,
                        ..Held::default()
                    });
                    held.len() - 1
                });
                let held = &mut held[place];
                held.records.push((number, event.clone()));
                if held.on_record(event, clock.watermark, spec) {
                    let is_late = end <= clock.watermark;
                    let when = if is_late { When::Late } else { When::Early };
                    held.fire(when, rules, spec, &mut told);
                }
            }
        }
        clock.advance(*partition, event.as_ref(), rules);
        advance(&mut held, clock.watermark, rules, spec, &mut told);
    }
    advance(&mut held, i128::MAX - lateness, rules, spec, &mut told);
    (told, late)
}

/// What comes of records in sessions.
#[must_use]
pub fn sessions(
    reading: &Reading,
    partitions: usize,
    rules: Rules,
    spec: Spec,
    gap: i64,
) -> (Vec<Told>, Vec<Event>) {
    let lateness = i128::from(rules.lateness);
    let (mut told, mut late, mut held) = (Vec::new(), Vec::new(), Vec::<Held>::new());
    let mut clock = Clock::new(partitions);
    for (number, (partition, event)) in reading.iter().enumerate() {
        if let (Some(event), Some(own)) = (event, clock.partitions[*partition]) {
            let (start, end) = (i128::from(event.at), i128::from(event.at) + i128::from(gap));
            let meets = |held: &Held| held.key == event.key && held.start <= end && start <= held.end;
            let mut whole = Held {
                key: event.key,
                start,
                end,
                order: number,
                ..Held::default()
            };
            for met in held.iter().filter(|held| meets(held)) {
                whole.start = whole.start.min(met.start);
                whole.end = whole.end.max(met.end);
                whole.order = whole.order.min(met.order);
                whole.firings = whole.firings.max(met.firings);
                whole.seen += met.seen;
                whole.begun |= met.begun;
                if met.news {
                    whole.due = if whole.news {
                        whole.due.min(met.due)
                    } else {
                        met.due
                    };
                    whole.news = true;
                }
                whole.records.extend(met.records.iter().cloned());
            }
            if whole.end + lateness <= own {
                late.push(event.clone());
            } else {
                held.retain(|held| !meets(held));
                whole.records.sort_by_key(|(number, _)| *number);
                whole.records.push((number, event.clone()));
                whole.ended = whole.end <= clock.watermark;
                if whole.on_record(event, clock.watermark, spec) {
                    let when = if whole.ended { When::Late } else { When::Early };
                    whole.fire(when, rules, spec, &mut told);
                }
                held.push(whole);
            }
        }
        clock.advance(*partition, event.as_ref(), rules);
        advance(&mut held, clock.watermark, rules, spec, &mut told);
    }
    advance(&mut held, i128::MAX - lateness, rules, spec, &mut told);
    (told, late)
}
