//! The native command: the core on files. It translates and decides nothing.
//!
//! Answers go to standard output, everything else to standard error. On a failure the exit status is not zero, one line says
//! why, and no file has been touched.

mod criteria;
mod data;
mod ends;
mod evaluate;
mod failure;
mod files;
mod inspect;
mod measuring;
mod model;
mod progress;
mod prune;
mod recover;
mod run;
mod sensitivity;
mod table;
mod train;
mod trim;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// Prunes neural networks: reads an ONNX model, removes what matters least, and writes a smaller one.
#[derive(Parser)]
#[command(name = "secateur", version)]
struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Show what a model consists of, what can be cut, and what can't and why
    Inspect(inspect::Inspect),
    /// Cut a model as a recipe says
    Prune(prune::Prune),
    /// Measure how good a model is on a folder of pictures
    Evaluate(evaluate::Evaluate),
    /// Bring a pruned model back: by new statistics, by fitting layer by layer, or by learning
    Recover(recover::Recover),
    /// Cut and recover in rounds, up to the loss that is accepted
    Trim(trim::Trim),
    /// Measure what each layer alone can bear, and share a cut out by that
    Sensitivity(sensitivity::Sense),
    /// Train a small network from the beginning, as something to prune
    Train(train::Train),
    /// Run a model on a photo and show the most probable classes
    Run(run::Run),
}

fn main() -> ExitCode {
    secateur::message::write_with(secateur::text::render);
    let answer = Command::try_parse()
        .map_err(Failure::from)
        .and_then(|command| match command.action {
            Action::Inspect(inspect) => inspect.answer(),
            Action::Prune(prune) => prune.answer(),
            Action::Evaluate(evaluate) => evaluate.answer(),
            Action::Recover(recover) => recover.answer(),
            Action::Trim(trim) => trim.answer(),
            Action::Sensitivity(sensitivity) => sensitivity.answer(),
            Action::Train(train) => train.answer(),
            Action::Run(run) => run.answer(),
        })
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

fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // The reader has seen enough, as with `| head`.
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(e) => Err(Failure::new(format!("the answer can't be written: {e}"))),
        Ok(()) => Ok(()),
    }
}
