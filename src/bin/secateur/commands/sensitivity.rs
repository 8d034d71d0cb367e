//! `secateur sensitivity`: how much pruning each layer can take.

use crate::arguments::{SOME, whole};
use crate::data::Data;
use crate::failure::Failure;
use crate::files::{self, Place};
use crate::model::Model;
use crate::progress::Progress;
use crate::table::{rounded_percent, table};
use clap::Args;
use secateur::data::Split;
use secateur::eval::Metrics;
use secateur::graph::Graph;
use secateur::message;
use secateur::prune::session::Session;
use secateur::recipe::Recipe;
use secateur::search::{Curves, LEVELS, MOST_JUDGED, Sensitivity, guide};
use secateur::t;
use secateur::task::{Task, side_by_side};
use std::path::PathBuf;
use std::thread;

#[derive(Args)]
pub struct Sense {
    #[command(flatten)]
    model: Model,
    #[arg(long, value_name = "recipe")]
    recipe: PathBuf,
    #[arg(long, value_name = "shares", value_delimiter = ',', default_values_t = LEVELS)]
    levels: Vec<f64>,
    #[arg(
        long,
        alias = "judged",
        value_name = "count",
        default_value_t = MOST_JUDGED as u32,
        value_parser = whole(SOME)
    )]
    validation_photos: u32,
    #[arg(long, alias = "guided", value_name = "recipe-output")]
    spread: Option<PathBuf>,
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: Data,
}

/// What is probed.
struct Subject<'a> {
    graph: &'a Graph,
    bytes: u64,
    recipe: &'a Recipe,
    levels: &'a [f64],
    split: &'a Split,
    judged: usize,
    seed: u32,
}

impl Sense {
    pub fn answer(self) -> Result<String, Failure> {
        let recipe = files::read_recipe(&self.recipe)?;
        let spread = self.spread.as_deref().map(Place::new).transpose()?;
        let target = match (&spread, recipe.target) {
            (Some(_), None) => {
                let path = self.recipe.display();
                return Err(message!("command-error-no-target", path = path).into());
            }
            (place, target) => place.as_ref().and(target),
        };
        let progress = Progress::new(message!("command-progress-opening"));
        let bytes = self.model.read()?;
        let size = bytes.len() as u64;
        let known = self.data.lengths(&bytes)?;
        let graph = self.model.open(bytes, known)?.graph;
        progress.stage(message!("command-progress-pictures"));
        let pictures = self.data.load(&graph, &progress)?;
        let split = Split::new(pictures)?;
        let subject = Subject {
            graph: &graph,
            bytes: size,
            recipe: &recipe,
            levels: &self.levels,
            split: &split,
            judged: self.validation_photos as usize,
            seed: self.data.seed,
        };
        let curves = subject.probe_all(&progress)?;
        if let (Some(place), Some(target)) = (spread, target) {
            progress.stage(message!("command-progress-spreading"));
            let mut session = Session::new(graph, size)?;
            let recipe = guide(&mut session, &curves, target)?;
            place
                .draft((recipe.to_json() + "\n").as_bytes())?
                .publish()?;
        }
        drop(progress);
        if self.json {
            return files::json(&curves);
        }
        Ok(summary(&curves))
    }
}

impl Subject<'_> {
    /// Does the probes on all processors; the answers are the same on any number.
    fn probe_all(&self, progress: &Progress) -> Result<Curves, Failure> {
        let model = (self.graph, self.bytes);
        let (split, judged, seed) = (self.split, self.judged, self.seed);
        let first = Sensitivity::prepare(model, self.recipe, self.levels, split, judged, seed)?;
        let first = first.run(|at| progress.show(at))?;
        progress.stage(message!("command-progress-layers"));
        let mut curves = first.curves();
        let all = first.len();
        let threads = thread::available_parallelism()
            .map_or(1, usize::from)
            .min(all);
        let workers = vec![first.clone(); threads];
        let mut done = 0;
        side_by_side(workers, all, Sensitivity::probe, |probe, point| {
            curves.add(first.curve_of(probe), point);
            done += 1;
            progress.count(done, all);
        })?;
        Ok(curves)
    }
}

/// A row for each layer, a column for each level.
fn summary(curves: &Curves) -> String {
    let score = |quality: &Metrics| rounded_percent(quality.score().unwrap_or(0.0));
    let levels = curves.curves.first().map_or(&[][..], |curve| &curve.points);
    let levels = levels
        .iter()
        .map(|point| t!("command-column-removed", percent = 100.0 * point.share));
    let heading: Vec<String> = [t!("command-column-layers")]
        .into_iter()
        .chain(levels)
        .collect();
    let rows: Vec<Vec<String>> = curves
        .curves
        .iter()
        .map(|curve| {
            let scores = curve.points.iter().map(|point| score(&point.quality));
            [curve.layers.join(", ")]
                .into_iter()
                .chain(scores)
                .collect()
        })
        .collect();
    let (photos, original) = (curves.original.pictures, score(&curves.original));
    let measured = match curves.original.accuracy {
        Some(_) => t!(
            "command-sensitivity-accuracy",
            photos = photos,
            original = original
        ),
        None => t!(
            "command-sensitivity-agreement",
            photos = photos,
            original = original
        ),
    };
    let recalibrated = match curves.calibrated_on {
        0 => String::new(),
        count => t!("command-sensitivity-recalibrated", photos = count) + "\n",
    };
    format!("{}{measured}\n{recalibrated}", table(&heading, &rows))
}
