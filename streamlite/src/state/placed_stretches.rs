//! Stretches of values that belong to entries of a table, and are saved by themselves.

use std::rc::Rc;

use super::capture::Room;
use super::captured::Captured;
use super::codec::{Decoder, Encoder, StateError};
use super::live_table::LiveTable;
use super::placed_rows::{PlacedRow, PlacedRows, RestoredRow, RowFormat, RowTable, not_there};
use super::ranks::Ranks;
use crate::metrics::StateSize;

/// The stretches of those values that are long: a checkpoint writes the stretches that changed, and no value takes long to be written.
///
/// What is in a stretch stays in its value, where it is used. Here is a row for each, which says whose it is; whoever changes what is
/// in a stretch shows it [before](Self::touch), and whoever has the values shows what is left [in the end](Self::go_on).
#[derive(Debug)]
pub struct PlacedStretches(PlacedRows<Stretch>);

/// Whose stretch it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StretchOf {
    /// The place of the entry.
    pub place: u32,
    /// Which of the values of the entry.
    pub field: u32,
    /// Its turn among the stretches of the value.
    pub turn: u64,
}

/// What is known of a stretch.
#[derive(Debug)]
struct Stretch {
    field: u32,
    /// What was in it, from a restore until it is taken.
    bytes: Vec<u8>,
}

impl PlacedRow<Stretch> {
    fn of(&self) -> StretchOf {
        StretchOf {
            place: self.place,
            field: self.value.field,
            turn: self.turn,
        }
    }
}

/// How stretches are read.
struct Framed;

impl RowFormat<Stretch> for Framed {
    fn write(_part: &Stretch, _to: &mut Encoder) -> Result<(), StateError> {
        Err(StateError::new("who has a stretch has to write it"))
    }

    fn read(from: &mut Decoder<'_>) -> Result<Stretch, StateError> {
        let field = from.plain()?;
        let bytes = from.framed()?.to_vec();
        Ok(Stretch { field, bytes })
    }
}

impl PlacedStretches {
    /// None; each has up to so many elements.
    pub fn new(elements: usize) -> Self {
        Self(PlacedRows {
            rows: LiveTable::of_long_entries(elements),
        })
    }

    /// Adds a stretch; returns its number here.
    pub fn add(&mut self, of: StretchOf) -> u32 {
        let stretch = Stretch {
            field: of.field,
            bytes: Vec::new(),
        };
        self.0.add(of.place, of.turn, stretch)
    }

    /// What is in a stretch is about to be changed; `write` writes it as it is.
    #[inline]
    pub fn touch(&mut self, row: u32, mut write: impl FnMut(&mut Encoder) -> Result<(), StateError>) {
        self.0
            .rows
            .touch_by(row, |(), row, to| entry(row, to, |_of, to| write(to)));
    }

    /// Removes a stretch; `write` writes what is in it.
    pub fn free(&mut self, row: u32, write: impl FnMut(&mut Encoder) -> Result<(), StateError>) {
        self.touch(row, write);
        self.0.take(row);
    }

    /// The memory that they take, as stretch of the entries that they belong to.
    pub fn size(&self) -> StateSize {
        self.0.size()
    }

    /// Writes the stretches, what is in each by `write`; `ranks` says where the entries are after a restore.
    ///
    /// # Errors
    /// If `write` fails.
    pub fn save(
        &mut self,
        to: &mut Encoder,
        ranks: &Rc<Ranks>,
        mut write: impl FnMut(StretchOf, &mut Encoder) -> Result<(), StateError>,
    ) -> Result<(), StateError> {
        let beside = |&(): &(), row: &Option<PlacedRow<Stretch>>, to: &mut Encoder| {
            entry(row, to, |_of, _to| {
                Err(StateError::new("a stretch was changed that was not shown before"))
            })
        };
        self.0.save_by(
            to,
            || Rc::clone(ranks),
            beside,
            |row, place, to| stretch(row, place, to, &mut write),
        )
    }

    /// Writes a slice of what a checkpoint has of them, what is in each by `write`; says whether all is
    /// written.
    pub fn go_on(
        &mut self,
        room: &mut Room,
        mut write: impl FnMut(StretchOf, &mut Encoder) -> Result<(), StateError>,
    ) -> bool {
        self.0
            .rows
            .go_on_by(room, |(), row, to| entry(row, to, &mut write))
    }

    /// What was written, once all is; `None` if nothing was to be.
    pub fn finish(&mut self) -> Option<Result<Captured, StateError>> {
        self.0.finish()
    }

    /// Reads the stretches, of which there are none here; returns those of each entry together, in turn.
    ///
    /// # Errors
    /// If the bytes are no stretches.
    pub fn restore(&mut self, from: &mut Decoder<'_>) -> Result<Vec<RestoredRow>, StateError> {
        self.0.restore::<Framed>(from)
    }

    /// Of which field a stretch is that was restored, and what is in it.
    pub fn take_restored(&mut self, row: u32) -> (u32, Vec<u8>) {
        let stretch = self.0.get_unchanged(row);
        (stretch.field, std::mem::take(&mut stretch.bytes))
    }

    /// The next checkpoint has to write all of them: what earlier ones have is not as it would be written now.
    pub fn write_whole_next(&mut self) {
        self.0.rows.write_whole_next();
    }
}

/// Writes the row of a slot.
fn entry(
    row: &<RowTable<Stretch> as super::Table>::Value,
    to: &mut Encoder,
    write: impl FnMut(StretchOf, &mut Encoder) -> Result<(), StateError>,
) -> Result<(), StateError> {
    let row = row.as_ref().ok_or_else(not_there)?;
    stretch(row, row.place, to, write)
}

/// Writes a stretch of the entry that is at a place after a restore.
fn stretch(
    row: &PlacedRow<Stretch>,
    place: u32,
    to: &mut Encoder,
    mut write: impl FnMut(StretchOf, &mut Encoder) -> Result<(), StateError>,
) -> Result<(), StateError> {
    to.plain(&(place, row.turn, row.value.field))?;
    to.framed(|to| write(row.of(), to))
}
