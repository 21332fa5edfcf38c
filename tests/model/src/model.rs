//! What may happen in a state, what it leads to, and what must never be.

use stateright::{Model, Property};

use crate::disk::{Content, Disk, Epoch, File, Lineage, Name};
use crate::protocol::{Asks, Bounds, CheckpointStep, Fresh, Numbers, Protocol, Quarantine, RecoveryStep};
use crate::sink::{Message, Sink, Transaction};
use crate::world::{Action, DamagedName, InFlight, Place, Process, Refusal, Running, Spent, State, Wrong};

/// A protocol, in a world of some size.
#[derive(Clone, Debug)]
pub struct CommitModel {
    /// The protocol.
    pub protocol: Protocol,
    /// The size of the world.
    pub bounds: Bounds,
}

/// What a manifest says.
struct Found {
    epoch: Epoch,
    position: u8,
    pending: u8,
    lineage: Lineage,
}

impl CommitModel {
    fn whole(&self, disk: &Disk, epoch: Epoch) -> Option<Found> {
        let segment = disk.get(Name::Segment(epoch));
        if self.protocol.verifies_segments && segment.is_none_or(|file| file.is_damaged) {
            return None;
        }
        match disk.get(Name::Manifest(epoch)) {
            Some(File {
                content:
                    Content::Manifest {
                        position,
                        pending,
                        lineage,
                    },
                is_damaged: false,
                ..
            }) => Some(Found {
                epoch,
                position: *position,
                pending: *pending,
                lineage: lineage.clone(),
            }),
            _ => None,
        }
    }

    fn manifest_of(&self, running: &Running) -> Content {
        let pending = if self.protocol.carries {
            running.lineage.len() - running.confirmed
        } else {
            1
        };
        let late = u8::from(self.protocol.saves_position_late);
        Content::Manifest {
            position: (running.position + late).min(self.bounds.records),
            pending: u8::try_from(pending).expect("there are few"),
            lineage: running.lineage.clone(),
        }
    }

    fn recovery_step(&self, running: &Running) -> Option<RecoveryStep> {
        match running.place {
            Place::Recovery(step) => Some(self.protocol.recovery[step]),
            _ => None,
        }
    }

    fn checkpoint_step(&self, running: &Running) -> Option<CheckpointStep> {
        match running.place {
            Place::Checkpoint(step) => Some(self.protocol.checkpoint[step]),
            _ => None,
        }
    }

    /// What the next step sends to a sink, if it sends anything.
    fn message(&self, running: &Running) -> Option<Message> {
        let pending = &running.lineage[running.confirmed..];
        match (
            self.recovery_step(running),
            self.checkpoint_step(running),
            running.place,
        ) {
            (Some(RecoveryStep::Commit), ..) if !pending.is_empty() => {
                Some(Message::Commit(pending[running.token]))
            }
            (Some(RecoveryStep::Abort), ..) => Some(Message::AbortAllExcept(pending.to_vec())),
            (Some(RecoveryStep::AbortAll), ..) => Some(Message::AbortAllExcept(Vec::new())),
            (_, Some(CheckpointStep::Prepare), _) => running.lineage.last().copied().map(Message::Prepare),
            (_, Some(CheckpointStep::Commit), _) | (.., Place::CommittingOwed) => {
                Some(Message::Commit(pending[running.token]))
            }
            _ => None,
        }
    }

    fn syncs(&self, running: &Running) -> bool {
        use CheckpointStep as C;
        use RecoveryStep as R;
        matches!(
            self.recovery_step(running),
            Some(R::SyncIncarnation | R::SyncManifest | R::SyncNames)
        ) || matches!(
            self.checkpoint_step(running),
            Some(
                C::SyncSegment | C::SyncSegmentName | C::SyncManifest | C::SyncManifestName | C::SyncRemoval
            )
        )
    }

    fn go_on(&self, running: &mut Running) {
        (running.sink, running.token) = (0, 0);
        running.place = match running.place {
            Place::Recovery(step) if step + 1 < self.protocol.recovery.len() => Place::Recovery(step + 1),
            Place::Checkpoint(step) if step + 1 < self.protocol.checkpoint.len() => {
                Place::Checkpoint(step + 1)
            }
            _ => Place::Reading,
        };
    }

    /// The next token of this sink, or else the next sink, or else the next step.
    fn go_on_sending(&self, running: &mut Running, tokens: usize) {
        running.token += 1;
        if running.token >= tokens {
            running.token = 0;
            running.sink += 1;
        }
        if running.sink >= self.bounds.sinks {
            self.go_on(running);
        }
    }

    fn send(&self, state: &mut State, running: &mut Running, message: &Message) {
        let sink = &mut state.sinks[running.sink];
        let before = sink.committed.len();
        if !sink.take(message, running.incarnation, self.protocol.sinks) {
            state.wrong = Some(Wrong::TokenIsGone);
        }
        if matches!(running.place, Place::Recovery(_)) && sink.committed.len() > before {
            running.has_committed = true;
        }
    }

    fn step(&self, state: &mut State, mut running: Running) {
        let place = running.place;
        match place {
            // Only where commits are owed at the end.
            Place::Reading => running.place = Place::CommittingOwed,
            Place::CommittingOwed => self.commit_owed(state, &mut running),
            Place::Recovery(step) => {
                if !self.recover(state, &mut running, self.protocol.recovery[step]) {
                    return;
                }
                if running.place == Place::Reading && !begin_reading(state, &mut running) {
                    return;
                }
            }
            Place::Checkpoint(step) => {
                self.store(state, &mut running, self.protocol.checkpoint[step]);
            }
        }
        state.process = Process::Up(running);
    }

    fn commit_owed(&self, state: &mut State, running: &mut Running) {
        let pending = running.lineage.len() - running.confirmed;
        if let Some(message) = self.message(running) {
            self.send(state, running, &message);
        }
        self.go_on_sending(running, pending);
        if running.place == Place::Reading {
            confirm_all(running);
        }
    }

    /// A step of the recovery; `false` if the start is refused.
    fn recover(&self, state: &mut State, running: &mut Running, step: RecoveryStep) -> bool {
        let epoch = running.manifest;
        match step {
            RecoveryStep::RaiseIncarnation => {
                state.disk.incarnation += 1;
                running.incarnation = state.disk.incarnation;
            }
            RecoveryStep::SyncIncarnation => state.disk.durable_incarnation = state.disk.incarnation,
            RecoveryStep::Fence => {
                state.sinks[running.sink].fence = running.incarnation;
                self.go_on_sending(running, 1);
                return true;
            }
            RecoveryStep::Choose => {
                if let Err((why, was_avoidable)) = self.choose(state, running) {
                    state.process = Process::Refused { why, was_avoidable };
                    return false;
                }
            }
            RecoveryStep::StageManifest if epoch > 0 => {
                state.disk.write(Name::Staged(epoch), self.manifest_of(running));
            }
            RecoveryStep::StageManifest => {}
            RecoveryStep::SyncManifest => state.disk.sync(Name::Staged(epoch)),
            RecoveryStep::RenameManifest => state.disk.rename(Name::Staged(epoch), Name::Manifest(epoch)),
            RecoveryStep::SyncNames => state.disk.sync_names(),
            RecoveryStep::Commit | RecoveryStep::Abort | RecoveryStep::AbortAll => {
                if let Some(message) = self.message(running) {
                    let commits = step == RecoveryStep::Commit;
                    let tokens = if commits {
                        running.lineage.len() - running.confirmed
                    } else {
                        1
                    };
                    self.send(state, running, &message);
                    self.go_on_sending(running, tokens);
                    return true;
                }
            }
        }
        self.go_on(running);
        true
    }

    /// A step of a checkpoint.
    fn store(&self, state: &mut State, running: &mut Running, step: CheckpointStep) {
        let epoch = running.lineage.last().map_or(0, |transaction| transaction.epoch);
        if step == self.protocol.used_at && running.sink == 0 {
            if epoch <= state.greatest_used {
                state.wrong = Some(Wrong::NumberUsedTwice);
            }
            state.greatest_used = epoch;
        }
        match step {
            CheckpointStep::WriteSegment => {
                let lineage = running.lineage.clone();
                state
                    .disk
                    .write(Name::Segment(epoch), Content::Segment { lineage });
            }
            CheckpointStep::SyncSegment => state.disk.sync(Name::Segment(epoch)),
            CheckpointStep::SyncSegmentName | CheckpointStep::SyncRemoval => state.disk.sync_names(),
            CheckpointStep::SyncManifestName => {
                state.disk.sync_names();
                state.commit_points = (state.commit_points + 1).min(2);
            }
            CheckpointStep::StageManifest => {
                running.manifest = epoch;
                state.disk.write(Name::Staged(epoch), self.manifest_of(running));
            }
            CheckpointStep::SyncManifest => state.disk.sync(Name::Staged(epoch)),
            CheckpointStep::RenameManifest => {
                state.disk.rename(Name::Staged(epoch), Name::Manifest(epoch));
                running.named = running.lineage.len();
            }
            CheckpointStep::Prepare => {
                if let Some(message) = self.message(running) {
                    self.send(state, running, &message);
                }
                return self.go_on_sending(running, 1);
            }
            CheckpointStep::Commit => {
                let place = running.place;
                self.commit_owed(state, running);
                if running.place != place {
                    confirm_all(running);
                }
                return;
            }
            CheckpointStep::RemoveManifests => {
                let kept = self.bounds.retained - usize::from(self.protocol.keeps_one_too_few);
                for epoch in state.disk.manifests().into_iter().skip(kept) {
                    state.disk.remove(Name::Manifest(epoch));
                }
            }
            CheckpointStep::RemoveSegments => {
                let mut kept = state.disk.manifests();
                if self.protocol.keeps_one_segment {
                    kept.truncate(1);
                }
                let names: Vec<Name> = state.disk.names().collect();
                for name in names {
                    let is_ours = matches!(name, Name::Segment(_) | Name::Staged(_));
                    if is_ours && !kept.contains(&name.epoch()) {
                        state.disk.remove(name);
                    }
                }
            }
        }
        self.go_on(running);
    }

    /// Chooses a checkpoint, asks the sinks, and puts aside what is damaged; or why not, and whether that was avoidable.
    fn choose(&self, state: &mut State, running: &mut Running) -> Result<(), (Refusal, bool)> {
        let all = state.disk.manifests();
        let found = all.iter().find_map(|&epoch| self.whole(&state.disk, epoch));
        let chosen = found.as_ref().map(|found| found.epoch);
        let damaged: Vec<Epoch> = all
            .iter()
            .copied()
            .take_while(|&epoch| Some(epoch) != chosen)
            .collect();
        let known = |sink: &Sink| {
            let transactions = sink.prepared.iter().chain(&sink.committed);
            transactions.map(|transaction| transaction.epoch).max()
        };
        let in_sinks = state.sinks.iter().filter_map(known).max().unwrap_or(0);
        let on_disk = state.disk.names().map(Name::epoch).max().unwrap_or(0);
        let highest_seen = in_sinks.max(on_disk);
        let put_aside = |state: &mut State, epochs: &[Epoch]| {
            for &epoch in epochs {
                state.disk.rename(Name::Manifest(epoch), Name::Corrupt(epoch));
            }
        };
        let nothing_damaged = state.spent.damaged == 0;
        let are_ahead =
            |state: &State, chosen: Epoch| state.sinks.iter().any(|sink| sink.last_committed() > chosen);
        let Some(found) = found else {
            if self.protocol.quarantine == Quarantine::WithNothingLeft {
                put_aside(state, &all);
            }
            let is_fresh = match self.protocol.fresh {
                Fresh::NoManifest => !state
                    .disk
                    .names()
                    .any(|name| matches!(name, Name::Manifest(_) | Name::Corrupt(_))),
                Fresh::NoFile => state.disk.names().next().is_none(),
                Fresh::Always => true,
            };
            if !is_fresh {
                let was_avoidable = nothing_damaged || state.commit_points == 2 && self.bounds.retained > 1;
                return Err((Refusal::NoneWhole, was_avoidable));
            }
            if state.commit_points > 0 {
                state.wrong = Some(Wrong::SilentFreshStart);
            }
            if self.protocol.numbers != Numbers::OfTheStart {
                running.number = highest_seen;
            }
            return if self.protocol.asks == Asks::Always && are_ahead(state, 0) {
                Err((Refusal::WouldDuplicate, nothing_damaged))
            } else {
                Ok(())
            };
        };
        if self.protocol.quarantine != Quarantine::AfterAsking {
            put_aside(state, &damaged);
        }
        let asks = match self.protocol.asks {
            Asks::Always => true,
            Asks::OnDamage => !damaged.is_empty(),
            Asks::Never => false,
        };
        if asks && are_ahead(state, found.epoch) {
            return Err((Refusal::WouldDuplicate, nothing_damaged));
        }
        put_aside(state, &damaged);
        running.manifest = found.epoch;
        (running.position, running.open_from) = (found.position, found.position);
        running.confirmed = found.lineage.len() - usize::from(found.pending);
        running.lineage = found.lineage;
        running.number = match self.protocol.numbers {
            Numbers::OfTheStart => running.number,
            Numbers::AfterTheHighestSeen => highest_seen,
            Numbers::AfterTheRestored => found.epoch,
        };
        Ok(())
    }

    fn fail_sync(&self, state: &mut State, mut running: Running) {
        use CheckpointStep as C;
        let step = self.checkpoint_step(&running);
        let syncs_names = matches!(
            step,
            Some(C::SyncSegmentName | C::SyncManifestName | C::SyncRemoval)
        ) || self.recovery_step(&running) == Some(RecoveryStep::SyncNames);
        if syncs_names {
            state.disk.fail_to_sync_names();
        }
        if self.protocol.ignores_failed_syncs {
            running.sink = 0;
            self.go_on(&mut running);
            state.process = Process::Up(running);
            return;
        }
        let (Some(step), Place::Checkpoint(at)) = (step, running.place) else {
            // A start that cannot sync stops.
            state.process = Process::Down;
            return;
        };
        let has_prepared = self.protocol.checkpoint[..at].contains(&C::Prepare);
        if step != C::SyncRemoval {
            let stops = has_prepared && self.protocol.stops_after_prepare
                || step == C::SyncManifestName && self.protocol.carries;
            if stops {
                state.process = Process::Down;
                return;
            }
            self.abandon(state, &mut running, has_prepared);
        }
        (running.sink, running.token, running.place) = (0, 0, Place::Reading);
        state.process = Process::Up(running);
    }

    /// A checkpoint is given up, and the job goes on.
    fn abandon(&self, state: &mut State, running: &mut Running, has_prepared: bool) {
        let epoch = running.lineage.last().map_or(0, |transaction| transaction.epoch);
        for name in [Name::Segment(epoch), Name::Staged(epoch), Name::Manifest(epoch)] {
            state.disk.remove(name);
        }
        if !has_prepared {
            // Its records are still open.
            if let Some(open) = running.lineage.pop() {
                running.open_from = open.from;
            }
            running.named = running.named.min(running.lineage.len());
        } else if !self.protocol.carries {
            running.lineage.pop();
            confirm_all(running);
            for sink in &mut state.sinks {
                sink.prepared
                    .retain(|prepared| running.lineage.contains(prepared));
            }
        }
    }

    fn lose_answer(&self, state: &mut State, taken: bool, late: bool, leaves: bool) -> Option<()> {
        state.spent.lost_answers += 1;
        let mut running = state.running()?.clone();
        let message = self.message(&running)?;
        if taken {
            self.send(state, &mut running, &message);
        }
        if late {
            state.spent.late_messages += 1;
            state.in_flight = Some(InFlight {
                sink: running.sink,
                message: message.clone(),
                sender: running.incarnation,
            });
        }
        let stop_here = |running: &mut Running| {
            (running.place, running.sink, running.token) = (Place::Reading, 0, 0);
        };
        if !matches!(message, Message::Commit(_)) {
            if leaves && !self.protocol.gives_up_prepare {
                state.process = Process::Down;
                return Some(());
            }
            if leaves {
                stop_here(&mut running);
            }
        } else if self.protocol.takes_unknown_for_committed {
            let (pending, place) = (running.lineage.len() - running.confirmed, running.place);
            self.go_on_sending(&mut running, pending);
            if running.place != place {
                confirm_all(&mut running);
            }
        } else if leaves {
            stop_here(&mut running);
            if !self.protocol.carries && !self.protocol.waits_for_confirmation {
                confirm_all(&mut running);
            }
        }
        state.process = Process::Up(running);
        Some(())
    }

    fn actions_of_running(&self, state: &State, running: &Running, actions: &mut Vec<Action>) {
        let (bounds, spent, protocol) = (&self.bounds, &state.spent, &self.protocol);
        if running.place == Place::Reading {
            let is_owed = running.confirmed < running.lineage.len();
            let is_unnamed = running.named < running.lineage.len() && !protocol.commits_abandoned;
            let (is_open, is_over) = (
                running.position > running.open_from,
                running.position == bounds.records,
            );
            if !is_over {
                actions.push(Action::Read);
            }
            if (is_open || is_unnamed) && (protocol.carries || !is_owed) {
                actions.push(Action::Begin);
            }
            let must_confirm = protocol.waits_for_confirmation && !protocol.carries || is_over && !is_open;
            if is_owed && !is_unnamed && must_confirm {
                actions.push(Action::Step);
            }
            if is_over && !is_open && !is_owed {
                actions.push(Action::Finish);
            }
        } else {
            actions.push(Action::Step);
        }
        if self.syncs(running) && spent.failed_syncs < bounds.failed_syncs {
            actions.push(Action::FailSync);
        }
        let may_be_late = spent.late_messages < bounds.late_messages && state.in_flight.is_none();
        if self.message(running).is_some() {
            if spent.crashes < bounds.crashes && may_be_late {
                actions.push(Action::CrashWhileSending);
            }
            if spent.lost_answers < bounds.lost_answers {
                for leaves in [false, true] {
                    if leaves && !matches!(running.place, Place::Checkpoint(_)) {
                        continue;
                    }
                    for (taken, late) in [(false, false), (true, false), (false, true)] {
                        if !late || may_be_late {
                            actions.push(Action::LoseAnswer { taken, late, leaves });
                        }
                    }
                }
            }
        }
        if spent.crashes < bounds.crashes {
            actions.push(Action::Crash);
        }
    }

    fn start() -> Running {
        Running {
            place: Place::Recovery(0),
            sink: 0,
            token: 0,
            incarnation: 0,
            number: 0,
            position: 0,
            open_from: 0,
            lineage: Vec::new(),
            confirmed: 0,
            named: 0,
            manifest: 0,
            has_committed: false,
        }
    }

    fn begin(&self, state: &State, running: &mut Running) {
        running.number += 1;
        let epoch = match self.protocol.numbers {
            Numbers::OfTheStart => running.incarnation * 8 + running.number,
            Numbers::AfterTheHighestSeen | Numbers::AfterTheRestored => running.number,
        };
        running.lineage.push(Transaction {
            epoch,
            incarnation: if self.protocol.names_have_incarnation {
                running.incarnation
            } else {
                0
            },
            from: running.open_from,
            to: running.position,
            run: state.starts,
        });
        running.open_from = running.position;
        (running.place, running.sink, running.token) = (Place::Checkpoint(0), 0, 0);
    }
}

impl State {
    fn running(&self) -> Option<&Running> {
        match &self.process {
            Process::Up(running) => Some(running),
            _ => None,
        }
    }

    /// Grows with every action, so that nothing goes round for ever.
    fn rank(&self) -> [usize; 5] {
        let spent = &self.spent;
        let faults = [
            spent.crashes,
            spent.damaged,
            spent.failed_syncs,
            spent.lost_answers,
            spent.late_messages,
            spent.restarts,
            spent.landed,
        ];
        let faults = faults.into_iter().map(usize::from).sum();
        let running = self.running();
        let is_recovering = running.is_some_and(|running| matches!(running.place, Place::Recovery(_)));
        let (progress, place, message) = running.map_or((99, 99, 99), |running| {
            let progress = usize::from(running.number) + usize::from(running.position) + running.confirmed;
            let place = match running.place {
                Place::Recovery(step) => step,
                Place::Checkpoint(step) => 20 + step,
                Place::Reading => 50,
                Place::CommittingOwed => 60,
            };
            (progress, place, running.sink * 10 + running.token)
        });
        let progress = if is_recovering { 0 } else { progress };
        [
            faults,
            usize::from(self.starts),
            usize::from(!is_recovering),
            progress,
            place * 100 + message,
        ]
    }
}

fn confirm_all(running: &mut Running) {
    running.confirmed = running.lineage.len();
    running.named = running.confirmed;
}

/// The recovery is over; `false` if the state turns out to be damaged now.
fn begin_reading(state: &mut State, running: &mut Running) -> bool {
    confirm_all(running);
    if running.manifest == 0 {
        return true;
    }
    match state.disk.get(Name::Segment(running.manifest)) {
        Some(File {
            content: Content::Segment { lineage },
            is_damaged: false,
            ..
        }) => {
            if *lineage != running.lineage {
                state.wrong = Some(Wrong::StateDiffers);
            }
            true
        }
        _ => {
            state.process = Process::Refused {
                why: Refusal::DamagedTooLate,
                was_avoidable: running.has_committed || state.spent.damaged == 0,
            };
            false
        }
    }
}

impl Model for CommitModel {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            disk: Disk::default(),
            sinks: vec![Sink::default(); self.bounds.sinks],
            in_flight: None,
            process: Process::Down,
            spent: Spent::default(),
            starts: 0,
            commit_points: 0,
            greatest_used: 0,
            wrong: None,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.wrong.is_some() {
            return;
        }
        let (bounds, spent) = (&self.bounds, &state.spent);
        if state.in_flight.is_some() {
            actions.push(Action::Land);
        }
        match &state.process {
            Process::Down => {
                actions.push(Action::Start);
                if spent.damaged < bounds.damaged {
                    let may_be = state.disk.entries.iter().filter(|(name, entry)| {
                        let is_stored = matches!(name, Name::Segment(_) | Name::Manifest(_));
                        is_stored && entry.seen.as_ref().is_some_and(|file| !file.is_damaged)
                    });
                    actions.extend(may_be.map(|(name, _)| Action::Damage(DamagedName(*name))));
                }
            }
            Process::Refused { .. } if spent.restarts < bounds.restarts => actions.push(Action::Start),
            Process::Refused { .. } | Process::Done => {}
            Process::Up(running) => self.actions_of_running(state, running, actions),
        }
        if spent.crashes < bounds.crashes {
            actions.extend((0..state.disk.losses()).map(Action::LosePower));
        }
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        match action {
            Action::Start => {
                state.spent.restarts += u8::from(matches!(state.process, Process::Refused { .. }));
                state.starts += 1;
                state.process = Process::Up(Self::start());
            }
            Action::Read => {
                let mut running = before.running()?.clone();
                running.position += 1;
                state.process = Process::Up(running);
            }
            Action::Begin => {
                let mut running = before.running()?.clone();
                self.begin(&state, &mut running);
                state.process = Process::Up(running);
            }
            Action::Finish => state.process = Process::Done,
            Action::Step => self.step(&mut state, before.running()?.clone()),
            Action::FailSync => {
                state.spent.failed_syncs += 1;
                self.fail_sync(&mut state, before.running()?.clone());
            }
            Action::LoseAnswer { taken, late, leaves } => {
                self.lose_answer(&mut state, taken, late, leaves)?;
            }
            Action::Crash => {
                state.spent.crashes += 1;
                state.process = Process::Down;
            }
            Action::CrashWhileSending => {
                let running = before.running()?;
                state.in_flight = Some(InFlight {
                    sink: running.sink,
                    message: self.message(running)?,
                    sender: running.incarnation,
                });
                state.spent.crashes += 1;
                state.spent.late_messages += 1;
                state.process = Process::Down;
            }
            Action::LosePower(which) => {
                state.spent.crashes += 1;
                state.disk = state.disk.after_loss(which);
                state.process = Process::Down;
                if !self.protocol.sinks.is_durable {
                    state.sinks.iter_mut().for_each(|sink| sink.prepared.clear());
                }
            }
            Action::Damage(DamagedName(name)) => {
                state.spent.damaged += 1;
                state.disk.damage(name);
            }
            Action::Land => {
                let InFlight {
                    sink,
                    message,
                    sender,
                } = state.in_flight.take()?;
                state.spent.landed += 1;
                state.sinks[sink].take(&message, sender, self.protocol.sinks);
            }
        }
        if state.wrong.is_none() && state.rank() <= before.rank() {
            state.wrong = Some(Wrong::NoProgress);
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(
                "output is the beginning of that of one run",
                |_, state: &State| is_prefix_of_one_run(state),
            ),
            Property::always(
                "at the end everything is committed",
                |model: &Self, state: &State| {
                    state.process != Process::Done
                        || state.sinks.iter().all(|sink| {
                            let last = sink.committed.last().map(|transaction| transaction.to);
                            last == Some(model.bounds.records)
                                && (sink.prepared.is_empty() || state.spent.landed > 0)
                        })
                },
            ),
            Property::always("no number is used twice", |_, state: &State| {
                state.wrong != Some(Wrong::NumberUsedTwice)
            }),
            Property::always("no start is silently anew", |_, state: &State| {
                state.wrong != Some(Wrong::SilentFreshStart)
            }),
            Property::always(
                "it goes on, or is refused for a reason",
                |model: &Self, state: &State| {
                    let refused = matches!(
                        state.process,
                        Process::Refused {
                            was_avoidable: true,
                            ..
                        }
                    );
                    !refused && state.wrong != Some(Wrong::NoProgress) && !model.is_stuck(state)
                },
            ),
            Property::always(
                "no token is lost, and the state is the manifest's",
                |_, state: &State| !matches!(state.wrong, Some(Wrong::TokenIsGone | Wrong::StateDiffers)),
            ),
            // That the world of the model is not empty.
            Property::sometimes("it ends", |_, state: &State| state.process == Process::Done),
        ]
    }
}

impl CommitModel {
    /// A process that reads can do nothing without a fault.
    fn is_stuck(&self, state: &State) -> bool {
        let is_reading = state
            .running()
            .is_some_and(|running| running.place == Place::Reading);
        let mut actions = Vec::new();
        if is_reading && state.wrong.is_none() {
            self.actions(state, &mut actions);
            return !actions.iter().any(|action| {
                matches!(
                    action,
                    Action::Read | Action::Begin | Action::Step | Action::Finish
                )
            });
        }
        false
    }
}

/// What each sink has committed are transactions of one run, without a gap and in order; of two sinks one has the beginning of
/// what the other has; and what runs continues it.
fn is_prefix_of_one_run(state: &State) -> bool {
    let is_prefix = |one: &[Transaction], other: &[Transaction]| other.starts_with(one);
    let in_order = |committed: &[Transaction]| {
        let mut at = (0, 0);
        committed.iter().all(|transaction| {
            let fits = transaction.from == at.0 && transaction.epoch > at.1;
            at = (transaction.to, transaction.epoch);
            fits
        })
    };
    state.sinks.iter().all(|sink| {
        let own = &sink.committed;
        in_order(own)
            && state
                .sinks
                .iter()
                .all(|other| is_prefix(own, &other.committed) || is_prefix(&other.committed, own))
            && state.running().is_none_or(|running| {
                matches!(running.place, Place::Recovery(_)) || is_prefix(own, &running.lineage)
            })
    })
}

/// What the last state of a path shows, for those who read a counterexample.
impl State {
    /// Which faults there were, in words.
    #[must_use]
    pub fn faults(&self) -> String {
        let spent = &self.spent;
        let counts = [
            (spent.crashes, "crashes"),
            (spent.damaged, "damaged files"),
            (spent.failed_syncs, "failed syncs"),
            (spent.lost_answers, "lost answers"),
            (spent.late_messages, "late messages"),
            (spent.restarts, "starts after a refusal"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let words: Vec<String> = counts.map(|(count, what)| format!("{count} {what}")).collect();
        words.join(", ")
    }

    /// Whether a sync of names has failed, and a later one would lie.
    #[must_use]
    pub fn has_stuck_names(&self) -> bool {
        self.disk.has_stuck_names()
    }

    /// Whether a damaged checkpoint was put aside, and the job goes on from an older one.
    #[must_use]
    pub fn went_back(&self) -> bool {
        let reads = self
            .running()
            .is_some_and(|running| running.place == Place::Reading && !running.lineage.is_empty());
        reads && self.disk.names().any(|name| matches!(name, Name::Corrupt(_)))
    }

    /// Whether a start was refused that had to be.
    #[must_use]
    pub fn is_refused_for_a_reason(&self) -> bool {
        matches!(
            self.process,
            Process::Refused {
                was_avoidable: false,
                ..
            }
        )
    }

    /// Whether a manifest names the tokens of two checkpoints.
    #[must_use]
    pub fn carries_two(&self) -> bool {
        self.disk.entries.values().any(|entry| {
            let content = entry.seen.as_ref().map(|file| &file.content);
            matches!(content, Some(Content::Manifest { pending: 2, .. }))
        })
    }
}
