//! Why the command stops, in one line.

use clap::error::ErrorKind;
use secateur::t;
use secateur::text::said;
use std::fmt;
use std::path::Path;

/// The status of a command that could not be understood, as is usual; any other failure has 1.
const USAGE: u8 = 2;

/// What ends the command.
#[derive(Debug)]
pub enum Failure {
    Usage(clap::Error),
    Other(String),
}

impl Failure {
    pub fn new(reason: impl Into<String>) -> Self {
        Failure::Other(reason.into())
    }

    /// What is wrong with what a file holds.
    pub fn in_file(path: &Path, error: &secateur::Error) -> Self {
        Failure::Other(t!(
            "error-in-file",
            path = path.display().to_string(),
            reason = error.message()
        ))
    }

    /// The text of `--help` and `--version`, which clap hands out as errors.
    pub fn into_help(self) -> Result<String, Failure> {
        match self {
            Failure::Usage(e)
                if matches!(e.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) =>
            {
                Ok(e.to_string())
            }
            other => Err(other),
        }
    }

    pub fn status(&self) -> u8 {
        match self {
            Failure::Usage(_) => USAGE,
            Failure::Other(_) => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Failure::Usage(e)
                if e.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand =>
            {
                "say what to do: inspect, prune, run, evaluate, recover or trim; “secateur --help” explains them".into()
            }
            Failure::Usage(e) => {
                // What follows is the usage, which `--help` shows better.
                let text = e.to_string();
                let reason = text.split("\n\nUsage:").next().unwrap_or_default();
                reason.trim_start_matches("error: ").to_string()
            }
            Failure::Other(reason) => reason.clone(),
        };
        // Names in a model may hold anything, line breaks too.
        let words: Vec<&str> = text.split_whitespace().collect();
        f.write_str(&words.join(" "))
    }
}

impl From<clap::Error> for Failure {
    fn from(e: clap::Error) -> Self {
        Failure::Usage(e)
    }
}

impl From<secateur::Error> for Failure {
    fn from(e: secateur::Error) -> Self {
        Failure::Other(said(&e))
    }
}
