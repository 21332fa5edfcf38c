//! The macro that users write, in a file of its own: what rustc says of its expansion names the line.

/// Describes a pipeline: a function from its sources, sinks and parameters to a [`Job`](crate::Job), or an expression.
///
/// Inside is Rust: operators are methods of [`flow::Stream`](crate::flow::Stream) and its kin, their arguments are any expression. The
/// macro adds streams that are used several times, typed splits, duration literals, aggregate expressions, and checks
/// of the whole graph.
///
/// As a function, `Source<T>` and `Sink<T>` being the ports:
///
/// ```
/// use streamlite::prelude::*;
///
/// #[derive(Clone, Debug, Serialize, Deserialize)]
/// struct Reading {
///     sensor: u32,
///     temp: f64,
///     at: i64,
/// }
///
/// pipeline!(
///     /// Minutes hotter than the limit.
///     fn hot_minutes(readings: Source<Reading>, hot: Sink<(u32, f64)>, limit: f64) {
///         let means = readings
///             .event_time(|r| r.at)
///             .watermark(bounded(5s))
///             .key_by(|r| r.sensor)
///             .window(tumbling(1min))
///             .aggregate(|sensor, _window, rows| (*sensor, rows.mean(|r| r.temp)));
///         means.filter(|(_, mean)| *mean > limit).to(hot);
///     }
/// );
///
/// let mut test = hot_minutes::test(30.0);
/// test.readings.push(Reading { sensor: 7, temp: 31.0, at: 0 });
/// test.readings.push(Reading { sensor: 7, temp: 20.0, at: 65_000 });
/// assert_eq!(test.hot.take(), [(7, 31.0)]);
/// ```
///
/// As an expression, which may borrow from its environment:
///
/// ```
/// use streamlite::prelude::*;
///
/// let stop_words = ["the"];
/// let words = pipeline!(from(["the", "dog"]).filter(|word| !stop_words.contains(word))).collect()?;
/// assert_eq!(words, ["dog"]);
/// # Ok::<(), streamlite::Error>(())
/// ```
///
/// # Reference
///
/// **Ports and parameters.** `Source<T>` and `Sink<T>` become anything that is a source or a sink of `T`; `Stream<T>`
/// makes the function a *fragment*; all other parameters are values, cloned into each closure that mentions them but the
/// last. A function of ports returns a [`Job`](crate::Job); beside it is an enum of the same name with `GRAPH` and `test(…)`.
///
/// **Statements.** `let name = chain;` names a stream, `let (a, b) = chain;` two, `let name: Type = expression;` a value,
/// `chain.to(sink);` and `chain.for_each(…);` are outputs. A stream may be used any number of times: each use gets every
/// record, by clones for all uses but the last. One that is never used is an error; `_` drops it in plain sight.
///
/// **Duration literals** are allowed wherever an expression is: `5ms`, `2s`, `1min`, `6h`, `1d`, `1min + 30s`.
///
/// **Several streams out of one**: by a predicate, by a result, or by a `match`, whose arms feed streams of types of their
/// own; **one out of several** by `union`.
///
/// ```
/// use streamlite::prelude::*;
///
/// #[derive(Clone)]
/// enum Event { Bid(u64), Auction { id: u32, first: u64 }, Noise }
///
/// pipeline!(
///     fn parted(events: Source<Event>, bids: Sink<u64>, auctions: Sink<u32>) {
///         match events {
///             Event::Bid(price) => offers = price,
///             Event::Auction { id, first } => { opened = id; firsts = first; }
///             Event::Noise => {}
///         }
///         let (fair, _) = union(offers, firsts).split(|price| *price > 0);
///         fair.to(bids);
///         opened.to(auctions);
///     }
/// );
///
/// let mut t = parted::test();
/// t.events.push_all([Event::Bid(3), Event::Auction { id: 7, first: 1 }, Event::Noise, Event::Bid(0)]);
/// assert_eq!(t.bids.take(), [3, 1]);
/// assert_eq!(t.auctions.take(), [7]);
/// ```
///
/// **Aggregates**: `.aggregate(|key, window, rows| expression)`, without `key` where there is none, without `window`
/// after `.running()` and at the end of the input. Each call on `rows` is an aggregate that is kept up as records come;
/// the rest is evaluated when there is a result. See [`aggregate::Rows`](crate::aggregate::Rows) for all of them, and
/// [the guide](crate::guide::windows).
///
/// **Processes**: `.process(|ctx| { … })`, a block of states and handlers of your own for each key; see
/// [the guide](crate::guide::state).
///
/// **Fragments** are pieces of pipelines, also across crates and generic; their streams are typed by their signature:
///
/// ```
/// use streamlite::prelude::*;
///
/// pipeline!(
///     fn cleaned(lines: Stream<String>, least: usize) -> (Stream<String>, Stream<String>) {
///         let (long, short) = lines.map(|line| line.trim().to_owned()).split(|line| line.len() >= least);
///         (long, short)
///     }
///
///     fn report(lines: Source<String>, out: Sink<String>, rejected: Sink<String>) {
///         let (good, bad) = cleaned(lines, 3);
///         good.to(out);
///         bad.to(rejected);
///     }
/// );
///
/// let mut t = report::test();
/// t.lines.push_all([" fine ".to_owned(), "no".to_owned()]);
/// assert_eq!((t.out.take(), t.rejected.take()), (vec!["fine".to_owned()], vec!["no".to_owned()]));
/// ```
///
/// **Identity.** State is found again by the name of its statement; `#[uid = "old"]` before a statement keeps the old
/// name's state through a rename; before a source or a sink it keeps its positions, and the state of what is written to it.
///
/// **Attributes.** `#[cfg(…)]` before a statement or a parameter means what it does in Rust: a block has up to four different
/// conditions, and is expanded for each way in which they hold. `#[allow(…)]` and the other levels of lints are about the
/// statement's code.
///
/// **An expression** ends in a stream and is collected, `pipeline!(…).collect()`, or ends in an output and is run,
/// `pipeline!({ …; chain.for_each(…); }).run()`. It borrows what it mentions, and what it keeps need not be storable.
///
/// **Mistakes** are errors at your own token, one each, that say what to write. What the macro turns each construct into
/// is shown, formatted, in `streamlite-macros/src/expansions/`.
#[macro_export]
macro_rules! pipeline {
    ($($tokens:tt)*) => {
        $crate::macro_support::pipeline_in! { [$crate] $($tokens)* }
    };
}
