//! The curve of a criterion alone: cuts of many sizes, none of them recovered, each measured. It shows where the cliff is.

use super::preparation::Known;
use super::preparation::Preparation;
use super::target_scale::TargetScale;
use crate::cost::{Retained, Totals};
use crate::data::Pictures;
use crate::data::Split;
use crate::error::{Error, Result};
use crate::eval::Metrics;
use crate::eval::ModelComparison;
use crate::eval::ReferenceLogits;
use crate::eval::measure;
use crate::graph::Graph;
use crate::prune::session::Session;
use crate::recipe::Recipe;
use crate::train::Clock;
use serde::Serialize;
use std::sync::Arc;

/// One cut, unrecovered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(hashmap_as_object))]
pub struct SweepPoint {
    /// Makes this very model of the original.
    pub recipe: Recipe,
    pub totals: Totals,
    pub left: Retained,
    pub quality: Metrics,
    /// Milliseconds for one picture, median, where there is a clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
}

/// One cut, being measured a picture at a time.
pub struct SizeProbe {
    recipe: Recipe,
    totals: Totals,
    left: Retained,
    graph: Graph,
    trial: ModelComparison,
    judged: Arc<Pictures>,
    clock: Option<Clock>,
}

impl SizeProbe {
    /// Shows the next picture; gives how many have been shown, and how many are to be.
    pub fn advance(&mut self) -> Result<(usize, usize)> {
        self.trial.advance()
    }

    /// What was measured, after all pictures that are left.
    pub fn finish(mut self) -> Result<SweepPoint> {
        Ok(SweepPoint {
            quality: self.trial.run()?.quality,
            milliseconds: measure(&self.graph, &self.judged, self.clock)?,
            recipe: self.recipe,
            totals: self.totals,
            left: self.left,
        })
    }
}

/// A model that is cut again and again, always from the whole.
pub struct Sweep {
    session: Session,
    portions: TargetScale,
    judged: Arc<Pictures>,
    answers: ReferenceLogits,
    clock: Option<Clock>,
    milliseconds: Option<f64>,
}

impl Sweep {
    /// The recipe's target says what the shares are of; the original's file has `file_bytes` bytes. Data-aware criteria look
    /// at the lessons.
    ///
    /// Errors: [`Error::BadRecipe`] for a recipe without a target or that does not fit the model; those of running it.
    pub fn prepare(
        (original, file_bytes): (&Graph, u64),
        recipe: &Recipe,
        Split {
            train: lessons,
            validation: judged,
            ..
        }: Split,
        clock: Option<Clock>,
    ) -> Result<Preparation<Self>> {
        let portions = TargetScale::new(recipe)?;
        let session = Session::new(original.clone(), file_bytes)?;
        let milliseconds = measure(original, &judged, clock)?;
        let shown = Arc::clone(&judged);
        let begin = move |session, known: Known| {
            Ok(Sweep {
                session,
                portions,
                judged,
                answers: known.answers,
                clock,
                milliseconds,
            })
        };
        Preparation::of_cuts((original, session), recipe.clone(), &lessons, &shown, begin)
    }

    /// The whole model on the same pictures.
    pub fn original(&self) -> Metrics {
        self.answers.quality()
    }

    /// Milliseconds that the whole model takes for one picture.
    pub fn milliseconds(&self) -> Option<f64> {
        self.milliseconds
    }

    /// Cuts to the share `kept` of the original and measures. `None` where the recipe's limits do not let so much go.
    pub fn point(&mut self, kept: f64) -> Result<Option<SweepPoint>> {
        self.begin(kept)?.map(SizeProbe::finish).transpose()
    }

    /// The same, cut and not measured yet.
    pub fn begin(&mut self, kept: f64) -> Result<Option<SizeProbe>> {
        let recipe = self.portions.recipe(kept, 1.0);
        match self.session.choose(&recipe) {
            Err(Error::BadRecipe(_)) => return Ok(None),
            chosen => chosen?,
        }
        let cut = self.session.finish(None)?;
        let judged = Arc::clone(&self.judged);
        let [before, after] =
            [&cut.report.before, &cut.report.after].map(|model_cost| model_cost.totals);
        Ok(Some(SizeProbe {
            recipe,
            totals: after,
            left: Retained::new(&before, &after),
            trial: ModelComparison::against(&self.answers, &cut.graph, judged)?,
            graph: cut.graph,
            judged: Arc::clone(&self.judged),
            clock: self.clock,
        }))
    }
}
