//! The worker that brings pruned models back.

mod data_parallel;
mod preparing;
mod probes;
mod running;
mod search;

use super::errors::{JsResult, mismatch};
use super::slices::Slices;
use super::{SLICE, message, now};
use crate::api::model::Sizes;
use crate::api::pictures::{PictureStack, Pixels};
use crate::api::recovery::{Advance, Recovered};
use crate::cost::{Totals, model_cost};
use crate::data::Split;
use crate::data::preset::Preset;
use crate::data::{Pictures, Stack, classes_of_folders, idx, outputs};
use crate::error::Error;
use crate::eval::{Compared, ComparisonResult, ModelComparison, measure};
use crate::graph::Graph;
use crate::onnx::{OpenOptions, open};
use crate::prune::criteria::Measured;
use crate::recover::{Method, Plan};
use crate::search::BudgetSearch;
use crate::task::{Phase, Step, Task};
use crate::train::TrainingOverrides;
use data_parallel::Shares;
use js_sys::Uint8Array;
use preparing::Preparing;
use running::Running;
use std::collections::{BTreeMap, BTreeSet};
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
    /// The folders that are classes, in their order: which ones, the model tells. Until then a photo's label is its folder's
    /// place.
    folders: BTreeMap<String, u32>,
    preparing: Option<Preparing>,
    work: Option<Work>,
    probes: Option<preparing::Probes>,
    /// A criterion that is being measured.
    pub(super) measuring: Option<Slices<Measured>>,
}

/// What is under way.
struct Work {
    original: Graph,
    /// What a recovery began with.
    pruned: Option<Graph>,
    /// What the original costs; its file does not count.
    before: Totals,
    split: Split,
    /// What members found, until the next step.
    shares: Shares,
    kind: Kind,
    /// What came out, being tested; it can be ended early.
    test: Option<ModelComparison>,
}

enum Kind {
    Recovery(Box<Running>),
    /// A recovery that has ended, and what it was planned as.
    Recovered(Box<Graph>, Box<Plan>),
    BudgetSearch(Box<BudgetSearch>),
}

impl Work {
    fn new(original: Graph, split: Split, kind: Kind) -> Self {
        Work {
            before: model_cost(&original, 0).totals,
            original,
            pruned: None,
            split,
            shares: Shares::default(),
            kind,
            test: None,
        }
    }

    fn plan(&self) -> &Plan {
        match &self.kind {
            Kind::Recovery(running) => &running.plan,
            Kind::Recovered(_, plan) => plan,
            Kind::BudgetSearch(line) => &line.state().plan,
        }
    }
}

#[wasm_bindgen]
impl Learner {
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
        self.preparing = None;
        self.work = None;
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

    /// Gets ready to recover a pruned model on part of the pictures; the rest measures it, and both models before.
    pub fn recover(
        &mut self,
        original: Vec<u8>,
        pruned: Vec<u8>,
        plan: Ts<Plan>,
        sizes: Ts<Sizes>,
    ) -> JsResult<()> {
        let plan = plan.to_rust().map_err(mismatch)?;
        let options = options(sizes)?;
        let original = open(original.into(), &options)?.graph;
        let pruned = open(pruned.into(), &options)?.graph;
        let split = self.split(&original)?;
        self.preparing = Some(Preparing::Recovery(Box::new(preparing::Recovery {
            baseline: Slices::new(
                ModelComparison::new(&original, &pruned, Arc::clone(&split.validation))?
                    .during(Phase::Baseline),
            ),
            milliseconds: measure(&original, &split.validation, Some(now))?,
            original,
            pruned,
            plan,
            split,
        })));
        Ok(())
    }

    /// Does the next piece of a recovery: with what members found, where they did.
    pub fn advance(&mut self) -> JsResult<Ts<Advance>> {
        let work = self.work()?;
        let Kind::Recovery(running) = &mut work.kind else {
            return Err(nothing_begun().into());
        };
        message(running.advance(work.shares.take())?)
    }

    /// Judges the last steps of a recovery that is stopped before its end; they may have run away.
    pub fn conclude(&mut self) -> JsResult<()> {
        match &mut self.work()?.kind {
            Kind::Recovery(running) => Ok(running.conclude()?),
            _ => Err(nothing_begun().into()),
        }
    }

    /// Begins to measure how good the model is by now. Gives on how many pictures.
    pub fn judge(&mut self) -> JsResult<usize> {
        let work = self.work()?;
        let Kind::Recovery(running) = &mut work.kind else {
            return Err(nothing_begun().into());
        };
        running.judge()?;
        Ok(work.split.validation.len())
    }

    /// Ends a recovery, whole or not, and gives the best model that it came by, where the last one was judged, or the last.
    pub fn finish(&mut self) -> JsResult<Ts<Recovered>> {
        let work = self.work.take().ok_or_else(nothing_begun)?;
        let Kind::Recovery(running) = work.kind else {
            return Err(nothing_begun().into());
        };
        let plan = Box::new(running.plan.clone());
        let recovered = running.finish()?;
        let told = Recovered {
            milliseconds: measure(&recovered.graph, &work.split.validation, Some(now))?,
            ..Recovered::of(&recovered, &work.before)?
        };
        let kind = Kind::Recovered(Box::new(recovered.graph), plan);
        self.work = Some(Work {
            pruned: work.pruned,
            ..Work::new(work.original, work.split, kind)
        });
        message(told)
    }

    /// The best model that a recovery came by so far, to be kept in case of what may happen to it; `undefined` where it is of no
    /// more than `after` pieces of work. Its time is not measured.
    pub fn checkpoint(&mut self, after: usize) -> JsResult<Option<Ts<Recovered>>> {
        let work = self.work()?;
        let Kind::Recovery(running) = &mut work.kind else {
            return Err(nothing_begun().into());
        };
        let best = running.checkpoint(after)?;
        let told = best.map(|best| Recovered::of(&best, &work.before));
        let told = told.transpose()?;
        told.map(message).transpose()
    }

    /// Begins to measure what came out, a recovered model beside what it was before, or a search's best, and the original, on
    /// the pictures for the last word. Gives how many there are.
    #[wasm_bindgen(js_name = beginTest)]
    pub fn begin_test(&mut self) -> JsResult<usize> {
        let work = self.work()?;
        let model = match &work.kind {
            Kind::Recovery(_) => return Err(nothing_begun().into()),
            Kind::Recovered(graph, _) => graph.as_ref(),
            Kind::BudgetSearch(line) => line.best().0,
        };
        let pictures = &work.split.test;
        let trial = ModelComparison::new(&work.original, model, Arc::clone(pictures))?;
        let trial = match &work.pruned {
            Some(pruned) => trial.beside(pruned)?,
            None => trial,
        };
        work.test = Some(trial.during(Phase::Testing).ending_early());
        Ok(pictures.len())
    }

    /// Shows some more pictures.
    #[wasm_bindgen(js_name = advanceTrial)]
    pub fn advance_trial(&mut self) -> JsResult<Ts<Advance>> {
        let work = self.work()?;
        if let Kind::Recovery(running) = &mut work.kind {
            return message(Advance::from(running.advance_judging()?));
        }
        let test = work.test.as_mut().ok_or_else(nothing_begun)?;
        let start = now();
        loop {
            let Step::Event(at) = test.step()? else {
                return Err(nothing_begun().into());
            };
            if at.done == at.of || now() - start > SLICE {
                return message(Advance::from(at));
            }
        }
    }

    /// What the pictures that were shown tell.
    #[wasm_bindgen(js_name = finishTrial)]
    pub fn finish_trial(&mut self) -> JsResult<Ts<ComparisonResult>> {
        let work = self.work()?;
        if let Kind::Recovery(running) = &mut work.kind {
            return message(running.finish_judging()?);
        }
        let mut test = work.test.take().ok_or_else(nothing_begun)?;
        test.stop();
        let Compared { result, .. } = test.finish()?;
        message(result)
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

    fn under_way(&self) -> Result<&Work, Error> {
        self.work.as_ref().ok_or_else(nothing_begun)
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
