//! The cuts of a strategy, one after the other: each looks at the photos anew, since what is left of a model is another model.

use super::strategy::Stage;
use crate::cost::{Totals, model_cost};
use crate::data::Pictures;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::onnx::{self, OpenOptions};
use crate::prune::criteria::Measured;
use crate::prune::session::Session;
use crate::recipe::{Recipe, Target};
use crate::search::cut_scores::begin;
use crate::task::{Progress, Task};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The step in which shares are tried until one is not gone past.
const FINEST: f64 = 0.005;

/// A model, and the cuts that made it of the original.
#[derive(Debug, Clone)]
pub(super) struct CutModel {
    pub graph: Graph,
    /// Of its file.
    pub bytes: u64,
    pub recipes: Vec<Recipe>,
    /// What photos told of the original, by criterion.
    pub found: Scores,
}

/// By criterion.
pub(super) type Scores = BTreeMap<String, Measured>;

/// What the stages of a strategy go by.
#[derive(Clone)]
pub(super) struct Cutting {
    /// Of the original.
    pub whole: Totals,
    /// What shares are of.
    pub target: Target,
    pub train: Arc<Pictures>,
    pub seed: u32,
    /// What photos told of the original before.
    pub known: Scores,
}

impl CutModel {
    /// What it costs.
    pub fn totals(&self) -> Totals {
        model_cost(&self.graph, self.bytes).totals
    }
}

impl Cutting {
    /// Cuts a model in these stages. A stage that has nothing left to do is left out: branches go whole, so the one before it may have
    /// gone further than it was asked to.
    ///
    /// Errors: those of measuring the criteria and of cutting; [`crate::Error::BadRecipe`] where a cut can't go so far.
    pub fn cut(
        self,
        model: CutModel,
        stages: &[Stage],
    ) -> Result<Box<dyn Task<Event = Progress, Output = CutModel>>> {
        let left = self.left(&model.totals());
        let next = stages.iter().position(|stage| stage.kept < left);
        let Some(next) = next else {
            let nothing = None::<Box<dyn Task<Event = Progress, Output = ()>>>;
            return Ok(Box::new(Task::map(nothing, |_| Ok(model))));
        };
        let (stage, later) = (stages[next], stages[next + 1..].to_vec());
        let recipe = stage.recipe(self.target, stage.kept, left, self.seed)?;
        let is_original = model.recipes.is_empty();
        let known = match is_original {
            true => self.known.get(&recipe.criterion).cloned(),
            false => None,
        };
        let scoring = match known {
            Some(_) => None,
            None => begin(&model.graph, &recipe, &self.train)?,
        };
        Ok(Box::new(scoring.then(move |scores| {
            let scores = known.or(scores);
            let mut found = model.found;
            if let Some(scores) = scores.clone().filter(|_| is_original) {
                found.insert(recipe.criterion.clone(), scores);
            }
            let mut session = Session::new(model.graph.clone(), model.bytes)?;
            if let Some(scores) = scores {
                session.take_scores(scores)?;
            }
            let chosen = match stage.stops_short {
                true => self.stop_short(&mut session, &stage, left)?,
                false => session.choose(&recipe).map(|()| Some(recipe))?,
            };
            let Some(recipe) = chosen else {
                return self.cut(CutModel { found, ..model }, &later);
            };
            let made = session.finish(None)?;
            // As the file has it: whoever opens that goes on from the very same model.
            let dims = session.graph().sizes.clone();
            let bytes = made.bytes.len() as u64;
            let graph = onnx::open(made.bytes.into(), &OpenOptions { dims })?.graph;
            let recipes = [model.recipes, vec![recipe]].concat();
            let made = CutModel {
                graph,
                bytes,
                recipes,
                found,
            };
            self.cut(made, &later)
        })))
    }

    /// Chooses as much as can go without leaving less than the stage is to; `None` where nothing can. The model has the share `left` of
    /// the original.
    fn stop_short(
        &self,
        session: &mut Session,
        stage: &Stage,
        left: f64,
    ) -> Result<Option<Recipe>> {
        let mut kept = stage.kept;
        while kept < left {
            let recipe = stage.recipe(self.target, kept, left, self.seed)?;
            match session.choose(&recipe) {
                Ok(()) if session.share(self.target)? * left >= stage.kept => {
                    return Ok(Some(recipe));
                }
                Ok(()) | Err(Error::BadRecipe(_)) => kept += FINEST,
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// The share of the original that this is.
    fn left(&self, now: &Totals) -> f64 {
        let share = |of: fn(&Totals) -> u64| of(now) as f64 / of(&self.whole).max(1) as f64;
        match self.target {
            Target::Macs(_) => share(|totals| totals.macs),
            Target::Parameters(_) => share(|totals| totals.parameters),
            Target::Bytes(_) => share(|totals| totals.bytes),
            Target::Sparsity(_) => share(|totals| totals.nonzeros),
        }
    }
}
