//! The arguments that name pictures and say how a model takes them.

use crate::failure::Failure;
use crate::files;
use crate::model::{ends, lengths};
use crate::progress::Progress;
use bytes::Bytes;
use clap::Args;
use secateur::data::{Pictures, Preset, folder::Folder};
use secateur::graph::Graph;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Args)]
pub struct Data {
    /// The folder with the pictures: all in one, or one sub-folder a class
    #[arg(long = "data", value_name = "DIR")]
    folder: PathBuf,
    /// How a photo becomes the model's input: a JSON document, described in docs/preset.md
    #[arg(long, value_name = "PRESET.json")]
    preset: PathBuf,
    /// At most so many of the pictures, chosen by the seed
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pictures: Option<u32>,
    /// What random choices start from
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
}

/// The same arguments where pictures are needed by some work only.
#[derive(Args)]
pub struct MaybeData {
    /// The folder with the pictures that a criterion is measured on, where it looks at pictures: all in one, or one
    /// sub-folder a class
    #[arg(long = "data", value_name = "DIR", requires = "preset")]
    folder: Option<PathBuf>,
    /// How a photo becomes the model's input: a JSON document, described in docs/preset.md
    #[arg(long, value_name = "PRESET.json", requires = "folder")]
    preset: Option<PathBuf>,
    /// At most so many of the pictures, chosen by the seed
    #[arg(long, value_name = "COUNT", requires = "folder", value_parser = clap::value_parser!(u32).range(1..))]
    pictures: Option<u32>,
    /// What their choice starts from
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

impl MaybeData {
    pub fn given(self) -> Option<Data> {
        Some(Data {
            folder: self.folder?,
            preset: self.preset?,
            pictures: self.pictures,
            seed: self.seed,
        })
    }
}

/// Pictures that are read at a time where not all are kept.
const CHUNK: usize = 256;

/// A folder whose pictures can be read.
pub struct Set {
    folder: Folder,
    preset: Preset,
}

impl Data {
    pub fn preset(&self) -> Result<Preset, Failure> {
        let text = files::read_text(&self.preset)?;
        Preset::parse(&text).map_err(|e| Failure::new(format!("“{}”: {e}", self.preset.display())))
    }

    /// Whether it was said how many pictures are to be taken at most.
    pub fn is_limited(&self) -> bool {
        self.pictures.is_some()
    }

    /// What the preset tells of the axes that a model's input leaves open.
    pub fn lengths(&self, bytes: &Bytes) -> Result<BTreeMap<String, usize>, Failure> {
        Ok(lengths(bytes, &self.preset()?))
    }

    /// Lists the pictures, which are to be shown to this model.
    pub fn list(&self, model: &Graph) -> Result<Set, Failure> {
        let preset = self.preset()?;
        preset.check_fits(ends(model)?.0)?;
        let mut folder = Folder::open(&self.folder, &preset)?;
        if let Some(most) = self.pictures {
            folder.limit(most as usize, self.seed);
        }
        Ok(Set { folder, preset })
    }
}

impl Set {
    /// Reads the pictures, some at a time, and hands them on.
    pub fn each(
        &self,
        progress: &Progress,
        mut take: impl FnMut(Pictures) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let all = self.folder.len();
        for start in (0..all).step_by(CHUNK) {
            progress.count(start, all);
            let range = start..(start + CHUNK).min(all);
            let mut note = |error: &secateur::Error| progress.note(&format!("left out: {error}"));
            take(self.folder.load(range, &self.preset, &mut note)?)?;
        }
        Ok(())
    }

    /// Reads all pictures.
    pub fn load(&self, progress: &Progress) -> Result<Pictures, Failure> {
        let mut all = Pictures::new(&self.preset)?;
        self.each(progress, |pictures| {
            all.append(pictures);
            Ok(())
        })?;
        if all.is_empty() {
            return Err(Failure::new("none of the pictures can be read"));
        }
        Ok(all)
    }
}
