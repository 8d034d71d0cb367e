//! `secateur evaluate`: how good a model is on a folder of pictures.

use crate::data::Data;
use crate::failure::Failure;
use crate::files::json;
use crate::model::{Model, Other};
use crate::progress::Progress;
use crate::table::{percent, table};
use clap::Args;
use secateur::eval::{Evaluator, Metrics};
use secateur::message;
use secateur::t;
use std::path::PathBuf;

#[derive(Args)]
pub struct Evaluate {
    #[command(flatten)]
    model: Model,
    #[arg(long, alias = "against", value_name = "original")]
    original: Option<PathBuf>,
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: Data,
}

impl Evaluate {
    pub fn answer(self) -> Result<String, Failure> {
        let progress = Progress::new(message!("command-progress-opening"));
        let bytes = self.model.read()?;
        let known = self.data.lengths(&bytes)?;
        let opened = self.model.open(bytes, known)?;
        let original = self.original.map(|path| {
            let other = Other(path);
            other.open(&self.model, &self.data)
        });
        let original = original.transpose()?;
        let set = self.data.list(&opened.graph, &progress)?;
        let mut exam = Evaluator::new(&opened.graph, original.as_ref())?;
        progress.stage(message!("command-progress-evaluating"));
        set.each(&progress, |pictures| {
            let show = |index| exam.show(&pictures, index);
            Ok((0..pictures.len()).try_for_each(show)?)
        })?;
        let quality = exam.quality();
        if quality.pictures == 0 {
            return Err(message!("command-error-no-photos").into());
        }
        drop(progress);
        if self.json {
            return json(&quality);
        }
        Ok(measured(&quality))
    }
}

/// A model's quality under a heading that tells on how many photos it was measured.
pub fn measured(quality: &Metrics) -> String {
    let heading = t!("command-column-on-photos", count = quality.pictures);
    table(&[String::new(), heading], &rows(quality))
}

/// What is known of two models' quality, a line each.
pub fn side_by_side(before: &Metrics, after: &Metrics) -> Vec<Vec<String>> {
    let after = rows(after)
        .into_iter()
        .filter_map(|row| row.into_iter().nth(1));
    let both = rows(before).into_iter().zip(after);
    both.map(|(before, after)| [before, vec![after]].concat())
        .collect()
}

/// What is known of a model's quality, a line each.
fn rows(quality: &Metrics) -> Vec<Vec<String>> {
    let nats = |mean: f64| t!("command-nats", nats = mean);
    let accuracy = quality.accuracy.map(percent);
    let loss = quality.loss.map(nats);
    let agreement = quality.agreement.map(percent);
    let kl = quality.kl.map(nats);
    [
        (t!("command-row-accuracy"), accuracy),
        (t!("command-row-loss"), loss),
        (t!("command-row-agreement"), agreement),
        (t!("command-row-divergence"), kl),
    ]
    .into_iter()
    .filter_map(|(what, value)| Some(vec![what, value?]))
    .collect()
}
