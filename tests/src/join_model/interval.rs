//! Rows that are not too far apart in time.

use super::{END, Join, Outcome, Row, START, Side, Step, Watermarks, events};

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
    for (side, event) in events(steps) {
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
    outcome
}
