//! A job that is killed: `victim <folder>` reads `events.csv` there, takes a checkpoint every few milliseconds, and writes
//! seven files. Its operators keep state of every kind.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use streamlite::prelude::*;
use streamlite::state::capture_in_slices;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Event {
    at: i64,
    key: u32,
    value: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Count {
    key: u32,
    number: u64,
    sum: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Span {
    key: u32,
    start: i64,
    end: i64,
    number: u64,
    greatest: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pair {
    key: u32,
    left: u32,
    right: u32,
}

pipeline!(
    fn everything(
        events: Source<Event>,
        copies: Sink<String>,
        counts: Sink<Count>,
        spans: Sink<Span>,
        late: Sink<Event>,
        sessions: Sink<Span>,
        pairs: Sink<Pair>,
        pauses: Sink<Count>,
    ) {
        let timed = events.event_time(|event| event.at).watermark(bounded(50ms));
        timed
            .filter(|event| event.value % 2 == 0)
            .map(|event| format!("{event:?}"))
            .to(copies);

        let totals = timed
            .key_by(|event| event.key)
            .running()
            .aggregate(|key, rows| Count {
                key: *key,
                number: rows.count(),
                sum: rows.sum(|event| event.value),
            });
        totals.to(counts);

        let (tumbled, too_late) = timed
            .key_by(|event| event.key)
            .window(tumbling(100ms))
            .with_late()
            .aggregate(|key, window, rows| Span {
                key: *key,
                start: window.start.as_millis(),
                end: window.end.as_millis(),
                number: rows.count(),
                greatest: rows.max(|event| event.value),
            });
        tumbled.to(spans);
        too_late.to(late);

        let visits = timed
            .key_by(|event| event.key)
            .window(session(20ms))
            .aggregate(|key, window, rows| Span {
                key: *key,
                start: window.start.as_millis(),
                end: window.end.as_millis(),
                number: rows.count(),
                greatest: rows.max(|event| event.value),
            });
        visits.to(sessions);

        let (even, odd) = timed.split(|event| event.value % 2 == 0);
        let joined = even
            .join(odd)
            .on(|event| event.key, |event| event.key)
            .within(-5ms..=5ms)
            .map(|(left, right)| Pair {
                key: left.key,
                left: left.value,
                right: right.value,
            });
        joined.to(pairs);

        let paused = timed.key_by(|event| event.key).process(|ctx| {
            let number: Value<u64> = Value::new();
            let sum: Value<u64> = Value::new();

            on_record(|event| {
                number.set(number.get().copied().unwrap_or(0) + 1);
                sum.set(sum.get().copied().unwrap_or(0) + u64::from(event.value));
                ctx.timer_after(30ms);
            });
            on_timer(|_at| {
                if let (Some(number), Some(sum)) = (number.take(), sum.take()) {
                    ctx.emit(Count {
                        key: *ctx.key(),
                        number,
                        sum,
                    });
                }
            });
        });
        paused.to(pauses);
    }
);

fn run(folder: &Path) -> streamlite::Result<Report> {
    let file = |name: &str| folder.join(name);
    let job = everything(
        CsvSource::open(file("events.csv"))?,
        LinesSink::create(file("copies.txt"))?,
        CsvSink::create(file("counts.csv"))?,
        CsvSink::create(file("spans.csv"))?,
        JsonSink::create(file("late.json"))?,
        CsvSink::create(file("sessions.csv"))?,
        JsonSink::create(file("pairs.json"))?,
        CsvSink::create(file("pauses.csv"))?,
    );
    let checkpoints = Checkpoints::in_dir(file("state")).every(Duration::from_millis(2));
    job.checkpoints(checkpoints).run()
}

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("victim <folder>");
        return ExitCode::from(2);
    };
    // As large tables are: what changed is written beside the states, a few entries between two reads.
    capture_in_slices(Some(20));
    match run(Path::new(&folder)) {
        Ok(report) => {
            println!(
                "{}",
                report.checkpoints.map_or(0, |checkpoints| checkpoints.stored)
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
