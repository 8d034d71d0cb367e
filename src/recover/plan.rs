//! How a model is to be recovered: all that a visitor may choose, with what does well where nothing is chosen.

use super::inner::STAGES;
use crate::data::{Augmentation, Preset};
use crate::error::{Error, Result};
use crate::learn::Settings;
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
    /// Steps of learning; the methods without learning do not count any.
    pub steps: usize,
    /// Pictures in one step.
    pub batch: usize,
    /// The learning rate at its height.
    pub rate: f32,
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

fn one() -> usize {
    1
}

impl Plan {
    /// What does well for pictures of this preset.
    pub fn new(method: Method, preset: &Preset) -> Self {
        let small = is_small(preset);
        Plan {
            method,
            steps: 300,
            batch: if small { 64 } else { 8 },
            rate: if small { 0.02 } else { 0.005 },
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

    /// The same plan with so many pictures in one step.
    ///
    /// Fails with [`Error::BadInput`] for what is no such count.
    pub fn with_batch(self, batch: f64) -> Result<Self> {
        if batch.fract() != 0.0 || !(1.0..=MOST_PICTURES).contains(&batch) {
            return Err(Error::BadInput(format!(
                "the pictures per step must be a whole number from 1 to {MOST_PICTURES}, and {batch} is none: 64 do well where \
                 pictures are small, 8 where they are large"
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
            Method::Recalibrate | Method::Reconstruct => 1,
        };
        Plan { workers, ..self }
    }

    pub(super) fn settings(&self) -> Settings {
        let defaults = Settings::default();
        Settings {
            steps: self.steps,
            batch: self.batch,
            rate: self.rate,
            label_share: self.label_share,
            // Statistics of a handful of pictures are worse than those that are stored.
            of_batch: self.batch >= FEW * self.workers,
            ..defaults
        }
    }
}

pub(super) fn is_small(preset: &Preset) -> bool {
    preset.size[0] * preset.size[1] <= SMALL_PICTURE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(method: Method) -> Plan {
        let preset = r#"{"size": [32, 32], "mean": [0, 0, 0], "std": [1, 1, 1]}"#;
        Plan::new(method, &Preset::parse(preset).unwrap())
    }

    #[test]
    fn a_batch_is_a_whole_number_of_pictures() {
        let usual = plan(Method::Distill);
        for (batch, count) in [(1.0, 1), (32.0, 32), (4096.0, 4096)] {
            let chosen = usual.clone().with_batch(batch).unwrap();
            assert_eq!(
                chosen,
                Plan {
                    batch: count,
                    ..usual.clone()
                }
            );
        }
        for batch in [0.0, -8.0, 2.5, 4097.0, 1e12, f64::NAN, f64::INFINITY] {
            let error = usual.clone().with_batch(batch).unwrap_err().to_string();
            assert!(error.contains("whole number from 1 to 4096"), "{error}");
            assert!(error.contains(&batch.to_string()), "{error}");
        }
    }

    #[test]
    fn each_worker_has_a_picture_of_its_own() {
        let workers = |method, batch: f64, cores| {
            let plan = plan(method).with_batch(batch).unwrap();
            plan.among(cores).workers
        };
        assert_eq!(workers(Method::Finetune, 64.0, 2), 2);
        assert_eq!(workers(Method::Distill, 64.0, 16), 4);
        assert_eq!(workers(Method::Distill, 3.0, 16), 3);
        assert_eq!(workers(Method::Distill, 1.0, 2), 1);
        assert_eq!(workers(Method::Reconstruct, 64.0, 2), 1);
    }
}
