//! `secateur search`: rounds of pruning and recovering, for the smallest model within the accuracy drop that is accepted.

use super::evaluate::side_by_side;
use super::recover::How;
use crate::arguments::whole;
use crate::clock::now;
use crate::criteria;
use crate::data::Data;
use crate::failure::Failure;
use crate::files::{self, Place};
use crate::model::Model;
use crate::progress::Progress;
use crate::table::{compared, compared_counts, percent, rounded_percent};
use clap::{Args, ValueEnum};
use secateur::cost::{Totals, model_cost};
use secateur::data::Pictures;
use secateur::data::Split;
use secateur::eval::{ComparisonResult, Metrics, ModelComparison};
use secateur::graph::Graph;
use secateur::message;
use secateur::message::Message;
use secateur::recipe::Recipe;
use secateur::recover::{self, Plan};
use secateur::search::{BudgetSearch, Candidate, PruningSchedule, SearchEvent, SearchGoal};
use secateur::t;
use secateur::task::{Phase, Task};
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args)]
#[command(after_help = criteria::help())]
pub struct Search {
    #[command(flatten)]
    model: Model,
    #[arg(long, value_name = "recipe")]
    recipe: PathBuf,
    #[arg(long, alias = "line", value_name = "points", default_value_t = 1.0)]
    max_drop: f64,
    #[arg(
        long,
        alias = "pace",
        value_enum,
        value_name = "schedule",
        default_value_t = Schedule::Adaptive
    )]
    pruning_schedule: Schedule,
    #[arg(long, value_name = "count", default_value_t = 5, value_parser = whole(1..=100))]
    rounds: u32,
    #[arg(long, alias = "time", value_name = "share")]
    target_time: Option<f64>,
    #[arg(long, value_name = "output")]
    output: PathBuf,
    #[arg(long, value_name = "report")]
    report: Option<PathBuf>,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    how: How,
}

#[derive(Clone, Copy, ValueEnum)]
enum Schedule {
    #[value(alias = "search")]
    Adaptive,
    OneShot,
    Linear,
    Cubic,
}

/// The report as a document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    recipe: &'a Recipe,
    plan: &'a Plan,
    /// Percentage points that may be lost.
    line: f64,
    pace: PruningSchedule,
    /// The share of the time that was to be kept, where time was to be saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<f64>,
    before: Side,
    after: Side,
    /// In the order of trying. Their quality is on the pictures that the search went by.
    tried: &'a [Candidate],
}

/// One model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Side {
    #[serde(flatten)]
    totals: Totals,
    /// Milliseconds for one picture, median.
    #[serde(skip_serializing_if = "Option::is_none")]
    milliseconds: Option<f64>,
    /// On the pictures that the search went by.
    judged: Metrics,
    /// On pictures that nothing was learned from or chosen by; absent where there were too few for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    test: Option<Metrics>,
}

impl Search {
    pub fn answer(self) -> Result<String, Failure> {
        let recipe = files::read_recipe(&self.recipe)?;
        let places = Place::both(&self.output, self.report.as_deref())?;
        let progress = Progress::new(message!("command-progress-opening"));
        let bytes = self.model.read()?;
        let file = bytes.to_vec();
        let known = self.data.lengths(&bytes)?;
        let original = self.model.open(bytes, known)?.graph;
        let preset = self.data.preset(&original, &progress)?;
        let plan = self.how.plan(&preset, self.data.seed)?;
        progress.stage(message!("command-progress-pictures"));
        let pictures = self.data.load(&original, &progress)?;
        let split = Split::new(pictures)?;
        let test = split.test.clone();

        let aim = self.aim();
        let sides = (&original, &file[..]);
        let search = BudgetSearch::prepare(sides, &recipe, &plan, split, aim, Some(now))?;
        let mut search = search.run(|at| progress.show(at))?;
        progress.stage(message!("command-progress-cutting"));
        (&mut search).run(|event| show(&event, &progress))?;
        progress.stage(message!("command-progress-test"));
        let (graph, bytes) = search.best();
        let tested = tested(&original, graph, test, &progress)?;
        let state = search.state();
        let taken = state.tried.iter().rev().find(|tried| tried.accepted);
        let before = Side {
            totals: model_cost(&original, file.len() as u64).totals,
            milliseconds: state.milliseconds,
            judged: state.original,
            test: tested.map(|tested| tested.original),
        };
        let after = Side {
            totals: model_cost(graph, bytes.len() as u64).totals,
            milliseconds: taken.map_or(state.milliseconds, |taken| taken.milliseconds),
            judged: taken.map_or(state.original, |taken| taken.recovered),
            test: tested.map(|tested| tested.quality),
        };
        let document = Report {
            recipe: &recipe,
            plan: &plan,
            line: self.max_drop,
            pace: aim.pace,
            time: aim.time,
            before,
            after,
            tried: search.tried(),
        };
        files::write_both(places, bytes, &files::json(&document)?)?;
        drop(progress);
        Ok(summary(&document))
    }

    fn aim(&self) -> SearchGoal {
        let rounds = f64::from(self.rounds);
        SearchGoal {
            loss: self.max_drop / 100.0,
            pace: match self.pruning_schedule {
                Schedule::Adaptive => PruningSchedule::Search,
                Schedule::OneShot => PruningSchedule::OneShot,
                Schedule::Linear => PruningSchedule::Linear(rounds),
                Schedule::Cubic => PruningSchedule::Cubic(rounds),
            },
            time: self.target_time,
        }
    }
}

fn show(event: &SearchEvent, progress: &Progress) {
    match event {
        SearchEvent::Progress(at) => progress.show(*at),
        SearchEvent::Cut(_) => progress.stage(message!("command-progress-recovering")),
        // Which features can't be matched is the same in every round, and a candidate tells where training diverged.
        SearchEvent::Recovery(recover::Event::Warning(_)) => {}
        SearchEvent::Recovery(event) => progress.recovery(event),
        SearchEvent::Candidate(candidate) => {
            progress.note(described(candidate));
            if let Some(reason) = &candidate.diverged {
                progress.warn(reason);
            }
            progress.stage(message!("command-progress-cutting"));
        }
        SearchEvent::Limit(reason) => progress.note(reason.clone()),
    }
}

/// Both models on the pictures that were held back, where there are any.
fn tested(
    original: &Graph,
    model: &Graph,
    test: Arc<Pictures>,
    progress: &Progress,
) -> secateur::Result<Option<ComparisonResult>> {
    if test.is_empty() {
        return Ok(None);
    }
    let comparison = ModelComparison::new(original, model, test)?.during(Phase::Testing);
    Ok(Some(comparison.run(|at| progress.show(at))?.result))
}

/// A line about one model, while the search goes on.
fn described(tried: &Candidate) -> Message {
    let share = rounded_percent(tried.share);
    let score = |quality: &Metrics| percent(quality.score().unwrap_or(0.0));
    let (pruned, recovered) = (score(&tried.cut), score(&tried.recovered));
    match tried.accepted {
        true => message!(
            "command-search-accepted",
            share = share,
            pruned = pruned,
            recovered = recovered
        ),
        false => message!(
            "command-search-rejected",
            share = share,
            pruned = pruned,
            recovered = recovered
        ),
    }
}

fn summary(report: &Report<'_>) -> String {
    let (before, after) = (&report.before, &report.after);
    let row = |what: String, of: fn(&Totals) -> u64| {
        compared_counts(what, of(&before.totals), of(&after.totals))
    };
    let mut rows = vec![
        row(t!("command-row-parameters"), |t| t.parameters),
        row(t!("command-row-nonzeros"), |t| t.nonzeros),
        row(t!("command-row-macs"), |t| t.macs),
        row(t!("command-row-file"), |t| t.bytes),
    ];
    if let (Some(was), Some(is)) = (before.milliseconds, after.milliseconds) {
        rows.push(vec![
            t!("command-row-time"),
            t!("command-milliseconds", milliseconds = was),
            t!("command-milliseconds", milliseconds = is),
            rounded_percent(is / was),
        ]);
    }
    let on = |side: &Side| side.test.unwrap_or(side.judged);
    rows.extend(side_by_side(&on(before), &on(after)));
    let measured = measured_on(after.test.is_some(), on(after).pictures);
    format!("{}{measured}\n", compared(&rows))
}

/// On what photos a result was measured: on those that were kept for a test, or on those that it was chosen by.
pub fn measured_on(are_kept: bool, photos: usize) -> String {
    match are_kept {
        true => t!("command-search-tested", photos = photos),
        false => t!("command-search-chosen-by", photos = photos),
    }
}
