//! Two streams and how their rows match, written out plainly on `i128`, by comparing all rows. Nothing here comes from the
//! library.

use proptest::prelude::*;

/// A row: a key, a number that no other row has, and when it happened.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, streamlite::prelude::Serialize, streamlite::prelude::Deserialize,
)]
pub struct Row {
    /// What rows are joined by.
    pub key: u8,
    /// Which row it is.
    pub id: u32,
    /// When it happened, in milliseconds.
    pub at: i64,
}

/// Which of the two streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first.
    Left,
    /// The second.
    Right,
}

/// What happens to a join.
#[derive(Clone, Debug)]
pub enum Step {
    /// A stream has some rows.
    Rows(Side, Vec<Row>),
    /// A stream ends.
    End(Side),
    /// The job is saved, and goes on in another.
    Restore,
}

/// How rows are joined.
#[derive(Clone, Copy, Debug)]
pub struct Join {
    /// `right - left` is at least this.
    pub lower: i64,
    /// `right - left` is at most this.
    pub upper: i64,
    /// Left rows that match none are emitted.
    pub keeps_left: bool,
    /// Right rows that match none are emitted.
    pub keeps_right: bool,
    /// How far out of order rows come.
    pub delay: i64,
}

/// Which rows are emitted: the timestamp, the watermark before it, and the numbers of the rows.
pub type Line = (i64, i64, Option<u32>, Option<u32>);

/// What comes of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What is emitted, in order.
    pub lines: Vec<Line>,
    /// Left rows that come too late.
    pub late_left: Vec<Row>,
    /// Right rows that come too late.
    pub late_right: Vec<Row>,
}

/// How far the streams have come.
#[derive(Debug)]
pub struct Watermarks {
    delay: i128,
    inputs: [i128; 2],
    ended: [bool; 2],
    merged: i128,
}

/// The end of time, which no watermark of a row reaches.
const END: i128 = i64::MAX as i128;
const START: i128 = i64::MIN as i128;

impl Watermarks {
    /// Nothing has come.
    #[must_use]
    pub fn new(delay: i64) -> Self {
        Self {
            delay: delay.into(),
            inputs: [START; 2],
            ended: [false; 2],
            merged: START,
        }
    }

    /// Whether a row comes too late.
    #[must_use]
    pub fn is_late(&self, side: Side, at: i64) -> bool {
        i128::from(at) < self.seen(side)
    }

    /// The watermark by which a row is late or not.
    #[must_use]
    pub fn seen(&self, side: Side) -> i128 {
        self.inputs[side as usize].max(self.merged)
    }

    /// A row has come; gives the watermark of both.
    pub fn row(&mut self, side: Side, at: i64) -> i128 {
        let said = (i128::from(at) - self.delay).clamp(START, END - 1);
        let input = &mut self.inputs[side as usize];
        *input = said.max(*input);
        self.merge()
    }

    /// A stream has ended; gives the watermark of both.
    pub fn end(&mut self, side: Side) -> i128 {
        self.ended[side as usize] = true;
        self.merge()
    }

    fn merge(&mut self) -> i128 {
        let merged = match self.ended {
            [false, false] => self.inputs[0].min(self.inputs[1]),
            [true, false] => self.inputs[1],
            [false, true] => self.inputs[0],
            [true, true] => END,
        };
        self.merged = self.merged.max(merged);
        self.merged
    }
}

struct Known {
    side: Side,
    row: Row,
    has_matched: bool,
    is_gone: bool,
}

/// What an interval join emits.
#[must_use]
pub fn interval(join: &Join, steps: &[Step]) -> Outcome {
    let (lower, upper) = (i128::from(join.lower), i128::from(join.upper));
    let waits = |side, at: i64| i128::from(at) + if side == Side::Left { upper } else { -lower };
    let keeps = |side| {
        if side == Side::Left {
            join.keeps_left
        } else {
            join.keeps_right
        }
    };
    let held_left = if join.keeps_left { upper.max(0) } else { 0 };
    let held_right = if join.keeps_right { (-lower).max(0) } else { 0 };
    let hold = |watermark: i128| match watermark {
        END => END,
        watermark => (watermark - held_left.max(held_right)).max(START),
    };
    let mut watermarks = Watermarks::new(join.delay);
    let (mut watermark, mut outcome, mut rows) = (START, Outcome::default(), Vec::<Known>::new());
    let clamped = |at: i128| i64::try_from(at).expect("it is a time");
    let line = |at: i64, watermark: i128, side, own: u32, other: Option<u32>| match side {
        Side::Left => (at, clamped(hold(watermark)), Some(own), other),
        Side::Right => (at, clamped(hold(watermark)), other, Some(own)),
    };
    for step in steps {
        let (side, come) = match step {
            Step::Rows(side, come) => (*side, &come[..]),
            Step::End(side) => (*side, &[][..]),
            Step::Restore => continue,
        };
        let events = come
            .iter()
            .map(Some)
            .chain(matches!(step, Step::End(_)).then_some(None));
        for event in events {
            let before = watermark;
            match event {
                Some(row) if watermarks.is_late(side, row.at) => {
                    match side {
                        Side::Left => outcome.late_left.push(row.clone()),
                        Side::Right => outcome.late_right.push(row.clone()),
                    }
                    watermark = watermarks.row(side, row.at);
                }
                Some(row) => {
                    let mut partners: Vec<&mut Known> = rows
                        .iter_mut()
                        .filter(|other| {
                            let (left, right) = match side {
                                Side::Left => (row.at, other.row.at),
                                Side::Right => (other.row.at, row.at),
                            };
                            let apart = i128::from(right) - i128::from(left);
                            other.side != side
                                && other.row.key == row.key
                                && (lower..=upper).contains(&apart)
                                && waits(other.side, other.row.at) >= watermark
                        })
                        .collect();
                    partners.sort_by_key(|other| other.row.at);
                    for other in &mut partners {
                        other.has_matched = true;
                        let at = row.at.max(other.row.at);
                        outcome
                            .lines
                            .push(line(at, watermark, side, row.id, Some(other.row.id)));
                    }
                    let mut known = Known {
                        side,
                        row: row.clone(),
                        has_matched: !partners.is_empty(),
                        is_gone: false,
                    };
                    if waits(side, row.at) < watermark {
                        known.is_gone = true;
                        if !known.has_matched && keeps(side) {
                            outcome.lines.push(line(row.at, watermark, side, row.id, None));
                        }
                    }
                    rows.push(known);
                    watermark = watermarks.row(side, row.at);
                }
                None => watermark = watermarks.end(side),
            }
            // Of rows whose time is over at once the first that came is the first; of one key and side, the earliest.
            let mut over: Vec<usize> = (0..rows.len())
                .filter(|&place| {
                    let known = &rows[place];
                    !known.is_gone && (waits(known.side, known.row.at) < watermark || watermark == END)
                })
                .collect();
            over.sort_by_key(|&place| (waits(rows[place].side, rows[place].row.at) + 1).min(END));
            let mut turns = over.clone();
            turns.reverse();
            for place in over {
                let (side, key) = (rows[place].side, rows[place].row.key);
                let same = turns.iter().copied().filter(|&other| {
                    let other = &rows[other];
                    (other.side, other.row.key) == (side, key) && !other.is_gone
                });
                let first = same
                    .min_by_key(|&other| (rows[other].row.at, other))
                    .expect("it is there");
                rows[first].is_gone = true;
                if !rows[first].has_matched && keeps(side) {
                    let row = &rows[first].row;
                    outcome.lines.push(line(row.at, before, side, row.id, None));
                }
            }
        }
    }
    outcome
}

/// What a join of all rows emits: left rows in the order in which they came, each with the right rows in theirs, and right
/// rows that match none, by key.
#[must_use]
pub fn hash(join: &Join, steps: &[Step]) -> Vec<Line> {
    let rows_of = |side| {
        let rows = steps.iter().filter_map(move |step| match step {
            Step::Rows(of, rows) if *of == side => Some(rows),
            _ => None,
        });
        rows.flatten().cloned().collect::<Vec<Row>>()
    };
    let (left, right) = (rows_of(Side::Left), rows_of(Side::Right));
    let mut lines = Vec::new();
    let line = |at, left: Option<&Row>, right: Option<&Row>| {
        (at, i64::MIN, left.map(|row| row.id), right.map(|row| row.id))
    };
    for l in &left {
        let before = lines.len();
        for r in right.iter().filter(|r| r.key == l.key) {
            lines.push(line(l.at.max(r.at), Some(l), Some(r)));
        }
        if lines.len() == before && join.keeps_left {
            lines.push(line(l.at, Some(l), None));
        }
    }
    for (place, first) in right.iter().enumerate() {
        let is_first = right[..place].iter().all(|other| other.key != first.key);
        if is_first && join.keeps_right && left.iter().all(|l| l.key != first.key) {
            let same = right.iter().filter(|other| other.key == first.key);
            lines.extend(same.map(|r| line(r.at, None, Some(r))));
        }
    }
    lines
}

/// What rows are joined in.
#[derive(Clone, Copy, Debug)]
pub enum Windows {
    /// Windows of this size, each of which begins so much later than the one before.
    Sliding(i64, i64),
    /// Windows that grow as long as a row comes within this of another.
    Sessions(i64),
}

struct Open {
    key: u8,
    start: i128,
    end: i128,
    has_fired: bool,
    rows: Vec<(Side, Row)>,
}

/// What a join in windows emits; of sessions in the order of the rows' numbers within one firing.
#[must_use]
pub fn windows(join: &Join, windows: Windows, lateness: i64, steps: &[Step]) -> Outcome {
    let lateness = i128::from(lateness);
    let mut watermarks = Watermarks::new(join.delay);
    let (mut watermark, mut outcome, mut open) = (START, Outcome::default(), Vec::<Open>::new());
    let fire = |window: &Open, watermark: i128, lines: &mut Vec<Line>| {
        let of = |side| {
            window
                .rows
                .iter()
                .filter(move |(of, _)| *of == side)
                .map(|(_, row)| row.id)
        };
        let (left, right): (Vec<u32>, Vec<u32>) = (of(Side::Left).collect(), of(Side::Right).collect());
        let time = |time: i128| i64::try_from(time).expect("it is a time");
        let mut line = |left, right| lines.push((time(window.end - 1), time(watermark), left, right));
        for &l in &left {
            right.iter().for_each(|&r| line(Some(l), Some(r)));
            if right.is_empty() && join.keeps_left {
                line(Some(l), None);
            }
        }
        if left.is_empty() && join.keeps_right {
            right.iter().for_each(|&r| line(None, Some(r)));
        }
    };
    for step in steps {
        let (side, come) = match step {
            Step::Rows(side, come) => (*side, &come[..]),
            Step::End(side) => (*side, &[][..]),
            Step::Restore => continue,
        };
        let events = come
            .iter()
            .map(Some)
            .chain(matches!(step, Step::End(_)).then_some(None));
        for event in events {
            let before = watermark;
            if let Some(row) = event {
                let (at, seen) = (i128::from(row.at), watermarks.seen(side));
                let mut is_late = true;
                let spans = match windows {
                    Windows::Sliding(size, every) => {
                        let (size, every) = (i128::from(size), i128::from(every));
                        let last = at.div_euclid(every) * every;
                        let mut starts: Vec<i128> = (0..)
                            .map(|back| last - back * every)
                            .take_while(|start| start + size > at)
                            .collect();
                        starts.reverse();
                        starts.into_iter().map(|start| (start, start + size)).collect()
                    }
                    Windows::Sessions(gap) => {
                        let (mut start, mut end) = (at, at + i128::from(gap));
                        while let Some(other) = open.iter().find(|other| {
                            other.key == row.key
                                && other.start <= end
                                && other.end >= start
                                && (other.start < start || other.end > end)
                        }) {
                            (start, end) = (start.min(other.start), end.max(other.end));
                        }
                        vec![(start, end)]
                    }
                };
                for (start, end) in spans {
                    if end + lateness <= seen {
                        continue;
                    }
                    is_late = false;
                    let is_in =
                        |other: &Open| other.key == row.key && start <= other.start && other.end <= end;
                    let mut merged = Open {
                        key: row.key,
                        start,
                        end,
                        has_fired: false,
                        rows: Vec::new(),
                    };
                    let place = open.iter().position(is_in).unwrap_or(open.len());
                    for other in open.extract_if(.., |other| is_in(other)) {
                        merged.rows.extend(other.rows);
                    }
                    merged.rows.push((side, row.clone()));
                    merged.has_fired = end <= watermark;
                    if merged.has_fired {
                        fire(&merged, before, &mut outcome.lines);
                    }
                    open.insert(place, merged);
                }
                if is_late {
                    match side {
                        Side::Left => outcome.late_left.push(row.clone()),
                        Side::Right => outcome.late_right.push(row.clone()),
                    }
                }
                watermark = watermarks.row(side, row.at);
            } else {
                watermark = watermarks.end(side);
            }
            let mut due: Vec<&mut Open> = open
                .iter_mut()
                .filter(|window| !window.has_fired && (window.end <= watermark || watermark == END))
                .collect();
            due.sort_by_key(|window| window.end);
            for window in due {
                window.has_fired = true;
                fire(window, before, &mut outcome.lines);
            }
            open.retain(|window| window.end + lateness > watermark);
        }
    }
    if matches!(windows, Windows::Sessions(_)) {
        outcome.lines.sort_unstable();
    }
    outcome
}

/// What happens to a join, at random: rows out of order on both sides, of few keys, and times around a point of time that
/// may be an end of time.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    steps_around(true)
}

/// The same, far from the ends of time or not.
pub fn steps_around(extremes: bool) -> impl Strategy<Value = Vec<Step>> {
    let rare = u32::from(extremes);
    let around = prop_oneof![
        4 => Just(0_i64),
        rare => Just(i64::MIN),
        rare => Just(i64::MAX),
    ];
    let spread = prop_oneof![4 => Just(30_i64), 2 => Just(300), 1 => Just(3)];
    (around, spread, 0..60_usize).prop_flat_map(|(around, spread, length)| {
        let row = (0..3_u8, -spread..spread, 0..20_u8).prop_map(move |(key, by, rare)| {
            let at = match rare {
                0 => 0,
                _ => around.saturating_add(by),
            };
            Row { key, id: 0, at }
        });
        let step = prop_oneof![
            8 => (any::<bool>(), proptest::collection::vec(row, 0..8)).prop_map(|(left, rows)| {
                Step::Rows(if left { Side::Left } else { Side::Right }, rows)
            }),
            1 => Just(Step::Restore),
        ];
        let end = proptest::option::of((any::<bool>(), 0..=length));
        (proptest::collection::vec(step, length), end, any::<bool>()).prop_map(number)
    })
}

/// Gives rows their numbers, in the order of time where rows come so, and ends both streams: one perhaps early.
fn number((steps, end, ascend): (Vec<Step>, Option<(bool, usize)>, bool)) -> Vec<Step> {
    let (mut next, mut moved) = (0, 0_i64);
    let early = end.map(|(left, at)| (if left { Side::Left } else { Side::Right }, at));
    let mut numbered = Vec::new();
    for (place, step) in steps.into_iter().enumerate() {
        if let Some((side, _)) = early.filter(|(_, at)| *at == place) {
            numbered.push(Step::End(side));
        }
        match step {
            Step::Rows(side, mut rows) => {
                if early.is_some_and(|(ended, at)| ended == side && place >= at) {
                    continue;
                }
                for row in &mut rows {
                    (row.id, next) = (next, next + 1);
                    if ascend {
                        moved += 2;
                        row.at = row.at.saturating_add(moved);
                    }
                }
                numbered.push(Step::Rows(side, rows));
            }
            step => numbered.push(step),
        }
    }
    for side in [Side::Left, Side::Right] {
        let has_ended = |step: &Step| matches!(step, Step::End(ended) if *ended == side);
        if !numbered.iter().any(has_ended) {
            numbered.push(Step::End(side));
        }
    }
    numbered
}

/// What an as-of join emits: each left row with the latest right row of its key, which is not older than this.
#[must_use]
pub fn latest(join: &Join, oldest: Option<i64>, steps: &[Step]) -> Outcome {
    let mut watermarks = Watermarks::new(join.delay);
    let (mut watermark, mut outcome) = (START, Outcome::default());
    let (mut waiting, mut right) = (Vec::<Row>::new(), Vec::<Row>::new());
    for step in steps {
        let (side, come) = match step {
            Step::Rows(side, come) => (*side, &come[..]),
            Step::End(side) => (*side, &[][..]),
            Step::Restore => continue,
        };
        let events = come
            .iter()
            .map(Some)
            .chain(matches!(step, Step::End(_)).then_some(None));
        for event in events {
            let before = watermark;
            match event {
                Some(row) => {
                    let into = match (side, watermarks.is_late(side, row.at)) {
                        (Side::Left, true) => &mut outcome.late_left,
                        (Side::Right, true) => &mut outcome.late_right,
                        (Side::Left, false) => &mut waiting,
                        (Side::Right, false) => &mut right,
                    };
                    into.push(row.clone());
                    watermark = watermarks.row(side, row.at);
                }
                None => watermark = watermarks.end(side),
            }
            let is_over = |row: &mut Row| i128::from(row.at) < watermark || watermark == END;
            let mut over: Vec<Row> = waiting.extract_if(.., is_over).collect();
            over.sort_by_key(|row| row.at);
            for left in over {
                let is_recent = |right: &Row| {
                    let age = i128::from(left.at) - i128::from(right.at);
                    age >= 0 && oldest.is_none_or(|oldest| age <= i128::from(oldest))
                };
                // The last one of those with the greatest time.
                let of_key = right.iter().filter(|right| right.key == left.key);
                let found = of_key
                    .filter(|right| is_recent(right))
                    .max_by_key(|right| right.at);
                if found.is_some() || join.keeps_left {
                    let before = i64::try_from(before).expect("it is a time");
                    let right = found.map(|right| right.id);
                    outcome.lines.push((left.at, before, Some(left.id), right));
                }
            }
        }
    }
    outcome
}
