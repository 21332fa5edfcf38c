//! Windows of the calendar: days, weeks, months and years of a place.

use std::borrow::Cow;
use std::cell::Cell;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::aligned::AlignedStore;
use super::assigner::{Assigner, ByTime, IntoAssigner, Settings, Stores, folded_in};
use super::event_window::Window;
use super::grid::Grid;
use super::span::Span;
use super::trigger::{FiredBy, OnWatermark, Trigger, Triggered};
use super::triggered::{One, TriggeredStore};
use crate::aggregate::Aggregate;
use crate::error::{Error, Result};
use crate::state::{Grouping, Shape, name_of};
use crate::time::{TimeDelta, Timestamp};

/// Windows of the calendar; see [`daily`], [`weekly`], [`monthly`] and [`yearly`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    unit: Unit,
    zone: Cow<'static, str>,
    starts_at: TimeDelta,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
}

/// Days, in UTC unless [`zone`](Calendar::zone) says otherwise. A day lasts 23 or 25 hours where the clocks of the zone
/// change.
///
/// ```
/// # use streamlite::prelude::*;
/// // Noon in Berlin on the day before summer time, on its first day and on the day after.
/// let hours = pipeline!(
///     from([1_711_796_400_000_i64, 1_711_879_200_000, 1_711_965_600_000])
///         .event_time(|at| *at)
///         .window(daily().zone("Europe/Berlin"))
///         .aggregate(|window, rows| (window.size().as_millis() / 3_600_000, rows.count()))
/// )
/// .collect()?;
/// assert_eq!(hours, [(24, 1), (23, 1), (24, 1)]);
/// # Ok::<(), streamlite::Error>(())
/// ```
///
/// | | |
/// | --- | --- |
/// | on a watermark | fires the windows that end at or before it |
/// | on a late record | within the allowed lateness its windows fire again; after it the record is counted, and dropped unless `with_late` is written |
/// | at a checkpoint | saves every open window |
/// | in Flink | none: there a day is `TumblingEventTimeWindows` with an offset, and lasts 24 hours |
#[must_use]
pub fn daily() -> Calendar {
    Calendar::of(Unit::Day)
}

/// Weeks from Monday to Sunday; see [`daily`].
#[must_use]
pub fn weekly() -> Calendar {
    Calendar::of(Unit::Week)
}

/// Months of the calendar; see [`daily`].
#[must_use]
pub fn monthly() -> Calendar {
    Calendar::of(Unit::Month)
}

/// Years of the calendar; see [`daily`].
#[must_use]
pub fn yearly() -> Calendar {
    Calendar::of(Unit::Year)
}

impl Calendar {
    fn of(unit: Unit) -> Self {
        Self {
            unit,
            zone: Cow::Borrowed("UTC"),
            starts_at: TimeDelta::ZERO,
        }
    }

    /// The time zone, by its name in the IANA database, such as `"Europe/Berlin"`. The database is part of the program:
    /// the same program cuts the same windows on every machine. A job with an unknown zone does not start.
    #[must_use]
    pub fn zone(self, zone: impl Into<Cow<'static, str>>) -> Self {
        Self {
            zone: zone.into(),
            ..self
        }
    }

    /// The time of day at which a day starts, and with it a week, a month or a year: `daily().starts_at(6h)` cuts from six
    /// in the morning to six in the morning.
    #[must_use]
    pub fn starts_at(self, time_of_day: TimeDelta) -> Self {
        Self {
            starts_at: time_of_day,
            ..self
        }
    }

    fn written(&self) -> String {
        let unit = match self.unit {
            Unit::Day => "daily",
            Unit::Week => "weekly",
            Unit::Month => "monthly",
            Unit::Year => "yearly",
        };
        format!("{unit}()")
    }

    fn grid(&self) -> Result<CalendarGrid> {
        let zone = TimeZone::get(&self.zone).map_err(|_| {
            Error::setting(
                format!("{}.zone({:?})", self.written(), self.zone),
                "there is no such time zone",
                "write a name of the IANA database, such as \"Europe/Berlin\"",
            )
        })?;
        if self.starts_at < TimeDelta::ZERO || self.starts_at >= TimeDelta::from_days(1) {
            return Err(Error::setting(
                format!("{}.starts_at({})", self.written(), self.starts_at),
                "a day does not start at such a time",
                "write a time of day, from 0s up to but without 24h",
            ));
        }
        Ok(CalendarGrid::new(self.unit, zone, self.starts_at))
    }
}

impl IntoAssigner for Calendar {
    type Assigner = Self;

    fn into_assigner(self) -> Self {
        self
    }
}

impl ByTime for Calendar {}

folded_in!(Calendar, <X> X, Yes);

impl Assigner for Calendar {
    type Window = Window;

    fn shape(&self) -> Shape {
        Shape::new("calendar window")
            .with("unit", self.written())
            .with("zone", &self.zone)
            .with("start", self.starts_at)
    }
}

impl<T, G: Grouping<T>, A: Aggregate<T>> Stores<T, G, A, OnWatermark> for Calendar {
    type Store = AlignedStore<T, G, A, CalendarGrid>;

    fn store(self, settings: Settings<G, A, OnWatermark>, fail: impl FnOnce(Error)) -> Self::Store {
        let grid = self.grid().unwrap_or_else(|error| {
            fail(error);
            CalendarGrid::new(Unit::Day, TimeZone::UTC, TimeDelta::ZERO)
        });
        AlignedStore::new(grid, settings)
    }
}

impl<T, R: Trigger<T>> FiredBy<T, R> for Calendar {}

impl<T, G: Grouping<T>, A: Aggregate<T>, R: Trigger<T>> Stores<T, G, A, Triggered<R>> for Calendar {
    type Store = TriggeredStore<T, G, A, R, One<CalendarGrid>>;

    fn trigger_state() -> Option<String> {
        Some(name_of::<R::State>())
    }

    fn store(self, settings: Settings<G, A, Triggered<R>>, fail: impl FnOnce(Error)) -> Self::Store {
        let grid = self.grid().and_then(|grid| settings.checked::<T, _>(grid));
        let grid = grid.unwrap_or_else(|error| {
            fail(error);
            CalendarGrid::new(Unit::Day, TimeZone::UTC, TimeDelta::ZERO)
        });
        TriggeredStore::new(One(grid), settings)
    }
}

/// The windows of a calendar in a time zone.
#[derive(Debug)]
pub struct CalendarGrid {
    unit: Unit,
    zone: TimeZone,
    starts_at: SignedDuration,
    /// What the calendar covers: nearly all of its 20,000 years, in whole windows.
    covers: Span,
    /// The window that was asked for last.
    last: Cell<Span>,
}

impl CalendarGrid {
    fn new(unit: Unit, zone: TimeZone, starts_at: TimeDelta) -> Self {
        let none = Span::new(Timestamp::MAX, Timestamp::MIN);
        let mut grid = Self {
            unit,
            zone,
            starts_at: SignedDuration::from_millis(starts_at.as_millis()),
            covers: none,
            last: Cell::new(none),
        };
        let edge = |year| grid.start_of(grid.first_day(jiff::civil::date(year, 1, 1))?);
        if let (Some(first), Some(last)) = (edge(-9998), edge(9998)) {
            grid.covers = Span::new(first, last);
        }
        grid
    }

    /// The first day of the unit that a day is in.
    fn first_day(&self, day: Date) -> Option<Date> {
        match self.unit {
            Unit::Day => Some(day),
            Unit::Week => {
                let after_monday = day.weekday().since(Weekday::Monday);
                day.checked_sub(jiff::Span::new().days(after_monday)).ok()
            }
            Unit::Month => Some(day.first_of_month()),
            Unit::Year => Some(day.first_of_year()),
        }
    }

    /// The first day of the unit after it.
    fn next(&self, first: Date) -> Option<Date> {
        let span = match self.unit {
            Unit::Day => jiff::Span::new().days(1),
            Unit::Week => jiff::Span::new().weeks(1),
            Unit::Month => jiff::Span::new().months(1),
            Unit::Year => jiff::Span::new().years(1),
        };
        first.checked_add(span).ok()
    }

    /// When a day starts. A time that the clocks skip is the moment at which they skip it, a time that comes twice is its
    /// first.
    fn start_of(&self, day: Date) -> Option<Timestamp> {
        let local: DateTime = day.to_datetime(jiff::civil::Time::midnight());
        let local = local.checked_add(self.starts_at).ok()?;
        let at = self.zone.to_ambiguous_timestamp(local);
        let at = if let AmbiguousOffset::Gap { after, .. } = at.offset() {
            let before_the_gap = after.to_timestamp(local).ok()?;
            self.zone.following(before_the_gap).next()?.timestamp()
        } else {
            at.compatible().ok()?
        };
        Some(Timestamp::from_millis(at.as_millisecond()))
    }

    /// The window, where the calendar reaches so far.
    fn find(&self, timestamp: Timestamp) -> Option<Span> {
        if !self.covers.contains(timestamp) {
            return None;
        }
        let at = jiff::Timestamp::from_millisecond(timestamp.as_millis()).ok()?;
        let local = self.zone.to_datetime(at).checked_sub(self.starts_at).ok()?;
        let mut first = self.first_day(local.date())?;
        loop {
            let next = self.next(first)?;
            let end = self.start_of(next)?;
            if timestamp < end {
                return Some(Span::new(self.start_of(first)?, end));
            }
            // Where the clocks have gone back after the start of a day, that day has begun all the same.
            first = next;
        }
    }
}

impl Grid for CalendarGrid {
    /// Before and after what the calendar covers there is one window each.
    fn window_of(&self, timestamp: Timestamp) -> Span {
        let last = self.last.get();
        if last.contains(timestamp) {
            return last;
        }
        let window = self.find(timestamp).unwrap_or({
            if timestamp < self.covers.start {
                Span::new(Timestamp::MIN, self.covers.start)
            } else {
                Span::new(self.covers.end, Timestamp::MAX)
            }
        });
        self.last.set(window);
        window
    }
}
