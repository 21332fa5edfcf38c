//! The engine allocates for what it holds, and never for a record.

use streamlite::prelude::*;

/// The allocations of a job over so many records of a hundred keys.
fn allocations(records: i64) -> u64 {
    let counted = allocation_counter::measure(|| {
        let mut rows = 0;
        pipeline!({
            let timed = from(0..records).event_time(|n| *n).watermark(bounded(5ms));
            match timed {
                n if n % 5 == 0 => fives = n,
                n => others = n,
            }
            let (low, high) = others.split(|n| n % 3 == 0);
            let both = union(low.map(|n| n + 1), high.filter(|n| n % 7 != 0), fives);
            let windows = both
                .key_by(|n| n % 100)
                .window(tumbling(1h))
                .aggregate(|key, _window, rows| (*key, rows.count(), rows.max(|n| *n)));
            windows.for_each(|(_, count, _)| rows += count);
        })
        .run()
        .expect("it is all in memory");
        assert!(rows > 0);
    });
    counted.count_total
}

#[test]
fn no_record_allocates() {
    // The first run sets up what lives as long as the process, such as the seed of the hashes.
    allocations(10);
    let (few, many) = (allocations(10_000), allocations(1_000_000));
    assert_eq!(
        few, many,
        "a hundred times the records in one window take no allocation more"
    );
}
