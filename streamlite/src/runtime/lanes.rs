//! Which partition is read next.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::connector::ReadStatus;
use crate::control::Lane;
use crate::time::{TimeDelta, Timestamp};

/// How long a lane is left alone at least that is to be asked again later.
const LEAST_WAIT: TimeDelta = TimeDelta::from_millis(1);

/// The lanes of all sources. What happens once a turn costs the logarithm of their number.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: Vec<LaneRun>,
    /// The place of each lane in `lanes`, by its number.
    places: Vec<Option<usize>>,
    /// Those that are ready, in the order in which they are read.
    ready: BTreeSet<Turn>,
    /// Those that are to be asked again at some time.
    due: BTreeSet<(Timestamp, usize)>,
    /// How many have not ended.
    running: usize,
}

/// Whose turn it is: the lane that is behind in event time, of several the one that was read least, of several the
/// first.
///
/// This depends on what is in each partition alone, and along a partition it only grows: so the order in which one worker
/// reads is the sorted order of the turns, whoever reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    watermark: Timestamp,
    runs: u64,
    lane: Lane,
}

#[derive(Debug)]
struct LaneRun {
    feed: usize,
    lane: Lane,
    turns: Turns,
    state: LaneState,
}

/// How often a lane was read. A run is what a lane emits before another has its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Turns {
    /// How many runs it has had.
    pub(super) runs: u64,
    /// How many records of the present run it has given: a run is interrupted where a reader has met bad records alone.
    pub(super) in_run: usize,
    /// How far event time had come in it before the present run; `MIN` where nothing gives it event time.
    watermark: Timestamp,
}

impl Turns {
    /// Those of a lane that has not been read, where others have had so many runs.
    pub(super) fn new(runs: u64) -> Self {
        Self {
            runs,
            in_run: 0,
            watermark: Timestamp::MIN,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LaneState {
    Ready,
    /// It has nothing until its bell rings, or until this time.
    Waiting(Option<Timestamp>),
    Ended,
}

impl Lanes {
    /// Adds a lane that has not ended.
    pub(super) fn add(&mut self, feed: usize, lane: Lane, turns: Turns) {
        let place = self.lanes.len();
        if self.places.len() <= lane.index() {
            self.places.resize(lane.index() + 1, None);
        }
        self.places[lane.index()] = Some(place);
        self.running += 1;
        self.lanes.push(LaneRun {
            feed,
            lane,
            turns,
            state: LaneState::Waiting(None),
        });
        self.set(place, LaneState::Ready);
    }

    /// How often each lane was read.
    pub(super) fn turns(&self) -> impl Iterator<Item = (Lane, Turns)> {
        self.lanes.iter().map(|lane| (lane.lane, lane.turns))
    }

    /// How many records of its present run a lane has given.
    pub(super) fn in_run(&self, lane: Lane) -> usize {
        self.place(lane).map_or(0, |place| self.lanes[place].turns.in_run)
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

    /// How far the lane had come before its run that is furthest behind; `None` before there is a watermark.
    pub(super) fn watermark(&self) -> Option<Timestamp> {
        let left = self.lanes.iter().filter(|lane| lane.state != LaneState::Ended);
        let behind = left.map(|lane| lane.turns.watermark).min();
        behind.filter(|watermark| *watermark > Timestamp::MIN)
    }

    /// How many lanes have not ended.
    pub(super) fn running(&self) -> usize {
        self.running
    }

    /// The lane whose turn it is.
    pub(super) fn next(&self) -> Option<(usize, Lane)> {
        let lane = self.ready.first()?.lane;
        let place = self.place(lane)?;
        Some((self.lanes[place].feed, lane))
    }

    /// Notes so many records of a lane, of which a run has `run`, and what its reader said last; says whether its present
    /// run is over.
    pub(super) fn note(
        &mut self,
        lane: Lane,
        (records, run): (usize, usize),
        progress: ReadStatus,
        now: Timestamp,
    ) -> bool {
        let Some(place) = self.place(lane) else {
            return true;
        };
        self.change(place, |turns| {
            let read = turns.in_run + records;
            turns.runs += (read / run) as u64;
            turns.in_run = read % run;
            if progress != ReadStatus::Ready && turns.in_run > 0 {
                turns.runs += 1;
                turns.in_run = 0;
            }
        });
        self.set(
            place,
            match progress {
                ReadStatus::Ready => LaneState::Ready,
                ReadStatus::Pending => LaneState::Waiting(None),
                ReadStatus::Later(span) => LaneState::Waiting(Some(now + span.max(LEAST_WAIT))),
                ReadStatus::End => LaneState::Ended,
            },
        );
        self.lanes[place].turns.in_run == 0
    }

    /// A lane's bell has rung: it is asked again.
    pub(super) fn rung(&mut self, lane: Lane) {
        if let Some(place) = self.place(lane)
            && let LaneState::Waiting(_) = self.lanes[place].state
        {
            self.set(place, LaneState::Ready);
        }
    }

    /// Nothing is read any more.
    pub(super) fn end_all(&mut self) {
        for place in 0..self.lanes.len() {
            self.set(place, LaneState::Ended);
        }
    }

    /// Lets all be asked again that had nothing.
    pub(super) fn ask_all(&mut self) {
        for place in 0..self.lanes.len() {
            if let LaneState::Waiting(_) = self.lanes[place].state {
                self.set(place, LaneState::Ready);
            }
        }
    }

    /// Lets those be asked again that are due.
    pub(super) fn ask_due(&mut self, now: Timestamp) {
        while let Some(&(due, place)) = self.due.first()
            && due <= now
        {
            self.set(place, LaneState::Ready);
        }
    }

    /// When the next lane is due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Notes how far a lane has come before its next run; `None` where nothing gives it event time.
    pub(super) fn note_watermark(&mut self, lane: Lane, watermark: Option<Timestamp>) {
        if let Some(place) = self.place(lane) {
            self.change(place, |turns| {
                turns.watermark = watermark.unwrap_or(Timestamp::MIN);
            });
        }
    }

    fn place(&self, lane: Lane) -> Option<usize> {
        self.places.get(lane.index()).copied().flatten()
    }

    fn turn(&self, place: usize) -> Turn {
        let LaneRun { lane, turns, .. } = self.lanes[place];
        Turn {
            watermark: turns.watermark,
            runs: turns.runs,
            lane,
        }
    }

    /// Changes what decides when a lane is read.
    fn change(&mut self, place: usize, change: impl FnOnce(&mut Turns)) {
        let is_ready = self.ready.remove(&self.turn(place));
        change(&mut self.lanes[place].turns);
        if is_ready {
            self.ready.insert(self.turn(place));
        }
    }

    fn set(&mut self, place: usize, state: LaneState) {
        let before = std::mem::replace(&mut self.lanes[place].state, state);
        if before == state {
            return;
        }
        if let LaneState::Waiting(Some(due)) = before {
            self.due.remove(&(due, place));
        }
        let turn = self.turn(place);
        match state {
            LaneState::Ready => {
                self.ready.insert(turn);
            }
            LaneState::Waiting(due) => {
                self.ready.remove(&turn);
                self.due.extend(due.map(|due| (due, place)));
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
        for lane in 0..count {
            lanes.add(0, Lane(lane), Turns::new(0));
        }
        lanes
    }

    fn note(lanes: &mut Lanes, lane: u32, records: usize, progress: ReadStatus) -> bool {
        lanes.note(Lane(lane), (records, 7), progress, Timestamp::MIN)
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
            note(&mut lanes, next, 7, ReadStatus::Ready);
        }
        assert_eq!(order, [0, 1, 0, 1]);
    }

    #[test]
    fn the_lane_that_is_behind_is_read_first() {
        let mut lanes = lanes(2);
        note(&mut lanes, 0, 7, ReadStatus::Ready);
        lanes.note_watermark(Lane(0), Some(Timestamp::from_millis(10)));
        lanes.note_watermark(Lane(1), Some(Timestamp::from_millis(20)));
        assert_eq!(next_of(&lanes), Some(0));
    }

    #[test]
    fn the_lane_that_was_read_least_is_read_first_whenever_that_was() {
        let mut lanes = Lanes::default();
        lanes.add(0, Lane(2), Turns::new(5));
        lanes.add(0, Lane(0), Turns::new(4));
        lanes.add(0, Lane(1), Turns::new(4));
        let mut order = Vec::new();
        for _ in 0..4 {
            let next = next_of(&lanes).expect("all are ready");
            order.push(next);
            note(&mut lanes, next, 7, ReadStatus::Ready);
        }
        assert_eq!(
            order,
            [0, 1, 0, 1],
            "of several that were read as often the first"
        );
        assert_eq!(next_of(&lanes), Some(2));
    }

    #[test]
    fn a_run_that_is_interrupted_goes_on() {
        let mut lanes = lanes(2);
        assert!(!note(&mut lanes, 0, 5, ReadStatus::Ready), "two are missing");
        assert_eq!((next_of(&lanes), lanes.in_run(Lane(0))), (Some(0), 5));
        assert!(note(&mut lanes, 0, 2, ReadStatus::Ready));
        assert_eq!((next_of(&lanes), lanes.in_run(Lane(0))), (Some(1), 0));
        assert!(
            !note(&mut lanes, 1, 20, ReadStatus::Ready),
            "two runs, and six of a third"
        );
        assert!(
            note(&mut lanes, 1, 0, ReadStatus::Pending),
            "what pauses has had its run"
        );
        assert_eq!(
            lanes.turns().map(|(_, turns)| turns.runs).collect::<Vec<_>>(),
            [1, 3]
        );
    }

    #[test]
    fn a_quiet_lane_is_asked_again_when_its_bell_rings() {
        let mut lanes = lanes(2);
        note(&mut lanes, 0, 0, ReadStatus::Pending);
        assert_eq!(next_of(&lanes), Some(1));
        note(&mut lanes, 1, 0, ReadStatus::Pending);
        assert_eq!(next_of(&lanes), None);
        lanes.rung(Lane(1));
        note(&mut lanes, 1, 3, ReadStatus::End);
        assert_eq!((next_of(&lanes), lanes.running()), (None, 1));
        lanes.rung(Lane(1));
        lanes.rung(Lane(0));
        lanes.rung(Lane(0));
        lanes.rung(Lane(7));
        assert_eq!((next_of(&lanes), lanes.running()), (Some(0), 1));
    }

    #[test]
    fn a_lane_is_asked_again_when_it_is_due_and_not_a_millisecond_before() {
        let at = Timestamp::from_millis;
        let mut lanes = lanes(2);
        let later = |millis| ReadStatus::Later(TimeDelta::from_millis(millis));
        assert!(lanes.note(Lane(0), (0, 7), later(20), at(100)));
        assert!(lanes.note(Lane(1), (0, 7), later(-5), at(100)));
        assert_eq!((next_of(&lanes), lanes.next_due()), (None, Some(at(101))));
        lanes.ask_due(at(100));
        assert_eq!(next_of(&lanes), None);
        lanes.ask_due(at(101));
        assert_eq!((next_of(&lanes), lanes.next_due()), (Some(1), Some(at(120))));
        note(&mut lanes, 1, 0, ReadStatus::Pending);
        lanes.ask_due(at(119));
        assert_eq!(next_of(&lanes), None);
        lanes.ask_due(at(120));
        assert_eq!((next_of(&lanes), lanes.next_due()), (Some(0), None));
        // A bell is heard before.
        assert!(lanes.note(Lane(0), (0, 7), later(20), at(100)));
        lanes.rung(Lane(0));
        assert_eq!((next_of(&lanes), lanes.next_due()), (Some(0), None));
    }
}
