//! Visits, the most popular pages and days of a shop, from a stream of clicks:
//! `cargo run --release --example clickstream`.
//!
//! Three kinds of windows over one stream: sessions for each visitor, sliding windows over pages, days of a time zone.

use std::fmt;

use streamlite::prelude::*;
use streamlite_examples::clicks::{Click, clicks};

/// What one visitor did until nothing came for half an hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Who.
    pub visitor: u32,
    /// The first click.
    pub from: Timestamp,
    /// From the first click to the last.
    pub lasted: TimeDelta,
    /// How many clicks.
    pub clicks: u64,
    /// The page of the click that came first.
    pub entry: String,
}

/// The pages that were clicked most in ten minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Popular {
    /// When the ten minutes end.
    pub until: Timestamp,
    /// Pages, and how often each was clicked.
    pub pages: Vec<(String, u64)>,
}

/// A day in Berlin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Day {
    /// When it starts.
    pub from: Timestamp,
    /// How long it lasts.
    pub hours: i64,
    /// How many visits ended on it.
    pub visits: u64,
    /// How many clicks a visit has.
    pub clicks_a_visit: f64,
    /// The longest visit.
    pub longest: TimeDelta,
}

const GAP: TimeDelta = TimeDelta::from_mins(30);

pipeline!(
    /// Visits of each visitor, the three most popular pages of every minute, and the days.
    pub fn clickstream(
        clicks: Source<Click>,
        popular: Sink<Popular>,
        days: Sink<Day>,
        late_clicks: Sink<Click>,
    ) {
        let timed = clicks.event_time(|click| click.at).watermark(bounded(20s));

        let (visits, late) = timed
            .key_by(|click| click.visitor)
            .window(session(GAP))
            .with_late()
            .aggregate(|visitor, window, rows| Visit {
                visitor: *visitor,
                from: window.start,
                lasted: window.size() - GAP,
                clicks: rows.count(),
                entry: rows.first(|click| click.page.clone()),
            });
        late.to(late_clicks);

        let pages = timed
            .key_by_ref(|click| click.page.as_str())
            .window(sliding(10min).every(1min))
            .count();
        pages
            .window(tumbling(1min))
            .aggregate(|window, rows| Popular {
                until: window.end,
                pages: top(3, rows.collect(|page| (page.key.clone(), page.value))),
            })
            .to(popular);

        visits
            .window(daily().zone("Europe/Berlin"))
            .aggregate(|window, rows| Day {
                from: window.start,
                hours: window.size().as_millis() / 3_600_000,
                visits: rows.count(),
                clicks_a_visit: rows.mean(|visit| visit.clicks),
                longest: rows.max(|visit| visit.lasted),
            })
            .to(days);
    }
);

/// The most frequent, and of those that are as frequent the first of the alphabet.
fn top(most: usize, mut counts: Vec<(String, u64)>) -> Vec<(String, u64)> {
    counts.sort_by(|(page, count), (other, more)| more.cmp(count).then_with(|| page.cmp(other)));
    counts.truncate(most);
    counts
}

impl fmt::Display for Popular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.until)?;
        self.pages
            .iter()
            .try_for_each(|(page, count)| write!(f, "  {page:<9} {count:>3}"))
    }
}

fn main() -> streamlite::Result<()> {
    let (popular, got_popular) = CollectionSink::new();
    let (days, got_days) = CollectionSink::new();
    let (late, got_late) = CollectionSink::new();
    let report = clickstream(CollectionSource::new(clicks()), popular, days, late).run()?;

    println!("The most popular pages of ten minutes, at noon and around it");
    let noon = Timestamp::from_millis(1_730_026_800_000);
    let around = noon - TimeDelta::from_mins(3)..noon + TimeDelta::from_mins(3);
    for popular in got_popular
        .take()
        .iter()
        .filter(|popular| around.contains(&popular.until))
    {
        println!("  {popular}");
    }
    println!("\nDays in Berlin; on the 27th the clocks went back");
    for day in got_days.take() {
        println!(
            "  from {}  {} hours  {:>6} visits  {:.1} clicks a visit  the longest {}",
            day.from, day.hours, day.visits, day.clicks_a_visit, day.longest
        );
    }
    println!(
        "\n{} clicks came when their visit was over\n\n{report}",
        got_late.take().len()
    );
    Ok(())
}
