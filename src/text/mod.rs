//! The catalog's sentences for the terminal and for tests. The page reads the same files with a library of its own.

mod numbers;

use crate::Error;
use crate::message::{Message, MessageValue};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::sync::OnceLock;

/// The text of a key of the catalog with its parameters, in the chosen language: `t!("command-reading")`.
#[macro_export]
macro_rules! t {
    ($($message:tt)*) => { $crate::text::render(&$crate::message!($($message)*)) };
}

/// Each language's name and its file in `text/`.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// Has every message. A language that lacks one shows it in this.
const COMPLETE: &str = "en";

/// Of those in `text/`, by name.
pub fn languages() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// A language with the messages of its file.
struct Catalog {
    bundle: FluentBundle<FluentResource>,
}

static CHOSEN: OnceLock<Catalog> = OnceLock::new();

/// What a file holds that was chosen though it is not in `text/`, and the language that it is in.
static OWN: OnceLock<(String, String)> = OnceLock::new();

/// Chooses the language of everything that is rendered from now on. Takes a language as systems name it (`de_CH.UTF-8`),
/// and tells whether there is one like that. It can be chosen once, before anything is rendered.
pub fn choose(language: &str) -> bool {
    let wanted = language.split(['.', '@']).next().unwrap_or_default();
    let wanted = wanted.replace('_', "-");
    let main = wanted.split('-').next().unwrap_or_default();
    let found = [wanted.as_str(), main]
        .into_iter()
        .find_map(|name| languages().find(|known| known.eq_ignore_ascii_case(name)));
    found.is_some_and(|name| CHOSEN.set(Catalog::open(name, source_of(name))).is_ok())
}

/// Chooses a language that is not in `text/` by what its file holds: for somebody who translates. What it lacks is shown in
/// English.
pub fn choose_catalog(language: &str, source: String) -> bool {
    let (language, source) = OWN.get_or_init(|| (language.into(), source));
    CHOSEN.set(Catalog::open(language, source)).is_ok()
}

/// The sentence of a message in the chosen language.
pub fn render(message: &Message) -> String {
    // A key that is in no catalog, which the lint stage finds, stands for itself.
    find(message).unwrap_or_else(|| message.to_string())
}

/// The text of a key that is put together, where there is an entry of that name.
pub fn entry(key: &str) -> Option<String> {
    find(&Message {
        key: key.to_owned().into(),
        args: Default::default(),
    })
}

fn find(message: &Message) -> Option<String> {
    let chosen = CHOSEN.get_or_init(|| Catalog::open(COMPLETE, source_of(COMPLETE)));
    chosen
        .render(message)
        .or_else(|| complete().render(message))
}

/// What an error tells a person.
pub fn said(error: &Error) -> String {
    render(&error.message())
}

fn complete() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| Catalog::open(COMPLETE, source_of(COMPLETE)))
}

/// What the file of a language in `text/` holds.
fn source_of(name: &str) -> &'static str {
    let found = FILES.iter().find(|(known, _)| *known == name);
    found.map_or("", |(_, source)| *source)
}

impl Catalog {
    fn open(name: &str, source: &str) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![name.parse().unwrap_or_default()]);
        bundle.set_use_isolating(false);
        numbers::prepare(&mut bundle);
        // What can't be read is left out, as the page's library does; the lint stage reports it.
        let resource = match FluentResource::try_new(source.into()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
        Catalog { bundle }
    }

    fn render(&self, message: &Message) -> Option<String> {
        let pattern = self.bundle.get_message(&message.key)?.value()?;
        let args: FluentArgs<'_> = message
            .args
            .iter()
            .map(|(name, value)| (name.as_ref(), variable(value)))
            .collect();
        let mut errors = Vec::new();
        let text = self
            .bundle
            .format_pattern(pattern, Some(&args), &mut errors);
        Some(text.into_owned())
    }
}

fn variable(value: &MessageValue) -> FluentValue<'_> {
    match value {
        MessageValue::Number(number) => (*number).into(),
        MessageValue::Text(text) => text.as_str().into(),
        MessageValue::Message(message) => render(message).into(),
        MessageValue::List(values) => list(values).into(),
    }
}

/// “a”, “a and b”, “a, b, and c”.
fn list(values: &[MessageValue]) -> String {
    let item = |value: &MessageValue| t!("list-one", item = value.clone());
    match values {
        [] => String::new(),
        [one] => item(one),
        [first, last] => t!("list-two", first = item(first), last = item(last)),
        [first, between @ .., last] => {
            let before = between.iter().fold(item(first), |before, next| {
                t!("list-more", before = before, next = item(next))
            });
            t!("list-end", before = before, last = item(last))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(source: &str) -> Catalog {
        let mut catalog = Catalog::open(COMPLETE, source_of(COMPLETE));
        let resource = FluentResource::try_new(source.into()).unwrap();
        catalog.bundle.add_resource_overriding(resource);
        catalog
    }

    #[test]
    fn numbers_and_plurals_follow_the_language() {
        let catalog = catalog(
            "pictures = { $count ->\n    [one] one picture\n   *[other] { $count } pictures\n }\n\
             loss = { NUMBER($loss, maximumFractionDigits: 2, minimumFractionDigits: 2) } %",
        );
        let render = |message: Message| catalog.render(&message).unwrap();
        assert_eq!(render(message!("pictures", count = 1usize)), "one picture");
        assert_eq!(
            render(message!("pictures", count = 12_345usize)),
            "12345 pictures"
        );
        assert_eq!(render(message!("loss", loss = -1234.567)), "−1234.57 %");
        assert_eq!(render(message!("loss", loss = 0.5)), "0.50 %");
        assert_eq!(render(message!("loss", loss = -0.001)), "0.00 %");
        assert_eq!(render(message!("list-one", item = 0.1f32)), "0.1");
    }

    #[test]
    fn lists_and_parts_of_sentences_are_rendered_inside() {
        let catalog = catalog("outer = Because { $why }: { $names }.");
        let sentence = |names: Vec<&str>| {
            let why = message!("kept-sentence", text = "x");
            let message = message!("outer", why = vec![why.clone(), why], names = names);
            catalog.render(&message).unwrap()
        };
        assert_eq!(sentence(vec!["a"]), "Because x and x: a.");
        assert_eq!(sentence(vec!["a", "b"]), "Because x and x: a and b.");
        assert_eq!(
            sentence(vec!["a", "b", "c", "d"]),
            "Because x and x: a, b, c, and d."
        );
    }

    #[test]
    fn there_is_a_language_that_has_everything() {
        assert!(languages().any(|name| name == COMPLETE));
    }
}
