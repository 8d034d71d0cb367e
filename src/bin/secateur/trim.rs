//! `secateur trim`: rounds of cutting and recovering, up to the loss that is accepted.

use crate::criteria;
use crate::data::Data;
use crate::evaluate::rows;
use crate::failure::Failure;
use crate::files::{self, Place};
use crate::measuring::now;
use crate::model::Model;
use crate::progress::Progress;
use crate::recover::How;
use crate::table::{count, percent, table};
use clap::{Args, ValueEnum};
use secateur::cost::{Totals, model_cost};
use secateur::data::Pictures;
use secateur::data::Split;
use secateur::eval::{ComparisonResult, Metrics, ModelComparison};
use secateur::graph::Graph;
use secateur::message;
use secateur::prune::criteria::read_recipe;
use secateur::recipe::Recipe;
use secateur::recover::{self, Plan};
use secateur::search::{BudgetSearch, Candidate, PruningSchedule, SearchEvent, SearchGoal};
use secateur::task::{Phase, Task};
use secateur::text::render;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args)]
#[command(after_help = criteria::help())]
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
    /// How the rounds go: feeling the way to the line, or by a schedule to the recipe's target
    #[arg(long, value_enum, default_value_t = Schedule::Search)]
    pace: Schedule,
    /// Rounds of a schedule
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Save measured time, until a picture takes this share of the original's time; the recipe's target no longer counts
    #[arg(long, value_name = "SHARE")]
    time: Option<f64>,
    /// Where the smallest model on this side of the line goes
    #[arg(long, value_name = "OUT.onnx")]
    output: PathBuf,
    /// Where a report on all models that were tried goes: a JSON document
    #[arg(long, value_name = "REPORT.json")]
    report: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Schedule {
    /// Steps that are halved each time the line is crossed
    Search,
    /// All at once
    OneShot,
    /// Equal steps
    Linear,
    /// Large steps first
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

impl Trim {
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
        let plan = self.how.plan(&self.data)?;
        let progress = Progress::new(message!("command-progress-opening"));
        let bytes = self.model.read()?;
        let file = bytes.to_vec();
        let known = self.data.lengths(&bytes)?;
        let original = self.model.open(bytes, known)?.graph;
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
            line: self.line,
            pace: aim.pace,
            time: aim.time,
            before,
            after,
            tried: search.tried(),
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
        Ok(summary(&document))
    }

    fn aim(&self) -> SearchGoal {
        let rounds = f64::from(self.rounds);
        SearchGoal {
            loss: self.line / 100.0,
            pace: match self.pace {
                Schedule::Search => PruningSchedule::Search,
                Schedule::OneShot => PruningSchedule::OneShot,
                Schedule::Linear => PruningSchedule::Linear(rounds),
                Schedule::Cubic => PruningSchedule::Cubic(rounds),
            },
            time: self.time,
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
            progress.note(&describe(candidate));
            if let Some(reason) = &candidate.diverged {
                progress.note(&format!("warning: {}", render(reason)));
            }
            progress.stage(message!("command-progress-cutting"));
        }
        SearchEvent::Limit(reason) => progress.note(&render(reason)),
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
fn describe(tried: &Candidate) -> String {
    let score = |quality: &Metrics| format!("{:.2} %", 100.0 * quality.score().unwrap_or(0.0));
    format!(
        "{:5.1} % kept: {} after the cut, {} recovered, {}",
        100.0 * tried.share,
        score(&tried.cut),
        score(&tried.recovered),
        if tried.accepted { "taken" } else { "too far" }
    )
}

fn summary(report: &Report<'_>) -> String {
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
    if let (Some(was), Some(is)) = (before.milliseconds, after.milliseconds) {
        let kept = format!("{:.1} %", 100.0 * is / was);
        all.push(vec![
            "milliseconds".into(),
            format!("{was:.3}"),
            format!("{is:.3}"),
            kept,
        ]);
    }
    let on = |side: &Side| side.test.unwrap_or(side.judged);
    for (before, after) in rows(&on(before)).into_iter().zip(rows(&on(after))) {
        all.push(
            before
                .into_iter()
                .chain(after.into_iter().nth(1))
                .chain([String::new()])
                .collect(),
        );
    }
    let pictures = on(after).pictures;
    let source = match after.test {
        Some(_) => "that nothing was learned from or chosen by",
        None => {
            "that the search also went by, since there are too few for a part of its own: expect less on new ones"
        }
    };
    table(&["", "before", "after", "kept"], &all)
        + &format!("quality: on {pictures} pictures {source}\n")
}
