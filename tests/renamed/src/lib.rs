//! A user of the library who imports it under another name.

use flow::dataflow;
use flow::prelude::*;

flow::pipeline!(
    /// Minutes in which more than `limit` came.
    pub fn busy_minutes(events: Source<i64>, busy: Sink<(Timestamp, u64)>, limit: u64) {
        let minutes = events
            .event_time(|at| *at)
            .window(tumbling(1min))
            .aggregate(|window, rows| (window.start, rows.count()));
        minutes.filter(|(_, count)| *count > limit).to(busy);
    }
);

/// The same language as an attribute.
#[dataflow(crate = flow)]
pub fn doubled(numbers: Source<i64>, out: Sink<i64>, delay: TimeDelta) {
    let wait: TimeDelta = delay + 5s;
    numbers.map(|n| n * 2 + wait.as_millis()).to(out);
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_run() {
        let mut busy = super::busy_minutes::test(1);
        busy.events.push_all([0, 59_999, 60_000]);
        busy.finish();
        assert_eq!(busy.busy.take(), [(flow::Timestamp::EPOCH, 2)]);

        let mut doubled = super::doubled::test(flow::TimeDelta::from_millis(1));
        doubled.numbers.push(4);
        assert_eq!(doubled.out.take(), [5_009]);
    }

    #[test]
    fn an_expression_runs() {
        let doubled = flow::pipeline!(from([1, 2]).map(|n| n * 2)).collect();
        assert_eq!(doubled.expect("it is all in memory"), [2, 4]);
    }
}
