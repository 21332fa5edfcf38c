//! The protocol: two lists of steps and a few rules, so that a fault is a step left out, a step moved, or a rule broken.

/// What happens at a start, one after the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecoveryStep {
    /// The number of the start is raised,
    RaiseIncarnation,
    /// and that is made durable.
    SyncIncarnation,
    /// Each sink is fenced with it.
    Fence,
    /// The newest checkpoint that is whole is chosen, the sinks are asked, and what is damaged is put aside.
    Choose,
    /// Its manifest is written again under another name,
    StageManifest,
    /// synced,
    SyncManifest,
    /// renamed,
    RenameManifest,
    /// and its name synced.
    SyncNames,
    /// Everything prepared is aborted: only in a broken protocol.
    AbortAll,
    /// What the manifest names is committed.
    Commit,
    /// The rest is aborted.
    Abort,
}

/// What happens at a checkpoint, one after the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckpointStep {
    /// The state is written,
    WriteSegment,
    /// synced,
    SyncSegment,
    /// and its name synced.
    SyncSegmentName,
    /// Each sink prepares.
    Prepare,
    /// The manifest is written under another name,
    StageManifest,
    /// synced,
    SyncManifest,
    /// renamed,
    RenameManifest,
    /// and its name synced: the commit point.
    SyncManifestName,
    /// What it names is committed.
    Commit,
    /// Older manifests are removed,
    RemoveManifests,
    /// that is synced,
    SyncRemoval,
    /// and what no manifest names is removed.
    RemoveSegments,
}

/// When sinks are asked what they have committed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asks {
    /// At every start.
    Always,
    /// Where something is damaged.
    OnDamage,
    /// Never.
    Never,
}

/// When a start with no checkpoint that can be used begins anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fresh {
    /// Where there never was a manifest.
    NoManifest,
    /// Where there is no file at all.
    NoFile,
    /// Always.
    Always,
}

/// How checkpoints are numbered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Numbers {
    /// By the number of the start and a counter.
    OfTheStart,
    /// One more than the highest that is seen anywhere.
    AfterTheHighestSeen,
    /// One more than that of the checkpoint that the start goes on from.
    AfterTheRestored,
}

/// When damaged checkpoints are put aside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quarantine {
    /// Once the sinks have agreed to an older one.
    AfterAsking,
    /// Before the sinks are asked.
    BeforeAsking,
    /// Also where there is no older one.
    WithNothingLeft,
}

/// What a sink does beyond what its methods are called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SinkRules {
    /// What is committed is not prepared again.
    pub prepares_once: bool,
    /// What is aborted is older than the caller's start.
    pub aborts_only_older: bool,
    /// What is prepared survives a loss of power.
    pub is_durable: bool,
}

/// The protocol.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Protocol {
    /// At a start.
    pub recovery: Vec<RecoveryStep>,
    /// At a checkpoint.
    pub checkpoint: Vec<CheckpointStep>,
    /// When the sinks are asked.
    pub asks: Asks,
    /// A checkpoint is whole if its manifest and its segment are, not its manifest alone.
    pub verifies_segments: bool,
    /// When a start begins anew.
    pub fresh: Fresh,
    /// How checkpoints are numbered.
    pub numbers: Numbers,
    /// The number of the start is part of the name of what a sink prepares.
    pub names_have_incarnation: bool,
    /// A manifest names all that not every sink has confirmed, not only its own.
    pub carries: bool,
    /// Without it: no checkpoint, and no end, before everything is confirmed.
    pub waits_for_confirmation: bool,
    /// A failure after the sinks have prepared stops the job.
    pub stops_after_prepare: bool,
    /// When damaged checkpoints are put aside.
    pub quarantine: Quarantine,
    /// What sinks do.
    pub sinks: SinkRules,
    /// A prepare without an answer gives up the checkpoint, and the job goes on.
    pub gives_up_prepare: bool,
    /// A commit without an answer counts as done.
    pub takes_unknown_for_committed: bool,
    /// What an abandoned checkpoint has prepared is committed without a manifest.
    pub commits_abandoned: bool,
    /// A sync that fails is ignored.
    pub ignores_failed_syncs: bool,
    /// The position in a manifest is one record too far.
    pub saves_position_late: bool,
    /// One checkpoint less is kept.
    pub keeps_one_too_few: bool,
    /// Only the segment of the newest checkpoint is kept.
    pub keeps_one_segment: bool,
    /// At which step the number of a checkpoint counts as used.
    pub used_at: CheckpointStep,
}

impl Protocol {
    /// The protocol of the code.
    #[must_use]
    pub fn proved() -> Self {
        use CheckpointStep as C;
        use RecoveryStep as R;
        Self {
            recovery: vec![
                R::RaiseIncarnation,
                R::SyncIncarnation,
                R::Fence,
                R::Choose,
                R::StageManifest,
                R::SyncManifest,
                R::RenameManifest,
                R::SyncNames,
                R::Commit,
                R::Abort,
            ],
            checkpoint: vec![
                C::WriteSegment,
                C::SyncSegment,
                C::SyncSegmentName,
                C::Prepare,
                C::StageManifest,
                C::SyncManifest,
                C::RenameManifest,
                C::SyncManifestName,
                C::Commit,
                C::RemoveManifests,
                C::SyncRemoval,
                C::RemoveSegments,
            ],
            asks: Asks::Always,
            verifies_segments: true,
            fresh: Fresh::NoManifest,
            numbers: Numbers::OfTheStart,
            names_have_incarnation: true,
            carries: true,
            waits_for_confirmation: true,
            stops_after_prepare: false,
            quarantine: Quarantine::AfterAsking,
            sinks: SinkRules {
                prepares_once: true,
                aborts_only_older: true,
                is_durable: true,
            },
            gives_up_prepare: false,
            takes_unknown_for_committed: false,
            commits_abandoned: false,
            ignores_failed_syncs: false,
            saves_position_late: false,
            keeps_one_too_few: false,
            keeps_one_segment: false,
            used_at: C::WriteSegment,
        }
    }
}

/// How much of the world is looked at, and how many faults of each kind there may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Records of the input.
    pub records: u8,
    /// Sinks.
    pub sinks: usize,
    /// Checkpoints that are kept.
    pub retained: usize,
    /// Crashes, of the process or of the power.
    pub crashes: u8,
    /// Files that are damaged.
    pub damaged: u8,
    /// Syncs that fail.
    pub failed_syncs: u8,
    /// Answers of sinks that are lost.
    pub lost_answers: u8,
    /// Messages that arrive late.
    pub late_messages: u8,
    /// Starts after one that was refused.
    pub restarts: u8,
}

impl Bounds {
    /// No fault at all: two records, two sinks, two checkpoints.
    pub const CALM: Self = Self {
        records: 2,
        sinks: 2,
        retained: 2,
        crashes: 0,
        damaged: 0,
        failed_syncs: 0,
        lost_answers: 0,
        late_messages: 0,
        restarts: 0,
    };

    /// For each change of the code: a crash, a damaged file, a sync that fails.
    pub const SMOKE: Self = Self {
        crashes: 1,
        damaged: 1,
        failed_syncs: 1,
        ..Self::CALM
    };

    /// Two crashes, and one of everything else: minutes, and gigabytes of memory.
    pub const LARGE: Self = Self {
        crashes: 2,
        damaged: 1,
        failed_syncs: 1,
        lost_answers: 1,
        late_messages: 1,
        restarts: 1,
        ..Self::CALM
    };
}
