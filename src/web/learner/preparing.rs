//! Work that is to begin once both models, or the original alone, have been measured: some pictures a call.

use super::running::Running;
use super::{Kind, Learner, Work, nothing_begun};
use crate::api::probing::{Found, Probing};
use crate::api::recovery::{self, Beginning};
use crate::data::Split;
use crate::error::Error;
use crate::eval::{Compared, Metrics};
use crate::graph::Graph;
use crate::recover::{Judge, KeepBest, Plan, Recovery as Recovering, Replicas, UnmatchedFeatures};
use crate::search::{BudgetSearch, Curves, Sensitivity, SensitivityPoint, Sweep, SweepPoint};
use crate::task::{Progress, Step, Task};
use crate::web::errors::{JsResult, mismatch};
use crate::web::slices::Slices;
use crate::web::{message, now};
use std::sync::Arc;
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// What is on its way to begin.
pub enum Preparing {
    Recovery(Box<Recovery>),
    Search(Box<Slices<BudgetSearch>>, Box<Graph>, Split),
    Sweep(Box<Slices<Sweep>>, Split),
    Layers(Box<Layers>),
}

/// What is being measured, and the cut that is under way: of a layer, the curve that it belongs to.
pub enum Probes {
    /// With what was measured of the same layers before.
    Layers(
        Box<Sensitivity>,
        Option<Curves>,
        Option<(usize, Slices<SensitivityPoint>)>,
    ),
    Sizes(Box<Sweep>, Option<Slices<SweepPoint>>),
}

/// Layers that are to be probed.
pub struct Layers {
    pub sensitivity: Slices<Sensitivity>,
    /// The same, where pictures told another worker what has to be known.
    pub take: Box<dyn FnOnce(crate::search::Findings) -> Result<Sensitivity, Error>>,
    pub before: Option<Curves>,
}

/// A recovery whose models are being measured.
pub struct Recovery {
    pub original: Graph,
    pub pruned: Graph,
    pub plan: Plan,
    pub split: Split,
    pub baseline: Slices<Compared>,
    /// Milliseconds that the original takes for one picture.
    pub milliseconds: Option<f64>,
}

impl Preparing {
    fn advance(&mut self) -> Result<Progress, Error> {
        match self {
            Preparing::Recovery(recovery) => recovery.baseline.advance(),
            Preparing::Search(line, ..) => line.advance(),
            Preparing::Sweep(sweep, _) => sweep.advance(),
            Preparing::Layers(layers) => layers.sensitivity.advance(),
        }
    }
}

#[wasm_bindgen]
impl Learner {
    /// Shows some more pictures before the work that was asked for begins.
    pub fn prepare(&mut self) -> JsResult<Ts<recovery::Preparing>> {
        let preparing = self.preparing.as_mut().ok_or_else(nothing_begun)?;
        message(recovery::Preparing::from(preparing.advance()?))
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
                    baseline,
                    milliseconds,
                } = *recovery;
                let Compared { result, reference } = baseline.finish()?;
                // Whoever shares out the batches with this worker is a replica elsewhere.
                let work = Recovering::new(
                    &pruned,
                    Some(&original),
                    Arc::clone(&split.train),
                    &plan,
                    Replicas::One(0),
                    Some(now),
                )?;
                let told = Beginning {
                    unmatched: work.unmatched().map(UnmatchedFeatures::message),
                    ..beginning(&split, [result.original, result.quality], milliseconds)
                };
                let judge = Judge {
                    pictures: Arc::clone(&split.validation),
                    reference,
                    baseline: result,
                };
                let mut task = KeepBest::new(work, &plan, Some(judge));
                // It tells of the baseline first, which is told here.
                if !matches!(task.step()?, Step::Event(_)) {
                    return Err(nothing_begun().into());
                }
                let kind = Kind::Recovery(Box::new(Running::new(plan, task, result)));
                self.work = Some(Work {
                    pruned: Some(pruned),
                    ..Work::new(original, split, kind)
                });
                message(told)
            }
            Preparing::Search(line, original, split) => {
                let line = line.finish()?.leading();
                let state = line.state();
                let told = beginning(&split, [state.original; 2], state.milliseconds);
                let kind = Kind::BudgetSearch(Box::new(line));
                self.work = Some(Work::new(*original, split, kind));
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
    pub fn found(&mut self) -> JsResult<Ts<Found>> {
        match self.preparing.take() {
            Some(Preparing::Layers(layers)) => {
                let Layers {
                    sensitivity,
                    take,
                    before,
                } = *layers;
                let ready = sensitivity.finish()?;
                let found = message(Found::from(ready.findings()))?;
                let sensitivity = Slices::ready(ready);
                self.preparing = Some(Preparing::Layers(Box::new(Layers {
                    sensitivity,
                    take,
                    before,
                })));
                Ok(found)
            }
            _ => Err(nothing_begun().into()),
        }
    }

    /// Takes what they told another worker that is to probe the same layers on the same pictures, in place of showing them.
    #[wasm_bindgen(js_name = takeFound)]
    pub fn take_found(&mut self, found: Ts<Found>) -> JsResult<()> {
        let found = found.to_rust().map_err(mismatch)?;
        match self.preparing.take() {
            Some(Preparing::Layers(layers)) => {
                let Layers { take, before, .. } = *layers;
                self.ready_to_probe(take(found.into())?, before);
                Ok(())
            }
            _ => Err(nothing_begun().into()),
        }
    }

    /// Begins to probe layers, and tells which probes are left to do.
    #[wasm_bindgen(js_name = beginLayers)]
    pub fn begin_layers(&mut self) -> JsResult<Ts<Probing>> {
        if let Some(Preparing::Layers(layers)) = self.preparing.take() {
            self.ready_to_probe(layers.sensitivity.finish()?, layers.before);
        }
        let Some(Probes::Layers(sensitivity, before, _)) = &self.probes else {
            return Err(nothing_begun().into());
        };
        let curves = match before {
            Some(before) => sensitivity.known(before),
            None => sensitivity.curves(),
        };
        message(Probing {
            probes: sensitivity.len(),
            levels: sensitivity.levels().to_vec(),
            left: sensitivity.left(&curves),
            curves,
        })
    }
}

impl Learner {
    fn ready_to_probe(&mut self, sensitivity: Sensitivity, before: Option<Curves>) {
        self.probes = Some(Probes::Layers(Box::new(sensitivity), before, None));
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
