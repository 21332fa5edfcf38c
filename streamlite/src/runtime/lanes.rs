//! Which partition is read next.

use crate::connector::Progress;
use crate::record::{Lane, LaneProgress};
use crate::time::Timestamp;

/// The lanes of all sources, in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: Vec<LaneRun>,
    runs: u64,
}

#[derive(Debug)]
struct LaneRun {
    feed: usize,
    lane: Lane,
    /// How far event time has come in it; `MIN` where nothing gives it event time.
    watermark: Timestamp,
    /// When it was read last.
    last_run: u64,
    state: LaneState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LaneState {
    Ready,
    /// It had nothing when it was asked last, in this round.
    Asked,
    Ended,
}

impl Lanes {
    /// Adds a lane that has not ended, and was read last in this run.
    pub(super) fn add(&mut self, feed: usize, lane: Lane, last_run: u64) {
        let fresh = LaneRun {
            feed,
            lane,
            watermark: Timestamp::MIN,
            last_run,
            state: LaneState::Ready,
        };
        self.runs = self.runs.max(last_run);
        self.lanes.push(fresh);
    }

    /// When each lane was read last.
    pub(super) fn last_runs(&self) -> impl Iterator<Item = (Lane, u64)> {
        self.lanes.iter().map(|lane| (lane.lane, lane.last_run))
    }

    /// The first lane of a feed.
    pub(super) fn first_of(&self, feed: usize) -> Option<Lane> {
        self.lanes
            .iter()
            .find(|lane| lane.feed == feed)
            .map(|lane| lane.lane)
    }

    /// How many lanes have not ended.
    pub(super) fn running(&self) -> usize {
        self.lanes
            .iter()
            .filter(|lane| lane.state != LaneState::Ended)
            .count()
    }

    /// The lane that is behind in event time, and of several the one that has waited longest.
    pub(super) fn next(&self) -> Option<(usize, Lane)> {
        let ready = self.lanes.iter().filter(|lane| lane.state == LaneState::Ready);
        ready
            .min_by_key(|lane| (lane.watermark, lane.last_run))
            .map(|lane| (lane.feed, lane.lane))
    }

    /// Notes what a read gave. A lane that had something lets those be asked again that had nothing.
    pub(super) fn note(&mut self, lane: Lane, progress: Progress) {
        self.runs += 1;
        let runs = self.runs;
        if progress != Progress::Pending {
            self.ask_again();
        }
        if let Some(known) = self.lanes.iter_mut().find(|known| known.lane == lane) {
            known.last_run = runs;
            known.state = match progress {
                Progress::Ready => LaneState::Ready,
                Progress::Pending => LaneState::Asked,
                Progress::End => LaneState::Ended,
            };
        }
    }

    /// Lets all lanes be asked again that had nothing.
    pub(super) fn ask_again(&mut self) {
        for lane in self
            .lanes
            .iter_mut()
            .filter(|lane| lane.state == LaneState::Asked)
        {
            lane.state = LaneState::Ready;
        }
    }

    /// A progress to be filled in by the operators.
    pub(super) fn unknown_progress(&self) -> LaneProgress {
        let lanes = self
            .lanes
            .iter()
            .map(|lane| lane.lane.index() + 1)
            .max()
            .unwrap_or(0);
        LaneProgress {
            watermarks: vec![Timestamp::MAX; lanes],
        }
    }

    /// Notes how far the lanes of one feed have come.
    pub(super) fn note_progress(&mut self, feed: usize, progress: &LaneProgress) {
        for lane in self.lanes.iter_mut().filter(|lane| lane.feed == feed) {
            let known = progress.watermarks[lane.lane.index()];
            lane.watermark = if known == Timestamp::MAX {
                Timestamp::MIN
            } else {
                known
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes(count: u32) -> Lanes {
        let mut lanes = Lanes::default();
        (0..count).for_each(|lane| lanes.add(0, Lane(lane), 0));
        lanes
    }

    fn next_of(lanes: &Lanes) -> Option<u32> {
        lanes.next().map(|(_, lane)| lane.0)
    }

    #[test]
    fn lanes_without_event_time_are_read_in_turn() {
        let mut lanes = lanes(2);
        let mut order = Vec::new();
        for _ in 0..4 {
            let next = next_of(&lanes).expect("both are ready");
            order.push(next);
            lanes.note(Lane(next), Progress::Ready);
        }
        assert_eq!(order, [0, 1, 0, 1]);
    }

    #[test]
    fn the_lane_that_is_behind_is_read_first() {
        let mut lanes = lanes(2);
        lanes.note(Lane(0), Progress::Ready);
        let watermarks = [10, 20].map(Timestamp::from_millis).to_vec();
        lanes.note_progress(0, &LaneProgress { watermarks });
        assert_eq!(next_of(&lanes), Some(0));
    }

    #[test]
    fn a_quiet_lane_is_asked_again_after_another_one_spoke() {
        let mut lanes = lanes(2);
        lanes.note(Lane(0), Progress::Pending);
        assert_eq!(next_of(&lanes), Some(1));
        lanes.note(Lane(1), Progress::Pending);
        assert_eq!(next_of(&lanes), None);
        lanes.ask_again();
        lanes.note(Lane(0), Progress::Pending);
        lanes.note(Lane(1), Progress::End);
        assert_eq!((next_of(&lanes), lanes.running()), (Some(0), 1));
    }
}
