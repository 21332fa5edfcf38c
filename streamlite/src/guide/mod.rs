//! A guide, a page for each idea; every snippet runs as a test.
//!
//! * [`event_time`]: when something happened, and how far a stream has come.
//! * [`windows`]: ten records, and which window has which.
//! * [`lateness`]: what comes after its window has fired, and what can be done about it.
//! * [`triggers`]: results before a window has ended, and after.
//! * [`testing`]: how a pipeline is driven by hand.

pub mod event_time;
pub mod lateness;
pub mod testing;
pub mod triggers;
pub mod windows;
