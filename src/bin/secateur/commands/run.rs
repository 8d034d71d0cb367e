//! `secateur run`: shows a model a photo.

use crate::arguments::{SOME, whole};
use crate::failure::Failure;
use crate::files;
use crate::model::Model;
use crate::progress::Progress;
use crate::signature::{ends, guessed, lengths};
use crate::table::{percent, table};
use clap::Args;
use secateur::data::{Preset, decode, image};
use secateur::engine::{Executor, Options};
use secateur::eval::{self, ClassProbability, Timing};
use secateur::message;
use secateur::t;
use secateur::tensor::Tensor;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Measuring goes on for this long, and for at least and at most so many runs.
const MEASURE: Duration = Duration::from_secs(1);
const RUNS: std::ops::RangeInclusive<usize> = 3..=50;

#[derive(Args)]
pub struct Run {
    #[command(flatten)]
    model: Model,
    #[arg(long, alias = "image", value_name = "photo")]
    photo: PathBuf,
    #[arg(long, value_name = "preset")]
    preset: Option<PathBuf>,
    #[arg(long, value_name = "count", default_value_t = 5, value_parser = whole(SOME))]
    top: u32,
    #[arg(long)]
    json: bool,
}

/// The answer as a document.
#[derive(Serialize)]
struct Answer {
    /// The most probable classes, the best first.
    top: Vec<ClassProbability>,
    /// Time of a run without reading and preparing the photo.
    milliseconds: Timing,
    preset: Preset,
}

impl Run {
    pub fn answer(self) -> Result<String, Failure> {
        let given = self.preset.as_deref().map(files::read_preset).transpose()?;
        let photo = decode::photo(&self.photo)?;

        let progress = Progress::new(message!("command-progress-opening"));
        let bytes = self.model.read()?;
        let known = match &given {
            Some(preset) => lengths(&bytes, preset),
            None => BTreeMap::new(),
        };
        let opened = self.model.open(bytes, known)?;
        for warning in &opened.warnings {
            progress.warn(warning);
        }
        let graph = &opened.graph;
        let (input, output) = ends(graph)?;
        let preset = given.unwrap_or_else(|| guessed(graph, input, output, &progress));
        preset.check_fits(input)?;
        let tensor = image::to_tensor(&photo.rgba, photo.width, photo.height, &preset)?;

        progress.stage(message!("command-progress-planning"));
        let mut executor = Executor::new(graph, &Options::default())?;
        progress.stage(message!("command-progress-running"));
        let inputs = [tensor];
        let values = scores(&executor.run(&inputs)?)?;
        let milliseconds = measure(&mut executor, &inputs)?;
        drop(progress);

        let logits = eval::logits(values, graph.last_softmax().is_some());
        let label = |index| preset.label(index, logits.len());
        let top = eval::top(&logits, self.top as usize, label);
        if !self.json {
            return Ok(readable(&top, milliseconds));
        }
        files::json(&Answer {
            top,
            milliseconds,
            preset,
        })
    }
}

/// The first output as one number for each class.
fn scores(outputs: &[Tensor]) -> Result<Vec<f32>, Failure> {
    let values = outputs.first().and_then(|output| {
        let classes = output.shape().iter().filter(|&&n| n != 1).count() <= 1;
        output.floats().filter(|_| classes)
    });
    match values {
        None => Err(message!("error-no-classifier").into()),
        Some(values) if values.iter().any(|x| x.is_nan()) => {
            Err(message!("error-output-nan").into())
        }
        Some(values) => Ok(values.into_owned()),
    }
}

fn measure(executor: &mut Executor, inputs: &[Tensor]) -> Result<Timing, Failure> {
    let start = Instant::now();
    let mut times = Vec::new();
    while times.len() < *RUNS.start() || (times.len() < *RUNS.end() && start.elapsed() < MEASURE) {
        let run = Instant::now();
        executor.run(inputs)?;
        times.push(run.elapsed().as_secs_f64() * 1000.0);
    }
    eval::timing(&times).ok_or_else(|| message!("command-error-no-times").into())
}

fn readable(top: &[ClassProbability], time: Timing) -> String {
    let rows: Vec<Vec<String>> = top
        .iter()
        .map(|class| {
            let probability = percent(class.probability);
            vec![probability, class.label.clone()]
        })
        .collect();
    let heading = [t!("command-column-probability"), t!("command-column-class")];
    let time = t!(
        "command-run-time",
        median = time.median,
        runs = time.runs,
        low = time.low,
        high = time.high
    );
    format!("{}\n{time}\n", table(&heading, &rows))
}
