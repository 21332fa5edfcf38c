//! Stolen cards, found in a stream of payments: `cargo run --release --example fraud`.
//!
//! One process with a state for each card: what it remembers is forgotten by itself, by a timer or a TTL, and an alert
//! locks the card for an hour.

use std::collections::BTreeMap;
use std::fmt;

use streamlite::prelude::*;
use streamlite_examples::payments::{Payment, payments};

/// Why a payment looks like a thief's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reason {
    /// A large payment soon after a very small one.
    Tried,
    /// Too many payments in ten minutes.
    Hurried,
    /// Two countries in ten minutes.
    Travelled,
    /// The card is locked since an earlier alert.
    Locked,
}

/// A payment that was declined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// The payment.
    pub payment: Payment,
    /// Why.
    pub reason: Reason,
}

/// Less than a euro.
const SMALL: u64 = 100;
/// More than five hundred euros.
const LARGE: u64 = 50_000;
/// So many payments in ten minutes are none too many.
const OFTEN: usize = 6;

pipeline!(
    /// Parts the payments into those that are approved and those that look like a thief's.
    pub fn fraud(payments: Source<Payment>, approved: Sink<Payment>, alerts: Sink<Alert>) {
        let (good, bad) = payments
            .event_time(|payment| payment.at)
            .watermark(bounded(10s))
            .key_by(|payment| payment.card)
            .process(|ctx| {
                let tried: Value<Timestamp> = Value::new();
                #[ttl(10min)]
                let recent: List<u64> = List::new();
                #[ttl(10min)]
                let countries: Map<String, u64> = Map::new();
                #[ttl(1h)]
                let locked: Value<Reason> = Value::new();
                let bad: Side<Alert>;

                on_record(|payment| {
                    let here = payment.country.clone();
                    let reason = if locked.is_some() {
                        Some(Reason::Locked)
                    } else if payment.cents > LARGE && tried.is_some() {
                        Some(Reason::Tried)
                    } else if recent.len() >= OFTEN {
                        Some(Reason::Hurried)
                    } else if countries.keys().any(|country| *country != here) {
                        Some(Reason::Travelled)
                    } else {
                        None
                    };
                    if let Some(reason) = reason {
                        if reason != Reason::Locked {
                            locked.set(reason);
                        }
                        bad.emit(Alert { payment, reason });
                        return;
                    }
                    // A small payment is remembered for a minute.
                    if let Some(at) = tried.take() {
                        ctx.delete_timer(at);
                    }
                    if payment.cents < SMALL {
                        tried.set(ctx.timer_after(1min));
                    }
                    recent.push(payment.cents);
                    *countries.get_or_insert_with(here, || 0) += 1;
                    ctx.emit(payment);
                });
                on_timer(|_at| tried.clear());
            });
        good.to(approved);
        bad.to(alerts);
    }
);

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Payment {
            card,
            cents,
            country,
            at,
        } = &self.payment;
        let at = Timestamp::from_millis(*at);
        let euros = *cents as f64 / 100.0;
        write!(
            f,
            "{at:<25} card {card:>4} {country} {euros:>9.2} EUR  {:?}",
            self.reason
        )
    }
}

fn main() -> streamlite::Result<()> {
    let (approved, got_approved) = CollectionSink::new();
    let (alerts, got_alerts) = CollectionSink::new();
    let report = fraud(CollectionSource::new(payments()), approved, alerts).run()?;

    let (approved, alerts) = (got_approved.take(), got_alerts.take());
    println!("The first payments that look like a thief's");
    for alert in alerts
        .iter()
        .filter(|alert| alert.reason != Reason::Locked)
        .take(10)
    {
        println!("  {alert}");
    }
    let mut reasons: BTreeMap<Reason, usize> = BTreeMap::new();
    alerts
        .iter()
        .for_each(|alert| *reasons.entry(alert.reason).or_default() += 1);
    println!(
        "\n{} payments are approved, {} are not:",
        approved.len(),
        alerts.len()
    );
    for (reason, count) in reasons {
        println!("  {:<10} {count:>6}", format!("{reason:?}"));
    }
    println!("\n{report}");
    Ok(())
}
