//! What a running job says of its states, compared with what a list of all records says.

use std::collections::BTreeMap;

use proptest::prelude::*;
use streamlite::StateView;
use streamlite::prelude::*;
use streamlite::time::ManualClock;
use streamlite::window::{CountWindow, GlobalWindow};

/// When it happened, in milliseconds, its key and a number.
type Event = (i64, char, u32);

const BOUND: i64 = 20;
const LATENESS: i64 = 30;

pipeline!(
    fn asked(events: Source<Event>, out: Sink<String>) {
        let timed = events.event_time(|e| e.0).watermark(bounded(20ms));
        let keyed = timed.key_by(|e| e.1);
        let peaks = keyed.running().max(|e| e.2);
        let tumbling_ones = keyed
            .window(tumbling(10ms))
            .allowed_lateness(30ms)
            .aggregate(|key, window, rows| (*key, window.start, rows.collect(|e| e.2)));
        let shared = keyed
            .window(sliding(25ms).every(10ms))
            .allowed_lateness(30ms)
            .sum(|e| e.2);
        let listed = keyed
            .window(sliding(25ms).every(10ms))
            .aggregate(|_key, _window, rows| rows.collect(|e| e.2));
        let visits = keyed
            .window(session(7ms))
            .aggregate(|key, _window, rows| (*key, rows.count()));
        let threes = keyed
            .window(count(3))
            .aggregate(|_key, _window, rows| rows.collect(|e| e.2));
        let fours = keyed.window(count(4).every(2)).sum(|e| e.2);
        let apart = keyed
            .window(tumbling(10ms))
            .allowed_lateness(30ms)
            .discarding()
            .count();
        let slid = keyed
            .window(sliding(25ms).every(10ms))
            .allowed_lateness(30ms)
            .discarding()
            .count();
        let early = keyed
            .window(tumbling(10ms))
            .trigger(on_count(2).or(on_watermark()))
            .sum(|e| e.2);
        let starting = keyed
            .window(session(7ms))
            .trigger(on_count(2).or(on_watermark()))
            .count();
        let all = keyed.window(global()).count();
        let total = timed.running().count();
        peaks
            .map(|row| format!("{row:?}"))
            .union(tumbling_ones.map(|row| format!("{row:?}")))
            .union(shared.map(|row| format!("{row:?}")))
            .union(listed.map(|row| format!("{row:?}")))
            .union(visits.map(|row| format!("{row:?}")))
            .union(threes.map(|row| format!("{row:?}")))
            .union(fours.map(|row| format!("{row:?}")))
            .union(apart.map(|row| format!("{row:?}")))
            .union(slid.map(|row| format!("{row:?}")))
            .union(early.map(|row| format!("{row:?}")))
            .union(starting.map(|row| format!("{row:?}")))
            .union(all.map(|row| format!("{row:?}")))
            .union(total.map(|row| format!("{row:?}")))
            .to(out);
    }
);

/// The windows of `size` that begin every so often and contain a time: where they start.
fn starts(at: i64, size: i64, every: i64) -> Vec<i64> {
    let last = at.div_euclid(every) * every;
    (0..)
        .map(|back| last - back * every)
        .take_while(|start| start + size > at)
        .collect()
}

/// What is in the open windows of a key, by where they start.
fn in_windows(events: &[Event], key: char, (size, every, lateness): (i64, i64, i64)) -> Vec<(i64, Vec<u32>)> {
    let (mut watermark, mut windows) = (i64::MIN, BTreeMap::<i64, Vec<u32>>::new());
    for &(at, of, value) in events {
        for start in starts(at, size, every) {
            if of == key && start + size + lateness > watermark {
                windows.entry(start).or_default().push(value);
            }
        }
        watermark = watermark.max(at - BOUND);
    }
    windows.retain(|start, _| start + size + lateness > watermark);
    windows.into_iter().collect()
}

fn windows<V: Clone + Send + 'static>(state: &StateView<'_>, key: char) -> Vec<(i64, V)> {
    let windows = state
        .windows::<char, Window, V>(&key)
        .expect("it is there")
        .into_iter();
    windows
        .map(|(window, value)| (window.start.as_millis(), value))
        .collect()
}

fn check(events: &[Event]) -> Result<(), TestCaseError> {
    let mut job = asked::test();
    events.iter().for_each(|event| job.events.push(*event));
    let keys: Vec<char> = {
        let mut keys: Vec<char> = Vec::new();
        events.iter().for_each(|event| {
            if !keys.contains(&event.1) {
                keys.push(event.1);
            }
        });
        keys
    };
    let watermark = events
        .iter()
        .map(|event| event.0 - BOUND)
        .max()
        .unwrap_or(i64::MIN);
    let mut peaks = Vec::new();
    for &key in &keys {
        let of_key: Vec<Event> = events.iter().copied().filter(|event| event.1 == key).collect();
        let values: Vec<u32> = of_key.iter().map(|event| event.2).collect();
        let peak = values.iter().copied().max().unwrap_or(0);
        peaks.push((key, (key, peak)));
        let got: Option<(char, u32)> = job.state("peaks").get(&key).expect("it is there");
        prop_assert_eq!(got, Some((key, peak)));

        let expected = in_windows(events, key, (10, 10, LATENESS)).into_iter();
        let expected: Vec<_> = expected
            .map(|(start, all)| (start, (key, Timestamp::from_millis(start), all)))
            .collect();
        prop_assert_eq!(
            windows::<(char, Timestamp, Vec<u32>)>(&job.state("tumbling_ones"), key),
            expected
        );

        let expected = in_windows(events, key, (25, 10, LATENESS)).into_iter();
        let expected: Vec<_> = expected
            .map(|(start, all)| (start, all.iter().copied().map(u64::from).sum::<u64>()))
            .collect();
        let got = windows::<Windowed<char, u64>>(&job.state("shared"), key).into_iter();
        prop_assert_eq!(
            got.map(|(start, sum)| (start, sum.value)).collect::<Vec<_>>(),
            expected
        );

        let expected = in_windows(events, key, (25, 10, 0));
        prop_assert_eq!(windows::<Vec<u32>>(&job.state("listed"), key), expected);

        let left = values.len() % 3;
        let expected = (left > 0).then(|| values[values.len() - left..].to_vec());
        let got = job
            .state("threes")
            .windows::<char, CountWindow, Vec<u32>>(&key)
            .expect("it is there");
        let got: Vec<_> = got.into_iter().map(|(window, all)| (window.end, all)).collect();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|all| (values.len() as u64, all))
            .collect();
        prop_assert_eq!(got, expected);

        // The window that fires next: of the last two records of the one before, and those that came since.
        let begins = (values.len() - values.len() % 2).saturating_sub(2);
        let got = job
            .state("fours")
            .windows::<char, CountWindow, Windowed<char, u64, CountWindow>>(&key)
            .expect("it is there");
        let got: Vec<_> = got
            .into_iter()
            .map(|(window, sum)| (window.start, window.end, sum.value))
            .collect();
        let sum: u64 = values[begins..].iter().copied().map(u64::from).sum();
        prop_assert_eq!(got, [(begins as u64, values.len() as u64, sum)]);

        // What has fired was emitted, and what is late is emitted at once.
        for (name, size) in [("apart", 10), ("slid", 25)] {
            let expected = in_windows(events, key, (size, 10, LATENESS)).into_iter();
            let expected = expected.filter(|(start, _)| start + size > watermark);
            let expected: Vec<_> = expected.map(|(start, all)| (start, all.len() as u64)).collect();
            let got = windows::<Windowed<char, u64>>(&job.state(name), key).into_iter();
            let got: Vec<_> = got.map(|(start, count)| (start, count.value)).collect();
            prop_assert_eq!(got, expected, "{}", name);
        }

        let got = job
            .state("all")
            .windows::<char, GlobalWindow, Windowed<char, u64, GlobalWindow>>(&key);
        let got: Vec<u64> = got
            .expect("it is there")
            .into_iter()
            .map(|(_, all)| all.value)
            .collect();
        prop_assert_eq!(got, [values.len() as u64]);

        let expected = in_windows(events, key, (10, 10, 0)).into_iter();
        let expected: Vec<_> = expected
            .map(|(start, all)| (start, all.iter().copied().map(u64::from).sum::<u64>()))
            .collect();
        let got = windows::<Windowed<char, u64>>(&job.state("early"), key).into_iter();
        prop_assert_eq!(
            got.map(|(start, sum)| (start, sum.value)).collect::<Vec<_>>(),
            expected
        );

        let expected = sessions(&of_key, watermark);
        let got = windows::<(char, u64)>(&job.state("visits"), key).into_iter();
        prop_assert_eq!(
            got.map(|(start, visit)| (start, visit.1)).collect::<Vec<_>>(),
            expected.clone()
        );
        let got = windows::<Windowed<char, u64>>(&job.state("starting"), key).into_iter();
        prop_assert_eq!(
            got.map(|(start, visit)| (start, visit.value)).collect::<Vec<_>>(),
            expected
        );
    }
    let got: Vec<(char, (char, u32))> = job.state("peaks").iter().expect("it is there").collect();
    prop_assert_eq!(got, peaks);
    let total: Option<u64> = job.state("total").get(&()).expect("it is there");
    prop_assert_eq!(total, (!events.is_empty()).then_some(events.len() as u64));
    let everything = job
        .state("all")
        .all_windows::<char, GlobalWindow, Windowed<char, u64, GlobalWindow>>();
    prop_assert_eq!(everything.expect("it is there").len(), keys.len());
    Ok(())
}

/// The open sessions of a key whose records are never late: where each starts, and how many records it has.
fn sessions(events: &[Event], watermark: i64) -> Vec<(i64, u64)> {
    let mut times: Vec<i64> = events.iter().map(|event| event.0).collect();
    times.sort_unstable();
    let mut sessions: Vec<(i64, i64, u64)> = Vec::new();
    for at in times {
        match sessions.last_mut() {
            Some((_, end, count)) if at <= *end => (*end, *count) = (at + 7, *count + 1),
            _ => sessions.push((at, at + 7, 1)),
        }
    }
    sessions.retain(|(_, end, _)| *end > watermark);
    sessions
        .into_iter()
        .map(|(start, _, count)| (start, count))
        .collect()
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    // Out of order, but never late.
    let event = (
        0..30_i64,
        0..19_i64,
        prop::sample::select(vec!['a', 'b', 'c']),
        0..100_u32,
    );
    prop::collection::vec(event, 0..60).prop_map(|steps| {
        let mut now = -40;
        let events = steps.into_iter().map(|(step, back, key, value)| {
            now += step / 10;
            (now - back, key, value)
        });
        events.collect()
    })
}

/// Few: each asks for every window of every key. `CASES=2000` for more.
fn cases() -> ProptestConfig {
    let cases = std::env::var("CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(cases.unwrap_or(300))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_job_says_what_is_in_its_states(events in events()) {
        check(&events)?;
    }
}

#[test]
fn a_question_that_no_state_answers_says_which_do() {
    let mut job = asked::test();
    job.events.push((0, 'a', 5));
    let refused = |error: streamlite::Error| insta_text(&error);
    let of = job.state("peeks").get::<char, (char, u32)>(&'a').map_err(refused);
    insta::assert_snapshot!(of.expect_err("there is none"));
    let of = job
        .state("peaks")
        .get::<String, (char, u32)>(&"a".to_owned())
        .map_err(refused);
    insta::assert_snapshot!(of.expect_err("it has other keys"));
    let of = job.state("peaks").get::<char, u32>(&'a').map_err(refused);
    insta::assert_snapshot!(of.expect_err("it has other values"));
    let of = job
        .state("early")
        .get::<char, Windowed<char, u64>>(&'a')
        .map_err(refused);
    insta::assert_snapshot!(of.expect_err("it has windows"));
    let of = job
        .state("peaks")
        .windows::<char, Window, (char, u32)>(&'a')
        .map_err(refused);
    insta::assert_snapshot!(of.expect_err("it has no windows"));
}

fn insta_text(error: &streamlite::Error) -> String {
    error.to_string()
}

#[test]
fn windows_that_fire_are_gone_and_those_that_wait_for_late_records_are_not() {
    let mut job = asked::test();
    job.events.push_all([(5, 'a', 1), (15, 'a', 2)]);
    job.events.push((30, 'b', 0));
    // The watermark is 10: the first window has fired.
    assert_eq!(
        windows::<Vec<u32>>(&job.state("listed"), 'a'),
        [(-10, vec![1]), (0, vec![1, 2]), (10, vec![2])]
    );
    let at = |at| Timestamp::from_millis(at);
    let tumbled = windows::<(char, Timestamp, Vec<u32>)>(&job.state("tumbling_ones"), 'a');
    assert_eq!(
        tumbled,
        [(0, ('a', at(0), vec![1])), (10, ('a', at(10), vec![2]))]
    );
    let early = windows::<Windowed<char, u64>>(&job.state("early"), 'a');
    assert_eq!(early.len(), 1);
    // One that no record came for is not there.
    assert_eq!(windows::<Windowed<char, u64>>(&job.state("early"), 'c'), []);
}

pipeline!(
    fn told(events: Source<Event>, out: Sink<u32>) {
        let timed = events.event_time(|e| e.0);
        let kept = timed.key_by(|e| e.1).process(|ctx| {
            let seen: u64 = 0;
            let last: Option<u32> = None;
            let all: List<u32> = List::new();
            let times: Map<u32, i64> = Map::new();
            #[ttl(10ms)]
            let recent: Value<u32> = Value::new();
            #[ttl(10ms)]
            let lately: List<u32> = List::new();
            #[ttl(10ms)]
            let sums: Reducing<u32> = Reducing::new(|a, b| a + b);
            on_record(|e| {
                *seen += 1;
                *last = Some(e.2);
                all.push(e.2);
                times.insert(e.2, e.0);
                recent.set(e.2);
                lately.push(e.2);
                sums.add(e.2);
                ctx.emit(e.2);
            });
        });
        let number = timed.process(|ctx| {
            let n: u32 = 0;
            on_record(|_e| {
                *n += 1;
                ctx.emit(*n);
            });
        });
        kept.union(number).to(out);
    }
);

#[test]
fn the_states_of_a_process_are_asked_for_by_their_names() -> streamlite::Result<()> {
    let mut job = told::test();
    job.events
        .push_all([(0, 'a', 7), (4, 'b', 1), (5, 'a', 9), (9, 'a', 7)]);
    assert_eq!(job.state("kept.seen").get(&'a')?, Some(3_u64));
    assert_eq!(job.state("kept.seen").get::<char, u64>(&'c')?, None);
    let all: Vec<(char, u64)> = job.state("kept.seen").iter()?.collect();
    assert_eq!(all, [('a', 3), ('b', 1)]);
    assert_eq!(job.state("kept.last").get(&'a')?, Some(Some(7_u32)));
    assert_eq!(job.state("kept.all").list::<char, u32>(&'a')?, [7, 9, 7]);
    assert_eq!(job.state("kept.all").list::<char, u32>(&'c')?, [0_u32; 0]);
    assert_eq!(
        job.state("kept.times").map::<char, u32, i64>(&'a')?,
        [(7, 9), (9, 5)]
    );
    assert_eq!(job.state("number.n").get(&())?, Some(4_u32));
    Ok(())
}

/// A value that was written at 0 for 10 ms is there at a watermark of 9, and not at one of 10.
#[test]
fn what_has_expired_is_not_shown() -> streamlite::Result<()> {
    for (watermark, recent, lately, sum) in [
        (9, Some(2_u32), vec![1_u32, 2], Some(3_u32)),
        (10, Some(2), vec![2], Some(3)),
        (14, Some(2), vec![2], Some(3)),
        (15, None, vec![], None),
    ] {
        let mut job = told::test();
        job.events
            .push_all([(0, 'a', 1), (5, 'a', 2), (watermark, 'b', 0)]);
        assert_eq!(job.state("kept.recent").get(&'a')?, recent, "{watermark}");
        assert_eq!(
            job.state("kept.lately").list::<char, u32>(&'a')?,
            lately,
            "{watermark}"
        );
        assert_eq!(job.state("kept.sums").get(&'a')?, sum, "{watermark}");
    }
    Ok(())
}

#[test]
fn a_question_for_a_list_as_a_value_says_how_to_ask() {
    let mut job = told::test();
    job.events.push((0, 'a', 5));
    let refused = job
        .state("kept.all")
        .get::<char, u32>(&'a')
        .expect_err("it is a list");
    insta::assert_snapshot!(refused.to_string());
    let refused = job
        .state("kept.times")
        .list::<char, u32>(&'a')
        .expect_err("it is a map");
    insta::assert_snapshot!(refused.to_string());
    let refused = job
        .state("kept")
        .get::<char, u32>(&'a')
        .expect_err("it has several");
    insta::assert_snapshot!(refused.to_string());
}

pipeline!(
    fn in_one(events: Source<Event>, out: Sink<u64>) {
        let sums = events
            .event_time(|e| e.0)
            .key_by(|e| e.1)
            .running()
            .count()
            .key_by(|count| count.0)
            .window(tumbling(10ms))
            .aggregate(|_key, _window, rows| rows.max(|count| count.1));
        sums.to(out);
    }
);

/// The first state of a statement that can be asked for is called as the statement is, the others have numbers.
#[test]
fn states_of_one_statement_are_told_apart() -> streamlite::Result<()> {
    let mut job = in_one::test();
    job.events.push_all([(0, 'a', 7), (4, 'a', 1)]);
    for name in ["sums", "sums#1"] {
        assert_eq!(job.state(name).get(&'a')?, Some(('a', 2_u64)), "{name}");
    }
    assert_eq!(windows::<u64>(&job.state("sums#2"), 'a'), [(0, 2)]);
    let refused = job
        .state("sums#3")
        .get::<char, u64>(&'a')
        .expect_err("it is not there");
    assert!(
        refused
            .to_string()
            .ends_with("these can be asked for: `sums`, `sums#2`"),
        "{refused}"
    );
    Ok(())
}

pipeline!(
    fn purged(events: Source<Event>, out: Sink<u64>) {
        let keyed = events.event_time(|e| e.0).key_by(|e| e.1);
        let tens = keyed
            .window(tumbling(10ms))
            .trigger(on_count(2).or(on_watermark()))
            .discarding()
            .count();
        let visits = keyed
            .window(session(7ms))
            .trigger(on_count(2).or(on_watermark()))
            .discarding()
            .count();
        tens.map(|count| count.value)
            .union(visits.map(|count| count.value))
            .to(out);
    }
);

/// What was emitted is not shown again where results add up.
#[test]
fn what_a_trigger_has_emitted_for_good_is_not_shown() {
    let mut job = purged::test();
    for (at, expected) in [(0, 1), (1, 0), (2, 1), (3, 0)] {
        job.events.push((at, 'a', 0));
        for name in ["tens", "visits"] {
            let shown = windows::<Windowed<char, u64>>(&job.state(name), 'a').into_iter();
            let shown: Vec<u64> = shown.map(|(_, count)| count.value).collect();
            assert_eq!(shown, vec![1_u64; expected], "{name} at {at}");
        }
    }
}

pipeline!(
    fn reminded(events: Source<Event>, out: Sink<u64>) {
        let reminded = events.event_time(|e| e.0).key_by(|e| e.1).process(|ctx| {
            #[ttl(5ms)]
            let seen: u64 = 0;
            on_record(|_e| {
                *seen += 1;
                ctx.timer_after(100ms);
            });
            on_timer(|_at| {
                ctx.emit(*seen);
            });
        });
        reminded.to(out);
    }
);

/// A key may be there because of a timer alone: its states have expired, and are not there for who asks.
#[test]
fn a_key_that_only_waits_for_a_timer_is_not_shown() -> streamlite::Result<()> {
    let mut job = reminded::test();
    job.events.push((0, 'a', 0));
    assert_eq!(job.state("reminded.seen").get(&'a')?, Some(1_u64));
    job.events.push((50, 'b', 0));
    assert_eq!(job.state("reminded.seen").get::<char, u64>(&'a')?, None);
    let all: Vec<(char, u64)> = job.state("reminded.seen").iter()?.collect();
    assert_eq!(all, [('b', 1)]);
    Ok(())
}

pipeline!(
    fn by_the_clock(events: Source<Event>, out: Sink<u32>) {
        let kept = events.key_by(|e| e.1).process(|ctx| {
            #[ttl(10ms)]
            let plain: u32 = 0;
            #[ttl(10ms)]
            let value: Value<u32> = Value::new();
            #[ttl(10ms)]
            let all: List<u32> = List::new();
            #[ttl(10ms)]
            let times: Map<u32, u32> = Map::new();
            #[ttl(10ms)]
            let sums: Reducing<u32> = Reducing::new(|a, b| a + b);
            on_record(|e| {
                *plain = e.2;
                value.set(e.2);
                all.push(e.2);
                times.insert(e.2, e.2);
                sums.add(e.2);
                ctx.emit(e.2);
            });
        });
        kept.to(out);
    }
);

/// By the clock something may have expired although the job has not looked at it since: it is not shown.
#[test]
fn what_has_expired_by_the_clock_is_not_shown() -> streamlite::Result<()> {
    for (millis, is_there) in [(9, true), (10, false)] {
        let clock = ManualClock::at(Timestamp::from_secs(1));
        let events = CollectionSource::new([(0, 'a', 7), (0, 'a', 8)]);
        let mut job = by_the_clock(events, NullSink)
            .clock(clock.clone())
            .batch_size(1)
            .start()?;
        job.step()?;
        clock.advance(TimeDelta::from_millis(millis));
        let value = is_there.then_some(7_u32);
        for name in ["kept.plain", "kept.value", "kept.sums"] {
            assert_eq!(job.state(name).get(&'a')?, value, "{name} after {millis} ms");
        }
        let values: Vec<u32> = value.into_iter().collect();
        assert_eq!(job.state("kept.all").list::<char, u32>(&'a')?, values);
        let entries: Vec<(u32, u32)> = values.iter().map(|value| (*value, *value)).collect();
        assert_eq!(job.state("kept.times").map::<char, u32, u32>(&'a')?, entries);
    }
    Ok(())
}

pipeline!(
    fn many(events: Source<Event>, out: Sink<u32>) {
        let kept = events.key_by(|e| e.1).process(|ctx| {
            let s0: u64 = 0;
            let s1: List<u32> = List::new();
            let s2: u64 = 0;
            let s3: List<u32> = List::new();
            let s4: u64 = 0;
            let s5: List<u32> = List::new();
            let s6: u64 = 0;
            let s7: List<u32> = List::new();
            let s8: u64 = 0;
            let s9: List<u32> = List::new();
            let s10: u64 = 0;
            let s11: List<u32> = List::new();
            let s12: u64 = 0;
            let s13: List<u32> = List::new();
            let s14: u64 = 0;
            let s15: List<u32> = List::new();
            let s16: u64 = 0;
            let s17: List<u32> = List::new();
            on_record(|e| {
                *s0 = 0;
                s1.push(e.2 + 1);
                *s2 = 2;
                s3.push(e.2 + 3);
                *s4 = 4;
                s5.push(e.2 + 5);
                *s6 = 6;
                s7.push(e.2 + 7);
                *s8 = 8;
                s9.push(e.2 + 9);
                *s10 = 10;
                s11.push(e.2 + 11);
                *s12 = 12;
                s13.push(e.2 + 13);
                *s14 = 14;
                s15.push(e.2 + 15);
                *s16 = 16;
                s17.push(e.2 + 17);
                ctx.emit(e.2);
            });
        });
        kept.to(out);
    }
);

/// However many states a process has, each is found by its name.
#[test]
fn of_many_states_each_is_its_own() -> streamlite::Result<()> {
    let mut job = many::test();
    job.events.push((0, 'a', 100));
    for number in 0..18_u32 {
        let name = format!("kept.s{number}");
        if number % 2 == 0 {
            assert_eq!(job.state(&name).get(&'a')?, Some(u64::from(number)), "{name}");
        } else {
            assert_eq!(
                job.state(&name).list::<char, u32>(&'a')?,
                [100 + number],
                "{name}"
            );
        }
    }
    Ok(())
}

pipeline!(
    fn with_late_ones(events: Source<Event>, out: Sink<u64>, late: Sink<Event>) {
        let (tens, left) = events
            .event_time(|e| e.0)
            .key_by(|e| e.1)
            .window(tumbling(10ms))
            .with_late()
            .aggregate(|_key, _window, rows| rows.count());
        tens.to(out);
        left.to(late);
    }
);

/// A statement of several streams is called as any of them is.
#[test]
fn a_statement_of_two_streams_has_two_names() -> streamlite::Result<()> {
    let mut job = with_late_ones::test();
    job.events.push((3, 'a', 0));
    for name in ["tens", "left"] {
        assert_eq!(windows::<u64>(&job.state(name), 'a'), [(0, 1)], "{name}");
    }
    let window = Window::new(Timestamp::EPOCH, Timestamp::from_millis(10));
    assert_eq!(job.why("tens", &'a', window).partitions.len(), 1);
    let refused = job.state("x").get::<char, u64>(&'a').expect_err("there is none");
    assert!(refused.to_string().ends_with("asked for: `tens`"), "{refused}");
    Ok(())
}
