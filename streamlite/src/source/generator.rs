//! Records that are made up: from their number, at once or at some rate.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::connector::{Bounded, Opening, Partition, Position, ReadStatus, Reader, Source};
use crate::error::{Error, Result};
use crate::time::{Clock, TimeDelta, Timestamp};

/// Records that a closure makes from their number, which begins with 0: without an end, or so many.
///
/// A job that is restored goes on with the number that is next, so that the closure must make the same record of the same
/// number.
///
/// ```
/// use streamlite::prelude::*;
///
/// let squares = GeneratorSource::new(|n| n * n).count(5);
/// assert_eq!(pipeline!(from(squares)).collect()?, [0, 1, 4, 9, 16]);
/// # Ok::<(), streamlite::Error>(())
/// ```
///
/// At a rate, by the clock of the job:
///
/// ```no_run
/// use streamlite::prelude::*;
///
/// let ticks = GeneratorSource::new(|n| n).per_second(10.0);
/// pipeline!(from(ticks).to(PrintSink::stdout())).run()?;
/// # Ok::<(), streamlite::Error>(())
/// ```
pub struct GeneratorSource<F> {
    make: Option<F>,
    count: u64,
    per_second: Option<f64>,
}

/// A [`GeneratorSource`] that ends.
pub struct BoundedGenerator<F>(GeneratorSource<F>);

impl<T, F: FnMut(u64) -> T> GeneratorSource<F> {
    /// The records that `make` returns for 0, 1, 2 and so on.
    pub fn new(make: F) -> Self {
        Self {
            make: Some(make),
            count: u64::MAX,
            per_second: None,
        }
    }

    /// Ends after so many records.
    #[must_use]
    pub fn count(self, count: u64) -> BoundedGenerator<F> {
        BoundedGenerator(Self { count, ..self })
    }

    /// Makes so many records a second, by the job's clock. What is late is made up for: after a pause all that is due comes
    /// at once. A job that is restored begins anew to count the time.
    #[must_use]
    pub fn per_second(self, records: f64) -> Self {
        Self {
            per_second: Some(records),
            ..self
        }
    }

    fn open(&mut self, at: &Opening<'_>) -> Result<GeneratorReader<F>> {
        let Some(make) = self.make.take() else {
            return Err(Error::setting(
                "a generator",
                "it was read already",
                "give each job a source of its own",
            ));
        };
        let next = at.position().map_or(Ok(0), Position::get)?;
        let pace = match self.per_second {
            None => None,
            Some(rate) if rate.is_finite() && rate > 0.0 => Some(Pace {
                rate,
                first: next,
                since: at.clock().now(),
                clock: at.clock(),
            }),
            Some(rate) => {
                return Err(Error::setting(
                    "a generator",
                    format!("{rate} records a second are no rate"),
                    "write a number above 0 in `.per_second(…)`",
                ));
            }
        };
        Ok(GeneratorReader {
            make,
            next,
            count: self.count,
            pace,
        })
    }

    fn describe(&self) -> String {
        "generator".to_owned()
    }
}

impl<T, F: FnMut(u64) -> T> BoundedGenerator<F> {
    /// As [`GeneratorSource::per_second`].
    #[must_use]
    pub fn per_second(self, records: f64) -> Self {
        Self(self.0.per_second(records))
    }
}

impl<F> fmt::Debug for GeneratorSource<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GeneratorSource")
    }
}

impl<F> fmt::Debug for BoundedGenerator<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundedGenerator")
            .field("count", &self.0.count)
            .finish_non_exhaustive()
    }
}

/// Reads a [`GeneratorSource`].
pub struct GeneratorReader<F> {
    make: F,
    /// The number of the next record.
    next: u64,
    count: u64,
    pace: Option<Pace>,
}

/// When records are due.
struct Pace {
    rate: f64,
    /// The number of the first record of this run.
    first: u64,
    since: Timestamp,
    clock: Arc<dyn Clock>,
}

impl Pace {
    /// Up to which number records are due.
    fn due(&self) -> u64 {
        let seconds = (self.clock.now() - self.since).as_millis() as f64 / 1_000.0;
        // At once the first, and one more each time that its share of a second has passed.
        self.first
            .saturating_add((seconds * self.rate) as u64)
            .saturating_add(1)
    }

    /// How long it is until a number is due.
    fn until(&self, number: u64) -> TimeDelta {
        let seconds = (number - self.first) as f64 / self.rate;
        let at = self.since + TimeDelta::from_millis((seconds * 1_000.0).ceil() as i64);
        at - self.clock.now()
    }
}

impl<F> fmt::Debug for GeneratorReader<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeneratorReader")
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

impl<T, F: FnMut(u64) -> T> Reader for GeneratorReader<F> {
    type Item = T;

    fn read<O: FnMut(T) -> ControlFlow<()>>(&mut self, at_most: usize, mut out: O) -> Result<ReadStatus> {
        let due = self.pace.as_ref().map_or(u64::MAX, Pace::due);
        let end = self.next.saturating_add(at_most as u64).min(self.count).min(due);
        while self.next < end {
            let record = (self.make)(self.next);
            self.next += 1;
            if out(record).is_break() {
                return Ok(ReadStatus::Ready);
            }
        }
        Ok(match &self.pace {
            // It may go on where one of a greater count was saved.
            _ if self.next >= self.count => ReadStatus::End,
            Some(pace) if self.next >= due => ReadStatus::Later(pace.until(self.next)),
            _ => ReadStatus::Ready,
        })
    }

    fn never_waits(&self) -> bool {
        true
    }

    fn position(&mut self) -> Result<Position> {
        Ok(Position::of(&self.next))
    }
}

macro_rules! source {
    ($Source:ident, |$this:ident| $generator:expr) => {
        impl<T, F: FnMut(u64) -> T + Send> Source for $Source<F> {
            type Item = T;
            type Reader = GeneratorReader<F>;

            fn partitions(&mut self) -> Result<Vec<Partition>> {
                Ok(vec![Partition::new("generator")])
            }

            fn open(&mut self, at: &Opening<'_>) -> Result<GeneratorReader<F>> {
                let $this = self;
                GeneratorSource::open(&mut $generator, at)
            }

            fn kind(&self) -> String {
                "GeneratorSource".to_owned()
            }

            /// Its records come at a rate, or all at once.
            fn is_live(&self) -> bool {
                let $this = self;
                $generator.per_second.is_some()
            }

            fn describe(&self) -> String {
                let $this = self;
                GeneratorSource::describe(&$generator)
            }
        }
    };
}

source!(GeneratorSource, |this| *this);
source!(BoundedGenerator, |this| this.0);

impl<T, F: FnMut(u64) -> T + Send> Bounded for BoundedGenerator<F> {}
