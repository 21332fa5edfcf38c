//! `CrashTest`: what it finds in a user's pipeline, and what it lets pass.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use streamlite::prelude::*;
use streamlite::testing::CrashTest;

/// A card, a time, an amount.
type Payment = (u8, i64, u64);

fn payments(count: i64) -> Vec<Payment> {
    let payment = |n: i64| {
        (
            (n * 7 % 4) as u8,
            n * 40 + n * 13 % 90,
            n.unsigned_abs() * 17 % 23,
        )
    };
    (0..count).map(payment).collect()
}

/// What the guide shows (`guide/crash_tests.rs`): half of what it knows is not written down.
#[derive(Default, Serialize, Deserialize)]
struct Known {
    total: u64,
    #[serde(skip)]
    visits: u64,
}

pipeline!(
    fn careful(payments: Source<Payment>, minutes: Sink<(u8, i64, u128)>, alerts: Sink<(u8, u64)>) {
        let timed = payments.event_time(|(_, at, _)| *at).watermark(bounded(100ms));
        let cards = timed.key_by(|(card, ..)| *card);
        cards
            .window(sliding(200ms).every(100ms))
            .allowed_lateness(50ms)
            .aggregate(|card, window, rows| {
                (
                    *card,
                    window.start.as_millis(),
                    rows.sum(|(_, _, amount)| *amount),
                )
            })
            .to(minutes);
        let quiet = cards.process(|ctx| {
            let total: u64 = 0;
            on_record(|(_, at, amount)| {
                *total += amount;
                ctx.timer_at(at + 130);
            });
            on_timer(|_at| ctx.emit((*ctx.key(), *total)));
        });
        quiet.to(alerts);
    }

    fn spending(sales: Source<(u8, u64)>, out: Sink<(u8, u64, u64)>) {
        let customers = sales.key_by(|(customer, _)| *customer).process(|ctx| {
            let known: Known = Known::default();
            on_record(|(customer, price)| {
                known.total += price;
                known.visits += 1;
                ctx.emit((customer, known.total, known.visits));
            });
        });
        customers.to(out);
    }

    fn counting(payments: Source<Payment>, seen: Arc<AtomicU64>, out: Sink<u64>) {
        payments
            .map(|(_, _, amount)| amount + seen.fetch_add(1, Ordering::Relaxed))
            .to(out);
    }
);

#[test]
fn a_pipeline_whose_state_is_kept_by_it_passes_at_every_moment() {
    let report = CrashTest::new().run(|out| {
        careful(
            CollectionSource::new(payments(20)),
            out.sink("minutes"),
            out.sink("alerts"),
        )
    });
    assert!(report.tried() > 200, "{report}");
    assert_eq!(report.tried(), report.moments(), "each is tried");

    let seldom = CrashTest::new().checkpoint_every(7).at_most(50).run(|out| {
        careful(
            CollectionSource::new(payments(60)),
            out.sink("minutes"),
            out.sink("alerts"),
        )
    });
    assert_eq!(seldom.tried(), 50);
    assert!(seldom.moments() < report.moments(), "{seldom}");
}

fn message(run: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(run).expect_err("it finds something");
    panic.downcast_ref::<String>().expect("it says what").clone()
}

#[test]
fn a_field_that_is_not_written_down_is_found() {
    let found = message(|| {
        CrashTest::new().run(|out| spending(CollectionSource::new([(1, 10), (1, 20)]), out.sink("out")));
    });
    insta::assert_snapshot!("spending", found);
}

#[test]
fn what_a_closure_keeps_for_itself_is_found() {
    let found = message(|| {
        let seen = Arc::new(AtomicU64::new(0));
        CrashTest::new().run(|out| {
            counting(
                CollectionSource::new(payments(9)),
                Arc::clone(&seen),
                out.sink("out"),
            )
        });
    });
    assert!(found.contains("its output is another one"), "{found}");
}
