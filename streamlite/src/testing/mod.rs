//! The test driver: the same code as in production, on one thread, with a clock that is moved by hand.

mod bench;
mod crash;
mod input;
mod output;
mod runner;
mod shared;

pub use bench::TestBench;
pub use crash::{CrashOutputs, CrashReport, CrashSink, CrashTest};
pub use input::{TestInput, TestSource};
pub use output::TestOutput;
pub use runner::{TestClock, TestRunner};
