//! `secateur sensitivity`: what each layer alone can bear.

use crate::data::Data;
use crate::failure::Failure;
use crate::files::{self, Place};
use crate::model::Model;
use crate::progress::Progress;
use crate::table::table;
use clap::Args;
use secateur::data::Split;
use secateur::eval::Metrics;
use secateur::graph::Graph;
use secateur::message;
use secateur::prune::criteria::read_recipe;
use secateur::prune::session::Session;
use secateur::recipe::Recipe;
use secateur::search::{Curves, LEVELS, MOST_JUDGED, Sensitivity, guide};
use secateur::task::{Task, side_by_side};
use std::path::PathBuf;
use std::thread;

#[derive(Args)]
pub struct Sense {
    #[command(flatten)]
    model: Model,
    /// Its criterion, granularity and limits make the cuts
    #[arg(long, value_name = "RECIPE.json")]
    recipe: PathBuf,
    #[command(flatten)]
    data: Data,
    /// Shares to remove of each layer, such as 0.25,0.5
    #[arg(long, value_name = "SHARES", value_delimiter = ',', default_values_t = LEVELS)]
    levels: Vec<f64>,
    /// At most so many pictures to measure each cut on: more of them tell smaller differences between layers
    #[arg(long, value_name = "COUNT", default_value_t = MOST_JUDGED as u32, value_parser = clap::value_parser!(u32).range(1..))]
    judged: u32,
    /// Where a recipe goes that meets the target of the first one, shared out by what each layer can bear
    #[arg(long, value_name = "OUT.json")]
    guided: Option<PathBuf>,
    /// Answer with a JSON document
    #[arg(long)]
    json: bool,
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
        let text = files::read_text(&self.recipe)?;
        let recipe = read_recipe(&text).map_err(|e| Failure::in_file(&self.recipe, &e))?;
        let guided = self.guided.as_deref().map(Place::new).transpose()?;
        let target = match (&guided, recipe.target) {
            (Some(_), None) => {
                return Err(Failure::new(format!(
                    "“{}” has no target that could be shared out: add one, such as {{\"macs\": 0.5}}",
                    self.recipe.display()
                )));
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
            judged: self.judged as usize,
            seed: self.data.seed,
        };
        let curves = subject.probe_all(&progress)?;
        if let (Some(place), Some(target)) = (guided, target) {
            progress.stage(message!("command-progress-spreading"));
            let mut session = Session::new(graph, size)?;
            let recipe = guide(&mut session, &curves, target)?;
            place
                .draft((recipe.to_json() + "\n").as_bytes())?
                .publish()?;
        }
        drop(progress);
        if self.json {
            let text = serde_json::to_string_pretty(&curves)
                .map_err(|e| Failure::new(format!("the answer can't be written: {e}")))?;
            return Ok(text + "\n");
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
    let percent = |quality: &Metrics| format!("{:.1} %", 100.0 * quality.score().unwrap_or(0.0));
    let levels = curves.curves.first().map_or(&[][..], |curve| &curve.points);
    let heads: Vec<String> = levels
        .iter()
        .map(|point| format!("−{:.0} %", 100.0 * point.share))
        .collect();
    let heading: Vec<&str> = ["layers"]
        .into_iter()
        .chain(heads.iter().map(String::as_str))
        .collect();
    let rows: Vec<Vec<String>> = curves
        .curves
        .iter()
        .map(|curve| {
            let points = curve.points.iter().map(|point| percent(&point.quality));
            [curve.layers.join(", ")]
                .into_iter()
                .chain(points)
                .collect()
        })
        .collect();
    let measure = match curves.original.accuracy {
        Some(_) => "accuracy (top-1)",
        None => "agreement with the original",
    };
    let calibrated = match curves.calibrated_on {
        0 => String::new(),
        count => format!(", normalisations recalibrated on {count} others"),
    };
    table(&heading, &rows)
        + &format!(
            "{measure} on {} pictures with that layer alone cut{calibrated}; the whole model: {}\n",
            curves.original.pictures,
            percent(&curves.original)
        )
}
