//! Writes `data/readings.csv` again: `cargo run --example generate_readings`.

use streamlite_examples::{data, readings};

#[expect(
    clippy::disallowed_methods,
    reason = "it writes the data that the other examples read"
)]
fn main() -> std::io::Result<()> {
    std::fs::write(data("readings.csv"), readings::csv())
}
