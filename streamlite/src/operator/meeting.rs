//! Two streams meet: what is downstream is built once, and shared by a port for each.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use super::alignment::{Activity, Alignment};
use crate::assembly::Context;
use crate::control::{Control, JobEvent, LaneEvent, Question};
use crate::record::{Push, Record};
use crate::state::{DeclaredState, Decoder, Encoder, Shape, Snapshot, StateError};
use crate::time::Timestamp;

/// What becomes of the records of an input: the operator after has one input, and is told by the type where a record
/// came in. What concerns both inputs it is told once: the combined watermark, and each signal when it has
/// come from every input that it comes to.
pub(super) trait Entrance<T> {
    /// What the operator after takes.
    type Record;

    /// A record of this input.
    fn enter(value: T) -> Self::Record;
}

/// Records go on as they are.
pub(super) struct Same;

impl<T> Entrance<T> for Same {
    type Record = T;

    #[inline]
    fn enter(value: T) -> T {
        value
    }
}

/// Two inputs and how far they have come. A graph without cycles never enters it twice at a time.
struct Meeting<N> {
    state: DeclaredState,
    inputs: Inputs,
    /// How far the watermark of each input may rise within a row of it, as it says itself.
    limits: [Timestamp; 2],
    /// How far the watermark of both may, within a row of each input: not above the other one.
    limits_of_both: [Timestamp; 2],
    told_limit: Timestamp,
    /// Whether that is not what is said last, so that a record asks for one bit.
    is_untold: [bool; 2],
    /// At how many ports the present signal has arrived.
    arrived: usize,
    next: N,
}

/// How far the inputs have come.
#[derive(Debug)]
struct Inputs(Alignment);

/// Which of the two inputs.
const LEFT: usize = 0;
const RIGHT: usize = 1;

/// One of the inputs.
pub(super) struct Port<const INPUT: usize, E, N> {
    meeting: Rc<RefCell<Meeting<N>>>,
    entrance: PhantomData<fn() -> E>,
}

/// The two ports in front of an operator. `shape` says what its inputs are.
pub(super) fn ports<A, B, C, N>(
    cx: &Context<C>,
    shape: Shape,
    next: N,
) -> (Port<LEFT, A, N>, Port<RIGHT, B, N>) {
    let meeting = Meeting {
        state: cx.declare(shape),
        inputs: Inputs(Alignment::new(2)),
        limits: [Timestamp::MIN; 2],
        limits_of_both: [Timestamp::MIN; 2],
        told_limit: Timestamp::MIN,
        is_untold: [false; 2],
        arrived: 0,
        next,
    };
    let shared = Rc::new(RefCell::new(meeting));
    (Port::new(Rc::clone(&shared)), Port::new(shared))
}

impl<const INPUT: usize, E, N> Port<INPUT, E, N> {
    fn new(meeting: Rc<RefCell<Meeting<N>>>) -> Self {
        Self {
            meeting,
            entrance: PhantomData,
        }
    }
}

impl<const INPUT: usize, T, E, N> Push<T> for Port<INPUT, E, N>
where
    E: Entrance<T>,
    N: Push<E::Record>,
{
    const LOOKS_AT_TIMES: bool = N::LOOKS_AT_TIMES;

    #[inline]
    fn push(&mut self, record: Record<T>) {
        let mut meeting = self.meeting.borrow_mut();
        meeting.tell_limit(INPUT);
        let merged = meeting.inputs.0.merged();
        meeting.next.push(enter::<T, E>(record, merged));
    }

    #[inline]
    fn push_all(&mut self, records: impl Iterator<Item = Record<T>>) {
        let mut meeting = self.meeting.borrow_mut();
        meeting.tell_limit(INPUT);
        let merged = meeting.inputs.0.merged();
        meeting
            .next
            .push_all(records.map(|record| enter::<T, E>(record, merged)));
    }

    /// What is due after both inputs: one of them alone lets their watermark come no further than its own.
    #[inline]
    fn next_due(&self, watermark: Timestamp) -> Timestamp {
        self.meeting.borrow().next.next_due(watermark)
    }

    #[inline]
    fn watermark(&mut self, watermark: Timestamp) {
        self.meeting.borrow_mut().watermark(INPUT, watermark);
    }

    fn control(&mut self, control: &mut Control<'_>) {
        self.meeting.borrow_mut().control(INPUT, control);
    }
}

/// A record enters. An input that was idle, and speaks again below the watermark, is judged by that watermark: what it
/// releases has been released. Of any other input the record's own watermark is the higher one.
#[inline]
fn enter<T, E: Entrance<T>>(record: Record<T>, merged: Timestamp) -> Record<E::Record> {
    Record {
        value: E::enter(record.value),
        timestamp: record.timestamp,
        partition_watermark: record.partition_watermark.max(merged),
    }
}

impl<N> Meeting<N> {
    /// Tells the operator after how far the watermark may rise within a row of an input.
    #[inline]
    fn tell_limit<T>(&mut self, input: usize)
    where
        N: Push<T>,
    {
        if self.is_untold[input] {
            self.tell(self.limits_of_both[input]);
        }
    }

    #[cold]
    fn tell<T>(&mut self, limit: Timestamp)
    where
        N: Push<T>,
    {
        self.told_limit = limit;
        self.is_untold = self.limits_of_both.map(|other| other != limit);
        self.next.control(&mut Control::Lane(LaneEvent::Limit(limit)));
    }

    /// An input has come further, or says something else of itself.
    fn note_limits(&mut self) {
        for input in [LEFT, RIGHT] {
            let own = self.limits[input];
            // Where rows are cut at each watermark there is nothing to say.
            if own > Timestamp::MIN {
                self.limits_of_both[input] = own.min(self.inputs.0.limit_by_others(input));
            }
            self.is_untold[input] = self.limits_of_both[input] != self.told_limit;
        }
    }

    fn watermark<T>(&mut self, input: usize, watermark: Timestamp)
    where
        N: Push<T>,
    {
        let alignment = &mut self.inputs.0;
        if watermark == Timestamp::MAX {
            alignment.set(input, Activity::Finished);
            if alignment.all_finished() {
                return self.next.watermark(Timestamp::MAX);
            }
        } else {
            alignment.set(input, Activity::Active);
            alignment.note(input, watermark);
        }
        self.forward();
    }

    fn control<T>(&mut self, input: usize, control: &mut Control<'_>)
    where
        N: Push<T>,
    {
        if control.is_for_all() {
            self.arrived += 1;
            if self.arrived < self.inputs.0.inputs() {
                return;
            }
            self.arrived = 0;
        }
        match control {
            Control::Lane(event) => match event {
                LaneEvent::Open { .. } => {
                    self.inputs.0.reopen(input);
                    self.note_limits();
                }
                // It is about one of the inputs: what it means for both is told with their records.
                LaneEvent::Limit(limit) => {
                    self.limits[input] = *limit;
                    self.limits_of_both[input] = *limit;
                    return self.note_limits();
                }
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
                JobEvent::Active => {
                    self.inputs.0.set(input, Activity::Active);
                    self.note_limits();
                }
                JobEvent::Start { .. } | JobEvent::Tick(_) | JobEvent::Flush => {}
            },
            Control::Question(question) => match question {
                Question::Save(save) => save.state(&self.state, &mut self.inputs),
                Question::Restore(restore) => {
                    restore.state(&self.state.clone(), &mut self.inputs);
                    self.note_limits();
                }
                Question::Progress(_)
                | Question::Capture(_)
                | Question::AfterEnd(_)
                | Question::Look(_)
                | Question::Count(_) => {}
            },
        }
        self.next.control(control);
    }

    fn idle<T>(&mut self, input: usize, now: Timestamp)
    where
        N: Push<T>,
    {
        self.inputs.0.set(input, Activity::Idle);
        self.forward();
        if self.inputs.0.all_idle() {
            self.next.control(&mut Control::Job(JobEvent::Idle(now)));
        }
    }

    #[inline]
    fn forward<T>(&mut self)
    where
        N: Push<T>,
    {
        let risen = self.inputs.0.raise();
        self.note_limits();
        if let Some(risen) = risen {
            self.next.watermark(risen);
        }
    }
}

impl Snapshot for Inputs {
    fn save(&mut self, to: &mut Encoder) -> Result<(), StateError> {
        to.plain(&self.0)
    }

    fn restore(&mut self, from: &mut Decoder<'_>) -> Result<(), StateError> {
        let mut saved: Alignment = from.plain()?;
        if saved.inputs() != self.0.inputs() {
            return Err(StateError::new("it has another number of inputs"));
        }
        saved.reindex();
        self.0 = saved;
        Ok(())
    }
}

impl<const INPUT: usize, E, N> fmt::Debug for Port<INPUT, E, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Port")
    }
}
