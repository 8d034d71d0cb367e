//! `secateur prune`: cuts a model as a recipe says and writes the smaller one.

use crate::criteria;
use crate::data::{Data, MaybeData};
use crate::failure::Failure;
use crate::files::{self, Place};
use crate::model::Model;
use crate::progress::Progress;
use crate::table::{count, percent, table};
use clap::Args;
use secateur::Error;
use secateur::cost::Totals;
use secateur::graph::Graph;
use secateur::message;
use secateur::prune::criteria::measured::Against;
use secateur::prune::criteria::read_recipe;
use secateur::prune::criteria::{Measured, is_measured};
use secateur::prune::cut::CutReport;
use secateur::prune::session::Session;
use secateur::recipe::Recipe;
use secateur::search::cut_scores;
use secateur::task::Task;
use secateur::text::render;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Opening, cutting, writing.
const STEPS: usize = 3;

#[derive(Args)]
#[command(after_help = criteria::help())]
pub struct Prune {
    #[command(flatten)]
    model: Model,
    #[command(flatten)]
    data: MaybeData,
    /// What to cut: a JSON document, described in docs/recipe.md
    #[arg(long, value_name = "RECIPE.json")]
    recipe: PathBuf,
    /// Where the smaller model goes
    #[arg(long, value_name = "OUT.onnx")]
    output: PathBuf,
    /// Where a report on what was cut goes: a JSON document
    #[arg(long, value_name = "REPORT.json")]
    report: Option<PathBuf>,
}

impl Prune {
    pub fn answer(self) -> Result<String, Failure> {
        let text = files::read_text(&self.recipe)?;
        let recipe = read_recipe(&text).map_err(|e| Failure::in_file(&self.recipe, &e))?;
        let output = Place::new(&self.output)?;
        let report = self.report.as_deref().map(Place::new).transpose()?;
        if report.as_ref().is_some_and(|report| report.is(&output)) {
            return Err(Failure::new(
                "the model and the report can't go to the same file",
            ));
        }

        let progress = Progress::new(message!("command-progress-opening"));
        progress.count(0, STEPS);
        let bytes = self.model.read()?;
        let size = bytes.len() as u64;
        let data = self.data.given();
        let known = match &data {
            Some(data) => data.lengths(&bytes)?,
            None => BTreeMap::new(),
        };
        let opened = self.model.open(bytes, known)?;
        let measured = match (&data, is_measured(&recipe.criterion)) {
            (Some(data), true) => Some(scores(&opened.graph, &recipe, data, &progress)?),
            _ => None,
        };
        progress.stage(message!("command-progress-pruning"));
        progress.count(1, STEPS);
        let mut session = Session::new(opened.graph, size)?;
        if let Some(measured) = measured {
            session.take_scores(measured)?;
        }
        session.choose(&recipe)?;
        let mut cut = session.finish(None)?;
        // Where even the rest can't be run, the report says why the whole can't.
        if let Err(error @ Error::BrokenRepack(_)) = session.check_partially(&mut cut) {
            return Err(error.into());
        }
        cut.report.warnings.splice(..0, opened.warnings);
        progress.stage(message!("command-progress-writing"));
        progress.count(2, STEPS);
        let document = serde_json::to_string_pretty(&cut.report)
            .map_err(|e| Failure::new(format!("the report can't be written: {e}")))?;
        // Both are whole before either has its name.
        let output = output.draft(&cut.bytes)?;
        let report = report
            .map(|place| place.draft((document + "\n").as_bytes()))
            .transpose()?;
        output.publish()?;
        report.map_or(Ok(()), files::Draft::publish)?;

        for warning in &cut.report.warnings {
            progress.note(&format!("warning: {}", render(warning)));
        }
        Ok(summary(&cut.report))
    }
}

/// Measures the recipe's criterion on those of the pictures that may be learned from.
fn scores(
    graph: &Graph,
    recipe: &Recipe,
    data: &Data,
    progress: &Progress,
) -> Result<Measured, Failure> {
    progress.stage(message!("command-progress-pictures"));
    let pictures = data.load(graph, progress)?;
    progress.stage(message!("command-progress-criterion"));
    let (criterion, all) = (&recipe.criterion, data.is_limited());
    let measuring = cut_scores(graph, criterion, pictures, recipe.seed, all)?;
    Ok(measuring.run(|at| progress.count(at.done, at.of))?)
}

/// Before and after, side by side.
fn summary(report: &CutReport) -> String {
    let (before, after) = (&report.before.totals, &report.after.totals);
    let row = |what: &str, of: fn(&Totals) -> u64| {
        let (before, after) = (of(before), of(after));
        vec![
            what.into(),
            count(before),
            count(after),
            percent(after, before),
        ]
    };
    table(
        &["", "before", "after", "kept"],
        &[
            row("parameters", |t| t.parameters),
            row("non-zeros", |t| t.nonzeros),
            row("multiply-adds", |t| t.macs),
            row("activation bytes", |t| t.activation_bytes),
            row("file bytes", |t| t.bytes),
        ],
    ) + &report.measured.as_ref().map_or_else(String::new, |on| {
        let against = match on.against {
            Against::Labels => " against their labels",
            Against::FirstChoice => " against the model's own first choice",
            Against::Nothing => "",
        };
        let apart = match on.none_apart {
            true => {
                ": all there are, since they are too few to keep some apart, so what is measured on them flatters the cut"
            }
            false => "",
        };
        format!(
            "“{}” was measured on {} pictures{against}{apart}\n",
            on.criterion, on.pictures
        )
    }) + &match (&report.check, &report.check_skipped) {
        (Some(check), _) if check.agrees => format!(
            "checked{}: the masked model and the re-packed one differ by {:.1e} at most\n",
            report
                .checked_by
                .as_ref()
                .map_or_else(String::new, |how| format!(" with {}", render(how))),
            check.max_abs
        ),
        // That they disagree is among the warnings.
        (Some(_), _) | (None, None) => String::new(),
        (None, Some(why)) => format!("not checked: {}\n", render(why)),
    }
}
