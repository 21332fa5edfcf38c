//! Each row with the latest one of the other stream.

use super::{END, Join, Outcome, Row, START, Side, Step, Watermarks, events};

/// What an as-of join emits: each left row with the latest right row of its key, which is not older than this.
#[must_use]
pub fn latest(join: &Join, oldest: Option<i64>, steps: &[Step]) -> Outcome {
    let mut watermarks = Watermarks::new(join.delay);
    let (mut watermark, mut outcome) = (START, Outcome::default());
    let (mut waiting, mut right) = (Vec::<Row>::new(), Vec::<Row>::new());
    for (side, event) in events(steps) {
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
    outcome
}
