//! What a job remembers, out of the driver and into it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::before::Before;
use super::driver::Driver;
use super::lanes::Turns;
use super::savepoint::{Contents, Progress, SavedSource};
use crate::assembly::Around;
use crate::control::{Control, Lane, Question};
use crate::epoch::Epoch;
use crate::error::{Error, Result};
use crate::state::{Gaps, Restore, Save};

impl Driver<'_> {
    /// Finds the partitions of every source, and where each goes on.
    pub(super) fn place(&mut self, saved: Option<&Contents>) -> Result<()> {
        self.check_sources(saved)?;
        let around = Around {
            bells: self.bells.clone(),
            clock: Arc::clone(&self.clock),
        };
        let mut lanes = Vec::new();
        for index in 0..self.feeds.len() {
            let (parts, feed) = (&self.parts, &mut self.feeds[index]);
            let source = &parts.graph.parts().sources[feed.source()];
            let known = saved.and_then(|saved| saved.progress.sources.get(source.identity));
            let fresh = SavedSource::default();
            if let Some(known) = known {
                known.check_kind(source.name, &feed.kind())?;
            }
            let known = known.unwrap_or(&fresh);
            let partitions = feed.partitions()?;
            let places = known.places(source.name, partitions, |partition| {
                parts.partition_lane(source.identity, partition)
            })?;
            for lane in feed.place(places, &around)? {
                lanes.push((index, lane, known.turns.get(&lane).copied()));
            }
        }
        // A lane that is new starts with the others, or it would keep them waiting until it has caught up.
        let known = lanes.iter().filter_map(|(_, _, turns)| *turns);
        let least = known.map(|turns| turns.runs).min().unwrap_or(0);
        for (feed, lane, turns) in lanes {
            self.lanes.add(feed, lane, turns.unwrap_or(Turns::new(least)));
        }
        Ok(())
    }

    /// Asks whether every source that was saved is still there: what was read of it would be read again.
    fn check_sources(&self, saved: Option<&Contents>) -> Result<()> {
        let sources = self.parts.graph.parts().sources;
        let is_there = |name: &str| sources.iter().any(|source| source.identity == name);
        let saved = saved.into_iter().flat_map(|saved| saved.progress.sources.keys());
        match saved.into_iter().find(|name| !is_there(name)) {
            None => Ok(()),
            Some(gone) => Err(Error::Savepoint {
                doing: "restoring",
                cause: format!(
                    "it has the positions of a source `{gone}`, and this pipeline has no such source; give it its old \
                     name back, or write `#[uid = \"{gone}\"]` before it"
                ),
            }),
        }
    }

    /// What the job remembers, for a checkpoint, or for a savepoint that is not part of one.
    pub(super) fn contents(&mut self, epoch: Option<Epoch>, is_full: bool) -> Result<(Contents, Gaps)> {
        let mut save = Save::new(epoch, is_full);
        self.control(&mut Control::Question(Question::Save(&mut save)));
        self.parts.failure.check()?;
        let turns: BTreeMap<Lane, Turns> = self.lanes.turns().collect();
        let mut sources = BTreeMap::new();
        for feed in &mut self.feeds {
            let identity = self.parts.graph.parts().sources[feed.source()].identity;
            let places = feed.places()?;
            let own = places.iter().map(|place| place.lane);
            let turns = own.filter_map(|lane| Some((lane, *turns.get(&lane)?))).collect();
            let source = SavedSource {
                kind: feed.kind(),
                places,
                turns,
                skipped: feed.skipped() + self.before.skipped.get(identity).copied().unwrap_or(0),
            };
            sources.insert(identity.to_owned(), source);
        }
        let graph = self.parts.graph;
        let (states, gaps) = save.finish()?;
        let contents = Contents {
            pipeline: graph.name().to_owned(),
            states,
            progress: Progress {
                epoch,
                lanes: self.parts.lane_numbers(),
                sources,
                counts: self.tally().to_saved(graph),
                elapsed: self.elapsed(),
            },
        };
        Ok((contents, gaps))
    }

    /// Restores the states of the operators, and the counters: of a checkpoint, or of a savepoint.
    pub(super) fn restore(&mut self, saved: &Contents, is_checkpoint: bool) -> Result<()> {
        let mut restore = Restore::new(saved.states.clone(), is_checkpoint);
        self.control(&mut Control::Question(Question::Restore(&mut restore)));
        restore.finish()?;
        self.before = Before::of(&saved.progress);
        for feed in &mut self.feeds {
            feed.ask_after_end()?;
        }
        self.parts.failure.check()
    }
}
