//! Two streams and how their rows match, written out plainly on `i128`, by comparing all rows. Nothing here comes from the
//! library.

mod all_rows;
mod interval;
mod latest;
mod random;
mod windows;

pub use all_rows::hash;
pub use interval::interval;
pub use latest::latest;
pub use random::{steps, steps_around};
pub use windows::{Windows, windows};

/// A row: a key, a number that no other row has, and when it happened.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, streamlite::prelude::Serialize, streamlite::prelude::Deserialize,
)]
pub struct Row {
    /// What rows are joined by.
    pub key: u8,
    /// Which row it is.
    pub id: u32,
    /// When it happened, in milliseconds.
    pub at: i64,
}

/// Which of the two streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first.
    Left,
    /// The second.
    Right,
}

/// What happens to a join.
#[derive(Clone, Debug)]
pub enum Step {
    /// A stream has some rows.
    Rows(Side, Vec<Row>),
    /// A stream ends.
    End(Side),
    /// The job is saved, and goes on in another.
    Restore,
}

/// How rows are joined.
#[derive(Clone, Copy, Debug)]
pub struct Join {
    /// `right - left` is at least this.
    pub lower: i64,
    /// `right - left` is at most this.
    pub upper: i64,
    /// Left rows that match none are emitted.
    pub keeps_left: bool,
    /// Right rows that match none are emitted.
    pub keeps_right: bool,
    /// How far out of order rows come.
    pub delay: i64,
}

/// Which rows are emitted: the timestamp, the watermark before it, and the numbers of the rows.
pub type Line = (i64, i64, Option<u32>, Option<u32>);

/// What comes of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What is emitted, in order.
    pub lines: Vec<Line>,
    /// Left rows that come too late.
    pub late_left: Vec<Row>,
    /// Right rows that come too late.
    pub late_right: Vec<Row>,
}

/// How far the streams have come.
#[derive(Debug)]
pub struct Watermarks {
    delay: i128,
    inputs: [i128; 2],
    ended: [bool; 2],
    merged: i128,
}

/// The end of time, which no watermark of a row reaches.
const END: i128 = i64::MAX as i128;
const START: i128 = i64::MIN as i128;

impl Watermarks {
    /// Nothing has come.
    #[must_use]
    pub fn new(delay: i64) -> Self {
        Self {
            delay: delay.into(),
            inputs: [START; 2],
            ended: [false; 2],
            merged: START,
        }
    }

    /// Whether a row comes too late.
    #[must_use]
    pub fn is_late(&self, side: Side, at: i64) -> bool {
        i128::from(at) < self.seen(side)
    }

    /// The watermark by which a row is late or not.
    #[must_use]
    pub fn seen(&self, side: Side) -> i128 {
        self.inputs[side as usize].max(self.merged)
    }

    /// A row has come; returns the watermark of both.
    pub fn row(&mut self, side: Side, at: i64) -> i128 {
        let said = (i128::from(at) - self.delay).clamp(START, END - 1);
        let input = &mut self.inputs[side as usize];
        *input = said.max(*input);
        self.merge()
    }

    /// A stream has ended; returns the watermark of both.
    pub fn end(&mut self, side: Side) -> i128 {
        self.ended[side as usize] = true;
        self.merge()
    }

    fn merge(&mut self) -> i128 {
        let merged = match self.ended {
            [false, false] => self.inputs[0].min(self.inputs[1]),
            [true, false] => self.inputs[1],
            [false, true] => self.inputs[0],
            [true, true] => END,
        };
        self.merged = self.merged.max(merged);
        self.merged
    }
}

/// The rows of both streams and their ends, one by one: `None` is an end.
fn events(steps: &[Step]) -> impl Iterator<Item = (Side, Option<&Row>)> {
    steps.iter().flat_map(|step| {
        let (side, rows, end) = match step {
            Step::Rows(side, rows) => (*side, &rows[..], None),
            Step::End(side) => (*side, &[][..], Some(None)),
            Step::Restore => (Side::Left, &[][..], None),
        };
        rows.iter().map(Some).chain(end).map(move |event| (side, event))
    })
}
