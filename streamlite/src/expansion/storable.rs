//! What a pipeline function keeps must be storable: asked where the user wrote it.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aggregate::{Aggregate, Rows};
use crate::assembly::Then;
use crate::flow::{AsOfJoin, Connected, Join, KeyedBroadcast, KeyedStream, Stream};
use crate::join::{Either, JoinType};
use crate::operator::{FinalAggregate, Running, Windowing, WithLate};
use crate::state::Grouping;
use crate::witness::{Never, No, Yes};

/// What can be written to a checkpoint and read back. Declared twice, as [`CheckedKey`](crate::witness::CheckedKey) is, so that
/// one mistake is one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept as state",
    label = "this keeps `{Self}`, which cannot be written to a checkpoint and read back",
    note = "`#[derive(Serialize, Deserialize)]` on the type; state owns what it holds, so borrow nothing"
)]
pub trait Storable<M> {
    /// What asked, once the check holds.
    type Of<X>;

    /// What asked, once the check holds.
    fn of<X>(asked: X) -> Self::Of<X>;
}

#[diagnostic::do_not_recommend]
impl<V: Serialize + DeserializeOwned + 'static> Storable<Yes> for V {
    type Of<X> = X;

    fn of<X>(asked: X) -> X {
        asked
    }
}

#[diagnostic::do_not_recommend]
impl<V: Never> Storable<No> for V {
    type Of<X> = X;

    fn of<X>(asked: X) -> X {
        asked
    }
}

/// A keyed stream, once its keys can be stored.
pub fn stored_key<M, T, B, O, S>(
    keyed: KeyedStream<T, B, O, S>,
) -> KeyedStream<T, <B::Key as Storable<M>>::Of<B>, O, S>
where
    B: Grouping<T>,
    B::Key: Storable<M>,
{
    KeyedStream {
        stream: keyed.stream,
        key: B::Key::of(keyed.key),
    }
}

/// A join, once its rows and keys can be stored.
pub fn stored_rows<M, N, P, L, R, G, J, O, S>(
    join: Join<L, R, G, J, O, S>,
) -> Stored<L, R, G::Key, M, N, P, Join<L, R, G, J, O, S>>
where
    G: Grouping<Either<L, R>>,
    G::Key: Storable<P>,
    L: Storable<M>,
    R: Storable<N>,
{
    L::of(R::of(G::Key::of(join)))
}

/// An as-of join, once its rows and keys can be stored.
pub fn stored_as_of<M, N, P, L, R, G, J: JoinType, O, S>(
    join: AsOfJoin<L, R, G, J, O, S>,
) -> Stored<L, R, G::Key, M, N, P, AsOfJoin<L, R, G, J, O, S>>
where
    G: Grouping<Either<L, R>>,
    G::Key: Storable<P>,
    L: Storable<M>,
    R: Storable<N>,
{
    L::of(R::of(G::Key::of(join)))
}

/// What asked for rows and keys that can be stored.
type Stored<L, R, K, M, N, P, X> = <L as Storable<M>>::Of<<R as Storable<N>>::Of<<K as Storable<P>>::Of<X>>>;

/// Connected streams, once their keys can be stored.
pub fn stored_common_key<M, L, R, G, O, S>(
    connected: Connected<L, R, G, O, S>,
) -> Connected<L, R, <G::Key as Storable<M>>::Of<G>, O, S>
where
    G: Grouping<Either<L, R>>,
    G::Key: Storable<M>,
{
    connected.with_keys(G::Key::of)
}

/// A stream by keys that another one is broadcast to, once its keys can be stored.
pub fn stored_broadcast_key<M, L, R, G, O, S>(
    broadcast: KeyedBroadcast<L, R, G, O, S>,
) -> KeyedBroadcast<L, R, <G::Key as Storable<M>>::Of<G>, O, S>
where
    G: Grouping<R>,
    G::Key: Storable<M>,
{
    broadcast.with_keys(G::Key::of)
}

/// What an aggregate keeps, as a type. A step of its own: the check must not begin before the type is known to the end.
pub fn kept<T, A: Aggregate<T>>(_rows: &Rows<T>, _aggregate: &A) -> PhantomData<A::Acc> {
    PhantomData
}

/// What the short form of an aggregate returns: it ends in an operator that keeps `Acc`.
pub trait ShortForm<T> {
    /// What it keeps.
    type Acc;
}

impl<T, U, O, S, G, A: Aggregate<T>, F> ShortForm<T> for Stream<U, O, Then<S, T, FinalAggregate<G, A, F>>> {
    type Acc = A::Acc;
}

impl<T, U, O, S, G, A: Aggregate<T>, F> ShortForm<T> for Stream<U, O, Then<S, T, Running<G, A, F>>> {
    type Acc = A::Acc;
}

impl<T, U, O, S, G, W, A: Aggregate<T>, F, R> ShortForm<T>
    for Stream<U, O, Then<S, T, Windowing<G, W, A, F, R>>>
{
    type Acc = A::Acc;
}

impl<T, U, O, S, G, W, A: Aggregate<T>, F, R> ShortForm<T>
    for WithLate<T, O, S, Windowing<G, W, A, F, R>, U>
{
    type Acc = A::Acc;
}

/// What the short form of an aggregate keeps, as a type.
pub fn kept_by<T, D: ShortForm<T>>(_rows: &Rows<T>, _short: &D) -> PhantomData<D::Acc> {
    PhantomData
}

/// An aggregate, once what it keeps can be stored.
pub fn stored_state<M, V: Storable<M>, A>(_kept: PhantomData<V>, aggregate: A) -> V::Of<A> {
    V::of(aggregate)
}
