//! To the line: rounds of cutting and recovering, until one more cut would cost more quality than is accepted.

use super::exam::{Quality, examine};
use super::job::{Advance, Job, Plan};
use crate::data::Pictures;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::onnx;
use crate::prune::cut::cut_measured;
use crate::prune::score::measured::measure;
use crate::recipe::{Granularity, Recipe, Target};
use crate::report::{Totals, account};
use serde::Serialize;
use std::sync::Arc;

/// The share of what is left that the first round removes.
const FIRST_STEP: f64 = 0.2;
/// Steps are halved each time the line is crossed; below this one the search is over.
const LAST_STEP: f64 = 0.03;
/// Where the search ends if nothing else ends it, as a share of the original.
const LEAST: f64 = 0.02;

/// A model that was tried.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Tried {
    /// The share of the original that was asked for (of weights, parameters, multiply-adds or bytes).
    pub share: f64,
    pub totals: Totals,
    /// On the pictures that the search goes by, right after the cut.
    pub cut: Quality,
    /// On the same pictures, after recovery.
    pub recovered: Quality,
    /// Whether it is on this side of the line.
    pub accepted: bool,
}

/// What [`Line::advance`] did.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Stage {
    /// A cut was made; how good it is before recovery.
    Cut(Quality),
    Recovering(Advance),
    /// A round is over.
    Judged(Tried),
}

/// A search on its way; each round makes one model.
pub struct Line {
    original: Graph,
    recipe: Recipe,
    plan: Plan,
    lessons: Arc<Pictures>,
    judged: Arc<Pictures>,
    /// The score that must not be fallen below, 0 to 1.
    least: f64,
    goal: f64,
    step: f64,
    best: Best,
    tried: Vec<Tried>,
    round: Option<Round>,
}

/// A cut that is being recovered.
struct Round {
    share: f64,
    cut: Quality,
    job: Job,
    is_recovered: bool,
}

struct Best {
    graph: Graph,
    bytes: Vec<u8>,
    share: f64,
}

impl Line {
    /// `loss` is how much of the score may go, 0 to 1: of the accuracy on `judged` where those pictures have labels, else of
    /// the agreement with the original. The recipe's target names what to save and where to stop at the latest; `file` is
    /// the original's.
    ///
    /// Errors: [`Error::BadRecipe`] for a recipe without a target, [`Error::BadInput`] where there is nothing to judge by.
    pub fn new(
        (original, file): (&Graph, &[u8]),
        recipe: &Recipe,
        plan: &Plan,
        (lessons, judged): (Pictures, Pictures),
        loss: f64,
    ) -> Result<Self> {
        if !(0.0..1.0).contains(&loss) {
            return Err(Error::BadInput(
                "the line is a loss of 0 to below 100 percentage points".into(),
            ));
        }
        let Some(target) = recipe.target else {
            return Err(Error::BadRecipe(
                "the recipe needs a target, such as {\"macs\": 0.3}: it says what to save, and where to stop at the latest"
                    .into(),
            ));
        };
        let baseline = examine(original, Some(original), &judged)?;
        let Some(score) = baseline.score() else {
            return Err(Error::BadInput(
                "there are too few pictures to recover on some and to judge by others".into(),
            ));
        };
        Ok(Line {
            best: Best {
                graph: original.clone(),
                bytes: file.to_vec(),
                share: 1.0,
            },
            original: original.clone(),
            recipe: recipe.clone(),
            plan: plan.clone(),
            lessons: Arc::new(lessons),
            judged: Arc::new(judged),
            least: score - loss,
            goal: kept_by(target).max(LEAST),
            step: FIRST_STEP,
            tried: Vec::new(),
            round: None,
        })
    }

    /// Whether there is anything left to try.
    pub fn is_over(&self) -> bool {
        self.step < LAST_STEP || self.best.share <= self.goal * 1.001
    }

    /// Does the next piece of work: a cut of the best model so far, a piece of its recovery, or the judgement on it.
    pub fn advance(&mut self) -> Result<Stage> {
        let Some(mut round) = self.round.take() else {
            let round = self.begin_round()?;
            let cut = round.cut;
            self.round = Some(round);
            return Ok(Stage::Cut(cut));
        };
        if !round.is_recovered {
            let advance = match round.job.advance() {
                Ok(advance) => Some(advance),
                // The last good weights are judged like any others.
                Err(Error::Diverged(_)) => None,
                Err(error) => return Err(error),
            };
            if let Some(advance) = advance {
                round.is_recovered = advance.done >= advance.of;
                self.round = Some(round);
                return Ok(Stage::Recovering(advance));
            }
        }
        self.judge(round).map(Stage::Judged)
    }

    fn begin_round(&self) -> Result<Round> {
        let share = (self.best.share * (1.0 - self.step)).max(self.goal);
        let size = self.best.bytes.len() as u64;
        let recipe = self.recipe_for(share);
        // Scores that pictures tell are of one model, so each round measures anew.
        let measured = measure(&self.best.graph, &recipe, &self.lessons)?;
        let made = cut_measured(&self.best.graph, size, &recipe, measured, None)?;
        Ok(Round {
            share,
            cut: examine(&made.graph, Some(&self.original), &self.judged)?,
            job: Job::new(
                &made.graph,
                Some(&self.original),
                Arc::clone(&self.lessons),
                &self.plan,
            )?,
            is_recovered: false,
        })
    }

    fn judge(&mut self, round: Round) -> Result<Tried> {
        let graph = round.job.finish().graph;
        let recovered = examine(&graph, Some(&self.original), &self.judged)?;
        let bytes = onnx::write(&graph)?;
        let tried = Tried {
            share: round.share,
            totals: account(&graph, bytes.len() as u64).totals,
            cut: round.cut,
            recovered,
            accepted: recovered.score().is_some_and(|score| score >= self.least),
        };
        if tried.accepted {
            self.best = Best {
                graph,
                bytes,
                share: round.share,
            };
        } else {
            self.step /= 2.0;
        }
        self.tried.push(tried.clone());
        Ok(tried)
    }

    /// The score that must not be fallen below, 0 to 1.
    pub fn least(&self) -> f64 {
        self.least
    }

    pub fn tried(&self) -> &[Tried] {
        &self.tried
    }

    /// The smallest model on this side of the line, with its file: the original where no cut was accepted.
    pub fn best(&self) -> (&Graph, &[u8]) {
        (&self.best.graph, &self.best.bytes)
    }

    /// The recipe that leaves this share of the original, made of the best model so far.
    fn recipe_for(&self, share: f64) -> Recipe {
        // Channels that went are gone, so shares are of what is left; masks still count from the whole.
        let of = match self.recipe.granularity {
            Granularity::Channel => self.best.share,
            _ => 1.0,
        };
        let kept = share / of;
        let target = match self.recipe.target {
            Some(Target::Parameters(_)) => Target::Parameters(kept),
            Some(Target::Macs(_)) => Target::Macs(kept),
            Some(Target::Bytes(_)) => Target::Bytes(kept),
            Some(Target::Sparsity(_)) | None => Target::Sparsity(1.0 - kept),
        };
        Recipe {
            target: Some(target),
            ..self.recipe.clone()
        }
    }
}

fn kept_by(target: Target) -> f64 {
    match target {
        Target::Sparsity(removed) => 1.0 - removed,
        Target::Parameters(kept) | Target::Macs(kept) | Target::Bytes(kept) => kept,
    }
}
