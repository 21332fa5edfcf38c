//! The engine allocates for what it holds, and never for a record.

use streamlite::prelude::*;

/// The allocations of a job over so many records of a hundred keys.
fn allocations(records: i64) -> u64 {
    let counted = allocation_counter::measure(|| {
        let mut rows = 0;
        pipeline!({
            let timed = from(0..records).event_time(|n| *n).watermark(bounded(5ms));
            match timed {
                n if n % 5 == 0 => {
                    fives = n;
                    fives = n + 1;
                    fives = n + 2;
                }
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

#[derive(serde::Serialize, serde::Deserialize)]
struct Reading {
    sensor: u32,
    temp: f64,
}

/// The allocations of a job from one CSV file to another.
#[expect(clippy::disallowed_methods, reason = "a test prepares its own files")]
fn allocations_of_files(records: u32) -> u64 {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let [input, output] = ["in.csv", "out.csv"].map(|name| folder.path().join(name));
    let lines = (0..records).map(|n| format!("{},{}.5\n", n % 100, n % 40));
    std::fs::write(&input, format!("sensor,temp\n{}", lines.collect::<String>()))
        .expect("there is room for a file");
    let counted = allocation_counter::measure(|| {
        let source = CsvSource::<Reading>::open(&input).expect("the file is there");
        let sink = CsvSink::create(&output).expect("there is room for a file");
        pipeline!({
            from(source).filter(|r| r.temp > 10.0).to(sink);
        })
        .run()
        .expect("the file is good");
    });
    counted.count_total
}

#[test]
fn no_record_of_a_file_allocates() {
    allocations_of_files(10);
    let (few, many) = (allocations_of_files(1_000), allocations_of_files(100_000));
    assert_eq!(few, many, "a hundred times the records take no allocation more");
}

/// The most memory that a job takes over so many records, a new key with each, in windows of a thousand records.
macro_rules! most_memory {
    ($records:expr, $window:expr) => {{
        let records: i64 = $records;
        let counted = allocation_counter::measure(|| {
            let mut results = 0;
            pipeline!({
                from(0..records)
                    .event_time(|n| *n)
                    .watermark(bounded(20ms))
                    .key_by(|n| *n)
                    .window($window)
                    .aggregate(|_key, _window, rows| rows.count())
                    .for_each(|count| results += count);
            })
            .run()
            .expect("it is all in memory");
            assert!(results >= records.unsigned_abs());
        });
        counted.bytes_max
    }};
}

#[test]
fn keys_that_come_once_take_no_memory_for_good() {
    macro_rules! is_flat {
        ($name:literal, $window:expr) => {
            let (few, many) = (
                most_memory!(20_000, $window),
                most_memory!(200_000, $window),
            );
            assert!(
                many < few * 5 / 4,
                "{}: {few} bytes for 20,000 keys, {many} for 200,000",
                $name
            );
        };
    }
    is_flat!("sliding", sliding(1s).every(100ms));
    is_flat!("tumbling by sliding", sliding(1s).every(1s));
    is_flat!("sessions", session(500ms));
    is_flat!("tumbling", tumbling(1s));
}

pipeline!(
    /// Every kind of state that expires, and timers, half of which are deleted.
    fn rotating(keys: Source<i64>, out: Sink<i64>, timers: Sink<i64>) {
        let (totals, fired) = keys
            .event_time(|key| *key)
            .watermark(bounded(50ms))
            .key_by(|key| *key)
            .process(|ctx| {
                #[ttl(200ms)]
                let total: i64 = 0;
                #[ttl(100ms)]
                let recent: List<i64> = List::new();
                #[ttl(300ms)]
                let counts: Map<i64, u64> = Map::new();
                let fired: Side<i64>;

                on_record(|key| {
                    *total += 1;
                    recent.push(key);
                    *counts.get_or_insert_with(key % 3, || 0) += 1;
                    let at = ctx.timer_after(250ms);
                    ctx.delete_timer(at);
                    ctx.timer_after(150ms);
                    ctx.emit(*total + i64::try_from(recent.len()).unwrap_or(0));
                });
                on_timer(|_at| fired.emit(*total));
            });
        totals.to(out);
        fired.to(timers);
    }
);

/// The most that a process holds at one time over so many keys, each of which comes twice and never again.
fn held_for_rotating_keys(keys: i64) -> u64 {
    let counted = allocation_counter::measure(|| {
        let source = CollectionSource::new((0..keys).flat_map(|key| [key, key]));
        rotating(source, NullSink, NullSink).run().expect("nothing fails");
    });
    counted.bytes_max
}

/// `KEYS=10000000` tries ten million.
#[test]
fn keys_that_have_expired_take_no_memory() {
    let keys = std::env::var("KEYS").ok().and_then(|keys| keys.parse().ok());
    let (few, many) = (
        held_for_rotating_keys(10_000),
        held_for_rotating_keys(keys.unwrap_or(100_000)),
    );
    assert!(
        many <= few + few / 10,
        "{many} bytes, and {few} for a tenth of the keys"
    );
}

/// The same of keys whose one state is written and removed again.
fn held_for_empty_keys(keys: i64) -> u64 {
    let counted = allocation_counter::measure(|| {
        pipeline!({
            from(0..keys)
                .event_time(|key| *key)
                .key_by(|key| *key)
                .process(|ctx| {
                    #[ttl(1h)]
                    let seen: Value<i64> = Value::new();

                    on_record(|key| {
                        seen.set(key);
                        ctx.emit(seen.take());
                    });
                })
                .for_each(|seen| assert!(seen.is_some()));
        })
        .run()
        .expect("nothing fails");
    });
    counted.bytes_max
}

#[test]
fn keys_that_hold_nothing_take_no_memory() {
    let (few, many) = (held_for_empty_keys(1_000), held_for_empty_keys(50_000));
    assert!(
        many <= few + few / 10,
        "{many} bytes, and {few} for a fiftieth of the keys"
    );
}

/// The most that so many keys hold at one time that remember a number for a day, and later a kilobyte for a moment.
fn held_for_a_moment(keys: i64) -> u64 {
    let counted = allocation_counter::measure(|| {
        pipeline!({
            from((0..keys).flat_map(|key| [(key, key), (key - 10, key)]))
                .event_time(|(_, at)| *at)
                .key_by(|(key, _)| *key)
                .process(|ctx| {
                    #[ttl(1d)]
                    let count: i64 = 0;
                    #[ttl(100ms)]
                    let last: List<Vec<u8>> = List::new();

                    on_record(|_key| {
                        *count += 1;
                        if *count == 2 {
                            last.push(vec![1; 1_000]);
                        }
                        ctx.emit(last.len());
                    });
                })
                .for_each(|len| assert!(len <= 1));
        })
        .run()
        .expect("nothing fails");
    });
    counted.bytes_max
}

#[test]
fn what_has_the_shorter_ttl_is_removed_first() {
    let held = held_for_a_moment(20_000);
    assert!(
        held < 10_000_000,
        "{held} bytes, of 20,000,000 that were remembered"
    );
}

pipeline!(
    /// A join within bounds that drops what matches none, one that does not, one in windows, and one with the latest row.
    fn joined_keys(left: Source<i64>, right: Source<i64>, out: Sink<i64>) {
        let left = left.event_time(|key| *key).watermark(bounded(50ms));
        let right = right.event_time(|key| *key).watermark(bounded(50ms));
        let inner = left.join(right).on(|l| *l, |r| *r).within(-100ms..=100ms);
        let outer = left.full_join(right).on(|l| l + 1, |r| *r).within(-100ms..=100ms);
        let windows = left.left_join(right).on(|l| *l, |r| *r).window(tumbling(100ms));
        let latest = left.left_join_latest(right).on(|l| -l - 1, |r| *r).within(100ms);
        union(
            latest.map(|(l, _)| l),
            inner.map(|(l, r)| l + r),
            outer.filter_map(|(l, _)| l),
            windows.map(|(l, _)| l),
        )
        .to(out);
    }
);

/// The most that joins hold at one time over so many keys, each of which comes once in each stream.
fn held_for_joined_keys(keys: i64) -> u64 {
    let counted = allocation_counter::measure(|| {
        let keys = || CollectionSource::new(0..keys);
        joined_keys(keys(), keys(), NullSink)
            .run()
            .expect("nothing fails");
    });
    counted.bytes_max
}

/// `KEYS=10000000` tries ten million.
#[test]
fn rows_that_match_nothing_more_take_no_memory() {
    let keys = std::env::var("KEYS").ok().and_then(|keys| keys.parse().ok());
    let (few, many) = (
        held_for_joined_keys(10_000),
        held_for_joined_keys(keys.unwrap_or(100_000)),
    );
    assert!(
        many <= few + few / 10,
        "{many} bytes, and {few} for a tenth of the keys"
    );
}
