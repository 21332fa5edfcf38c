//! Which partition is read next.

use std::collections::BTreeSet;

use crate::connector::Progress;
use crate::record::Lane;
use crate::time::Timestamp;

/// The lanes of all sources. What happens once a turn costs the logarithm of their number.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: Vec<LaneRun>,
    /// The place of each lane in `lanes`, by its number.
    places: Vec<Option<usize>>,
    /// Those that are ready, in the order in which they are read.
    ready: BTreeSet<Turn>,
    /// Those that had nothing when they were asked last.
    asked: Vec<usize>,
    /// How many have not ended.
    running: usize,
    runs: u64,
}

/// Whose turn it is: the lane that is behind in event time, of several the one that has waited longest, of several the
/// first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    watermark: Timestamp,
    last_run: u64,
    place: usize,
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
        let place = self.lanes.len();
        if self.places.len() <= lane.index() {
            self.places.resize(lane.index() + 1, None);
        }
        self.places[lane.index()] = Some(place);
        self.runs = self.runs.max(last_run);
        self.running += 1;
        self.lanes.push(LaneRun {
            feed,
            lane,
            watermark: Timestamp::MIN,
            last_run,
            state: LaneState::Asked,
        });
        self.set(place, LaneState::Ready);
    }

    /// When each lane was read last.
    pub(super) fn last_runs(&self) -> impl Iterator<Item = (Lane, u64)> {
        self.lanes.iter().map(|lane| (lane.lane, lane.last_run))
    }

    /// The lanes, each with its feed.
    pub(super) fn all(&self) -> Vec<(usize, Lane)> {
        self.lanes.iter().map(|lane| (lane.feed, lane.lane)).collect()
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
        self.running
    }

    /// The lane whose turn it is.
    pub(super) fn next(&self) -> Option<(usize, Lane)> {
        let lane = &self.lanes[self.ready.first()?.place];
        Some((lane.feed, lane.lane))
    }

    /// Notes what a read gave. A lane that had something lets those be asked again that had nothing.
    pub(super) fn note(&mut self, lane: Lane, progress: Progress) {
        self.runs += 1;
        let runs = self.runs;
        if progress != Progress::Pending {
            self.ask_again();
        }
        if let Some(place) = self.place(lane) {
            self.change(place, |lane| lane.last_run = runs);
            self.set(
                place,
                match progress {
                    Progress::Ready => LaneState::Ready,
                    Progress::Pending => LaneState::Asked,
                    Progress::End => LaneState::Ended,
                },
            );
        }
    }

    /// Lets all lanes be asked again that had nothing.
    pub(super) fn ask_again(&mut self) {
        for place in std::mem::take(&mut self.asked) {
            if self.lanes[place].state == LaneState::Asked {
                self.set(place, LaneState::Ready);
            }
        }
    }

    /// Notes how far a lane has come; `None` where nothing gives it event time.
    pub(super) fn note_watermark(&mut self, lane: Lane, watermark: Option<Timestamp>) {
        if let Some(place) = self.place(lane) {
            self.change(place, |lane| lane.watermark = watermark.unwrap_or(Timestamp::MIN));
        }
    }

    fn place(&self, lane: Lane) -> Option<usize> {
        self.places.get(lane.index()).copied().flatten()
    }

    fn turn(&self, place: usize) -> Turn {
        let LaneRun {
            watermark, last_run, ..
        } = self.lanes[place];
        Turn {
            watermark,
            last_run,
            place,
        }
    }

    /// Changes what decides when a lane is read.
    fn change(&mut self, place: usize, change: impl FnOnce(&mut LaneRun)) {
        let is_ready = self.ready.remove(&self.turn(place));
        change(&mut self.lanes[place]);
        if is_ready {
            self.ready.insert(self.turn(place));
        }
    }

    fn set(&mut self, place: usize, state: LaneState) {
        let before = std::mem::replace(&mut self.lanes[place].state, state);
        if before == state {
            return;
        }
        let turn = self.turn(place);
        match state {
            LaneState::Ready => {
                self.ready.insert(turn);
            }
            LaneState::Asked => {
                self.ready.remove(&turn);
                self.asked.push(place);
            }
            LaneState::Ended => {
                self.ready.remove(&turn);
                self.running -= 1;
            }
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
        lanes.note_watermark(Lane(0), Some(Timestamp::from_millis(10)));
        lanes.note_watermark(Lane(1), Some(Timestamp::from_millis(20)));
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
