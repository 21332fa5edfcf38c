//! What `event_time` does when something happens to a partition.

use super::EventTimePush;
use super::lanes::GREATEST;
use crate::control::{Control, JobEvent, Lane, LaneEvent};
use crate::operator::alignment::Activity;
use crate::record::Push;
use crate::time::Timestamp;

impl<F, W, S: Default, N> EventTimePush<F, W, S, N> {
    pub(super) fn lane_event<T>(&mut self, event: LaneEvent)
    where
        N: Push<T>,
    {
        match event {
            LaneEvent::Open { lane, is_live, .. } => self.reopen(lane, is_live),
            // Times are given anew here.
            LaneEvent::Limit(_) => {}
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

    /// Tells those downstream how far the other lanes let the watermark rise, if that has changed.
    pub(super) fn tell_limit<T>(&mut self)
    where
        N: Push<T>,
    {
        if self.told_limit != Some(self.limit) {
            self.told_limit = Some(self.limit);
            self.next
                .control(&mut Control::Lane(LaneEvent::Limit(self.limit)));
        }
    }

    /// Writes the current lane's watermark where the others are.
    pub(super) fn note_own(&mut self) {
        if !self.lanes.known.is_empty() {
            self.lanes.alignment.note(self.lanes.current, self.own);
        }
    }

    /// Looks at the other lanes again, after one of them has changed.
    pub(super) fn look_around(&mut self) {
        if self.lanes.known.is_empty() {
            return;
        }
        let (current, alignment) = (self.lanes.current, &self.lanes.alignment);
        self.own = alignment.watermark_of(current);
        self.partition_watermark = self.own.max(alignment.merged());
        self.limit = alignment.limit_by_others(current);
        self.resting = self.lanes.known[current].quiet_since.is_some();
        self.skew.switch_to(self.lanes.known[current].is_live);
    }

    /// A lane is there: a new one, or one that had ended before a restore and goes on.
    fn reopen(&mut self, lane: Lane, is_live: bool) {
        self.note_own();
        self.lanes.open(lane);
        let place = self.lanes.place(lane);
        self.lanes.known[place].is_live = is_live;
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
    pub(super) fn wake<T>(&mut self)
    where
        N: Push<T>,
    {
        self.note_own();
        self.wake_place(self.lanes.current);
        self.tell_limit();
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
    pub(super) fn tick<T>(&mut self, now: Timestamp)
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
