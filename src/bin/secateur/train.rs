//! `secateur train`: trains a small network from the beginning.

use crate::evaluate::rows;
use crate::failure::Failure;
use crate::files::{self, Draft, Place};
use crate::progress::Progress;
use crate::table::table;
use clap::Args;
use secateur::cost::model_cost;
use secateur::data::idx_files::{Pair, Part};
use secateur::data::{Augmentation, Pictures};
use secateur::eval::{Evaluation, Metrics};
use secateur::message;
use secateur::onnx;
use secateur::recover::{DataParallelGroup, Event, Training, TrainingData, Warning};
use secateur::task::Task;
use secateur::text::render;
use secateur::train::{
    Schedule, TrainingBudget, TrainingProgress, TrainingSettings, TrainingStep, small_network,
};
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

#[derive(Args)]
pub struct Train {
    /// A folder with IDX files as they are published: train-images-idx3-ubyte and its labels, t10k-… to measure on
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// How a picture becomes the model's input: a JSON document, described in docs/preset.md
    #[arg(long, value_name = "PRESET.json")]
    preset: PathBuf,
    /// What random choices start from
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Channels after the first convolution; later ones have up to eight times as many
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=256))]
    width: u32,
    /// How often every picture is learned from; with 0 the network is written as it is before learning
    #[arg(long, default_value_t = 20)]
    epochs: u32,
    /// Pictures in one step
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
    /// The learning rate at its height
    #[arg(long, default_value_t = 0.1)]
    rate: f32,
    /// How many threads share out each batch; the numbers depend on it
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=64))]
    threads: u32,
    /// Where the network goes
    #[arg(long, value_name = "OUT.onnx")]
    output: PathBuf,
    /// Where the log goes: a JSON document with a row for each epoch that was finished
    #[arg(long, value_name = "LOG.json")]
    log: Option<PathBuf>,
}

/// The log as a document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    command: String,
    parameters: u64,
    macs: u64,
    epochs: Vec<Epoch>,
    /// Why learning ended early, where it ran away; the network then has the last good weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    diverged: Option<String>,
    seconds: f64,
    /// On pictures that nothing was learned from or chosen by.
    test: Metrics,
}

/// What one round through all pictures came to. Accuracy is that of the steps themselves, on changed pictures.
#[derive(Serialize, Default)]
struct Epoch {
    epoch: usize,
    loss: f64,
    accuracy: f64,
    seconds: f64,
}

/// The epochs that were finished, even where training diverged, and the one at hand.
struct Epochs {
    /// Steps in each.
    steps: usize,
    finished: Vec<Epoch>,
    since: Instant,
    loss: f64,
    hits: usize,
    samples: usize,
}

impl Epochs {
    fn new(steps: usize, since: Instant) -> Self {
        Epochs {
            steps,
            finished: Vec::new(),
            since,
            loss: 0.0,
            hits: 0,
            samples: 0,
        }
    }

    /// Takes a step into account; gives the epoch that it finishes.
    fn take(&mut self, step: &TrainingStep) -> Option<&Epoch> {
        self.loss += step.loss;
        self.hits += step.hits.unwrap_or(0);
        self.samples += step.samples;
        if !step.step.is_multiple_of(self.steps) {
            return None;
        }
        self.finished.push(Epoch {
            epoch: self.finished.len() + 1,
            loss: self.loss / self.steps as f64,
            accuracy: self.hits as f64 / self.samples as f64,
            seconds: self.since.elapsed().as_secs_f64(),
        });
        (self.since, self.loss, self.hits, self.samples) = (Instant::now(), 0.0, 0, 0);
        self.finished.last()
    }
}

impl Train {
    pub fn answer(self) -> Result<String, Failure> {
        let output = Place::new(&self.output)?;
        let log = self.log.as_deref().map(Place::new).transpose()?;
        if log.as_ref().is_some_and(|log| log.is(&output)) {
            return Err(Failure::new(
                "the network and the log can't go to the same file",
            ));
        }
        let progress = Progress::new(message!("command-progress-pictures"));
        let (pictures, test) = (self.pictures(Part::Train)?, self.pictures(Part::Test)?);
        let labels = pictures.labels().unwrap_or_default();
        let preset = pictures.preset();
        let classes = preset.classes.as_ref().map_or_else(
            || labels.iter().max().map_or(0, |&most| most as usize + 1),
            Vec::len,
        );
        let size = preset.size.map(|side| side as usize);
        let (width, seed) = (self.width as usize, self.seed);
        let mut graph = small_network(preset.mean.len(), size, width, classes, seed)?;
        let steps = (pictures.len() / self.batch as usize).max(1);
        let settings = self.settings(steps);
        let lessons = TrainingData {
            pictures: Arc::new(pictures),
            augmentation: settings.augmentation,
            labels: true,
            inner: Vec::new(),
            seed,
        };
        let start = Instant::now();
        let mut epochs = Epochs::new(steps, start);
        let mut diverged = None;
        let threads = self.threads as usize;
        let group = DataParallelGroup::new(&graph, None, &lessons, &settings, 0..threads, threads)?;
        if self.epochs > 0 {
            let all =
                TrainingProgress::new(settings.budget, lessons.pictures.len(), settings.batch)?;
            progress.stage(message!("command-progress-training"));
            graph = Training::new(group, all).run(|event| match event {
                Event::Learning(learning) => {
                    progress.count(learning.done, learning.of);
                    if let Some(row) = epochs.take(&learning.step) {
                        progress.note(&format!(
                            "epoch {}: loss {:.4}, accuracy while learning {:.2} %, {:.0} s",
                            row.epoch,
                            row.loss,
                            100.0 * row.accuracy,
                            row.seconds
                        ));
                    }
                }
                Event::Warning(Warning::Diverged(reason)) => {
                    progress.note(&format!("warning: {}", render(&reason)));
                    diverged = Some(render(&reason));
                }
                _ => {}
            })?;
        }
        let epochs = epochs.finished;
        let seconds = start.elapsed().as_secs_f64();
        progress.stage(message!("command-progress-measuring"));
        let testing = Evaluation::new(&graph, None, Arc::new(test))?;
        let test = testing.run(|at| progress.show(at))?;
        let bytes = onnx::write(&graph)?;
        let totals = model_cost(&graph, bytes.len() as u64).totals;
        let document = Log {
            command: self.command(),
            parameters: totals.parameters,
            macs: totals.macs,
            epochs,
            diverged,
            seconds,
            test,
        };
        let text = serde_json::to_string_pretty(&document)
            .map_err(|e| Failure::new(format!("the log can't be written: {e}")))?;
        let output = output.draft(&bytes)?;
        let log = log
            .map(|place| place.draft((text + "\n").as_bytes()))
            .transpose()?;
        output.publish()?;
        log.map_or(Ok(()), Draft::publish)?;
        drop(progress);
        let trained = match self.epochs {
            0 => "not trained: the network is as learning would begin with it\n".into(),
            _ => format!("trained in {seconds:.0} s\n"),
        };
        Ok(trained
            + &table(
                &["", &format!("on {} pictures", test.pictures)],
                &rows(&test),
            ))
    }

    fn pictures(&self, part: Part) -> Result<Pictures, Failure> {
        let preset = files::read_preset(&self.preset)?;
        match Pair::find(&self.data, Some(part))? {
            Some(pair) => Ok(pair.load(&preset)?),
            None => Err(Failure::new(format!(
                "“{}” holds no IDX files, such as train-images-idx3-ubyte.gz",
                self.data.display()
            ))),
        }
    }

    fn settings(&self, steps_an_epoch: usize) -> TrainingSettings {
        TrainingSettings {
            budget: TrainingBudget::Steps(steps_an_epoch * self.epochs as usize),
            batch: self.batch as usize,
            learning_rate: self.rate,
            schedule: Schedule::OneCycle,
            weight_decay: 5e-4,
            smoothing: 0.05,
            augmentation: AUGMENTATION,
            workers: self.threads as usize,
            seed: self.seed,
            batch_statistics: Some(true),
            ..TrainingSettings::default()
        }
    }

    /// What makes the same network again, whatever the files are called.
    fn command(&self) -> String {
        format!(
            "secateur train --width {} --epochs {} --batch {} --rate {} --threads {} --seed {}",
            self.width, self.epochs, self.batch, self.rate, self.threads, self.seed
        )
    }
}

/// What small pictures bear without showing something else.
const AUGMENTATION: Augmentation = Augmentation {
    flip: true,
    shift: 0.05,
    rotation: 0.0,
    jitter: 0.0,
};
