//! The command's help, from the catalog. Clap's own words are English, so each of them is set or put together here.
//!
//! An argument's entry is `help-<command>-<argument>`, or `help-any-<argument>` where it means the same in several
//! commands; one of its values has `-<value>` behind that.

use crate::failure::Failure;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Arg, ArgAction, Command};
use secateur::t;
use secateur::text::entry;

/// A command line with all of its help in the chosen language.
pub fn localized(command: Command) -> Command {
    let name = command.get_name().to_owned();
    let help = Arg::new("help").short('h').long("help");
    let version = Arg::new("version").short('V').long("version");
    let command = command
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .disable_version_flag(true)
        .arg(help.action(ArgAction::Help).global(true))
        .arg(version.action(ArgAction::Version))
        .subcommand_help_heading(t!("help-heading-commands"))
        .subcommand_value_name(t!("help-placeholder-command"))
        .mut_subcommands(|command| described(command, &name));
    described(command, "")
}

/// The help of one of the commands, or of all.
///
/// Fails where there is no command of that name.
pub fn of(command: Command, name: Option<&str>) -> Result<String, Failure> {
    let mut command = localized(command);
    // Only then do the commands have the options of all.
    command.build();
    let Some(name) = name else {
        return Ok(command.render_help().to_string());
    };
    match command.find_subcommand_mut(name) {
        Some(found) => Ok(found.render_help().to_string()),
        None => {
            let mut unknown = Error::new(ErrorKind::InvalidSubcommand);
            let name = ContextValue::String(name.into());
            unknown.insert(ContextKind::InvalidSubcommand, name);
            Err(unknown.into())
        }
    }
}

/// One command with its help; `of` is what stands before its name.
fn described(command: Command, of: &str) -> Command {
    let name = command.get_name().to_owned();
    let usage = t!("help-heading-usage");
    let command = command
        .bin_name(format!("{of} {name}").trim_start())
        .about(entry(&format!("help-{name}")).unwrap_or_default())
        .long_about(None)
        .help_template(format!(
            "{{about-with-newline}}\n{usage}: {{usage}}\n\n{{all-args}}{{after-help}}"
        ))
        .mut_args(|arg| explained(arg, &name));
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    command.override_usage(usage.replace("OPTIONS", &t!("help-placeholder-options")))
}

/// An argument with its help, its values and its default.
fn explained(arg: Arg, command: &str) -> Arg {
    let name = name_of(&arg);
    let mut help = entry(&key_of(command, &name)).unwrap_or_default();
    let default: Vec<_> = arg.get_default_values().iter().collect();
    if !default.is_empty() {
        let values = default.iter().map(|value| value.to_string_lossy());
        let value = values.collect::<Vec<_>>().join(",");
        help = t!("help-default", help = help, value = value);
    }
    for value in arg.get_possible_values() {
        let value = value.get_name();
        if let Some(meaning) = entry(&key_of(command, &format!("{name}-{value}"))) {
            help += &format!("\n- {}", t!("help-value", name = value, meaning = meaning));
        }
    }
    let heading = arg.get_help_heading().unwrap_or(match arg.is_positional() {
        true => "arguments",
        false => "options",
    });
    let heading = entry(&format!("help-heading-{heading}")).unwrap_or_default();
    let placeholder = arg.get_value_names().and_then(|names| names.first());
    let placeholder = placeholder.and_then(|name| entry(&format!("help-placeholder-{name}")));
    let arg = match placeholder {
        Some(placeholder) => arg.value_name(placeholder),
        None => arg,
    };
    let takes_values = arg.get_action().takes_values();
    arg.help(help)
        .long_help(None)
        .help_heading(heading)
        .next_line_help(true)
        .hide_default_value(takes_values)
        .hide_possible_values(takes_values)
}

/// What an argument is called in the catalog.
fn name_of(arg: &Arg) -> String {
    arg.get_long().unwrap_or(arg.get_id().as_str()).into()
}

/// The key of the entry on an argument, or on one of its values: the command's own, or the one for any command.
fn key_of(command: &str, name: &str) -> String {
    let own = format!("help-{command}-{name}");
    match entry(&own) {
        Some(_) => own,
        None => format!("help-any-{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use std::collections::BTreeSet;

    /// The keys that begin with `help-` in the catalog.
    fn entries() -> BTreeSet<String> {
        let catalog = include_str!("../../../../text/en.ftl").lines();
        let keys = catalog.filter_map(|line| Some(line.split_once(" =")?.0.to_owned()));
        keys.filter(|key| key.starts_with("help-")).collect()
    }

    /// The keys that the help looks up, and those that it falls back on where there is no entry.
    fn looked_up(command: &Command, keys: &mut BTreeSet<String>) {
        let name = command.get_name();
        keys.insert(format!("help-{name}"));
        for arg in command.get_arguments() {
            let arg_name = name_of(arg);
            let values = arg.get_possible_values();
            let values = values.iter().map(|value| value.get_name());
            // What can only be true or false needs no words.
            let values = values.filter(|value| !["true", "false"].contains(value));
            keys.extend(values.map(|value| key_of(name, &format!("{arg_name}-{value}"))));
            keys.insert(key_of(name, &arg_name));
            let heading = arg.get_help_heading();
            keys.extend(heading.map(|heading| format!("help-heading-{heading}")));
            let names = arg.get_value_names().unwrap_or_default();
            let names = &names[..usize::from(arg.get_action().takes_values())];
            // Values that are typed as they are need no words either.
            let names = names.iter().filter(|name| !name.contains('|'));
            keys.extend(names.map(|name| format!("help-placeholder-{name}")));
        }
        for command in command.get_subcommands() {
            looked_up(command, keys);
        }
    }

    #[test]
    fn each_argument_has_its_entry_and_each_entry_its_argument() {
        let mut keys = BTreeSet::new();
        looked_up(&crate::Command::command(), &mut keys);
        // These the source names, or clap has them.
        keys.extend(["help-default", "help-value"].map(String::from));
        keys.extend(["help", "version"].map(|name| format!("help-any-{name}")));
        keys.extend(
            ["branches", "channels", "needs", "photos"]
                .map(|name| format!("help-criterion-{name}")),
        );
        let headings = ["arguments", "commands", "criteria", "options", "usage"];
        keys.extend(headings.map(|name| format!("help-heading-{name}")));
        keys.extend(["command", "options"].map(|name| format!("help-placeholder-{name}")));
        let entries = entries();
        let lacking: Vec<_> = keys.difference(&entries).collect();
        assert!(lacking.is_empty(), "no entry: {lacking:?}");
        let unused: Vec<_> = entries.difference(&keys).collect();
        assert!(unused.is_empty(), "no argument: {unused:?}");
    }

    #[test]
    fn clap_finds_no_fault() {
        localized(crate::Command::command()).debug_assert();
    }
}
