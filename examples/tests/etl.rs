//! `etl`: nothing is lost, and what is clean is right.

#[path = "../examples/etl.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "only its pipeline is tested here, not its `main`"
)]
mod example;

use example::{Order, Raw, Rejected, clean_orders};
use streamlite::prelude::*;
use streamlite_examples::{data, orders};

#[test]
#[expect(clippy::disallowed_methods, reason = "the test reads the file by itself")]
fn nothing_is_lost() {
    let file = std::fs::read_to_string(data("orders.csv")).expect("the data is in the repository");
    assert!(
        file == orders::csv(),
        "run `cargo run --example generate_data`, or put the generator back"
    );

    let (clean, got_clean) = CollectionSink::<Order>::new();
    let (rejected, got_rejected) = CollectionSink::<Rejected>::new();
    let (bad, unreadable) = CollectionSink::<BadRecord>::new();
    let source = CsvSource::<Raw>::open(data("orders.csv")).expect("the data is in the repository");
    let report = clean_orders(source.on_error(Route(bad)), clean, rejected)
        .run()
        .expect("the file is readable");
    let (clean, rejected, unreadable) = (got_clean.take(), got_rejected.take(), unreadable.take());

    assert!(
        !rejected.is_empty() && !unreadable.is_empty(),
        "the data has its flaws"
    );
    assert_eq!(
        (clean.len() + rejected.len() + unreadable.len()) as u64,
        orders::LINES
    );
    assert_eq!(report.skipped(), unreadable.len() as u64);
    assert!(
        clean
            .iter()
            .all(|order| ["DE", "FR", "IT", "ES", "NL", "PL"].contains(&&*order.country))
    );

    // The amounts again, straight from the lines: digits before and after the sign, and nothing negative or empty.
    for order in &clean {
        let line = file
            .lines()
            .nth(usize::try_from(order.order).expect("it is small"))
            .expect("each order has a line");
        let digits: String = line
            .rsplit_once(['-', '"'])
            .map_or(line, |_| line)
            .chars()
            .rev()
            .skip_while(|c| !c.is_ascii_digit())
            .take_while(|c| c.is_ascii_digit() || *c == '.' || *c == ',')
            .filter(char::is_ascii_digit)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        assert!(
            digits.ends_with(&order.cents.to_string()),
            "{line}: {} cents",
            order.cents
        );
    }
    let refused = |reason: &str| rejected.iter().filter(|order| order.reason == reason).count();
    let lines = |ending: fn(&str) -> bool| {
        file.lines()
            .skip(1)
            .filter(|line| line.split(',').count() > 3 && !line.starts_with("order") && ending(line))
            .count()
    };
    assert_eq!(refused("there is no amount"), lines(|line| line.ends_with(',')));
    assert_eq!(
        refused("the amount is negative"),
        lines(|line| line.contains(",-"))
    );
}

#[test]
fn one_order_at_a_time() {
    let raw = |order, country: &str, amount: &str| Raw {
        order,
        customer: 7,
        country: country.to_owned(),
        amount: amount.to_owned(),
    };
    let mut t = clean_orders::test();
    t.raw.push(raw(1, " de ", "12,34"));
    let clean = t.orders.take();
    assert_eq!(
        clean
            .iter()
            .map(|order| (order.country.as_str(), order.cents))
            .collect::<Vec<_>>(),
        [("DE", 1_234)]
    );
    t.raw.push(raw(2, "FR", "much"));
    assert!(t.orders.take().is_empty());
    let rejected = t.rejected.take();
    assert_eq!(
        rejected
            .iter()
            .map(|order| order.amount.as_str())
            .collect::<Vec<_>>(),
        ["much"]
    );
}
