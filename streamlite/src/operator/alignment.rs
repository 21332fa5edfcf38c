//! One watermark out of several: of the partitions of a source, or of the inputs of a union.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The watermarks of several inputs, and the one that stands for all.
///
/// The rule is Flink's: the minimum over the inputs that are neither idle nor finished. If all that are left are
/// idle, it rises to the greatest seen. An input that wakes up below it is left out until it has caught up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Alignment {
    inputs: Vec<Input>,
    merged: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Input {
    watermark: Timestamp,
    state: Activity,
}

/// Idle, finished and active are three different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Activity {
    Active,
    Idle,
    Finished,
}

impl Default for Alignment {
    /// No inputs yet: a watermark starts at the beginning of time, not in 1970.
    fn default() -> Self {
        Self::new(0)
    }
}

impl Alignment {
    pub(super) fn new(inputs: usize) -> Self {
        let mut alignment = Self {
            inputs: Vec::with_capacity(inputs),
            merged: Timestamp::MIN,
        };
        (0..inputs).for_each(|_| {
            alignment.add();
        });
        alignment
    }

    /// Adds an input; gives its place.
    pub(super) fn add(&mut self) -> usize {
        self.inputs.push(Input {
            watermark: Timestamp::MIN,
            state: Activity::Active,
        });
        self.inputs.len() - 1
    }

    pub(super) fn inputs(&self) -> usize {
        self.inputs.len()
    }

    /// The watermark that stands for all.
    #[inline]
    pub(super) fn merged(&self) -> Timestamp {
        self.merged
    }

    pub(super) fn watermark_of(&self, input: usize) -> Timestamp {
        self.inputs[input].watermark
    }

    pub(super) fn is_idle(&self, input: usize) -> bool {
        self.inputs[input].state == Activity::Idle
    }

    /// How far the others let the merged watermark rise; `MAX` if there are none.
    pub(super) fn limit_by_others(&self, input: usize) -> Timestamp {
        let others = self
            .inputs
            .iter()
            .enumerate()
            .filter(|&(other, _)| other != input);
        others
            .filter_map(|(_, other)| self.counts(other))
            .min()
            .unwrap_or(Timestamp::MAX)
    }

    /// Notes an input's watermark without looking at the others; `raise` afterwards.
    pub(super) fn note(&mut self, input: usize, watermark: Timestamp) {
        let input = &mut self.inputs[input];
        input.watermark = input.watermark.max(watermark);
    }

    pub(super) fn set(&mut self, input: usize, state: Activity) {
        if self.inputs[input].state != Activity::Finished {
            self.inputs[input].state = state;
        }
    }

    /// An input that had finished has more, after a restore: a file that has grown.
    pub(super) fn reopen(&mut self, input: usize) {
        if self.inputs[input].state == Activity::Finished {
            self.inputs[input].state = Activity::Active;
        }
    }

    pub(super) fn all_finished(&self) -> bool {
        self.inputs.iter().all(|input| input.state == Activity::Finished)
    }

    /// Whether there is nothing to wait for, although not all is finished.
    pub(super) fn all_idle(&self) -> bool {
        self.inputs.iter().all(|input| input.state != Activity::Active) && !self.all_finished()
    }

    /// Works out the watermark that stands for all; gives it if it has risen.
    pub(super) fn raise(&mut self) -> Option<Timestamp> {
        let lowest = self.inputs.iter().filter_map(|input| self.counts(input)).min();
        let greatest = || self.inputs.iter().map(|input| input.watermark).max();
        let risen = if self.all_idle() { greatest() } else { lowest };
        let risen = risen.filter(|&risen| risen > self.merged)?;
        self.merged = risen;
        Some(risen)
    }

    /// Raises the merged watermark to what a caller has worked out by `limit_by_others`.
    #[inline]
    pub(super) fn raise_to(&mut self, merged: Timestamp) {
        debug_assert!(merged > self.merged, "a watermark never goes down");
        self.merged = merged;
    }

    /// An input's watermark, if the merged one waits for it.
    fn counts(&self, input: &Input) -> Option<Timestamp> {
        (input.state == Activity::Active && input.watermark >= self.merged).then_some(input.watermark)
    }
}
