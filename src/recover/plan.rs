//! How a model is to be recovered: all that a visitor may choose, with what does well where nothing is chosen.

use super::features::STAGES;
use crate::data::{Augmentation, Preset};
use crate::error::{Error, Result};
use crate::random::seed;
use crate::train::RequestedBudget;
use crate::train::TrainingBudget;
use crate::train::{Rule, Schedule, Settings};
use serde::{Deserialize, Serialize};

/// Pictures of this many pixels and fewer are learned from 64 at a time, larger ones 8: what a step keeps in memory grows with
/// both.
const SMALL_PICTURE: u32 = 64 * 64;
/// More in one step would take more memory than a machine has, whatever the model.
const MOST_PICTURES: f64 = 4096.0;
/// More workers would have too few pictures each.
const MOST_WORKERS: usize = 4;
/// Batches smaller than this are normalised by the stored statistics.
const FEW: usize = 16;

/// How a pruned model is brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Method {
    /// The statistics of normalisations are measured anew.
    Recalibrate,
    /// Layer by layer, biases take over what the means of the outputs lack of the original's.
    #[serde(rename = "correct-bias")]
    CorrectBias,
    /// Layer by layer, the weights are fitted to what the original gives.
    Reconstruct,
    /// The original teaches.
    Distill,
    /// The labels teach.
    Finetune,
}

/// Everything that decides what comes out, beside the models and the pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Plan {
    pub method: Method,
    /// How long it learns; the methods without learning do not go by it.
    pub length: TrainingBudget,
    /// Pictures in one step.
    pub batch: usize,
    /// How weights move.
    pub optimiser: Rule,
    /// The learning rate at its height.
    pub rate: f32,
    /// How the rate moves.
    pub schedule: Schedule,
    /// How much weights are pulled towards zero beside what they learn.
    pub weight_decay: f32,
    /// The norm that all gradients together are shortened to, where they are longer.
    #[serde(default = "usual_clip")]
    pub clip: f32,
    /// What distillation divides the logits by before it compares them.
    #[serde(default = "usual_temperature")]
    pub temperature: f32,
    /// The share of each label that is shared out among all classes, 0 to 1.
    pub smoothing: f32,
    /// How much labels count beside the original where both teach, 0 to 1; with 0, distillation looks at no label.
    pub label_share: f32,
    /// Inner values that distillation matches beside the answers in its first steps, by name; [`STAGES`] stands for the last of
    /// each resolution.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub inner: Vec<String>,
    pub augmentation: Augmentation,
    /// How many share out each batch among themselves, each normalising its own part.
    #[serde(default = "one")]
    pub workers: usize,
    pub seed: u32,
}

/// What all plans had before it could be chosen.
fn usual_clip() -> f32 {
    5.0
}

fn usual_temperature() -> f32 {
    4.0
}

fn one() -> usize {
    1
}

/// What was chosen of a plan, and decides what does well of the rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Chosen {
    /// Pictures in one step.
    pub batch: Option<f64>,
    pub optimiser: Option<Rule>,
    pub length: Option<RequestedBudget>,
    /// What random choices start from.
    pub seed: Option<f64>,
}

impl Plan {
    /// What does well for pictures of this preset.
    pub fn new(method: Method, preset: &Preset) -> Self {
        let small = is_small(preset);
        Plan {
            method,
            length: TrainingBudget::Steps(300),
            batch: if small { 64 } else { 8 },
            optimiser: Rule::SGD,
            rate: if small { 0.02 } else { 0.005 },
            schedule: Schedule::Cosine,
            weight_decay: 1e-4,
            clip: usual_clip(),
            temperature: usual_temperature(),
            smoothing: 0.0,
            label_share: 0.0,
            inner: match method {
                Method::Distill => vec![STAGES.into()],
                _ => Vec::new(),
            },
            augmentation: Augmentation {
                flip: true,
                // What the original says of a picture need not be found out anew where that is not moved.
                shift: if method == Method::Distill { 0.0 } else { 0.1 },
                ..Augmentation::default()
            },
            workers: 1,
            seed: 1,
        }
    }

    /// The same for what was chosen already.
    ///
    /// Fails with [`Error::BadInput`] for a batch that is no count of pictures, for what is no length, and for what is no seed.
    pub fn with(method: Method, preset: &Preset, chosen: &Chosen) -> Result<Self> {
        let mut plan = Plan::new(method, preset);
        if let Some(batch) = chosen.batch {
            plan = plan.with_batch(batch)?;
        }
        if let Some(optimiser) = chosen.optimiser {
            plan.optimiser = optimiser;
        }
        if let Some(length) = chosen.length {
            plan.length = length.length()?;
        }
        if let Some(number) = chosen.seed {
            plan.seed = seed(number)?;
        }
        if plan.optimiser == Rule::AdamW {
            // Its steps are as long as the rate, however small gradients are.
            plan.rate /= 10.0;
            plan.weight_decay = 0.01;
        }
        Ok(plan)
    }

    fn with_batch(self, batch: f64) -> Result<Self> {
        if batch.fract() != 0.0 || !(1.0..=MOST_PICTURES).contains(&batch) {
            return Err(Error::BadInput(message!(
                "error-batch-size",
                most = MOST_PICTURES,
                batch = batch
            )));
        }
        let batch = batch as usize;
        Ok(Plan { batch, ..self })
    }

    /// The same plan for a machine with so many cores, where it learns step by step. Each worker has a picture of its own.
    pub fn among(self, cores: usize) -> Self {
        let most = MOST_WORKERS.min(self.batch).max(1);
        let workers = match self.method {
            Method::Distill | Method::Finetune => cores.clamp(1, most),
            Method::Recalibrate | Method::CorrectBias | Method::Reconstruct => 1,
        };
        Plan { workers, ..self }
    }

    pub(super) fn settings(&self) -> Settings {
        Settings {
            batch: self.batch,
            rule: self.optimiser,
            rate: self.rate,
            schedule: self.schedule,
            weight_decay: self.weight_decay,
            clip: self.clip,
            temperature: self.temperature,
            smoothing: self.smoothing,
            label_share: self.label_share,
            // Statistics of a handful of pictures are worse than those that are stored.
            of_batch: self.batch >= FEW * self.workers,
            ..Settings::default()
        }
    }
}

pub(super) fn is_small(preset: &Preset) -> bool {
    preset.size[0] * preset.size[1] <= SMALL_PICTURE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::said;

    fn plan(method: Method, chosen: Chosen) -> Result<Plan> {
        let preset = r#"{"size": [32, 32], "mean": [0, 0, 0], "std": [1, 1, 1]}"#;
        Plan::with(method, &Preset::parse(preset).unwrap(), &chosen)
    }

    fn of_batch(method: Method, batch: f64) -> Result<Plan> {
        let chosen = Chosen {
            batch: Some(batch),
            ..Chosen::default()
        };
        plan(method, chosen)
    }

    #[test]
    fn a_batch_is_a_whole_number_of_pictures() {
        let usual = plan(Method::Distill, Chosen::default()).unwrap();
        for (batch, count) in [(1.0, 1), (32.0, 32), (4096.0, 4096)] {
            assert_eq!(
                of_batch(Method::Distill, batch).unwrap(),
                Plan {
                    batch: count,
                    ..usual.clone()
                }
            );
        }
        for batch in [0.0, -8.0, 2.5, 4097.0, 1e12, f64::NAN, f64::INFINITY] {
            let error = said(&of_batch(Method::Distill, batch).unwrap_err());
            assert!(error.contains("whole number from 1 to 4096"), "{error}");
            assert!(
                error.contains(&batch.to_string().replace('-', "−")),
                "{error}"
            );
        }
    }

    #[test]
    fn what_was_chosen_goes_into_the_plan() {
        let chosen = Chosen {
            length: Some(RequestedBudget::Steps(12.0)),
            seed: Some(7.0),
            ..Chosen::default()
        };
        let chosen = plan(Method::Distill, chosen).unwrap();
        assert_eq!((chosen.length, chosen.seed), (TrainingBudget::Steps(12), 7));
        let usual = plan(Method::Distill, Chosen::default()).unwrap();
        assert_eq!(
            chosen,
            Plan {
                length: chosen.length,
                seed: 7,
                ..usual
            }
        );
    }

    #[test]
    fn plans_of_earlier_versions_learn_as_they_did() {
        let usual = plan(Method::Distill, Chosen::default()).unwrap();
        let mut stored = serde_json::to_value(&usual).unwrap();
        let fields = stored.as_object_mut().unwrap();
        assert!(fields.remove("clip").is_some() && fields.remove("temperature").is_some());
        assert_eq!(serde_json::from_value::<Plan>(stored).unwrap(), usual);
        let defaults = Settings::default();
        let settings = usual.settings();
        assert_eq!(
            (settings.clip, settings.temperature),
            (defaults.clip, defaults.temperature)
        );
    }

    #[test]
    fn adamw_takes_smaller_steps() {
        let usual = plan(Method::Finetune, Chosen::default()).unwrap();
        let chosen = Chosen {
            optimiser: Some(Rule::AdamW),
            ..Chosen::default()
        };
        let adamw = plan(Method::Finetune, chosen).unwrap();
        assert!(adamw.rate < usual.rate);
        assert_eq!(adamw.settings().rule, Rule::AdamW);
    }

    #[test]
    fn each_worker_has_a_picture_of_its_own() {
        let workers = |method, batch: f64, cores| {
            let plan = of_batch(method, batch).unwrap();
            plan.among(cores).workers
        };
        assert_eq!(workers(Method::Finetune, 64.0, 2), 2);
        assert_eq!(workers(Method::Distill, 64.0, 16), 4);
        assert_eq!(workers(Method::Distill, 3.0, 16), 3);
        assert_eq!(workers(Method::Distill, 1.0, 2), 1);
        assert_eq!(workers(Method::Reconstruct, 64.0, 2), 1);
    }
}
