//! `secateur shrink`: chooses everything itself, and tells what it did.

use super::evaluate::side_by_side;
use super::search::measured_on;
use crate::arguments::{SOME, target, whole};
use crate::clock::now;
use crate::data::Data;
use crate::failure::Failure;
use crate::files::{self, Place};
use crate::model::Model;
use crate::progress::Progress;
use crate::table::{compared, compared_counts, percent, rounded_percent};
use clap::{ArgGroup, Args};
use secateur::cost::{Totals, model_cost};
use secateur::data::Split;
use secateur::eval::{ComparisonResult, Metrics};
use secateur::message;
use secateur::message::Message;
use secateur::onnx;
use secateur::recipe::Target;
use secateur::recover::{Event, Method, Replicas};
use secateur::search::{Shrink, ShrinkEvent, ShrinkGoal, ShrinkStep, Shrunk, Tried};
use secateur::t;
use secateur::task::Task;
use secateur::train::{RequestedBudget, TrainingOverrides};
use serde::Serialize;
use std::path::PathBuf;

#[derive(Args)]
#[command(group = ArgGroup::new("goal").required(true).args(["target", "max_drop"]))]
pub struct Automatic {
    #[command(flatten)]
    model: Model,
    #[arg(long, value_name = "target", value_parser = target)]
    target: Option<Target>,
    #[arg(long, alias = "line", value_name = "points")]
    max_drop: Option<f64>,
    #[arg(long, value_name = "count", value_parser = whole(SOME))]
    steps: Option<u32>,
    #[arg(long, value_name = "count", default_value_t = 1, value_parser = whole(1..=64))]
    workers: u32,
    #[arg(long, value_name = "output")]
    output: PathBuf,
    #[arg(long, value_name = "report")]
    report: Option<PathBuf>,
    #[command(flatten)]
    data: Data,
}

/// The report as a document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    goal: ShrinkGoal,
    /// What does the same by hand, one after the other.
    steps: &'a [ShrinkStep],
    /// What was tried, and which of it was taken.
    tried: &'a [Tried],
    #[serde(skip_serializing_if = "Option::is_none")]
    taken: Option<usize>,
    before: Totals,
    after: Totals,
    /// The original and the result on the photos that were used to choose.
    original: Metrics,
    judged: Metrics,
    /// The same, and the cut before recovery, on photos that nothing was learned from or chosen by.
    #[serde(skip_serializing_if = "Option::is_none")]
    tested: Option<ComparisonResult>,
    seconds: f64,
}

impl Automatic {
    pub fn answer(self) -> Result<String, Failure> {
        let goal = match (self.target, self.max_drop) {
            (Some(target), _) => ShrinkGoal::Target(target),
            (None, drop) => ShrinkGoal::MaxDrop(drop.unwrap_or_default() / 100.0),
        };
        let places = Place::both(&self.output, self.report.as_deref())?;
        let progress = Progress::new(message!("command-progress-opening"));
        let start = now();
        let bytes = self.model.read()?;
        let file = bytes.to_vec();
        let known = self.data.lengths(&bytes)?;
        let original = self.model.open(bytes, known)?.graph;
        let preset = self.data.preset(&original, &progress)?;
        let chosen = TrainingOverrides {
            budget: self.steps.map(f64::from).map(RequestedBudget::Steps),
            workers: Some(self.workers as usize),
            seed: Some(f64::from(self.data.seed)),
            ..TrainingOverrides::default()
        };
        progress.stage(message!("command-progress-pictures"));
        let pictures = self.data.load(&original, &progress)?;
        let plan = Shrink::plan(&original, &preset, pictures.labels().is_some(), &chosen)?;
        let split = Split::new(pictures)?;
        let sides = (&original, &file[..]);
        let shrink = Shrink::prepare(sides, goal, &plan, split, Replicas::All, Some(now))?;
        let shrink = shrink.run(|at| progress.show(at))?;
        let mut made = None;
        let tested = shrink.run(|event| match event {
            ShrinkEvent::Shrunk(shrunk) => made = Some(shrunk),
            event => show(&event, &progress),
        })?;
        let shrunk = made.expect("what comes out is told before the end");
        let made = onnx::write(&shrunk.graph)?;
        let report = Report {
            goal,
            steps: &shrunk.steps,
            tried: &shrunk.tried,
            taken: shrunk.taken,
            before: model_cost(&original, file.len() as u64).totals,
            after: model_cost(&shrunk.graph, made.len() as u64).totals,
            original: shrunk.original,
            judged: shrunk.judged,
            tested,
            seconds: (now() - start) / 1000.0,
        };
        files::write_both(places, &made, &files::json(&report)?)?;
        drop(progress);
        Ok(summary(&report, &shrunk))
    }
}

fn show(event: &ShrinkEvent, progress: &Progress) {
    match event {
        ShrinkEvent::Progress(at) => progress.show(*at),
        ShrinkEvent::Original(_) | ShrinkEvent::Trying(_) => {
            progress.stage(message!("command-progress-cutting"));
        }
        ShrinkEvent::Tried(tried) => progress.note(described(tried)),
        ShrinkEvent::Impossible(strategy, reason) => progress.note(message!(
            "command-shrink-impossible",
            strategy = strategy.name(),
            reason = reason
        )),
        ShrinkEvent::Training(_) | ShrinkEvent::Shrunk(_) => {
            progress.stage(message!("command-progress-recovering"))
        }
        ShrinkEvent::Recovery(Event::Judged(judged)) => progress.note(message!(
            "command-shrink-judged",
            steps = judged.done,
            score = score(&judged.quality),
            nats = judged.quality.kl.unwrap_or(0.0)
        )),
        ShrinkEvent::Recovery(event) => progress.recovery(event),
    }
}

fn score(quality: &Metrics) -> String {
    percent(quality.score().unwrap_or(0.0))
}

/// A line about one strategy.
fn described(tried: &Tried) -> Message {
    message!(
        "command-shrink-tried",
        strategy = tried.strategy.name(),
        share = rounded_percent(tried.left.macs),
        cut = score(&tried.cut),
        recovered = score(&tried.recovered),
        nats = tried.recovered.kl.unwrap_or(0.0)
    )
}

fn summary(report: &Report<'_>, shrunk: &Shrunk) -> String {
    let row = |what: String, of: fn(&Totals) -> u64| {
        compared_counts(what, of(&report.before), of(&report.after))
    };
    let mut rows = vec![
        row(t!("command-row-parameters"), |t| t.parameters),
        row(t!("command-row-macs"), |t| t.macs),
        row(t!("command-row-file"), |t| t.bytes),
    ];
    let (before, after) = match report.tested {
        Some(tested) => (tested.original, tested.quality),
        None => (report.original, report.judged),
    };
    rows.extend(side_by_side(&before, &after));
    let measured = measured_on(report.tested.is_some(), after.pictures);
    let done = match shrunk.taken.map(|place| &shrunk.tried[place]) {
        Some(taken) => t!(
            "command-shrink-taken",
            strategy = taken.strategy.name(),
            recoveries = recoveries(&shrunk.steps)
        ),
        None => t!("command-shrink-uncut"),
    };
    format!("{}{measured}\n{done}\n", compared(&rows))
}

/// How often the model was recovered: it is reconstructed first, and then trained.
fn recoveries(steps: &[ShrinkStep]) -> String {
    let of = |step: &ShrinkStep| match step {
        ShrinkStep::Recover(plan) => Some(plan.method),
        ShrinkStep::Cut(_) => None,
    };
    let methods: Vec<Method> = steps.iter().filter_map(of).collect();
    match methods[..] {
        [] => t!("command-shrink-unrecovered"),
        [Method::Reconstruct] => t!("command-shrink-reconstructed"),
        [_] => t!("command-shrink-trained"),
        _ => t!("command-shrink-both"),
    }
}
