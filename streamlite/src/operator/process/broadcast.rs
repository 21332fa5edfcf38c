//! A process that hears of a second stream, whatever the key.

use std::fmt;
use std::iter;
use std::marker::PhantomData;

use super::builds::BuildsProcess;
use super::core::{check, states_shape};
use super::outputs::{MainOutput, Outputs};
use super::push::{ProcessPush, Processing};
use crate::assembly::{Context, Stage};
use crate::control::{Control, Question};
use crate::error::Error;
use crate::join::Either;
use crate::operator::join::apart;
use crate::process::{BroadcastProcess, ByKey, SavedField, StateSpec, StoredStates};
use crate::record::{Push, Record};
use crate::state::{DeclaredState, Decoder, Encoder, Grouping, Shape, Snapshot, StateError, Storage};
use crate::time::Timestamp;

/// Describes a process that hears of a second stream; see [`Stream::broadcast_to`](crate::flow::Stream::broadcast_to).
#[derive(Clone, Copy, Debug)]
pub struct Broadcast<G, P> {
    pub(crate) grouping: G,
    pub(crate) process: P,
}

/// What runs for [`Broadcast`]: a process by key, which holds what all keys share.
pub struct BroadcastPush<L, R, C, G, P, O>
where
    G: Grouping<R>,
    P: BroadcastProcess<G::Key, L, R>,
{
    shared: DeclaredState,
    by_key: ByKeyPush<L, R, C, G, P, O>,
}

/// The process by key.
type ByKeyPush<L, R, C, G, P, O> =
    ProcessPush<R, C, G, ByKey<L, P, <P as BroadcastProcess<<G as Grouping<R>>::Key, L, R>>::Shared>, O>;

impl<L, R, C, G, P, O> fmt::Debug for BroadcastPush<L, R, C, G, P, O>
where
    G: Grouping<R>,
    P: BroadcastProcess<G::Key, L, R>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BroadcastPush").finish_non_exhaustive()
    }
}

impl<L, R, U, C, G, P> Stage<Either<L, R>, U, C> for Broadcast<G, P>
where
    G: Grouping<R>,
    P: BroadcastProcess<G::Key, L, R, Out = U, Sides = ()>,
    P::States: StoredStates<C>,
    P::Shared: StoredStates<C>,
    C: Storage<G::Key>,
{
    type Built<N: Push<U>> = BroadcastPush<L, R, C, G, P, MainOutput<N>>;

    /// What all keys share, and the process by key.
    const STATES: u32 = 2;

    #[inline]
    fn build<N: Push<U>>(self, cx: Context<C>, next: N) -> Self::Built<N> {
        self.build_process(&cx, MainOutput(next))
    }
}

impl<L, R, C, G, P> BuildsProcess<Either<L, R>, P::Out, P::Sides, C> for Broadcast<G, P>
where
    G: Grouping<R>,
    P: BroadcastProcess<G::Key, L, R>,
    P::States: StoredStates<C>,
    P::Shared: StoredStates<C>,
    C: Storage<G::Key>,
{
    type Built<O: Outputs<P::Out, P::Sides>> = BroadcastPush<L, R, C, G, P, O>;

    #[inline]
    fn build_process<O: Outputs<P::Out, P::Sides>>(self, cx: &Context<C>, outputs: O) -> Self::Built<O> {
        let Self {
            grouping,
            mut process,
        } = self;
        let specs = process.shared_specs();
        if let Err(error) = check::<P::Shared>(&specs).and_then(|()| check_lifetimes(&specs)) {
            cx.failure().set(error);
        }
        let shared = process.first_shared();
        let described = Processing {
            grouping,
            process: ByKey::new(process, shared),
        };
        BroadcastPush {
            shared: cx.declare(states_shape::<P::Shared>(Shape::new("broadcast"), &specs)),
            by_key: ProcessPush::new(described, &cx.downstream(1), outputs),
        }
    }
}

/// What all keys share stays.
fn check_lifetimes(specs: &[StateSpec]) -> Result<(), Error> {
    match specs.iter().find(|spec| spec.lifetime().is_some()) {
        None => Ok(()),
        Some(spec) => Err(Error::setting(
            format!("a TTL for the state `{}`", spec.name()),
            "all keys share it, and what they share does not expire",
            "remove the TTL, or keep the value in a state of each key",
        )),
    }
}

impl<L, R, C, G, P, O> BroadcastPush<L, R, C, G, P, O>
where
    G: Grouping<R>,
    P: BroadcastProcess<G::Key, L, R>,
    P::States: StoredStates<C>,
{
    fn on_broadcast(&mut self, record: Record<L>)
    where
        O: Outputs<P::Out, P::Sides>,
    {
        self.by_key.beside_keys(record, |by_key, record, sides, ctx| {
            by_key
                .process
                .on_broadcast(record, &mut by_key.shared, sides, ctx);
        });
    }
}

impl<L, R, C, G, P, O> Push<Either<L, R>> for BroadcastPush<L, R, C, G, P, O>
where
    G: Grouping<R>,
    P: BroadcastProcess<G::Key, L, R>,
    P::States: StoredStates<C>,
    P::Shared: StoredStates<C>,
    O: Outputs<P::Out, P::Sides>,
    C: Storage<G::Key>,
{
    #[inline]
    fn push(&mut self, record: Record<Either<L, R>>) {
        match apart(record) {
            Either::Left(record) => self.on_broadcast(record),
            Either::Right(record) => self.by_key.push(record),
        }
    }

    /// Records by key go on in rows, as far as no broadcast record is between them.
    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<Either<L, R>>>) {
        let mut records = records.fuse();
        while let Some(record) = records.next() {
            match apart(record) {
                Either::Left(record) => self.on_broadcast(record),
                Either::Right(first) => {
                    let mut left = None;
                    let row = (&mut records).map_while(|record| match apart(record) {
                        Either::Left(record) => {
                            left = Some(record);
                            None
                        }
                        Either::Right(record) => Some(record),
                    });
                    self.by_key.push_all(iter::once(first).chain(row));
                    if let Some(record) = left {
                        self.on_broadcast(record);
                    }
                }
            }
        }
    }

    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.by_key.next_due(watermark)
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.by_key.watermark(watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        match control {
            Control::Question(Question::Save(save)) => {
                save.state(
                    &self.shared,
                    &mut SavedShared::<_, _, _, C>(self.by_key.process_mut(), PhantomData),
                );
            }
            Control::Question(Question::Restore(restore)) => {
                restore.state(
                    &self.shared,
                    &mut SavedShared::<_, _, _, C>(self.by_key.process_mut(), PhantomData),
                );
            }
            Control::Question(_) | Control::Lane(_) | Control::Job(_) => {}
        }
        self.by_key.control(control);
    }
}

/// What all keys share, to be saved and restored.
struct SavedShared<'a, L, P, H, C>(&'a mut ByKey<L, P, H>, PhantomData<C>);

impl<L, P, H: StoredStates<C>, C> Snapshot for SavedShared<'_, L, P, H, C> {
    fn save(&mut self, to: &mut Encoder) -> Result<(), StateError> {
        self.0.shared.write(to)
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        let never_expires = SavedField {
            has_stamps: false,
            written: None,
        };
        self.0.shared.read(from, &vec![never_expires; H::FIELDS])
    }
}
