//! The arguments that name photos and say how a model takes them.

use crate::arguments::{ANY, SOME, whole};
use crate::failure::Failure;
use crate::files;
use crate::progress::Progress;
use crate::signature::{ends, guessed, lengths};
use bytes::Bytes;
use clap::{Args, ValueEnum};
use secateur::data::idx_files::{self, Pair};
use secateur::data::{Folder, Pictures, Preset, outputs};
use secateur::graph::Graph;
use secateur::message;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Args)]
#[command(next_help_heading = "photos")]
pub struct Data {
    #[arg(long, value_name = "folder")]
    data: PathBuf,
    #[arg(long, alias = "part", value_enum, value_name = "split")]
    split: Option<Split>,
    #[arg(long, value_name = "preset")]
    preset: Option<PathBuf>,
    #[arg(long, alias = "pictures", value_name = "count", value_parser = whole(SOME))]
    photos: Option<u32>,
    #[arg(long, value_name = "number", default_value_t = 1, value_parser = whole(ANY))]
    pub seed: u32,
    /// The preset that was given or guessed, once it is known.
    #[arg(skip)]
    known: OnceCell<Preset>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Split {
    Train,
    Test,
}

/// The same arguments where photos are needed by some work only.
#[derive(Args)]
#[command(next_help_heading = "photos")]
pub struct MaybeData {
    #[arg(long, value_name = "folder")]
    data: Option<PathBuf>,
    #[arg(long, alias = "part", value_enum, value_name = "split")]
    split: Option<Split>,
    #[arg(long, value_name = "preset", requires = "data")]
    preset: Option<PathBuf>,
    #[arg(long, alias = "pictures", value_name = "count", requires = "data", value_parser = whole(SOME))]
    photos: Option<u32>,
    #[arg(long, value_name = "number", default_value_t = 1, value_parser = whole(ANY))]
    seed: u32,
}

impl MaybeData {
    /// The photos, where a folder of them was named.
    pub fn given(self) -> Option<Data> {
        Some(Data {
            data: self.data?,
            split: self.split,
            preset: self.preset,
            photos: self.photos,
            seed: self.seed,
            known: OnceCell::new(),
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
    /// The preset that was given, or one that is guessed from the model's shapes, which is told. It fits the model.
    pub fn preset(&self, model: &Graph, progress: &Progress) -> Result<Preset, Failure> {
        let (input, output) = ends(model)?;
        let preset = match (self.known.get(), self.given()?) {
            (Some(known), _) => known.clone(),
            (None, Some(given)) => given,
            (None, None) => guessed(model, input, output, progress),
        };
        preset.check_fits(input)?;
        Ok(self.known.get_or_init(|| preset).clone())
    }

    fn given(&self) -> Result<Option<Preset>, Failure> {
        self.preset.as_deref().map(files::read_preset).transpose()
    }

    /// Whether it was said how many pictures are to be taken at most.
    pub fn is_limited(&self) -> bool {
        self.photos.is_some()
    }

    /// What the preset tells of the axes that a model's input leaves open.
    pub fn lengths(&self, bytes: &Bytes) -> Result<BTreeMap<String, usize>, Failure> {
        let preset = self.given()?;
        Ok(preset.map_or_else(BTreeMap::new, |preset| lengths(bytes, &preset)))
    }

    /// Lists the pictures, which are to be shown to this model.
    pub fn list(&self, model: &Graph, progress: &Progress) -> Result<Set, Failure> {
        let preset = self.preset(model, progress)?;
        let part = self.split.map(|split| match split {
            Split::Train => idx_files::Part::Train,
            Split::Test => idx_files::Part::Test,
        });
        if let Some(pair) = Pair::find(&self.data, part)? {
            let pictures = pair.load(&preset)?;
            return Ok(Set::Read(match self.photos {
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
        if let Some(most) = self.photos {
            folder.limit(most as usize, self.seed);
        }
        Set::Folder(folder, preset)
    }

    /// Reads the pictures, which are to be shown to this model; those that were published to test on are kept apart.
    pub fn load(&self, model: &Graph, progress: &Progress) -> Result<Pictures, Failure> {
        if self.split.is_some() {
            return self.list(model, progress)?.load(progress);
        }
        let Some((train, test)) = Pair::both(&self.data)? else {
            return match Pair::find(&self.data, None)? {
                Some(_) => self.list(model, progress)?.load(progress),
                None => self.load_photos(model, progress),
            };
        };
        let preset = self.preset(model, progress)?;
        let mut pictures = train.load(&preset)?;
        if let Some(most) = self.photos {
            pictures = pictures.sample(most as usize, self.seed);
        }
        pictures.keep_to_test(test.load(&preset)?)?;
        Ok(pictures)
    }

    /// The same for a folder of photos.
    fn load_photos(&self, model: &Graph, progress: &Progress) -> Result<Pictures, Failure> {
        let preset = self.preset(model, progress)?;
        let mut folder = Folder::open(&self.data, &preset, outputs(model))?;
        let test = folder.take_test();
        if folder.is_empty() {
            let path = self.data.display();
            return Err(message!("command-error-only-test-photos", path = path).into());
        }
        let mut pictures = self.limited(folder, preset.clone()).load(progress)?;
        if let Some(test) = test {
            pictures.keep_to_test(Set::Folder(test, preset).load(progress)?)?;
        }
        Ok(pictures)
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
            progress.warn(&message!("command-warning-half-labeled"));
        }
        let all = folder.len();
        for start in (0..all).step_by(CHUNK) {
            progress.count(start, all);
            let range = start..(start + CHUNK).min(all);
            let mut note = |error: &secateur::Error| {
                let reason = error.message();
                progress.warn(&message!("command-warning-left-out", reason = reason));
            };
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
            .ok_or_else(|| message!("command-error-no-photos").into())
    }
}
