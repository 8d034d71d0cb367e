//! The worker that brings pruned models back.

use super::errors::{JsResult, mismatch};
use super::message;
use super::messages::{Beginning, PictureStack, Pixels, Recovered, Round, Sizes};
use crate::data::preset::Preset;
use crate::data::{Pictures, Stack, class_of_folder, idx};
use crate::error::Error;
use crate::graph::Graph;
use crate::onnx::{OpenOptions, open, write};
use crate::recipe::Recipe;
use crate::recover::{Advance, Job, Line, Method, Parts, Plan, Quality, Stage, examine};
use crate::report::account;
use js_sys::Uint8Array;
use std::collections::BTreeMap;
use std::sync::Arc;
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// Learns on pictures. Whoever drives it says when the next piece is done, so it can be paused between any two.
#[wasm_bindgen]
#[derive(Default)]
pub struct Learner {
    pictures: Option<Pictures>,
    /// Those of them that were published to test on.
    test: Option<Pictures>,
    /// The classes that folders stand for.
    classes: BTreeMap<String, u32>,
    work: Option<Work>,
}

/// What is under way.
struct Work {
    original: Graph,
    /// Nothing is learned from these.
    judged: Arc<Pictures>,
    kind: Kind,
}

enum Kind {
    Recovery(Box<Job>),
    Line(Box<Line>),
}

#[wasm_bindgen]
impl Learner {
    #[wasm_bindgen(constructor)]
    pub fn new() -> Learner {
        Learner::default()
    }

    /// What does well for a method and pictures of this preset.
    pub fn plan(&self, method: Ts<Method>, preset: Ts<Preset>) -> JsResult<Ts<Plan>> {
        let method = method.to_rust().map_err(mismatch)?;
        let preset = preset.to_rust().map_err(mismatch)?;
        message(Plan::new(method, &preset))
    }

    /// Begins a set of pictures. `folders` are the names of the folders that are classes; none where there are no labels.
    pub fn gather(&mut self, preset: Ts<Preset>, folders: Vec<String>) -> JsResult<()> {
        let preset = preset.to_rust().map_err(mismatch)?;
        let names: Vec<&str> = folders.iter().map(String::as_str).collect();
        let mut classes = BTreeMap::new();
        for (at, name) in names.iter().enumerate() {
            classes.insert((*name).to_string(), class_of_folder(at, &names, &preset)?);
        }
        self.work = None;
        self.pictures = Some(Pictures::new(&preset)?);
        self.test = Some(Pictures::new(&preset)?);
        self.classes = classes;
        Ok(())
    }

    /// Takes a photo into the set; `folder` is the class that it is of. Photos to test on are kept apart.
    pub fn add(
        &mut self,
        photo: Ts<Pixels>,
        folder: Option<String>,
        to_test: bool,
    ) -> JsResult<()> {
        let photo = photo.to_rust().map_err(mismatch)?;
        let label = folder.and_then(|name| self.classes.get(&name).copied());
        let pictures = self.part(to_test)?;
        pictures.add(&photo.data.to_vec(), photo.width, photo.height, label)?;
        Ok(())
    }

    /// Takes many small pictures of one size into the set at once.
    #[wasm_bindgen(js_name = addStack)]
    pub fn add_stack(&mut self, stack: Ts<PictureStack>, to_test: bool) -> JsResult<()> {
        let stack = stack.to_rust().map_err(mismatch)?;
        let levels = stack.levels.to_vec();
        let labels: Vec<u32> = stack.labels.to_vec().into_iter().map(u32::from).collect();
        let labels = (!labels.is_empty()).then_some(&labels[..]);
        let levels = Stack {
            levels: &levels,
            width: stack.width,
            height: stack.height,
            channels: stack.channels,
        };
        self.part(to_test)?.add_stack(levels, labels)?;
        Ok(())
    }

    /// Begins to recover a pruned model on part of the pictures; the rest measures it.
    pub fn recover(
        &mut self,
        original: Vec<u8>,
        pruned: Vec<u8>,
        plan: Ts<Plan>,
        sizes: Ts<Sizes>,
    ) -> JsResult<Ts<Beginning>> {
        let plan = plan.to_rust().map_err(mismatch)?;
        let options = options(sizes)?;
        let original = open(original.into(), &options)?.graph;
        let pruned = open(pruned.into(), &options)?.graph;
        let Parts {
            lessons, judged, ..
        } = self.parts(plan.seed)?;
        let beginning = Beginning {
            lessons: lessons.len(),
            judged: judged.len(),
            original: examine(&original, Some(&original), &judged)?,
            pruned: examine(&pruned, Some(&original), &judged)?,
        };
        let job = Job::new(&pruned, Some(&original), Arc::new(lessons), &plan)?;
        self.work = Some(Work {
            original,
            judged: Arc::new(judged),
            kind: Kind::Recovery(Box::new(job)),
        });
        message(beginning)
    }

    /// Does the next piece of a recovery.
    pub fn advance(&mut self) -> JsResult<Ts<Advance>> {
        match &mut self.work()?.kind {
            Kind::Recovery(job) => message(job.advance()?),
            Kind::Line(_) => Err(nothing_begun().into()),
        }
    }

    /// How good the model is by now, where it learns; `undefined` where that can't be told before the end.
    pub fn judge(&mut self) -> JsResult<Option<Ts<Quality>>> {
        let work = self.work()?;
        let Kind::Recovery(job) = &work.kind else {
            return Err(nothing_begun().into());
        };
        let Some(graph) = job.now() else {
            return Ok(None);
        };
        let quality = examine(&graph, Some(&work.original), &work.judged)?;
        message(quality).map(Some)
    }

    /// Ends a recovery, whole or not, and gives the model as it is.
    pub fn finish(&mut self) -> JsResult<Ts<Recovered>> {
        let work = self.work.take().ok_or_else(nothing_begun)?;
        let Kind::Recovery(job) = work.kind else {
            return Err(nothing_begun().into());
        };
        let recovered = job.finish();
        let bytes = write(&recovered.graph)?;
        message(Recovered {
            quality: examine(&recovered.graph, Some(&work.original), &work.judged)?,
            totals: account(&recovered.graph, bytes.len() as u64).totals,
            bytes: Uint8Array::from(&bytes[..]),
            layers: recovered.layers,
        })
    }

    /// Begins a search to the line: `loss` of the score may go, 0 to 1.
    #[wasm_bindgen(js_name = toLine)]
    pub fn search(
        &mut self,
        original: Vec<u8>,
        recipe: Ts<Recipe>,
        plan: Ts<Plan>,
        loss: f64,
        sizes: Ts<Sizes>,
    ) -> JsResult<Ts<Beginning>> {
        let plan = plan.to_rust().map_err(mismatch)?;
        let recipe = recipe.to_rust().map_err(mismatch)?;
        let graph = open(original.clone().into(), &options(sizes)?)?.graph;
        let Parts {
            lessons, judged, ..
        } = self.parts(plan.seed)?;
        let quality = examine(&graph, Some(&graph), &judged)?;
        let beginning = Beginning {
            lessons: lessons.len(),
            judged: judged.len(),
            original: quality,
            pruned: quality,
        };
        let kept = Arc::new(judged.clone());
        let line = Line::new((&graph, &original), &recipe, &plan, (lessons, judged), loss)?;
        self.work = Some(Work {
            original: graph,
            judged: kept,
            kind: Kind::Line(Box::new(line)),
        });
        message(beginning)
    }

    /// Does the next piece of the search.
    pub fn round(&mut self) -> JsResult<Ts<Round>> {
        let Kind::Line(line) = &mut self.work()?.kind else {
            return Err(nothing_begun().into());
        };
        let stage = line.advance()?;
        let bytes = match &stage {
            Stage::Judged(tried) if tried.accepted => line.best().1,
            _ => &[],
        };
        message(Round {
            stage,
            is_over: line.is_over(),
            least: line.least(),
            bytes: Uint8Array::from(bytes),
        })
    }

    /// The set in parts: to learn from, to choose by, and for the last word.
    fn parts(&self, seed: u32) -> Result<Parts, Error> {
        let mut pictures = self.pictures.clone().ok_or_else(no_pictures)?;
        if let Some(test) = &self.test {
            pictures.keep_to_test(test.clone())?;
        }
        Parts::new(pictures, seed)
    }

    fn part(&mut self, to_test: bool) -> Result<&mut Pictures, Error> {
        let part = if to_test {
            &mut self.test
        } else {
            &mut self.pictures
        };
        part.as_mut().ok_or_else(no_pictures)
    }

    fn work(&mut self) -> Result<&mut Work, Error> {
        self.work.as_mut().ok_or_else(nothing_begun)
    }
}

fn options(sizes: Ts<Sizes>) -> JsResult<OpenOptions> {
    let Sizes(dims) = sizes.to_rust().map_err(mismatch)?;
    Ok(OpenOptions { dims })
}

fn no_pictures() -> Error {
    Error::BadInput("there are no photos to learn from yet".into())
}

fn nothing_begun() -> Error {
    Error::BadInput("no recovery is under way".into())
}

/// Reads a pair of IDX files; `labels` may be left out.
#[wasm_bindgen(js_name = readIdx)]
pub fn read_idx(
    images_name: &str,
    images: &[u8],
    labels_name: &str,
    labels: Option<Vec<u8>>,
) -> JsResult<Ts<PictureStack>> {
    let images = idx::parse(images_name, images)?;
    let labels = labels.as_deref();
    let labels = labels
        .map(|labels| idx::parse(labels_name, labels))
        .transpose()?;
    let (stack, labels) = idx::pair(&images, labels.as_ref())?;
    message(PictureStack {
        levels: Uint8Array::from(stack.levels),
        width: stack.width,
        height: stack.height,
        channels: stack.channels,
        labels: Uint8Array::from(labels.unwrap_or_default()),
    })
}
