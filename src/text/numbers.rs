//! Numbers as a language writes them. Browsers bring that along; here the catalog says what stands before a fraction.

use super::{OWN, source_of};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentResource, FluentValue, builtins};
use intl_memoizer::{Memoizable, concurrent::IntlLangMemoizer};
use unic_langid::LanguageIdentifier;

/// Digits after the point where a message does not say, as in the page.
const FRACTION_DIGITS: usize = 6;

/// Lets a bundle write numbers as its language does, by Fluent's NUMBER.
pub fn prepare(bundle: &mut FluentBundle<FluentResource>) {
    bundle.set_formatter(Some(format));
    // Only fails where the name is taken, and nothing was added before.
    let _ = bundle.add_function("NUMBER", builtins::NUMBER);
}

fn format(value: &FluentValue<'_>, languages: &IntlLangMemoizer) -> Option<String> {
    let FluentValue::Number(number) = value else {
        return None;
    };
    languages
        .with_try_get(((),), |point: &Point| point.write(number))
        .ok()
}

/// What a language puts before a fraction.
struct Point(String);

impl Memoizable for Point {
    type Args = ((),);
    type Error = ();

    fn construct(language: LanguageIdentifier, _: Self::Args) -> Result<Self, ()> {
        let name = language.to_string();
        let own = OWN.get().filter(|(own, _)| *own == name);
        let source = own.map_or_else(|| source_of(&name), |(_, source)| source.as_str());
        let mut lines = source.lines();
        let point = lines.find_map(|line| line.strip_prefix("number-point = "));
        Ok(Point(point.unwrap_or(".").trim().into()))
    }
}

impl Point {
    /// Digits are not grouped: sizes, indices and counts stand as in code.
    fn write(&self, number: &FluentNumber) -> String {
        let least = number.options.minimum_fraction_digits.unwrap_or(0);
        let most = number.options.maximum_fraction_digits;
        let most = most.unwrap_or(FRACTION_DIGITS.max(least));
        let digits = format!("{:.most$}", number.value.abs());
        let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
        let needed = fraction
            .trim_end_matches('0')
            .len()
            .max(least.min(fraction.len()));
        let fraction = &fraction[..needed];
        let is_zero = digits.bytes().all(|digit| matches!(digit, b'0' | b'.'));
        let sign = if number.value < 0.0 && !is_zero {
            "−"
        } else {
            ""
        };
        let point = if fraction.is_empty() { "" } else { &self.0 };
        format!("{sign}{whole}{point}{fraction}")
    }
}
