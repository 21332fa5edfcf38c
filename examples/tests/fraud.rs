//! `fraud`: what it says is what a walk over the payments says that remembers all of them.

#[path = "../examples/fraud.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "only its pipeline is tested here, not its `main`"
)]
mod example;

use std::collections::BTreeMap;

use example::{Alert, Reason, fraud};
use streamlite::prelude::*;
use streamlite_examples::payments::{PAYMENTS, Payment, payments};

const MINUTE: i64 = 60_000;

/// What is known of a card: its approved payments and its alerts, each with the time at which it counts as written.
#[derive(Default)]
struct Card {
    approved: Vec<(i64, Payment)>,
    alerts: Vec<i64>,
}

impl Card {
    /// Why a payment is declined, the watermark being so far.
    fn judge(&self, payment: &Payment, watermark: i64) -> Option<Reason> {
        let lives = |written: i64, minutes: i64| written.saturating_add(minutes * MINUTE) > watermark;
        let recent = || self.approved.iter().filter(|(written, _)| lives(*written, 10));
        // The timer for a minute later fires when the watermark is above it.
        let tried = self
            .approved
            .last()
            .is_some_and(|(_, last)| last.cents < 100 && last.at + MINUTE >= watermark);
        // A country is remembered for ten minutes from its last payment.
        if self.alerts.iter().any(|written| lives(*written, 60)) {
            Some(Reason::Locked)
        } else if payment.cents > 50_000 && tried {
            Some(Reason::Tried)
        } else if recent().count() >= 6 {
            Some(Reason::Hurried)
        } else if recent().any(|(_, other)| other.country != payment.country) {
            Some(Reason::Travelled)
        } else {
            None
        }
    }
}

#[test]
fn alerts_are_those_of_a_walk_over_all_payments() {
    const { assert!(PAYMENTS >= 100_000) };
    let (approved, got_approved) = CollectionSink::new();
    let (alerts, got_alerts) = CollectionSink::new();
    fraud(CollectionSource::new(payments()), approved, alerts)
        .run()
        .expect("it is all in memory");

    let mut cards: BTreeMap<u32, Card> = BTreeMap::new();
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    let mut watermark = i64::MIN;
    for payment in payments() {
        let card = cards.entry(payment.card).or_default();
        let written = payment.at.max(watermark);
        let reason = card.judge(&payment, watermark);
        watermark = watermark.max(payment.at - 10_000);
        match reason {
            None => {
                card.approved.push((written, payment.clone()));
                good.push(payment);
            }
            Some(reason) => {
                if reason != Reason::Locked {
                    card.alerts.push(written);
                }
                bad.push(Alert { payment, reason });
            }
        }
    }
    assert_eq!(got_alerts.take(), bad);
    assert_eq!(got_approved.take(), good);
    for reason in [Reason::Tried, Reason::Hurried, Reason::Travelled, Reason::Locked] {
        let count = bad.iter().filter(|alert| alert.reason == reason).count();
        assert!(count > 50, "{reason:?} {count} times");
    }
}
