//! Two streams become one.

use std::marker::PhantomData;

use super::meeting::{TwoInputs, ports};
use crate::assembly::{Chain, Context, Node21, Stage};
use crate::control::Control;
use crate::record::{Push, Record};
use crate::state::{Decoder, Encoder, Shape, Snapshot, StateError};
use crate::time::Timestamp;

/// Describes a union; see [`Stream::union`](crate::flow::Stream::union).
#[derive(Debug)]
pub struct Union<T, O, S> {
    pub(crate) chain: Chain<T, O, S>,
}

impl<T, O, S, C> Node21<O, T, T, C> for Union<T, O, S>
where
    S: Stage<O, T, C>,
{
    #[inline]
    fn build<N: Push<T>>(self, cx: Context<C>, next: N) -> (impl Push<O>, impl Push<T>) {
        let united = United {
            next,
            item: PhantomData,
        };
        let (first, second) = ports(&cx.behind(S::STATES), united);
        (self.chain.stage.build(cx, first), second)
    }
}

/// What runs for [`Union`]: the records of both inputs as they come.
struct United<T, N> {
    next: N,
    item: PhantomData<fn(T)>,
}

impl<T, N: Push<T>> TwoInputs for United<T, N> {
    type Left = T;
    type Right = T;

    fn shape(&self) -> Shape {
        Shape::new("union")
    }

    #[inline]
    fn left(&mut self, record: Record<T>) {
        self.next.push(record);
    }

    #[inline]
    fn right(&mut self, record: Record<T>) {
        self.next.push(record);
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.next.watermark(watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        self.next.control(control);
    }
}

/// It keeps nothing but how far its inputs have come.
impl<T, N> Snapshot for United<T, N> {
    fn save(&self, _to: &mut Encoder) -> Result<(), StateError> {
        Ok(())
    }

    fn restore(&mut self, _from: &mut Decoder<'_>) -> Result<(), StateError> {
        Ok(())
    }
}
