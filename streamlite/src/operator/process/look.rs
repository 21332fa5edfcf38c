//! What a process shows to who asks for its states.

use super::core::{Core, Moment};
use crate::process::{KeyedProcess, StoredStates, TimeDomain};
use crate::state::{Grouping, Look, Shows};
use crate::time::Timestamp;

impl<T, C, G, P> Core<T, C, G, P>
where
    G: Grouping<T>,
    P: KeyedProcess<G::Key, T>,
    P::States: StoredStates<C>,
    C: Shows<G::Key>,
{
    /// Shows the state that a look asks for, if it is one of these; what has expired by now is not shown.
    pub(super) fn look(&self, look: &mut Look) {
        let moment = Moment {
            timestamp: Timestamp::MIN,
            watermark: self.now.watermark,
            domain: TimeDomain::Event,
        };
        for (field, spec) in self.specs.iter().enumerate() {
            if !look.is_for(self.state.declared(), Some(spec.name())) {
                continue;
            }
            let (kept, value) = P::States::kept(field);
            let Some(asked) = look.keys::<C, G::Key>(kept, value) else {
                continue;
            };
            self.clock.forget();
            let times = self.now.times(&moment, &self.clock);
            self.state.look_at(asked.one(), |slot, key, states| {
                // A key may be there because of a timer alone.
                if !self.absent.has(Self::place(slot) as usize) {
                    states.look(field, &times, &self.expirations.ttls, &mut |of, value| {
                        look.show::<C, _>(key, of, value);
                    });
                }
            });
        }
    }
}
