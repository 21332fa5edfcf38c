//! Records that come as they come, and only once: from the standard input, or over a socket.

mod connection;
mod listening;
mod reader;
mod socket;
mod stdin;

use std::fmt;

use super::decoding::{Decoding, decoding_options};
use crate::connector::{Bounded, FileUse, Opening, Partition, Position, Source};
use crate::error::Result;
use crate::format::{Decode, Lines};
use crate::state::head_of;

pub use connection::{Connect, Connection};
pub use listening::{ListeningSource, Port};
pub use reader::LiveReader;
pub use socket::{Address, SocketSource};
pub use stdin::{Stdin, StdinSource};

/// Records that come as they come and cannot be read twice: [`StdinSource`], [`SocketSource`], [`ListeningSource`].
///
/// They are lines, unless another format is said. A thread of its own waits for them and decodes them; up to 4096 wait for
/// the job, and if it is slower, the sender has to wait.
///
/// Nothing can be read twice, so that a job that reads such a source cannot be saved, unless you
/// [`accept_loss`](Self::accept_loss).
pub struct LiveSource<C, F> {
    from: C,
    decoding: Decoding<F>,
    accepts_loss: bool,
}

impl<C> LiveSource<C, Lines> {
    fn of(from: C) -> Self {
        Self {
            from,
            decoding: Decoding::default(),
            accepts_loss: false,
        }
    }
}

decoding_options!(LiveSource[C] { from, accepts_loss });

impl<C, F> LiveSource<C, F> {
    /// Lets the job be saved: what was read after the last checkpoint is lost in a crash, and a job that is restored goes on
    /// with what comes then.
    #[must_use]
    pub fn accept_loss(self) -> Self {
        Self {
            accepts_loss: true,
            ..self
        }
    }
}

impl<C, F> Source for LiveSource<C, F>
where
    C: Connect,
    F: Decode<Item: Send + 'static> + 'static,
{
    type Item = F::Item;
    type Reader = LiveReader<F::Item>;

    fn partitions(&mut self) -> Result<Vec<Partition>> {
        Ok(vec![Partition::new(self.from.name())])
    }

    fn open(&mut self, at: &Opening<'_>) -> Result<LiveReader<F::Item>> {
        let connection = self.from.connect()?;
        let decoding = self.decoding.clone();
        LiveReader::start(
            self.from.name(),
            at.bell(),
            self.accepts_loss,
            decoding,
            connection,
        )
    }

    /// What comes next goes on where the input has ended.
    fn has_more(&mut self, _partition: &Partition, _end: &Position) -> Result<bool> {
        Ok(self.accepts_loss)
    }

    fn kind(&self) -> String {
        format!("LiveSource<{}, {}>", head_of::<C>(), head_of::<F>())
    }

    fn describe(&self) -> String {
        self.from.name()
    }

    fn replays(&self) -> bool {
        false
    }

    fn keeps_bad_records(&self) -> bool {
        self.decoding.policy.keeps()
    }

    fn files(&self) -> Vec<FileUse> {
        self.decoding.policy.files()
    }

    fn start(&mut self, restored: bool) -> Result<()> {
        self.decoding.policy.start(restored)
    }
}

impl<C, F> Bounded for LiveSource<C, F>
where
    C: Connect + connection::Ends,
    F: Decode<Item: Send + 'static> + 'static,
{
}

impl<C: Connect, F> fmt::Debug for LiveSource<C, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveSource")
            .field("from", &self.from.name())
            .finish_non_exhaustive()
    }
}
