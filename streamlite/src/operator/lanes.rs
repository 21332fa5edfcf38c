//! The lanes upstream of an operator whose results come in them.

use std::collections::BTreeSet;

use crate::control::{Control, Lane, LaneEvent};

/// The lanes upstream, which are those of the results: what a watermark releases comes in one of them. The last one that
/// ends is kept open until the end of the input, which releases the rest.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    open: BTreeSet<Lane>,
    /// The one that results come in between records.
    own: Option<Lane>,
    /// It has ended, and is kept open.
    kept: Option<Lane>,
}

impl Lanes {
    /// Notes what happens to a lane; says whether those downstream are told now.
    pub(super) fn event(&mut self, event: &LaneEvent) -> bool {
        match event {
            LaneEvent::Open { lane, .. } => {
                self.open.insert(*lane);
                self.own = Some(*lane);
            }
            LaneEvent::Current(lane) => self.own = Some(*lane),
            LaneEvent::End(lane) => {
                self.open.remove(lane);
                if self.open.is_empty() {
                    (self.own, self.kept) = (Some(*lane), Some(*lane));
                    return false;
                }
                if self.own == Some(*lane) {
                    self.own = self.open.first().copied();
                }
            }
            LaneEvent::Limit(_)
            | LaneEvent::Enter(_)
            | LaneEvent::Leave
            | LaneEvent::Watermark(..)
            | LaneEvent::Quiet(..)
            | LaneEvent::Awake(_) => {}
        }
        true
    }

    /// What comes now comes in a lane of its own: what to tell those downstream.
    pub(super) fn enter(&self) -> Option<Control<'static>> {
        self.own.map(|lane| Control::Lane(LaneEvent::Enter(lane)))
    }

    /// Records come again: what to tell those downstream.
    pub(super) fn leave(&self) -> Option<Control<'static>> {
        self.own.map(|_| Control::Lane(LaneEvent::Leave))
    }

    /// The lane that was kept open ends.
    pub(super) fn take_kept(&mut self) -> Option<Lane> {
        self.kept.take()
    }
}
