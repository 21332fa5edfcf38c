//! The examples are under `examples/`: `cargo run --release --example sensor_alerts`.
