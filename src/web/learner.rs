//! The worker that brings pruned models back.

mod data_parallel;
mod probes;
mod recovery;
mod search;
mod shrink;

use super::errors::{JsResult, mismatch};
use super::{SLICE, message, now};
use crate::api::model::Sizes;
use crate::api::pictures::{PictureStack, Pixels};
use crate::api::recovery::Beginning;
use crate::api::task::{Finished, TaskEvent, TaskStep};
use crate::data::Split;
use crate::data::preset::Preset;
use crate::data::{Pictures, Stack, classes_of_folders, idx, outputs};
use crate::error::Error;
use crate::eval::{ComparisonResult, Metrics};
use crate::graph::Graph;
use crate::onnx::OpenOptions;
use crate::recover::{Method, Plan};
use crate::task::{Step, Task};
use crate::train::TrainingOverrides;
use data_parallel::{Shares, Together};
use js_sys::Uint8Array;
use probes::Probes;
use std::collections::{BTreeMap, BTreeSet};
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// Works on pictures, on one task at a time. Whoever drives it asks for each step, so it can be paused between any two.
#[wasm_bindgen]
#[derive(Default)]
pub struct Learner {
    pictures: Option<Pictures>,
    /// Those of them that were published to test on.
    test: Option<Pictures>,
    /// The folders that are classes, in their order: which ones, the model tells. Until then a photo's label is its folder's
    /// place.
    folders: BTreeMap<String, u32>,
    task: Option<Box<dyn Task<Event = TaskEvent, Output = Finished>>>,
    /// Of a task that trains: what it needs of other workers.
    together: Option<Together>,
    /// What members found, until the next step.
    shares: Shares,
    probes: Option<Probes>,
}

#[wasm_bindgen]
impl Learner {
    /// A learner without a task.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Learner {
        Learner::default()
    }

    /// What does well for a method and pictures of this preset, on a machine with so many cores, where this was chosen.
    pub fn plan(
        &self,
        method: Ts<Method>,
        preset: Ts<Preset>,
        chosen: Ts<TrainingOverrides>,
        cores: usize,
    ) -> JsResult<Ts<Plan>> {
        let method = method.to_rust().map_err(mismatch)?;
        let preset = preset.to_rust().map_err(mismatch)?;
        let chosen = chosen.to_rust().map_err(mismatch)?;
        message(Plan::with(method, &preset, &chosen)?.among(cores))
    }

    /// Begins a set of pictures. `folders` are the names of the folders that are classes; none where there are no labels.
    /// `classes`: how many the model tells apart, where that is known.
    pub fn gather(
        &mut self,
        preset: Ts<Preset>,
        folders: Vec<String>,
        classes: Option<usize>,
    ) -> JsResult<()> {
        let preset = preset.to_rust().map_err(mismatch)?;
        let folders: BTreeSet<String> = folders.into_iter().collect();
        // Folders that are no classes are told of before photos are read.
        let names: Vec<&str> = folders.iter().map(String::as_str).collect();
        let named = preset.classes.as_ref().map(Vec::len);
        classes_of_folders(&names, &preset, named.or(classes))?;
        self.task = None;
        self.together = None;
        self.probes = None;
        self.pictures = Some(Pictures::new(&preset)?);
        self.test = Some(Pictures::new(&preset)?);
        self.folders = folders.into_iter().zip(0..).collect();
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
        let label = folder.and_then(|name| self.folders.get(&name).copied());
        let pictures = self.part(to_test)?;
        let size = [photo.width, photo.height];
        pictures.add_photo(&photo.data.to_vec(), size, photo.key, label)?;
        Ok(())
    }

    /// Takes many small pictures of one size into the set at once.
    #[wasm_bindgen(js_name = addStack)]
    pub fn add_stack(&mut self, stack: Ts<PictureStack>, to_test: bool) -> JsResult<()> {
        let stack = stack.to_rust().map_err(mismatch)?;
        let levels = stack.levels.to_vec();
        let labels: Vec<u32> = stack.labels.to_vec().into_iter().map(u32::from).collect();
        let labels = (!labels.is_empty()).then_some(&labels[..]);
        if labels.is_some() && !self.folders.is_empty() {
            return Err(Error::BadInput(message!("error-labels-mixed")).into());
        }
        let levels = Stack {
            levels: &levels,
            width: stack.width,
            height: stack.height,
            channels: stack.channels,
        };
        self.part(to_test)?.add_stack(levels, labels)?;
        Ok(())
    }

    /// Does the next step of the task that was started last, with what members found, where they did.
    pub fn step(&mut self) -> JsResult<Ts<TaskStep>> {
        let task = self.task.as_mut().ok_or_else(nothing_begun)?;
        let shares = self.shares.take();
        if let Some(exchange) = task.exchange().filter(|_| !shares.is_empty()) {
            exchange.supply(shares);
        }
        let step = match task.step() {
            Ok(Step::Event(event)) => TaskStep::Event(event),
            Ok(Step::Done(finished)) => {
                self.task = None;
                TaskStep::Done(finished)
            }
            Err(error) => {
                self.task = None;
                return Err(error.into());
            }
        };
        message(step)
    }

    /// Asks the task for an early end that keeps what there is.
    pub fn stop(&mut self) {
        if let Some(task) = &mut self.task {
            task.stop();
        }
    }
}

impl Learner {
    /// Progress is told now and then alone.
    pub(super) fn start(
        &mut self,
        task: impl Task<Event = TaskEvent, Output = Finished> + 'static,
    ) {
        self.shares = Shares::default();
        self.task = Some(Box::new(task.told_every(SLICE, now, TaskEvent::matters)));
    }

    /// The same for a task that gives what a test told.
    fn start_tested(
        &mut self,
        task: impl Task<Event = TaskEvent, Output = Option<ComparisonResult>> + 'static,
    ) {
        self.start(task.map(|tested| {
            Ok(Finished {
                tested,
                ..Finished::default()
            })
        }));
    }

    /// The set in parts: to learn from, to choose by, and for the last word.
    fn split(&self, model: &Graph) -> Result<Split, Error> {
        Split::new(self.set(model)?)
    }

    /// All that was gathered, with the labels that folders stand for to this model.
    pub(super) fn set(&self, model: &Graph) -> Result<Pictures, Error> {
        let gathered = self.pictures.as_ref().zip(self.test.as_ref());
        let (pictures, test) = gathered.ok_or_else(no_pictures)?;
        let folders: Vec<&str> = self.folders.keys().map(String::as_str).collect();
        let classes = classes_of_folders(&folders, pictures.preset(), outputs(model))?;
        let classes: Vec<u32> = classes.into_values().collect();
        let [mut pictures, mut test] = [pictures, test].map(Clone::clone);
        pictures.relabel(&classes);
        test.relabel(&classes);
        pictures.keep_to_test(test)?;
        Ok(pictures)
    }

    fn part(&mut self, to_test: bool) -> Result<&mut Pictures, Error> {
        let part = if to_test {
            &mut self.test
        } else {
            &mut self.pictures
        };
        part.as_mut().ok_or_else(no_pictures)
    }
}

/// What to say of work that begins on these pictures, of an original and a pruned model as good as this.
fn beginning(
    split: &Split,
    [original, pruned]: [Metrics; 2],
    milliseconds: Option<f64>,
) -> Beginning {
    Beginning {
        trained_on: split.train.len(),
        judged: split.validation.len(),
        test: split.test.len(),
        fingerprint: format!("{:016x}", split.validation.fingerprint()),
        original,
        pruned,
        milliseconds,
        unmatched: None,
    }
}

fn options(sizes: Ts<Sizes>) -> JsResult<OpenOptions> {
    let Sizes(dims) = sizes.to_rust().map_err(mismatch)?;
    Ok(OpenOptions { dims })
}

fn no_pictures() -> Error {
    Error::BadInput(message!("error-no-photos"))
}

fn nothing_begun() -> Error {
    Error::BadInput(message!("error-no-recovery"))
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
