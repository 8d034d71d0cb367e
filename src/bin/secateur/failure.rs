//! Why the command stops, in one line.

use crate::language::usage;
use clap::error::ErrorKind;
use secateur::message;
use secateur::message::Message;
use secateur::text::render;
use std::fmt;
use std::path::Path;

/// The status of a command that could not be understood, as is usual; any other failure has 1.
const USAGE: u8 = 2;

/// What ends the command.
#[derive(Debug)]
pub enum Failure {
    Usage(clap::Error),
    Other(Message),
}

impl Failure {
    /// What is wrong with what a file holds.
    pub fn in_file(path: &Path, error: &secateur::Error) -> Self {
        let path = path.display();
        message!("error-in-file", path = path, reason = error.message()).into()
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

    /// The status that the command exits with.
    pub fn status(&self) -> u8 {
        match self {
            Failure::Usage(_) => USAGE,
            Failure::Other(_) => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = render(&match self {
            Failure::Usage(e) => usage::explained(e),
            Failure::Other(reason) => reason.clone(),
        });
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

impl From<Message> for Failure {
    fn from(reason: Message) -> Self {
        Failure::Other(reason)
    }
}

impl From<secateur::Error> for Failure {
    fn from(e: secateur::Error) -> Self {
        Failure::Other(e.message())
    }
}
