//! Folders of photos, for the native command: all in one, one sub-folder a class, or classes in folders “train” and “test”.

use super::class_folders::classes_of_folders;
use super::dataset_layout::dataset_layout;
use super::decode;
use super::idx_files::Part;
use crate::data::pictures::Pictures;
use crate::data::preset::Preset;
use crate::error::{Error, Result};
use crate::random::SplitMix64;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// What pictures are called.
const ENDINGS: [&str; 5] = ["jpg", "jpeg", "jfif", "png", "webp"];

/// A picture's file, and the class that it is of.
type Photo = (PathBuf, Option<u32>);

/// The pictures of a folder, not read yet.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    files: Vec<Photo>,
    /// Those that were published to test on.
    test: Vec<Photo>,
    /// The names of the folders that are classes, with the class that each stands for; empty where the pictures have no labels.
    pub classes: BTreeMap<String, u32>,
    /// Whether some pictures lie in a folder of their class and some do not, so that all count as pictures without labels.
    pub is_half_labeled: bool,
}

impl Folder {
    /// Lists a folder with all that is in it. What its folders say of the pictures, [`dataset_layout`] tells; which classes of a model
    /// that tells `outputs` apart they stand for, [`classes_of_folders`] does. Files that are no pictures are passed over.
    ///
    /// Errors: [`Error::BadInput`] where the folder can't be read or holds no photos; those of [`classes_of_folders`].
    pub fn open(path: &Path, preset: &Preset, outputs: Option<usize>) -> Result<Self> {
        if !path.is_dir() {
            return Err(Error::BadInput(message!(
                "error-no-folder",
                path = path.display()
            )));
        }
        let mut found = Vec::new();
        list(path, "", &mut Vec::new(), &mut found)?;
        if found.is_empty() {
            return Err(Error::BadInput(message!(
                "error-folder-empty",
                path = path.display()
            )));
        }
        // As the page gives them, with the chosen folder around all.
        let paths: Vec<String> = found
            .iter()
            .map(|(_, below)| format!("folder{below}"))
            .collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let entries = dataset_layout(&paths, true);
        let folders: Option<BTreeSet<&str>> = entries
            .iter()
            .map(|entry| entry.folder.as_deref())
            .collect();
        let mut folder = Folder {
            is_half_labeled: folders.is_none() && entries.iter().any(|p| p.folder.is_some()),
            ..Folder::default()
        };
        if let Some(folders) = folders {
            let folders: Vec<&str> = folders.into_iter().collect();
            folder.classes = classes_of_folders(&folders, preset, outputs)?;
        }
        for ((file, _), entry) in found.into_iter().zip(&entries) {
            let label = entry
                .folder
                .as_ref()
                .and_then(|name| folder.classes.get(name));
            let photo = (file, label.copied());
            match entry.to_test {
                true => folder.test.push(photo),
                false => folder.files.push(photo),
            }
        }
        Ok(folder)
    }

    /// Parts with the pictures that were published to test on, where there are any.
    pub fn take_test(&mut self) -> Option<Folder> {
        let files = std::mem::take(&mut self.test);
        (!files.is_empty()).then(|| Folder {
            files,
            classes: self.classes.clone(),
            ..Folder::default()
        })
    }

    /// One part alone, where the pictures are published in parts.
    ///
    /// Errors: [`Error::BadInput`] where there are two and none is asked for, or none of what is asked for.
    pub fn of_part(mut self, part: Option<Part>) -> Result<Self> {
        let test = self.take_test();
        match (part, test) {
            (None, None) => Ok(self),
            (None, Some(test)) if self.is_empty() => Ok(test),
            (None, Some(_)) => Err(Error::BadInput(message!("error-folder-both-parts"))),
            (Some(_), None) => Err(Error::BadInput(message!("error-folder-no-parts"))),
            (Some(Part::Test), Some(test)) => Ok(test),
            (Some(Part::Train), Some(_)) if self.is_empty() => {
                Err(Error::BadInput(message!("error-folder-no-train")))
            }
            (Some(Part::Train), Some(_)) => Ok(self),
        }
    }

    /// How many photos it lists.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether it lists none.
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
                Ok(photo) => {
                    let size = [photo.width, photo.height];
                    pictures.add_photo(&photo.rgba, size, Some(photo.key), *label)?;
                }
                Err(error) => skipped(&error),
            }
        }
        Ok(pictures)
    }
}

/// Finds the pictures in a folder and in those in it, in the order of the alphabet, each with its path below the first; hidden
/// ones are left out. `around` are the folders on the way, so that a link back to one of them is not followed.
fn list(
    folder: &Path,
    below: &str,
    around: &mut Vec<PathBuf>,
    found: &mut Vec<(PathBuf, String)>,
) -> Result<()> {
    let failed = |e: std::io::Error| {
        Error::BadInput(message!(
            "error-file-unreadable",
            path = folder.display(),
            reason = e
        ))
    };
    let real = fs::canonicalize(folder).map_err(failed)?;
    if around.contains(&real) {
        return Ok(());
    }
    around.push(real);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let told = name.to_string_lossy().into_owned();
        if !told.starts_with('.') && told != "__MACOSX" {
            names.push((name, told));
        }
    }
    names.sort_unstable();
    for (name, told) in names {
        let (path, below) = (folder.join(name), format!("{below}/{told}"));
        if path.is_dir() {
            list(&path, &below, around, found)?;
        } else if is_picture(&path) {
            found.push((path, below));
        }
    }
    around.pop();
    Ok(())
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::said;

    fn preset() -> Preset {
        Preset::parse(r#"{"size": 4}"#).unwrap()
    }

    #[test]
    fn what_can_not_be_read_is_named() {
        let missing = Folder::open(Path::new("no such folder"), &preset(), None).unwrap_err();
        assert!(said(&missing).contains("no folder"), "{missing}");
        let empty = Folder::open(Path::new("src/data"), &preset(), None).unwrap_err();
        assert!(said(&empty).contains("holds no photos"), "{empty}");
    }

    /// A folder of its own, gone at the end.
    struct Tree(PathBuf);

    impl Tree {
        fn new(name: &str, files: &[&str]) -> Self {
            let root = std::env::temp_dir().join(format!("secateur-{name}-{}", std::process::id()));
            for file in files {
                let path = root.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, "").unwrap();
            }
            Tree(root)
        }

        fn open(&self) -> Folder {
            Folder::open(&self.0, &preset(), Some(2)).unwrap()
        }

        fn listed(&self, photos: &[Photo]) -> Vec<(String, Option<u32>)> {
            let below = |path: &Path| {
                path.strip_prefix(&self.0)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .replace('\\', "/")
            };
            photos
                .iter()
                .map(|(path, label)| (below(path), *label))
                .collect()
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_tree_is_listed_as_the_page_takes_it() {
        let files = [
            "train/cat/2.png",
            "train/cat/1.JPG",
            "train/dog/deeper/dog/3.webp",
            "test/dog/4.png",
            "test/dog/notes.txt",
            "__MACOSX/cat/5.png",
            ".hidden/cat/6.png",
        ];
        let tree = Tree::new("tree", &files);
        let folder = tree.open();
        let all = [tree.listed(&folder.files), tree.listed(&folder.test)];
        let [train, test] = &all;
        let expected = [
            ("train/cat/1.JPG", 0),
            ("train/cat/2.png", 0),
            ("train/dog/deeper/dog/3.webp", 1),
        ];
        assert_eq!(
            train,
            &expected.map(|(path, label)| (path.to_string(), Some(label)))
        );
        assert_eq!(test, &[("test/dog/4.png".to_string(), Some(1))]);
        // What the page asks of the core, with the chosen folder around all.
        let paths: Vec<String> = all
            .iter()
            .flatten()
            .map(|(path, _)| format!("set/{path}"))
            .collect();
        let entries = dataset_layout(&paths.iter().map(String::as_str).collect::<Vec<_>>(), true);
        for (entry, (path, label)) in entries.iter().zip(all.iter().flatten()) {
            assert_eq!(entry.to_test, path.starts_with("test"));
            assert_eq!(
                folder.classes.get(entry.folder.as_deref().unwrap()),
                label.as_ref()
            );
        }
    }

    #[test]
    fn parts_are_chosen_and_what_there_is_not_is_told() {
        let tree = Tree::new(
            "parts",
            &["train/cat/1.png", "test/cat/2.png", "test/dog/3.png"],
        );
        let count = |part| tree.open().of_part(part).map(|folder| folder.len());
        assert_eq!(
            (count(Some(Part::Train)), count(Some(Part::Test))),
            (Ok(1), Ok(2))
        );
        assert!(said(&count(None).unwrap_err()).contains("Choose one"));
        let plain = Tree::new("plain", &["cat/1.png", "dog/3.png"]).open();
        assert_eq!(
            plain.clone().of_part(None).map(|folder| folder.len()),
            Ok(2)
        );
        let refused = said(&plain.of_part(Some(Part::Test)).unwrap_err());
        assert!(refused.contains("no part to choose"), "{refused}");
    }

    #[test]
    fn photos_beside_class_folders_leave_all_without_labels() {
        let folder = Tree::new("half", &["cat/1.png", "dog/2.png", "3.png"]).open();
        assert!(folder.is_half_labeled && folder.classes.is_empty());
        assert_eq!(
            folder
                .files
                .iter()
                .map(|(_, label)| *label)
                .collect::<Vec<_>>(),
            [None; 3]
        );
        let whole = Tree::new("whole", &["cat/1.png", "dog/2.png"]).open();
        assert!(!whole.is_half_labeled && whole.classes.len() == 2);
        let loose = Tree::new("loose", &["1.png", "2.png"]).open();
        assert!(!loose.is_half_labeled && loose.classes.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_back_is_not_followed() {
        let tree = Tree::new("link", &["cat/1.png", "dog/2.png"]);
        std::os::unix::fs::symlink(&tree.0, tree.0.join("dog/all")).unwrap();
        assert_eq!(tree.open().len(), 2);
    }
}
