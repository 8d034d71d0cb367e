//! `secateur trim`: rounds of cutting and recovering, up to the loss that is accepted.

use crate::data::Data;
use crate::evaluate::rows;
use crate::failure::Failure;
use crate::files::{self, Place};
use crate::model::Model;
use crate::progress::Progress;
use crate::recover::How;
use crate::table::{count, percent, table};
use clap::Args;
use secateur::recipe::Recipe;
use secateur::recover::{Line, Plan, Quality, Stage, Tried, examine};
use secateur::report::{Totals, account};
use serde::Serialize;
use std::path::PathBuf;

#[derive(Args)]
pub struct Trim {
    #[command(flatten)]
    model: Model,
    /// What to cut; its target names what to save, and where to stop at the latest
    #[arg(long, value_name = "RECIPE.json")]
    recipe: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    how: How,
    /// The loss that is accepted, in percentage points: of accuracy where the pictures have labels, else of agreement with
    /// the original
    #[arg(long, value_name = "POINTS", default_value_t = 1.0)]
    line: f64,
    /// Where the smallest model on this side of the line goes
    #[arg(long, value_name = "OUT.onnx")]
    output: PathBuf,
    /// Where a report on all models that were tried goes: a JSON document
    #[arg(long, value_name = "REPORT.json")]
    report: Option<PathBuf>,
}

/// The report as a document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    recipe: &'a Recipe,
    plan: &'a Plan,
    /// Percentage points that may be lost.
    line: f64,
    before: Side,
    after: Side,
    /// In the order of trying. Their quality is on the pictures that the search went by.
    tried: &'a [Tried],
}

/// One model, and how good it is on pictures that nothing was learned from or chosen by.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Side {
    #[serde(flatten)]
    totals: Totals,
    test: Quality,
}

impl Trim {
    pub fn answer(self) -> Result<String, Failure> {
        let text = files::read_text(&self.recipe)?;
        let recipe = Recipe::parse(&text)
            .map_err(|e| Failure::new(format!("“{}”: {e}", self.recipe.display())))?;
        let output = Place::new(&self.output)?;
        let report = self.report.as_deref().map(Place::new).transpose()?;
        if report.as_ref().is_some_and(|report| report.is(&output)) {
            return Err(Failure::new(
                "the model and the report can't go to the same file",
            ));
        }
        let plan = self.how.plan(&self.data)?;
        let progress = Progress::new("Opening the model");
        let bytes = self.model.read()?;
        let file = bytes.to_vec();
        let known = self.data.lengths(&bytes)?;
        let original = self.model.open(bytes, known)?.graph;
        progress.stage("Reading pictures");
        let mut pictures = self.data.load(&original, &progress)?;
        let (pictures, test) = match pictures.take_test() {
            Some(test) => (pictures, test),
            None => pictures.hold_back(self.data.seed),
        };
        let (lessons, judged) = pictures.hold_back(self.data.seed);

        progress.stage("Measuring the original");
        let sets = (lessons, judged);
        let mut line = Line::new((&original, &file), &recipe, &plan, sets, self.line / 100.0)?;
        while !line.is_over() {
            match line.advance()? {
                Stage::Cut(_) => progress.stage("Recovering"),
                Stage::Recovering(advance) => progress.count(advance.done, advance.of),
                Stage::Judged(tried) => {
                    progress.note(&describe(&tried));
                    progress.stage("Cutting");
                }
            }
        }
        progress.stage("Measuring on pictures that were held back");
        let (graph, bytes) = line.best();
        let before = Side {
            totals: account(&original, file.len() as u64).totals,
            test: examine(&original, Some(&original), &test)?,
        };
        let after = Side {
            totals: account(graph, bytes.len() as u64).totals,
            test: examine(graph, Some(&original), &test)?,
        };
        let document = Report {
            recipe: &recipe,
            plan: &plan,
            line: self.line,
            before,
            after,
            tried: line.tried(),
        };
        let text = serde_json::to_string_pretty(&document)
            .map_err(|e| Failure::new(format!("the report can't be written: {e}")))?;
        let output = output.draft(bytes)?;
        let report = report
            .map(|place| place.draft((text + "\n").as_bytes()))
            .transpose()?;
        output.publish()?;
        report.map_or(Ok(()), files::Draft::publish)?;
        drop(progress);
        Ok(summary(&document, test.len()))
    }
}

/// A line about one model, while the search goes on.
fn describe(tried: &Tried) -> String {
    let score = |quality: &Quality| format!("{:.2} %", 100.0 * quality.score().unwrap_or(0.0));
    format!(
        "{:5.1} % kept: {} after the cut, {} recovered, {}",
        100.0 * tried.share,
        score(&tried.cut),
        score(&tried.recovered),
        if tried.accepted { "taken" } else { "too far" }
    )
}

fn summary(report: &Report<'_>, test: usize) -> String {
    let (before, after) = (&report.before, &report.after);
    let number = |what: &str, of: fn(&Totals) -> u64| {
        let (before, after) = (of(&before.totals), of(&after.totals));
        vec![
            what.into(),
            count(before),
            count(after),
            percent(after, before),
        ]
    };
    let mut all = vec![
        number("parameters", |t| t.parameters),
        number("non-zeros", |t| t.nonzeros),
        number("multiply-adds", |t| t.macs),
        number("file bytes", |t| t.bytes),
    ];
    for (before, after) in rows(&before.test).into_iter().zip(rows(&after.test)) {
        all.push(
            before
                .into_iter()
                .chain(after.into_iter().nth(1))
                .chain([String::new()])
                .collect(),
        );
    }
    table(&["", "before", "after", "kept"], &all)
        + &format!("quality: on {test} pictures that nothing was learned from or chosen by\n")
}
