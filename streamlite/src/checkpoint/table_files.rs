//! The files that have the entries of large tables: how their rows are written, and how they are read.
//!
//! A row is a slot of a table, and what is in it or that it is empty. Which files a checkpoint needs: `tables.rs`.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::frames::{BLOCK, Body, Damage, FrameReader, FrameWriter};
use super::manifest::SegmentRef;
use super::stored_table::StoredTable;
use super::tables::{FileId, Held, Holds, TableFile, Tables};
use crate::epoch::Epoch;
use crate::state::{Captured, OwnSlots, PART, Placement, StateId, TableId};

/// What frames are part of.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Part {
    operator: StateId,
    table: TableId,
}

/// Writes what is to be written of all tables, into files of this size, about. Returns how many bytes each has, and what is in
/// it; `create` begins the file of a number, and `finish` ends it.
pub(super) fn write<W: Write>(
    tables: &BTreeMap<StateId, Vec<Captured>>,
    size: u64,
    finish: impl FnMut((W, u64)) -> io::Result<u64>,
    create: impl FnMut(u32) -> io::Result<FrameWriter<W>>,
) -> io::Result<Vec<(u64, Holds)>> {
    let mut files = Files {
        size,
        create,
        finish,
        open: None,
        written: Vec::new(),
        rows: Vec::with_capacity(BLOCK + 4096),
    };
    for (operator, captured) in tables {
        for captured in captured {
            files.table(operator, captured)?;
        }
    }
    files.end()?;
    Ok(files.written)
}

/// Files that are written one after another.
struct Files<W, C, F> {
    size: u64,
    create: C,
    finish: F,
    open: Option<OpenFile<W>>,
    written: Vec<(u64, Holds)>,
    /// The rows that are not in the file yet.
    rows: Vec<u8>,
}

/// A file that is being written.
struct OpenFile<W> {
    frames: FrameWriter<W>,
    holds: Holds,
    /// How many bytes the entries have that are in it.
    bytes: u64,
}

impl<W, C, F> Files<W, C, F>
where
    W: Write,
    C: FnMut(u32) -> io::Result<FrameWriter<W>>,
    F: FnMut((W, u64)) -> io::Result<u64>,
{
    /// Writes the rows of a table: each the number of slots since the one before in the same file, how long it is and one more,
    /// or nothing if its entry is gone, and the entry.
    fn table(&mut self, operator: &StateId, captured: &Captured) -> io::Result<()> {
        let of = Part {
            operator: operator.clone(),
            table: captured.id(),
        };
        // What is in the open file of it, and the slot of the last row.
        let mut in_file: Option<(Held, u32)> = None;
        captured.for_each(|place, entry| {
            let part = place / PART;
            if self.open.as_ref().is_some_and(|open| open.bytes >= self.size) {
                self.put(&of, in_file.take())?;
                self.end()?;
            }
            let (held, last) = in_file.get_or_insert((Held::from(part), 0));
            let length = entry.map_or(0, |entry| entry.len() as u64 + 1);
            let row = postcard::to_extend(&(place - *last, length), std::mem::take(&mut self.rows));
            self.rows = row.map_err(io::Error::other)?;
            self.rows.extend_from_slice(entry.unwrap_or_default());
            held.add(part, entry);
            *last = place;
            let whole = self.rows.len() / BLOCK * BLOCK;
            let open = self.open()?;
            open.bytes += length;
            if whole > 0 {
                self.put_rows(&of, whole)?;
            }
            Ok::<(), io::Error>(())
        })?;
        self.put(&of, in_file)
    }

    /// Puts what is left of a table into the file.
    fn put(&mut self, of: &Part, in_file: Option<(Held, u32)>) -> io::Result<()> {
        self.put_rows(of, self.rows.len())?;
        if let Some(open) = &mut self.open {
            let held = in_file.map(|(held, _)| ((of.operator.clone(), of.table), held));
            open.holds.extend(held);
        }
        Ok(())
    }

    /// Puts so many bytes of rows into the file.
    fn put_rows(&mut self, of: &Part, bytes: usize) -> io::Result<()> {
        if let Some(open) = &mut self.open {
            open.frames.part(of, &self.rows[..bytes])?;
            self.rows.drain(..bytes);
        }
        Ok(())
    }

    /// The file that is being written, or the next one.
    fn open(&mut self) -> io::Result<&mut OpenFile<W>> {
        if self.open.is_none() {
            let number = u32::try_from(self.written.len() + 1).map_err(io::Error::other)?;
            self.open = Some(OpenFile {
                frames: (self.create)(number)?,
                holds: Holds::new(),
                bytes: 0,
            });
        }
        self.open
            .as_mut()
            .ok_or_else(|| io::Error::other("no file is open"))
    }

    /// Ends the file, if there is one.
    fn end(&mut self) -> io::Result<()> {
        if let Some(OpenFile { frames, holds, .. }) = self.open.take() {
            let bytes = (self.finish)(frames.finish()?)?;
            self.written.push((bytes, holds));
        }
        Ok(())
    }
}

/// What the files of a checkpoint have, as it is read.
#[derive(Debug, Default)]
pub(super) struct ReadTables {
    /// The rows of each table in each file, oldest first.
    files: Vec<(SegmentRef, FileId, BTreeMap<Part, Vec<u8>>)>,
}

impl ReadTables {
    /// Takes a file whose header was read; they come oldest first.
    pub(super) fn add(
        &mut self,
        segment: &SegmentRef,
        id: FileId,
        file: FrameReader<'_>,
    ) -> Result<(), Damage> {
        let mut rows: BTreeMap<Part, Vec<u8>> = BTreeMap::new();
        file.frames(|part: Part, body: Body<'_>| body.read(rows.entry(part).or_default()))?;
        self.files.push((segment.clone(), id, rows));
        Ok(())
    }

    /// What the next checkpoint goes on from, where these are the tables of the last one.
    pub(super) fn into_tables(self, stored: &[StoredTable]) -> Result<Tables, String> {
        let mut files = Vec::new();
        for (segment, id, tables) in self.files {
            let mut holds = Holds::new();
            for (part, rows) in tables {
                let (table, mut rows) = ((part.operator, part.table), Rows::new(&rows));
                while let Some((place, entry)) = rows.next_before(u64::MAX)? {
                    let part = u32::try_from(place / u64::from(PART)).unwrap_or(u32::MAX);
                    let held = holds.entry(table.clone()).or_insert(Held::from(part));
                    held.add(part, entry);
                }
            }
            files.push(TableFile::new(segment, id, holds));
        }
        Ok(Tables::of(stored, files))
    }

    /// What follows the number of entries of a table in its state: in which slots they are, and each, in the order of the slots,
    /// behind how far it is from the one before. An error says what is wrong.
    pub(super) fn entries_of(&self, table: &StoredTable) -> Result<Vec<u8>, String> {
        self.entries_in(table, &placement_of(table)?)
    }

    fn entries_in(&self, table: &StoredTable, placement: &Placement) -> Result<Vec<u8>, String> {
        let part = Part {
            operator: table.operator.clone(),
            table: table.table,
        };
        let files = self
            .files
            .iter()
            .filter_map(|(_, (epoch, _), rows)| Some((*epoch, Rows::new(rows.get(&part)?))));
        let mut files: Vec<(Epoch, Rows<'_>)> = files.collect();
        let mut entries = as_bytes(placement, Vec::new())?;
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
                if let Placement::Own(_) = placement {
                    entries = as_bytes(&(place - last), entries)?;
                }
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
fn placement_of(table: &StoredTable) -> Result<Placement, String> {
    let parts = u32::try_from(table.parts.len()).map_err(|_| "a table has too many parts".to_owned())?;
    let oldest = (0..).zip(&table.parts).min_by_key(|(_, since)| **since);
    Ok(match oldest {
        Some((oldest, _)) => Placement::of(
            table.entries,
            OwnSlots {
                id: table.table,
                parts,
                oldest,
            },
        ),
        None => Placement::First,
    })
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::frames::{FileIdentity, FileKind};
    use super::super::manifest::Name;
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

    fn placements() -> [Placement; 2] {
        let own = OwnSlots {
            id: TableId::first_of(epoch(1)),
            parts: PARTS,
            oldest: 0,
        };
        [Placement::Own(own), Placement::First]
    }

    /// A table that has shrunk comes into the first slots, others into those where they were; and which part was written whole
    /// the longest time ago.
    #[test]
    fn where_the_entries_of_a_table_come() {
        let placement = |entries, parts: &[u32]| {
            let table = StoredTable {
                operator: operator("a"),
                table: TableId::first_of(epoch(1)),
                behind: 1,
                entries,
                bytes: 0,
                parts: parts.iter().map(|number| epoch(*number)).collect(),
            };
            match placement_of(&table).expect("there are few parts") {
                Placement::First => None,
                Placement::Own(own) => Some((own.parts, own.oldest)),
            }
        };
        assert_eq!(placement(0, &[]), None);
        assert_eq!(placement(0, &[1]), None);
        assert_eq!(placement(1, &[1]), Some((1, 0)));
        assert_eq!(placement(4_096, &[4, 3]), None);
        assert_eq!(placement(4_097, &[4, 3]), Some((2, 1)));
        assert_eq!(placement(40_000, &[4, 2, 3]), Some((3, 1)));
    }

    /// A table of several parts, as all checkpoints have it, and the files that there are.
    struct Run {
        random: u64,
        table: BTreeMap<u32, Vec<u8>>,
        /// What changed since the last checkpoint that was stored.
        changed: BTreeSet<u32>,
        tables: Tables,
        files: BTreeMap<String, Vec<u8>>,
    }

    const PARTS: u32 = 7;

    impl Run {
        fn below(&mut self, below: u32) -> u32 {
            self.random ^= self.random << 13;
            self.random ^= self.random >> 7;
            self.random ^= self.random << 17;
            u32::try_from(self.random % u64::from(below)).expect("it is small")
        }

        fn change(&mut self) {
            let place = self.below(PARTS) * PART + [0, 1, 2, 9, PART - 1][self.below(5) as usize];
            self.changed.insert(place);
            if self.below(4) == 0 {
                self.table.remove(&place);
            } else {
                let entry = vec![b'x'; 1 + self.below(40) as usize];
                self.table.insert(place, entry);
            }
        }

        /// What a checkpoint has to write: what changed, and these parts.
        fn captured(&self, id: TableId, renewed: Vec<u32>) -> Captured {
            let mut rows = BTreeMap::new();
            for place in &self.changed {
                if !renewed.contains(&(place / PART)) {
                    rows.insert(*place, self.table.get(place).cloned());
                }
            }
            for (place, entry) in &self.table {
                if renewed.contains(&(place / PART)) {
                    rows.insert(*place, Some(entry.clone()));
                }
            }
            let rows: Vec<_> = rows.into_iter().collect();
            Captured::of(id, (self.table.len(), PARTS as usize), renewed, &rows)
        }

        /// Writes a checkpoint: what it consists of.
        fn write(&mut self, number: u32, renewed: Vec<u32>, size: u64) -> Tables {
            let id = TableId::first_of(epoch(1));
            let captured = [(operator("a"), vec![self.captured(id, renewed)])].into();
            let identity = |number| FileIdentity {
                kind: FileKind::Tables(number),
                of: "p".to_owned(),
                epoch: None,
            };
            let mut contents = Vec::new();
            let finish = |(file, bytes): (Vec<u8>, u64)| {
                contents.push(file);
                Ok(bytes)
            };
            let create = |number| FrameWriter::new(Vec::new(), &identity(number));
            let written = write(&captured, size, finish, create).expect("there is room");
            let mut files = Vec::new();
            for ((of, file), (bytes, holds)) in (1..).zip(contents).zip(written) {
                let name = Name::Tables(epoch(number), of).to_string();
                self.files.insert(name.clone(), file);
                files.push(TableFile::new(
                    SegmentRef { name, bytes },
                    (epoch(number), of),
                    holds,
                ));
            }
            let behind = [(operator("a"), vec![(1, id)])].into();
            self.tables
                .next(epoch(number), &captured, &behind, files)
                .expect("nothing is missing")
        }

        /// What the files have that a checkpoint consists of.
        fn read(&self, tables: &Tables) -> ([Vec<u8>; 2], Tables) {
            let mut read = ReadTables::default();
            for segment in tables.segments() {
                let Some(Name::Tables(epoch, number)) = Name::parse(&segment.name) else {
                    panic!("{} is a name", segment.name);
                };
                let file = FrameReader::new(&self.files[&segment.name]).expect("it is whole");
                read.add(&segment, (epoch, number), file).expect("it is whole");
            }
            let stored = tables.stored();
            let entries = placements().map(|placement| {
                let entries = read.entries_in(&stored[0], &placement);
                entries.expect("nothing is missing")
            });
            (entries, read.into_tables(&stored).expect("it is right"))
        }

        fn expected(&self, placement: &Placement) -> Vec<u8> {
            let (mut bytes, mut last) = (as_bytes(placement, Vec::new()).expect("they are numbers"), 0);
            for (place, entry) in &self.table {
                if *placement != Placement::First {
                    bytes = as_bytes(&(place - last), bytes).expect("it is a number");
                }
                bytes.extend_from_slice(entry);
                last = *place;
            }
            bytes
        }
    }

    /// Whatever changes between checkpoints, whatever parts are written whole, and however large files are: those that are kept
    /// have all there is, and a job that is started again goes on from them.
    #[test]
    fn the_files_that_are_kept_have_all_entries() {
        let (mut most, mut dropped) = (0, 0);
        for seed in 1..40_u64 {
            let mut run = Run {
                random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
                table: BTreeMap::new(),
                changed: BTreeSet::new(),
                tables: Tables::default(),
                files: BTreeMap::new(),
            };
            for number in 1..60 {
                for _ in 0..run.below(12) {
                    run.change();
                }
                let all = Vec::from_iter(0..PARTS);
                let renewed = match number {
                    1 => all,
                    _ => all.into_iter().filter(|_| run.below(4) == 0).collect(),
                };
                let size = [1, 50, 100_000][run.below(3) as usize];
                let next = run.write(number, renewed, size);
                if number > 1 && run.below(5) == 0 {
                    // It failed; what changed comes with the next one.
                    continue;
                }
                run.changed.clear();
                let names: BTreeSet<String> = next.segments().into_iter().map(|file| file.name).collect();
                dropped += run.files.len() - names.len();
                run.files.retain(|name, _| names.contains(name));
                most = most.max(names.len());
                let (entries, read) = run.read(&next);
                let expected = placements().map(|placement| run.expected(&placement));
                assert_eq!(entries, expected, "seed {seed}, {number}");
                assert_eq!((read.segments(), read.stored()), (next.segments(), next.stored()));
                run.tables = if run.below(2) == 0 { read } else { next };
            }
        }
        assert!(most > 10 && dropped > 1_000, "{most} at once, {dropped} dropped");
    }
}
