//! What a `match` on a stream becomes.

use crate::flow::Stream;
use crate::operator::Matching;

/// Splits a stream by a closure that puts what it makes of a record into slots, one for each branch.
pub fn matching<T, O, S, Branches, F>(stream: Stream<T, O, S>, arms: F) -> Matching<T, O, S, Branches, F>
where
    F: FnMut(T, &mut Branches),
{
    Matching::new(stream.chain, arms)
}
