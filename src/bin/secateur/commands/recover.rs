//! `secateur recover`: recovers the accuracy of a pruned model.

use super::evaluate::side_by_side;
use crate::arguments::{SOME, whole};
use crate::clock::now;
use crate::data::Data;
use crate::failure::Failure;
use crate::files::Place;
use crate::model::{Model, Other};
use crate::progress::Progress;
use crate::table::{percent, table};
use clap::{Args, ValueEnum};
use secateur::data::{Preset, Split};
use secateur::eval::{Metrics, ModelComparison};
use secateur::message;
use secateur::onnx;
use secateur::recover::{self, Plan, Recovered, Replicas, Subject};
use secateur::t;
use secateur::task::{Phase, Task};
use secateur::train::{OptimizerName, RequestedBudget, Schedule, TrainingOverrides};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args)]
pub struct Recover {
    #[command(flatten)]
    model: Model,
    #[arg(long, value_name = "original")]
    original: Option<PathBuf>,
    #[arg(long, value_enum, value_name = "weights")]
    keep: Option<Keep>,
    #[arg(long, value_name = "output")]
    output: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    how: How,
}

/// The arguments that say how a model is recovered. They are called as the page calls them; earlier names still work.
#[derive(Args)]
#[command(next_help_heading = "recovery")]
pub struct How {
    #[arg(long, value_enum, value_name = "method", default_value_t = Method::Distill)]
    method: Method,
    #[arg(long, value_name = "count", conflicts_with_all = ["epochs", "minutes"], value_parser = whole(SOME))]
    steps: Option<u32>,
    #[arg(long, value_name = "number", conflicts_with = "minutes")]
    epochs: Option<f64>,
    #[arg(long, value_name = "number")]
    minutes: Option<f64>,
    #[arg(long, alias = "batch", value_name = "count", value_parser = whole(SOME))]
    batch_size: Option<u32>,
    #[arg(long, alias = "optimiser", value_enum, value_name = "optimizer")]
    optimizer: Option<Optimizer>,
    #[arg(long, alias = "rate", value_name = "number")]
    learning_rate: Option<f32>,
    #[arg(long, alias = "schedule", value_enum, value_name = "schedule")]
    learning_rate_schedule: Option<Rates>,
    #[arg(long, value_name = "number")]
    weight_decay: Option<f32>,
    #[arg(long, value_name = "number")]
    momentum: Option<f32>,
    #[arg(long, alias = "clip", value_name = "number")]
    gradient_clipping: Option<f32>,
    #[arg(long, value_name = "number")]
    temperature: Option<f32>,
    #[arg(long, alias = "smoothing", value_name = "share")]
    label_smoothing: Option<f32>,
    #[arg(long, alias = "label-share", value_name = "share")]
    label_weight: Option<f32>,
    #[arg(long, alias = "inner", value_name = "name")]
    match_features: Vec<String>,
    #[arg(long, value_name = "share")]
    match_until: Option<f32>,
    #[arg(long, value_name = "number")]
    mixup: Option<f32>,
    #[arg(long, value_name = "share")]
    average_weights: Option<f32>,
    #[arg(long, alias = "threads", value_name = "count", default_value_t = 1, value_parser = whole(1..=64))]
    workers: u32,
    #[arg(
        long,
        help_heading = "augmentation",
        value_name = "true|false",
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    flip: Option<bool>,
    #[arg(long, help_heading = "augmentation", value_name = "share")]
    shift: Option<f32>,
    #[arg(long, help_heading = "augmentation", value_name = "degrees")]
    rotate: Option<f32>,
    #[arg(
        long,
        alias = "jitter",
        help_heading = "augmentation",
        value_name = "share"
    )]
    color_jitter: Option<f32>,
    #[arg(long, help_heading = "augmentation", value_name = "share")]
    crop: Option<f32>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Keep {
    Best,
    Last,
}

#[derive(Clone, Copy, ValueEnum)]
enum Method {
    Recalibrate,
    CorrectBias,
    Reconstruct,
    Distill,
    #[value(alias = "finetune")]
    FineTune,
}

#[derive(Clone, Copy, ValueEnum)]
enum Optimizer {
    Sgd,
    Adamw,
}

#[derive(Clone, Copy, ValueEnum)]
enum Rates {
    Constant,
    Cosine,
    OneCycle,
}

/// Stands for no feature.
const NOTHING: &str = "none";

impl How {
    fn method(&self) -> recover::Method {
        match self.method {
            Method::Recalibrate => recover::Method::Recalibrate,
            Method::CorrectBias => recover::Method::CorrectBias,
            Method::Reconstruct => recover::Method::Reconstruct,
            Method::Distill => recover::Method::Distill,
            Method::FineTune => recover::Method::Finetune,
        }
    }

    /// The plan for a model of this preset.
    pub fn plan(&self, preset: &Preset, seed: u32) -> Result<Plan, Failure> {
        let steps = self.steps.map(f64::from).map(RequestedBudget::Steps);
        let epochs = self.epochs.map(RequestedBudget::Epochs);
        let minutes = self.minutes.map(RequestedBudget::Minutes);
        let named = self.match_features.iter().filter(|name| *name != NOTHING);
        let chosen = TrainingOverrides {
            budget: steps.or(epochs).or(minutes),
            batch: self.batch_size.map(f64::from),
            optimizer: self.optimizer.map(|optimizer| match optimizer {
                Optimizer::Sgd => OptimizerName::Sgd,
                Optimizer::Adamw => OptimizerName::AdamW,
            }),
            momentum: self.momentum,
            learning_rate: self.learning_rate,
            schedule: self.learning_rate_schedule.map(|schedule| match schedule {
                Rates::Constant => Schedule::Constant,
                Rates::Cosine => Schedule::Cosine,
                Rates::OneCycle => Schedule::OneCycle,
            }),
            weight_decay: self.weight_decay,
            clip: self.gradient_clipping,
            temperature: self.temperature,
            smoothing: self.label_smoothing,
            label_weight: self.label_weight,
            features: (!self.match_features.is_empty()).then(|| named.cloned().collect()),
            feature_share: self.match_until,
            mixup: self.mixup,
            averaging: self.average_weights,
            flip: self.flip,
            shift: self.shift,
            rotation: self.rotate,
            jitter: self.color_jitter,
            crop: self.crop,
            workers: Some(self.workers as usize),
            seed: Some(f64::from(seed)),
        };
        Ok(Plan::with(self.method(), preset, &chosen)?)
    }
}

impl Recover {
    pub fn answer(self) -> Result<String, Failure> {
        let output = Place::new(&self.output)?;
        if self.original.is_none() && self.how.method().needs_original() {
            return Err(message!("command-error-needs-original").into());
        }
        let progress = Progress::new(message!("command-progress-opening-both"));
        let bytes = self.model.read()?;
        let known = self.data.lengths(&bytes)?;
        let pruned = self.model.open(bytes, known)?.graph;
        let preset = self.data.preset(&pruned, &progress)?;
        let plan = self.how.plan(&preset, self.data.seed)?;
        let original = self
            .original
            .map(|path| Other(path).open(&self.model, &self.data));
        let original = original.transpose()?;
        progress.stage(message!("command-progress-pictures"));
        let mut pictures = self.data.load(&pruned, &progress)?;
        // A model may come out worse than it went in, unless something tells good from bad.
        let can_judge = original.is_some() || pictures.labels().is_some();
        let split = match self.keep {
            Some(Keep::Best) if !can_judge => {
                return Err(message!("command-error-best-needs-original").into());
            }
            Some(Keep::Best) => Some(Split::new(pictures.clone())?),
            Some(Keep::Last) => None,
            None if can_judge => Split::new(pictures.clone()).ok(),
            None => None,
        };
        if self.keep.is_none() && split.is_none() {
            progress.note(message!("command-recover-not-judged"));
        }
        let (train, judged, unseen) = match split {
            Some(split) => (split.train, Some(split.validation), split.test),
            None => {
                let (train, unseen) = match pictures.take_test() {
                    Some(test) => (pictures, test),
                    None => pictures.two_way_split(),
                };
                (Arc::new(train), None, Arc::new(unseen))
            }
        };

        let subject = Subject {
            pruned: &pruned,
            original: original.as_ref(),
            train,
            validation: judged.clone(),
        };
        let task = recover::recover(subject, &plan, Replicas::All, Some(now))?;
        let recovered = task.run(|event| progress.recovery(&event))?;
        if let Some(reason) = &recovered.diverged {
            progress.warn(reason);
        }
        let kept = told_of(&recovered);
        let recovered = recovered.graph;
        progress.stage(message!("command-progress-measuring"));
        let is_chosen_by = unseen.is_empty() && judged.is_some();
        let unseen = judged.filter(|_| is_chosen_by).unwrap_or(unseen);
        let testing = |comparison: ModelComparison| {
            let comparison = comparison.during(Phase::Testing);
            comparison.run(|at| progress.show(at))
        };
        let first = testing(ModelComparison::new(
            original.as_ref().unwrap_or(&pruned),
            &pruned,
            Arc::clone(&unseen),
        )?)?;
        let before = of_its_own(first.result.quality, original.is_some());
        let second = ModelComparison::against(&first.reference, &recovered, Arc::clone(&unseen))?;
        let after = of_its_own(testing(second)?.result.quality, original.is_some());
        output.draft(&onnx::write(&recovered)?)?.publish()?;
        drop(progress);
        let heading = [
            t!("command-column-held-back", count = unseen.len()),
            t!("command-column-before"),
            t!("command-column-after"),
        ];
        let mut answer = match unseen.len() {
            0 => t!("command-recover-none-held-back") + "\n",
            _ if before.score().is_none() => t!("command-recover-not-measured") + "\n",
            _ => table(&heading, &side_by_side(&before, &after)),
        };
        if is_chosen_by {
            answer += &(t!("command-recover-chosen-by") + "\n");
        }
        if let Some(kept) = kept {
            answer += &(kept + "\n");
        }
        Ok(answer)
    }
}

/// A model's quality, without what compares it with an original where there is none.
fn of_its_own(quality: Metrics, has_original: bool) -> Metrics {
    match has_original {
        true => quality,
        false => Metrics {
            agreement: None,
            kl: None,
            ..quality
        },
    }
}

/// Which of the models that were judged is kept, and how good it is.
fn told_of(recovered: &Recovered) -> Option<String> {
    let (kept, quality) = recovered.kept.zip(recovered.quality)?;
    let photos = quality.pictures;
    let score = percent(quality.score().unwrap_or(0.0));
    // What it was chosen by.
    let score = match (quality.accuracy, quality.kl) {
        (None, Some(kl)) => t!("command-recover-agreement-kl", agreement = score, kl = kl),
        _ => score,
    };
    Some(match kept {
        0 => t!("command-recover-kept-start", photos = photos, score = score),
        _ => t!(
            "command-recover-kept",
            photos = photos,
            kept = kept,
            last = recovered.done,
            score = score
        ),
    })
}
