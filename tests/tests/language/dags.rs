//! Random pipelines (`build.rs` writes them) against a model that walks each as data: every record of every sink, the
//! counts of the report, for any batch size, and with the job saved and restored at any moment.

use std::collections::BTreeMap;

use proptest::prelude::*;
use streamlite::prelude::*;
use streamlite::source::ReadStatus;
use streamlite::{Job, Report, Savepoint};
use streamlite_tests::Partitions;
use streamlite_tests::model::Event;
use streamlite_tests::strategies::{breaks, drifting};

include!(concat!(env!("OUT_DIR"), "/dags.rs"));

type Sinks = Vec<CollectionSink<Event>>;

/// A pipeline as data, and how it is made into a job.
struct Dag {
    sources: usize,
    operators: &'static [Operator],
    job: fn(&[Vec<Event>], Sinks) -> Job,
}

struct Operator {
    kind: Kind,
    inputs: &'static [usize],
    outputs: &'static [usize],
}

impl Operator {
    const fn new(kind: Kind, inputs: &'static [usize], outputs: &'static [usize]) -> Self {
        Self {
            kind,
            inputs,
            outputs,
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Timed {
        source: usize,
        delay: i64,
    },
    Map(i32),
    Filter(i32),
    FlatMap(i32),
    Split(i32),
    Match(i32),
    Union,
    Running,
    Window(i64),
    /// The bounds, and whether left rows that match none are given, too.
    Within(i64, i64, bool),
    InWindows(i64),
    AllRows,
    /// How old a row may be.
    Latest(i64),
    Sink {
        unordered: bool,
    },
}

// What the operators do to records, in the pipelines and in the model.

fn add(event: &Event, number: i32) -> Event {
    Event {
        value: event.value.wrapping_add(number),
        ..event.clone()
    }
}

fn divides(event: &Event, number: i32) -> bool {
    event.value.rem_euclid(number) == 0
}

fn copies(event: Event, number: i32) -> impl Iterator<Item = Event> {
    (0..event.value.rem_euclid(3)).map(move |copy| add(&event, copy * number))
}

/// Rows that were joined.
trait Joined {
    fn put_together(self) -> Event;
}

impl Joined for (Event, Event) {
    fn put_together(self) -> Event {
        of_pair(&self.0, Some(&self.1))
    }
}

impl Joined for (Event, Option<Event>) {
    fn put_together(self) -> Event {
        of_pair(&self.0, self.1.as_ref())
    }
}

fn of_pair(left: &Event, right: Option<&Event>) -> Event {
    let (value, at) = right.map_or((-1, -1), |right| (right.value, right.at));
    Event {
        key: left.key,
        value: low(i64::from(left.value) * 3 + i64::from(value)),
        at: left.at.wrapping_mul(31).wrapping_add(at) & 0xFFFF_FFFF,
    }
}

fn low(sum: i64) -> i32 {
    i32::try_from(sum.rem_euclid(1_000_003)).expect("it is small")
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).expect("it is small")
}

/// Count and sum of each key of each window.
type Windows = BTreeMap<(i128, u8), (u64, i128)>;

/// Walks a pipeline, record by record.
struct Walk<'a> {
    operators: &'a [Operator],
    /// What each operator keeps.
    windows: Vec<Windows>,
    /// The rows of joins: of each input, with their times, in the order in which they came.
    rows: Vec<[Vec<(Event, i128)>; 2]>,
    running: Vec<BTreeMap<u8, (u64, i128)>>,
    /// Records that each operator has given.
    given: Vec<u64>,
    late: Vec<u64>,
    written: Vec<Vec<Event>>,
}

impl<'a> Walk<'a> {
    fn new(operators: &'a [Operator]) -> Self {
        let many = operators.len();
        Self {
            operators,
            windows: vec![Windows::new(); many],
            rows: vec![[Vec::new(), Vec::new()]; many],
            running: vec![BTreeMap::new(); many],
            given: vec![0; many],
            late: vec![0; many],
            written: vec![Vec::new(); many],
        }
    }

    fn run(mut self, inputs: &[Vec<Event>]) -> Self {
        for (place, operator) in self.operators.iter().enumerate() {
            let Kind::Timed { source, delay } = operator.kind else {
                continue;
            };
            let mut seen = i128::MIN;
            for event in &inputs[source] {
                let at = i128::from(event.at);
                self.give(place, 0, event, at, seen);
                seen = seen.max(at - i128::from(delay));
            }
        }
        // Each window and join after those above it: their results are late for nobody.
        for (place, operator) in self.operators.iter().enumerate() {
            let Kind::Window(size) = operator.kind else {
                self.join(place);
                continue;
            };
            for ((start, key), (count, sum)) in std::mem::take(&mut self.windows[place]) {
                let millis = i64::try_from(start).expect("it is small");
                let result = Event {
                    key,
                    value: i32::try_from(sum.rem_euclid(1_000_003)).expect("it is small"),
                    at: millis * 100 + signed(count),
                };
                self.give(place, 0, &result, start + i128::from(size) - 1, i128::MIN);
            }
        }
        self
    }

    /// Compares all rows of a join.
    fn join(&mut self, place: usize) {
        let [left, right] = std::mem::take(&mut self.rows[place]);
        let kind = self.operators[place].kind;
        for (l, at) in left {
            let of_key = right.iter().filter(|(r, _)| r.key == l.key);
            let matches = |other: i128| match kind {
                Kind::Within(lower, upper, _) => {
                    (i128::from(lower)..=i128::from(upper)).contains(&(other - at))
                }
                Kind::InWindows(size) => at.div_euclid(size.into()) == other.div_euclid(size.into()),
                Kind::Latest(oldest) => (0..=i128::from(oldest)).contains(&(at - other)),
                _ => true,
            };
            let mut found: Vec<_> = of_key.filter(|(_, other)| matches(*other)).collect();
            if let Kind::Latest(_) = kind {
                found = found.into_iter().max_by_key(|(_, at)| *at).into_iter().collect();
            }
            let keeps = !matches!(kind, Kind::AllRows | Kind::Within(.., false));
            let time = |other: i128| match kind {
                Kind::InWindows(size) => (at.div_euclid(size.into()) + 1) * i128::from(size) - 1,
                Kind::Latest(_) => at,
                _ => at.max(other),
            };
            if found.is_empty() && keeps {
                self.give(place, 0, &of_pair(&l, None), time(at), i128::MIN);
            }
            for (r, other) in found {
                self.give(place, 0, &of_pair(&l, Some(r)), time(*other), i128::MIN);
            }
        }
    }

    /// An operator returns a record to one of its outputs: every user of that stream takes it.
    fn give(&mut self, place: usize, output: usize, event: &Event, at: i128, seen: i128) {
        self.given[place] += 1;
        let stream = self.operators[place].outputs[output];
        for user in 0..self.operators.len() {
            for (input, &of) in self.operators[user].inputs.iter().enumerate() {
                if of == stream {
                    self.take(user, input, event, at, seen);
                }
            }
        }
    }

    fn take(&mut self, place: usize, input: usize, event: &Event, at: i128, seen: i128) {
        let divided = |number: i32| i64::from(event.value).rem_euclid(i64::from(number)) == 0;
        let plus = |number: i32| add(event, number);
        match self.operators[place].kind {
            Kind::Timed { .. } => unreachable!("it has no input"),
            Kind::Map(number) => self.give(place, 0, &plus(number), at, seen),
            Kind::Union => self.give(place, 0, event, at, seen),
            Kind::Filter(number) if divided(number) => {}
            Kind::Filter(_) => self.give(place, 0, event, at, seen),
            Kind::FlatMap(number) => {
                for copy in 0..event.value.rem_euclid(3) {
                    self.give(place, 0, &plus(copy * number), at, seen);
                }
            }
            Kind::Split(number) => self.give(place, usize::from(!divided(number)), event, at, seen),
            Kind::Match(number) => {
                if divided(number) {
                    self.give(place, 0, event, at, seen);
                    self.give(place, 0, &plus(1), at, seen);
                    self.give(place, 0, &plus(3), at, seen);
                    self.give(place, 1, &plus(2), at, seen);
                } else {
                    self.give(place, 1, event, at, seen);
                }
            }
            Kind::Running => {
                let (count, sum) = self.running[place].entry(event.key).or_default();
                (*count, *sum) = (*count + 1, *sum + i128::from(event.value));
                let result = Event {
                    key: event.key,
                    value: i32::try_from(sum.rem_euclid(1_000_003)).expect("it is small"),
                    at: signed(*count),
                };
                self.give(place, 0, &result, at, seen);
            }
            Kind::Window(size) => {
                let start = at.div_euclid(i128::from(size)) * i128::from(size);
                if start + i128::from(size) <= seen {
                    self.late[place] += 1;
                    return;
                }
                let (count, sum) = self.windows[place].entry((start, event.key)).or_default();
                (*count, *sum) = (*count + 1, *sum + i128::from(event.value));
            }
            Kind::AllRows => self.rows[place][input].push((event.clone(), at)),
            Kind::InWindows(size) if (at.div_euclid(size.into()) + 1) * i128::from(size) <= seen => {
                self.late[place] += 1;
            }
            Kind::Within(..) | Kind::Latest(_) if at < seen => self.late[place] += 1,
            Kind::InWindows(_) | Kind::Within(..) | Kind::Latest(_) => {
                self.rows[place][input].push((event.clone(), at));
            }
            Kind::Sink { .. } => self.written[place].push(event.clone()),
        }
    }
}

/// What is compared: what each sink got, and what each operator counted.
#[derive(Debug, PartialEq, Eq)]
struct Out {
    sinks: Vec<Vec<Event>>,
    given: Vec<u64>,
    late: Vec<u64>,
}

impl Dag {
    fn expected(&self, inputs: &[Vec<Event>]) -> Out {
        let Walk {
            given, late, written, ..
        } = Walk::new(self.operators).run(inputs);
        let sinks = self.sinks().map(|(place, _)| written[place].clone());
        Out {
            sinks: sinks.collect(),
            given: self.of_inner(&given),
            late: self.of_inner(&late),
        }
    }

    fn sinks(&self) -> impl Iterator<Item = (usize, bool)> {
        self.operators
            .iter()
            .enumerate()
            .filter_map(|(place, operator)| match operator.kind {
                Kind::Sink { unordered } => Some((place, unordered)),
                _ => None,
            })
    }

    /// The counts of the operators that are no sinks.
    fn of_inner(&self, counts: &[u64]) -> Vec<u64> {
        let inner = self.operators.iter().zip(counts);
        inner
            .filter(|(operator, _)| !operator.outputs.is_empty())
            .map(|(_, &count)| count)
            .collect()
    }

    /// With the records of the sinks sorted whose order the model does not know.
    fn sorted(&self, mut out: Out) -> Out {
        for (sink, (_, unordered)) in out.sinks.iter_mut().zip(self.sinks()) {
            if unordered {
                sink.sort_by_key(|event| (event.at, event.key, event.value));
            }
        }
        out
    }

    /// The job, and its sinks to be read.
    fn start(&self, setup: &Setup) -> (Job, Vec<streamlite::sink::Collected<Event>>) {
        let (sinks, collected) = self.sinks().map(|_| CollectionSink::new()).unzip();
        let job = (self.job)(&setup.inputs, sinks);
        (job.batch_size(setup.batch).turn_size(setup.turn), collected)
    }

    /// Runs it, saved and restored after so many steps each.
    fn run(&self, setup: &Setup) -> Out {
        let mut sinks = vec![Vec::new(); self.sinks().count()];
        let (mut saved, mut breaks) = (None::<Savepoint>, setup.breaks.iter());
        loop {
            let (job, collected) = self.start(setup);
            let job = match &saved {
                None => job.start(),
                Some(saved) => job.restore(saved).start(),
            };
            let mut job = job.expect("it can be started");
            let mut left = breaks.next().copied().unwrap_or(usize::MAX);
            let mut ended = false;
            while left > 0 && !ended {
                ended = job.step().expect("nothing goes wrong") == ReadStatus::End;
                left -= 1;
            }
            let report = if ended {
                Some(job.finish().expect("nothing goes wrong"))
            } else {
                let bytes = postcard::to_stdvec(&job.savepoint().expect("everything can be saved"));
                saved =
                    Some(postcard::from_bytes(&bytes.expect("it serializes")).expect("it was just written"));
                None
            };
            for (sink, collected) in sinks.iter_mut().zip(collected) {
                sink.extend(collected.take());
            }
            if let Some(report) = report {
                return self.out(sinks, &report);
            }
        }
    }

    fn out(&self, sinks: Vec<Vec<Event>>, report: &Report) -> Out {
        let inner = || {
            report
                .operators
                .iter()
                .zip(self.operators)
                .filter(|(_, known)| !known.outputs.is_empty())
        };
        for (sink, written) in report.sinks.iter().zip(&sinks) {
            assert_eq!(sink.records, written.len() as u64, "{report}");
        }
        Out {
            sinks,
            given: inner().map(|(operator, _)| operator.records_out).collect(),
            late: inner().map(|(operator, _)| operator.late).collect(),
        }
    }
}

#[derive(Clone, Debug)]
struct Setup {
    inputs: Vec<Vec<Event>>,
    batch: usize,
    turn: usize,
    breaks: Vec<usize>,
}

fn setup() -> impl Strategy<Value = Setup> {
    let event = |((key, value), at)| Event { key, value, at };
    let list = drifting((0_u8..3, -5_i32..20), 1, -8..9, 0..40)
        .prop_map(move |list| list.into_iter().map(event).collect::<Vec<_>>());
    let inputs = prop::collection::vec(list, 2);
    (inputs, 1_usize..9, 1_usize..9, breaks(4)).prop_map(|(inputs, batch, turn, breaks)| Setup {
        inputs,
        batch,
        turn,
        breaks,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// Each case runs every pipeline.
    #[test]
    fn random_pipelines_do_what_the_model_does(setup in setup()) {
        for (number, dag) in dags().iter().enumerate() {
            let out = dag.run(&setup);
            let at_once = Setup { batch: 1_000, breaks: Vec::new(), ..setup.clone() };
            prop_assert_eq!(&out, &dag.run(&at_once), "pipeline {} in other batches without breaks", number);
            let expected = dag.expected(&setup.inputs[..dag.sources]);
            prop_assert_eq!(dag.sorted(out), dag.sorted(expected), "pipeline {}", number);
        }
    }
}
