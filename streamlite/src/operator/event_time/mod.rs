//! Event time: timestamps out of the records, and a watermark out of the timestamps, for each partition.

mod first_times;
mod future_skew;
mod lane_events;
mod lanes;
mod row;

use std::fmt;
use std::marker::PhantomData;
use std::mem;

use self::first_times::FirstTimes;
use self::future_skew::FutureSkew;
use self::lanes::{GREATEST, LaneWatermarks};
use self::row::{Row, Stopped};
use crate::assembly::{Context, Stage};
use crate::control::{Control, JobEvent, LaneEvent, Question};
use crate::error::{Error, Result};
use crate::record::{Push, Record};
use crate::state::{DeclaredState, Shape, name_of};
use crate::time::{TimeDelta, Timestamp, WatermarkStrategy};

/// Describes `event_time`; see [`Stream::event_time`](crate::flow::Stream::event_time).
#[derive(Clone, Copy, Debug)]
pub struct EventTime<F, U, W> {
    timestamp: F,
    strategy: W,
    idle_after: Option<TimeDelta>,
    max_future_skew: Option<TimeDelta>,
    into: PhantomData<fn() -> U>,
}

impl<F, U, W> EventTime<F, U, W> {
    pub(crate) fn new(timestamp: F, strategy: W) -> Self {
        Self {
            timestamp,
            strategy,
            idle_after: None,
            max_future_skew: None,
            into: PhantomData,
        }
    }

    /// The same with another strategy.
    pub(crate) fn with_strategy<V>(self, strategy: V) -> EventTime<F, U, V> {
        EventTime {
            timestamp: self.timestamp,
            strategy,
            idle_after: self.idle_after,
            max_future_skew: self.max_future_skew,
            into: PhantomData,
        }
    }

    pub(crate) fn idle_after(self, span: TimeDelta) -> Self {
        Self {
            idle_after: Some(span),
            ..self
        }
    }

    pub(crate) fn max_future_skew(self, span: TimeDelta) -> Self {
        Self {
            max_future_skew: Some(span),
            ..self
        }
    }

    fn check<T>(&self) -> Result<()>
    where
        W: WatermarkStrategy<T>,
    {
        self.strategy.check()?;
        if let Some(span) = self.idle_after.filter(|span| *span <= TimeDelta::ZERO) {
            return Err(Error::setting(
                format!("idle_after({span})"),
                "every partition would be quiet for that long",
                "write a duration longer than zero",
            ));
        }
        if let Some(span) = self.max_future_skew.filter(|span| span.is_negative()) {
            return Err(Error::setting(
                format!("max_future_skew({span})"),
                "records that are on time would be ahead of the clock",
                "write a duration of zero or more; `TimeDelta::MAX` lets any timestamp count",
            ));
        }
        Ok(())
    }
}

/// What runs for [`EventTime`].
pub struct EventTimePush<F, W, S, N> {
    timestamp: F,
    strategy: W,
    idle_after: Option<TimeDelta>,
    skew: FutureSkew,
    first: FirstTimes,
    state: DeclaredState,
    node: usize,
    lanes: LaneWatermarks<S>,
    /// The current lane's watermark.
    own: Timestamp,
    /// The watermark that the next record of the current lane is judged by.
    partition_watermark: Timestamp,
    /// How far the other lanes let the watermark rise.
    limit: Timestamp,
    /// What those downstream know of that.
    told_limit: Option<Timestamp>,
    /// The current lane was quiet, and its next record wakes it.
    resting: bool,
    next: N,
}

impl<F, W, S, N> fmt::Debug for EventTimePush<F, W, S, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventTimePush").finish_non_exhaustive()
    }
}

impl<T, F, U, W, C> Stage<T, T, C> for EventTime<F, U, W>
where
    F: FnMut(&T) -> U,
    U: Into<Timestamp>,
    W: WatermarkStrategy<T>,
{
    type Built<N: Push<T>> = EventTimePush<F, W, W::State, N>;

    const STATES: u32 = 1;

    #[inline]
    fn build<N: Push<T>>(self, cx: Context<C>, next: N) -> Self::Built<N> {
        if let Err(error) = self.check() {
            cx.failure().set(error);
        }
        let shape = Shape::new("event_time").with("watermarks by", name_of::<W::State>());
        EventTimePush {
            timestamp: self.timestamp,
            strategy: self.strategy,
            idle_after: self.idle_after,
            skew: FutureSkew::new(self.max_future_skew, cx.clock()),
            first: FirstTimes::default(),
            state: cx.declare(shape),
            node: cx.node_index(),
            lanes: LaneWatermarks::default(),
            own: Timestamp::MIN,
            partition_watermark: Timestamp::MIN,
            limit: Timestamp::MAX,
            told_limit: None,
            resting: false,
            next,
        }
    }
}

impl<T, U, F, W, N> Push<T> for EventTimePush<F, W, W::State, N>
where
    F: FnMut(&T) -> U,
    U: Into<Timestamp>,
    W: WatermarkStrategy<T>,
    N: Push<T>,
{
    /// Records get times of their own here.
    const LOOKS_AT_TIMES: bool = false;

    #[inline]
    fn push(&mut self, record: Record<T>) {
        if self.resting {
            self.wake();
        }
        let timestamp = (self.timestamp)(&record.value).into();
        if self.first.wants_more() {
            self.first.note(timestamp);
        }
        self.push_at(timestamp, record.value);
    }

    /// Rows go on up to a record that brings a watermark that is due, and up to one that may be late, or too far
    /// ahead of the clock: it comes alone, and finds every watermark at its place.
    #[inline]
    fn push_all(&mut self, mut records: impl Iterator<Item = Record<T>>) {
        if self.resting || self.first.wants_more() {
            let Some(first) = records.next() else { return };
            self.push(first);
        }
        loop {
            let due = self.next.next_due(self.lanes.alignment.merged());
            // What is due does not come while another lane holds the watermark back.
            let due = if due > self.limit { Timestamp::MAX } else { due };
            if self.own >= due {
                let Some(record) = records.next() else { return };
                self.push(record);
                continue;
            }
            // What changes with each record is a local, and so in registers.
            let mut row = Row {
                records: &mut records,
                timestamp: &mut self.timestamp,
                strategy: &self.strategy,
                state: mem::take(self.lanes.strategy()),
                far_ahead: self.skew.far_ahead(),
                own: self.own,
                before: self.own,
                partition_watermark: self.partition_watermark,
                due,
                stopped: None,
                into: PhantomData,
            };
            self.next.push_all(&mut row);
            let Row {
                own,
                before,
                stopped,
                state,
                ..
            } = row;
            *self.lanes.strategy() = state;
            if before > self.own {
                self.advance(before);
            }
            if own > self.own {
                if self.first.wants_more() {
                    self.first.note_row(own);
                }
                self.advance(own);
            }
            match stopped {
                Some(Stopped::Record(timestamp, value)) => self.push_at(timestamp, value),
                Some(Stopped::Watermark(said)) => self.advance_if_likely(said),
                None if own < due => return,
                None => {}
            }
        }
    }

    /// What comes downstream is told anew.
    #[inline]
    fn next_due(&self, _watermark: Timestamp) -> Timestamp {
        Timestamp::MAX
    }

    /// Only the end counts: what the watermarks of an earlier `event_time` said is said anew here.
    fn watermark(&mut self, watermark: Timestamp) {
        if watermark == Timestamp::MAX {
            self.next.watermark(watermark);
        }
    }

    fn control(&mut self, control: &mut Control<'_>) {
        match control {
            Control::Lane(event) => {
                self.lane_event(*event);
                match event {
                    LaneEvent::Open { has_event_time, .. } => *has_event_time = true,
                    LaneEvent::Limit(_) => return,
                    _ => {}
                }
            }
            Control::Job(event) => match event {
                JobEvent::Tick(now) => self.tick(*now),
                // An earlier `event_time` found its partitions quiet; this one looks for itself.
                JobEvent::Idle(_) | JobEvent::Active => return,
                JobEvent::Start { .. } | JobEvent::Flush => {}
            },
            Control::Question(question) => self.answer(question),
        }
        self.next.control(control);
        self.tell_limit();
    }
}

impl<F, W, S: Default, N> EventTimePush<F, W, S, N> {
    /// Pushes a record on, and then the watermark that it brings.
    #[inline]
    fn push_at<T>(&mut self, timestamp: Timestamp, value: T)
    where
        N: Push<T>,
        W: WatermarkStrategy<T, State = S>,
    {
        // The strategy looks at the record before it goes; what it says comes after it.
        let is_likely = timestamp <= self.skew.far_ahead() || !self.skew.refuses(timestamp);
        let said = if is_likely {
            self.strategy.on_record(self.lanes.strategy(), &value, timestamp)
        } else {
            None
        };
        self.next.push(Record {
            value,
            timestamp,
            partition_watermark: self.partition_watermark,
        });
        if let Some(watermark) = said.filter(|&said| said > self.own) {
            self.advance_if_likely(watermark);
        }
    }

    /// Takes a higher watermark, if it is not too far ahead of the clock.
    #[inline]
    fn advance_if_likely<T>(&mut self, watermark: Timestamp)
    where
        N: Push<T>,
    {
        if watermark <= self.skew.far_ahead() || !self.skew.refuses(watermark) {
            self.advance(watermark.min(GREATEST));
        }
    }

    #[inline]
    fn advance<T>(&mut self, watermark: Timestamp)
    where
        N: Push<T>,
    {
        self.own = watermark;
        let merged = self.lanes.alignment.merged();
        self.partition_watermark = watermark.max(merged);
        let risen = watermark.min(self.limit);
        if risen > merged && watermark >= merged {
            self.lanes.alignment.raise_to(risen);
            self.next.watermark(risen);
        }
    }

    fn answer(&mut self, question: &mut Question<'_>)
    where
        LaneWatermarks<S>: crate::state::Snapshot,
    {
        match question {
            Question::Progress(progress) => {
                self.note_own();
                if let Some(place) = self.lanes.search(progress.lane()) {
                    let alignment = &self.lanes.alignment;
                    progress.note(
                        alignment.watermark_of(place),
                        alignment.is_idle(place),
                        self.lanes.known[place].quiet_since,
                    );
                }
            }
            Question::Look(_) => {}
            Question::Count(tally) => {
                let reached = if self.lanes.alignment.all_finished() && !self.lanes.known.is_empty() {
                    Timestamp::MAX
                } else {
                    self.lanes.alignment.merged()
                };
                let counts = tally.node(self.node);
                counts.watermark.get_or_insert(reached);
                counts.ahead_of_clock += self.skew.refused();
                counts.times_look_like = counts.times_look_like.or(self.first.look_like());
            }
            Question::Save(save) => {
                self.note_own();
                save.state(&self.state, &mut self.lanes);
            }
            Question::Restore(restore) => {
                restore.state(&self.state, &mut self.lanes);
                self.look_around();
            }
            Question::AfterEnd(_) | Question::Capture(_) => {}
        }
    }
}
