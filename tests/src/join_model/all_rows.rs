//! All rows of two streams.

use super::{Join, Line, Row, Side, Step};

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
