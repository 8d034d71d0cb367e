//! What is wrong with the arguments, as the catalog says it: clap tells what it found, and its own sentences are English.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use secateur::message;
use secateur::message::{Message, quoted};
use std::error::Error as _;
use std::num::ParseFloatError;

/// What is wrong with the arguments.
pub fn explained(error: &Error) -> Message {
    let argument = one(error, ContextKind::InvalidArg);
    let value = one(error, ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            message!("command-usage-no-command")
        }
        ErrorKind::InvalidSubcommand => message!(
            "command-usage-unknown-command",
            command = one(error, ContextKind::InvalidSubcommand),
            hint = near(error, ContextKind::SuggestedSubcommand)
                .unwrap_or_else(|| message!("command-usage-commands"))
        ),
        ErrorKind::UnknownArgument if argument.starts_with('-') => message!(
            "command-usage-unknown-option",
            option = argument,
            hint = near(error, ContextKind::SuggestedArg)
                .unwrap_or_else(|| message!("command-usage-options"))
        ),
        ErrorKind::UnknownArgument => message!("command-usage-unexpected", word = argument),
        ErrorKind::MissingRequiredArgument => {
            let missing = quoted(all(error, ContextKind::InvalidArg));
            let count = missing.len();
            message!("command-usage-missing", arguments = missing, count = count)
        }
        ErrorKind::ArgumentConflict => match all(error, ContextKind::PriorArg) {
            others if others.is_empty() || others.contains(&argument) => {
                message!("command-usage-twice", argument = argument)
            }
            others => message!(
                "command-usage-conflict",
                argument = argument,
                others = quoted(others)
            ),
        },
        ErrorKind::InvalidValue => {
            let known = all(error, ContextKind::ValidValue);
            match value.is_empty() {
                true if known.is_empty() => {
                    message!("command-usage-no-value", argument = argument)
                }
                true => message!(
                    "command-usage-no-value-of",
                    argument = argument,
                    known = known
                ),
                false => message!(
                    "command-usage-unknown-value",
                    argument = argument,
                    value = value,
                    known = known
                ),
            }
        }
        ErrorKind::ValueValidation => message!(
            "command-usage-unfit-value",
            argument = argument,
            value = value,
            reason = reason(error)
        ),
        ErrorKind::TooManyValues => message!(
            "command-usage-takes-no-value",
            argument = argument,
            value = value
        ),
        ErrorKind::InvalidUtf8 => message!("command-usage-utf8"),
        _ => message!("command-usage-other"),
    }
}

/// Why a value can't be read. What is no number is told by the standard library, in English.
fn reason(error: &Error) -> Message {
    match error.source() {
        Some(source) if !source.is::<ParseFloatError>() => {
            message!("error-foreign", reason = source.to_string())
        }
        _ => message!("command-usage-number"),
    }
}

/// The name that was perhaps meant.
fn near(error: &Error, kind: ContextKind) -> Option<Message> {
    let near = all(error, kind).into_iter().next();
    near.map(|name| message!("hint-did-you-mean", name = name))
}

fn one(error: &Error, kind: ContextKind) -> String {
    all(error, kind).into_iter().next().unwrap_or_default()
}

fn all(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}
