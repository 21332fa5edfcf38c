//! What a sink is: the traits.

use super::file_use::FileUse;
use super::transaction::Transactional;
use crate::epoch::Epoch;
use crate::error::Result;
use crate::record::Record;

/// Where records of `T` go.
///
/// One of your own opens a [`Writer`], which takes the records one by one and writes out what it has gathered when it is
/// told to. A board that shows lines, ten at a time:
///
/// ```
/// use std::fmt::Display;
/// use std::sync::{Arc, Mutex};
///
/// use streamlite::prelude::*;
/// use streamlite::sink::{Record, Writer};
///
/// #[derive(Clone, Default)]
/// struct Board {
///     shown: Arc<Mutex<Vec<String>>>,
/// }
///
/// impl<T: Display> Sink<T> for Board {
///     type Writer = Chalk;
///
///     fn open(&mut self) -> streamlite::Result<Chalk> {
///         let (board, lines) = (self.clone(), Vec::new());
///         Ok(Chalk { board, lines })
///     }
///
///     fn describe(&self) -> String {
///         "a board".to_owned()
///     }
/// }
///
/// struct Chalk {
///     board: Board,
///     lines: Vec<String>,
/// }
///
/// impl Chalk {
///     fn show(&mut self) -> streamlite::Result<()> {
///         let shown = self.board.shown.lock();
///         let mut shown = shown.map_err(|_| streamlite::Error::write("a board", "somebody has broken it"))?;
///         shown.append(&mut self.lines);
///         Ok(())
///     }
/// }
///
/// impl<T: Display> Writer<T> for Chalk {
///     fn write(&mut self, record: Record<T>) -> streamlite::Result<()> {
///         self.lines.push(record.value.to_string());
///         if self.lines.len() < 10 { Ok(()) } else { self.show() }
///     }
///
///     fn flush(&mut self) -> streamlite::Result<()> {
///         self.show()
///     }
/// }
///
/// let board = Board::default();
/// pipeline!(from(1..=12).map(|n| n * n).to(board.clone())).run()?;
/// assert_eq!(board.shown.lock().map(|shown| shown.len()).ok(), Some(12));
/// # Ok::<(), streamlite::Error>(())
/// ```
///
/// Written so, a record after the last checkpoint may come again when the job crashes and goes on; with
/// [`transactions`](Self::transactions) each comes once.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a sink for `{T}`",
    label = "expected a sink of `{T}`"
)]
pub trait Sink<T>: Send {
    /// Writes the records.
    type Writer: Writer<T>;

    /// Opens it, once the sources are open, and before anything is read.
    ///
    /// # Errors
    /// If it cannot be written.
    fn open(&mut self) -> Result<Self::Writer>;

    /// Opens it in a job that was restored: what earlier runs have written stays. Without it, as [`open`](Self::open).
    ///
    /// # Errors
    /// If it cannot be written.
    fn reopen(&mut self) -> Result<Self::Writer> {
        self.open()
    }

    /// What commits its output with the checkpoints of the job. It is asked for in a job that has checkpoints, before
    /// [`open`](Self::open), and once it was given the writer must write where nobody sees it before it is committed. A sink
    /// without it writes at once, and again after a crash what was written since the last checkpoint.
    fn transactions(&mut self) -> Option<Box<dyn Transactional>> {
        None
    }

    /// The files that it writes: no other end of the job may use them.
    fn files(&self) -> Vec<FileUse> {
        Vec::new()
    }

    /// What it is, for the report: a file's name.
    fn describe(&self) -> String;
}

/// Writes records to a sink.
pub trait Writer<T> {
    /// Writes a record; it may stay in a buffer.
    ///
    /// # Errors
    /// If it cannot be written.
    fn write(&mut self, record: Record<T>) -> Result<()>;

    /// Writes out what is in buffers.
    ///
    /// # Errors
    /// If it cannot be written.
    fn flush(&mut self) -> Result<()>;

    /// Ends what belongs to a checkpoint: what was written so far does, what comes next does not. Only called of a sink
    /// whose output is committed with checkpoints; [`Transactional::prepare`] follows beside the records.
    ///
    /// # Errors
    /// If it cannot be written.
    fn end_transaction(&mut self, _epoch: Epoch) -> Result<()> {
        self.flush()
    }

    /// Ends the output, after the last record.
    ///
    /// # Errors
    /// If it cannot be written.
    fn finish(&mut self) -> Result<()> {
        self.flush()
    }
}
