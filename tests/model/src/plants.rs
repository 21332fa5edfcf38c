//! The protocol with one rule broken: each must be found.

use crate::protocol::{
    Asks, Bounds, CheckpointStep as C, Fresh, Numbers, Protocol, Quarantine, RecoveryStep as R,
};

/// A protocol with one rule broken, and the faults that show it.
#[derive(Clone, Debug)]
pub struct Plant {
    /// What is broken.
    pub name: &'static str,
    /// The protocol.
    pub protocol: Protocol,
    /// How much of the world it takes.
    pub bounds: Bounds,
}

/// A rule that is broken.
type Break = fn(&mut Protocol);

/// The faults with which that shows: crashes, damaged files, syncs that fail, answers that are lost, messages that are late,
/// starts after a refusal.
type Faults = [u8; 6];

fn without<S: PartialEq + Copy>(steps: &mut Vec<S>, left_out: &[S]) {
    steps.retain(|step| !left_out.contains(step));
}

fn behind<S: PartialEq + Copy>(steps: &mut Vec<S>, moved: S, place: S) {
    without(steps, &[moved]);
    let place = steps.iter().position(|step| *step == place);
    steps.insert(place.map_or(0, |place| place + 1), moved);
}

fn before<S: PartialEq + Copy>(steps: &mut Vec<S>, moved: S, place: S) {
    without(steps, &[moved]);
    let place = steps.iter().position(|step| *step == place);
    steps.insert(place.unwrap_or(0), moved);
}

const PUBLISHING: [R; 4] = [R::StageManifest, R::SyncManifest, R::RenameManifest, R::SyncNames];

/// Every rule of the protocol, broken.
const BREAKS: [(&str, Faults, Break); 40] = [
    (
        "a start is anew only in an empty directory",
        [1, 0, 0, 0, 0, 0],
        |protocol| {
            protocol.fresh = Fresh::NoFile;
        },
    ),
    (
        "the name of the segment is not synced before the manifest",
        [1, 0, 0, 0, 0, 0],
        |protocol| {
            without(&mut protocol.checkpoint, &[C::SyncSegmentName]);
        },
    ),
    (
        "a start commits again without publishing the manifest",
        [1, 0, 1, 1, 0, 0],
        |protocol| {
            without(&mut protocol.recovery, &PUBLISHING);
        },
    ),
    (
        "a start syncs the directory, and does not publish the manifest again",
        [1, 0, 1, 1, 0, 0],
        |protocol| {
            without(&mut protocol.recovery, &PUBLISHING[..3]);
        },
    ),
    (
        "what is damaged is put aside before the sinks are asked, only then",
        [1, 1, 0, 1, 1, 1],
        |protocol| {
            protocol.asks = Asks::OnDamage;
            protocol.quarantine = Quarantine::BeforeAsking;
        },
    ),
    (
        "what is damaged is put aside with nothing left",
        [2, 1, 0, 0, 1, 0],
        |protocol| {
            protocol.quarantine = Quarantine::WithNothingLeft;
        },
    ),
    (
        "segments are verified after the sinks were told",
        [1, 1, 0, 0, 0, 0],
        |protocol| {
            protocol.verifies_segments = false;
        },
    ),
    (
        "a manifest names its own token alone, and a commit without an answer is forgotten",
        [0, 0, 0, 1, 1, 0],
        |protocol| {
            protocol.carries = false;
            protocol.waits_for_confirmation = false;
            protocol.stops_after_prepare = true;
        },
    ),
    (
        "a manifest names its own token alone, and the job goes on after a failure",
        [0, 0, 1, 0, 0, 0],
        |protocol| {
            protocol.carries = false;
        },
    ),
    ("sinks are not fenced", [1, 1, 0, 1, 1, 0], |protocol| {
        without(&mut protocol.recovery, &[R::Fence]);
    }),
    (
        "numbers go on from the highest that is seen",
        [1, 0, 0, 0, 0, 0],
        |protocol| {
            protocol.numbers = Numbers::AfterTheHighestSeen;
        },
    ),
    (
        "numbers go on from the highest that is seen, used when they are prepared",
        [2, 0, 1, 1, 0, 0],
        |protocol| {
            protocol.numbers = Numbers::AfterTheHighestSeen;
            protocol.used_at = C::Prepare;
        },
    ),
    (
        "the name of the manifest is not synced",
        [1, 0, 0, 1, 0, 0],
        |protocol| {
            without(&mut protocol.checkpoint, &[C::SyncManifestName]);
        },
    ),
    ("segments are not synced", [1, 0, 0, 0, 0, 0], |protocol| {
        without(&mut protocol.checkpoint, &[C::SyncSegment]);
    }),
    (
        "manifests are not synced before they are renamed",
        [1, 0, 0, 0, 0, 0],
        |protocol| {
            without(&mut protocol.checkpoint, &[C::SyncManifest]);
        },
    ),
    (
        "sinks commit before the manifest",
        [1, 0, 0, 0, 1, 0],
        |protocol| {
            behind(&mut protocol.checkpoint, C::Commit, C::Prepare);
        },
    ),
    (
        "sinks commit before the name of the manifest is synced",
        [1, 0, 0, 1, 0, 0],
        |protocol| {
            behind(&mut protocol.checkpoint, C::Commit, C::RenameManifest);
        },
    ),
    (
        "the manifest comes before the sinks prepare",
        [1, 0, 0, 1, 0, 0],
        |protocol| {
            behind(&mut protocol.checkpoint, C::Prepare, C::SyncManifestName);
        },
    ),
    (
        "the manifest comes before the segment",
        [1, 0, 0, 0, 0, 0],
        |protocol| {
            behind(&mut protocol.checkpoint, C::WriteSegment, C::SyncManifestName);
            behind(&mut protocol.checkpoint, C::SyncSegment, C::WriteSegment);
        },
    ),
    (
        "older manifests are removed before the commit point",
        [1, 0, 1, 1, 0, 0],
        |protocol| {
            before(&mut protocol.checkpoint, C::RemoveManifests, C::SyncManifestName);
            before(&mut protocol.checkpoint, C::SyncRemoval, C::SyncManifestName);
        },
    ),
    ("one checkpoint too few is kept", [1, 1, 0, 1, 0, 0], |protocol| {
        protocol.keeps_one_too_few = true;
    }),
    (
        "segments of checkpoints that are kept are removed",
        [1, 1, 0, 1, 0, 0],
        |protocol| {
            protocol.keeps_one_segment = true;
        },
    ),
    (
        "a start aborts everything before it commits again",
        [1, 0, 0, 1, 0, 0],
        |protocol| {
            before(&mut protocol.recovery, R::AbortAll, R::Commit);
        },
    ),
    ("a start does not commit again", [0, 0, 1, 0, 0, 0], |protocol| {
        without(&mut protocol.recovery, &[R::Commit]);
    }),
    ("a start does not abort", [0, 0, 1, 1, 0, 0], |protocol| {
        without(&mut protocol.recovery, &[R::Abort]);
    }),
    (
        "a start commits again before it publishes",
        [1, 0, 1, 1, 0, 0],
        |protocol| {
            before(&mut protocol.recovery, R::Commit, R::StageManifest);
        },
    ),
    (
        "sinks are fenced after they were asked",
        [1, 1, 0, 1, 1, 0],
        |protocol| {
            behind(&mut protocol.recovery, R::Fence, R::Choose);
        },
    ),
    (
        "sinks are fenced with a number that is not durable",
        [1, 0, 0, 0, 0, 0],
        |protocol| {
            without(&mut protocol.recovery, &[R::SyncIncarnation]);
        },
    ),
    (
        "an older checkpoint is used without asking the sinks",
        [1, 1, 0, 1, 0, 0],
        |protocol| {
            protocol.asks = Asks::Never;
        },
    ),
    (
        "numbers go on from the checkpoint that is restored",
        [1, 0, 0, 0, 0, 0],
        |protocol| {
            protocol.numbers = Numbers::AfterTheRestored;
        },
    ),
    (
        "what is prepared does not have the number of the start in its name",
        [0, 0, 0, 1, 1, 0],
        |protocol| {
            protocol.numbers = Numbers::AfterTheHighestSeen;
            protocol.names_have_incarnation = false;
            protocol.used_at = C::SyncManifestName;
        },
    ),
    (
        "a start with no checkpoint that is whole is anew",
        [1, 1, 0, 0, 0, 0],
        |protocol| {
            protocol.fresh = Fresh::Always;
        },
    ),
    (
        "a start with no checkpoint that is whole is anew, and sinks are not asked",
        [1, 1, 0, 0, 0, 0],
        |protocol| {
            protocol.fresh = Fresh::Always;
            protocol.asks = Asks::Never;
        },
    ),
    (
        "a prepare without an answer gives up the checkpoint alone",
        [0, 0, 0, 1, 0, 0],
        |protocol| {
            protocol.gives_up_prepare = true;
        },
    ),
    (
        "a sink prepares again what it has committed",
        [1, 0, 0, 1, 1, 0],
        |protocol| {
            protocol.sinks.prepares_once = false;
        },
    ),
    (
        "an abort reaches what the same start has prepared",
        [0, 0, 0, 1, 1, 0],
        |protocol| {
            protocol.sinks.aborts_only_older = false;
        },
    ),
    (
        "what an abandoned checkpoint has prepared is committed without a manifest",
        [1, 0, 1, 1, 0, 0],
        |protocol| {
            protocol.commits_abandoned = true;
        },
    ),
    ("a sync that fails is ignored", [1, 0, 1, 0, 0, 0], |protocol| {
        protocol.ignores_failed_syncs = true;
    }),
    (
        "a commit without an answer counts as done",
        [0, 0, 1, 1, 1, 0],
        |protocol| {
            protocol.takes_unknown_for_committed = true;
        },
    ),
    (
        "the position is saved one record late",
        [1, 0, 0, 0, 0, 0],
        |protocol| {
            protocol.saves_position_late = true;
        },
    ),
];

/// What a sink must promise, broken.
const LAST: (&str, Faults, Break) = (
    "what is prepared is not durable",
    [1, 0, 0, 1, 0, 0],
    |protocol| {
        protocol.sinks.is_durable = false;
    },
);

/// Every plant, each with the faults of the shortest path to it; the proved protocol holds with all of them.
#[must_use]
pub fn all() -> Vec<Plant> {
    let breaks = BREAKS.into_iter().chain([LAST]);
    let plants = breaks.map(|(name, faults, break_it)| {
        let mut protocol = Protocol::proved();
        break_it(&mut protocol);
        let [
            crashes,
            damaged,
            failed_syncs,
            lost_answers,
            late_messages,
            restarts,
        ] = faults;
        Plant {
            name,
            protocol,
            bounds: Bounds {
                crashes,
                damaged,
                failed_syncs,
                lost_answers,
                late_messages,
                restarts,
                ..Bounds::CALM
            },
        }
    });
    plants.collect()
}
