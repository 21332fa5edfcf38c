//! The queries of Nexmark over an auction site: `cargo run --release --example nexmark [events]`.
//!
//! Persons register, open auctions, and bid; the events are those of a published generator, out of order by up to half
//! a second. Each query is a pipeline of a few lines (`queries.rs`), and what comes of it is compared with plain loops
//! over all events (`checks.rs`).

mod checks;
mod events;
mod queries;

use std::fmt::Debug;

use nexmark::event::Event;
use streamlite::prelude::*;

use crate::events::{InMemory, generated, side_input};

/// Runs a query over all events; returns what comes of it, in order of itself, and how many records a second it read.
fn run<T, J>(query: J, events: &[Event]) -> streamlite::Result<(Vec<T>, f64)>
where
    T: Ord + Send + 'static,
    J: FnOnce(InMemory<Event>, CollectionSink<T>) -> Job,
{
    let (sink, got) = CollectionSink::new();
    let source = CollectionSource::new(events.to_vec());
    let report = query(source, sink).run()?;
    assert_eq!((report.late(), report.skipped()), (0, 0), "{report}");
    let mut results = got.take();
    results.sort_unstable();
    Ok((results, report.records_per_second()))
}

/// One line of the table, once the results are those that were expected.
fn line<T: Ord + Debug>(query: &str, what: &str, (results, rate): (Vec<T>, f64), mut expected: Vec<T>) {
    expected.sort_unstable();
    assert_eq!(results.len(), expected.len(), "query {query}: so many results");
    for (result, expected) in results.iter().zip(&expected) {
        assert_eq!(result, expected, "query {query}");
    }
    let rate = rate / 1e6;
    println!("{query:>4}  {what:<58} {:>9} {rate:>11.2}", results.len());
}

fn main() -> streamlite::Result<()> {
    let count = std::env::args().nth(1).map_or(500_000, |text| {
        text.parse().expect("say how many events, such as 1000000")
    });
    let events = generated(count);
    println!("{count} events: of 50 one person, 3 auctions and 46 bids\n");
    println!("{:>4}  {:<58} {:>9} {:>11}", "", "query", "results", "M events/s");

    macro_rules! query {
        ($number:literal $name:ident $what:literal) => {
            line(
                $number,
                $what,
                run(queries::$name, &events)?,
                checks::$name(&events),
            );
        };
    }
    query!("0" every_bid "every bid as it is");
    query!("1" in_euros "prices in euros");
    query!("2" some_auctions "bids for some auctions");
    query!("3" local_items "who sells what in three states");
    query!("4" mean_by_category "the mean price of what was sold, by category");
    query!("5" hot_items "auctions with the most bids of ten seconds, every two");
    query!("6" last_ten_by_seller "the mean price of a seller's last ten sales");
    query!("7" highest_bids "the highest bid of each ten seconds");
    query!("8" new_sellers "who registered and sold within the same ten seconds");
    query!("9" winning_bids "the bid that won each auction");
    query!("11" sessions "bids of each person between pauses of ten seconds");
    query!("12" bids_by_the_clock "bids of each person, by the clock");
    let with_side = |source, sink| queries::with_side_input(source, side_input(), sink);
    let checked = checks::with_side_input(&events);
    line("13", "bids beside a table", run(with_side, &events)?, checked);
    println!("\nall results are those of plain loops over all events");
    Ok(())
}
