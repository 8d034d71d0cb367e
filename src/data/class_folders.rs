//! Folders of pictures that are classes.

use super::preset::Preset;
use crate::error::{Error, Result};

/// The class that the `at`-th of all folders stands for: by its name where the preset names its classes, by number where
/// all are numbers, else by its place in the order of the alphabet.
///
/// Fails where the preset has no class of that name.
pub fn class_of_folder(at: usize, all: &[&str], preset: &Preset) -> Result<u32> {
    let name = all[at];
    if let Some(classes) = &preset.classes {
        let plain = |name: &str| -> String {
            name.chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect()
        };
        let found = classes.iter().position(|class| plain(class) == plain(name));
        if let Some(found) = found {
            return Ok(found as u32);
        }
    }
    if all.iter().all(|name| name.parse::<u32>().is_ok()) {
        return Ok(name.parse().unwrap_or_default());
    }
    match &preset.classes {
        None => Ok(at as u32),
        Some(classes) => Err(Error::BadInput(format!(
            "the folder “{name}” is none of the preset's {} classes ({}…): rename it, or leave “classes” out of the \
             preset, so that the folders count in the order of the alphabet",
            classes.len(),
            classes
                .iter()
                .take(3)
                .cloned()
                .collect::<Vec<_>>()
                .join(", ")
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset(classes: &str) -> Preset {
        Preset::parse(&format!(r#"{{"size": 4{classes}}}"#)).unwrap()
    }

    #[test]
    fn folders_are_classes_by_name_by_number_or_by_the_alphabet() {
        let named = preset(r#", "classes": ["hot dog", "Cat"]"#);
        assert_eq!(class_of_folder(0, &["cat", "hot_dog"], &named), Ok(1));
        assert_eq!(class_of_folder(1, &["cat", "hot_dog"], &named), Ok(0));
        assert_eq!(class_of_folder(0, &["7", "11"], &named), Ok(7));
        assert!(class_of_folder(0, &["bird"], &named).is_err());
        assert_eq!(class_of_folder(1, &["ant", "bird"], &preset("")), Ok(1));
    }
}
