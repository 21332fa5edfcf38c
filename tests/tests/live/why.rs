//! Why a window has not fired: which partition holds it back, and what has become of it.

use std::sync::mpsc::{self, Receiver, Sender};

use streamlite::metrics::PartitionActivity;
use streamlite::prelude::*;
use streamlite::source::{ChannelSource, ReadStatus};
use streamlite::time::ManualClock;
use streamlite::{RunningJob, Why, WindowStatus};

type Click = (i64, char);

pipeline!(
    fn counted(clicks: Source<Click>, taps: Source<Click>, others: Source<Click>, out: Sink<(char, u64)>) {
        let clicks = clicks.event_time(|click| click.0).idle_after(30s);
        let taps = taps.event_time(|tap| tap.0);
        let both = clicks.union(taps).key_by(|click| click.1);
        let minutes = both.window(tumbling(1min)).allowed_lateness(30s).count();
        let visits = both.window(session(5s)).count();
        let early = both
            .window(tumbling(1min))
            .trigger(on_count(2).or(on_watermark()))
            .count();
        let tens = both.window(count(10)).count();
        let peaks = both.running().max(|click| click.0);
        let elsewhere = others
            .event_time(|other| other.0)
            .key_by(|other| other.1)
            .window(tumbling(1min))
            .count();
        minutes
            .map(|count| (count.key, count.value))
            .union(visits.map(|count| (count.key, count.value)))
            .union(early.map(|count| (count.key, count.value)))
            .union(tens.map(|count| (count.key, count.value)))
            .union(peaks.map(|(key, _)| (key, 0)))
            .union(elsewhere.map(|count| (count.key, count.value)))
            .to(out);
    }
);

struct Running {
    job: RunningJob,
    clock: ManualClock,
    clicks: Sender<Click>,
    taps: Sender<Click>,
    _others: Sender<Click>,
    sent: u64,
}

fn ends() -> (Sender<Click>, ChannelSource<Receiver<Click>>) {
    let (sender, receiver) = mpsc::channel();
    (sender, ChannelSource::new(receiver))
}

const NOON: i64 = 1_700_000_000_000 - 1_700_000_000_000 % 60_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(NOON + seconds * 1_000)
}

/// The minute that begins so many seconds after noon.
fn minute(seconds: i64) -> Window {
    Window::new(at(seconds), at(seconds + 60))
}

impl Running {
    fn new() -> Self {
        let ((clicks, clicked), (taps, tapped), (others, otherwise)) = (ends(), ends(), ends());
        let clock = ManualClock::at(at(0));
        let (out, _counted) = CollectionSink::new();
        let job = counted(clicked, tapped, otherwise, out).clock(clock.clone());
        Self {
            job: job.start().expect("it starts"),
            clock,
            clicks,
            taps,
            _others: others,
            sent: 0,
        }
    }

    /// Lets so many seconds pass, and then sends these, each so many seconds after noon.
    fn after(&mut self, seconds: i64, clicks: &[(i64, char)], taps: &[(i64, char)]) {
        self.clock.advance(TimeDelta::from_secs(seconds));
        self.rest();
        for (records, to) in [(clicks, &self.clicks), (taps, &self.taps)] {
            for (seconds, key) in records {
                to.send((NOON + seconds * 1_000, *key)).expect("it runs");
                self.sent += 1;
            }
        }
        while self.job.report().records_read() < self.sent {
            self.job.step().expect("nothing fails");
        }
        self.rest();
    }

    fn rest(&mut self) {
        while self.job.step().expect("nothing fails") == ReadStatus::Ready {}
    }

    fn why(&mut self, key: char, window: Window) -> Why {
        self.job.why("minutes", &key, window).expect("it has windows")
    }
}

#[test]
fn a_window_that_is_held_back_says_by_whom() {
    let mut running = Running::new();
    insta::assert_snapshot!("nothing_has_come", running.why('a', minute(0)));
    running.after(1, &[(5, 'a'), (20, 'b')], &[(4, 'a')]);
    running.after(10, &[(70, 'a')], &[(10, 'a')]);
    let why = running.why('a', minute(0));
    assert_eq!((why.status, why.watermark), (WindowStatus::Open, at(10)));
    assert_eq!((why.fires_at, why.closes_at), (at(60), at(90)));
    assert_eq!(why.missing(), TimeDelta::from_secs(50));
    // Another source does not flow into it.
    let sources: Vec<_> = why.partitions.iter().map(|one| one.source).collect();
    assert_eq!(sources, ["clicks", "taps"]);
    let holding: Vec<_> = why.held_back_by().into_iter().map(|one| one.source).collect();
    assert_eq!(holding, ["taps"]);
    assert_eq!(why.open, [minute(0), minute(60)]);
    insta::assert_snapshot!("held_back", why);
    // Of another key there is no record in it, and of a third none at all.
    assert_eq!(running.why('b', minute(60)).status, WindowStatus::Empty);
    insta::assert_snapshot!("empty", running.why('b', minute(60)));
    assert_eq!(running.why('c', minute(0)).status, WindowStatus::Empty);
    // One that has come as far as the end does not.
    running.after(0, &[], &[(60, 'z')]);
    let holding = running.why('a', minute(60));
    let holding: Vec<_> = holding.held_back_by().into_iter().map(|one| one.source).collect();
    assert_eq!(holding, ["taps", "clicks"]);
    running.after(0, &[(120, 'z')], &[]);
    let holding = running.why('a', minute(60));
    let holding: Vec<_> = holding.held_back_by().into_iter().map(|one| one.source).collect();
    assert_eq!(holding, ["taps"]);
}

#[test]
fn at_the_pace_of_the_last_seconds_it_is_known_when_a_window_fires() {
    let mut running = Running::new();
    running.after(1, &[(0, 'a')], &[(0, 'a')]);
    // So soon nothing is known of it.
    assert_eq!(running.why('a', minute(0)).held_back_by()[0].pace, None);
    running.after(6, &[(100, 'a')], &[(0, 'a')]);
    running.after(6, &[], &[(24, 'a')]);
    // 24 seconds of event time in 12 of the clock, or in 6 if it was looked at between: 36 are left.
    let why = running.why('a', minute(0));
    let pace = why.held_back_by()[0].pace.expect("it goes on");
    assert!((pace - 4.0).abs() < 0.01, "{pace}");
    assert_eq!(why.fires_in(), Some(TimeDelta::from_secs(9)));
    insta::assert_snapshot!("at_a_pace", why);
    // It goes on no more.
    running.after(20, &[], &[]);
    running.after(6, &[], &[]);
    assert_eq!(running.why('a', minute(0)).fires_in(), None);
}

#[test]
fn a_window_that_has_fired_takes_late_records_for_a_while() {
    let mut running = Running::new();
    running.after(1, &[(5, 'a')], &[(4, 'b')]);
    for (watermark, of_a, of_c) in [
        (59, WindowStatus::Open, WindowStatus::Empty),
        (60, WindowStatus::Fired, WindowStatus::EmptyAtEnd),
        (89, WindowStatus::Fired, WindowStatus::EmptyAtEnd),
        (90, WindowStatus::Closed, WindowStatus::Closed),
    ] {
        running.after(1, &[(watermark, 'z')], &[(watermark, 'z')]);
        assert_eq!(running.why('a', minute(0)).status, of_a, "{watermark}");
        assert_eq!(running.why('c', minute(0)).status, of_c, "{watermark}");
        assert_eq!(running.why('a', minute(0)).watermark, at(watermark));
    }
    insta::assert_snapshot!("closed", running.why('a', minute(0)));
}

#[test]
fn a_partition_that_is_idle_holds_nothing_back() {
    let mut running = Running::new();
    running.after(0, &[(5, 'a')], &[(50, 'a')]);
    running.after(20, &[], &[]);
    let why = running.why('a', minute(0));
    assert_eq!(why.held_back_by()[0].source, "clicks");
    insta::assert_snapshot!("quiet", why);
    running.after(11, &[], &[]);
    let why = running.why('a', minute(0));
    assert_eq!(why.partitions[0].activity, PartitionActivity::Idle);
    assert_eq!(why.held_back_by()[0].source, "taps");
    assert_eq!(why.watermark, at(50));
}

#[test]
fn sessions_and_windows_with_triggers_say_why_too() {
    let mut running = Running::new();
    running.after(0, &[(5, 'a'), (8, 'a')], &[(6, 'a')]);
    let session = Window::new(at(5), at(13));
    let why = running.job.why("visits", &'a', session).expect("it has windows");
    assert_eq!((why.status, why.open), (WindowStatus::Open, vec![session]));
    let why = running.job.why("early", &'a', minute(0)).expect("it has windows");
    assert!(why.has_trigger);
    insta::assert_snapshot!("with_a_trigger", why);
}

#[test]
fn what_has_no_windows_of_event_time_says_so() {
    let mut running = Running::new();
    running.after(0, &[(5, 'a')], &[]);
    for (state, key) in [("tens", 'a'), ("peaks", 'a'), ("nothing", 'a')] {
        let error = running.job.why(state, &key, minute(0)).expect_err("it has none");
        insta::assert_snapshot!(format!("refused_{state}"), error);
    }
    let error = running
        .job
        .why("minutes", &"a".to_owned(), minute(0))
        .expect_err("it has other keys");
    insta::assert_snapshot!("refused_key", error);
}
