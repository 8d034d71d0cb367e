//! Reading files, and writing them whole or not at all.

use crate::failure::Failure;
use secateur::data::Preset;
use secateur::message;
use secateur::prune::criteria;
use secateur::recipe::Recipe;
use serde::Serialize;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The bytes of a file of at most `most` bytes.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let failed = |e: std::io::Error| match e.kind() {
        ErrorKind::NotFound => message!("command-error-no-file", path = path.display()),
        ErrorKind::IsADirectory => message!("command-error-folder", path = path.display()),
        _ => message!("error-file-unreadable", path = path.display(), reason = e),
    };
    let size = fs::metadata(path).map_err(failed)?.len();
    if size > most {
        let path = path.display();
        return Err(message!("command-error-large", path = path, size = size, most = most).into());
    }
    Ok(fs::read(path).map_err(failed)?)
}

/// The text of a small document.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    const MOST: u64 = 64 << 20;
    String::from_utf8(read(path, MOST)?)
        .map_err(|_| message!("command-error-no-text", path = path.display()).into())
}

/// A recipe, whose criterion is one that there is.
pub fn read_recipe(path: &Path) -> Result<Recipe, Failure> {
    let text = read_text(path)?;
    criteria::read_recipe(&text).map_err(|e| Failure::in_file(path, &e))
}

/// A preset document.
pub fn read_preset(path: &Path) -> Result<Preset, Failure> {
    let text = read_text(path)?;
    Preset::parse(&text).map_err(|e| Failure::in_file(path, &e))
}

/// Where a file is going to be written. Checked before long work, written after it.
pub struct Place {
    path: PathBuf,
}

impl Place {
    /// Where a path leads. Errors: its folder does not exist, or it names what is no ordinary file.
    pub fn new(path: &Path) -> Result<Place, Failure> {
        let shown = path.display();
        let folder = folder_of(path);
        if !folder.is_dir() {
            let folder = folder.display();
            return Err(message!("command-error-no-place", path = shown, folder = folder).into());
        }
        match fs::canonicalize(path) {
            Ok(path) if path.is_file() => Ok(Place { path }),
            Ok(_) => Err(message!("command-error-no-ordinary-file", path = shown).into()),
            Err(_) if path.file_name().is_none() => {
                Err(message!("command-error-no-name", path = shown).into())
            }
            Err(_) => Ok(Place { path: path.into() }),
        }
    }

    /// Where a model is going to be written, and a document about it where that is asked for.
    pub fn both(model: &Path, document: Option<&Path>) -> Result<(Place, Option<Place>), Failure> {
        let model = Place::new(model)?;
        let document = document.map(Place::new).transpose()?;
        match &document {
            Some(document) if document.is(&model) => {
                let path = document.path.display();
                Err(message!("command-error-same-file", path = path).into())
            }
            _ => Ok((model, document)),
        }
    }

    /// Whether both are the same file.
    fn is(&self, other: &Place) -> bool {
        let whole = |place: &Place| {
            let folder = fs::canonicalize(folder_of(&place.path)).ok()?;
            Some(folder.join(place.path.file_name()?))
        };
        whole(self) == whole(other)
    }

    /// Writes the bytes to a file beside. [`Draft::publish`] gives it its name.
    pub fn draft(self, bytes: &[u8]) -> Result<Draft, Failure> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let beside = format!(".{name}.{}.part", std::process::id());
        let draft = Draft {
            part: folder_of(&self.path).join(beside),
            path: self.path,
        };
        let written = File::create(&draft.part).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        match written {
            Ok(()) => Ok(draft),
            Err(e) => Err(draft.failure(&e)),
        }
    }
}

/// A whole file that does not bear its name yet. It is gone when it is dropped unpublished.
pub struct Draft {
    part: PathBuf,
    path: PathBuf,
}

impl Draft {
    /// Gives the file its name, in place of one that has it. Errors: the system refuses.
    pub fn publish(self) -> Result<(), Failure> {
        fs::rename(&self.part, &self.path).map_err(|e| self.failure(&e))
    }

    fn failure(&self, e: &std::io::Error) -> Failure {
        let path = self.path.display();
        message!("command-error-unwritten", path = path, reason = e).into()
    }
}

/// Writes a model and, where it has a place, a document about it: both are whole before either has its name.
pub fn write_both(
    (model, document): (Place, Option<Place>),
    bytes: &[u8],
    text: &str,
) -> Result<(), Failure> {
    let model = model.draft(bytes)?;
    let document = document
        .map(|place| place.draft(text.as_bytes()))
        .transpose()?;
    model.publish()?;
    document.map_or(Ok(()), Draft::publish)
}

/// A document as it is printed or written to a file.
pub fn json(document: &impl Serialize) -> Result<String, Failure> {
    match serde_json::to_string_pretty(document) {
        Ok(text) => Ok(text + "\n"),
        Err(e) => Err(message!("command-error-answer", reason = e).into()),
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After publishing there is none, which is as well.
        let _ = fs::remove_file(&self.part);
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
