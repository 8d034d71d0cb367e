//! Folders of pictures that are classes.

use crate::data::classes::imagenet_name;
use crate::data::preset::Preset;
use crate::error::{Error, Result};
use crate::graph::{Dim, Graph};
use crate::message::{Message, quoted};
use std::collections::BTreeMap;

/// Names that a message lists at most.
const LISTED: usize = 3;

/// The class that each folder stands for, of a model that tells `outputs` apart, where that is known. A folder is found by
/// its name among those that the model's classes are shown with ([`Preset::label`]: the preset's, else ImageNet's where their
/// number fits): capitals, blanks and signs don't count, and one of several names between commas is enough. Else a number is
/// the class's, counted from 0. Where there is neither, the folders' order in the alphabet counts, if there is one for each of the
/// model's outputs and the preset names none.
///
/// Errors: [`Error::BadInput`] where a folder stands for none of the classes, or for several.
pub fn classes_of_folders(
    folders: &[&str],
    preset: &Preset,
    outputs: Option<usize>,
) -> Result<BTreeMap<String, u32>> {
    let names = class_names(preset, outputs);
    let spelled: Vec<Spelled> = names.iter().map(|name| Spelled::new(name)).collect();
    let mut found = BTreeMap::new();
    for folder in folders {
        found.insert(*folder, by_name_or_number(folder, &spelled, outputs)?);
    }
    let strangers: Vec<&str> = found
        .iter()
        .filter_map(|(folder, class)| class.is_none().then_some(*folder))
        .collect();
    let is_complete = preset.classes.is_none() && outputs == Some(found.len());
    if strangers.is_empty() {
        let known = found
            .into_iter()
            .filter_map(|(name, class)| Some((name.into(), class?)));
        Ok(known.collect())
    } else if is_complete && (strangers.len() == found.len() || names.is_empty()) {
        Ok(found.into_keys().map(String::from).zip(0..).collect())
    } else {
        Err(Error::BadInput(unknown(&strangers, &names, outputs)))
    }
}

/// How many classes a model tells apart: the numbers in its first output for one picture. `None` where its shape is not
/// known.
pub fn outputs(graph: &Graph) -> Option<usize> {
    let ty = graph.value(*graph.outputs.first()?).ty.as_ref()?;
    let of_one = match &ty.shape[..] {
        [_batch, rest @ ..] if !rest.is_empty() => rest,
        alone => alone,
    };
    of_one.iter().map(Dim::known).product()
}

/// What the classes are called, in their order; empty where that is not known.
fn class_names(preset: &Preset, outputs: Option<usize>) -> Vec<String> {
    if let Some(names) = &preset.classes {
        return names.clone();
    }
    let outputs = outputs.unwrap_or_default();
    let names = (0..outputs).map_while(|index| imagenet_name(index, outputs));
    names.map(String::from).collect()
}

/// A class's name as it is compared: whole, and each of those between commas.
struct Spelled {
    whole: String,
    each: Vec<String>,
}

impl Spelled {
    fn new(name: &str) -> Self {
        Spelled {
            whole: plain(name),
            each: name.split(',').map(plain).collect(),
        }
    }
}

fn by_name_or_number(
    folder: &str,
    names: &[Spelled],
    outputs: Option<usize>,
) -> Result<Option<u32>> {
    let asked = plain(folder);
    let all = |fits: &dyn Fn(&Spelled) -> bool| -> Vec<usize> {
        let numbered = names.iter().enumerate();
        let fitting = numbered.filter(|(_, name)| fits(name));
        fitting.map(|(index, _)| index).collect()
    };
    let mut found = all(&|name| name.whole == asked);
    if found.is_empty() {
        found = all(&|name| name.each.contains(&asked));
    }
    match found[..] {
        [] => {}
        [class] => return Ok(Some(class as u32)),
        [one, another, ..] => {
            return Err(Error::BadInput(message!(
                "error-folder-two-classes",
                folder = folder,
                first = one,
                second = another
            )));
        }
    }
    let number = asked
        .strip_prefix("class")
        .unwrap_or(&asked)
        .parse::<u32>()
        .ok();
    match (number, outputs) {
        (Some(class), Some(outputs)) if class as usize >= outputs => {
            Err(Error::BadInput(message!(
                "error-folder-class-outside",
                folder = folder,
                class = class,
                classes = outputs
            )))
        }
        (number, _) => Ok(number),
    }
}

/// Letters and digits alone, none of them capitals.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

fn unknown(strangers: &[&str], names: &[String], outputs: Option<usize>) -> Message {
    let folders = some(strangers.iter().copied());
    let count = strangers.len();
    match (names.is_empty(), outputs) {
        (false, _) => message!(
            "error-folders-no-classes",
            folders = folders,
            count = count,
            classes = names.len(),
            names = some(names.iter().map(String::as_str)),
        ),
        (true, Some(outputs)) => message!(
            "error-folders-unnamed-classes",
            folders = folders,
            count = count,
            classes = outputs,
        ),
        (true, None) => message!(
            "error-folders-unknown-classes",
            folders = folders,
            count = count
        ),
    }
}

/// The first of these names in quotes, and dots where there are more.
fn some<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Message> {
    let mut names: Vec<&str> = names.take(LISTED + 1).collect();
    let has_more = names.len() > LISTED;
    names.truncate(LISTED);
    let mut listed = quoted(names);
    listed.extend(has_more.then(|| message!("list-others")));
    listed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::said;

    fn preset(classes: &str) -> Preset {
        Preset::parse(&format!(r#"{{"size": 4{classes}}}"#)).unwrap()
    }

    /// The classes in the order of the folders given.
    fn classes(folders: &[&str], preset: &Preset, outputs: usize) -> Vec<u32> {
        let found = classes_of_folders(folders, preset, Some(outputs)).unwrap();
        folders.iter().map(|folder| found[*folder]).collect()
    }

    fn told(folders: &[&str], preset: &Preset, outputs: usize) -> String {
        let refused = classes_of_folders(folders, preset, Some(outputs));
        said(&refused.unwrap_err())
    }

    #[test]
    fn folders_are_classes_by_name_by_number_or_by_the_alphabet() {
        let named = preset(r#", "classes": ["hot dog", "Cat"]"#);
        assert_eq!(classes(&["cat", "hot_dog"], &named, 2), [1, 0]);
        assert_eq!(classes(&["7", "11"], &preset(""), 12), [7, 11]);
        assert_eq!(
            classes(
                &["class 7", "cat"],
                &preset(r#", "classes": ["a", "cat"]"#),
                9
            ),
            [7, 1]
        );
        assert_eq!(classes(&["bird", "ant"], &preset(""), 2), [1, 0]);
        let refused = told(&["bird"], &named, 2);
        assert!(
            refused.contains("“bird”") && refused.contains("2 classes (“hot dog” and “Cat”)"),
            "{refused}"
        );
    }

    #[test]
    fn one_of_several_names_is_enough_and_a_whole_name_counts_more() {
        let named =
            preset(r#", "classes": ["tench, Tinca tinca", "crane, bird", "crane", "Tinca"]"#);
        assert_eq!(
            classes(&["tinca_tinca", "TENCH", "crane"], &named, 4),
            [0, 0, 2]
        );
        assert_eq!(classes(&["tinca"], &named, 4), [3]);
    }

    #[test]
    fn the_names_that_are_shown_count_where_the_preset_has_none() {
        let unnamed = preset("");
        assert_eq!(
            classes(&["egyptian cat", "Tench", "17"], &unnamed, 1000),
            [285, 0, 17]
        );
        assert_eq!(
            classes(&["egyptian cat", "background"], &unnamed, 1001),
            [286, 0]
        );
        // Class after class, by the name that the page shows, but where two are called the same.
        let mut shown = BTreeMap::new();
        for class in 0..1000 {
            let of_name: &mut Vec<u32> = shown
                .entry(unnamed.label(class, 1000).to_lowercase())
                .or_default();
            of_name.push(class as u32);
        }
        let (single, twice): (Vec<_>, Vec<_>) = shown.iter().partition(|(_, of)| of.len() == 1);
        let names: Vec<&str> = single.iter().map(|(name, _)| name.as_str()).collect();
        let expected: Vec<u32> = single.iter().map(|(_, of)| of[0]).collect();
        assert!(names.len() > 990);
        assert_eq!(classes(&names, &unnamed, 1000), expected);
        for (name, of) in twice {
            let refused = told(&[name], &unnamed, 1000);
            assert!(
                refused.contains(&format!("both class {} and class {}", of[0], of[1])),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_place_in_the_alphabet_is_no_class_of_a_model_with_others() {
        let refused = told(&["cat", "dog"], &preset(""), 1000);
        for part in [
            "“cat” and “dog”",
            "1000 classes (“tench”, “goldfish”",
            "preset",
            "without labels",
        ] {
            assert!(refused.contains(part), "{refused}");
        }
        let refused = told(&["cat", "dog"], &preset(""), 10);
        assert!(
            refused.contains("10 classes, whose names are not known"),
            "{refused}"
        );
        assert!(classes_of_folders(&["cat", "dog"], &preset(""), None).is_err());
        // Some that are named and some that are not: whatever their number, no place counts.
        let three = preset(r#", "classes": ["cat", "dog", "cow"]"#);
        assert!(told(&["cat", "dog", "hen"], &three, 3).contains("The folder “hen” is none"));
    }

    #[test]
    fn published_folders_of_imagenet_stand_in_the_order_of_its_classes() {
        let names: Vec<String> = (0..1000)
            .map(|i| format!("n{:08}", 1_000_000 + 37 * i))
            .collect();
        let folders: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(
            classes(&folders, &preset(""), 1000),
            (0..1000).collect::<Vec<u32>>()
        );
    }

    #[test]
    fn a_number_that_is_no_class_is_refused() {
        let refused = told(&["0", "10"], &preset(""), 10);
        assert!(
            refused.contains("class 10") && refused.contains("only 10 classes"),
            "{refused}"
        );
    }
}
