//! Clicks on the pages of a shop, made by a small seeded generator: 120,000 of them would be 6 MB as a file.
//!
//! Four days around the end of summer time in Berlin, 2024-10-25 to 2024-10-28. Visitors come more often by day than by
//! night, click every half minute or so, and go. Clicks come up to twenty seconds out of order, a few far later.

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// How many clicks there are.
pub const CLICKS: usize = 120_000;

/// 2024-10-25T00:00:00Z.
const START: i64 = 1_729_814_400_000;
const DAYS: u64 = 4;
const VISITORS: u64 = 3_000;
const DAY: u64 = 86_400_000;

const PAGES: [&str; 12] = [
    "/",
    "/search",
    "/shoes",
    "/cart",
    "/boots",
    "/sale",
    "/checkout",
    "/hats",
    "/about",
    "/socks",
    "/help",
    "/jobs",
];

/// One click.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Click {
    /// Who clicked.
    pub visitor: u32,
    /// What is shown then.
    pub page: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// All clicks, in the order in which they arrive.
#[must_use]
pub fn clicks() -> Vec<Click> {
    let mut random = Random::new(2_024);
    let mut clicks = Vec::with_capacity(CLICKS);
    while clicks.len() < CLICKS {
        visit(&mut random, &mut clicks);
    }
    clicks.truncate(CLICKS);
    let delayed = clicks.into_iter().map(|click| {
        let late = match random.below(500) {
            0 => 60_000 + random.below(600_000),
            _ => random.below(20_000),
        };
        (click.at + millis(late), click)
    });
    let mut delayed: Vec<(i64, Click)> = delayed.collect();
    delayed.sort_by_key(|(arrival, _)| *arrival);
    delayed.into_iter().map(|(_, click)| click).collect()
}

/// One visit: by day nine of ten times.
fn visit(random: &mut Random, clicks: &mut Vec<Click>) {
    let visitor = u32::try_from(random.below(VISITORS)).unwrap_or(0);
    let hour = if random.below(10) == 0 {
        random.below(24)
    } else {
        8 + random.below(13)
    };
    let mut at = random.below(DAYS) * DAY + hour * 3_600_000 + random.below(3_600_000);
    let clicked = 1 + random.below(6) * random.below(6);
    for _ in 0..clicked {
        let likely = random.below(12).min(random.below(12)).min(random.below(12));
        let page = PAGES[usize::try_from(likely).unwrap_or(0)].to_owned();
        clicks.push(Click {
            visitor,
            page,
            at: START + millis(at),
        });
        at += 1_000 + random.below(60_000);
    }
}

fn millis(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
