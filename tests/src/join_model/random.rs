//! Rows and ends at random.

use proptest::prelude::*;

use super::{Row, Side, Step};

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
    // How many keys there are, how often something happens, and how many rows come at once: few for a key, or very many.
    let sizes = prop_oneof![
        12 => (Just(3_u8), 0..60_usize, Just(8_usize)),
        1 => (Just(2_u8), 0..25_usize, Just(50_usize)),
    ];
    (around, spread, sizes).prop_flat_map(|(around, spread, (keys, length, most))| {
        let row = (0..keys, -spread..spread, 0..20_u8).prop_map(move |(key, by, rare)| {
            let at = match rare {
                0 => 0,
                _ => around.saturating_add(by),
            };
            Row { key, id: 0, at }
        });
        let step = prop_oneof![
            8 => (any::<bool>(), proptest::collection::vec(row, 0..most)).prop_map(|(left, rows)| {
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
