//! Rules of joins, one by one.

use streamlite::prelude::*;

type Item = (u32, i64);

pipeline!(
    fn joined(left: Source<Item>, right: Source<Item>, out: Sink<(Item, Item)>) {
        let left = left.event_time(|(_, at)| *at);
        let right = right.event_time(|(_, at)| *at);
        left.join(right)
            .on(|(key, _)| *key, |(key, _)| *key)
            .within(-10ms..=20ms)
            .to(out);
    }
);

pipeline!(
    fn all_joined(left: Source<Item>, right: Source<Item>, out: Sink<(Option<Item>, Option<Item>)>) {
        let left = left.event_time(|(_, at)| *at);
        let right = right.event_time(|(_, at)| *at);
        left.full_join(right)
            .on(|(key, _)| *key, |(key, _)| *key)
            .within(-10ms..=20ms)
            .to(out);
    }
);

pipeline!(
    fn up_to_excluded(left: Source<Item>, right: Source<Item>, out: Sink<(Item, Item)>) {
        let left = left.event_time(|(_, at)| *at).watermark(bounded(1h));
        let right = right.event_time(|(_, at)| *at).watermark(bounded(1h));
        left.join(right)
            .on(|(key, _)| *key, |(key, _)| *key)
            .within(-10ms..20ms)
            .to(out);
    }
);

pipeline!(
    fn never(
        left: Source<Item>,
        right: Source<Item>,
        out: Sink<(Item, Item)>,
        from: TimeDelta,
        to: TimeDelta,
    ) {
        left.event_time(|(_, at)| *at)
            .join(right.event_time(|(_, at)| *at))
            .on(|(key, _)| *key, |(key, _)| *key)
            .within(from..=to)
            .to(out);
    }
);

/// How many bytes the state of a job takes.
macro_rules! size {
    ($t:ident) => {
        $t.savepoint().to_bytes().len()
    };
}

/// What no further row can match is gone, of keys that come again and of those that do not; nothing piles up.
macro_rules! keeps_nothing {
    ($pipeline:ident) => {{
        let mut t = $pipeline::test();
        let mut first = None;
        for round in 0..20 {
            let from = round * 10_000;
            t.left.push_all((0..500).map(|n| (n, from + i64::from(n) / 25)));
            t.right
                .push_all((500..1_000).map(|n| (n, from + i64::from(n - 500) / 25)));
            let full = size!(t);
            for at in [2_000, 2_100, 2_200] {
                t.left.push((7, from + at));
                t.right.push((8, from + at));
            }
            let _ = t.out.take();
            let left = size!(t);
            let first = *first.get_or_insert(left);
            assert!(left < full / 4, "{left} of {full} bytes are left");
            assert!(left < first + 50, "{first} bytes became {left}");
        }
    }};
}

#[test]
fn the_end_of_a_range_is_excluded_where_rust_excludes_it() {
    let mut t = up_to_excluded::test();
    t.left.push((1, 100));
    t.right.push_all([(1, 89), (1, 90), (1, 119), (1, 120)]);
    let ats: Vec<i64> = t.out.take().into_iter().map(|(_, (_, at))| at).collect();
    assert_eq!(ats, [90, 119]);
}

#[test]
fn both_bounds_are_included() {
    let mut t = up_to_excluded::test();
    t.right.push_all([(1, 100)]);
    t.left.push_all([(1, 80), (1, 81), (1, 110), (1, 111)]);
    let ats: Vec<i64> = t.out.take().into_iter().map(|((_, at), _)| at).collect();
    assert_eq!(ats, [81, 110]);
}

#[test]
fn a_range_in_which_nothing_lies_is_an_error() {
    for (from, to) in [(1, 0), (i64::MAX, i64::MIN)] {
        let source = || CollectionSource::new(Vec::<Item>::new());
        let delta = TimeDelta::from_millis;
        let error = never(source(), source(), NullSink, delta(from), delta(to))
            .run()
            .expect_err("no two rows match");
        let text = error.to_string();
        assert!(text.contains("no two rows match"), "{text}");
        assert!(text.contains("within(-5min..=10min)"), "{text}");
    }
}

#[test]
fn what_matches_nothing_more_is_not_kept() {
    keeps_nothing!(joined);
    keeps_nothing!(all_joined);
}

#[test]
fn what_was_restored_is_not_kept_either() {
    let mut t = joined::test();
    t.left.push_all((0..500).map(|n| (n, i64::from(n) / 25)));
    let saved = t.savepoint();
    let full = saved.to_bytes().len();
    let mut t = joined::test().restore(&saved);
    t.left.push((7, 2_000));
    t.right.push((8, 2_000));
    let left = size!(t);
    assert!(left < full / 4, "{left} of {full} bytes are left");
}

/// The two outputs of one operator may meet again.
#[test]
fn a_stream_may_be_joined_with_itself() {
    let rows = || (0..200_u32).map(|n| (n % 10, i64::from(n)));
    let whole = pipeline!({
        let rows = from(rows()).event_time(|(_, at)| *at);
        rows.join(rows)
            .on(|(key, _)| *key, |(key, _)| *key)
            .within(0s..=10ms)
    })
    .collect()
    .expect("nothing fails");
    // Each with itself, and with the next of its key.
    assert_eq!(whole.len(), 200 + 190);

    let split = pipeline!({
        let (low, high) = from(rows())
            .event_time(|(_, at)| *at)
            .split(|(_, at)| *at % 20 < 10);
        low.join(high)
            .on(|(key, _)| *key, |(key, _)| *key)
            .within(-10ms..=10ms)
    })
    .collect()
    .expect("nothing fails");
    assert_eq!(split.len(), 190);

    let aside = pipeline!({
        let (sums, firsts) = from(rows())
            .event_time(|(_, at)| *at)
            .key_by(|(key, _)| *key)
            .process(|ctx| {
                let sum: i64 = 0;
                let firsts: Side<(u32, i64)>;

                on_record(|(key, at)| {
                    if *sum == 0 {
                        firsts.emit((key, at));
                    }
                    *sum += 1;
                    ctx.emit((key, *sum));
                });
            });
        sums.left_join(firsts)
            .on(|(key, _)| *key, |(key, _)| *key)
            .window(tumbling(1h))
    })
    .collect()
    .expect("nothing fails");
    assert_eq!(aside.len(), 200);
    assert!(aside.iter().all(|(_, first)| first.is_some()));
}

pipeline!(
    fn matched(left: Stream<Item>, right: Stream<Item>) -> Stream<u32> {
        left.join(right)
            .on(|(key, _)| *key, |(key, _)| *key)
            .within(-1s..=1s)
            .map(|((key, _), _)| key)
    }
);

pipeline!(
    fn in_a_fragment(left: Source<Item>, right: Source<Item>, third: Source<Item>, out: Sink<u32>) {
        let left = left.event_time(|(_, at)| *at);
        let right = right.event_time(|(_, at)| *at);
        let third = third.event_time(|(_, at)| *at);
        let again = matched(left, right)
            .map(|key| (key, 0))
            .join(third)
            .on(|(key, _)| *key, |(key, _)| *key)
            .within(-1s..=1s);
        again.map(|((key, _), _)| key).to(out);
    }
);

#[test]
fn joins_stand_in_fragments_and_behind_one_another() {
    let mut t = in_a_fragment::test();
    t.left.push_all([(1, 0), (2, 100)]);
    t.third.push((2, 900));
    t.right.push_all([(2, 1_000), (1, 1_001)]);
    assert_eq!(t.out.take(), [2]);
    let saved = t.savepoint();
    let mut t = in_a_fragment::test().restore(&saved);
    t.third.push((2, 1_500));
    assert_eq!(t.out.take(), [2]);
}

pipeline!(
    fn early(left: Source<Item>, right: Source<Item>, out: Sink<(i64, i64)>, late: Sink<Item>) {
        let left = left.event_time(|(_, at)| *at);
        let right = right.event_time(|(_, at)| *at);
        let (pairs, late_left, late_right) = left
            .join(right)
            .on(|(key, _)| *key, |(key, _)| *key)
            .window(tumbling(10ms))
            .with_late()
            .trigger(on_count(2).or(on_watermark()))
            .allowed_lateness(5ms);
        pairs.map(|((_, left), (_, right))| (left, right)).to(out);
        union(late_left, late_right).to(late);
    }
);

#[test]
fn a_trigger_fires_all_pairs_of_a_window() {
    let mut t = early::test();
    t.left.push((1, 1));
    assert!(t.out.take().is_empty());
    t.right.push((1, 2));
    assert_eq!(t.out.take(), [(1, 2)], "two rows have come");
    t.left.push((1, 3));
    t.right.push((2, 4));
    assert!(t.out.take().is_empty(), "a row of another key");
    t.left.push((7, 12));
    t.right.push((7, 12));
    let expected = [(12, 12), (1, 2), (3, 2)];
    assert_eq!(
        t.out.take(),
        expected,
        "two rows of the next window, and then their watermark"
    );
}

#[test]
fn a_row_within_the_allowed_lateness_fires_all_pairs_again() {
    let mut t = early::test();
    t.left.push((1, 1));
    t.right.push((1, 2));
    t.left.push((7, 12));
    t.right.push((8, 12));
    let _ = t.out.take();
    t.right.push((1, 9));
    t.right.push((1, 8));
    let expected = [(1, 2), (1, 9), (1, 2), (1, 9), (1, 8)];
    assert_eq!(t.out.take(), expected, "each late row lets the window fire");
    t.left.push((7, 15));
    t.right.push((8, 15));
    t.right.push((1, 7));
    assert_eq!(
        t.late.take(),
        [(1, 7)],
        "five milliseconds after the end of its window"
    );
}

pipeline!(
    fn with_idleness(
        left: Source<Item>,
        right: Source<Item>,
        out: Sink<(i64, Option<i64>)>,
        late: Sink<Item>,
    ) {
        let left = left.event_time(|(_, at)| *at);
        let right = right.event_time(|(_, at)| *at).idle_after(1s);
        let (pairs, late_left, late_right) = left
            .left_join(right)
            .on(|(key, _)| *key, |(key, _)| *key)
            .within(0s..=10ms)
            .with_late();
        pairs
            .map(|((_, left), right)| (left, right.map(|(_, at)| at)))
            .to(out);
        late_left.for_each(|_| {});
        late_right.to(late);
    }
);

#[test]
fn nobody_waits_for_an_input_that_is_idle() {
    let mut t = with_idleness::test();
    t.left.push((1, 0));
    t.right.push((9, 0));
    t.left.push((2, 100));
    assert!(
        t.out.take().is_empty(),
        "the right input may have a row for the first still"
    );
    t.clock.advance(TimeDelta::from_secs(2));
    assert_eq!(t.out.take(), [(0, None)]);
    // It speaks again below the watermark: what it would match may be gone.
    t.right.push((2, 99));
    assert_eq!(t.late.take(), [(2, 99)]);
    t.right.push((2, 105));
    assert_eq!(t.out.take(), [(100, Some(105))]);
}

/// What stands after a join of all rows comes after the right stream has ended, and has event time of its own.
#[test]
fn rows_of_a_join_of_all_have_event_time_from_there_on() {
    let counts = pipeline!({
        let left = from([(1, 5_i64), (2, 25), (1, 12), (3, 1)]);
        let right = from([(1, 100_i64), (2, 200), (1, 300)]);
        left.full_join(right)
            .on(|(key, _)| *key, |(key, _)| *key)
            .filter_map(|(left, right)| left.zip(right))
            .event_time(|((_, at), _)| *at)
            .watermark(bounded(100ms))
            .window(tumbling(10ms))
            .aggregate(|window, rows| (window.start.as_millis(), rows.count()))
    })
    .collect()
    .expect("nothing fails");
    assert_eq!(counts, [(0, 2), (10, 2), (20, 1)]);
}

/// A timer after a join of all rows fires after them, and before the end is told.
#[test]
fn the_end_comes_after_the_rows_of_a_join_of_all() {
    let seen = pipeline!({
        let left = from([(1, 5_i64), (2, 25)]).event_time(|(_, at)| *at);
        let right = from([(2, 200_i64), (3, 7)]).event_time(|(_, at)| *at);
        left.full_join(right)
            .on(|(key, _)| *key, |(key, _)| *key)
            .process(|ctx| {
                let count: u32 = 0;

                on_record(|(left, right)| {
                    *count += 1;
                    ctx.timer_after(1ms);
                    ctx.emit((left.map(|(key, _)| key), right.map(|(key, _)| key)));
                });
                on_timer(|_at| ctx.emit((Some(*count), None)));
                on_end(|| ctx.emit((None, Some(*count))));
            })
    })
    .collect()
    .expect("nothing fails");
    let rows = [(Some(1), None), (Some(2), Some(2)), (None, Some(3))];
    let timers = [(Some(3), None); 3];
    let end = [(None, Some(3))];
    assert_eq!(seen, [&rows[..], &timers, &end].concat());
}
