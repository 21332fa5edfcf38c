//! Rows of one window.

use super::{END, Join, Line, Outcome, Row, START, Side, Step, Watermarks, events};

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
    for (side, event) in events(steps) {
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
                let is_in = |other: &Open| other.key == row.key && start <= other.start && other.end <= end;
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
    if matches!(windows, Windows::Sessions(_)) {
        outcome.lines.sort_unstable();
    }
    outcome
}
