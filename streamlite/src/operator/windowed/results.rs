//! The results of an operator that holds records back: they come in a lane of their own.

use crate::control::{Control, JobEvent, Lane, LaneEvent};
use crate::operator::finish::Finish;
use crate::record::{Push, Record};
use crate::time::Timestamp;
use crate::window::{Emit, Pane, Results};

/// Lets windows fire in a lane of their own, and makes records of their results. One field of the operator, so that the
/// record path hands on one address.
pub(super) struct ResultLane<F, N> {
    lane: Lane,
    records: ResultRecords<F, N>,
}

/// Makes records of results.
pub(super) struct ResultRecords<F, N> {
    finish: F,
    next: N,
}

impl<F, N> ResultLane<F, N> {
    pub(super) fn new(lane: Lane, finish: F, next: N) -> Self {
        Self {
            lane,
            records: ResultRecords { finish, next },
        }
    }

    /// The record of a result, which is not emitted.
    pub(super) fn result<K, W, V>(&mut self, key: &K, window: W, value: V) -> F::Out
    where
        F: Finish<K, W, V>,
    {
        self.records.finish.finish(key, window, value)
    }

    /// Passes a watermark on; the last one ends the lane.
    #[inline]
    pub(super) fn watermark<U>(&mut self, watermark: Timestamp)
    where
        N: Push<U>,
    {
        if watermark == Timestamp::MAX {
            end_results(self.lane, &mut self.records.next);
        }
        self.records.next.watermark(watermark);
    }

    #[inline]
    pub(super) fn next_due<U>(&self, watermark: Timestamp) -> Timestamp
    where
        N: Push<U>,
    {
        self.records.next.next_due(watermark)
    }

    /// Passes a control signal on.
    pub(super) fn control<U>(&mut self, control: &mut Control<'_>)
    where
        N: Push<U>,
    {
        pass_results(self.lane, &mut self.records.next, control);
    }
}

impl<K, W: Copy, V, F: Finish<K, W, V>, N: Push<F::Out>> Emit<K, W, V> for ResultLane<F, N> {
    type Results = ResultRecords<F, N>;

    #[inline]
    fn firing(&mut self, fire: impl FnOnce(&mut Self::Results)) {
        let next = &mut self.records.next;
        next.control(&mut Control::Lane(LaneEvent::Enter(self.lane)));
        fire(&mut self.records);
        self.records.next.control(&mut Control::Lane(LaneEvent::Leave));
    }
}

impl<K, W: Copy, V, F: Finish<K, W, V>, N: Push<F::Out>> Results<K, W, V> for ResultRecords<F, N> {
    #[inline]
    fn keep(&mut self, key: &K, pane: Pane<W>, value: V) {
        self.next.push(Record {
            value: self.finish.finish(key, pane.window, value),
            timestamp: pane.timestamp,
            partition_watermark: pane.partition_watermark,
        });
    }

    #[inline]
    fn last(&mut self, key: K, pane: Pane<W>, value: V) {
        self.next.push(Record {
            value: self.finish.finish_owned(key, pane.window, value),
            timestamp: pane.timestamp,
            partition_watermark: pane.partition_watermark,
        });
    }
}

/// Passes a control signal on to what takes results: they come in a lane of their own, which ends with the input, and is
/// quiet while the whole input is idle.
pub(in crate::operator) fn pass_results<T>(lane: Lane, next: &mut impl Push<T>, control: &mut Control<'_>) {
    match control {
        Control::Lane(event) => match event {
            LaneEvent::Open { has_event_time, .. } => {
                next.control(&mut Control::Lane(LaneEvent::Open {
                    lane,
                    is_live: false,
                    has_event_time: *has_event_time,
                }));
            }
            LaneEvent::Limit(_)
            | LaneEvent::Current(_)
            | LaneEvent::Enter(_)
            | LaneEvent::Leave
            | LaneEvent::End(_)
            | LaneEvent::Quiet(..)
            | LaneEvent::Awake(_)
            | LaneEvent::Watermark(..) => {}
        },
        Control::Job(event) => {
            match *event {
                JobEvent::Idle(now) => next.control(&mut Control::Lane(LaneEvent::Quiet(lane, now))),
                JobEvent::Active => next.control(&mut Control::Lane(LaneEvent::Awake(lane))),
                JobEvent::Start { .. } | JobEvent::Tick(_) | JobEvent::Flush => {}
            }
            next.control(control);
        }
        Control::Question(_) => next.control(control),
    }
}

/// Ends the lane of the results, before the watermark that is the last: what takes several of them waits no longer for
/// this one.
#[cold]
pub(in crate::operator) fn end_results<T>(lane: Lane, next: &mut impl Push<T>) {
    next.control(&mut Control::Lane(LaneEvent::End(lane)));
}
