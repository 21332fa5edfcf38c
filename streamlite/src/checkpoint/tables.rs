//! The entries of large tables, in files beside the states that they are part of.
//!
//! The file of a checkpoint has what changed of each table since the one before, and some parts of it from the first slot to the
//! last (`state/renewal.rs`). A slot is what names an entry: what the newest file says of it counts, if it is not older than the
//! checkpoint that wrote the part of the slot whole. The manifest says which that is, and names the files; no other reference to
//! a file is kept anywhere.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::frames::{BLOCK, Body, Damage, FileIdentity, FrameReader, FrameWriter};
use super::manifest::{Name, SegmentRef};
use super::stored_table::StoredTable;
use crate::epoch::Epoch;
use crate::state::{Captured, OwnSlots, PART, Placement, StateId, TableId};

/// After so many files all tables are written whole, whatever is in them.
const MOST_FILES: usize = 1024;
/// The files may be so many times as large as what is needed of them, before all tables are written whole, and so many bytes more.
const MOST_TIMES: u64 = 3;
const MOST_BYTES: u64 = 64 << 20;

/// Whose table it is, and which.
pub(super) type Table = (StateId, TableId);

/// What frames are part of.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Part {
    operator: StateId,
    table: TableId,
}

/// How much of a table is in a file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    entries: u64,
    bytes: u64,
}

impl Held {
    fn add(&mut self, entry: Option<&[u8]>) {
        self.entries += u64::from(entry.is_some());
        self.bytes += entry.map_or(0, <[u8]>::len) as u64;
    }
}

/// A file that is written.
#[derive(Clone, Debug)]
pub(super) struct TableFile {
    segment: SegmentRef,
    holds: BTreeMap<Table, Held>,
}

/// What is to be in a checkpoint beside its states.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// Those of the last checkpoint that was stored.
    stored: BTreeMap<Table, StoredTable>,
    /// The files that they are in.
    files: BTreeMap<Epoch, TableFile>,
}

impl Tables {
    /// What a checkpoint consists of that has this file; an error says which table is missing.
    pub(super) fn next(
        &self,
        epoch: Epoch,
        captured: &BTreeMap<StateId, Vec<Captured>>,
        behind: &BTreeMap<StateId, Vec<(usize, TableId)>>,
        file: Option<TableFile>,
    ) -> Result<Self, String> {
        let mut next = Self {
            stored: BTreeMap::new(),
            files: self.files.clone(),
        };
        next.files.extend(file.map(|file| (epoch, file)));
        for (operator, gaps) in behind {
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
        let mut since: BTreeMap<&Table, Epoch> = BTreeMap::new();
        for (table, stored) in &*stored {
            since.extend(stored.parts.iter().min().map(|oldest| (table, *oldest)));
        }
        files.retain(|epoch, file| {
            let mut tables = file.holds.keys();
            tables.any(|table| since.get(table).is_some_and(|since| since <= epoch))
        });
    }

    /// How large each table is: as large as the entries that are in files are on average.
    fn estimate(&mut self) {
        let mut held: BTreeMap<&Table, Held> = BTreeMap::new();
        for (table, one) in self.files.values().flat_map(|file| &file.holds) {
            let all = held.entry(table).or_default();
            all.entries += one.entries;
            all.bytes += one.bytes;
        }
        for (table, stored) in &mut self.stored {
            let Held { entries, bytes } = held.get(table).copied().unwrap_or_default();
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

/// Whether there is anything to write.
pub(super) fn has_rows(tables: &BTreeMap<StateId, Vec<Captured>>) -> bool {
    tables.values().flatten().any(Captured::has_rows)
}

/// Writes what is to be written of all tables; returns what was written to, how many bytes that were, and what is in it.
pub(super) fn write<W: Write>(
    tables: &BTreeMap<StateId, Vec<Captured>>,
    identity: &FileIdentity,
    to: W,
) -> io::Result<(W, u64, Holds)> {
    let mut frames = FrameWriter::new(to, identity)?;
    let mut holds = Holds::new();
    for (operator, captured) in tables {
        for captured in captured.iter().filter(|captured| captured.has_rows()) {
            let table = captured.id();
            let held = write_table(captured, operator, &mut frames)?;
            holds.insert((operator.clone(), table), held);
        }
    }
    let (to, bytes) = frames.finish()?;
    Ok((to, bytes, holds))
}

/// Writes the rows of a table: each the number of slots since the one before, how long it is and one more, or nothing if its entry
/// is gone, and the entry.
fn write_table<W: Write>(
    captured: &Captured,
    operator: &StateId,
    frames: &mut FrameWriter<W>,
) -> io::Result<Held> {
    let part = Part {
        operator: operator.clone(),
        table: captured.id(),
    };
    let mut held = Held::default();
    let (mut rows, mut last) = (Vec::with_capacity(BLOCK + 4096), 0);
    captured.for_each(|place, entry| {
        let length = entry.map_or(0, |entry| entry.len() as u64 + 1);
        let row = postcard::to_extend(&(place - last, length), std::mem::take(&mut rows));
        rows = row.map_err(io::Error::other)?;
        rows.extend_from_slice(entry.unwrap_or_default());
        last = place;
        held.add(entry);
        let whole = rows.len() / BLOCK * BLOCK;
        if whole > 0 {
            frames.part(&part, &rows[..whole])?;
            rows.drain(..whole);
        }
        Ok::<(), io::Error>(())
    })?;
    frames.part(&part, &rows)?;
    Ok(held)
}

/// How much of which tables is in a file.
pub(super) type Holds = BTreeMap<Table, Held>;

impl TableFile {
    pub(super) fn new(segment: SegmentRef, holds: Holds) -> Self {
        Self { segment, holds }
    }
}

/// What the files of a checkpoint have, as it is read.
#[derive(Debug, Default)]
pub(super) struct ReadTables {
    /// The rows of each table in each file, oldest first.
    files: Vec<(SegmentRef, Epoch, BTreeMap<Part, Vec<u8>>)>,
}

impl ReadTables {
    /// Takes a file whose header was read; they come oldest first.
    pub(super) fn add(
        &mut self,
        segment: &SegmentRef,
        epoch: Epoch,
        file: FrameReader<'_>,
    ) -> Result<(), Damage> {
        let mut rows: BTreeMap<Part, Vec<u8>> = BTreeMap::new();
        file.frames(|part: Part, body: Body<'_>| body.read(rows.entry(part).or_default()))?;
        self.files.push((segment.clone(), epoch, rows));
        Ok(())
    }

    /// What the next checkpoint goes on from, where these are the tables of the last one.
    pub(super) fn into_tables(self, stored: &[StoredTable]) -> Result<Tables, String> {
        let mut files = BTreeMap::new();
        for (segment, epoch, tables) in self.files {
            let mut holds = Holds::new();
            for (part, rows) in tables {
                let (mut held, mut rows) = (Held::default(), Rows::new(&rows));
                while let Some((_, entry)) = rows.next_before(u64::MAX)? {
                    held.add(entry);
                }
                holds.insert((part.operator, part.table), held);
            }
            files.insert(epoch, TableFile::new(segment, holds));
        }
        let stored = stored
            .iter()
            .map(|stored| ((stored.operator.clone(), stored.table), stored.clone()));
        Ok(Tables {
            stored: stored.collect(),
            files,
        })
    }

    /// What follows the number of entries of a table in its state: in which slots they are, and each, in the order of the slots,
    /// behind how far it is from the one before. An error says what is wrong.
    pub(super) fn entries_of(&self, table: &StoredTable) -> Result<Vec<u8>, String> {
        let part = Part {
            operator: table.operator.clone(),
            table: table.table,
        };
        let files = self
            .files
            .iter()
            .filter_map(|(_, epoch, rows)| Some((*epoch, Rows::new(rows.get(&part)?))));
        let mut files: Vec<(Epoch, Rows<'_>)> = files.collect();
        let mut entries = placement_of(table)?;
        let (mut count, mut last) = (0, 0);
        let mut found = Vec::new();
        for (number, &since) in (1..).zip(&table.parts) {
            let end = number * u64::from(PART);
            for (age, (epoch, rows)) in files.iter_mut().enumerate() {
                while let Some((place, entry)) = rows.next_before(end)? {
                    if *epoch >= since {
                        found.push((place, Reverse(age), entry));
                    }
                }
            }
            found.sort_unstable_by_key(|(place, age, _)| (*place, *age));
            found.dedup_by_key(|(place, ..)| *place);
            for (place, _, entry) in found.drain(..) {
                let Some(entry) = entry else { continue };
                entries = as_bytes(&(place - last), entries)?;
                entries.extend_from_slice(entry);
                last = place;
                count += 1;
            }
        }
        if files.iter().any(|(_, rows)| !rows.left.is_empty()) {
            return Err(format!(
                "a table of `{}` has entries behind its last part",
                table.operator
            ));
        }
        if count != table.entries {
            return Err(format!(
                "a table of `{}` has {count} entries in its files, not {}",
                table.operator, table.entries
            ));
        }
        Ok(entries)
    }
}

/// In which slots the entries of a table are.
fn placement_of(table: &StoredTable) -> Result<Vec<u8>, String> {
    let parts = u32::try_from(table.parts.len()).map_err(|_| "a table has too many parts".to_owned())?;
    let oldest = (0..).zip(&table.parts).min_by_key(|(_, since)| **since);
    let placement = match oldest {
        Some((oldest, _)) if table.entries > 0 => Placement::Own(OwnSlots {
            id: table.table,
            parts,
            oldest,
        }),
        _ => Placement::First,
    };
    as_bytes(&placement, Vec::new())
}

fn as_bytes(value: &impl Serialize, behind: Vec<u8>) -> Result<Vec<u8>, String> {
    postcard::to_extend(value, behind).map_err(|cause| cause.to_string())
}

/// The rows of a table in a file, one after another.
struct Rows<'a> {
    left: &'a [u8],
    /// The place of the last one; `None` before the first.
    last: Option<u64>,
}

impl<'a> Rows<'a> {
    fn new(left: &'a [u8]) -> Self {
        Self { left, last: None }
    }

    /// The next one, if its place is before the end.
    fn next_before(&mut self, end: u64) -> Result<Option<(u64, Option<&'a [u8]>)>, String> {
        if self.left.is_empty() {
            return Ok(None);
        }
        let ((further, length), rest) = postcard::take_from_bytes::<(u32, u64)>(self.left)
            .map_err(|cause| format!("its rows are not what this version writes: {cause}"))?;
        if further == 0 && self.last.is_some() {
            return Err("two of its rows are of the same slot".to_owned());
        }
        let place = self.last.unwrap_or(0) + u64::from(further);
        if place >= end {
            return Ok(None);
        }
        let (entry, rest) = match length.checked_sub(1) {
            None => (None, rest),
            Some(length) => {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                let split = rest.split_at_checked(length);
                let (entry, rest) = split.ok_or("a row of it is cut off")?;
                (Some(entry), rest)
            }
        };
        (self.left, self.last) = (rest, Some(place));
        Ok(Some((place, entry)))
    }
}

/// The names of the files of tables that checkpoints need.
#[derive(Debug, Default)]
pub(super) struct Needed {
    named: BTreeSet<Epoch>,
    /// Nobody knows what this checkpoint needs of those before it.
    unknown: Option<Epoch>,
}

impl Needed {
    /// A checkpoint consists of these.
    pub(super) fn add(&mut self, segments: &[SegmentRef]) {
        let names = segments.iter().filter_map(|segment| Name::parse(&segment.name));
        self.named.extend(names.filter_map(|name| match name {
            Name::Tables(epoch) => Some(epoch),
            _ => None,
        }));
    }

    /// It cannot be read what a checkpoint consists of.
    pub(super) fn add_unknown(&mut self, epoch: Epoch) {
        self.unknown = self.unknown.max(Some(epoch));
    }

    /// Whether a file may be needed.
    pub(super) fn has(&self, epoch: Epoch) -> bool {
        self.named.contains(&epoch) || self.unknown >= Some(epoch)
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
            name: Name::Tables(epoch(number)).to_string(),
            bytes: 0,
        };
        let holds = holds.iter().map(|(name, bytes)| {
            let held = Held {
                entries: bytes / 10,
                bytes: *bytes,
            };
            ((operator(name), TableId::first_of(epoch(1))), held)
        });
        TableFile::new(segment, holds.collect())
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
        tables.files.keys().map(|epoch| epoch.number).collect()
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
                    (epoch(number), file(number, holds))
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
            files: [(epoch(1), file(1, &[("a", 1_000_000), ("gone", of_no_use << 20)]))].into(),
        };
        for (of_no_use, is_worn) in [(0, false), (60, false), (70, true)] {
            let mut tables = megabytes(of_no_use);
            tables.estimate();
            assert_eq!(tables.are_worn(), is_worn, "{of_no_use} MB");
        }
        let many = Tables {
            stored: [stored("a", 1, &[1])].into(),
            files: (0..1_025)
                .map(|number| (epoch(number), file(number, &[("a", 10)])))
                .collect(),
        };
        assert!(many.are_worn());
    }
}
