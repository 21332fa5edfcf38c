//! What a user may write.

use clap::builder::{FalseyValueParser, PossibleValuesParser, ValueParser};
use clap::{Arg, ArgAction, Command, value_parser};

use crate::time::TimeDelta;

/// The commands of a job of this name.
pub(super) fn command(name: &'static str) -> Command {
    Command::new(name)
        .about(format!("The job `{name}`: runs it, looks at it, saves it and stops it."))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(running(Command::new("run").about("Runs the job")))
        .subcommand(Command::new("check").about("Says what would keep the job from starting; neither reads nor writes"))
        .subcommand(
            Command::new("graph").about("Draws the graph").arg(
                Arg::new("format")
                    .long("format")
                    .value_parser(PossibleValuesParser::new(FORMATS))
                    .default_value("text")
                    .help("How"),
            ),
        )
        .subcommand(
            Command::new("checkpoints")
                .about("Lists what is stored, also while the job runs")
                .arg(directory().required(true)),
        )
        .subcommand(
            Command::new("savepoint")
                .about("Writes a savepoint of what the newest checkpoint has; the job does not run meanwhile")
                .arg(directory().required(true))
                .arg(file("Where it is written").required(true)),
        )
        .subcommand(running(
            Command::new("resume")
                .about("Runs the job from a savepoint")
                .arg(file("The savepoint").required(true)),
        ))
        .subcommand(
            Command::new("stop")
                .about("Asks the process that uses a directory of checkpoints to stop after a last one, and waits until it has")
                .arg(directory().required(true))
                .arg(
                    Arg::new("timeout")
                        .long("timeout")
                        .value_name("TIME")
                        .value_parser(ValueParser::new(parse_time))
                        .default_value("1min")
                        .help("How long it may take"),
                ),
        )
}

#[cfg(feature = "svg")]
const FORMATS: [&str; 4] = ["text", "svg", "mermaid", "dot"];
#[cfg(not(feature = "svg"))]
const FORMATS: [&str; 3] = ["text", "mermaid", "dot"];

/// What a job that runs may be told.
fn running(command: Command) -> Command {
    let command = command
        .arg(directory())
        .arg(
            Arg::new("every")
                .long("every")
                .value_name("TIME")
                .env("STREAMLITE_CHECKPOINT_EVERY")
                .value_parser(ValueParser::new(parse_time))
                .requires("checkpoints")
                .help("How often a checkpoint is taken, such as 10s [default: 30s]"),
        )
        .arg(
            Arg::new("retained")
                .long("retained")
                .value_name("NUMBER")
                .env("STREAMLITE_CHECKPOINTS_RETAINED")
                .value_parser(value_parser!(usize))
                .requires("checkpoints")
                .help("How many checkpoints are kept [default: 3]"),
        )
        .arg(
            Arg::new("progress")
                .long("progress")
                .env("STREAMLITE_PROGRESS")
                // `1` and `yes` are said as well as `true`.
                .value_parser(FalseyValueParser::new())
                .action(ArgAction::SetTrue)
                .help("Shows how far it has come"),
        )
        .arg(
            Arg::new("quiet")
                .long("quiet")
                .env("STREAMLITE_QUIET")
                // `1` and `yes` are said as well as `true`.
                .value_parser(FalseyValueParser::new())
                .action(ArgAction::SetTrue)
                .help("Prints no report at the end"),
        );
    #[cfg(feature = "dashboard")]
    let command = command.arg(
        Arg::new("dashboard")
            .long("dashboard")
            .value_name("ADDRESS")
            .env("STREAMLITE_DASHBOARD")
            .help("Serves a page that shows what it does, such as 127.0.0.1:8080"),
    );
    command
}

fn directory() -> Arg {
    Arg::new("checkpoints")
        .long("checkpoints")
        .value_name("DIR")
        .env("STREAMLITE_CHECKPOINTS")
        .value_parser(value_parser!(std::path::PathBuf))
        .help("The directory of its checkpoints")
}

fn file(help: &'static str) -> Arg {
    Arg::new("file")
        .value_name("FILE")
        .value_parser(value_parser!(std::path::PathBuf))
        .help(help)
}

/// A span of time, as people write it.
fn parse_time(text: &str) -> Result<TimeDelta, String> {
    let span: jiff::SignedDuration = text
        .parse()
        .map_err(|_| "write it as 10s, 500ms or 5min".to_owned())?;
    let millis = i64::try_from(span.as_millis()).map_err(|_| "it is too long".to_owned())?;
    if millis <= 0 {
        return Err("it is a positive span of time".to_owned());
    }
    Ok(TimeDelta::from_millis(millis))
}
