//! Writes the examples' data again: `cargo run --example generate_data`.

use streamlite_examples::{data, orders, readings, text};

#[expect(
    clippy::disallowed_methods,
    reason = "it writes the data that the other examples read"
)]
fn main() -> std::io::Result<()> {
    std::fs::write(data("readings.csv"), readings::csv())?;
    std::fs::write(data("text.txt"), text::text())?;
    std::fs::write(data("orders.csv"), orders::csv())
}
