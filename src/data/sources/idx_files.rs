//! Pairs of IDX files as they are published, for the native command: `train-images-idx3-ubyte` and
//! `train-labels-idx1-ubyte`, `t10k-…` for testing, packed (`.gz`) or not. The page's own sets have their pictures in a sheet
//! instead (`train.webp`, `test.webp`).

use super::idx::{self, Idx};
use super::sprite_sheet;
use crate::data::pictures::Pictures;
use crate::data::preset::Preset;
use crate::error::{Error, Result};
use flate2::read::MultiGzDecoder;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

const IMAGES: &str = "images-idx3-ubyte";
const LABELS: &str = "labels-idx1-ubyte";
const SHEET: &str = ".webp";

/// Which part of a published set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Train,
    Test,
}

impl Part {
    /// What file names begin with.
    fn prefixes(self) -> &'static [&'static str] {
        match self {
            Part::Train => &["train"],
            Part::Test => &["t10k", "test"],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Part::Train => "train",
            Part::Test => "test",
        }
    }
}

/// A file of pictures and the one of their labels, not read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub images: PathBuf,
    pub labels: PathBuf,
}

impl Pair {
    /// The pair that a path stands for: the file of the images itself, or a folder of published files with the part that
    /// is asked for. None where the path is neither, so that it may be a folder of photos.
    ///
    /// Errors: [`Error::BadInput`] where a file of the pair is missing, or the folder holds both parts and none is asked for.
    pub fn find(path: &Path, part: Option<Part>) -> Result<Option<Pair>> {
        if path.is_dir() {
            return Pair::in_folder(path, part);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !path.is_file() {
            return Ok(None);
        }
        if let Some(labels) = labels_of_sheet(path) {
            return Ok(Some(Pair {
                images: path.to_owned(),
                labels,
            }));
        }
        if !name.contains(IMAGES) {
            return Ok(None);
        }
        let plain = name.trim_end_matches(".gz").replace(IMAGES, LABELS);
        let labels = packed_or_not(&path.with_file_name(&plain)).ok_or_else(|| {
            Error::BadInput(message!(
                "error-idx-labels-missing",
                path = path.display(),
                name = plain
            ))
        })?;
        Ok(Some(Pair {
            images: path.to_owned(),
            labels,
        }))
    }

    /// Both parts of a folder that holds them: to train and to test on.
    pub fn both(path: &Path) -> Result<Option<(Pair, Pair)>> {
        let has = |part| images_in(path, part).is_some();
        if !has(Part::Train) || !has(Part::Test) {
            return Ok(None);
        }
        let [train, test] = [Part::Train, Part::Test].map(|part| Pair::find(path, Some(part)));
        Ok(train?.zip(test?))
    }

    fn in_folder(folder: &Path, part: Option<Part>) -> Result<Option<Pair>> {
        let found = [Part::Train, Part::Test].map(|part| images_in(folder, part));
        let images = match (part, found) {
            (_, [None, None]) => return Ok(None),
            (Some(Part::Train), [train, _]) => train,
            (Some(Part::Test), [_, test]) => test,
            (None, [Some(_), Some(_)]) => {
                return Err(Error::BadInput(message!(
                    "error-idx-both-parts",
                    path = folder.display()
                )));
            }
            (None, [train, test]) => train.or(test),
        };
        let images = images.ok_or_else(|| {
            Error::BadInput(message!(
                "error-idx-no-part",
                path = folder.display(),
                part = part.map_or("", Part::name)
            ))
        })?;
        Pair::find(&images, None)
    }

    /// Reads both files.
    ///
    /// Errors: [`Error::BadInput`] where one can't be read, is no IDX file, or there is not one label a picture.
    pub fn load(&self, preset: &Preset) -> Result<Pictures> {
        let labels = unpacked(&self.labels)?;
        let labels = idx::parse(&self.labels.display().to_string(), &labels)?;
        if labels_of_sheet(&self.images).is_some() {
            let [width, height] = preset.size;
            let levels = sprite_sheet::pictures(&self.images, labels.shape[0], preset.size)?;
            let images = Idx {
                axes: 3,
                shape: [labels.shape[0], height as usize, width as usize],
                bytes: &levels,
            };
            return idx::pictures(&images, Some(&labels), preset);
        }
        let images = unpacked(&self.images)?;
        let images = idx::parse(&self.images.display().to_string(), &images)?;
        idx::pictures(&images, Some(&labels), preset)
    }
}

/// The file of a part's pictures in a folder.
fn images_in(folder: &Path, part: Part) -> Option<PathBuf> {
    let mut names = part.prefixes().iter();
    names.find_map(|prefix| {
        let sheet = folder.join(format!("{prefix}{SHEET}"));
        let is_sheet = labels_of_sheet(&sheet).is_some();
        packed_or_not(&folder.join(format!("{prefix}-{IMAGES}"))).or(is_sheet.then_some(sheet))
    })
}

/// The labels beside a sheet of pictures; without them it is a picture like any other.
fn labels_of_sheet(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?.strip_suffix(SHEET)?;
    let labels = path.with_file_name(format!("{name}-{LABELS}"));
    (path.is_file() && labels.is_file()).then_some(labels)
}

/// A file, or the packed one of the same name.
fn packed_or_not(path: &Path) -> Option<PathBuf> {
    let mut packed = path.as_os_str().to_owned();
    packed.push(".gz");
    [path.to_owned(), packed.into()]
        .into_iter()
        .find(|path| path.is_file())
}

fn unpacked(path: &Path) -> Result<Vec<u8>> {
    let failed = |e| {
        Error::BadInput(message!(
            "error-file-unreadable",
            path = path.display(),
            reason = e
        ))
    };
    let file = fs::read(path).map_err(failed)?;
    if path.extension().is_none_or(|ending| ending != "gz") {
        return Ok(file);
    }
    let mut bytes = Vec::new();
    MultiGzDecoder::new(&file[..])
        .read_to_end(&mut bytes)
        .map_err(|e| {
            Error::BadInput(message!(
                "error-file-damaged",
                name = path.display(),
                reason = e
            ))
        })?;
    Ok(bytes)
}
