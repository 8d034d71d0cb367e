//! How a model is to be recovered: by which method, and how it is trained.

use super::features::STAGES;
use crate::data::Preset;
use crate::error::Result;
use crate::train::{TrainingOverrides, TrainingSettings};
use serde::{Deserialize, Serialize};

/// With more workers, each would have too few photos.
const MAX_WORKERS: usize = 4;

/// How a pruned model is brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Method {
    /// The statistics of normalizations are measured anew.
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
    /// Of the methods that do not train, only the seed matters.
    #[serde(flatten)]
    pub settings: TrainingSettings,
}

impl Method {
    /// Whether it takes the original beside the pruned model.
    pub fn needs_original(self) -> bool {
        match self {
            Method::CorrectBias | Method::Reconstruct | Method::Distill => true,
            Method::Recalibrate | Method::Finetune => false,
        }
    }
}

impl Plan {
    /// The defaults for a method and pictures of this preset.
    pub fn new(method: Method, preset: &Preset) -> Self {
        let mut settings = TrainingSettings::new(preset);
        if method == Method::Distill {
            settings.features = vec![STAGES.into()];
            // What the original says of a picture need not be found out anew where that is not moved.
            settings.augmentation.shift = 0.0;
            if !preset.is_small() {
                settings = settings.for_large_photos();
            }
        }
        Plan { method, settings }
    }

    /// The same with what was chosen.
    ///
    /// Errors: those of [`TrainingSettings::with`].
    pub fn with(method: Method, preset: &Preset, chosen: &TrainingOverrides) -> Result<Self> {
        let Plan { method, settings } = Plan::new(method, preset);
        let settings = settings.with(chosen)?;
        Ok(Plan { method, settings })
    }

    /// The same plan for a machine with so many cores, where it trains. Each worker has at least one picture of each batch.
    pub fn among(self, cores: usize) -> Self {
        let most = MAX_WORKERS.min(self.settings.batch).max(1);
        let workers = match self.method {
            Method::Distill | Method::Finetune => cores.clamp(1, most),
            Method::Recalibrate | Method::CorrectBias | Method::Reconstruct => 1,
        };
        let settings = TrainingSettings {
            workers,
            ..self.settings
        };
        Plan { settings, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::said;
    use crate::train::{OptimizerName, RequestedBudget, Rule, TrainingBudget};

    fn plan(method: Method, chosen: TrainingOverrides) -> Result<Plan> {
        let preset = r#"{"size": [32, 32], "mean": [0, 0, 0], "std": [1, 1, 1]}"#;
        Plan::with(method, &Preset::parse(preset).unwrap(), &chosen)
    }

    fn of_batch(method: Method, batch: f64) -> Result<Plan> {
        let chosen = TrainingOverrides {
            batch: Some(batch),
            ..TrainingOverrides::default()
        };
        plan(method, chosen)
    }

    #[test]
    fn a_batch_is_a_whole_number_of_pictures() {
        let usual = plan(Method::Distill, TrainingOverrides::default()).unwrap();
        for (batch, count) in [(1.0, 1), (32.0, 32), (4096.0, 4096)] {
            let mut expected = usual.clone();
            expected.settings.batch = count;
            assert_eq!(of_batch(Method::Distill, batch).unwrap(), expected);
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
        let chosen = TrainingOverrides {
            budget: Some(RequestedBudget::Steps(12.0)),
            seed: Some(7.0),
            ..TrainingOverrides::default()
        };
        let chosen = plan(Method::Distill, chosen).unwrap();
        let mut expected = plan(Method::Distill, TrainingOverrides::default()).unwrap();
        expected.settings.budget = TrainingBudget::Steps(12);
        expected.settings.seed = 7;
        assert_eq!(chosen, expected);
    }

    #[test]
    fn plans_of_earlier_versions_learn_as_they_did() {
        let usual = plan(Method::Distill, TrainingOverrides::default()).unwrap();
        let mut stored = serde_json::to_value(&usual).unwrap();
        let fields = stored.as_object_mut().unwrap();
        assert!(fields.remove("clip").is_some() && fields.remove("temperature").is_some());
        assert_eq!(serde_json::from_value::<Plan>(stored).unwrap(), usual);
        // Under today's words for the same settings, too.
        let mut stored = serde_json::to_value(&usual).unwrap();
        let fields = stored.as_object_mut().unwrap();
        for (name, word) in [
            ("optimiser", "optimizer"),
            ("inner", "features"),
            ("labelShare", "labelWeight"),
        ] {
            let value = fields.remove(name).unwrap();
            fields.insert(word.into(), value);
        }
        assert_eq!(serde_json::from_value::<Plan>(stored).unwrap(), usual);
    }

    #[test]
    fn adamw_takes_smaller_steps() {
        let usual = plan(Method::Finetune, TrainingOverrides::default()).unwrap();
        let chosen = TrainingOverrides {
            optimizer: Some(OptimizerName::AdamW),
            ..TrainingOverrides::default()
        };
        let adamw = plan(Method::Finetune, chosen).unwrap();
        assert!(adamw.settings.learning_rate < usual.settings.learning_rate);
        assert_eq!(adamw.settings.optimizer, Rule::AdamW);
        let chosen = TrainingOverrides {
            optimizer: Some(OptimizerName::AdamW),
            momentum: Some(0.5),
            ..TrainingOverrides::default()
        };
        let error = said(&plan(Method::Finetune, chosen).unwrap_err());
        assert!(error.contains("AdamW has no momentum"), "{error}");
    }

    #[test]
    fn each_worker_has_a_picture_of_its_own() {
        let workers = |method, batch: f64, cores| {
            let plan = of_batch(method, batch).unwrap();
            plan.among(cores).settings.workers
        };
        assert_eq!(workers(Method::Finetune, 64.0, 2), 2);
        assert_eq!(workers(Method::Distill, 64.0, 16), 4);
        assert_eq!(workers(Method::Distill, 3.0, 16), 3);
        assert_eq!(workers(Method::Distill, 1.0, 2), 1);
        assert_eq!(workers(Method::Reconstruct, 64.0, 2), 1);
    }
}
