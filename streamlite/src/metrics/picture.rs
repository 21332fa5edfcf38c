//! The graph of a job with what the job has done.

use super::report::{OperatorReport, Report};
use super::text::{counted, kept, rate};
use crate::graph::{GraphEnd, Note, Notes, Svg};
use crate::time::TimeDelta;

impl Report {
    /// The graph of the job as a picture, an SVG file, with what has come through each box so far, how fast, what is kept, and in
    /// red what was late or skipped. A bar at the foot of each box says how its records compare to those of the one with most.
    ///
    /// ```
    /// use streamlite::prelude::*;
    ///
    /// pipeline! {
    ///     fn evens(numbers: Source<u64>, out: Sink<u64>) {
    ///         numbers.filter(|n| n % 2 == 0).to(out);
    ///     }
    /// }
    ///
    /// # fn main() -> streamlite::Result<()> {
    /// let (sink, _kept) = CollectionSink::new();
    /// let report = evens(CollectionSource::new(0..10), sink).run()?;
    /// let picture = report.svg().to_string();
    /// assert!(picture.contains("in 10, out 5"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn svg(&self) -> Svg<'_> {
        self.picture(None)
    }

    /// The same; but how fast it is, and where most comes through, is of the time since an earlier report of the same job.
    #[must_use]
    pub fn svg_since(&self, earlier: &Report) -> Svg<'_> {
        self.picture(Some(earlier))
    }

    fn picture(&self, earlier: Option<&Report>) -> Svg<'_> {
        let earlier = earlier.filter(|earlier| earlier.graph == self.graph);
        let elapsed = match earlier {
            Some(earlier) => self.elapsed - earlier.elapsed,
            None => self.elapsed,
        };
        // An earlier report of another run may have counted more.
        let speed =
            |now: u64, before: Option<u64>| per_second(now.saturating_sub(before.unwrap_or(0)), elapsed);
        let mut notes = Notes {
            caption: self.headline(),
            ..Notes::default()
        };
        for (number, source) in self.sources.iter().enumerate() {
            let before = earlier.and_then(|earlier| earlier.sources.get(number));
            let mut note = Note {
                rate: speed(source.records, before.map(|source| source.records)),
                ..Note::default()
            };
            note.lines.push(with_rate(counted(source.records), note.rate));
            if source.skipped > 0 {
                let word = if source.routed.is_some() {
                    "routed"
                } else {
                    "skipped"
                };
                note.warnings.push(format!("{} {word}", counted(source.skipped)));
            }
            notes.boxes.insert(format!("s{number}"), note);
        }
        for (number, operator) in self.operators.iter().enumerate() {
            let before = earlier.and_then(|earlier| earlier.operators.get(number));
            let rate = speed(operator.records_in, before.map(|operator| operator.records_in));
            notes.boxes.insert(format!("n{number}"), note_of(operator, rate));
        }
        for (number, sink) in self.sinks.iter().enumerate() {
            let ends_in =
                |end: Option<GraphEnd>| matches!(end, Some(GraphEnd::Sink(name)) if name == sink.name);
            let nodes = &mut self.graph.parts().nodes.iter();
            let Some(node) = nodes.position(|node| ends_in(node.end)) else {
                continue;
            };
            let before = earlier.and_then(|earlier| earlier.sinks.get(number));
            let rate = speed(sink.records, before.map(|sink| sink.records));
            let note = Note {
                rate,
                lines: vec![with_rate(counted(sink.records), rate)],
                ..Note::default()
            };
            notes.boxes.insert(format!("k{node}"), note);
        }
        Svg::new(&self.graph, Some(notes))
    }
}

fn note_of(operator: &OperatorReport, rate: f64) -> Note {
    let counts = format!(
        "in {}, out {}",
        counted(operator.records_in),
        counted(operator.records_out)
    );
    let mut note = Note {
        rate,
        lines: vec![with_rate(counts, rate)],
        ..Note::default()
    };
    if operator.state.entries > 0 {
        note.lines.push(format!("keeps {}", kept(operator.state)));
    }
    if let Some(lag) = operator.watermark_lag {
        note.lines.push(format!("event time {lag} behind"));
    }
    if operator.late > 0 {
        let dropped = match operator.late_dropped {
            0 => String::new(),
            dropped => format!(", {} dropped", counted(dropped)),
        };
        note.warnings
            .push(format!("{} late{dropped}", counted(operator.late)));
    }
    if operator.in_gaps > 0 {
        note.warnings
            .push(format!("{} between windows", counted(operator.in_gaps)));
    }
    if operator.ahead_of_clock > 0 {
        note.warnings
            .push(format!("{} ahead of the clock", counted(operator.ahead_of_clock)));
    }
    note
}

fn with_rate(counts: String, per_second: f64) -> String {
    match rate(per_second, "/s") {
        rate if rate.is_empty() => counts,
        rate => format!("{counts}, {rate}"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate is for showing")]
fn per_second(records: u64, elapsed: TimeDelta) -> f64 {
    let seconds = elapsed.as_secs_f64();
    if seconds > 0.0 {
        records as f64 / seconds
    } else {
        0.0
    }
}
