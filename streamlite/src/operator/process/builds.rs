//! What a process is built in front of, whatever it is.

use super::outputs::Outputs;
use super::push::{ProcessPush, Processing};
use crate::assembly::Context;
use crate::process::{KeyedProcess, StoredStates};
use crate::record::Push;
use crate::state::{Grouping, Storage};

/// A described process of records `T`, which emits `U`, and has side outputs `A`.
pub(super) trait BuildsProcess<T, U, A, C> {
    /// What runs.
    type Built<O: Outputs<U, A>>: Push<T>;

    /// Builds it in front of its outputs.
    fn build_process<O: Outputs<U, A>>(self, cx: &Context<C>, outputs: O) -> Self::Built<O>;
}

impl<T, C, G, P> BuildsProcess<T, P::Out, P::Sides, C> for Processing<G, P>
where
    G: Grouping<T>,
    P: KeyedProcess<G::Key, T>,
    P::States: StoredStates<C>,
    C: Storage<G::Key>,
{
    type Built<O: Outputs<P::Out, P::Sides>> = ProcessPush<T, C, G, P, O>;

    #[inline]
    fn build_process<O: Outputs<P::Out, P::Sides>>(self, cx: &Context<C>, outputs: O) -> Self::Built<O> {
        ProcessPush::new(self, cx, outputs)
    }
}
