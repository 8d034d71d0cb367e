//! What the folders around photos say of them: their class, and whether they are to test on.

use serde::Serialize;

/// Folders that hold a part of a published set; those of the second list are to test on.
const PARTS: [&str; 6] = ["train", "training", "learn", "test", "t10k", "testing"];
const TEST: [&str; 3] = ["test", "t10k", "testing"];

/// Where a photo stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct DatasetEntry {
    /// The folder that is its class.
    pub folder: Option<String>,
    /// Whether it was published to test on, so that nothing is to be learned from it or chosen by it.
    pub to_test: bool,
}

/// The entries of photos by their paths, whose folders are parted by “/”. Below the folder that holds all, a path is
/// `class/photo`, or `test/class/photo` where the set is published in parts. `rooted`: whether the first folder holds all of
/// them by its nature, as a chosen folder does; else it does where it is the same for all and holds folders alone.
pub fn dataset_layout(paths: &[&str], rooted: bool) -> Vec<DatasetEntry> {
    let paths: Vec<Vec<&str>> = paths.iter().map(|path| path.split('/').collect()).collect();
    let root = usize::from(rooted || have_common_root(&paths));
    paths
        .iter()
        .map(|path| entry(path.get(root..).unwrap_or_default()))
        .collect()
}

fn entry(path: &[&str]) -> DatasetEntry {
    let folders = path.split_last().map_or(path, |(_photo, folders)| folders);
    let part = folders
        .first()
        .filter(|part| folders.len() > 1 && is_one_of(part, &PARTS));
    DatasetEntry {
        folder: folders.last().map(|folder| (*folder).into()),
        to_test: part.is_some_and(|part| is_one_of(part, &TEST)),
    }
}

/// One folder around folders; a single folder with photos is a class.
fn have_common_root(paths: &[Vec<&str>]) -> bool {
    let Some(first) = paths.first().map(|path| path[0]) else {
        return false;
    };
    paths.iter().all(|path| path.len() > 2 && path[0] == first) && !is_one_of(first, &PARTS)
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|one| one.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(paths: &[&str], rooted: bool) -> Vec<(Option<String>, bool)> {
        let entries = dataset_layout(paths, rooted).into_iter();
        entries.map(|entry| (entry.folder, entry.to_test)).collect()
    }

    fn some(folders: &[(&str, bool)]) -> Vec<(Option<String>, bool)> {
        let owned = folders
            .iter()
            .map(|&(name, to_test)| (Some(name.into()), to_test));
        owned.collect()
    }

    #[test]
    fn in_a_chosen_folder_the_folders_are_classes() {
        let classes = some(&[("cat", false), ("dog", false)]);
        assert_eq!(told(&["set/cat/1.png", "set/dog/2.png"], true), classes);
        assert_eq!(
            told(&["set/1.png", "set/2.png"], true),
            vec![(None, false); 2]
        );
        assert_eq!(told(&["set/cat/1.png"], true), some(&[("cat", false)]));
    }

    #[test]
    fn an_archive_may_have_a_folder_around_all() {
        let classes = some(&[("cat", false), ("dog", false)]);
        assert_eq!(told(&["set/cat/1.png", "set/dog/2.png"], false), classes);
        assert_eq!(told(&["cat/1.png", "dog/2.png"], false), classes);
        assert_eq!(
            told(&["cat/1.png", "cat/2.png"], false),
            some(&[("cat", false); 2])
        );
        assert_eq!(told(&["1.png", "2.png"], false), vec![(None, false); 2]);
        assert_eq!(told(&[], false), []);
    }

    #[test]
    fn a_part_to_test_on_stays_apart() {
        let paths = [
            "set/train/cat/1.png",
            "set/Test/cat/2.png",
            "set/Test/dog/3.png",
        ];
        for rooted in [true, false] {
            let parts = some(&[("cat", false), ("cat", true), ("dog", true)]);
            assert_eq!(told(&paths, rooted), parts);
        }
        // Without classes inside, it is a class of that name.
        let classes = some(&[("test", false), ("exam", false)]);
        assert_eq!(told(&["test/1.png", "exam/2.png"], false), classes);
    }
}
