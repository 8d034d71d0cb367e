//! `secateur evaluate`: how good a model is on a folder of pictures.

use crate::data::Data;
use crate::failure::Failure;
use crate::model::{Model, Other};
use crate::progress::Progress;
use crate::table::table;
use clap::Args;
use secateur::eval::{Evaluator, Metrics};
use secateur::message;
use std::path::PathBuf;

#[derive(Args)]
pub struct Evaluate {
    #[command(flatten)]
    model: Model,
    #[command(flatten)]
    data: Data,
    /// The model whose answers are compared with
    #[arg(long, value_name = "ORIGINAL.onnx")]
    against: Option<PathBuf>,
    /// Answer with a JSON document
    #[arg(long)]
    json: bool,
}

impl Evaluate {
    pub fn answer(self) -> Result<String, Failure> {
        let progress = Progress::new(message!("command-progress-opening"));
        let bytes = self.model.read()?;
        let known = self.data.lengths(&bytes)?;
        let opened = self.model.open(bytes, known)?;
        let original = self.against.map(|path| {
            let other = Other(path);
            other.open(&self.data)
        });
        let original = original.transpose()?;
        let set = self.data.list(&opened.graph)?;
        let mut exam = Evaluator::new(&opened.graph, original.as_ref())?;
        progress.stage(message!("command-progress-evaluating"));
        set.each(&progress, |pictures| {
            let show = |index| exam.show(&pictures, index);
            Ok((0..pictures.len()).try_for_each(show)?)
        })?;
        let quality = exam.quality();
        if quality.pictures == 0 {
            return Err(Failure::new("none of the pictures can be read"));
        }
        drop(progress);
        if self.json {
            let text = serde_json::to_string_pretty(&quality)
                .map_err(|e| Failure::new(format!("the answer can't be written: {e}")))?;
            return Ok(text + "\n");
        }
        Ok(table(
            &["", &format!("on {} pictures", quality.pictures)],
            &rows(&quality),
        ))
    }
}

/// What is known of a model's quality, a line each.
pub fn rows(quality: &Metrics) -> Vec<Vec<String>> {
    let percent = |what: &str, share: f64| vec![what.into(), format!("{:.2} %", 100.0 * share)];
    let accuracy = quality
        .accuracy
        .map(|share| percent("accuracy (top-1)", share));
    let agreement = quality
        .agreement
        .map(|share| percent("agreement with the original", share));
    let nats = |what: &str, mean: f64| vec![what.into(), format!("{mean:.4}")];
    let loss = quality
        .loss
        .map(|loss| nats("mean loss (cross-entropy, nats)", loss));
    let kl = quality.kl.map(|kl| nats("mean divergence (KL, nats)", kl));
    [accuracy, loss, agreement, kl]
        .into_iter()
        .flatten()
        .collect()
}
