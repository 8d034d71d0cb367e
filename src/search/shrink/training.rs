//! How the best cut is trained, as far as nobody chose.

use super::Shrink;
use crate::cost::model_cost;
use crate::data::Preset;
use crate::error::Result;
use crate::graph::Graph;
use crate::recover::{Method, Plan};
use crate::train::{RequestedBudget, TrainingOverrides};

/// How many multiply-adds training may take: a few minutes on two cores.
const WORK: f64 = 3.6e12;
const STEPS: [f64; 2] = [300.0, 4000.0];
/// Multiply-adds of a step for each of the original's: it runs once, and the pruned model, which may be nearly as large, forward and
/// twice that backward.
const WORK_OF_A_STEP: f64 = 4.0;
/// What labels count where each class has many small pictures. Of large photos there are few, which would be learned by heart.
const LABEL_WEIGHT: f32 = 0.3;

impl Shrink {
    /// How the best cut of a model is trained with what was chosen: else by distillation, for as many steps as take a few minutes,
    /// with labels where they help.
    ///
    /// Errors: those of [`Plan::with`].
    pub fn plan(
        original: &Graph,
        preset: &Preset,
        has_labels: bool,
        chosen: &TrainingOverrides,
    ) -> Result<Plan> {
        let mut chosen = chosen.clone();
        if has_labels && preset.is_small() {
            chosen.label_weight.get_or_insert(LABEL_WEIGHT);
        }
        let batch = Plan::with(Method::Distill, preset, &chosen)?.settings.batch;
        let macs = model_cost(original, 0).totals.macs as f64;
        let steps = WORK / (WORK_OF_A_STEP * macs * batch as f64);
        let [least, most] = STEPS;
        let steps = steps.round().clamp(least, most);
        chosen.budget.get_or_insert(RequestedBudget::Steps(steps));
        Plan::with(Method::Distill, preset, &chosen)
    }
}
