//! What stands after a window: its results and its late records have event time of their own.

use streamlite::prelude::*;

pipeline!(
    fn twice(
        events: Source<i64>,
        counts: Sink<(Timestamp, u64)>,
        again: Sink<(Timestamp, u64)>,
        lates: Sink<(Timestamp, u64)>,
    ) {
        let (results, late) = events
            .event_time(|at| *at)
            .window(tumbling(10ms))
            .allowed_lateness(20ms)
            .with_late()
            .aggregate(|window, rows| (window.start, rows.count()));
        results.to(counts);
        results
            .window(tumbling(1ms))
            .aggregate(|window, rows| (window.start, rows.count()))
            .to(again);
        late.window(tumbling(1ms))
            .allowed_lateness(100ms)
            .aggregate(|window, rows| (window.start, rows.count()))
            .to(lates);
    }

    fn merged(events: Source<i64>, others: Source<i64>, rows: Sink<(Timestamp, i64)>) {
        let counts = events
            .event_time(|at| *at)
            .window(tumbling(10ms))
            .count()
            .map(|count| count.window.start.as_millis());
        union(counts, others)
            .event_time(|at| *at)
            .window(tumbling(10ms))
            .aggregate(|window, rows| (window.start, rows.sum(|at| *at) as i64))
            .to(rows);
    }
);

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A window that has fired and stays open judges its results by the watermark before the one that made it fire: the next
/// window has not closed for them.
#[test]
fn the_results_of_a_window_that_stays_open_are_in_time_for_the_next_window() {
    let mut t = twice::test();
    t.events.push_all([0, 25]);
    assert_eq!(t.counts.take(), [(at(0), 1)]);
    t.events.push(40);
    assert_eq!(t.again.take(), [(at(9), 1), (at(29), 1)]);
    let report = t.finish();
    assert_eq!(report.late(), 0);
}

/// Event time goes on in the stream of late records, too: a window that waits for them has fired, and fires again.
#[test]
fn late_records_have_the_event_time_of_the_stream() {
    let mut t = twice::test();
    t.events.push_all([0, 50, 5]);
    assert_eq!(t.lates.take(), [(at(5), 1)]);
    assert_eq!(t.finish().late(), 1);
}

/// Results come in a lane of their own beside the partitions of another source.
#[test]
fn results_and_partitions_meet_without_being_mistaken_for_one_another() {
    let mut t = merged::test();
    t.others.push_all([3, 1_000]);
    t.events.push(5);
    assert_eq!(
        t.rows.take(),
        [],
        "the window upstream has not fired: its lane holds the watermark back"
    );
    t.events.push_all([12, 30]);
    // The windows [0, 10) and [10, 20) upstream have fired: their lane is at 10.
    assert_eq!(t.rows.take(), [(at(0), 3)]);
    t.events.end();
    assert_eq!(t.rows.take(), [(at(10), 10), (at(30), 30)]);
    t.others.end();
    assert_eq!(t.rows.take(), [(at(1_000), 1_000)]);
}
