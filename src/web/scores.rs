//! Scores that pictures tell: the learner's worker measures them, the cutter's takes them in.

use super::cutter::Cutter;
use super::errors::{JsResult, mismatch};
use super::learner::Learner;
use super::message;
use crate::api::criteria::{CriterionList, ListedCriterion, Scores};
use crate::api::model::Sizes;
use crate::api::task::{Finished, TaskEvent};
use crate::onnx::{OpenOptions, open};
use crate::prune::criteria;
use crate::search::cut_scores;
use crate::task::Task;
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// The criteria that there are, in the order in which they are listed.
#[wasm_bindgen]
pub fn criteria() -> JsResult<Ts<CriterionList>> {
    let infos = criteria::all().map(|criterion| ListedCriterion {
        info: criterion.info,
        pictures: criterion.looks_at_pictures(),
    });
    message(CriterionList(infos.collect()))
}

#[wasm_bindgen]
impl Learner {
    /// Starts to measure a criterion of a model on those of the gathered pictures that may be learned from, or on as many of
    /// them as are enough; the recipe's `seed` chooses.
    #[wasm_bindgen(js_name = measureCriterion)]
    pub fn measure_criterion(
        &mut self,
        model: Vec<u8>,
        criterion: &str,
        seed: u32,
        sizes: Ts<Sizes>,
    ) -> JsResult<()> {
        let Sizes(dims) = sizes.to_rust().map_err(mismatch)?;
        let graph = open(model.into(), &OpenOptions { dims })?.graph;
        let pictures = self.set(&graph)?;
        let measuring = cut_scores(&graph, criterion, pictures, seed, false)?;
        self.start(measuring.events(TaskEvent::from).map(|measured| {
            Ok(Finished {
                scores: Some(Scores::from(measured)),
                ..Finished::default()
            })
        }));
        Ok(())
    }
}

#[wasm_bindgen]
impl Cutter {
    /// Takes in what pictures told of the open model. A cut that went by what they told before has to be chosen again.
    #[wasm_bindgen(js_name = takeScores)]
    pub fn take_scores(&mut self, scores: Ts<Scores>) -> JsResult<()> {
        let scores = scores.to_rust().map_err(mismatch)?;
        self.session_mut()?.take_scores(scores.into())?;
        Ok(())
    }
}
