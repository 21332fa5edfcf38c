//! Which files beside the states of a checkpoint have the entries of its large tables.
//!
//! Those that a checkpoint writes have what changed of each table since the one before, and some parts of it from the first slot
//! to the last (`state/renewal.rs`). A slot is what names an entry: what the newest file says of it counts, if it is not older
//! than the checkpoint that wrote the part of the slot whole. The manifest says which that is, and names the files; no other
//! reference to a file is kept anywhere. What is in a file: `table_files.rs`.

use std::collections::{BTreeMap, BTreeSet};

use super::manifest::{Name, SegmentRef};
use super::stored_table::StoredTable;
use crate::epoch::Epoch;
use crate::state::{Captured, Gaps, StateId, TableId};

/// After so many files all tables are written whole, whatever is in them.
const MOST_FILES: usize = 1024;
/// The files may be so many times as large as what is needed of them, before all tables are written whole, and so many bytes more.
const MOST_TIMES: u64 = 3;
const MOST_BYTES: u64 = 64 << 20;

/// Whose table it is, and which.
pub(super) type Table = (StateId, TableId);

/// The checkpoint that has written a file, and which one of its files it is.
pub(super) type FileId = (Epoch, u32);

/// How much of a table is in a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    entries: u64,
    bytes: u64,
    /// The first and the last part that it has something of.
    first: u32,
    last: u32,
}

/// How much of which tables is in a file.
pub(super) type Holds = BTreeMap<Table, Held>;

/// The files of a checkpoint are as large as this part of all tables, so that one is soon of no use when its parts are written
/// anew.
const FILES: u64 = 32;
/// They are not smaller than that.
const SMALLEST_FILE: u64 = 256 << 10;

impl Held {
    /// Nothing yet of what begins in this part.
    pub(super) fn from(part: u32) -> Self {
        Self {
            entries: 0,
            bytes: 0,
            first: part,
            last: part,
        }
    }

    pub(super) fn add(&mut self, part: u32, entry: Option<&[u8]>) {
        self.entries += u64::from(entry.is_some());
        self.bytes += entry.map_or(0, <[u8]>::len) as u64;
        self.last = part;
    }

    /// Whether a table needs what was written of it in a checkpoint.
    fn is_needed(&self, table: &StoredTable, epoch: Epoch) -> bool {
        let (first, last) = (self.first as usize, self.last as usize);
        let mut parts = table.parts.iter().take(last + 1).skip(first);
        parts.any(|since| *since <= epoch)
    }
}

/// A file that is written.
#[derive(Clone, Debug)]
pub(super) struct TableFile {
    segment: SegmentRef,
    id: FileId,
    holds: Holds,
}

impl TableFile {
    pub(super) fn new(segment: SegmentRef, id: FileId, holds: Holds) -> Self {
        Self { segment, id, holds }
    }
}

/// What is to be in a checkpoint beside its states.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// Those of the last checkpoint that was stored.
    stored: BTreeMap<Table, StoredTable>,
    /// The files that they are in.
    files: BTreeMap<FileId, TableFile>,
}

impl Tables {
    /// Those that were read; how large the manifest says they are is not believed.
    pub(super) fn of(stored: &[StoredTable], files: Vec<TableFile>) -> Self {
        let stored = stored.iter().cloned();
        let mut tables = Self {
            stored: stored
                .map(|stored| ((stored.operator.clone(), stored.table), stored))
                .collect(),
            files: files.into_iter().map(|file| (file.id, file)).collect(),
        };
        tables.estimate();
        tables
    }

    /// What a checkpoint consists of that has these files; an error says which table is missing.
    pub(super) fn next(
        &self,
        epoch: Epoch,
        captured: &BTreeMap<StateId, Vec<Captured>>,
        gaps: &Gaps,
        files: Vec<TableFile>,
    ) -> Result<Self, String> {
        let mut next = Self {
            stored: BTreeMap::new(),
            files: self.files.clone(),
        };
        next.files.extend(files.into_iter().map(|file| (file.id, file)));
        for (operator, gaps) in gaps {
            let captured = captured.get(operator).map_or(&[][..], Vec::as_slice);
            for &(behind, table) in gaps {
                let captured = captured.iter().find(|captured| captured.id() == table);
                let captured =
                    captured.ok_or_else(|| format!("nothing was written of a table of `{operator}`"))?;
                let key = (operator.clone(), table);
                let mut parts = self
                    .stored
                    .get(&key)
                    .map(|stored| stored.parts.clone())
                    .unwrap_or_default();
                let known = parts.len();
                parts.resize(captured.parts(), epoch);
                for &part in captured.renewed() {
                    if let Some(since) = parts.get_mut(part as usize) {
                        *since = epoch;
                    }
                }
                if known == 0 && captured.renewed().len() < captured.parts() {
                    return Err(format!(
                        "a table of `{operator}` was written in part, and no checkpoint has the rest"
                    ));
                }
                let stored = StoredTable {
                    operator: operator.clone(),
                    table,
                    behind: behind as u64,
                    entries: captured.entries(),
                    bytes: 0,
                    parts,
                };
                next.stored.insert(key, stored);
            }
        }
        next.forget_files();
        next.estimate();
        Ok(next)
    }

    /// Forgets the files of which nothing is needed.
    fn forget_files(&mut self) {
        let Self { stored, files } = self;
        files.retain(|(epoch, _), file| {
            let mut holds = file.holds.iter();
            holds.any(|(table, held)| {
                let stored = stored.get(table);
                stored.is_some_and(|stored| held.is_needed(stored, *epoch))
            })
        });
    }

    /// How large each table is: as large as the entries that are in files are on average.
    fn estimate(&mut self) {
        let mut held: BTreeMap<&Table, (u64, u64)> = BTreeMap::new();
        for (table, one) in self.files.values().flat_map(|file| &file.holds) {
            let (entries, bytes) = held.entry(table).or_default();
            *entries += one.entries;
            *bytes += one.bytes;
        }
        for (table, stored) in &mut self.stored {
            let (entries, bytes) = held.get(table).copied().unwrap_or_default();
            let size = u128::from(bytes) * u128::from(stored.entries) / u128::from(entries.max(1));
            stored.bytes = u64::try_from(size).unwrap_or(u64::MAX);
        }
    }

    /// The tables, as a manifest has them.
    pub(super) fn stored(&self) -> Vec<StoredTable> {
        self.stored.values().cloned().collect()
    }

    /// The files, oldest first.
    pub(super) fn segments(&self) -> Vec<SegmentRef> {
        self.files.values().map(|file| file.segment.clone()).collect()
    }

    /// How many bytes the files have that a checkpoint has written.
    pub(super) fn bytes_of(&self, epoch: Epoch) -> u64 {
        let files = self.files.values().filter(|file| file.id.0 == epoch);
        files.map(|file| file.segment.bytes).sum()
    }

    /// How large the files of the next checkpoint are, about.
    pub(super) fn size_of_files(&self, captured: &BTreeMap<StateId, Vec<Captured>>) -> u64 {
        let stored: u64 = self.stored.values().map(|stored| stored.bytes).sum();
        let captured: usize = captured.values().flatten().map(Captured::bytes).sum();
        (stored.max(captured as u64) / FILES).max(SMALLEST_FILE)
    }

    /// Whether so much in the files is of no use that all tables had better be written whole.
    pub(super) fn are_worn(&self) -> bool {
        let files: u64 = self
            .files
            .values()
            .flat_map(|file| file.holds.values())
            .map(|held| held.bytes)
            .sum();
        let needed: u64 = self.stored.values().map(|stored| stored.bytes).sum();
        self.files.len() > MOST_FILES || files > needed.saturating_mul(MOST_TIMES).saturating_add(MOST_BYTES)
    }
}

/// The names of the files of tables that checkpoints need.
#[derive(Debug, Default)]
pub(super) struct Needed {
    named: BTreeSet<FileId>,
    /// Nobody knows what this checkpoint needs of those before it.
    unknown: Option<Epoch>,
}

impl Needed {
    /// A checkpoint consists of these.
    pub(super) fn add(&mut self, segments: &[SegmentRef]) {
        let names = segments.iter().filter_map(|segment| Name::parse(&segment.name));
        self.named.extend(names.filter_map(|name| match name {
            Name::Tables(epoch, number) => Some((epoch, number)),
            _ => None,
        }));
    }

    /// It cannot be read what a checkpoint consists of.
    pub(super) fn add_unknown(&mut self, epoch: Epoch) {
        self.unknown = self.unknown.max(Some(epoch));
    }

    /// Whether a file may be needed.
    pub(super) fn has(&self, file: FileId) -> bool {
        self.named.contains(&file) || self.unknown >= Some(file.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::epoch::Incarnation;

    fn epoch(number: u32) -> Epoch {
        Epoch {
            incarnation: Incarnation(1),
            number,
        }
    }

    fn operator(name: &str) -> StateId {
        StateId::new(name, 0)
    }

    /// A file that has so many bytes of the entries of these operators, of one table each.
    fn file(number: u32, holds: &[(&str, u64)]) -> TableFile {
        let segment = SegmentRef {
            name: Name::Tables(epoch(number), 1).to_string(),
            bytes: 0,
        };
        let holds = holds.iter().map(|(name, bytes)| {
            let held = Held {
                entries: bytes / 10,
                bytes: *bytes,
                first: 0,
                last: 1,
            };
            ((operator(name), TableId::first_of(epoch(1))), held)
        });
        TableFile::new(segment, (epoch(number), 1), holds.collect())
    }

    fn stored(name: &str, entries: u64, parts: &[u32]) -> (Table, StoredTable) {
        let (operator, table) = (operator(name), TableId::first_of(epoch(1)));
        let stored = StoredTable {
            operator: operator.clone(),
            table,
            behind: 0,
            entries,
            bytes: 0,
            parts: parts.iter().map(|&number| epoch(number)).collect(),
        };
        ((operator, table), stored)
    }

    fn files(tables: &Tables) -> Vec<u32> {
        tables.files.keys().map(|(epoch, _)| epoch.number).collect()
    }

    #[test]
    fn a_file_is_kept_as_long_as_a_table_needs_it() {
        let mut tables = Tables {
            stored: [stored("a", 100, &[2, 5]), stored("b", 50, &[4, 4])].into(),
            files: (1..=6)
                .map(|number| {
                    let holds: &[(&str, u64)] = match number {
                        3 => &[("b", 500)],
                        4 => &[("c", 500), ("b", 500)],
                        _ => &[("a", 300)],
                    };
                    ((epoch(number), 1), file(number, holds))
                })
                .collect(),
        };
        tables.forget_files();
        // The first has a part of `a` that the second has whole, and the third one of `b` that the fourth has.
        assert_eq!(files(&tables), [2, 4, 5, 6]);
        tables.estimate();
        let sizes: Vec<u64> = tables.stored().iter().map(|table| table.bytes).collect();
        assert_eq!(sizes, [1_000, 500], "ten bytes an entry");
    }

    #[test]
    fn tables_are_written_whole_when_too_much_of_their_files_is_of_no_use() {
        let megabytes = |of_no_use: u64| Tables {
            stored: [stored("a", 100_000, &[1])].into(),
            files: [(
                (epoch(1), 1),
                file(1, &[("a", 1_000_000), ("gone", of_no_use << 20)]),
            )]
            .into(),
        };
        for (of_no_use, is_worn) in [(0, false), (60, false), (70, true)] {
            let mut tables = megabytes(of_no_use);
            tables.estimate();
            assert_eq!(tables.are_worn(), is_worn, "{of_no_use} MB");
        }
        let many = Tables {
            stored: [stored("a", 1, &[1])].into(),
            files: (0..1_025)
                .map(|number| ((epoch(number), 1), file(number, &[("a", 10)])))
                .collect(),
        };
        assert!(many.are_worn());
    }
}
