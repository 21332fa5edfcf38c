//! What each construct becomes, formatted, in `expansions/`: read them to learn what the macro does. To write them anew:
//! `INSTA_UPDATE=always cargo test -p streamlite-macros`, and read each before it is committed.

use proc_macro2::TokenStream;
use quote::quote;

/// The construct that shows the graph and the test driver, too, which all functions have.
const WHOLE: &str = "function";

/// Compares the expansion of `tokens` with the text of that name.
fn expands(name: &str, tokens: &str) {
    let written: TokenStream = tokens.parse().expect("the construct is made of tokens");
    let expanded = crate::expand(&quote!(::streamlite), written);
    let file = syn::parse2::<syn::File>(expanded.clone());
    let file = file.or_else(|_| syn::parse2(quote!(fn main() { let job = #expanded; })));
    let mut file = file.expect("an expansion is syntax");
    if name != WHOLE {
        file.items
            .retain(|item| !matches!(item, syn::Item::Const(_) | syn::Item::Enum(_)));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("expansions");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(tokens);
    settings.bind(|| insta::assert_snapshot!(name, prettyplease::unparse(&file)));
}

macro_rules! constructs {
    ($($(#[$about:meta])* $name:ident: $tokens:literal;)*) => {$(
        $(#[$about])*
        #[test]
        fn $name() {
            expands(stringify!($name), $tokens);
        }
    )*};
}

constructs! {
    /// The whole of a function: the job, the graph, the test driver.
    function: "pub fn celsius(readings: Source<f64>, out: Sink<f64>) {
    readings.map(|f| (f - 32.0) / 1.8).to(out);
}";
    /// A function that is half typed: everything before the dot is described, nothing is built.
    half_typed: "fn celsius(readings: Source<f64>, out: Sink<f64>) {
    let hot = readings.
    readings.map(|f| (f - 32.0) / 1.8).to(out);
}";
    /// A function with a mistake: the error, and all the rest as if it were right.
    mistake: "fn celsius(readings: Source<f64>, out: Sink<f64>) {
    let hot = readings.filter(|f| *f > 100.0);
    readings.map(|f| (f - 32.0) / 1.8).to(out);
}";
    fragment: "fn celsius(readings: Stream<f64>, offset: f64) -> Stream<f64> {
    readings.map(|f| (f - offset) / 1.8)
}";
    /// A fragment of several streams, and its call.
    fragment_of_two: "fn parted(numbers: Stream<i64>) -> (Stream<i64>, Stream<i64>) {
    let (even, odd) = numbers.split(|n| n % 2 == 0);
    (even, odd)
}";
    fragment_call: "{
    let numbers = from([1, 2, 3]);
    let (even, odd) = parted(numbers);
    union(even, odd)
}";
    expression: "from([1, 2, 3]).map(|n| n * factor)";
    statements: "{
    let numbers = from(vec![1, 2, 3]);
    numbers.for_each(|n| sum += n);
}";
    value: "{
    let limit: i64 = limits.iter().sum();
    from([1, 2, 3]).filter(|n| *n < limit)
}";
    used_twice: "{
    let numbers = from([1, 2, 3]);
    numbers.for_each(|n| sum += n);
    numbers.map(|n| n * 2)
}";
    split_and_union: "{
    let (even, odd) = from(0..9).split(|n| n % 2 == 0);
    union(even.map(|n| n / 2), odd)
}";
    typed_split: "{
    let events = from(log);
    match events {
        Event::Bid(bid) if bid.price > 0 => bids = bid,
        Event::Pair(one, two) => { bids = one; bids = two; }
        other => rest = other,
    }
    bids.for_each(|bid| sum += bid.price);
    rest
}";
    durations: "from(log).event_time(|e| e.at).watermark(bounded(5s)).key_by(|e| e.key).window(tumbling(1min + 30s)).count()";
    /// In a function state must be storable, and parameters are cloned into each closure but the last.
    aggregate: "fn means(readings: Source<Reading>, out: Sink<(u32, f64, f64)>, scale: f64) {
    readings
        .key_by(|r| r.sensor)
        .window(tumbling(1min))
        .aggregate(|sensor, window, rows| (*sensor, rows.filter(|r| r.temp > scale).mean(|r| r.temp), rows.max(|r| r.temp) * scale))
        .to(out);
}";
    /// The states become a tuple, which each handler takes apart; what they hold must be storable.
    process: "fn totals(readings: Source<Reading>, out: Sink<f64>, hot: Sink<u32>, limit: f64) {
    let (total, above) = readings.key_by(|r| r.sensor).process(|ctx| {
        let total: f64 = 0.0;
        #[ttl(1h)]
        let recent: List<f64> = List::new();
        let above: Side<u32>;

        on_record(|r| {
            *total += r.temp;
            recent.push(r.temp);
            ctx.emit(*total);
            if r.temp > limit {
                above.emit(r.sensor);
                ctx.timer_after(1min);
            }
        });
        on_timer(|_at| recent.clear());
    });
    total.to(out);
    above.to(hot);
}";
    /// The records of a stream that is neither the source's nor known from others are counted.
    filtered: "fn hot(readings: Source<f64>, out: Sink<f64>) {
    let hot = readings.filter(|f| *f > 100.0);
    hot.to(out);
}";
}
