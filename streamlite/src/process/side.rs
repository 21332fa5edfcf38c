//! Outputs of a process besides its main one.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

/// An output of a process besides its main one: `let alerts: Side<Alert>;` in the process, `let (results, alerts) = …;` in
/// front of it.
pub struct Side<A> {
    emitted: VecDeque<(u32, A)>,
    order: Rc<Cell<u32>>,
}

impl<A> Side<A> {
    pub(crate) fn new(order: &Rc<Cell<u32>>) -> Self {
        Self {
            emitted: VecDeque::new(),
            order: Rc::clone(order),
        }
    }

    /// Emits a record to this output. It has the timestamp of the record, or the time of the timer.
    #[inline]
    pub fn emit(&mut self, value: A) {
        let number = self.order.get();
        self.order.set(number + 1);
        self.emitted.push_back((number, value));
    }

    /// Takes the one that was emitted first, if it has this number.
    pub(crate) fn pop_numbered(&mut self, number: u32) -> Option<A> {
        if self.emitted.front()?.0 != number {
            return None;
        }
        self.emitted.pop_front().map(|(_, value)| value)
    }
}

impl<A> fmt::Debug for Side<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Side<{}>", std::any::type_name::<A>())
    }
}

/// The side outputs of a process: none, or a tuple of [`Side`]s.
pub trait Sides: Sized {
    /// How many there are.
    const OUTPUTS: usize;

    /// Side outputs whose records are numbered by this.
    fn new(order: &Rc<Cell<u32>>) -> Self;
}

impl Sides for () {
    const OUTPUTS: usize = 0;

    fn new(_order: &Rc<Cell<u32>>) -> Self {}
}

macro_rules! sides {
    ($($outputs:literal $($A:ident)+;)*) => {$(
        impl<$($A),+> Sides for ($(Side<$A>,)+) {
            const OUTPUTS: usize = $outputs;

            fn new(order: &Rc<Cell<u32>>) -> Self {
                ($(Side::<$A>::new(order),)+)
            }
        }
    )*};
}

sides! {
    1 A;
    2 A B;
    3 A B D;
    4 A B D E;
    5 A B D E F;
    6 A B D E F G;
    7 A B D E F G H;
}
