//! The states that the model goes through.

use crate::disk::{Disk, Epoch, Lineage, Name};
use crate::sink::{Message, Sink};

/// Why a start is refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Refusal {
    /// A sink has committed more than the checkpoint that there is.
    WouldDuplicate,
    /// There is a checkpoint, and none that is whole.
    NoneWhole,
    /// The state turned out to be damaged after the sinks were told.
    DamagedTooLate,
}

/// Where a running process is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Place {
    /// At a step of the recovery.
    Recovery(usize),
    /// Between two checkpoints.
    Reading,
    /// At a step of a checkpoint.
    Checkpoint(usize),
    /// At the end, where commits are still owed.
    CommittingOwed,
}

/// A process that runs.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Running {
    pub(crate) place: Place,
    /// Which sink is next.
    pub(crate) sink: usize,
    /// Which token of it.
    pub(crate) token: usize,
    pub(crate) incarnation: u8,
    /// The number of the last checkpoint within the start.
    pub(crate) number: u8,
    /// How many records were read.
    pub(crate) position: u8,
    /// Where the open transaction begins.
    pub(crate) open_from: u8,
    pub(crate) lineage: Lineage,
    /// How many transactions every sink has confirmed.
    pub(crate) confirmed: usize,
    /// How many a manifest has named.
    pub(crate) named: usize,
    /// The checkpoint of the newest manifest; 0 if there is none.
    pub(crate) manifest: Epoch,
    /// Whether this start has committed something while it recovered.
    pub(crate) has_committed: bool,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Process {
    Down,
    Up(Running),
    Refused {
        why: Refusal,
        /// Nothing that was damaged made it necessary.
        was_avoidable: bool,
    },
    Done,
}

/// Which faults there were.
#[derive(Clone, Default, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Spent {
    pub(crate) crashes: u8,
    pub(crate) damaged: u8,
    pub(crate) failed_syncs: u8,
    pub(crate) lost_answers: u8,
    pub(crate) late_messages: u8,
    pub(crate) restarts: u8,
    pub(crate) landed: u8,
}

/// What went wrong, beyond what the states show.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Wrong {
    TokenIsGone,
    StateDiffers,
    NumberUsedTwice,
    SilentFreshStart,
    NoProgress,
}

/// A message on its way whose sender may be dead.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct InFlight {
    pub(crate) sink: usize,
    pub(crate) message: Message,
    pub(crate) sender: u8,
}

/// A state of the world.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct State {
    pub(crate) disk: Disk,
    pub(crate) sinks: Vec<Sink>,
    pub(crate) in_flight: Option<InFlight>,
    pub(crate) process: Process,
    pub(crate) spent: Spent,
    /// Nobody in the model sees these.
    pub(crate) starts: u8,
    pub(crate) commit_points: u8,
    pub(crate) greatest_used: Epoch,
    pub(crate) wrong: Option<Wrong>,
}

/// What may happen next.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Action {
    /// A process starts.
    Start,
    /// A record is read.
    Read,
    /// A checkpoint begins.
    Begin,
    /// The next step is done.
    Step,
    /// The job ends.
    Finish,
    /// The sync of the next step fails.
    FailSync,
    /// The answer to the message of the next step is lost.
    LoseAnswer {
        /// The sink has taken the message.
        taken: bool,
        /// It takes it some time later.
        late: bool,
        /// The job does not send it again.
        leaves: bool,
    },
    /// The process dies.
    Crash,
    /// The process dies, and what it was about to send arrives later.
    CrashWhileSending,
    /// The power is lost: which of the disks that may be left.
    LosePower(usize),
    /// A file is damaged.
    Damage(DamagedName),
    /// A late message arrives.
    Land,
}

/// The file that is damaged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DamagedName(pub(crate) Name);
