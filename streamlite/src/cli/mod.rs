//! A command line for a job: to run it, look at it, save it and stop it.

mod commands;
mod words;

use std::io::{self, Write};
use std::process::ExitCode;

use self::commands::carry_out;
use self::words::command;
use crate::runtime::Job;

/// Makes a command of a job: `run`, `check`, `graph`, `checkpoints`, `savepoint`, `resume` and `stop`, each with `--help`. What a flag
/// says may also stand in a variable of the environment, `STREAMLITE_…`. To be had with the feature `cli`.
///
/// | command | |
/// | --- | --- |
/// | `run` | runs the job; with `--checkpoints <dir>` it goes on where it was, and a first Ctrl-C or SIGTERM stops it after a last checkpoint |
/// | `check` | builds it and opens its sources, and neither reads nor writes: says what would keep it from starting |
/// | `graph` | its graph, as `text`, `svg`, `mermaid` or `dot` |
/// | `checkpoints` | what is stored in a directory, also while it runs |
/// | `savepoint` | writes a savepoint of what the newest checkpoint has; the job does not run meanwhile |
/// | `resume` | runs it from a savepoint |
/// | `stop` | asks the process that uses a directory of checkpoints to stop, and waits until it has |
///
/// ```no_run
/// use std::process::ExitCode;
///
/// use streamlite::prelude::*;
///
/// pipeline!(
///     fn lengths(lines: Source<String>, out: Sink<usize>) {
///         lines.map(|line| line.len()).to(out);
///     }
/// );
///
/// fn main() -> ExitCode {
///     let lines = match LinesSource::open("input.txt") {
///         Ok(lines) => lines,
///         Err(error) => {
///             eprintln!("{error}");
///             return ExitCode::FAILURE;
///         }
///     };
///     streamlite::cli(lengths(lines, PrintSink::stdout()))
/// }
/// ```
///
/// The exit code is 0, 1 if the job fails, and 2 if the command line makes no sense.
#[must_use = "it is what `main` returns"]
pub fn cli(job: Job) -> ExitCode {
    let matches = command(job.graph().name()).get_matches();
    match carry_out(job, &matches, &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where nobody reads what is wrong, the exit code says it.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}
