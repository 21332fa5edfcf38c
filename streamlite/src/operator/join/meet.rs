//! Two streams in front of an operator that is told of each record where it comes from.

use std::marker::PhantomData;

use crate::assembly::{Chain, Context, Node21, Stage};
use crate::join::Either;
use crate::operator::meeting::{Entrance, ports};
use crate::record::Push;
use crate::state::Shape;

/// Describes an operator `J` of two streams; `R` are the records of the second, and `U` what it emits.
#[derive(Debug)]
pub struct Joined<T, R, U, O, S, J> {
    pub(crate) chain: Chain<T, O, S>,
    pub(crate) join: J,
    types: PhantomData<fn(R) -> U>,
}

impl<T, R, U, O, S, J> Joined<T, R, U, O, S, J> {
    pub(crate) fn new(chain: Chain<T, O, S>, join: J) -> Self {
        Self {
            chain,
            join,
            types: PhantomData,
        }
    }
}

impl<T, R, U, O, S, J, C> Node21<O, R, U, C> for Joined<T, R, U, O, S, J>
where
    S: Stage<O, T, C>,
    J: Stage<Either<T, R>, U, C>,
{
    #[inline]
    fn build<N: Push<U>>(self, cx: Context<C>, next: N) -> (impl Push<O>, impl Push<R>) {
        let join = self.join.build(cx.downstream(S::STATES + 1), next);
        let (left, right) = meet::<T, R, _, _>(&cx.downstream(S::STATES), join);
        (self.chain.stage.build(cx, left), right)
    }
}

/// Lets two streams meet in front of an operator; it is the first of two states of a join.
pub(crate) fn meet<T, R, C, N>(
    cx: &Context<C>,
    next: N,
) -> (impl Push<T> + use<T, R, C, N>, impl Push<R> + use<T, R, C, N>)
where
    N: Push<Either<T, R>>,
{
    ports::<Left<T, R>, Right<T, R>, _, _>(cx, Shape::new("inputs"), next)
}

/// Records of the first stream.
struct Left<T, R>(PhantomData<(T, R)>);
/// Records of the second stream.
struct Right<T, R>(PhantomData<(T, R)>);

impl<T, R> Entrance<T> for Left<T, R> {
    type Record = Either<T, R>;

    #[inline]
    fn enter(value: T) -> Either<T, R> {
        Either::Left(value)
    }
}

impl<T, R> Entrance<R> for Right<T, R> {
    type Record = Either<T, R>;

    #[inline]
    fn enter(value: R) -> Either<T, R> {
        Either::Right(value)
    }
}
