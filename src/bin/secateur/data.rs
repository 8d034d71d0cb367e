//! The arguments that name pictures and say how a model takes them.

use crate::ends::{ends, lengths};
use crate::failure::Failure;
use crate::files;
use crate::progress::Progress;
use bytes::Bytes;
use clap::{Args, ValueEnum};
use secateur::data::idx_files::{self, Pair};
use secateur::data::{Pictures, Preset, folder::Folder, outputs};
use secateur::graph::Graph;
use secateur::text::said;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Args)]
pub struct Data {
    /// The pictures: a folder with all in one, or with one sub-folder a class, which may lie in folders “train” and “test”;
    /// or IDX files as they are published (a folder with train-images-idx3-ubyte, t10k-images-idx3-ubyte and their labels,
    /// or such a file of images), packed as .gz or not; or a pack of the page's gallery
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Which part of a set that is published in parts; without it, what learns does so from the one to train on and is
    /// measured on the other
    #[arg(long, value_enum)]
    part: Option<Part>,
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

#[derive(Clone, Copy, ValueEnum)]
enum Part {
    Train,
    Test,
}

/// The same arguments where pictures are needed by some work only.
#[derive(Args)]
pub struct MaybeData {
    /// The pictures that a criterion is measured on, where it looks at pictures: those of them that may be learned from; a
    /// folder with all in one, or with one sub-folder a class; or IDX files
    #[arg(long, value_name = "DIR", requires = "preset")]
    data: Option<PathBuf>,
    /// Which part of a set that is published in parts
    #[arg(long, value_enum)]
    part: Option<Part>,
    /// How a photo becomes the model's input: a JSON document, described in docs/preset.md
    #[arg(long, value_name = "PRESET.json", requires = "data")]
    preset: Option<PathBuf>,
    /// At most so many of the pictures, chosen by the seed
    #[arg(long, value_name = "COUNT", requires = "data", value_parser = clap::value_parser!(u32).range(1..))]
    pictures: Option<u32>,
    /// What their choice starts from
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

impl MaybeData {
    pub fn given(self) -> Option<Data> {
        Some(Data {
            data: self.data?,
            part: self.part,
            preset: self.preset?,
            pictures: self.pictures,
            seed: self.seed,
        })
    }
}

/// Pictures that are read at a time where not all are kept.
const CHUNK: usize = 256;

/// Pictures that can be read, or were.
pub enum Set {
    Folder(Folder, Preset),
    Read(Pictures),
}

impl Data {
    pub fn preset(&self) -> Result<Preset, Failure> {
        files::read_preset(&self.preset)
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
        let preset = self.fitting(model)?;
        let part = self.part.map(|part| match part {
            Part::Train => idx_files::Part::Train,
            Part::Test => idx_files::Part::Test,
        });
        if let Some(pair) = Pair::find(&self.data, part)? {
            let pictures = pair.load(&preset)?;
            return Ok(Set::Read(match self.pictures {
                Some(most) => pictures.sample(most as usize, self.seed),
                None => pictures,
            }));
        }
        let folder = Folder::open(&self.data, &preset, outputs(model))?;
        let folder = folder
            .of_part(part)
            .map_err(|e| Failure::in_file(&self.data, &e))?;
        Ok(self.limited(folder, preset))
    }

    /// As many of the pictures as were asked for.
    fn limited(&self, mut folder: Folder, preset: Preset) -> Set {
        if let Some(most) = self.pictures {
            folder.limit(most as usize, self.seed);
        }
        Set::Folder(folder, preset)
    }

    /// Reads the pictures, which are to be shown to this model; those that were published to test on are kept apart.
    pub fn load(&self, model: &Graph, progress: &Progress) -> Result<Pictures, Failure> {
        if self.part.is_some() {
            return self.list(model)?.load(progress);
        }
        let Some((train, test)) = Pair::both(&self.data)? else {
            return match Pair::find(&self.data, None)? {
                Some(_) => self.list(model)?.load(progress),
                None => self.load_photos(model, progress),
            };
        };
        let preset = self.fitting(model)?;
        let mut pictures = train.load(&preset)?;
        if let Some(most) = self.pictures {
            pictures = pictures.sample(most as usize, self.seed);
        }
        pictures.keep_to_test(test.load(&preset)?)?;
        Ok(pictures)
    }

    /// The same for a folder of photos.
    fn load_photos(&self, model: &Graph, progress: &Progress) -> Result<Pictures, Failure> {
        let preset = self.fitting(model)?;
        let mut folder = Folder::open(&self.data, &preset, outputs(model))?;
        let test = folder.take_test();
        if folder.is_empty() {
            return Err(Failure::new(format!(
                "“{}” holds pictures to test on alone, so there are none to learn from: put others beside them, in a folder \
                 “train”",
                self.data.display()
            )));
        }
        let mut pictures = self.limited(folder, preset.clone()).load(progress)?;
        if let Some(test) = test {
            pictures.keep_to_test(Set::Folder(test, preset).load(progress)?)?;
        }
        Ok(pictures)
    }

    fn fitting(&self, model: &Graph) -> Result<Preset, Failure> {
        let preset = self.preset()?;
        preset.check_fits(ends(model)?.0)?;
        Ok(preset)
    }
}

impl Set {
    /// Reads the pictures, some at a time, and hands them on.
    pub fn each(
        self,
        progress: &Progress,
        mut take: impl FnMut(Pictures) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (folder, preset) = match self {
            Set::Read(pictures) => return take(pictures),
            Set::Folder(folder, preset) => (folder, preset),
        };
        if folder.is_half_labeled {
            progress.note(
                "some photos lie in a folder of their class and some do not, so all count as photos without labels",
            );
        }
        let all = folder.len();
        for start in (0..all).step_by(CHUNK) {
            progress.count(start, all);
            let range = start..(start + CHUNK).min(all);
            let mut note =
                |error: &secateur::Error| progress.note(&format!("left out: {}", said(error)));
            take(folder.load(range, &preset, &mut note)?)?;
        }
        Ok(())
    }

    /// Reads all pictures.
    fn load(self, progress: &Progress) -> Result<Pictures, Failure> {
        let mut all: Option<Pictures> = None;
        self.each(progress, |pictures| {
            match &mut all {
                Some(all) => all.append(pictures),
                None => all = Some(pictures),
            }
            Ok(())
        })?;
        all.filter(|all| !all.is_empty())
            .ok_or_else(|| Failure::new("none of the pictures can be read"))
    }
}
