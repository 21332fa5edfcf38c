//! Two streams meet: what is behind them is built once, and shared by a port for each.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use super::alignment::{Activity, Alignment};
use crate::assembly::Context;
use crate::control::{Control, JobEvent, LaneEvent, Question};
use crate::record::{Push, Record};
use crate::state::{DeclaredState, Decoder, Encoder, Shape, Snapshot, StateError};
use crate::time::Timestamp;

/// An operator of two inputs. What concerns both, it is told once: the watermark that stands for both, and each signal
/// when it has come from every input that it comes to.
///
/// Its state is saved with the watermarks of its inputs.
pub(crate) trait TwoInputs: Snapshot {
    /// Records of the first input.
    type Left;
    /// Records of the second.
    type Right;

    /// What it is, beside its saved state.
    fn shape(&self) -> Shape;

    /// Takes a record of the first input.
    fn left(&mut self, record: Record<Self::Left>);

    /// Takes a record of the second input.
    fn right(&mut self, record: Record<Self::Right>);

    /// Event time has come to `watermark` in both inputs.
    fn watermark(&mut self, watermark: Timestamp);

    /// Handles a signal, and passes it on. States are saved and restored already.
    fn control(&mut self, control: &mut Control<'_>);
}

/// An operator of two inputs and how far they have come. A graph without cycles never enters it twice at a time.
struct Meeting<Op> {
    state: DeclaredState,
    inputs: Inputs,
    /// At how many ports the present signal has arrived.
    arrived: usize,
    op: Op,
}

/// How far the inputs have come.
#[derive(Debug)]
struct Inputs(Alignment);

/// Which of the two inputs.
const LEFT: usize = 0;
const RIGHT: usize = 1;

/// The first input of an operator.
pub(crate) struct LeftPort<Op>(Rc<RefCell<Meeting<Op>>>);

/// The second input of an operator.
pub(crate) struct RightPort<Op>(Rc<RefCell<Meeting<Op>>>);

/// The two ports of an operator.
pub(crate) fn ports<Op: TwoInputs, C>(cx: &Context<C>, op: Op) -> (LeftPort<Op>, RightPort<Op>) {
    let meeting = Meeting {
        state: cx.declare(op.shape()),
        inputs: Inputs(Alignment::new(2)),
        arrived: 0,
        op,
    };
    let shared = Rc::new(RefCell::new(meeting));
    (LeftPort(Rc::clone(&shared)), RightPort(shared))
}

impl<Op: TwoInputs> Push<Op::Left> for LeftPort<Op> {
    #[inline]
    fn push(&mut self, record: Record<Op::Left>) {
        let mut meeting = self.0.borrow_mut();
        let partition_watermark = meeting.partition_watermark(record.partition_watermark);
        meeting.op.left(Record {
            partition_watermark,
            ..record
        });
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.0.borrow_mut().watermark(LEFT, watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        self.0.borrow_mut().control(LEFT, control);
    }
}

impl<Op: TwoInputs> Push<Op::Right> for RightPort<Op> {
    #[inline]
    fn push(&mut self, record: Record<Op::Right>) {
        let mut meeting = self.0.borrow_mut();
        let partition_watermark = meeting.partition_watermark(record.partition_watermark);
        meeting.op.right(Record {
            partition_watermark,
            ..record
        });
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.0.borrow_mut().watermark(RIGHT, watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        self.0.borrow_mut().control(RIGHT, control);
    }
}

impl<Op: TwoInputs> Meeting<Op> {
    /// An input that was idle, and speaks again below the watermark, is judged by that watermark: what it releases has
    /// been released. Of any other input the record's own watermark is the higher one.
    #[inline]
    fn partition_watermark(&self, of_record: Timestamp) -> Timestamp {
        of_record.max(self.inputs.0.merged())
    }

    fn watermark(&mut self, input: usize, watermark: Timestamp) {
        let alignment = &mut self.inputs.0;
        if watermark == Timestamp::MAX {
            alignment.set(input, Activity::Finished);
            if alignment.all_finished() {
                return self.op.watermark(Timestamp::MAX);
            }
        } else {
            alignment.set(input, Activity::Active);
            alignment.note(input, watermark);
        }
        self.forward();
    }

    fn control(&mut self, input: usize, control: &mut Control<'_>) {
        if control.is_for_all() {
            self.arrived += 1;
            if self.arrived < self.inputs.0.inputs() {
                return;
            }
            self.arrived = 0;
        }
        match control {
            Control::Lane(event) => match event {
                LaneEvent::Open { .. } => self.inputs.0.reopen(input),
                // It is about one of several inputs. Their records come one by one.
                LaneEvent::Limit(_) => return,
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
                JobEvent::Active => self.inputs.0.set(input, Activity::Active),
                JobEvent::Start { .. } | JobEvent::Tick(_) | JobEvent::Flush => {}
            },
            Control::Question(question) => match question {
                Question::Save(save) => save.state(&self.state, self),
                Question::Restore(restore) => restore.state(&self.state.clone(), self),
                Question::Progress(_) | Question::AfterEnd(_) | Question::Count(_) => {}
            },
        }
        self.op.control(control);
    }

    fn idle(&mut self, input: usize, now: Timestamp) {
        self.inputs.0.set(input, Activity::Idle);
        self.forward();
        if self.inputs.0.all_idle() {
            self.op.control(&mut Control::Job(JobEvent::Idle(now)));
        }
    }

    #[inline]
    fn forward(&mut self) {
        if let Some(risen) = self.inputs.0.raise() {
            self.op.watermark(risen);
        }
    }
}

impl<Op: Snapshot> Snapshot for Meeting<Op> {
    fn save(&self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&self.inputs.0)?;
        self.op.save(to)
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        self.inputs.0 = from.plain()?;
        self.inputs.0.reindex();
        self.op.restore(from)
    }
}

impl<Op> fmt::Debug for LeftPort<Op> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LeftPort")
    }
}

impl<Op> fmt::Debug for RightPort<Op> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RightPort")
    }
}
