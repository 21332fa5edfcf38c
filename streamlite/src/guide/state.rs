//! # State of one's own: processes
//!
//! Windows and aggregates say *what* is wanted, and the library keeps what is needed for it. A **process** is the other
//! half: it says what is done with each record, and remembers what it likes. Its `let`s are the states of one key, with
//! their first values; its handlers close over them:
//!
//! ```
//! use streamlite::prelude::*;
//!
//! // Says when a sensor is hotter than ever before.
//! let records = pipeline!(
//!     from([("north", 20.5), ("south", 31.0), ("north", 19.0), ("north", 22.0)])
//!         .key_by(|(sensor, _)| *sensor)
//!         .process(|ctx| {
//!             let peak: f64 = f64::NEG_INFINITY;
//!
//!             on_record(|(sensor, temp)| {
//!                 if temp > *peak {
//!                     *peak = temp;
//!                     ctx.emit((sensor, temp));
//!                 }
//!             });
//!         })
//! )
//! .collect()?;
//! assert_eq!(records, [("north", 20.5), ("south", 31.0), ("north", 22.0)]);
//! # Ok::<(), streamlite::Error>(())
//! ```
//!
//! Each key has states of its own. They are side by side, so that a record finds all of them by one look-up:
//!
//! ```text
//!              key         total: f64   count: u64   recent: List<f64>     timers
//!            +-----------+------------+------------+---------------------+-----------------+
//!   record ->| "north"   |  61.5      |  3         | [20.5, 19.0, 22.0]  | 12:04:10        |-> on_record
//!            | "south"   |  31.0      |  1         | [31.0]              |                 |
//!            | "west"    |  …         |  …         |                     | 12:03:55, 12:10 |
//!            +-----------+------------+------------+---------------------+-----------------+
//! ```
//!
//! # Which state when
//!
//! | written as | holds | in Flink |
//! | --- | --- | --- |
//! | `let total: f64 = 0.0;` | the value itself: `*total += r.temp` | `ValueState` with a default |
//! | [`let last: Value<T> = Value::new();`](crate::process::Value) | a value that may be there: `last.replace(r)` | `ValueState` |
//! | [`let recent: List<T> = List::new();`](crate::process::List) | values in the order in which they were pushed | `ListState` |
//! | [`let by_page: Map<K, V> = Map::new();`](crate::process::Map) | values by a key of their own, in the order in which they were inserted | `MapState` |
//! | [`let peak: Reducing<T> = Reducing::new(f64::max);`](crate::process::Reducing) | all values that were added, put together | `ReducingState` |
//!
//! Small values of a fixed size are best plain: a key then takes their bytes and nothing else. What grows belongs into a
//! `List` or `Map`. What shall be forgotten has a TTL, [its own page](super::ttl), or is forgotten by a
//! [timer](super::timers). `ctx.clear()` forgets all states of the key when the handler returns.
//!
//! In a pipeline function what a state holds is written to savepoints: `Serialize + Deserialize`. Its name and type are
//! part of that; a state under another name or of another type is refused when a job is restored.
//!
//! A checkpoint writes the states of those keys that changed. Of a `List` or a `Map` that has more than 64 elements it writes what
//! changed of it, sixteen elements at a time, so that millions may be in one. A value of your own is written whole each time: a
//! `Vec` that grows had better be a `List`, and a `HashMap` a `Map`.
//!
//! # Several outputs
//!
//! `let alerts: Side<Alert>;` among the states declares a further output, and the process is then two streams:
//!
//! ```
//! use streamlite::prelude::*;
//!
//! pipeline!(
//!     fn checked(orders: Source<(u32, i64)>, sums: Sink<i64>, refused: Sink<u32>) {
//!         let (sum, bad) = orders.process(|ctx| {
//!             let sum: i64 = 0;
//!             let bad: Side<u32>;
//!
//!             on_record(|(id, amount)| {
//!                 if amount < 0 {
//!                     bad.emit(id);
//!                 } else {
//!                     *sum += amount;
//!                     ctx.emit(*sum);
//!                 }
//!             });
//!         });
//!         sum.to(sums);
//!         bad.to(refused);
//!     }
//! );
//!
//! let mut t = checked::test();
//! t.orders.push_all([(1, 10), (2, -1), (3, 5)]);
//! assert_eq!(t.sums.take(), [10, 15]);
//! assert_eq!(t.refused.take(), [2]);
//! ```
//!
//! Without a key, as here, there is one state for all records.
//!
//! # At the end
//!
//! `on_end(|| …)` runs when a bounded input has ended, after the last timers, once for each key that has states, in the
//! order in which the keys came. Its results have the greatest timestamp of all records.
//!
//! The same in plain Rust, for a process that is shared by pipelines or has tests of its own, is a
//! [`KeyedProcess`](crate::process::KeyedProcess): `.process(value)` takes one.
