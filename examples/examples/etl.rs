//! Orders out of a messy CSV file into a clean one: `cargo run --release --example etl`.
//!
//! Lines that are no orders go to `out/unreadable.csv`, with the line's number and what is wrong with it; orders whose
//! amount makes no sense go to `out/rejected.csv`. Nothing is lost: the report adds up.

use std::error::Error;

use streamlite::prelude::*;
use streamlite_examples::{data, output};

/// An order as the shops write it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Raw {
    /// The order's number.
    pub order: u64,
    /// The customer's number.
    pub customer: u32,
    /// The country, in any case.
    pub country: String,
    /// The amount, in one of several ways.
    pub amount: String,
}

/// An order as the warehouse wants it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The order's number.
    pub order: u64,
    /// The customer's number.
    pub customer: u32,
    /// The country's two letters.
    pub country: String,
    /// The amount in cents.
    pub cents: u64,
}

/// An order that was not taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rejected {
    /// The order's number.
    pub order: u64,
    /// The amount as it was written.
    pub amount: String,
    /// Why.
    pub reason: String,
}

pipeline!(
    /// Orders with a clean country and an amount in cents; the others with the reason.
    pub fn clean_orders(raw: Source<Raw>, orders: Sink<Order>, rejected: Sink<Rejected>) {
        let (clean, failed) = raw.try_map(|raw| {
            Ok::<Order, String>(Order {
                order: raw.order,
                customer: raw.customer,
                country: raw.country.trim().to_uppercase(),
                cents: cents(&raw.amount)?,
            })
        });
        clean.to(orders);
        failed
            .map(|failed| Rejected {
                order: failed.record.order,
                amount: failed.record.amount,
                reason: failed.error,
            })
            .to(rejected);
    }
);

/// The cents of `12.34 EUR`, `12.34` or `12,34`.
fn cents(amount: &str) -> Result<u64, String> {
    let number = amount.trim_end_matches("EUR").trim().replace(',', ".");
    if number.is_empty() {
        return Err("there is no amount".to_owned());
    }
    if number.starts_with('-') {
        return Err("the amount is negative".to_owned());
    }
    let (euros, cents) = number.split_once('.').unwrap_or((&number, "00"));
    let parsed = euros
        .parse::<u64>()
        .ok()
        .zip(cents.parse::<u64>().ok().filter(|_| cents.len() == 2));
    parsed
        .map(|(euros, cents)| euros * 100 + cents)
        .ok_or_else(|| "the amount is no number".to_owned())
}

fn main() -> Result<(), Box<dyn Error>> {
    let unreadable = CsvSink::create(output("unreadable.csv")?)?;
    let job = clean_orders(
        CsvSource::open(data("orders.csv"))?.on_error(Route(unreadable)),
        CsvSink::create(output("orders.csv")?)?,
        CsvSink::create(output("rejected.csv")?)?,
    );
    println!("{}", job.run()?);
    Ok(())
}
