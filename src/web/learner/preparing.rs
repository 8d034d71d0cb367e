//! Work that is to begin once both models, or the original alone, have been measured: some pictures a call.

use super::{Kind, Learner, Work, nothing_begun};
use crate::api::probing::{Found, Probing};
use crate::api::recovery::Beginning;
use crate::data::Split;
use crate::error::Error;
use crate::eval::{Metrics, ModelComparison};
use crate::graph::Graph;
use crate::recover::UnmatchedFeatures;
use crate::recover::{Plan, RecoveryRun};
use crate::search::{
    self, BudgetSearch, Curves, LayerProbe, Preparation, Sensitivity, SizeProbe, Sweep,
};
use crate::web::errors::{JsResult, mismatch};
use crate::web::{SLICE, message, now};
use std::sync::Arc;
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// What is being measured, and the cut that is under way: of a layer, the curve that it belongs to.
pub enum Probes {
    Layers(Box<Sensitivity>, Option<(usize, LayerProbe)>),
    Sizes(Box<Sweep>, Option<Box<SizeProbe>>),
}

/// What is on its way to begin.
pub enum Preparing {
    Recovery(Box<Recovery>),
    BudgetSearch(Preparation<BudgetSearch>, Box<Graph>, Split),
    Sweep(Preparation<Sweep>, Split),
    Layers(Preparation<Sensitivity>, Option<Box<Curves>>),
}

/// A recovery whose models are being measured.
pub struct Recovery {
    pub original: Graph,
    pub pruned: Graph,
    pub plan: Plan,
    pub split: Split,
    pub trial: ModelComparison,
    /// Milliseconds that the original takes for one picture.
    pub milliseconds: Option<f64>,
}

impl Preparing {
    fn advance(&mut self) -> Result<search::Preparing, Error> {
        match self {
            Preparing::Recovery(recovery) => {
                let shown = recovery.trial.advance()?;
                Ok(search::Preparing::Measuring(shown.into()))
            }
            Preparing::BudgetSearch(line, ..) => line.advance(),
            Preparing::Sweep(sweep, _) => sweep.advance(),
            Preparing::Layers(layers, _) => layers.advance(),
        }
    }
}

#[wasm_bindgen]
impl Learner {
    /// Shows some more pictures before the work that was asked for begins.
    pub fn prepare(&mut self) -> JsResult<Ts<search::Preparing>> {
        let preparing = self.preparing.as_mut().ok_or_else(nothing_begun)?;
        let start = now();
        loop {
            let at = preparing.advance()?;
            if at.is_over() || now() - start > SLICE {
                return message(at);
            }
        }
    }

    /// Begins a recovery, a search or a sweep that was prepared, and tells on what, and how good the models are.
    pub fn begin(&mut self) -> JsResult<Ts<Beginning>> {
        match self.preparing.take().ok_or_else(nothing_begun)? {
            Preparing::Recovery(recovery) => {
                let Recovery {
                    original,
                    pruned,
                    plan,
                    split,
                    mut trial,
                    milliseconds,
                } = *recovery;
                let tested = trial.run()?;
                let qualities = [tested.original, tested.quality];
                let lessons = Arc::clone(&split.train);
                // Whoever shares out the batches with this worker is a member.
                let job = RecoveryRun::member(&pruned, Some(&original), lessons, &plan, 0)?;
                let mut job = job.timed_by(Some(now));
                // What comes out should not be worse than what went in.
                job.judged(tested.quality);
                let told = Beginning {
                    unmatched: job.unmatched().map(UnmatchedFeatures::message),
                    ..beginning(&split, qualities, milliseconds)
                };
                let kind = Kind::Recovery(Box::new(job));
                self.work = Some(Work {
                    pruned: Some(pruned),
                    ..Work::new(original, split, trial.answers(), kind)
                });
                message(told)
            }
            Preparing::BudgetSearch(line, original, split) => {
                let line = line.finish()?.leading();
                let state = line.state();
                let told = beginning(&split, [state.original; 2], state.milliseconds);
                let answers = line.answers().clone();
                let kind = Kind::BudgetSearch(Box::new(line));
                self.work = Some(Work::new(*original, split, answers, kind));
                message(told)
            }
            Preparing::Sweep(sweep, split) => {
                let sweep = sweep.finish()?;
                let told = beginning(&split, [sweep.original(); 2], sweep.milliseconds());
                self.probes = Some(Probes::Sizes(Box::new(sweep), None));
                message(told)
            }
            Preparing::Layers(..) => Err(nothing_begun().into()),
        }
    }

    /// What pictures told before layers can be probed, once all were shown.
    pub fn found(&self) -> JsResult<Ts<Found>> {
        match &self.preparing {
            Some(Preparing::Layers(layers, _)) => message(Found::from(layers.found())),
            _ => Err(nothing_begun().into()),
        }
    }

    /// Takes what they told another worker that is to probe the same layers on the same pictures, in place of showing them.
    #[wasm_bindgen(js_name = takeFound)]
    pub fn take_found(&mut self, found: Ts<Found>) -> JsResult<()> {
        let found = found.to_rust().map_err(mismatch)?;
        match &mut self.preparing {
            Some(Preparing::Layers(layers, _)) => Ok(layers.take(found.into())?),
            _ => Err(nothing_begun().into()),
        }
    }

    /// Begins to probe layers, and tells which probes are left to do.
    #[wasm_bindgen(js_name = beginLayers)]
    pub fn begin_layers(&mut self) -> JsResult<Ts<Probing>> {
        let Some(Preparing::Layers(sensitivity, before)) = self.preparing.take() else {
            return Err(nothing_begun().into());
        };
        let sensitivity = sensitivity.finish()?;
        let curves = match before {
            Some(before) => sensitivity.known(&before),
            None => sensitivity.curves(),
        };
        let probing = Probing {
            probes: sensitivity.len(),
            levels: sensitivity.levels().to_vec(),
            left: sensitivity.left(&curves),
            curves,
        };
        self.probes = Some(Probes::Layers(Box::new(sensitivity), None));
        message(probing)
    }
}

/// What to say of work that begins on these pictures, of an original and a pruned model as good as this.
fn beginning(
    split: &Split,
    [original, pruned]: [Metrics; 2],
    milliseconds: Option<f64>,
) -> Beginning {
    Beginning {
        lessons: split.train.len(),
        judged: split.validation.len(),
        test: split.test.len(),
        fingerprint: format!("{:016x}", split.validation.fingerprint()),
        original,
        pruned,
        milliseconds,
        unmatched: None,
    }
}
