//! # A cookbook: how do I …
//!
//! Each recipe is whole, and runs as a test. All of them begin with `use streamlite::prelude::*;`.
//!
//! * [Count words](#count-words)
//! * [Drop duplicates](#drop-duplicates)
//! * [Emit what has changed](#emit-what-has-changed)
//! * [A mean of the last five minutes, each minute](#a-mean-of-the-last-five-minutes-each-minute)
//! * [The busiest pages of each hour](#the-busiest-pages-of-each-hour)
//! * [Visits of a site](#visits-of-a-site)
//! * [Percentiles of latencies](#percentiles-of-latencies)
//! * [Distinct users of each day, in a time zone](#distinct-users-of-each-day-in-a-time-zone)
//! * [Results before a window has ended](#results-before-a-window-has-ended)
//! * [Orders and their payments](#orders-and-their-payments)
//! * [Each order with the price of its time](#each-order-with-the-price-of-its-time)
//! * [Rules that change while the job runs](#rules-that-change-while-the-job-runs)
//! * [Say so when nothing comes](#say-so-when-nothing-comes)
//! * [Different kinds of records in one stream](#different-kinds-of-records-in-one-stream)
//! * [Keep what cannot be read](#keep-what-cannot-be-read)
//! * [Keep what comes too late](#keep-what-comes-too-late)
//! * [Times as others write them](#times-as-others-write-them)
//! * [Follow a log](#follow-a-log)
//! * [Receive JSON over TCP](#receive-json-over-tcp)
//! * [Feed a pipeline from a thread of your own](#feed-a-pipeline-from-a-thread-of-your-own)
//! * [Make up records at a rate](#make-up-records-at-a-rate)
//! * [Go on after a crash, with each record once](#go-on-after-a-crash-with-each-record-once)
//! * [Files that are compressed, and begin anew each hour](#files-that-are-compressed-and-begin-anew-each-hour)
//! * [Count with metrics of your own](#count-with-metrics-of-your-own)
//! * [Use a part of a pipeline twice](#use-a-part-of-a-pipeline-twice)
//!
//! # Count words
//!
//! ```
//! # use streamlite::prelude::*;
//! let counts = pipeline!(
//!     from(["to be or not", "to be"]).flat_map(|line| line.split(' ')).key_by(|word| *word).count()
//! )
//! .collect()?;
//! assert_eq!(counts, [("to", 2), ("be", 2), ("or", 1), ("not", 1)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Drop duplicates
//!
//! By an identifier that each record has; what was seen is forgotten after a day, so that the state does not grow for ever.
//!
//! ```
//! # use streamlite::prelude::*;
//! pipeline!(
//!     fn once(orders: Source<(u64, i64)>, out: Sink<u64>) {
//!         orders
//!             .event_time(|(_, at)| *at)
//!             .watermark(bounded(1min))
//!             .key_by(|(id, _)| *id)
//!             .process(|ctx| {
//!                 #[ttl(1d)]
//!                 let is_known: bool = false;
//!                 on_record(|(id, _)| {
//!                     if !*is_known {
//!                         *is_known = true;
//!                         ctx.emit(id);
//!                     }
//!                 });
//!             })
//!             .to(out);
//!     }
//! );
//!
//! let mut t = once::test();
//! t.orders.push_all([(1, 0), (2, 5), (1, 10)]);
//! assert_eq!(t.out.take(), [1, 2]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Emit what has changed
//!
//! A sensor that says the same again and again becomes one that says what is new.
//!
//! ```
//! # use streamlite::prelude::*;
//! let changes = pipeline!(from([("a", 1), ("b", 1), ("a", 1), ("a", 2), ("b", 1)]).key_by(|(key, _)| *key).process(|ctx| {
//!     let last: Value<i32> = Value::new();
//!     on_record(|(key, value)| {
//!         if last.replace(value) != Some(value) {
//!             ctx.emit((key, value));
//!         }
//!     });
//! }))
//! .collect()?;
//! assert_eq!(changes, [("a", 1), ("b", 1), ("a", 2)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A mean of the last five minutes, each minute
//!
//! ```
//! # use streamlite::prelude::*;
//! let means = pipeline!(
//!     from([(0, 10.0), (60, 20.0), (120, 60.0)])
//!         .event_time(|(second, _)| *second * 1_000_i64)
//!         .window(sliding(5min).every(1min))
//!         .aggregate(|window, rows| (window.end.as_millis() / 60_000, rows.mean(|(_, value)| *value)))
//! )
//! .collect()?;
//! assert_eq!(means[..3], [(1, 10.0), (2, 15.0), (3, 30.0)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The busiest pages of each hour
//!
//! ```
//! # use streamlite::prelude::*;
//! let top = pipeline!(
//!     from([("/", 0), ("/a", 5), ("/", 9), ("/b", 20), ("/a", 30), ("/", 40)])
//!         .event_time(|(_, at)| *at as i64)
//!         .window(tumbling(1h))
//!         .aggregate(|_window, rows| rows.top_k(2, |(page, _)| *page))
//! )
//! .collect()?;
//! assert_eq!(top, [vec![("/", 3), ("/a", 2)]]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Visits of a site
//!
//! A visit ends when nothing has come for half an hour; see [windows](super::windows).
//!
//! ```
//! # use streamlite::prelude::*;
//! let visits = pipeline!(
//!     from([("ann", 0), ("bob", 5), ("ann", 10), ("ann", 60)])
//!         .event_time(|(_, minute)| *minute as i64 * 60_000)
//!         .key_by(|(user, _)| *user)
//!         .window(session(30min))
//!         .aggregate(|user, window, rows| (*user, window.size().as_millis() / 60_000, rows.count()))
//! )
//! .collect()?;
//! assert_eq!(visits, [("bob", 30, 1), ("ann", 40, 2), ("ann", 30, 1)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Percentiles of latencies
//!
//! Each quantile is within 1 % of the true one.
//!
//! ```
//! # use streamlite::prelude::*;
//! let p99 = pipeline!(
//!     from(1..=1_000).event_time(|n| *n as i64).window(tumbling(10s)).aggregate(|_window, rows| rows.quantile(0.99, |n| *n as f64))
//! )
//! .collect()?;
//! assert!((p99[0] - 990.0).abs() < 10.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Distinct users of each day, in a time zone
//!
//! Exactly with `count_distinct`; `approx_count_distinct` keeps 4 KiB however many there are.
//!
//! ```
//! # use streamlite::prelude::*;
//! let days = pipeline!(
//!     from([("ann", "2024-03-09T23:30:00Z"), ("bob", "2024-03-10T00:30:00Z"), ("ann", "2024-03-10T12:00:00Z")])
//!         .event_time(|(_, at)| at.parse::<Timestamp>().unwrap_or(Timestamp::MIN))
//!         .window(daily().zone("Europe/Berlin"))
//!         .aggregate(|_window, rows| rows.count_distinct(|(user, _)| *user))
//! )
//! .collect()?;
//! assert_eq!(days, [2], "all of them are on the tenth in Berlin");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Results before a window has ended
//!
//! Each ten seconds of event time, with all that has come; `window.firing` says which they are.
//!
//! ```
//! # use streamlite::prelude::*;
//! let counts = pipeline!(
//!     from([1_000_i64, 12_000, 14_000])
//!         .event_time(|at| *at)
//!         .window(tumbling(1d))
//!         .trigger(every(10s))
//!         .aggregate(|window, rows| (window.firing, rows.count()))
//! )
//! .collect()?;
//! assert_eq!(counts, [(Firing::Early, 2), (Firing::OnTime, 3)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Orders and their payments
//!
//! Those that are paid within ten minutes, and those that are not; see [joins](super::joins).
//!
//! ```
//! # use streamlite::prelude::*;
//! pipeline!(
//!     fn paid(orders: Source<(u32, i64)>, payments: Source<(u32, i64)>, out: Sink<(u32, bool)>) {
//!         let orders = orders.event_time(|(_, at)| *at).watermark(bounded(1s));
//!         let payments = payments.event_time(|(_, at)| *at).watermark(bounded(1s));
//!         orders
//!             .left_join(payments)
//!             .on(|(order, _)| *order, |(order, _)| *order)
//!             .within(0s..=10min)
//!             .map(|((order, _), payment)| (order, payment.is_some()))
//!             .to(out);
//!     }
//! );
//!
//! let mut t = paid::test();
//! t.orders.push_all([(1, 0), (2, 1_000)]);
//! t.payments.push((1, 60_000));
//! let _report = t.finish();
//! assert_eq!(t.out.take(), [(1, true), (2, false)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Each order with the price of its time
//!
//! However the two streams come: the latest price that is not after the order.
//!
//! ```
//! # use streamlite::prelude::*;
//! pipeline!(
//!     fn priced(orders: Source<(u32, i64)>, prices: Source<(u32, f64, i64)>, out: Sink<f64>) {
//!         let orders = orders.event_time(|(_, at)| *at).watermark(ascending());
//!         let prices = prices.event_time(|(.., at)| *at).watermark(ascending());
//!         orders
//!             .join_latest(prices)
//!             .on(|(item, _)| *item, |(item, ..)| *item)
//!             .map(|(_, (_, price, _))| price)
//!             .to(out);
//!     }
//! );
//!
//! let mut t = priced::test();
//! t.orders.push((7, 1_500));
//! t.prices.push_all([(7, 9.5, 1_000), (7, 12.0, 2_000)]);
//! let _report = t.finish();
//! assert_eq!(t.out.take(), [9.5]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Rules that change while the job runs
//!
//! Each key hears of a rule when it comes; see [connected](super::connected).
//!
//! ```
//! # use streamlite::prelude::*;
//! pipeline!(
//!     fn alerts(limits: Source<u32>, readings: Source<(u8, u32)>, out: Sink<(u8, u32)>) {
//!         limits
//!             .broadcast_to(readings)
//!             .on(|(sensor, _)| *sensor)
//!             .process(|ctx| {
//!                 #[broadcast]
//!                 let limit: Value<u32> = Value::new();
//!                 on_broadcast(|new| limit.set(new));
//!                 on_record(|(sensor, value)| {
//!                     if limit.get().is_some_and(|limit| value > *limit) {
//!                         ctx.emit((sensor, value));
//!                     }
//!                 });
//!             })
//!             .to(out);
//!     }
//! );
//!
//! let mut t = alerts::test();
//! t.readings.push((1, 50));
//! t.limits.push(40);
//! t.readings.push_all([(1, 50), (2, 30)]);
//! assert_eq!(t.out.take(), [(1, 50)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Say so when nothing comes
//!
//! A timer that each record puts off; see [timers](super::timers).
//!
//! ```
//! # use streamlite::prelude::*;
//! let silent = pipeline!(
//!     from([("press", 0), ("drill", 20), ("press", 40), ("saw", 100), ("drill", 130)])
//!         .event_time(|(_, second)| *second * 1_000_i64)
//!         .key_by(|(machine, _)| *machine)
//!         .process(|ctx| {
//!             let due: Value<Timestamp> = Value::new();
//!             on_record(|_sign_of_life| {
//!                 if let Some(at) = due.replace(ctx.timestamp() + 1min) {
//!                     ctx.delete_timer(at);
//!                 }
//!                 ctx.timer_after(1min);
//!             });
//!             on_timer(|_at| ctx.emit(*ctx.key()));
//!         })
//! )
//! .collect()?;
//! assert_eq!(silent, ["drill", "press", "saw", "drill"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Different kinds of records in one stream
//!
//! A `match` splits them, each with its own type.
//!
//! ```
//! # use streamlite::prelude::*;
//! #[derive(Clone, Serialize, Deserialize)]
//! enum Event {
//!     Bid(u64),
//!     Sale(u64, String),
//! }
//!
//! let total = pipeline!({
//!     let events = from([Event::Bid(5), Event::Sale(9, "ann".to_owned()), Event::Bid(7)]);
//!     match events {
//!         Event::Bid(price) => bids = price,
//!         Event::Sale(price, _) => sales = price,
//!     }
//!     union(bids, sales.map(|price| price * 100)).sum(|n| *n)
//! })
//! .collect()?;
//! assert_eq!(total, [912]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Keep what cannot be read
//!
//! Bad lines go to a file of their own, with where they are and what is wrong; the report counts them.
//!
//! ```
//! # use streamlite::prelude::*;
//! # let dir = tempfile::tempdir()?;
//! # let (path, bad) = (dir.path().join("readings.csv"), dir.path().join("bad.csv"));
//! # std::fs::write(&path, "sensor,temp\n1,20.5\n2,hot\n")?;
//! #[derive(Deserialize)]
//! struct Reading {
//!     sensor: u32,
//!     temp: f64,
//! }
//!
//! let readings = CsvSource::<Reading>::open(path)?.on_error(Route(CsvSink::create(&bad)?));
//! let read = pipeline!(from(readings).map(|r| (r.sensor, r.temp))).collect()?;
//! assert_eq!(read, [(1, 20.5)]);
//! assert!(std::fs::read_to_string(bad)?.contains("temp"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Keep what comes too late
//!
//! A stream of its own, to a sink of its own; see [lateness](super::lateness).
//!
//! ```
//! # use streamlite::prelude::*;
//! pipeline!(
//!     fn counts(at: Source<i64>, out: Sink<u64>, too_late: Sink<i64>) {
//!         let (counts, late) = at.event_time(|at| *at).window(tumbling(10ms)).with_late().count();
//!         counts.map(|counted| counted.value).to(out);
//!         late.to(too_late);
//!     }
//! );
//!
//! let mut t = counts::test();
//! t.at.push_all([1, 2, 25, 3]);
//! assert_eq!((t.out.take(), t.too_late.take()), (vec![2], vec![3]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Times as others write them
//!
//! `Timestamp` reads RFC 3339 and milliseconds; for everything else there are [attributes](crate::time) and [`time_format!`](crate::time_format).
//!
//! ```
//! # use streamlite::prelude::*;
//! streamlite::time_format!(mod apache = "%d/%b/%Y:%H:%M:%S %z");
//!
//! #[derive(Deserialize)]
//! struct Hit {
//!     #[serde(with = "apache")]
//!     at: Timestamp,
//!     #[serde(with = "streamlite::time::epoch_seconds")]
//!     seen: Timestamp,
//! }
//!
//! let hit: Hit = serde_json::from_str(r#"{"at":"14/Nov/2023:23:13:20 +0100","seen":1700000000.0}"#)?;
//! assert_eq!(hit.at, hit.seen);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Follow a log
//!
//! Its lines as they are written, over rotations and restarts of the job; see [`TailSource`](crate::source::TailSource).
//!
//! ```no_run
//! # use streamlite::prelude::*;
//! pipeline!(
//!     fn errors(lines: Source<String>, out: Sink<(Timestamp, u64)>) {
//!         lines
//!             .filter(|line| line.contains("ERROR"))
//!             .processing_time()
//!             .window(tumbling(1min))
//!             .aggregate(|window, rows| (window.start, rows.count()))
//!             .to(out);
//!     }
//! );
//!
//! let job = errors(TailSource::open("/var/log/app.log")?, CsvSink::append("errors.csv")?);
//! job.checkpoints(Checkpoints::in_dir("state")).run()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Receive JSON over TCP
//!
//! From many senders at once; see [`ListeningSource`](crate::source::ListeningSource).
//!
//! ```
//! # use streamlite::prelude::*;
//! # use std::io::Write;
//! #[derive(Clone, Serialize, Deserialize)]
//! struct Trade {
//!     symbol: String,
//!     price: f64,
//! }
//!
//! pipeline!(
//!     fn dear(trades: Source<Trade>, out: Sink<String>) {
//!         trades.filter(|trade| trade.price > 100.0).map(|trade| trade.symbol).to(out);
//!     }
//! );
//!
//! let trades = ListeningSource::listen("127.0.0.1:0")?.json::<Trade>();
//! let port = trades.local_address();
//! let (out, results) = std::sync::mpsc::channel();
//! let job = dear(trades, ChannelSink::new(out)).spawn()?;
//! let mut sender = std::net::TcpStream::connect(port)?;
//! sender.write_all(b"{\"symbol\":\"A\",\"price\":99}\n{\"symbol\":\"B\",\"price\":101}\n")?;
//! assert_eq!(results.recv()?, "B");
//! job.stop();
//! job.join()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Feed a pipeline from a thread of your own
//!
//! The job sleeps until a record comes.
//!
//! ```
//! # use streamlite::prelude::*;
//! let (sender, receiver) = std::sync::mpsc::channel();
//! std::thread::spawn(move || (1..=3).try_for_each(|n| sender.send(n)));
//! let squares = pipeline!(from(ChannelSource::new(receiver)).map(|n| n * n)).collect()?;
//! assert_eq!(squares, [1, 4, 9]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Make up records at a rate
//!
//! For trials and demonstrations; a generator goes on with the number that is next when the job is restored.
//!
//! ```
//! # use streamlite::prelude::*;
//! let source = GeneratorSource::new(|n| (n % 3, n)).count(6).per_second(1_000.0);
//! let sums = pipeline!(from(source).key_by(|(key, _)| *key).sum(|(_, n)| *n)).collect()?;
//! assert_eq!(sums, [(0, 3), (1, 5), (2, 7)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Go on after a crash, with each record once
//!
//! The same command resumes; files are committed with the checkpoints. See [delivery](super::delivery).
//!
//! ```
//! # use streamlite::prelude::*;
//! # let dir = tempfile::tempdir()?;
//! # let (state, path) = (dir.path().join("state"), dir.path().join("squares.csv"));
//! pipeline!(
//!     fn squares(numbers: Source<u64>, out: Sink<(u64, u64)>) {
//!         numbers.map(|n| (n, n * n)).to(out);
//!     }
//! );
//!
//! for _ in 0..2 {
//!     let job = squares(from(1..=3), CsvSink::create(&path)?.without_header());
//!     job.checkpoints(Checkpoints::in_dir(&state)).run()?;
//! }
//! assert_eq!(std::fs::read_to_string(&path)?, "1,1\n2,4\n3,9\n", "the second run had nothing to do");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Files that are compressed, and begin anew each hour
//!
//! ```
//! # use streamlite::prelude::*;
//! # let dir = tempfile::tempdir()?;
//! # let path = dir.path().join("out.csv.gz");
//! let out = CsvSink::create(&path)?.without_header().roll_every(TimeDelta::from_hours(1)).roll_at(64 << 20);
//! pipeline!(from([(1, "a"), (2, "b")]).to(out)).run()?;
//! let read = CsvSource::<(u32, String)>::glob(&format!("{}/out-*.gz", dir.path().display()))?.without_header();
//! assert_eq!(pipeline!(from(read).map(|(n, _)| n)).collect()?, [1, 2]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Count with metrics of your own
//!
//! See [`Metrics`](crate::metrics::Metrics).
//!
//! ```
//! # use streamlite::prelude::*;
//! use streamlite::metrics::Metrics;
//!
//! let metrics = Metrics::new();
//! let long = metrics.counter("long words");
//! let words = pipeline!(from(["a", "question"]).inspect(|word| if word.len() > 4 { long.inc() })).collect()?;
//! assert_eq!((words.len(), metrics.counter("long words").get()), (2, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Use a part of a pipeline twice
//!
//! A function of streams is a fragment.
//!
//! ```
//! # use streamlite::prelude::*;
//! pipeline!(
//!     fn cleaned(names: Stream<String>) -> Stream<String> {
//!         names.map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty())
//!     }
//!
//!     fn both(first: Source<String>, second: Source<String>, out: Sink<String>) {
//!         union(cleaned(first), cleaned(second)).to(out);
//!     }
//! );
//!
//! let mut t = both::test();
//! t.first.push(" Ann ".to_owned());
//! t.second.push_all(["".to_owned(), "BOB".to_owned()]);
//! assert_eq!(t.out.take(), ["ann", "bob"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
