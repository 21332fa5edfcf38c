//! `clickstream`: what it says is what a walk over the sorted clicks says.

#[path = "../examples/clickstream.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "only its pipeline is tested here, not its `main`"
)]
mod example;

use std::collections::BTreeMap;

use example::clickstream;
use streamlite::prelude::*;
use streamlite_examples::clicks::{CLICKS, Click, clicks};

const MINUTE: i64 = 60_000;

#[test]
fn visits_and_pages_are_those_of_the_sorted_clicks() {
    let (popular, got_popular) = CollectionSink::new();
    let (days, got_days) = CollectionSink::new();
    let (late, got_late) = CollectionSink::new();
    let report = clickstream(CollectionSource::new(clicks()), popular, days, late)
        .run()
        .expect("it is all in memory");
    let (days, late, popular) = (got_days.take(), got_late.take(), got_popular.take());
    const { assert!(CLICKS >= 100_000) };

    // Every click is in a visit or late.
    let in_visits: f64 = days
        .iter()
        .map(|day| day.visits as f64 * day.clicks_a_visit)
        .sum();
    assert_eq!(in_visits.round() as usize + late.len(), CLICKS);

    // Visits: half an hour without a click is between two of them.
    let mut by_visitor: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    let all = clicks();
    for Click { visitor, at, .. } in all.iter().filter(|click| !late.contains(click)) {
        by_visitor.entry(*visitor).or_default().push(*at);
    }
    let mut visits = 0;
    for mut at in by_visitor.into_values() {
        at.sort_unstable();
        visits += 1 + at
            .windows(2)
            .filter(|pair| pair[1] - pair[0] > 30 * MINUTE)
            .count() as u64;
    }
    assert_eq!(days.iter().map(|day| day.visits).sum::<u64>(), visits);
    let hours: Vec<i64> = days.iter().take(4).map(|day| day.hours).collect();
    assert_eq!(hours, [24, 24, 25, 24], "the clocks go back on the third day");

    // Pages: no count is over that of the sorted clicks, and what is missing, less than a click in 200, was late for a window.
    let pages = report.operator("pages").expect("it is in the pipeline");
    let (mut missing, mut counted) = (0, 0);
    for minute in popular.iter().skip(700).take(200) {
        let until = minute.until.as_millis();
        for (page, count) in &minute.pages {
            let is_there =
                |click: &&Click| click.page == *page && (until - 10 * MINUTE..until).contains(&click.at);
            let there = all.iter().filter(is_there).count() as u64;
            assert!(*count <= there, "{page} until {}", minute.until);
            missing += there - count;
            counted += count;
        }
    }
    assert!(missing * 200 < counted, "{missing} of {counted} are missing");
    assert!(pages.late < 300, "{} are late", pages.late);
}
