//! One watermark out of several: of the partitions of a source, or of the inputs of a union.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The watermarks of several inputs, and their combined watermark.
///
/// The rule is Flink's: the minimum over the inputs that are neither idle nor finished. If all that are left are
/// idle, it rises to the greatest seen. An input that wakes up below it is left out until it has caught up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Alignment {
    inputs: Vec<Input>,
    merged: Timestamp,
    /// The active inputs by their watermarks, where there are more than [`FEW`]: of few the lowest is found by looking at
    /// all of them.
    #[serde(skip)]
    by_watermark: BTreeSet<(Timestamp, usize)>,
    /// How many inputs are active, and how many have finished.
    #[serde(skip)]
    active: usize,
    #[serde(skip)]
    finished: usize,
}

/// Up to so many inputs nothing is kept in order.
const FEW: usize = 16;

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
            by_watermark: BTreeSet::new(),
            active: 0,
            finished: 0,
        };
        (0..inputs).for_each(|_| {
            alignment.add();
        });
        alignment
    }

    /// Adds an input; returns its place.
    pub(super) fn add(&mut self) -> usize {
        self.inputs.push(Input {
            watermark: Timestamp::MIN,
            state: Activity::Active,
        });
        self.active += 1;
        let input = self.inputs.len() - 1;
        if self.inputs.len() == FEW + 1 {
            self.reindex();
        } else if self.is_ordered() {
            self.by_watermark.insert((Timestamp::MIN, input));
        }
        input
    }

    /// Works out what follows from the inputs: after a restore, and when they become many.
    pub(super) fn reindex(&mut self) {
        let of = |state| self.inputs.iter().filter(move |input| input.state == state);
        (self.active, self.finished) = (of(Activity::Active).count(), of(Activity::Finished).count());
        let inputs = self.inputs.iter().enumerate();
        let active = inputs.filter(|(_, input)| input.state == Activity::Active);
        self.by_watermark = if self.is_ordered() {
            active.map(|(place, input)| (input.watermark, place)).collect()
        } else {
            BTreeSet::new()
        };
    }

    fn is_ordered(&self) -> bool {
        self.inputs.len() > FEW
    }

    /// Changes an input.
    #[inline]
    fn change(&mut self, place: usize, change: impl FnOnce(&mut Input)) {
        let before = self.inputs[place];
        change(&mut self.inputs[place]);
        let after = self.inputs[place];
        if before.state != after.state {
            self.active = self.active + usize::from(after.state == Activity::Active)
                - usize::from(before.state == Activity::Active);
            self.finished = self.finished + usize::from(after.state == Activity::Finished)
                - usize::from(before.state == Activity::Finished);
        }
        if self.is_ordered() && before != after {
            self.by_watermark.remove(&(before.watermark, place));
            if after.state == Activity::Active {
                self.by_watermark.insert((after.watermark, place));
            }
        }
    }

    /// The lowest watermark that counts, but for that of one input.
    fn lowest(&self, but: Option<usize>) -> Option<Timestamp> {
        if self.is_ordered() {
            let counting = self.by_watermark.range((self.merged, 0)..);
            let mut others = counting.filter(|(_, place)| Some(*place) != but);
            return others.next().map(|(watermark, _)| *watermark);
        }
        let others = self
            .inputs
            .iter()
            .enumerate()
            .filter(|&(place, _)| Some(place) != but);
        others.filter_map(|(_, other)| self.counts(other)).min()
    }

    pub(super) fn inputs(&self) -> usize {
        self.inputs.len()
    }

    /// The combined watermark.
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
        self.lowest(Some(input)).unwrap_or(Timestamp::MAX)
    }

    /// Notes an input's watermark without looking at the others; `raise` afterwards.
    pub(super) fn note(&mut self, input: usize, watermark: Timestamp) {
        self.change(input, |input| input.watermark = input.watermark.max(watermark));
    }

    pub(super) fn set(&mut self, input: usize, state: Activity) {
        if self.inputs[input].state != Activity::Finished {
            self.change(input, |input| input.state = state);
        }
    }

    /// An input that had finished has more, after a restore: a file that has grown.
    pub(super) fn reopen(&mut self, input: usize) {
        if self.inputs[input].state == Activity::Finished {
            self.change(input, |input| input.state = Activity::Active);
        }
    }

    pub(super) fn all_finished(&self) -> bool {
        self.finished == self.inputs.len()
    }

    /// Whether there is nothing to wait for, although not all is finished.
    pub(super) fn all_idle(&self) -> bool {
        self.active == 0 && !self.all_finished()
    }

    /// Computes the combined watermark; returns it if it has risen.
    pub(super) fn raise(&mut self) -> Option<Timestamp> {
        let greatest = || self.inputs.iter().map(|input| input.watermark).max();
        let risen = if self.all_idle() {
            greatest()
        } else {
            self.lowest(None)
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule, said once more: over lists of what each input has.
    #[derive(Clone)]
    struct Model {
        inputs: Vec<(i64, Activity)>,
        merged: i64,
    }

    impl Model {
        fn lowest(&self, but: usize) -> Option<i64> {
            let others = (0..self.inputs.len()).filter(|&place| place != but);
            let counting = others.map(|place| self.inputs[place]);
            counting
                .filter(|(watermark, state)| *state == Activity::Active && *watermark >= self.merged)
                .map(|(watermark, _)| watermark)
                .min()
        }

        fn raise(&mut self) -> Option<i64> {
            let none_active = !self.inputs.iter().any(|(_, state)| *state == Activity::Active);
            let all_finished = self.inputs.iter().all(|(_, state)| *state == Activity::Finished);
            let risen = if none_active && !all_finished {
                self.inputs.iter().map(|(watermark, _)| *watermark).max()
            } else {
                self.lowest(usize::MAX)
            };
            let risen = risen.filter(|&risen| risen > self.merged)?;
            self.merged = risen;
            Some(risen)
        }
    }

    /// Numbers that look random, the same each time.
    fn numbers(seed: u64) -> impl FnMut(u64) -> u64 {
        let mut state = seed;
        move |below| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        }
    }

    #[test]
    fn many_inputs_and_few_follow_the_same_rule() {
        for seed in 0..300 {
            let mut number = numbers(seed);
            let count = [1, 2, 3, FEW - 1, FEW, FEW + 1, 40][number(7) as usize];
            let mut alignment = Alignment::new(count);
            let mut model = Model {
                inputs: vec![(i64::MIN, Activity::Active); count],
                merged: i64::MIN,
            };
            for _ in 0..200 {
                let input = number(count as u64) as usize;
                let (watermark, state) = &mut model.inputs[input];
                match number(12) {
                    0 => {
                        alignment.set(input, Activity::Idle);
                        if *state != Activity::Finished {
                            *state = Activity::Idle;
                        }
                    }
                    1 => {
                        alignment.set(input, Activity::Active);
                        if *state != Activity::Finished {
                            *state = Activity::Active;
                        }
                    }
                    2 if number(4) == 0 => {
                        alignment.set(input, Activity::Finished);
                        *state = Activity::Finished;
                    }
                    3 => {
                        alignment.reopen(input);
                        if *state == Activity::Finished {
                            *state = Activity::Active;
                        }
                    }
                    4 => {
                        let bytes = postcard::to_stdvec(&alignment).expect("it serializes");
                        alignment = postcard::from_bytes(&bytes).expect("it was just written");
                        alignment.reindex();
                    }
                    5 if alignment.inputs() < 60 => {
                        alignment.add();
                        model.inputs.push((i64::MIN, Activity::Active));
                    }
                    _ => {
                        let to = number(100) as i64;
                        alignment.note(input, Timestamp::from_millis(to));
                        *watermark = to.max(*watermark);
                    }
                }
                let limit = model.lowest(input).unwrap_or(i64::MAX);
                assert_eq!(alignment.limit_by_others(input).as_millis(), limit);
                let all_finished = model.inputs.iter().all(|(_, state)| *state == Activity::Finished);
                let none_active = !model.inputs.iter().any(|(_, state)| *state == Activity::Active);
                assert_eq!(alignment.all_finished(), all_finished);
                assert_eq!(alignment.all_idle(), none_active && !all_finished);
                assert_eq!(alignment.raise().map(Timestamp::as_millis), model.raise());
                assert_eq!(alignment.merged().as_millis(), model.merged);
            }
        }
    }
}
