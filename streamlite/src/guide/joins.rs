//! Which rows of two streams match, and what becomes of the others.
//!
//! A join is written `a.join(b).on(|a| …, |b| …)`: rows match that have the same key. What follows says which of them
//! match in time.
//!
//! | | which rows match | what comes when | what waits in state |
//! | --- | --- | --- | --- |
//! | `.within(-5min..=10min)` | `right - left` lies in the range | a pair when its second row comes | a row as long as one that is not late can match it |
//! | `.window(tumbling(5min))` | both are in one window | all pairs of a window when it fires | the rows of open windows |
//! | `a.join_latest(b)` | each left row with the latest right one by then | a left row once no right row up to its time can come | left rows until then, and the latest right row of each key |
//! | nothing | all rows of a key; both streams end | left rows in their order, once the right stream has ended | the right rows, and left rows that come before their end |
//!
//! # Within bounds
//!
//! ```text
//! orders    ───────o────────────────────────▶
//!                  ├──────────── 10 min ────┤
//! payments  ──p────────p──────────────p─────────p──▶
//!             ✗        ✓              ✓         ✗
//! ```
//!
//! ```
//! use streamlite::prelude::*;
//!
//! pipeline!(
//!     fn payments_of_orders(orders: Source<(u32, i64)>, payments: Source<(u32, i64)>, paid: Sink<u32>) {
//!         let orders = orders.event_time(|(_, at)| *at).watermark(bounded(1min));
//!         let payments = payments.event_time(|(_, at)| *at).watermark(bounded(1min));
//!         orders
//!             .join(payments)
//!             .on(|(order, _)| *order, |(order, _)| *order)
//!             .within(0s..=10min)
//!             .map(|((order, _), _)| order)
//!             .to(paid);
//!     }
//! );
//!
//! let mut t = payments_of_orders::test();
//! t.orders.push_all([(1, 0), (2, 1_000)]);
//! t.payments.push((2, 601_000));
//! assert_eq!(t.paid.take(), [2]);
//! t.payments.push((1, 600_001));
//! assert!(t.paid.take().is_empty(), "a millisecond more than ten minutes");
//! ```
//!
//! Both bounds of `-5min..=10min` are included; the end of `0s..10min` is not. It does not matter which row comes first: the pair
//! has the later timestamp of the two. A row is late by the watermark of its own partition, as everywhere; late rows match
//! nothing, and are counted. `.with_late()` makes them streams: `let (pairs, late_left, late_right) = …;`.
//!
//! # What matches none
//!
//! `left_join`, `right_join` and `full_join` emit rows that match none, too, as `(left, None)` or `(None, right)`: once, with the
//! row's own timestamp, when no further row can match it. That is known when the watermark has passed the last moment that the
//! row waits for:
//!
//! ```text
//! orders      ──o───────────────────────────────────▶
//!               ├─────── 10 min ────┤
//! watermark   ──────────────────────┬▶
//!                                   └─ (o, None), at the time of o
//! ```
//!
//! By then the watermark is ten minutes past the row's own time: such rows would be late for a window downstream. So a
//! join that emits them passes the watermark on later by as much as its rows wait, and nothing that it emits is late.
//!
//! ```
//! # use streamlite::prelude::*;
//! let unpaid = pipeline!({
//!     let orders = from([("tea", 0_i64), ("salt", 1_000)]).event_time(|(_, at)| *at);
//!     let payments = from([("salt", 2_000_i64)]).event_time(|(_, at)| *at);
//!     orders
//!         .left_join(payments)
//!         .on(|(name, _)| *name, |(name, _)| *name)
//!         .within(0s..=10min)
//!         .filter(|(_, payment)| payment.is_none())
//!         .window(tumbling(1min))
//!         .count()
//! })
//! .collect()?;
//! assert_eq!(unpaid[0].value, 1);
//! # Ok::<(), streamlite::Error>(())
//! ```
//!
//! A late row is not emitted alone: nobody knows whether it would have matched one.
//!
//! # In windows
//!
//! ```text
//!            ┌──── 12:00 ────┬──── 12:05 ────┬
//! clicks     │  c1      c2   │          c3   │
//! buys       │      b1       │               │
//!            └───────┬───────┴───────┬───────┘
//!              (c1, b1) (c2, b1)    left_join: (c3, None)
//! ```
//!
//! `tumbling`, `sliding`, `session` and calendar windows join; a pair has the window's last millisecond for its timestamp.
//! `.allowed_lateness(…)`, `.with_late()` and `.trigger(…)` belong to the join, as they do to an aggregate. A late row within the
//! allowed lateness fires its key's window again, with all pairs so far.
//!
//! # With the latest row
//!
//! `orders.join_latest(rates)` emits each order with the rate that was valid when it came: the latest right row of its key that is not
//! after it. Which one that is, is known when the watermark is above the order's time, however the two streams come:
//!
//! ```text
//! rates      ──r1───────────r2────────────────r3──▶
//!               ╲            ╲╲
//! orders     ────o1───────────o2─o3───────────────▶
//! watermark  ──────────┬──────────────┬───────────▶
//!                      └─ (o1, r1)    └─ (o2, r2) (o3, r2)
//! ```
//!
//! ```
//! # use streamlite::prelude::*;
//! pipeline!(
//!     fn in_euros(orders: Source<(String, i64)>, rates: Source<(String, f64, i64)>, out: Sink<Option<f64>>) {
//!         let orders = orders.event_time(|(_, at)| *at).watermark(bounded(1s));
//!         let rates = rates.event_time(|(.., at)| *at).watermark(bounded(1s));
//!         orders
//!             .left_join_latest(rates)
//!             .on(|(currency, _)| currency.clone(), |(currency, ..)| currency.clone())
//!             .within(1h)
//!             .map(|(_, rate)| rate.map(|(_, rate, _)| rate))
//!             .to(out);
//!     }
//! );
//!
//! let mut t = in_euros::test();
//! t.orders.push_all([("USD".into(), 2_000), ("USD".into(), 3_602_002)]);
//! t.rates.push_all([("USD".into(), 0.25, 2_001), ("USD".into(), 0.5, 2_000)]);
//! t.orders.end();
//! t.rates.end();
//! assert_eq!(t.out.take(), [Some(0.5), None], "more than an hour later");
//! ```
//!
//! `.within(1h)` says how old a right row may be; without it the latest one of each key stays for ever. Of right rows of one time
//! the one that came last counts. A right row that is late changes nothing, and is counted.
//!
//! # All rows
//!
//! Without either, all rows of a key match, whenever they happened: both streams end. Write the smaller one on the right.
//!
//! ```text
//! right  ──r1────r2──────r3──┤ end
//!                            ▼
//!                    r1 r2 r3, by key
//!                            │
//! left   ──l1──l2────────────┴──l3──▶
//!          wait until then      goes on at once
//! ```
//!
//! ```
//! # use streamlite::prelude::*;
//! let prices = pipeline!({
//!     let orders = from([("tea", 2), ("salt", 1), ("gold", 1)]);
//!     let prices = from([("salt", 30), ("tea", 20)]);
//!     orders
//!         .left_join(prices)
//!         .on(|(name, _)| *name, |(name, _)| *name)
//!         .map(|((name, count), price)| (name, price.map(|(_, each)| count * each)))
//! })
//! .collect()?;
//! assert_eq!(prices, [("tea", Some(40)), ("salt", Some(30)), ("gold", None)]);
//! # Ok::<(), streamlite::Error>(())
//! ```
//!
//! # Keys
//!
//! Both keys are of one type, `Hash + Eq + Clone`. A row that matches several is repeated, so rows are `Clone`; in a pipeline
//! function rows and keys are state, so they are `Serialize + Deserialize`, too. A hot key costs what its pairs cost: a row
//! finds its partners by time, however many wait.
