//! Everything chosen automatically.

use super::data_parallel::Together;
use super::{Learner, beginning, message, options};
use crate::api::model::Sizes;
use crate::api::recovery::CutFile;
use crate::api::shrink::{ImpossibleStrategy, Shrunk, TriedStrategy, TryingStrategy};
use crate::api::task::TaskEvent;
use crate::cost::model_cost;
use crate::data::Preset;
use crate::eval::measure;
use crate::onnx::open;
use crate::recover::{Event, Plan, Replicas, Warning};
use crate::search::{Shrink, ShrinkEvent, ShrinkGoal};
use crate::task::Task;
use crate::train::TrainingOverrides;
use crate::web::errors::{JsResult, mismatch};
use crate::web::now;
use tsify::Ts;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Learner {
    /// How the best cut of a model is trained with what was chosen, on a machine with so many cores.
    #[wasm_bindgen(js_name = shrinkPlan)]
    pub fn shrink_plan(
        &self,
        original: Vec<u8>,
        preset: Ts<Preset>,
        has_labels: bool,
        chosen: Ts<TrainingOverrides>,
        sizes: Ts<Sizes>,
        cores: usize,
    ) -> JsResult<Ts<Plan>> {
        let preset = preset.to_rust().map_err(mismatch)?;
        let chosen = chosen.to_rust().map_err(mismatch)?;
        let graph = open(original.into(), &options(sizes)?)?.graph;
        message(Shrink::plan(&graph, &preset, has_labels, &chosen)?.among(cores))
    }

    /// Starts to make a model smaller, choosing how. `plan` says how the best cut is trained. Whoever shares the batches with this
    /// worker is a member.
    pub fn shrink(
        &mut self,
        original: Vec<u8>,
        goal: Ts<ShrinkGoal>,
        plan: Ts<Plan>,
        sizes: Ts<Sizes>,
    ) -> JsResult<()> {
        let plan = plan.to_rust().map_err(mismatch)?;
        let goal = goal.to_rust().map_err(mismatch)?;
        let graph = open(original.clone().into(), &options(sizes)?)?.graph;
        let split = self.split(&graph)?;
        let milliseconds = measure(&graph, &split.validation, Some(now))?;
        let before = model_cost(&graph, original.len() as u64).totals;
        let (sides, here) = ((&graph, &original[..]), Replicas::One(0));
        let shrink = Shrink::prepare(sides, goal, &plan, split.clone(), here, Some(now))?;
        self.together = Some(Together::new(&split.train, &plan));
        let task = shrink.then(Ok).try_events(move |event| {
            Ok(Some(match event {
                ShrinkEvent::Progress(progress) => progress.into(),
                ShrinkEvent::Original(original) => {
                    TaskEvent::Began(beginning(&split, [original; 2], milliseconds))
                }
                ShrinkEvent::Trying(attempted) => TaskEvent::Trying(TryingStrategy {
                    name: attempted.strategy.name(),
                    attempted,
                }),
                ShrinkEvent::Tried(tried) => TaskEvent::Tried(TriedStrategy {
                    name: tried.strategy.name(),
                    tried: *tried,
                }),
                ShrinkEvent::Impossible(strategy, reason) => {
                    let name = strategy.name();
                    TaskEvent::Impossible(ImpossibleStrategy { name, reason })
                }
                ShrinkEvent::Training(file) => TaskEvent::Training(CutFile::of(&file)),
                ShrinkEvent::Shrunk(shrunk) => TaskEvent::Shrunk(Shrunk {
                    milliseconds: measure(&shrunk.graph, &split.validation, Some(now))?,
                    ..Shrunk::of(&shrunk, &before)?
                }),
                ShrinkEvent::Recovery(Event::Baseline(before)) => TaskEvent::Cut(before.quality),
                ShrinkEvent::Recovery(Event::Learning(learning)) => TaskEvent::Learning(learning),
                ShrinkEvent::Recovery(Event::Judged(judged)) => TaskEvent::Judged(judged),
                ShrinkEvent::Recovery(Event::Trained(done)) => TaskEvent::Trained(done),
                ShrinkEvent::Recovery(Event::Warning(Warning::Diverged(reason))) => {
                    TaskEvent::Diverged(reason)
                }
                ShrinkEvent::Recovery(_) => return Ok(None),
            }))
        });
        self.start_tested(task);
        Ok(())
    }
}
