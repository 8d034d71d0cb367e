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
/// Every picture would be mixed half and half from there on.
const MOST_MIXED: f32 = 100.0;
/// How many times as fast as with SGD weights move with AdamW at the same rate: its steps are as long as the rate, however small
/// gradients are.
const ADAMW_IS_FASTER: f32 = 10.0;
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
    /// Whether a short test finds the learning rate that does best on validation pictures, where there are such; it tries a
    /// smaller one than this and some larger ones.
    #[serde(default)]
    pub finds_rate: bool,
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
    /// The share of the way, from the first step on, on which features are matched, 0 to 1.
    #[serde(default = "default_feature_share")]
    pub feature_share: f32,
    /// How evenly distillation mixes pictures in pairs (mixup): the parameter of the beta distribution that the shares are drawn
    /// from; with 0, pictures stay apart.
    #[serde(default)]
    pub mixup: f32,
    /// The share of the way, at its end, over which the weights are averaged, 0 to 1.
    #[serde(default)]
    pub averaging: f32,
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

/// What the pruned model has fewer channels for, it does better to find its own way to, given the pictures for it.
fn default_feature_share() -> f32 {
    0.1
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
    pub feature_share: Option<f32>,
    pub mixup: Option<f32>,
    pub averaging: Option<f32>,
    pub flip: Option<bool>,
    pub shift: Option<f32>,
    pub rotation: Option<f32>,
    pub jitter: Option<f32>,
    pub crop: Option<f32>,
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
            Some(OptimizerName::AdamW) => self.take_adamw(),
            Some(OptimizerName::Sgd) => self.take_sgd(),
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
        self.finds_rate &= chosen.learning_rate.is_none();
        set(&mut self.learning_rate, chosen.learning_rate);
        set(&mut self.schedule, chosen.schedule);
        set(&mut self.weight_decay, chosen.weight_decay);
        set(&mut self.clip, chosen.clip);
        set(&mut self.temperature, chosen.temperature);
        set(&mut self.smoothing, chosen.smoothing);
        set(&mut self.label_weight, chosen.label_weight);
        set(&mut self.feature_share, chosen.feature_share);
        set(&mut self.mixup, chosen.mixup);
        set(&mut self.averaging, chosen.averaging);
        set(&mut self.augmentation.flip, chosen.flip);
        set(&mut self.augmentation.shift, chosen.shift);
        set(&mut self.augmentation.rotation, chosen.rotation);
        set(&mut self.augmentation.jitter, chosen.jitter);
        set(&mut self.augmentation.crop, chosen.crop);
        set(&mut self.workers, chosen.workers);
        self.augmentation.check()?;
        Ok(self)
    }

    /// The same for distillation on a few hundred large photos, of which each is seen often: what was found to squeeze them
    /// best (docs/results.md).
    pub fn for_large_photos(self) -> Self {
        TrainingSettings {
            optimizer: Rule::AdamW,
            learning_rate: 2e-5,
            weight_decay: 0.01,
            finds_rate: true,
            temperature: 2.0,
            feature_share: 1.0,
            averaging: 1.0 / 3.0,
            augmentation: Augmentation {
                crop: 0.4,
                ..self.augmentation
            },
            ..self
        }
    }

    fn take_adamw(&mut self) {
        if self.optimizer != Rule::AdamW {
            self.optimizer = Rule::AdamW;
            self.learning_rate /= ADAMW_IS_FASTER;
            self.weight_decay = 0.01;
        }
    }

    fn take_sgd(&mut self) {
        if self.optimizer == Rule::AdamW {
            self.learning_rate *= ADAMW_IS_FASTER;
            self.weight_decay = TrainingSettings::default().weight_decay;
        }
        self.optimizer = Rule::SGD;
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
        } else if !share(self.feature_share) || !share(self.averaging) {
            message!("error-setting-parts-of-training")
        } else if !(0.0..=MOST_MIXED).contains(&self.mixup) {
            message!("error-setting-mixup", most = MOST_MIXED)
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
            finds_rate: false,
            schedule: Schedule::Cosine,
            weight_decay: 1e-4,
            clip: default_clip(),
            temperature: default_temperature(),
            smoothing: 0.0,
            label_weight: 0.0,
            features: Vec::new(),
            feature_share: default_feature_share(),
            mixup: 0.0,
            averaging: 0.0,
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
