//! A report in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::instruments::Summary;
use super::report::Report;
use super::samples::{Labels, Samples};

/// Families of samples, in the order in which they were first named.
#[derive(Debug, Default)]
struct Families {
    families: Vec<Family>,
    places: BTreeMap<String, usize>,
}

/// Samples of one name, which have one type.
#[derive(Debug)]
struct Family {
    name: String,
    kind: &'static str,
    help: &'static str,
    samples: String,
}

impl Families {
    fn of(&mut self, name: &str, kind: &'static str, help: &'static str) -> &mut Family {
        let known = self.places.get(name).copied();
        let place = match known {
            Some(place) if self.families[place].kind == kind => place,
            // Names that differ in their signs alone may be of different kinds.
            Some(_) => return self.of(&format!("{name}_{kind}"), kind, help),
            None => {
                self.places.insert(name.to_owned(), self.families.len());
                self.families.push(Family {
                    name: name.to_owned(),
                    kind,
                    help,
                    samples: String::new(),
                });
                self.families.len() - 1
            }
        };
        &mut self.families[place]
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for Family {
            name,
            kind,
            help,
            samples,
        } in &self.families
        {
            text += &format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{samples}");
        }
        text
    }
}

impl Samples for Families {
    fn counter(&mut self, name: &str, help: &'static str, labels: Labels<'_>, value: u64) {
        self.of(name, "counter", help)
            .sample("", labels, &value.to_string());
    }

    fn gauge(&mut self, name: &str, help: &'static str, labels: Labels<'_>, value: f64) {
        self.of(name, "gauge", help).sample("", labels, &number(value));
    }

    /// A summary, whose values are so many times those of the unit of its name.
    fn summary(&mut self, name: &str, help: &'static str, labels: Labels<'_>, of: &Summary, unit: f64) {
        let family = self.of(name, "summary", help);
        for (quantile, value) in [("0.5", of.p50), ("0.9", of.p90), ("0.99", of.p99)] {
            let labels = [labels, &[("quantile", quantile)]].concat();
            family.sample("", &labels, &number(value * unit));
        }
        #[expect(clippy::cast_precision_loss, reason = "a sum is for showing")]
        let sum = of.mean * of.count as f64 * unit;
        family.sample("_sum", labels, &number(sum));
        family.sample("_count", labels, &of.count.to_string());
    }
}

impl Family {
    fn sample(&mut self, suffix: &str, labels: Labels<'_>, value: &str) {
        let labels = labels
            .iter()
            .map(|(name, text)| format!("{name}=\"{}\"", escaped(text)));
        let labels: Vec<String> = labels.collect();
        // Writing to a text cannot fail.
        let _ = writeln!(
            self.samples,
            "{}{suffix}{{{}}} {value}",
            self.name,
            labels.join(",")
        );
    }
}

/// The text of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        value.to_string()
    }
}

impl Report {
    /// The report in the [text format of Prometheus](https://prometheus.io/docs/instrumenting/exposition_formats/): what an
    /// endpoint that it scrapes answers.
    ///
    /// The names of the engine's own metrics begin with `streamlite_`. They are labelled with the pipeline, and with the source,
    /// the statement or the sink. The user's have the names that they were given, after `streamlite_user_`, with `_` for what
    /// Prometheus does not take in a name; their label `name` has them as they are.
    ///
    /// ```
    /// use streamlite::prelude::*;
    ///
    /// pipeline!(
    ///     fn doubled(numbers: Source<u32>, out: Sink<u32>) {
    ///         numbers.map(|n| n * 2).to(out);
    ///     }
    /// );
    ///
    /// let report = doubled(CollectionSource::new([1, 2, 3]), NullSink).run()?;
    /// let text = report.to_prometheus();
    /// assert!(text.contains("streamlite_source_records_total{pipeline=\"doubled\",source=\"numbers\"} 3\n"));
    /// # Ok::<(), streamlite::Error>(())
    /// ```
    #[must_use]
    pub fn to_prometheus(&self) -> String {
        let mut families = Families::default();
        self.show_samples(&mut families);
        families.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_prometheus_does_not_take_is_written_otherwise() {
        assert_eq!(escaped("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
        let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.1, -3.0];
        assert_eq!(numbers.map(number), ["NaN", "+Inf", "-Inf", "0.1", "-3"]);
    }

    #[test]
    fn two_kinds_of_one_name_are_two_families_and_each_is_in_one_place() {
        let mut families = Families::default();
        families.gauge("a_b", "One.", &[("name", "a.b")], 1.5);
        families.counter("a_b", "Another.", &[("name", "a b")], 2);
        families.gauge("a_b", "One.", &[("name", "a_b")], 3.0);
        assert_eq!(
            families.text(),
            "# HELP a_b One.\n# TYPE a_b gauge\na_b{name=\"a.b\"} 1.5\na_b{name=\"a_b\"} 3\n\
             # HELP a_b_counter Another.\n# TYPE a_b_counter counter\na_b_counter{name=\"a b\"} 2\n"
        );
    }
}
