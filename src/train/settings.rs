//! The settings of a training run: everything that can be chosen, with the defaults, and the choices that replace some of them.

use super::budget::{RequestedBudget, TrainingBudget};
use super::optimizer::Rule;
use super::schedule::Schedule;
use crate::data::{Augmentation, Preset};
use crate::error::{Error, Result};
use crate::random::seed;
use serde::{Deserialize, Serialize};

/// A larger batch would take more memory than a machine has, whatever the model.
const MAX_BATCH: f64 = 4096.0;
/// With fewer pictures for each worker, normalizations use their stored statistics: those of a handful of pictures are worse.
const FEWEST_FOR_STATISTICS: usize = 16;

/// Everything that decides how a model is trained, beside the model and the pictures.
///
/// The names of the fields in JSON are those that earlier versions wrote into models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct TrainingSettings {
    /// When training ends.
    #[serde(rename = "length", alias = "budget")]
    pub budget: TrainingBudget,
    /// Pictures in one step.
    pub batch: usize,
    #[serde(rename = "optimiser", alias = "optimizer")]
    pub optimizer: Rule,
    /// The learning rate at its peak.
    #[serde(rename = "rate", alias = "learningRate")]
    pub learning_rate: f32,
    /// How the learning rate changes from the first step to the last.
    pub schedule: Schedule,
    pub weight_decay: f32,
    /// The largest norm of all gradients together; longer ones are scaled down to it.
    #[serde(default = "default_clip")]
    pub clip: f32,
    /// Distillation divides the logits by this before it compares them.
    #[serde(default = "default_temperature")]
    pub temperature: f32,
    /// Label smoothing, 0 to 1.
    pub smoothing: f32,
    /// The weight of the label loss beside the teacher's where both are used, 0 to 1; with 0, distillation uses no labels.
    #[serde(rename = "labelShare", alias = "labelWeight")]
    pub label_weight: f32,
    /// The values, by name, whose features distillation matches in its first steps; `stages` stands for the last one of each
    /// resolution.
    #[serde(
        rename = "inner",
        alias = "features",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub features: Vec<String>,
    pub augmentation: Augmentation,
    /// How many workers share each batch; each normalizes its own part.
    #[serde(default = "default_workers")]
    pub workers: usize,
    /// What random choices start from.
    pub seed: u32,
    /// Whether normalizations use the statistics of each batch and update the stored ones; `None` lets the size of the batch
    /// decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_statistics: Option<bool>,
}

/// What all models were trained with before it could be chosen.
fn default_clip() -> f32 {
    5.0
}

fn default_temperature() -> f32 {
    4.0
}

fn default_workers() -> usize {
    1
}

/// The settings that were chosen; the defaults apply to the rest. Numbers are as they were typed. In JSON, what is chosen has the
/// name of its setting.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct TrainingOverrides {
    #[serde(rename = "length")]
    pub budget: Option<RequestedBudget>,
    pub batch: Option<f64>,
    pub optimizer: Option<OptimizerName>,
    /// Of stochastic gradient descent, 0 to below 1.
    pub momentum: Option<f32>,
    #[serde(rename = "rate")]
    pub learning_rate: Option<f32>,
    pub schedule: Option<Schedule>,
    pub weight_decay: Option<f32>,
    pub clip: Option<f32>,
    pub temperature: Option<f32>,
    pub smoothing: Option<f32>,
    #[serde(rename = "labelShare")]
    pub label_weight: Option<f32>,
    #[serde(rename = "inner")]
    pub features: Option<Vec<String>>,
    pub flip: Option<bool>,
    pub shift: Option<f32>,
    pub rotation: Option<f32>,
    pub jitter: Option<f32>,
    pub workers: Option<usize>,
    pub seed: Option<f64>,
}

/// An optimizer whose own settings have their defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum OptimizerName {
    Sgd,
    AdamW,
}

impl TrainingSettings {
    /// The defaults for pictures of this preset.
    pub fn new(preset: &Preset) -> Self {
        let defaults = TrainingSettings::default();
        match preset.is_small() {
            true => defaults,
            false => TrainingSettings {
                batch: 8,
                learning_rate: 0.005,
                ..defaults
            },
        }
    }

    /// The same with what was chosen.
    ///
    /// Fails with [`Error::BadInput`] for a batch that is no number of pictures, for what is no budget or no seed, for augmentation
    /// out of range, and for a momentum of AdamW.
    pub fn with(mut self, chosen: &TrainingOverrides) -> Result<Self> {
        if let Some(batch) = chosen.batch {
            self.batch = checked_batch(batch)?;
        }
        match chosen.optimizer {
            Some(OptimizerName::AdamW) => {
                self.optimizer = Rule::AdamW;
                // Its steps are as long as the rate, however small gradients are.
                self.learning_rate /= 10.0;
                self.weight_decay = 0.01;
            }
            Some(OptimizerName::Sgd) => self.optimizer = Rule::SGD,
            None => {}
        }
        if let Some(chosen) = chosen.momentum {
            let Rule::Sgd { momentum } = &mut self.optimizer else {
                return Err(Error::BadInput(message!("error-momentum-of-adamw")));
            };
            *momentum = chosen;
        }
        if let Some(budget) = chosen.budget {
            self.budget = budget.checked()?;
        }
        if let Some(number) = chosen.seed {
            self.seed = seed(number)?;
        }
        if let Some(features) = &chosen.features {
            self.features = features.clone();
        }
        set(&mut self.learning_rate, chosen.learning_rate);
        set(&mut self.schedule, chosen.schedule);
        set(&mut self.weight_decay, chosen.weight_decay);
        set(&mut self.clip, chosen.clip);
        set(&mut self.temperature, chosen.temperature);
        set(&mut self.smoothing, chosen.smoothing);
        set(&mut self.label_weight, chosen.label_weight);
        set(&mut self.augmentation.flip, chosen.flip);
        set(&mut self.augmentation.shift, chosen.shift);
        set(&mut self.augmentation.rotation, chosen.rotation);
        set(&mut self.augmentation.jitter, chosen.jitter);
        set(&mut self.workers, chosen.workers);
        self.augmentation.check()?;
        Ok(self)
    }

    /// Whether normalizations use the statistics of each batch.
    pub fn uses_batch_statistics(&self) -> bool {
        let suffices = self.batch >= FEWEST_FOR_STATISTICS * self.workers;
        self.batch_statistics.unwrap_or(suffices)
    }

    /// Fails with [`Error::BadInput`] for settings that no model can be trained by.
    pub fn check(&self) -> Result<()> {
        let share = |x: f32| (0.0..=1.0).contains(&x);
        let positive = |x: f32| x.is_finite() && x > 0.0;
        let wrong = if self.batch == 0 {
            message!("error-setting-batch")
        } else if !positive(self.learning_rate) {
            message!("error-setting-rate")
        } else if !positive(self.clip) || !positive(self.temperature) {
            message!("error-setting-clip")
        } else if matches!(self.optimizer, Rule::Sgd { momentum } if !(0.0..1.0).contains(&momentum))
        {
            message!("error-setting-momentum")
        } else if !share(self.smoothing) || !share(self.label_weight) {
            message!("error-setting-smoothing")
        } else if !(self.weight_decay.is_finite() && self.weight_decay >= 0.0) {
            message!("error-setting-decay")
        } else {
            return Ok(());
        };
        Err(Error::BadInput(wrong))
    }
}

impl Default for TrainingSettings {
    /// For small pictures.
    fn default() -> Self {
        TrainingSettings {
            budget: TrainingBudget::Steps(300),
            batch: 64,
            optimizer: Rule::SGD,
            learning_rate: 0.02,
            schedule: Schedule::Cosine,
            weight_decay: 1e-4,
            clip: default_clip(),
            temperature: default_temperature(),
            smoothing: 0.0,
            label_weight: 0.0,
            features: Vec::new(),
            augmentation: Augmentation {
                flip: true,
                shift: 0.1,
                ..Augmentation::default()
            },
            workers: default_workers(),
            seed: 1,
            batch_statistics: None,
        }
    }
}

fn set<T: Copy>(setting: &mut T, chosen: Option<T>) {
    if let Some(chosen) = chosen {
        *setting = chosen;
    }
}

fn checked_batch(batch: f64) -> Result<usize> {
    if batch.fract() != 0.0 || !(1.0..=MAX_BATCH).contains(&batch) {
        return Err(Error::BadInput(message!(
            "error-batch-size",
            most = MAX_BATCH,
            batch = batch
        )));
    }
    Ok(batch as usize)
}
