//! Why a window has not fired.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::metrics::{PartitionActivity, PartitionWatermark};
use crate::time::{TimeDelta, Timestamp};
use crate::window::Window;

/// What becomes of a window of a key, and what holds it back: what [`JobHandle::why`](crate::JobHandle::why) returns.
///
/// [`Display`](fmt::Display) says it in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Why {
    /// The statement.
    pub statement: String,
    /// The window.
    pub window: Window,
    /// What has become of it.
    pub status: WindowStatus,
    /// The watermark that the statement has reached.
    pub watermark: Timestamp,
    /// The watermark at which it fires: its end.
    pub fires_at: Timestamp,
    /// The watermark at which it closes, and takes late records no more.
    pub closes_at: Timestamp,
    /// It may fire before and after, as its trigger says.
    pub has_trigger: bool,
    /// The key's windows that are open.
    pub open: Vec<Window>,
    /// The partitions that flow into the statement, in the order in which they were announced.
    pub partitions: Vec<PartitionWatermark>,
    /// What the job's clock said.
    pub now: Timestamp,
}

/// What has become of a window of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum WindowStatus {
    /// It has records of the key, and has not come to its end.
    Open,
    /// It has not come to its end, and no record of the key is in it.
    Empty,
    /// It has come to its end and has fired, and takes late records still.
    Fired,
    /// It has come to its end without a record of the key, and takes late records still.
    EmptyAtEnd,
    /// It is over. It has fired if it had a record of the key: that is not known any more.
    Closed,
}

impl Why {
    /// The partitions that hold the window back, the one that is furthest behind first: those that are neither idle nor finished,
    /// and below the window's end.
    #[must_use]
    pub fn held_back_by(&self) -> Vec<&PartitionWatermark> {
        let partitions = self.partitions.iter();
        let holding = partitions.filter(|one| {
            let is_below = one.watermark.is_some_and(|watermark| watermark < self.fires_at);
            one.activity == PartitionActivity::Active && is_below
        });
        let mut holding: Vec<_> = holding.collect();
        holding.sort_by_key(|one| one.watermark);
        holding
    }

    /// How far event time has to go on until the window fires.
    #[must_use]
    pub fn missing(&self) -> TimeDelta {
        (self.fires_at - self.watermark).max(TimeDelta::ZERO)
    }

    /// In how long it fires by the clock, if all partitions go on as in the last seconds; `None` if it has fired, or one does not
    /// go on.
    #[must_use]
    pub fn fires_in(&self) -> Option<TimeDelta> {
        if !matches!(self.status, WindowStatus::Open | WindowStatus::Empty) {
            return None;
        }
        let holding = self.held_back_by();
        let waits = holding.iter().map(|one| {
            let pace = one.pace.filter(|pace| *pace > 0.0)?;
            let watermark = one.watermark.filter(|watermark| *watermark > Timestamp::MIN)?;
            let left: Duration = (self.fires_at - watermark).try_into().ok()?;
            let wait = Duration::try_from_secs_f64(left.as_secs_f64() / pace).ok()?;
            Some(TimeDelta::from(wait))
        });
        let waits: Option<Vec<TimeDelta>> = waits.collect();
        waits?.into_iter().max()
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            statement,
            watermark,
            fires_at,
            closes_at,
            ..
        } = self;
        let Window { start, end, .. } = self.window;
        write!(f, "window [{start}, {end}) of `{statement}`: ")?;
        match self.status {
            WindowStatus::Open => writeln!(f, "it is open, and has records of this key")?,
            WindowStatus::Empty => writeln!(f, "it is open, and has no record of this key")?,
            WindowStatus::Fired => {
                writeln!(
                    f,
                    "it has fired, and fires again for late records until the watermark {closes_at}"
                )?;
            }
            WindowStatus::EmptyAtEnd => {
                writeln!(
                    f,
                    "it has come to its end without a record of this key; late ones make it fire until the watermark {closes_at}"
                )?;
            }
            WindowStatus::Closed => {
                writeln!(
                    f,
                    "it is closed: it has fired if a record of this key was in it, and what comes for it is late"
                )?;
            }
        }
        if self.has_trigger {
            writeln!(f, "it has a trigger, and may fire at other times, too")?;
        }
        if *watermark == Timestamp::MAX {
            return writeln!(f, "the input has ended");
        }
        if !matches!(self.status, WindowStatus::Open | WindowStatus::Empty) {
            return writeln!(f, "the watermark is at {watermark}");
        }
        write!(f, "it fires when the watermark reaches {fires_at}; ")?;
        if *watermark == Timestamp::MIN {
            writeln!(f, "there is none yet")?;
        } else {
            writeln!(f, "it is at {watermark}, {} before that", self.missing())?;
        }
        self.write_what_holds(f)?;
        let others: Vec<_> = self.open.iter().filter(|open| **open != self.window).collect();
        if !others.is_empty() && self.status == WindowStatus::Empty {
            write!(f, "this key has records in")?;
            for (place, other) in others.iter().take(MOST).enumerate() {
                let before = if place == 0 { " " } else { ", " };
                write!(f, "{before}[{}, {})", other.start, other.end)?;
            }
            writeln!(f, "{}", more(others.len()))?;
        }
        Ok(())
    }
}

/// So many partitions and windows are named at most.
const MOST: usize = 5;

fn more(all: usize) -> String {
    match all.saturating_sub(MOST) {
        0 => String::new(),
        left => format!(" and {left} more"),
    }
}

impl Why {
    fn write_what_holds(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let holding = self.held_back_by();
        for one in holding.iter().take(MOST) {
            if one.partition == one.source {
                write!(f, "held back by `{}`: ", one.source)?;
            } else {
                write!(f, "held back by {} of `{}`: ", one.partition, one.source)?;
            }
            match one.watermark {
                Some(Timestamp::MIN) | None => write!(f, "it has had no record yet")?,
                Some(watermark) => write!(f, "it is at {watermark}")?,
            }
            let quiet = one.quiet_since.map(|since| self.now - since);
            match quiet.filter(|quiet| *quiet >= TimeDelta::from_secs(1)) {
                Some(quiet) if self.partitions.len() > 1 => writeln!(
                    f,
                    ", and has had nothing to read for {quiet} (an `idle_after` lets the others go on without it)"
                )?,
                Some(quiet) => writeln!(f, ", and has had nothing to read for {quiet}")?,
                None => writeln!(f)?,
            }
        }
        if holding.len() > MOST {
            writeln!(f, "and by {} more", holding.len() - MOST)?;
        }
        let is_over = |one: &PartitionWatermark| one.activity == PartitionActivity::Finished;
        if !holding.is_empty() {
            return match self.fires_in() {
                Some(wait) => writeln!(f, "at the pace of the last seconds it fires in {wait}"),
                None => Ok(()),
            };
        }
        let mut left = self.partitions.iter().filter(|one| !is_over(one)).peekable();
        if left.peek().is_none() {
            return Ok(());
        }
        if left.all(|one| one.activity == PartitionActivity::Idle) {
            return writeln!(
                f,
                "all partitions are idle: event time stands still until one of them has a record"
            );
        }
        writeln!(
            f,
            "all partitions have come so far: it fires when they are read next"
        )
    }
}
