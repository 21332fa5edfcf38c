//! Windows of the calendar against boundaries that Python's zone data gave, minute by minute: `calendar/boundaries.py`.

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::window::Calendar;

pipeline!(
    /// Which windows timestamps are in, all of one millisecond apart at least.
    fn spans(times: Source<i64>, out: Sink<(i64, i64, Vec<i64>)>, windows: Calendar) {
        times
            .event_time(|at| *at)
            .window(windows)
            .aggregate(|window, rows| {
                (
                    window.start.as_millis(),
                    window.end.as_millis(),
                    rows.collect(|at| *at),
                )
            })
            .to(out);
    }
);

fn run(times: Vec<i64>, windows: Calendar) -> Vec<(i64, i64, Vec<i64>)> {
    let (out, got) = CollectionSink::new();
    spans(CollectionSource::new(times), out, windows)
        .run()
        .expect("the zone is known");
    got.take()
}

fn calendar(zone: &str, unit: &str, start: i64) -> Calendar {
    let calendar = match unit {
        "daily" => daily(),
        "weekly" => weekly(),
        "monthly" => monthly(),
        "yearly" => yearly(),
        unit => panic!("{unit} is no unit"),
    };
    calendar
        .zone(zone.to_owned())
        .starts_at(TimeDelta::from_mins(start))
}

#[test]
fn days_weeks_months_and_years_start_where_the_clocks_of_their_zone_say() {
    let mut checked = 0;
    for line in include_str!("calendar/boundaries.txt").lines() {
        let mut words = line.split(' ');
        let mut word = || words.next().expect("a line has them");
        let (zone, unit, start) = (word(), word(), word().parse().expect("minutes"));
        let boundaries: Vec<i64> = words.map(|word| word.parse().expect("a time")).collect();
        for boundary in &boundaries {
            let spans = run(vec![boundary - 1, *boundary], calendar(zone, unit, start));
            assert_eq!(spans.len(), 2, "{line}: {boundary} is the start of a window");
            assert_eq!(spans[0].1, *boundary, "{line}");
            assert_eq!(spans[1].0, *boundary, "{line}");
            checked += 1;
        }
        for pair in boundaries.windows(2) {
            let (start_of, end_of) = (pair[0], pair[1]);
            let inside = (0..200).map(|part| start_of + (end_of - start_of) / 200 * part);
            let spans = run(inside.collect(), calendar(zone, unit, start));
            assert_eq!(spans.len(), 1, "{line}: one window from {start_of} to {end_of}");
            assert_eq!((spans[0].0, spans[0].1), (start_of, end_of), "{line}");
            // Each by itself, where the clocks change: a job remembers the window that it found last.
            let quarters = (start_of..end_of).step_by(900_000);
            for at in quarters.filter(|_| unit == "daily" && end_of - start_of != 86_400_000) {
                let span = run(vec![at], calendar(zone, unit, start));
                assert_eq!((span[0].0, span[0].1), (start_of, end_of), "{line}: {at}");
            }
        }
    }
    assert!(checked > 800, "only {checked} boundaries");
}

#[test]
fn the_day_of_summer_time_has_23_hours_and_the_day_of_winter_time_25() {
    let hours = |day: i64| {
        let spans = run(vec![day], daily().zone("Europe/Berlin"));
        (spans[0].1 - spans[0].0) / 3_600_000
    };
    assert_eq!(hours(1_711_843_200_000), 23); // 2024-03-31
    assert_eq!(hours(1_711_929_600_000), 24);
    assert_eq!(hours(1_729_987_200_000), 25); // 2024-10-27
}

#[test]
fn both_sides_of_a_repeated_hour_are_in_one_day() {
    // 02:30 in Berlin on 2024-10-27, in summer and in winter time.
    let spans = run(
        vec![1_729_989_000_000, 1_729_992_600_000],
        daily().zone("Europe/Berlin"),
    );
    assert_eq!(spans.len(), 1);
    // The day that starts at 02:30 starts once.
    let spans = run(
        vec![1_729_988_999_999, 1_729_989_000_000, 1_729_992_600_000],
        daily().zone("Europe/Berlin").starts_at(TimeDelta::from_mins(150)),
    );
    let sizes: Vec<usize> = spans.iter().map(|span| span.2.len()).collect();
    assert_eq!(sizes, [1, 2]);
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let refused = |windows: Calendar| {
        let (out, _) = CollectionSink::new();
        spans(CollectionSource::new(vec![0]), out, windows)
            .run()
            .expect_err("it makes no sense")
            .to_string()
    };
    insta::assert_snapshot!(refused(daily().zone("Europe/Atlantis")));
    insta::assert_snapshot!(refused(weekly().starts_at(TimeDelta::from_hours(24))));
    insta::assert_snapshot!(refused(daily().starts_at(TimeDelta::from_millis(-1))));
}

proptest! {
    /// Windows are side by side, whatever the zone, and without zone a day is a day of UTC.
    #[test]
    fn every_time_is_in_one_window(
        at in prop_oneof![
            any::<i64>(),
            -4_000_000_000_000_i64..4_000_000_000_000,
            253_300_000_000_000_i64..253_500_000_000_000,
            -377_800_000_000_000_i64..-377_600_000_000_000,
        ],
        zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "America/Havana", "Pacific/Apia", "Australia/Lord_Howe"]),
        unit in prop::sample::select(vec!["daily", "weekly", "monthly", "yearly"]),
        start in prop_oneof![Just(0_i64), 0_i64..1440],
    ) {
        let (first, end, _) = run(vec![at], calendar(zone, unit, start))[0].clone();
        prop_assert!(first <= at && (at < end || end == i64::MAX));
        if zone == "UTC" && unit == "daily" && at.abs() < 200_000_000_000_000 {
            let offset = start * 60_000;
            prop_assert_eq!(first, (at - offset).div_euclid(86_400_000) * 86_400_000 + offset);
            prop_assert_eq!(end - first, 86_400_000);
        }
        if end < i64::MAX && first > i64::MIN {
            prop_assert_eq!(run(vec![end], calendar(zone, unit, start))[0].0, end);
            prop_assert_eq!(run(vec![first - 1], calendar(zone, unit, start))[0].1, first);
        }
    }
}
