//! What a key has in a window that fires by a trigger.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aggregate::{Aggregate, check_filled};
use crate::state::{Decoder, Encoder, StateError, Storage};
use crate::window::pane::AccumulationMode;
use crate::window::trigger::TriggerResult;

/// An accumulator, what the trigger knows, and what is kept of the timestamps.
#[derive(Debug)]
pub(in crate::window) struct Group<A, S, M> {
    pub(in crate::window) acc: A,
    pub(in crate::window) state: S,
    pub(in crate::window) stamp: M,
    /// How often it has fired.
    pub(in crate::window) firings: u32,
    /// Whether there are records in it: they may have been forgotten.
    pub(in crate::window) has_records: bool,
}

/// What a firing returns.
pub(in crate::window) struct Fired<V, M> {
    pub(in crate::window) index: u32,
    pub(in crate::window) stamp: M,
    pub(in crate::window) result: V,
}

impl<A, S: Default, M: Copy + Default> Group<A, S, M> {
    pub(in crate::window) fn new(zero: A) -> Self {
        Self {
            acc: zero,
            state: S::default(),
            stamp: M::default(),
            firings: 0,
            has_records: false,
        }
    }

    /// Does what a trigger wants.
    #[inline]
    pub(in crate::window) fn act<T, X: Aggregate<T, Acc = A>>(
        &mut self,
        wanted: TriggerResult,
        aggregate: &X,
        mode: AccumulationMode,
    ) -> Option<Fired<X::Out, M>> {
        if wanted == TriggerResult::Continue || !self.has_records {
            return None;
        }
        self.fire_or_purge(wanted, aggregate, mode)
    }

    #[inline(never)]
    fn fire_or_purge<T, X: Aggregate<T, Acc = A>>(
        &mut self,
        wanted: TriggerResult,
        aggregate: &X,
        mode: AccumulationMode,
    ) -> Option<Fired<X::Out, M>> {
        let stamp = self.stamp;
        let forgets = wanted.purges() || (wanted.fires() && mode == AccumulationMode::Discarding);
        let result = if forgets {
            self.has_records = false;
            self.stamp = M::default();
            let acc = std::mem::replace(&mut self.acc, aggregate.zero());
            if !wanted.fires() {
                return None;
            }
            aggregate.last_result(acc)
        } else {
            aggregate.result(&self.acc)
        };
        let index = self.firings;
        self.firings = index.saturating_add(1);
        Some(Fired { index, stamp, result })
    }

    pub(in crate::window) fn save<C: Storage<A>>(&self, to: &mut Encoder) -> Result<(), StateError>
    where
        S: Serialize,
        M: Serialize,
    {
        C::write(&self.acc, to)?;
        to.plain(&(&self.state, self.stamp, self.firings, self.has_records))
    }

    pub(in crate::window) fn restore<T, X: Aggregate<T, Acc = A>, C: Storage<A>>(
        aggregate: &X,
        from: &mut Decoder<'_>,
    ) -> Result<Self, StateError>
    where
        S: DeserializeOwned,
        M: DeserializeOwned,
    {
        let acc = C::read(from)?;
        let (state, stamp, firings, has_records) = from.plain()?;
        if has_records {
            check_filled(aggregate, &acc)?;
        }
        Ok(Self {
            acc,
            state,
            stamp,
            firings,
            has_records,
        })
    }
}
