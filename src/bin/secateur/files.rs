//! Reading files, and writing them whole or not at all.

use crate::failure::Failure;
use secateur::data::Preset;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The bytes of a file of at most `most` bytes.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let failed = |e: std::io::Error| match e.kind() {
        ErrorKind::NotFound => Failure::new(format!("there is no file “{}”", path.display())),
        ErrorKind::IsADirectory => Failure::new(format!("“{}” is a folder", path.display())),
        _ => Failure::new(format!("“{}” can't be read: {e}", path.display())),
    };
    let size = fs::metadata(path).map_err(failed)?.len();
    if size > most {
        return Err(Failure::new(format!(
            "“{}” has {size} bytes; {most} is the most that can be read",
            path.display()
        )));
    }
    fs::read(path).map_err(failed)
}

/// The text of a small document.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    const MOST: u64 = 64 << 20;
    String::from_utf8(read(path, MOST)?)
        .map_err(|_| Failure::new(format!("“{}” is no text in UTF-8", path.display())))
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
    pub fn new(path: &Path) -> Result<Place, Failure> {
        let shown = path.display();
        let folder = folder_of(path);
        if !folder.is_dir() {
            return Err(Failure::new(format!(
                "“{shown}” can't be written: there is no folder “{}”",
                folder.display()
            )));
        }
        match fs::canonicalize(path) {
            Ok(path) if path.is_file() => Ok(Place { path }),
            Ok(_) => Err(Failure::new(format!(
                "“{shown}” can't be written: it is there already, and is no ordinary file"
            ))),
            Err(_) if path.file_name().is_none() => {
                Err(Failure::new(format!("“{shown}” is no name for a file")))
            }
            Err(_) => Ok(Place { path: path.into() }),
        }
    }

    /// Whether both are the same file.
    pub fn is(&self, other: &Place) -> bool {
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
    pub fn publish(self) -> Result<(), Failure> {
        fs::rename(&self.part, &self.path).map_err(|e| self.failure(&e))
    }

    fn failure(&self, e: &std::io::Error) -> Failure {
        Failure::new(format!("“{}” can't be written: {e}", self.path.display()))
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
