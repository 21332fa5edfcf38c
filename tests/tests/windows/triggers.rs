//! Triggers against a naive model: every window, every set of triggers, accumulating and discarding, out of order, several
//! partitions, both ends of time, any batch size, restored anywhere.

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::state::look_up_in_blocks;
use streamlite::window::{MergeTrigger, Trigger, TriggerContext, TriggerResult};
use streamlite_tests::model::Row;
use streamlite_tests::trigger_model::{self, Spec, Told, When};
use streamlite_tests::window_model::{self, Rules};
use streamlite_tests::windows::{Log, Ran, Setup, Tagged, cases, setups};

/// A trigger that is there or not.
struct If<R>(Option<R>);

impl<R> Combine for If<R> {}

impl<T, R: Trigger<T>> Trigger<T> for If<R> {
    type State = R::State;

    fn on_record(&self, state: &mut R::State, record: &T, cx: &mut TriggerContext<'_>) -> TriggerResult {
        let trigger = self.0.as_ref();
        trigger.map_or(TriggerResult::Continue, |trigger| {
            trigger.on_record(state, record, cx)
        })
    }

    fn on_event_time(
        &self,
        state: &mut R::State,
        at: Timestamp,
        cx: &mut TriggerContext<'_>,
    ) -> TriggerResult {
        let trigger = self.0.as_ref();
        trigger.map_or(TriggerResult::Continue, |trigger| {
            trigger.on_event_time(state, at, cx)
        })
    }

    fn on_end(&self, state: &mut R::State, cx: &mut TriggerContext<'_>) -> TriggerResult {
        let trigger = self.0.as_ref();
        trigger.map_or(TriggerResult::Continue, |trigger| trigger.on_end(state, cx))
    }

    fn on_fire(&self, state: &mut R::State) {
        if let Some(trigger) = &self.0 {
            trigger.on_fire(state);
        }
    }

    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        let trigger = self.0.as_ref();
        trigger.map_or(Timestamp::MAX, |trigger| trigger.next_due(watermark))
    }
}

impl<T, R: MergeTrigger<T>> MergeTrigger<T> for If<R> {
    fn merge(&self, into: &mut R::State, other: R::State) {
        if let Some(trigger) = &self.0 {
            trigger.merge(into, other);
        }
    }
}

/// A trigger that makes windows forget their records, or not.
struct PurgeIf<R>(R, bool);

impl<T, R: Trigger<T>> Trigger<T> for PurgeIf<R> {
    type State = R::State;

    fn on_record(&self, state: &mut R::State, record: &T, cx: &mut TriggerContext<'_>) -> TriggerResult {
        self.purged(self.0.on_record(state, record, cx))
    }

    fn on_event_time(
        &self,
        state: &mut R::State,
        at: Timestamp,
        cx: &mut TriggerContext<'_>,
    ) -> TriggerResult {
        self.purged(self.0.on_event_time(state, at, cx))
    }

    fn on_end(&self, state: &mut R::State, cx: &mut TriggerContext<'_>) -> TriggerResult {
        self.purged(self.0.on_end(state, cx))
    }

    fn on_fire(&self, state: &mut R::State) {
        self.0.on_fire(state);
    }

    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.0.next_due(watermark)
    }
}

impl<T, R: MergeTrigger<T>> MergeTrigger<T> for PurgeIf<R> {
    fn merge(&self, into: &mut R::State, other: R::State) {
        self.0.merge(into, other);
    }
}

impl<R> PurgeIf<R> {
    fn purged(&self, result: TriggerResult) -> TriggerResult {
        if self.1 && result.fires() {
            TriggerResult::FireAndPurge
        } else {
            result
        }
    }
}

fn merging(spec: Spec) -> impl MergeTrigger<Tagged> {
    let span = spec.every.map(|span| every(TimeDelta::from_millis(span)));
    let watermark = spec.watermark.then(on_watermark);
    let triggers = If(span).or(If(spec.count.map(on_count))).or(If(watermark));
    PurgeIf(triggers, spec.purging)
}

fn any_trigger(spec: Spec) -> impl Trigger<Tagged> {
    let delta = spec.delta.map(|threshold| {
        on_delta(threshold, |(_, last): &Tagged, (_, new): &Tagged| {
            (new.value - last.value).abs()
        })
    });
    let others = Spec {
        purging: false,
        ..spec
    };
    PurgeIf(If(delta).or(If(Some(merging(others)))), spec.purging)
}

/// Which firing it is, beside the count.
fn fired(firing: Firing, index: u32) -> u64 {
    let when = match firing {
        Firing::Early => 0,
        Firing::OnTime => 1,
        Firing::Late => 2,
    };
    (u64::from(index) << 34) | (when << 32)
}

macro_rules! triggered_pipeline {
    ($name:ident, $mode:ident, $window:expr, $trigger:ident, $in_order:literal, |$win:ident| $span:expr, [$($setting:ident),*]) => {
        pipeline!(
            /// Counts and sums by key and window, whenever they fire.
            fn $name(
                events: Source<Tagged>,
                out: Sink<Row>,
                late_out: Sink<Tagged>,
                log: Log,
                spec: Spec,
                delay: TimeDelta,
                lateness: TimeDelta,
                $($setting: TimeDelta),*
            ) {
                let (results, late) = events
                    .event_time(|tagged| log.note(tagged))
                    .watermark(bounded(delay))
                    .key_by(|(_, event)| event.key)
                    .window($window)
                    .trigger($trigger(spec))
                    .allowed_lateness(lateness)
                    .$mode()
                    .with_late()
                    .aggregate(|key, $win, rows| {
                        let (start, end): (Timestamp, Timestamp) = $span;
                        (
                            *key,
                            start.as_millis(),
                            end.as_millis(),
                            rows.count() | fired($win.firing, $win.index),
                            window_model::sum(rows.fold(Vec::new(), listed, joined).into_iter(), $in_order),
                        )
                    });
                late.to(late_out);
                results.to(out);
            }
        );
    };
}

/// Depends on the order of arrival: a list of the values, and when they came.
fn listed(mut list: Vec<i64>, (_, event): &Tagged) -> Vec<i64> {
    list.push(i64::from(event.value));
    list
}

fn joined(mut list: Vec<i64>, later: Vec<i64>) -> Vec<i64> {
    list.extend(later);
    list
}

macro_rules! both_modes {
    ($one:ident, $other:ident, $window:expr, $trigger:ident, $in_order:literal, |$win:ident| $span:expr, $settings:tt) => {
        triggered_pipeline!(
            $one,
            accumulating,
            $window,
            $trigger,
            $in_order,
            |$win| $span,
            $settings
        );
        triggered_pipeline!(
            $other,
            discarding,
            $window,
            $trigger,
            $in_order,
            |$win| $span,
            $settings
        );
    };
}

both_modes!(
    in_tumbling,
    in_tumbling_discarding,
    tumbling(size).offset(offset),
    any_trigger,
    true,
    |window| (window.start, window.end),
    [size, offset]
);
both_modes!(
    in_sliding,
    in_sliding_discarding,
    sliding(size).every(slide).offset(offset),
    any_trigger,
    true,
    |window| (window.start, window.end),
    [size, slide, offset]
);
both_modes!(
    in_days,
    in_days_discarding,
    daily().starts_at(offset),
    any_trigger,
    true,
    |window| (window.start, window.end),
    [offset]
);
both_modes!(
    in_sessions,
    in_sessions_discarding,
    session(gap),
    merging,
    false,
    |window| (window.start, window.end),
    [gap]
);
both_modes!(
    in_all,
    in_all_discarding,
    global(),
    any_trigger,
    true,
    |window| (Timestamp::MIN, Timestamp::MAX),
    []
);

#[derive(Clone, Copy, Debug)]
enum Windows {
    Tumbling(i64, i64),
    Sliding(i64, i64, i64),
    /// Days in UTC that start at this time of day.
    Daily(i64),
    Sessions(i64),
    Global,
}

fn run(setup: &Setup, windows: Windows, rules: Rules, spec: Spec) -> Ran {
    let ms = TimeDelta::from_millis;
    let (delay, lateness, discarding) = (ms(rules.delay), ms(rules.lateness), rules.discarding);
    setup.run(|source, rows, late, log| match windows {
        Windows::Tumbling(size, offset) => {
            let job = if discarding {
                in_tumbling_discarding
            } else {
                in_tumbling
            };
            job(
                source,
                rows,
                late,
                log,
                spec,
                delay,
                lateness,
                ms(size),
                ms(offset),
            )
        }
        Windows::Sliding(size, slide, offset) => {
            let job = if discarding {
                in_sliding_discarding
            } else {
                in_sliding
            };
            job(
                source,
                rows,
                late,
                log,
                spec,
                delay,
                lateness,
                ms(size),
                ms(slide),
                ms(offset),
            )
        }
        Windows::Daily(offset) => {
            let job = if discarding { in_days_discarding } else { in_days };
            job(source, rows, late, log, spec, delay, lateness, ms(offset))
        }
        Windows::Sessions(gap) => {
            let job = if discarding {
                in_sessions_discarding
            } else {
                in_sessions
            };
            job(source, rows, late, log, spec, delay, lateness, ms(gap))
        }
        Windows::Global => {
            let job = if discarding { in_all_discarding } else { in_all };
            job(source, rows, late, log, spec, delay, lateness)
        }
    })
}

/// A day of 24 hours, from the first of January of the year -9998 to that of 9998; one window before, and one after.
fn day(at: i64, offset: i64) -> (i128, i128) {
    const LENGTH: i128 = 86_400_000;
    let (at, offset) = (i128::from(at), i128::from(offset));
    let (first, last) = (-4_371_222 * LENGTH + offset, 2_932_167 * LENGTH + offset);
    if at < first {
        return (i128::from(i64::MIN), first);
    }
    if at >= last {
        return (last, i128::from(i64::MAX));
    }
    let start = (at - offset).div_euclid(LENGTH) * LENGTH + offset;
    (start, start + LENGTH)
}

fn expected(
    ran: &Ran,
    partitions: usize,
    windows: Windows,
    rules: Rules,
    spec: Spec,
) -> (Vec<Told>, Vec<streamlite_tests::model::Event>) {
    let aligned = |windows_of: &dyn Fn(i64) -> Vec<(i128, i128)>| {
        trigger_model::aligned(&ran.reading, partitions, rules, spec, windows_of)
    };
    match windows {
        Windows::Tumbling(size, offset) => aligned(&|at| window_model::sliding(at, size, size, offset)),
        Windows::Sliding(size, slide, offset) => {
            aligned(&|at| window_model::sliding(at, size, slide, offset))
        }
        Windows::Daily(offset) => aligned(&|at| vec![day(at, offset)]),
        Windows::Sessions(gap) => trigger_model::sessions(&ran.reading, partitions, rules, spec, gap),
        Windows::Global => aligned(&|_| vec![(i128::from(i64::MIN), i128::from(i64::MAX))]),
    }
}

fn windows() -> impl Strategy<Value = Windows> {
    let size = || prop_oneof![Just(10_i64), 1_i64..30];
    let offset = |size: i64, part: prop::sample::Index| {
        let range = usize::try_from(2 * size - 1).expect("a small size");
        i64::try_from(part.index(range)).expect("a small offset") - (size - 1)
    };
    prop_oneof![
        2 => (size(), any::<prop::sample::Index>())
            .prop_map(move |(size, part)| Windows::Tumbling(size, offset(size, part))),
        2 => (size(), 1_i64..25, any::<prop::sample::Index>())
            .prop_map(move |(size, slide, part)| Windows::Sliding(size, slide, offset(slide, part))),
        1 => (0_i64..40).prop_map(Windows::Daily),
        2 => (1_i64..20).prop_map(Windows::Sessions),
        1 => Just(Windows::Global),
    ]
}

fn specs() -> impl Strategy<Value = Spec> {
    (
        prop_oneof![Just(None), (1_i64..12).prop_map(Some)],
        prop_oneof![Just(None), (1_u64..5).prop_map(Some)],
        prop_oneof![Just(None), (0_i32..10).prop_map(Some)],
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(every, count, delta, watermark, purging)| Spec {
            every,
            count,
            delta,
            watermark,
            purging,
        })
}

fn rules() -> impl Strategy<Value = Rules> {
    (0_i64..12, prop_oneof![Just(0_i64), 0_i64..25], any::<bool>()).prop_map(
        |(delay, lateness, discarding)| Rules {
            delay,
            lateness,
            discarding,
            in_order: true,
        },
    )
}

/// Takes out again which firings they are.
fn told(ran: &Ran) -> Vec<Told> {
    let rows = ran.outcome.rows.iter().zip(&ran.stamps);
    rows.map(|((key, start, end, count, sum), stamp)| {
        let when = [When::Early, When::OnTime, When::Late][(count >> 32 & 3) as usize];
        let index = u32::try_from(count >> 34).expect("few firings");
        (
            (*key, *start, *end, count & u64::from(u32::MAX), *sum),
            when,
            index,
            *stamp,
        )
    })
    .collect()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn windows_fire_as_the_model_says(
        setup in setups(50),
        windows in windows(),
        rules in rules(),
        spec in specs(),
        blocks in prop_oneof![Just(None), Just(Some(true))],
    ) {
        look_up_in_blocks(blocks);
        let spec = match windows {
            Windows::Sessions(_) => Spec { delta: None, ..spec },
            _ => spec,
        };
        // Where sessions become one the records of the earlier one come first.
        let rules = Rules { in_order: !matches!(windows, Windows::Sessions(_)), ..rules };
        let ran = run(&setup, windows, rules, spec);
        look_up_in_blocks(None);
        let (mut rows, late) = expected(&ran, setup.partitions.len(), windows, rules, spec);
        if !matches!(windows, Windows::Global) {
            rows.iter_mut().for_each(|(row, _, _, stamp)| *stamp = row.2 - 1);
        }
        prop_assert_eq!(told(&ran), rows);
        prop_assert_eq!(&ran.outcome.late, &late);
        let whole = Setup { breaks: Vec::new(), one_by_one: true, ..setup };
        let again = run(&whole, windows, rules, spec);
        prop_assert_eq!(again.outcome, ran.outcome, "restored, and in rows");
    }
}
