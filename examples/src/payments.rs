//! Payments with cards, made by a small seeded generator: 150,000 of them, among them those of thieves.
//!
//! A day of two thousand cards. A thief first tries a stolen card with a small payment, and then buys for much; or pays
//! often in a short time; or pays in another country than the owner just did. Payments come up to eight seconds out of
//! order.

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// How many payments there are.
pub const PAYMENTS: usize = 150_000;

/// 2025-03-03T00:00:00Z.
const START: i64 = 1_740_960_000_000;
const DAY: u64 = 86_400_000;
const CARDS: u64 = 2_000;
const COUNTRIES: [&str; 6] = ["DE", "FR", "PL", "AT", "US", "BR"];

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Which card.
    pub card: u32,
    /// How much, in cents.
    pub cents: u64,
    /// Where.
    pub country: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// All payments, in the order in which they arrive.
#[must_use]
pub fn payments() -> Vec<Payment> {
    let mut random = Random::new(3_141);
    let mut payments = Vec::with_capacity(PAYMENTS);
    while payments.len() < PAYMENTS {
        let card = random.below(CARDS);
        let at = random.below(DAY);
        match random.below(400) {
            0 => tried(&mut random, card, at, &mut payments),
            1 => hurried(&mut random, card, at, &mut payments),
            2 => travelled(&mut random, card, at, &mut payments),
            _ => {
                let cents = 100 + random.below(90) * random.below(90);
                payments.push(payment(card, cents, home(card), at));
            }
        }
    }
    payments.truncate(PAYMENTS);
    let mut delayed: Vec<(i64, Payment)> = payments
        .into_iter()
        .map(|payment| (payment.at + millis(random.below(8_000)), payment))
        .collect();
    delayed.sort_by_key(|(arrival, _)| *arrival);
    delayed.into_iter().map(|(_, payment)| payment).collect()
}

/// A small payment, and a large one within a minute or two.
fn tried(random: &mut Random, card: u64, at: u64, payments: &mut Vec<Payment>) {
    payments.push(payment(card, 1 + random.below(99), home(card), at));
    let later = at + 2_000 + random.below(100_000);
    payments.push(payment(card, 50_000 + random.below(100_000), home(card), later));
}

/// Many payments in a few minutes.
fn hurried(random: &mut Random, card: u64, mut at: u64, payments: &mut Vec<Payment>) {
    for _ in 0..4 + random.below(8) {
        payments.push(payment(card, 500 + random.below(9_000), home(card), at));
        at += 1_000 + random.below(90_000);
    }
}

/// A payment at home, and one far away a little later.
fn travelled(random: &mut Random, card: u64, at: u64, payments: &mut Vec<Payment>) {
    payments.push(payment(card, 500 + random.below(9_000), home(card), at));
    let (away, later) = (1 + random.below(5), at + random.below(1_200_000));
    payments.push(payment(card, 500 + random.below(9_000), home(card + away), later));
}

fn payment(card: u64, cents: u64, country: &str, at: u64) -> Payment {
    Payment {
        card: u32::try_from(card).unwrap_or(0),
        cents,
        country: country.to_owned(),
        at: START + millis(at),
    }
}

fn home(card: u64) -> &'static str {
    COUNTRIES[usize::try_from(card % COUNTRIES.len() as u64).unwrap_or(0)]
}

fn millis(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
