//! The rules of event time and tumbling windows, written out plainly on `i128`: nothing here comes from the library.

/// A record: a key, a value, and when it happened, in milliseconds.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, streamlite::prelude::Serialize, streamlite::prelude::Deserialize,
)]
pub struct Event {
    /// What windows are kept by.
    pub key: u8,
    /// What is summed.
    pub value: i32,
    /// When it happened.
    pub at: i64,
}

/// How a job is set.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long windows are.
    pub size: i64,
    /// Where their grid starts; less than a window.
    pub offset: i64,
    /// How far out of order records come.
    pub delay: i64,
    /// How long windows wait.
    pub lateness: i64,
    /// Whether a window that fires again returns only what came since.
    pub discarding: bool,
}

/// A result: key, start and end of the window, count and sum.
pub type Row = (u8, i64, i64, u64, i64);

/// What comes of a list of records.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The results, in the order in which they come.
    pub rows: Vec<Row>,
    /// Records that came too late.
    pub late: Vec<Event>,
}

/// An open window: where it begins and ends on the endless line of numbers, and what came, by key in order of arrival.
struct Open {
    start: i128,
    end: i128,
    fired: bool,
    keys: Vec<(u8, u64, i64)>,
}

impl Open {
    fn add(&mut self, event: &Event) {
        match self.keys.iter_mut().find(|(key, ..)| *key == event.key) {
            Some((_, count, sum)) => {
                *count += 1;
                *sum += i64::from(event.value);
            }
            None => self.keys.push((event.key, 1, i64::from(event.value))),
        }
    }

    fn row(&self, key: u8) -> Row {
        let &(key, count, sum) = self
            .keys
            .iter()
            .find(|(known, ..)| *known == key)
            .expect("the key was added");
        (key, clamp(self.start), clamp(self.end), count, sum)
    }

    fn forget(&mut self, settings: Settings) {
        if settings.discarding {
            self.keys.clear();
        }
    }

    fn rows(&self) -> Vec<Row> {
        self.keys.iter().map(|&(key, ..)| self.row(key)).collect()
    }
}

/// The nearest timestamp there is.
fn clamp(millis: i128) -> i64 {
    i64::try_from(millis).unwrap_or(if millis < 0 { i64::MIN } else { i64::MAX })
}

/// The start of the window of a timestamp.
#[must_use]
pub fn start_of(at: i64, settings: Settings) -> i128 {
    let (at, size, offset) = (
        i128::from(at),
        i128::from(settings.size),
        i128::from(settings.offset),
    );
    let mut start = (at - offset) / size * size + offset;
    if start > at {
        start -= size;
    }
    start
}

/// The watermark after a record: everything below it has come.
fn watermark_after(before: i128, event: &Event, settings: Settings) -> i128 {
    let own = (i128::from(event.at) - i128::from(settings.delay)).max(i128::from(i64::MIN));
    before.max(own.min(i128::from(i64::MAX) - 1))
}

/// Whether a record is late that is read at a watermark. The time line ends at the last timestamp there is: a window
/// that reaches it waits for the end of the input.
fn is_late(event: &Event, watermark: i128, settings: Settings) -> bool {
    let end = start_of(event.at, settings) + i128::from(settings.size) + i128::from(settings.lateness);
    end <= watermark
}

/// The records of a partition that are not late, and those that are.
#[must_use]
pub fn sift(events: &[Event], settings: Settings) -> (Vec<Event>, Vec<Event>) {
    let (mut kept, mut late, mut watermark) = (Vec::new(), Vec::new(), i128::from(i64::MIN));
    for event in events {
        if is_late(event, watermark, settings) {
            late.push(event.clone());
        } else {
            kept.push(event.clone());
        }
        watermark = watermark_after(watermark, event, settings);
    }
    (kept, late)
}

/// What comes of one partition, in order.
#[must_use]
pub fn one_partition(events: &[Event], settings: Settings) -> Outcome {
    let (mut outcome, mut open, mut watermark) =
        (Outcome::default(), Vec::<Open>::new(), i128::from(i64::MIN));
    for event in events {
        if is_late(event, watermark, settings) {
            outcome.late.push(event.clone());
        } else {
            let start = start_of(event.at, settings);
            if !open.iter().any(|window| window.start == start) {
                let end = start + i128::from(settings.size);
                open.push(Open {
                    start,
                    end,
                    fired: end <= watermark,
                    keys: Vec::new(),
                });
            }
            let window = open
                .iter_mut()
                .find(|window| window.start == start)
                .expect("it was opened");
            window.add(event);
            if window.fired {
                outcome.rows.push(window.row(event.key));
                window.forget(settings);
            }
        }
        watermark = watermark_after(watermark, event, settings);
        fire(&mut open, watermark, &mut outcome.rows, settings);
    }
    fire(&mut open, i128::MAX, &mut outcome.rows, settings);
    outcome
}

/// Fires what ends up to a watermark, in the order of time.
fn fire(open: &mut [Open], watermark: i128, rows: &mut Vec<Row>, settings: Settings) {
    open.sort_by_key(|window| window.start);
    for window in open
        .iter_mut()
        .filter(|window| !window.fired && window.end <= watermark)
    {
        window.fired = true;
        rows.extend(window.rows());
        window.forget(settings);
    }
}

/// The last word on each key and window over several partitions, in no particular order, and what was late.
#[must_use]
pub fn last_words(partitions: &[Vec<Event>], settings: Settings) -> (Vec<Row>, Vec<Event>) {
    let (mut open, mut late) = (Vec::<Open>::new(), Vec::new());
    for events in partitions {
        let (kept, own_late) = sift(events, settings);
        late.extend(own_late);
        for event in kept {
            let start = start_of(event.at, settings);
            if !open.iter().any(|window| window.start == start) {
                open.push(Open {
                    start,
                    end: start + i128::from(settings.size),
                    fired: false,
                    keys: Vec::new(),
                });
            }
            let window = open
                .iter_mut()
                .find(|window| window.start == start)
                .expect("it was opened");
            window.add(&event);
        }
    }
    (open.iter().flat_map(Open::rows).collect(), late)
}
