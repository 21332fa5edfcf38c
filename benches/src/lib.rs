//! The benchmarks are under `benches/`: `cargo bench`.
