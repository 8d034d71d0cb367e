//! `secateur prune`: cuts a model as a recipe says and writes the smaller one.

use crate::criteria;
use crate::data::{Data, MaybeData};
use crate::failure::Failure;
use crate::files::{self, Place};
use crate::model::Model;
use crate::progress::Progress;
use crate::table::{compared, compared_counts};
use clap::Args;
use secateur::Error;
use secateur::cost::Totals;
use secateur::graph::Graph;
use secateur::message;
use secateur::prune::criteria::measured::{Against, MeasuredOn};
use secateur::prune::criteria::{Measured, is_measured};
use secateur::prune::cut::CutReport;
use secateur::prune::session::Session;
use secateur::recipe::Recipe;
use secateur::search::cut_scores;
use secateur::t;
use secateur::task::Task;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Opening, cutting, writing.
const STEPS: usize = 3;

#[derive(Args)]
#[command(after_help = criteria::help())]
pub struct Prune {
    #[command(flatten)]
    model: Model,
    #[arg(long, value_name = "recipe")]
    recipe: PathBuf,
    #[arg(long, value_name = "output")]
    output: PathBuf,
    #[arg(long, value_name = "report")]
    report: Option<PathBuf>,
    #[command(flatten)]
    data: MaybeData,
}

impl Prune {
    pub fn answer(self) -> Result<String, Failure> {
        let recipe = files::read_recipe(&self.recipe)?;
        let places = Place::both(&self.output, self.report.as_deref())?;
        let data = self.data.given();
        if data.is_none() && is_measured(&recipe.criterion) {
            let name = &recipe.criterion;
            return Err(message!("command-error-criterion-needs-photos", name = name).into());
        }

        let progress = Progress::new(message!("command-progress-opening"));
        progress.count(0, STEPS);
        let bytes = self.model.read()?;
        let size = bytes.len() as u64;
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
        let mut cut = session.last_file(None)?;
        // Where even the rest can't be run, the report says why the whole can't.
        if let Err(error @ Error::BrokenRepack(_)) = session.check_partially(&mut cut) {
            return Err(error.into());
        }
        let (before, after) = (&cut.report.before.totals, &cut.report.after.totals);
        let same = (before.parameters, before.nonzeros) == (after.parameters, after.nonzeros);
        if same && recipe.asks_for_less() {
            return Err(message!("command-error-nothing-cut").into());
        }
        cut.report.warnings.splice(..0, opened.warnings);
        progress.stage(message!("command-progress-writing"));
        progress.count(2, STEPS);
        files::write_both(places, &cut.bytes, &files::json(&cut.report)?)?;
        for warning in &cut.report.warnings {
            progress.warn(warning);
        }
        Ok(summary(&cut.report))
    }
}

/// Measures the recipe's criterion on those of the photos that may be trained on.
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

/// Before and after, side by side; what the criterion was measured on, and what the check found.
fn summary(report: &CutReport) -> String {
    let (before, after) = (&report.before.totals, &report.after.totals);
    let row = |what: String, of: fn(&Totals) -> u64| compared_counts(what, of(before), of(after));
    let rows = [
        row(t!("command-row-parameters"), |t| t.parameters),
        row(t!("command-row-nonzeros"), |t| t.nonzeros),
        row(t!("command-row-macs"), |t| t.macs),
        row(t!("command-row-activations"), |t| t.activation_bytes),
        row(t!("command-row-file"), |t| t.bytes),
    ];
    let lines = [report.measured.as_ref().map(measured_on), checked(report)];
    let lines = lines.into_iter().flatten().map(|line| line + "\n");
    compared(&rows) + &lines.collect::<String>()
}

fn measured_on(on: &MeasuredOn) -> String {
    let (criterion, photos) = (&on.criterion, on.pictures);
    let measured = match on.against {
        Against::Labels => t!(
            "command-prune-measured-labels",
            criterion = criterion,
            photos = photos
        ),
        Against::FirstChoice => t!(
            "command-prune-measured-first-choice",
            criterion = criterion,
            photos = photos
        ),
        Against::Nothing => t!(
            "command-prune-measured",
            criterion = criterion,
            photos = photos
        ),
    };
    match on.none_apart {
        true => format!("{measured} {}", t!("command-prune-measured-all")),
        false => measured,
    }
}

/// That the re-packed model computes what the masked one does, or why that is not known.
fn checked(report: &CutReport) -> Option<String> {
    match (&report.check, &report.check_skipped) {
        (Some(check), _) if check.agrees => {
            let difference = format!("{:.1e}", check.max_abs);
            Some(match &report.checked_by {
                None => t!("command-prune-checked", difference = difference),
                Some(how) => t!(
                    "command-prune-checked-with",
                    difference = difference,
                    how = how
                ),
            })
        }
        // That they disagree is among the warnings.
        (Some(_), _) | (None, None) => None,
        (None, Some(why)) => Some(t!("command-prune-not-checked", reason = why)),
    }
}
