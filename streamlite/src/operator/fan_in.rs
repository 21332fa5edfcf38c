//! Several streams become one: the operator behind them is built once, and shared by a port for each input.

use std::cell::RefCell;
use std::rc::Rc;

use super::alignment::{Activity, Alignment};
use crate::assembly::{Chain, Context, Node21, Stage};
use crate::control::{Control, JobEvent, LaneEvent, Question};
use crate::record::{Push, Record};
use crate::state::{DeclaredState, Decoder, Encoder, Shape, Snapshot, StateError};
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
        let [first, second] = union_ports(&cx.behind(S::STATES), next);
        (self.chain.stage.build(cx, first), second)
    }
}

/// The ports of a union of `INPUTS` streams into `next`.
pub fn union_ports<N, C, const INPUTS: usize>(cx: &Context<C>, next: N) -> [Port<N>; INPUTS] {
    let shared = FanIn {
        state: cx.declare(Shape::new("union").with("inputs", INPUTS)),
        alignment: Alignment::new(INPUTS),
        arrived: 0,
        next,
    };
    let shared = Rc::new(RefCell::new(shared));
    std::array::from_fn(|input| Port {
        input,
        shared: Rc::clone(&shared),
    })
}

/// One input of a union. A graph without cycles never enters the operator behind it twice at a time.
#[derive(Debug)]
pub struct Port<N> {
    input: usize,
    shared: Rc<RefCell<FanIn<N>>>,
}

#[derive(Debug)]
struct FanIn<N> {
    state: DeclaredState,
    alignment: Alignment,
    /// At how many ports the present control signal has arrived.
    arrived: usize,
    next: N,
}

impl<T, N: Push<T>> Push<T> for Port<N> {
    #[inline]
    fn push(&mut self, record: Record<T>) {
        self.shared.borrow_mut().push(record);
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.shared.borrow_mut().watermark(self.input, watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        self.shared.borrow_mut().control(self.input, control);
    }
}

impl<N> FanIn<N> {
    /// An input that was idle, and speaks again below the watermark, is judged by that watermark: what it releases has
    /// been released. Of any other input the record's own watermark is the higher one.
    #[inline]
    fn push<T>(&mut self, record: Record<T>)
    where
        N: Push<T>,
    {
        let seen = record.seen.max(self.alignment.merged());
        self.next.push(Record { seen, ..record });
    }

    fn watermark<T>(&mut self, input: usize, watermark: Timestamp)
    where
        N: Push<T>,
    {
        if watermark == Timestamp::MAX {
            self.alignment.set(input, Activity::Finished);
            if self.alignment.all_finished() {
                return self.next.watermark(Timestamp::MAX);
            }
        } else {
            self.alignment.set(input, Activity::Active);
            self.alignment.note(input, watermark);
        }
        self.forward();
    }

    fn control<T>(&mut self, input: usize, control: &mut Control<'_>)
    where
        N: Push<T>,
    {
        if control.is_for_all() {
            self.arrived += 1;
            if self.arrived < self.alignment.inputs() {
                return;
            }
            self.arrived = 0;
        }
        match control {
            Control::Lane(event) => match event {
                LaneEvent::Open(_) => self.alignment.reopen(input),
                LaneEvent::Current(_)
                | LaneEvent::Enter(_)
                | LaneEvent::Leave
                | LaneEvent::End(_)
                | LaneEvent::Watermark(..)
                | LaneEvent::Quiet(..)
                | LaneEvent::Awake(_) => {}
            },
            Control::Job(event) => match event {
                JobEvent::Idle(now) => return self.idle(input, *now),
                JobEvent::Active => self.alignment.set(input, Activity::Active),
                JobEvent::Start | JobEvent::Tick(_) | JobEvent::Flush => {}
            },
            Control::Question(question) => match question {
                Question::Save(save) => save.state(&self.state, &self.alignment),
                Question::Restore(restore) => restore.state(&self.state, &mut self.alignment),
                Question::Progress(_) | Question::AfterEnd(_) | Question::Count(_) => {}
            },
        }
        self.next.control(control);
    }

    fn idle<T>(&mut self, input: usize, now: Timestamp)
    where
        N: Push<T>,
    {
        self.alignment.set(input, Activity::Idle);
        self.forward();
        if self.alignment.all_idle() {
            self.next.control(&mut Control::Job(JobEvent::Idle(now)));
        }
    }

    #[inline]
    fn forward<T>(&mut self)
    where
        N: Push<T>,
    {
        if let Some(risen) = self.alignment.raise() {
            self.next.watermark(risen);
        }
    }
}

impl Snapshot for Alignment {
    fn save(&self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(self)
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        *self = from.plain()?;
        self.reindex();
        Ok(())
    }
}
