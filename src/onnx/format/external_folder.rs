//! The files beside a model's file, for the native command.

use super::external::{ExternalData, Reading, missing, outside};
use bytes::Bytes;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The folder of a model's file. Nothing outside it is read, whatever the model or links in the folder say.
pub struct ExternalFolder(PathBuf);

impl ExternalFolder {
    /// The folder that the model of this path is in.
    pub fn of(model: &Path) -> Self {
        let folder = model.parent().unwrap_or(Path::new(""));
        let folder = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        ExternalFolder(folder.to_path_buf())
    }

    fn open(&self, location: &str) -> Reading<File> {
        let real = |path: &Path| path.canonicalize().map_err(|_| missing(location));
        let path = real(&self.0.join(location))?;
        if !path.starts_with(real(&self.0)?) {
            return Err(outside(location));
        }
        if !path.is_file() {
            return Err(missing(location));
        }
        File::open(path).map_err(|e| unreadable(location, &e))
    }
}

impl ExternalData for ExternalFolder {
    fn size(&self, location: &str) -> Reading<u64> {
        let data = self.open(location)?.metadata();
        Ok(data.map_err(|e| unreadable(location, &e))?.len())
    }

    fn read(&self, location: &str, offset: u64, length: u64) -> Reading<Bytes> {
        let failed = |e: std::io::Error| unreadable(location, &e);
        let mut file = self.open(location)?;
        file.seek(SeekFrom::Start(offset)).map_err(failed)?;
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| missing(location))?];
        file.read_exact(&mut bytes).map_err(failed)?;
        Ok(bytes.into())
    }
}

fn unreadable(location: &str, error: &std::io::Error) -> crate::message::Message {
    message!(
        "reason-tensor-data-unreadable",
        location = location,
        reason = error
    )
}
