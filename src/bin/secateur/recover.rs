//! `secateur recover`: brings a pruned model back.

use crate::data::Data;
use crate::evaluate::rows;
use crate::failure::Failure;
use crate::files::Place;
use crate::measuring::now;
use crate::model::{Model, Other};
use crate::progress::Progress;
use crate::table::table;
use clap::{Args, ValueEnum};
use secateur::data::Split;
use secateur::eval::ModelComparison;
use secateur::message;
use secateur::onnx;
use secateur::recover::{self, Plan, Recovered, Replicas, Subject};
use secateur::task::{Phase, Task};
use secateur::text::render;
use secateur::train::{OptimizerName, RequestedBudget, Schedule, TrainingOverrides};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args)]
pub struct Recover {
    #[command(flatten)]
    model: Model,
    /// The model that it was cut from
    #[arg(long, value_name = "ORIGINAL.onnx")]
    original: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    how: How,
    /// Which weights are kept: the last ones, or the best of those that were judged on the way, on pictures that are held back
    /// for that
    #[arg(long, value_enum, default_value_t = Keep::Last)]
    keep: Keep,
    /// Where the recovered model goes
    #[arg(long, value_name = "OUT.onnx")]
    output: PathBuf,
}

/// The arguments that say how a model is recovered.
#[derive(Args)]
pub struct How {
    /// How the model is brought back
    #[arg(long, value_enum, default_value_t = Method::Distill)]
    method: Method,
    /// Steps of learning
    #[arg(long, value_name = "N", conflicts_with_all = ["epochs", "minutes"], value_parser = clap::value_parser!(u32).range(1..))]
    steps: Option<u32>,
    /// How often each picture is learned from, instead of a number of steps
    #[arg(long, value_name = "N", conflicts_with = "minutes")]
    epochs: Option<f64>,
    /// How long it learns, instead of a number of steps; another run then gives other numbers
    #[arg(long, value_name = "N")]
    minutes: Option<f64>,
    /// Pictures in one step of learning
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    batch: Option<u32>,
    /// How weights move by what they learn
    #[arg(long, value_enum)]
    optimiser: Option<Optimizer>,
    /// The learning rate at its height
    #[arg(long)]
    rate: Option<f32>,
    /// How the learning rate moves
    #[arg(long, value_enum)]
    schedule: Option<Rates>,
    /// How much weights are pulled towards zero beside what they learn
    #[arg(long, value_name = "SHARE")]
    weight_decay: Option<f32>,
    /// The momentum of stochastic gradient descent, 0 to below 1; 0.9 where nothing is said
    #[arg(long, value_name = "SHARE")]
    momentum: Option<f32>,
    /// The norm that all gradients together are shortened to, where they are longer; 5 where nothing is said
    #[arg(long, value_name = "NORM")]
    clip: Option<f32>,
    /// What distillation divides the logits by before it compares them; 4 where nothing is said
    #[arg(long)]
    temperature: Option<f32>,
    /// Label smoothing: the share of each label that is shared out among all classes, 0 to 1
    #[arg(long, value_name = "SHARE")]
    smoothing: Option<f32>,
    /// How much labels count beside the original in distillation, 0 to 1
    #[arg(long, value_name = "SHARE")]
    label_share: Option<f32>,
    /// An inner value that distillation matches beside the answers in its first steps; “stages”, which is meant where
    /// nothing is said, stands for the last of each resolution, and “none” for no value
    #[arg(long, value_name = "NAME")]
    inner: Vec<String>,
    /// How many threads share out each step of learning; the numbers depend on it
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    threads: u32,
    /// Whether half of the pictures are mirrored, left for right, each time that they are learned from
    #[arg(long, value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    flip: Option<bool>,
    /// The share of a side by which a picture may be moved, 0 to 1
    #[arg(long, value_name = "SHARE")]
    shift: Option<f32>,
    /// The most that a picture is turned, in degrees
    #[arg(long, value_name = "DEGREES")]
    rotate: Option<f32>,
    /// The most that brightness, contrast and each colour are changed, as a share
    #[arg(long, value_name = "SHARE")]
    jitter: Option<f32>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Keep {
    Best,
    Last,
}

#[derive(Clone, Copy, ValueEnum)]
enum Method {
    /// Measure the statistics of normalisations anew; needs no labels
    Recalibrate,
    /// Let biases take over what the means of each layer's outputs lack; needs no labels
    CorrectBias,
    /// Fit the weights to what the original gives, layer by layer; needs no labels
    Reconstruct,
    /// Let the original teach; needs no labels
    Distill,
    /// Let the labels teach
    Finetune,
}

#[derive(Clone, Copy, ValueEnum)]
enum Optimizer {
    /// Stochastic gradient descent with momentum
    Sgd,
    /// Adam with decoupled weight decay
    Adamw,
}

#[derive(Clone, Copy, ValueEnum)]
enum Rates {
    /// Stays as it is
    Constant,
    /// Falls by half a cosine
    Cosine,
    /// Rises and falls
    OneCycle,
}

/// Stands for no inner value.
const NOTHING: &str = "none";

impl How {
    pub fn plan(&self, data: &Data) -> Result<Plan, Failure> {
        let method = match self.method {
            Method::Recalibrate => recover::Method::Recalibrate,
            Method::CorrectBias => recover::Method::CorrectBias,
            Method::Reconstruct => recover::Method::Reconstruct,
            Method::Distill => recover::Method::Distill,
            Method::Finetune => recover::Method::Finetune,
        };
        let steps = self.steps.map(f64::from).map(RequestedBudget::Steps);
        let epochs = self.epochs.map(RequestedBudget::Epochs);
        let minutes = self.minutes.map(RequestedBudget::Minutes);
        let named = self.inner.iter().filter(|name| *name != NOTHING);
        let chosen = TrainingOverrides {
            budget: steps.or(epochs).or(minutes),
            batch: self.batch.map(f64::from),
            optimizer: self.optimiser.map(|optimizer| match optimizer {
                Optimizer::Sgd => OptimizerName::Sgd,
                Optimizer::Adamw => OptimizerName::AdamW,
            }),
            momentum: self.momentum,
            learning_rate: self.rate,
            schedule: self.schedule.map(|schedule| match schedule {
                Rates::Constant => Schedule::Constant,
                Rates::Cosine => Schedule::Cosine,
                Rates::OneCycle => Schedule::OneCycle,
            }),
            weight_decay: self.weight_decay,
            clip: self.clip,
            temperature: self.temperature,
            smoothing: self.smoothing,
            label_weight: self.label_share,
            features: (!self.inner.is_empty()).then(|| named.cloned().collect()),
            flip: self.flip,
            shift: self.shift,
            rotation: self.rotate,
            jitter: self.jitter,
            workers: Some(self.threads as usize),
            seed: Some(f64::from(data.seed)),
        };
        Ok(Plan::with(method, &data.preset()?, &chosen)?)
    }
}

impl Recover {
    pub fn answer(self) -> Result<String, Failure> {
        let output = Place::new(&self.output)?;
        let plan = self.how.plan(&self.data)?;
        let progress = Progress::new(message!("command-progress-opening-both"));
        let bytes = self.model.read()?;
        let known = self.data.lengths(&bytes)?;
        let pruned = self.model.open(bytes, known)?.graph;
        let original = Other(self.original).open(&self.data)?;
        progress.stage(message!("command-progress-pictures"));
        let mut pictures = self.data.load(&pruned, &progress)?;
        let (lessons, judged, unseen) = match self.keep {
            Keep::Best => {
                let split = Split::new(pictures)?;
                (split.train, Some(split.validation), split.test)
            }
            Keep::Last => {
                let (lessons, unseen) = match pictures.take_test() {
                    Some(test) => (pictures, test),
                    None => pictures.two_way_split(),
                };
                (Arc::new(lessons), None, Arc::new(unseen))
            }
        };

        let subject = Subject {
            pruned: &pruned,
            original: &original,
            train: lessons,
            validation: judged.clone(),
        };
        let task = recover::recover(subject, &plan, Replicas::All, Some(now))?;
        let recovered = task.run(|event| progress.recovery(&event))?;
        if let Some(reason) = &recovered.diverged {
            progress.note(&format!("warning: {}", render(reason)));
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
            &original,
            &pruned,
            Arc::clone(&unseen),
        )?)?;
        let before = first.result.quality;
        let second = ModelComparison::against(&first.reference, &recovered, Arc::clone(&unseen))?;
        let after = testing(second)?.result.quality;
        output.draft(&onnx::write(&recovered)?)?.publish()?;
        drop(progress);
        let both: Vec<Vec<String>> = rows(&before)
            .into_iter()
            .zip(rows(&after))
            .map(|(mut row, after)| {
                row.extend(after.into_iter().nth(1));
                row
            })
            .collect();
        let measured = match unseen.len() {
            0 => "no picture could be held back to measure on; “secateur evaluate” measures on others\n".into(),
            count => table(&[&format!("on {count} pictures held back"), "before", "after"], &both),
        };
        let chosen_by = match is_chosen_by {
            true => {
                "the model was chosen by these pictures as well, since there are too few for a part of its own: expect less on new ones\n"
            }
            false => "",
        };
        Ok(measured + chosen_by + &kept.unwrap_or_default())
    }
}

/// Which of the models that were judged is kept, and how good it is.
fn told_of(recovered: &Recovered) -> Option<String> {
    let (kept, quality) = recovered.kept.zip(recovered.quality)?;
    let count = quality.pictures;
    let score = 100.0 * quality.score().unwrap_or(0.0);
    Some(match kept {
        0 => format!(
            "kept as it was: on the {count} pictures that it is chosen by ({score:.2} %) nothing that came of it was better\n"
        ),
        _ => format!(
            "kept as it was after step {kept} of {}: the best of those judged, on {count} pictures that nothing was learned from ({score:.2} %)\n",
            recovered.done
        ),
    })
}
