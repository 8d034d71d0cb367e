//! `secateur train`: trains a small network from the beginning.

use super::evaluate::measured;
use crate::arguments::{ANY, SOME, whole};
use crate::failure::Failure;
use crate::files::{self, Place};
use crate::progress::Progress;
use crate::table::percent;
use clap::Args;
use secateur::cost::model_cost;
use secateur::data::idx_files::{Pair, Part};
use secateur::data::{Augmentation, Pictures};
use secateur::eval::{Evaluation, Metrics};
use secateur::message;
use secateur::onnx;
use secateur::recover::{DataParallelGroup, Event, Training, TrainingData, Warning};
use secateur::t;
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
    #[arg(long, value_name = "folder")]
    data: PathBuf,
    #[arg(long, value_name = "preset")]
    preset: PathBuf,
    #[arg(long, value_name = "number", default_value_t = 1, value_parser = whole(ANY))]
    seed: u32,
    #[arg(long, value_name = "count", default_value_t = 16, value_parser = whole(1..=256))]
    width: u32,
    #[arg(long, value_name = "count", default_value_t = 20, value_parser = whole(ANY))]
    epochs: u32,
    #[arg(long, alias = "batch", value_name = "count", default_value_t = 128, value_parser = whole(SOME))]
    batch_size: u32,
    #[arg(long, alias = "rate", value_name = "number", default_value_t = 0.1)]
    learning_rate: f32,
    #[arg(long, alias = "threads", value_name = "count", default_value_t = 2, value_parser = whole(1..=64))]
    workers: u32,
    #[arg(long, value_name = "output")]
    output: PathBuf,
    #[arg(long, value_name = "log")]
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
        let places = Place::both(&self.output, self.log.as_deref())?;
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
        let steps = (pictures.len() / self.batch_size as usize).max(1);
        let settings = self.settings(steps);
        let data = TrainingData {
            pictures: Arc::new(pictures),
            augmentation: settings.augmentation,
            labels: true,
            inner: Vec::new(),
            seed,
        };
        let start = Instant::now();
        let mut epochs = Epochs::new(steps, start);
        let mut diverged = None;
        let threads = self.workers as usize;
        let group = DataParallelGroup::new(&graph, None, &data, &settings, 0..threads, threads)?;
        if self.epochs > 0 {
            let all = TrainingProgress::new(settings.budget, data.pictures.len(), settings.batch)?;
            progress.stage(message!("command-progress-training"));
            graph = Training::new(group, all).run(|event| match event {
                Event::Learning(learning) => {
                    progress.count(learning.done, learning.of);
                    if let Some(row) = epochs.take(&learning.step) {
                        progress.note(message!(
                            "command-train-epoch",
                            epoch = row.epoch,
                            loss = row.loss,
                            accuracy = percent(row.accuracy),
                            seconds = row.seconds
                        ));
                    }
                }
                Event::Warning(Warning::Diverged(reason)) => {
                    progress.warn(&reason);
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
        files::write_both(places, &bytes, &files::json(&document)?)?;
        drop(progress);
        let trained = match self.epochs {
            0 => t!("command-train-untrained"),
            _ => t!("command-train-done", seconds = seconds),
        };
        Ok(trained + "\n" + &measured(&test))
    }

    fn pictures(&self, part: Part) -> Result<Pictures, Failure> {
        let preset = files::read_preset(&self.preset)?;
        match Pair::find(&self.data, Some(part))? {
            Some(pair) => Ok(pair.load(&preset)?),
            None => {
                let path = self.data.display();
                Err(message!("command-error-no-idx-files", path = path).into())
            }
        }
    }

    fn settings(&self, steps_an_epoch: usize) -> TrainingSettings {
        TrainingSettings {
            budget: TrainingBudget::Steps(steps_an_epoch * self.epochs as usize),
            batch: self.batch_size as usize,
            learning_rate: self.learning_rate,
            schedule: Schedule::OneCycle,
            weight_decay: 5e-4,
            smoothing: 0.05,
            augmentation: AUGMENTATION,
            workers: self.workers as usize,
            seed: self.seed,
            batch_statistics: Some(true),
            ..TrainingSettings::default()
        }
    }

    /// What makes the same network again, whatever the files are called.
    fn command(&self) -> String {
        let chosen = [
            ("width", self.width.to_string()),
            ("epochs", self.epochs.to_string()),
            ("batch-size", self.batch_size.to_string()),
            ("learning-rate", self.learning_rate.to_string()),
            ("workers", self.workers.to_string()),
            ("seed", self.seed.to_string()),
        ];
        let flags = chosen.map(|(name, value)| format!(" --{name} {value}"));
        format!("{} train{}", env!("CARGO_BIN_NAME"), flags.concat())
    }
}

/// What small pictures bear without showing something else.
const AUGMENTATION: Augmentation = Augmentation {
    flip: true,
    shift: 0.05,
    rotation: 0.0,
    jitter: 0.0,
    crop: 0.0,
};
