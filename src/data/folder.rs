//! Folders of photos, for the native command: all in one, or one sub-folder a class.

use super::class_folders::classes_of_folders;
use super::decode;
use super::pictures::Pictures;
use super::preset::Preset;
use crate::error::{Error, Result};
use crate::random::SplitMix64;
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// What pictures are called.
const ENDINGS: [&str; 5] = ["jpg", "jpeg", "jfif", "png", "webp"];

/// The pictures of a folder, not read yet.
#[derive(Debug, Clone)]
pub struct Folder {
    files: Vec<(PathBuf, Option<u32>)>,
    /// The names of the sub-folders with the class that each stands for; empty where the pictures have no labels.
    pub classes: BTreeMap<String, u32>,
}

impl Folder {
    /// Lists a folder. Its sub-folders are classes of a model that tells `outputs` apart, as [`classes_of_folders`] finds them.
    /// Files that are no pictures are passed over.
    ///
    /// Errors: [`Error::BadInput`] where the folder can't be read or holds no pictures; those of [`classes_of_folders`].
    pub fn open(path: &Path, preset: &Preset, outputs: Option<usize>) -> Result<Self> {
        let (files, folders) = list(path)?;
        let mut found: Vec<(PathBuf, Option<u32>)> = Vec::new();
        let mut named = Vec::new();
        for folder in folders {
            let inside: Vec<PathBuf> = list(&folder)?
                .0
                .into_iter()
                .filter(|file| is_picture(file))
                .collect();
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            if !inside.is_empty() {
                named.push((name.into_owned(), inside));
            }
        }
        let folders: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
        let classes = classes_of_folders(&folders, preset, outputs)?;
        for (name, inside) in named {
            let label = classes.get(&name).copied();
            found.extend(inside.into_iter().map(|file| (file, label)));
        }
        if found.is_empty() {
            let loose = files.into_iter().filter(|file| is_picture(file));
            found.extend(loose.map(|file| (file, None)));
        }
        if found.is_empty() {
            return Err(Error::BadInput(format!(
                "“{}” holds no pictures: put JPEG, PNG or WebP files in it, or in one sub-folder a class",
                path.display()
            )));
        }
        Ok(Folder {
            files: found,
            classes,
        })
    }

    pub fn len(&self) -> usize {
        self.files.len()
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Leaves as many as asked for, chosen at random by the seed.
    pub fn limit(&mut self, most: usize, seed: u32) {
        let mut order = SplitMix64(u64::from(seed)).order(self.files.len());
        order.truncate(most);
        order.sort_unstable();
        self.files = order.into_iter().map(|i| self.files[i].clone()).collect();
    }

    /// Reads some of the pictures. One that can't be read is left out, and `skipped` is told why.
    pub fn load(
        &self,
        range: Range<usize>,
        preset: &Preset,
        skipped: &mut dyn FnMut(&Error),
    ) -> Result<Pictures> {
        let mut pictures = Pictures::new(preset)?;
        for (path, label) in &self.files[range] {
            match decode::photo(path) {
                Ok(photo) => pictures.add(&photo.rgba, photo.width, photo.height, *label)?,
                Err(error) => skipped(&error),
            }
        }
        Ok(pictures)
    }
}

/// Files and folders in a folder, each in the order of the alphabet; hidden ones are left out.
fn list(path: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let failed =
        |e: std::io::Error| Error::BadInput(format!("“{}” can't be read: {e}", path.display()));
    if !path.is_dir() {
        return Err(Error::BadInput(format!(
            "there is no folder “{}”",
            path.display()
        )));
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    paths.sort_unstable();
    Ok(paths.into_iter().partition(|path| !path.is_dir()))
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset() -> Preset {
        Preset::parse(r#"{"size": 4}"#).unwrap()
    }

    #[test]
    fn what_can_not_be_read_is_named() {
        let missing = Folder::open(Path::new("no such folder"), &preset(), None).unwrap_err();
        assert!(missing.to_string().contains("no folder"), "{missing}");
        let empty = Folder::open(Path::new("src/data"), &preset(), None).unwrap_err();
        assert!(empty.to_string().contains("holds no pictures"), "{empty}");
    }
}
