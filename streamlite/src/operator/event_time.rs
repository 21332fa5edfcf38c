//! Event time: timestamps out of the records, and a watermark out of the timestamps, for each partition.

use std::marker::PhantomData;

use super::alignment::Activity;
use super::lane_watermarks::LaneWatermarks;
use crate::assembly::{Context, Stage};
use crate::control::{Control, JobEvent, Lane, LaneEvent, Question};
use crate::record::{Push, Record};
use crate::state::{DeclaredState, Shape};
use crate::time::{TimeDelta, Timestamp, WatermarkStrategy};

/// The greatest watermark that records can give; one more is the end of the input.
const GREATEST: Timestamp = Timestamp::from_millis(i64::MAX - 1);

/// Describes `event_time`; see [`Stream::event_time`](crate::flow::Stream::event_time).
#[derive(Clone, Copy, Debug)]
pub struct EventTime<F, U, W> {
    pub(crate) timestamp: F,
    pub(crate) strategy: W,
    pub(crate) idle_after: Option<TimeDelta>,
    pub(crate) into: PhantomData<fn() -> U>,
}

/// What runs for [`EventTime`].
#[derive(Debug)]
pub struct EventTimePush<F, N> {
    timestamp: F,
    delay: TimeDelta,
    idle_after: Option<TimeDelta>,
    state: DeclaredState,
    node: usize,
    lanes: LaneWatermarks,
    /// The current lane's watermark.
    own: Timestamp,
    /// The watermark that the next record of the current lane is judged by.
    partition_watermark: Timestamp,
    /// How far the other lanes let the watermark rise.
    limit: Timestamp,
    /// The current lane was quiet, and its next record wakes it.
    resting: bool,
    next: N,
}

impl<T, F, U, W, C> Stage<T, T, C> for EventTime<F, U, W>
where
    F: FnMut(&T) -> U,
    U: Into<Timestamp>,
    W: WatermarkStrategy,
{
    type Built<N: Push<T>> = EventTimePush<F, N>;

    const STATES: u32 = 1;

    #[inline]
    fn build<N: Push<T>>(self, cx: Context<C>, next: N) -> Self::Built<N> {
        let delay = self.strategy.delay().unwrap_or_else(|error| {
            cx.failure().set(error);
            TimeDelta::ZERO
        });
        EventTimePush {
            timestamp: self.timestamp,
            delay,
            idle_after: self.idle_after,
            state: cx.declare(Shape::new("event_time")),
            node: cx.node_index(),
            lanes: LaneWatermarks::default(),
            own: Timestamp::MIN,
            partition_watermark: Timestamp::MIN,
            limit: Timestamp::MAX,
            resting: false,
            next,
        }
    }
}

impl<T, U, F, N> Push<T> for EventTimePush<F, N>
where
    F: FnMut(&T) -> U,
    U: Into<Timestamp>,
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
        self.push_at(timestamp, record.value);
    }

    /// Rows go on up to a record that brings a watermark that is due, and up to one that may be late: it comes alone, and
    /// finds every watermark at its place.
    #[inline]
    fn push_all(&mut self, mut records: impl Iterator<Item = Record<T>>) {
        if self.resting {
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
            let mut row = Row {
                records: &mut records,
                timestamp: &mut self.timestamp,
                delay: self.delay,
                raises: self.own + self.delay,
                own: self.own,
                before: self.own,
                partition_watermark: self.partition_watermark,
                due,
                late: None,
                into: PhantomData,
            };
            self.next.push_all(&mut row);
            let Row {
                own, before, late, ..
            } = row;
            if before > self.own {
                self.advance(before);
            }
            if own > self.own {
                self.advance(own);
            }
            match late {
                Some((timestamp, value)) => self.push_at(timestamp, value),
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
            Control::Lane(event) => self.lane_event(*event),
            Control::Job(event) => match event {
                JobEvent::Tick(now) => self.tick(*now),
                // An earlier `event_time` found its partitions quiet; this one looks for itself.
                JobEvent::Idle(_) | JobEvent::Active => return,
                JobEvent::Start { .. } | JobEvent::Flush => {}
            },
            Control::Question(question) => self.answer(question),
        }
        self.next.control(control);
    }
}

/// Records with their timestamps, up to one that brings a watermark that is due, and without one that may be late.
struct Row<'a, T, I, F, U> {
    records: &'a mut I,
    timestamp: &'a mut F,
    delay: TimeDelta,
    /// A timestamp above this one raises the lane's watermark.
    raises: Timestamp,
    /// The lane's watermark, and the one before it.
    own: Timestamp,
    before: Timestamp,
    /// The watermark that the next record is judged by.
    partition_watermark: Timestamp,
    due: Timestamp,
    /// The record that may be late: its timestamp and its value.
    late: Option<(Timestamp, T)>,
    into: PhantomData<fn() -> U>,
}

impl<T, I, F, U> Iterator for Row<'_, T, I, F, U>
where
    I: Iterator<Item = Record<T>>,
    F: FnMut(&T) -> U,
    U: Into<Timestamp>,
{
    type Item = Record<T>;

    #[inline]
    fn next(&mut self) -> Option<Record<T>> {
        if self.own >= self.due {
            return None;
        }
        let value = self.records.next()?.value;
        let (timestamp, partition_watermark) = ((self.timestamp)(&value).into(), self.partition_watermark);
        if timestamp < partition_watermark {
            self.late = Some((timestamp, value));
            return None;
        }
        if timestamp > self.raises {
            self.raises = timestamp;
            self.before = self.own;
            self.own = (timestamp - self.delay).min(GREATEST);
            self.partition_watermark = self.own.max(partition_watermark);
        }
        Some(Record {
            value,
            timestamp,
            partition_watermark,
        })
    }
}

impl<F, N> EventTimePush<F, N> {
    /// Pushes a record on, and then the watermark that it brings.
    #[inline]
    fn push_at<T>(&mut self, timestamp: Timestamp, value: T)
    where
        N: Push<T>,
    {
        self.next.push(Record {
            value,
            timestamp,
            partition_watermark: self.partition_watermark,
        });
        let watermark = (timestamp - self.delay).min(GREATEST);
        if watermark > self.own {
            self.advance(watermark);
        }
    }

    fn lane_event<T>(&mut self, event: LaneEvent)
    where
        N: Push<T>,
    {
        match event {
            LaneEvent::Open(lane) => self.reopen(lane),
            LaneEvent::Current(lane) => self.switch_to(lane),
            LaneEvent::Enter(lane) => {
                self.lanes.outer.push(self.lanes.current);
                self.switch_to(lane);
            }
            LaneEvent::Leave => self.leave(),
            LaneEvent::End(lane) => self.set(lane, Activity::Finished),
            LaneEvent::Quiet(lane, now) => self.quiet(lane, now),
            LaneEvent::Awake(lane) => self.awake(lane),
            LaneEvent::Watermark(lane, watermark) => self.lane_watermark(lane, watermark),
        }
    }

    fn answer(&mut self, question: &mut Question<'_>) {
        match question {
            Question::Progress(progress) => {
                self.note_own();
                if let Some(place) = self.lanes.search(progress.lane()) {
                    progress.note(self.lanes.alignment.watermark_of(place));
                }
            }
            Question::Count(tally) => {
                let reached = if self.lanes.alignment.all_finished() && !self.lanes.known.is_empty() {
                    Timestamp::MAX
                } else {
                    self.lanes.alignment.merged()
                };
                tally.node(self.node).watermark.get_or_insert(reached);
            }
            Question::Save(save) => {
                self.note_own();
                save.state(&self.state, &self.lanes);
            }
            Question::Restore(restore) => {
                restore.state(&self.state, &mut self.lanes);
                self.look_around();
            }
            Question::AfterEnd(_) => {}
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

    /// Writes the current lane's watermark where the others are.
    fn note_own(&mut self) {
        if !self.lanes.known.is_empty() {
            self.lanes.alignment.note(self.lanes.current, self.own);
        }
    }

    /// Looks at the other lanes again, after one of them has changed.
    fn look_around(&mut self) {
        if self.lanes.known.is_empty() {
            return;
        }
        let (current, alignment) = (self.lanes.current, &self.lanes.alignment);
        self.own = alignment.watermark_of(current);
        self.partition_watermark = self.own.max(alignment.merged());
        self.limit = alignment.limit_by_others(current);
        self.resting = self.lanes.known[current].quiet_since.is_some();
    }

    /// A lane is there: a new one, or one that had ended before a restore and goes on.
    fn reopen(&mut self, lane: Lane) {
        self.note_own();
        self.lanes.open(lane);
        let place = self.lanes.place(lane);
        self.lanes.alignment.reopen(place);
        self.look_around();
    }

    fn switch_to(&mut self, lane: Lane) {
        self.note_own();
        self.lanes.open(lane);
        self.lanes.current = self.lanes.place(lane);
        self.look_around();
    }

    fn leave(&mut self) {
        if let Some(outer) = self.lanes.outer.pop() {
            self.note_own();
            self.lanes.current = outer;
            self.look_around();
        }
    }

    /// What all lanes together let through now.
    fn raise<T>(&mut self)
    where
        N: Push<T>,
    {
        if let Some(risen) = self.lanes.alignment.raise() {
            self.next.watermark(risen);
        }
        self.look_around();
    }

    fn set<T>(&mut self, lane: Lane, activity: Activity)
    where
        N: Push<T>,
    {
        self.note_own();
        self.lanes.open(lane);
        let place = self.lanes.place(lane);
        self.lanes.alignment.set(place, activity);
        self.raise();
    }

    fn lane_watermark<T>(&mut self, lane: Lane, watermark: Timestamp)
    where
        N: Push<T>,
    {
        self.note_own();
        self.lanes.open(lane);
        let place = self.lanes.place(lane);
        self.lanes.alignment.note(place, watermark.min(GREATEST));
        self.lanes.alignment.set(place, Activity::Active);
        self.raise();
    }

    fn quiet(&mut self, lane: Lane, now: Timestamp) {
        self.note_own();
        self.lanes.open(lane);
        let place = self.lanes.place(lane);
        self.lanes.known[place].quiet_since.get_or_insert(now);
        self.look_around();
    }

    /// The current lane speaks again.
    #[cold]
    fn wake<T>(&mut self)
    where
        N: Push<T>,
    {
        self.note_own();
        self.wake_place(self.lanes.current);
    }

    fn awake<T>(&mut self, lane: Lane)
    where
        N: Push<T>,
    {
        self.note_own();
        self.lanes.open(lane);
        self.wake_place(self.lanes.place(lane));
    }

    fn wake_place<T>(&mut self, place: usize)
    where
        N: Push<T>,
    {
        self.lanes.known[place].quiet_since = None;
        if self.lanes.alignment.is_idle(place) {
            self.lanes.alignment.set(place, Activity::Active);
            self.next.control(&mut Control::Job(JobEvent::Active));
        }
        self.look_around();
    }

    /// Takes out the lanes that have been quiet for longer than the pipeline wants to wait.
    fn tick<T>(&mut self, now: Timestamp)
    where
        N: Push<T>,
    {
        let Some(idle_after) = self.idle_after else { return };
        self.note_own();
        let mut changed = false;
        for (place, lane) in self.lanes.known.iter().enumerate() {
            let idle = lane.quiet_since.is_some_and(|since| now - since > idle_after);
            if idle && !self.lanes.alignment.is_idle(place) {
                self.lanes.alignment.set(place, Activity::Idle);
                changed = true;
            }
        }
        if changed {
            self.raise();
            if self.lanes.alignment.all_idle() {
                self.next.control(&mut Control::Job(JobEvent::Idle(now)));
            }
        }
    }
}
