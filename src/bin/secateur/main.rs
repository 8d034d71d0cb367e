//! The native command: the core on files. It translates and decides nothing.
//!
//! Answers go to standard output, everything else to standard error. On a failure the exit status is not zero, one line says
//! why, and no file has been touched. What it says is in the catalog, its help too: `language/help.rs` sets the texts of the arguments
//! that are declared here and in the commands' files.

mod arguments;
mod clock;
mod commands;
mod criteria;
mod data;
mod failure;
mod files;
mod language;
mod model;
mod progress;
mod signature;
mod table;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use commands::{evaluate, inspect, prune, recover, run, search, sensitivity, shrink, train};
use failure::Failure;
use language::help;
use secateur::message;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "secateur", version)]
struct Command {
    // It is read before the others.
    #[arg(long = "language", global = true, value_name = "language")]
    _language: Option<String>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Inspect(inspect::Inspect),
    Prune(prune::Prune),
    Evaluate(evaluate::Evaluate),
    Recover(recover::Recover),
    Shrink(shrink::Automatic),
    #[command(alias = "trim")]
    Search(search::Search),
    Sensitivity(sensitivity::Sense),
    Train(train::Train),
    Run(run::Run),
    Help {
        #[arg(value_name = "command")]
        command: Option<String>,
    },
}

fn main() -> ExitCode {
    secateur::message::write_with(secateur::text::render);
    let answer = language::choose()
        .and_then(|()| asked())
        .and_then(Action::answer)
        .or_else(Failure::into_help)
        .and_then(|text| print(&text));
    match answer {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // With standard error closed there is nobody left to tell.
            let _ = writeln!(std::io::stderr(), "secateur: {failure}");
            ExitCode::from(failure.status())
        }
    }
}

/// What the arguments ask for.
fn asked() -> Result<Action, Failure> {
    let matches = help::localized(Command::command()).try_get_matches()?;
    Ok(Command::from_arg_matches(&matches)?.action)
}

impl Action {
    fn answer(self) -> Result<String, Failure> {
        match self {
            Action::Inspect(inspect) => inspect.answer(),
            Action::Prune(prune) => prune.answer(),
            Action::Evaluate(evaluate) => evaluate.answer(),
            Action::Recover(recover) => recover.answer(),
            Action::Shrink(shrink) => shrink.answer(),
            Action::Search(search) => search.answer(),
            Action::Sensitivity(sensitivity) => sensitivity.answer(),
            Action::Train(train) => train.answer(),
            Action::Run(run) => run.answer(),
            Action::Help { command } => help::of(Command::command(), command.as_deref()),
        }
    }
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // The reader has seen enough, as with `| head`.
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(e) => Err(message!("command-error-answer", reason = e).into()),
        Ok(()) => Ok(()),
    }
}
