//! What each command does.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use clap::ArgMatches;

use crate::checkpoint::{Checkpoints, Directory, Holder};
#[cfg(feature = "dashboard")]
use crate::dashboard::Dashboard;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::runtime::Job;
use crate::time::{Clock, SystemClock, TimeDelta};

/// Does what a command line says; what a command shows goes to `out`.
pub(super) fn carry_out(job: Job, matches: &ArgMatches, out: &mut dyn Write) -> Result<()> {
    let Some((name, matches)) = matches.subcommand() else {
        return Ok(());
    };
    match name {
        "run" => run(job, matches, out),
        "resume" => run(job.restore_from(file(matches))?, matches, out),
        "check" => {
            let name = job.graph().name();
            job.check()?;
            say(out, format_args!("`{name}` can start\n"))
        }
        "graph" => draw(
            job.graph(),
            matches.get_one::<String>("format").map_or("text", String::as_str),
            out,
        ),
        "checkpoints" => list(directory(matches), out),
        "savepoint" => {
            let taken = job.checkpoints(Checkpoints::in_dir(directory(matches)));
            taken.start()?.savepoint()?.write_to(file(matches))?;
            say(out, format_args!("{}\n", file(matches).display()))
        }
        "stop" => {
            let most = matches.get_one::<TimeDelta>("timeout").copied();
            stop(directory(matches), most.unwrap_or(TimeDelta::from_mins(1)), out)
        }
        _ => Ok(()),
    }
}

fn run(job: Job, matches: &ArgMatches, out: &mut dyn Write) -> Result<()> {
    let job = match matches.get_one::<PathBuf>("checkpoints") {
        None => job,
        Some(dir) => {
            let mut checkpoints = Checkpoints::in_dir(dir);
            if let Some(every) = matches.get_one::<TimeDelta>("every") {
                checkpoints = checkpoints.every(*every);
            }
            if let Some(retained) = matches.get_one::<usize>("retained") {
                checkpoints = checkpoints.max_retained(*retained);
            }
            job.checkpoints(checkpoints)
        }
    };
    #[cfg(feature = "dashboard")]
    let job = match matches.get_one::<String>("dashboard") {
        None => job,
        Some(address) => {
            let dashboard = Dashboard::bind(address)?;
            // Beside the output, which may be what the job writes.
            let _ = writeln!(io::stderr(), "http://{}/", dashboard.address());
            job.dashboard(dashboard)
        }
    };
    let job = if matches.get_flag("progress") {
        job.progress()
    } else {
        job
    };
    let report = job.run()?;
    if matches.get_flag("quiet") {
        return Ok(());
    }
    out.flush()
        .map_err(|cause| Error::io("writing", "the standard output", cause))?;
    let _ = writeln!(io::stderr(), "{report}");
    Ok(())
}

fn draw(graph: &Graph, format: &str, out: &mut dyn Write) -> Result<()> {
    match format {
        #[cfg(feature = "svg")]
        "svg" => say(out, format_args!("{}", graph.svg())),
        "mermaid" => say(out, format_args!("{}", graph.mermaid())),
        "dot" => say(out, format_args!("{}", graph.dot())),
        _ => say(out, format_args!("{graph}")),
    }
}

fn list(dir: &Path, out: &mut dyn Write) -> Result<()> {
    for stored in Checkpoints::list(dir)? {
        say(out, format_args!("{stored}\n"))?;
    }
    Ok(())
}

/// Asks the process that holds the directory to stop, and waits until it has let go of it.
fn stop(dir: &Path, most: TimeDelta, out: &mut dyn Write) -> Result<()> {
    let failed = |cause: String, advice: &'static str| {
        Error::setting(format!("stopping the job of {}", dir.display()), cause, advice)
    };
    let Some(holder) = Directory::new(dir).used_by()? else {
        return Err(failed(
            "no job uses it".to_owned(),
            "name the directory of a job that runs",
        ));
    };
    let Holder {
        process,
        is_here,
        text,
    } = &holder;
    let Some(process) = process.filter(|_| *is_here) else {
        return Err(failed(format!("it is used by {text}"), "stop it where it runs"));
    };
    let asked = Command::new("kill")
        .args(["-TERM", &process.to_string()])
        .stdin(Stdio::null())
        .output();
    match asked {
        Ok(asked) if asked.status.success() => {}
        Ok(asked) => {
            let cause = String::from_utf8_lossy(&asked.stderr).trim().to_owned();
            return Err(failed(cause, "stop it as the user who runs it"));
        }
        Err(cause) => return Err(Error::io("calling", "kill", cause)),
    }
    let clock = SystemClock::new();
    let most: Duration = most.try_into().unwrap_or(Duration::MAX);
    while Directory::new(dir).used_by()?.is_some() {
        if clock.elapsed() >= most {
            return Err(failed(
                format!("process {process} was asked, and runs still"),
                "wait longer with `--timeout`, or end it",
            ));
        }
        clock.wait(TimeDelta::from_millis(50));
    }
    say(out, format_args!("process {process} has stopped\n"))
}

fn say(out: &mut dyn Write, text: std::fmt::Arguments<'_>) -> Result<()> {
    match out.write_fmt(text) {
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        said => said.map_err(|cause| Error::io("writing", "the standard output", cause)),
    }
}

/// What clap has checked to be there.
fn directory(matches: &ArgMatches) -> &Path {
    matches
        .get_one::<PathBuf>("checkpoints")
        .map_or(Path::new(""), PathBuf::as_path)
}

fn file(matches: &ArgMatches) -> &Path {
    matches
        .get_one::<PathBuf>("file")
        .map_or(Path::new(""), PathBuf::as_path)
}
