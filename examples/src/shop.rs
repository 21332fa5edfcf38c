//! Orders of a shop and the payments for them, made by a small seeded generator: 60,000 orders and about as many payments.
//!
//! Most orders are paid within half an hour, in one payment or two; some are paid late, and some never. Some payments are for
//! orders that nobody knows. Both come up to a minute out of order.

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// How many orders there are.
pub const ORDERS: u32 = 60_000;

/// 2025-05-05T00:00:00Z.
const START: i64 = 1_746_403_200_000;
const DAY: u64 = 86_400_000;
const MINUTE: u64 = 60_000;

/// One order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Which order.
    pub number: u32,
    /// How much, in cents.
    pub cents: u64,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// The order that it is for.
    pub order: u32,
    /// How much, in cents.
    pub cents: u64,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// All orders and payments, each in the order in which they arrive.
#[must_use]
pub fn orders_and_payments() -> (Vec<Order>, Vec<Paid>) {
    let mut random = Random::new(2_718);
    let (mut orders, mut payments) = (Vec::new(), Vec::new());
    for number in 0..ORDERS {
        let (at, cents) = (random.below(DAY), 500 + random.below(90) * random.below(90));
        orders.push(Order {
            number,
            cents,
            at: time(at),
        });
        let mut pay = |order, cents, after| {
            payments.push(Paid {
                order,
                cents,
                at: time(at + after),
            });
        };
        match random.below(100) {
            // Never.
            0..4 => {}
            // Too late.
            4..7 => pay(number, cents, 31 * MINUTE + random.below(60 * MINUTE)),
            // To the millisecond.
            7 => pay(number, cents, 30 * MINUTE),
            // In two parts.
            8..20 => {
                let first = cents / 2;
                pay(number, first, random.below(15 * MINUTE));
                pay(number, cents - first, 15 * MINUTE + random.below(15 * MINUTE));
            }
            // For an order that nobody knows.
            20 => pay(ORDERS + number, cents, random.below(30 * MINUTE)),
            _ => pay(number, cents, random.below(30 * MINUTE)),
        }
    }
    let orders = in_order_of_arrival(&mut random, orders, |order| order.at);
    let payments = in_order_of_arrival(&mut random, payments, |payment| payment.at);
    (orders, payments)
}

fn in_order_of_arrival<T>(random: &mut Random, records: Vec<T>, at: impl Fn(&T) -> i64) -> Vec<T> {
    let mut delayed: Vec<(i64, T)> = records
        .into_iter()
        .map(|record| (at(&record) + millis(random.below(MINUTE)), record))
        .collect();
    delayed.sort_by_key(|(arrival, _)| *arrival);
    delayed.into_iter().map(|(_, record)| record).collect()
}

fn time(after: u64) -> i64 {
    START + millis(after)
}

fn millis(span: u64) -> i64 {
    i64::try_from(span).expect("a day is short")
}
