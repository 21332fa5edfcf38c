//! What can go wrong, in one type.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// The result of everything here that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong: what was being done, on which object, the cause, and what to do about it.
///
/// Sources and sinks of your own make theirs by [`io`](Self::io), [`unreadable`](Self::unreadable), [`write`](Self::write)
/// and [`setting`](Self::setting).
///
/// A job that has failed returns its error again at every call, hence `Clone`. The text names all four; [`source`](std::error::Error::source) returns the cause where another library reported it.
#[derive(Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or a socket could not be used.
    #[error("{doing} {path}: {cause}{}", advice_of(.doing, .cause))]
    #[non_exhaustive]
    Io {
        /// What was being done, such as `opening`.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        cause: Arc<std::io::Error>,
    },
    /// A record of a source could not be read, and the source's policy is [`Fail`](crate::source::Fail).
    #[error(
        "reading {record}; correct the record, or keep the others with `.on_error(Skip)` or `.on_error(Route(sink))`"
    )]
    #[non_exhaustive]
    BadRecord {
        /// Where it is and what is wrong with it.
        record: Box<crate::bad_record::BadRecord>,
    },
    /// A source cannot be read at all: its header, its encoding, its name.
    #[error("reading {origin}: {cause}; {advice}")]
    #[non_exhaustive]
    Unreadable {
        /// The file, or the source.
        origin: String,
        /// What is wrong.
        cause: String,
        /// What to do.
        advice: Cow<'static, str>,
    },
    /// A record could not be written.
    #[error("writing to {sink}: {cause}")]
    #[non_exhaustive]
    Write {
        /// The sink.
        sink: String,
        /// What the sink's library said.
        #[source]
        cause: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// A setting makes no sense.
    #[error("{setting}: {cause}; {advice}")]
    #[non_exhaustive]
    Setting {
        /// The setting and its value, such as `tumbling(0ms)`.
        setting: String,
        /// What is wrong.
        cause: Cow<'static, str>,
        /// What to do.
        advice: Cow<'static, str>,
    },
    /// State could not be saved or restored.
    #[error("{doing} the state of `{operator}`: {cause}")]
    #[non_exhaustive]
    State {
        /// `saving` or `restoring`.
        doing: &'static str,
        /// The operator's identity.
        operator: String,
        /// What is wrong, and what to do.
        cause: String,
    },
    /// A savepoint could not be read, or belongs to something else.
    #[error("{doing} a savepoint: {cause}")]
    #[non_exhaustive]
    Savepoint {
        /// `reading` or `restoring`.
        doing: &'static str,
        /// What is wrong, and what to do.
        cause: String,
    },
    /// Checkpoints could not be taken, or a job could not go on from them.
    #[error("{doing} in {storage}: {cause}")]
    #[non_exhaustive]
    Checkpoint {
        /// What was being done, such as `looking for a checkpoint`.
        doing: &'static str,
        /// The directory.
        storage: String,
        /// What is wrong, and what to do.
        cause: String,
    },
    /// The newest checkpoint that can be read is older than what a sink has committed: going on from it would write the
    /// same records again.
    #[error(
        "going on from {}: the sink `{sink}` has committed checkpoint {committed}, {}; put the newer checkpoint \
         back; or go on, and what came since then may be there twice: `.accept_duplicates_of(\"{committed}\".parse()?)`; or start \
         anew: remove that directory and the sink's output", storage, older_than(.available.as_deref(), .damage.as_deref())
    )]
    #[non_exhaustive]
    FallbackWouldDuplicate {
        /// The sink.
        sink: String,
        /// The checkpoint that the sink has committed.
        committed: String,
        /// The newest checkpoint that can be read.
        available: Option<String>,
        /// Why no newer one can: the file, where, and what is wrong with it.
        damage: Option<String>,
        /// The directory.
        storage: String,
    },
    /// The reader of the standard output has gone, as in `job | head`. A job ends there without an error.
    #[error("writing standard output: nobody reads it any more")]
    NobodyReads,
    /// A closure of the pipeline panicked.
    #[error(
        "the pipeline `{pipeline}` panicked: {message}; the records read so far were processed, nothing after them"
    )]
    #[non_exhaustive]
    Panic {
        /// The pipeline.
        pipeline: &'static str,
        /// What the panic said.
        message: String,
    },
}

/// The same as [`Display`](fmt::Display): it is what `fn main() -> streamlite::Result<()>` and `expect` print.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error {
    /// A file or a socket at `path` could not be used, while `doing` was done.
    #[must_use]
    pub fn io(doing: &'static str, path: impl Into<PathBuf>, cause: std::io::Error) -> Self {
        Error::Io {
            doing,
            path: path.into(),
            cause: Arc::new(cause),
        }
    }

    /// A source cannot be read at all: which one, why, and what to do.
    ///
    /// ```
    /// # use streamlite::Error;
    /// let error = Error::unreadable("sensors:7000", "it speaks version 3 of the protocol", "upgrade the sensor");
    /// assert_eq!(
    ///     error.to_string(),
    ///     "reading sensors:7000: it speaks version 3 of the protocol; upgrade the sensor"
    /// );
    /// ```
    #[must_use]
    pub fn unreadable(
        origin: impl Into<String>,
        cause: impl Into<String>,
        advice: impl Into<Cow<'static, str>>,
    ) -> Self {
        Error::Unreadable {
            origin: origin.into(),
            cause: cause.into(),
            advice: advice.into(),
        }
    }

    /// A record could not be written to `sink`.
    #[must_use]
    pub fn write<E: Into<Box<dyn std::error::Error + Send + Sync>>>(sink: &str, cause: E) -> Self {
        Error::Write {
            sink: sink.to_owned(),
            cause: cause.into().into(),
        }
    }

    /// A setting makes no sense: which one, why, and what to write instead.
    #[must_use]
    pub fn setting(
        setting: impl Into<String>,
        cause: impl Into<Cow<'static, str>>,
        advice: impl Into<Cow<'static, str>>,
    ) -> Self {
        Error::Setting {
            setting: setting.into(),
            cause: cause.into(),
            advice: advice.into(),
        }
    }
}

fn older_than(available: Option<&str>, damage: Option<&str>) -> String {
    let damage = damage.map(|damage| format!(" ({damage})")).unwrap_or_default();
    match available {
        Some(available) => format!("and the newest one that can be read here is {available}{damage}"),
        None => "and there is none here".to_owned(),
    }
}

/// What to do about an I/O error that has an obvious answer.
fn advice_of(doing: &str, cause: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    /// What Unix says where a process has too many files open.
    const TOO_MANY_OPEN: i32 = 24;
    match cause.kind() {
        _ if cause.raw_os_error() == Some(TOO_MANY_OPEN) => {
            "; allow more with `ulimit -n`, or read fewer files at once"
        }
        ErrorKind::NotFound if doing == "creating" => {
            "; make its directory first, relative paths start at the working directory"
        }
        ErrorKind::NotFound => "; check the path, relative paths start at the working directory",
        ErrorKind::IsADirectory if doing == "opening" => {
            "; name a file in it, or all of them by `glob`, such as `logs/*.csv`"
        }
        ErrorKind::IsADirectory => "; name a file in it",
        ErrorKind::PermissionDenied => "; check who may read and write it",
        ErrorKind::AlreadyExists => {
            "; choose another name, or say what happens to it with `create` or `append`"
        }
        ErrorKind::StorageFull => "; free some space and run again",
        ErrorKind::ConnectionRefused => "; start what listens there, or check the address",
        ErrorKind::AddrInUse => {
            "; end the process that listens there, or take another port: `:0` is any that is free"
        }
        ErrorKind::InvalidInput if doing == "listening at" => {
            "; write an address and a port, such as `127.0.0.1:7000`"
        }
        _ => "",
    }
}
