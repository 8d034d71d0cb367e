//! The language in which the command speaks. It is chosen before the arguments are read, since what is wrong with them is
//! said in it, too.

pub mod help;
pub mod usage;

use crate::failure::Failure;
use crate::files;
use secateur::text;
use std::env;
use std::path::Path;

const FLAG: &str = "--language";

/// Where systems say which language they speak; the first counts more.
const VARIABLES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// Chooses the language that the arguments or the system name, or the one that a catalog's file holds. Where there is none
/// like that, it stays English.
pub fn choose() -> Result<(), Failure> {
    let Some(language) = named(env::args_os().filter_map(|word| word.into_string().ok()))
        .or_else(|| VARIABLES.into_iter().find_map(set))
    else {
        return Ok(());
    };
    let file = Path::new(&language);
    match file.file_stem().and_then(|name| name.to_str()) {
        Some(name) if file.extension().is_some_and(|ending| ending == "ftl") => {
            text::choose_catalog(name, files::read_text(file)?)
        }
        _ => text::choose(&language),
    };
    Ok(())
}

/// What follows the flag.
fn named(mut words: impl Iterator<Item = String>) -> Option<String> {
    loop {
        let word = words.next().filter(|word| word != "--")?;
        match word.strip_prefix(FLAG) {
            Some("") => return words.next(),
            Some(rest) => match rest.strip_prefix('=') {
                Some(language) => return Some(language.into()),
                None => continue,
            },
            None => continue,
        }
    }
}

/// An empty variable counts as one that is not set, as everywhere.
fn set(variable: &str) -> Option<String> {
    env::var(variable).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn the_flag_may_stand_anywhere_before_what_is_no_flag() {
        let named = |words: &str| named(words.split(' ').map(String::from));
        assert_eq!(named("inspect --language de a.onnx"), Some("de".into()));
        assert_eq!(named("--language=de_CH.UTF-8"), Some("de_CH.UTF-8".into()));
        assert_eq!(named("inspect --languages de"), None);
        assert_eq!(named("inspect -- --language de"), None);
        assert_eq!(named("inspect --language"), None);
    }
}
