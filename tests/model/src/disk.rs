//! A disk that forgets what was not synced.

use std::collections::BTreeMap;

use crate::sink::Transaction;

/// The number of a checkpoint.
pub(crate) type Epoch = u8;

/// All transactions since the beginning of the input: it stands for the state of the operators, too, which follows from what
/// was read.
pub(crate) type Lineage = Vec<Transaction>;

/// What a file holds.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Content {
    Segment {
        lineage: Lineage,
    },
    Manifest {
        position: u8,
        /// The last so many transactions of the lineage are those that it names.
        pending: u8,
        lineage: Lineage,
    },
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct File {
    pub(crate) content: Content,
    pub(crate) is_synced: bool,
    pub(crate) is_damaged: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Name {
    Segment(Epoch),
    Staged(Epoch),
    Manifest(Epoch),
    Corrupt(Epoch),
}

impl Name {
    pub(crate) fn epoch(self) -> Epoch {
        match self {
            Name::Segment(epoch) | Name::Staged(epoch) | Name::Manifest(epoch) | Name::Corrupt(epoch) => {
                epoch
            }
        }
    }
}

/// A name as the running system sees it, and as the disk has it.
#[derive(Clone, Default, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Entry {
    pub(crate) seen: Option<File>,
    durable: Option<File>,
    /// A sync of the directory has failed: a later one says that it has written this, and has not.
    is_stuck: bool,
}

/// A directory, and the file with the number of the start in a place of its own.
#[derive(Clone, Default, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Disk {
    pub(crate) entries: BTreeMap<Name, Entry>,
    pub(crate) incarnation: u8,
    pub(crate) durable_incarnation: u8,
}

impl Disk {
    pub(crate) fn get(&self, name: Name) -> Option<&File> {
        self.entries.get(&name)?.seen.as_ref()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = Name> + '_ {
        let seen = self.entries.iter().filter(|(_, entry)| entry.seen.is_some());
        seen.map(|(name, _)| *name)
    }

    /// The checkpoints that have a manifest, the newest first.
    pub(crate) fn manifests(&self) -> Vec<Epoch> {
        let epochs = self.names().filter_map(|name| match name {
            Name::Manifest(epoch) => Some(epoch),
            _ => None,
        });
        let mut epochs: Vec<_> = epochs.collect();
        epochs.reverse();
        epochs
    }

    pub(crate) fn has_stuck_names(&self) -> bool {
        self.entries.values().any(|entry| entry.is_stuck)
    }

    fn put(&mut self, name: Name, file: Option<File>) {
        let entry = self.entries.entry(name).or_default();
        (entry.seen, entry.is_stuck) = (file, false);
        if entry.seen.is_none() && entry.durable.is_none() {
            self.entries.remove(&name);
        }
    }

    pub(crate) fn write(&mut self, name: Name, content: Content) {
        let file = File {
            content,
            is_synced: false,
            is_damaged: false,
        };
        self.put(name, Some(file));
    }

    pub(crate) fn sync(&mut self, name: Name) {
        let entry = self.entries.get_mut(&name);
        if let Some(file) = entry.and_then(|entry| entry.seen.as_mut()) {
            file.is_synced = true;
        }
    }

    pub(crate) fn rename(&mut self, from: Name, to: Name) {
        if let Some(file) = self.get(from).cloned() {
            self.put(from, None);
            self.put(to, Some(file));
        }
    }

    pub(crate) fn remove(&mut self, name: Name) {
        self.put(name, None);
    }

    pub(crate) fn sync_names(&mut self) {
        for entry in self.entries.values_mut().filter(|entry| !entry.is_stuck) {
            entry.durable = entry.seen.clone();
        }
        self.entries
            .retain(|_, entry| entry.seen.is_some() || entry.durable.is_some());
    }

    pub(crate) fn fail_to_sync_names(&mut self) {
        for entry in self.entries.values_mut() {
            if entry.seen != entry.durable {
                entry.is_stuck = true;
            }
        }
    }

    pub(crate) fn damage(&mut self, name: Name) {
        if let Some(entry) = self.entries.get_mut(&name) {
            for file in [&mut entry.seen, &mut entry.durable].into_iter().flatten() {
                file.is_damaged = true;
            }
        }
    }

    /// What each name may lead to when the power is back: a side for each name, whole or torn where it was not synced.
    fn fates(&self) -> Vec<(Name, Vec<Option<File>>)> {
        let fates = self.entries.iter().map(|(name, entry)| {
            let mut fates = Vec::new();
            for side in [&entry.seen, &entry.durable] {
                let Some(file) = side else {
                    fates.push(None);
                    continue;
                };
                let kept = |is_damaged| {
                    Some(File {
                        is_synced: true,
                        is_damaged,
                        content: file.content.clone(),
                    })
                };
                fates.push(kept(file.is_damaged));
                if !file.is_synced {
                    fates.push(kept(true));
                }
            }
            fates.sort();
            fates.dedup();
            (*name, fates)
        });
        fates.collect()
    }

    /// How many disks a loss of power may leave.
    pub(crate) fn losses(&self) -> usize {
        let names: usize = self.fates().iter().map(|(_, fates)| fates.len()).product();
        names
            * if self.incarnation == self.durable_incarnation {
                1
            } else {
                2
            }
    }

    /// One of them.
    pub(crate) fn after_loss(&self, mut which: usize) -> Self {
        let mut disk = Self {
            incarnation: self.incarnation,
            ..Self::default()
        };
        if self.incarnation != self.durable_incarnation {
            if which % 2 == 1 {
                disk.incarnation = self.durable_incarnation;
            }
            which /= 2;
        }
        disk.durable_incarnation = disk.incarnation;
        for (name, mut fates) in self.fates() {
            let count = fates.len();
            let fate = fates.swap_remove(which % count);
            which /= count;
            if let Some(file) = fate {
                let entry = Entry {
                    seen: Some(file.clone()),
                    durable: Some(file),
                    is_stuck: false,
                };
                disk.entries.insert(name, entry);
            }
        }
        disk
    }
}
