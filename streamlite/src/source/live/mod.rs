//! Records that come as they come, and only once: from the standard input, or over a socket.

mod connection;
mod listening;
mod reader;
mod socket;
mod stdin;

use std::fmt;
use std::sync::Arc;

#[cfg(any(feature = "csv", feature = "json"))]
use serde::de::DeserializeOwned;

use self::reader::Decoding;
use crate::connector::{Bounded, FileUse, Opening, Partition, Position, Source};
use crate::error::Result;
#[cfg(feature = "csv")]
use crate::format::Csv;
#[cfg(feature = "json")]
use crate::format::Json;
use crate::format::{Decode, Fail, Lines, OnError, Policy};
use crate::state::head_of;

pub use connection::{Connect, Connection};
pub use listening::{ListeningSource, Port};
pub use reader::LiveReader;
pub use socket::{Address, SocketSource};
pub use stdin::{Stdin, StdinSource};

/// The greatest record that is read unless the source says otherwise: 1 MiB.
const MAX_RECORD: usize = 1 << 20;

/// Records that come as they come and cannot be read twice: [`StdinSource`], [`SocketSource`], [`ListeningSource`].
///
/// They are lines, unless another format is said. A thread of its own waits for them and decodes them; up to 4096 wait for
/// the job, and if it is slower, the sender has to wait.
///
/// Nothing can be read twice, so that a job that reads such a source cannot be saved, unless you
/// [`accept_loss`](Self::accept_loss).
pub struct LiveSource<C, F> {
    from: C,
    format: Arc<F>,
    policy: Policy,
    max_record: usize,
    accepts_loss: bool,
}

impl<C> LiveSource<C, Lines> {
    fn of(from: C) -> Self {
        Self {
            from,
            format: Arc::new(Lines),
            policy: Policy::new(Fail),
            max_record: MAX_RECORD,
            accepts_loss: false,
        }
    }
}

impl<C, F> LiveSource<C, F> {
    /// Reads records of another format than before: `Csv::<Trade>::default().delimiter(b';')`.
    #[must_use]
    pub fn format<G>(self, format: G) -> LiveSource<C, G> {
        LiveSource {
            from: self.from,
            format: Arc::new(format),
            policy: self.policy,
            max_record: self.max_record,
            accepts_loss: self.accepts_loss,
        }
    }

    /// Reads JSON lines, each a `T`; see [`Json`] for the rules.
    #[cfg(feature = "json")]
    #[must_use]
    pub fn json<T: DeserializeOwned>(self) -> LiveSource<C, Json<T>> {
        self.format(Json::default())
    }

    /// Reads CSV, of which each record is a `T`; the first line is the header. See [`Csv`] for the rules.
    #[cfg(feature = "csv")]
    #[must_use]
    pub fn csv<T: DeserializeOwned>(self) -> LiveSource<C, Csv<T>> {
        self.format(Csv::default())
    }

    /// Says what becomes of bad records: [`Fail`], [`Skip`](super::Skip) or [`Route(sink)`](super::Route()).
    #[must_use]
    pub fn on_error(self, policy: impl OnError + 'static) -> Self {
        Self {
            policy: Policy::new(policy),
            ..self
        }
    }

    /// Takes records up to so many bytes; a longer one is a bad record. 1 MiB unless said otherwise.
    #[must_use]
    pub fn max_record_bytes(self, bytes: usize) -> Self {
        Self {
            max_record: bytes,
            ..self
        }
    }

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
    F: Decode<Item: Send + 'static> + Sync + 'static,
{
    type Item = F::Item;
    type Reader = LiveReader<F::Item>;

    fn partitions(&mut self) -> Result<Vec<Partition>> {
        Ok(vec![Partition::new(self.from.name())])
    }

    fn open(&mut self, at: &Opening<'_>) -> Result<LiveReader<F::Item>> {
        let connection = self.from.connect()?;
        let decoding = Decoding {
            format: Arc::clone(&self.format),
            policy: self.policy.clone(),
            max_record: self.max_record,
        };
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

    fn keeps_bad_records(&self) -> bool {
        self.policy.keeps()
    }

    fn files(&self) -> Vec<FileUse> {
        self.policy.files()
    }

    fn start(&mut self, restored: bool) -> Result<()> {
        self.policy.start(restored)
    }
}

impl<C, F> Bounded for LiveSource<C, F>
where
    C: Connect + connection::Ends,
    F: Decode<Item: Send + 'static> + Sync + 'static,
{
}

impl<C: Connect, F> fmt::Debug for LiveSource<C, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveSource")
            .field("from", &self.from.name())
            .finish_non_exhaustive()
    }
}
