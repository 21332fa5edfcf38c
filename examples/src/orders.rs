//! `orders.csv`, made by a small seeded generator: orders as three shops with different habits write them.

use std::fmt::Write;

use crate::random::Random;

/// How many lines of orders the file has.
pub const LINES: u64 = 5_000;

const COUNTRIES: [&str; 6] = ["DE", "fr", "IT", " es ", "NL", "pl"];

/// The text of `orders.csv`.
#[must_use]
pub fn csv() -> String {
    let mut random = Random::new(7);
    let mut text = String::from("order,customer,country,amount\n");
    for order in 1..=LINES {
        let (customer, cents) = (1 + random.below(400), 100 + random.below(50_000));
        let country = COUNTRIES[usize::try_from(random.below(6)).expect("it is below 6")];
        let amount = match random.below(50) {
            0 => String::new(),
            1 => format!("{},{:02}", cents / 100, cents % 100),
            2 => format!("-{}.{:02}", cents / 100, cents % 100),
            _ => format!("{}.{:02} EUR", cents / 100, cents % 100),
        };
        let line = match random.below(400) {
            0 => format!("{order},{customer}"),
            1 => format!("order {order},{customer},{country},{amount}"),
            _ if amount.contains(',') => format!("{order},{customer},{country},\"{amount}\""),
            _ => format!("{order},{customer},{country},{amount}"),
        };
        let _written = writeln!(text, "{line}");
    }
    text
}
