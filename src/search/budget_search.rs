//! To the line: rounds of cutting and recovering, until one more cut would cost more quality than is accepted.

use super::event::Candidate;
use super::event::SearchEvent;
use super::event::SearchGoal;
use super::preparation::Preparation;
use super::round::Ended;
use super::round::Left;
use super::round::Round;
use super::scoring::Scoring;
use super::state::State;
use super::target_scale::TargetScale;
use crate::cost::model_cost;
use crate::data::Split;
use crate::error::{Error, Result};
use crate::eval::ReferenceLogits;
use crate::eval::ReferenceRun;
use crate::eval::measure;
use crate::graph::Graph;
use crate::onnx::{self, OpenOptions};
use crate::prune::cut::cut_measured;
use crate::recipe::{Granularity, Recipe, Target};
use crate::recover::Plan;
use crate::recover::RecoveryRun;
use crate::train::Clock;
use crate::train::Gradients;
use std::sync::Arc;

/// A search on its way; each round makes one model.
pub struct BudgetSearch {
    original: Graph,
    portions: TargetScale,
    split: Split,
    answers: ReferenceLogits,
    clock: Option<Clock>,
    /// The best model so far, and its file.
    best: (Graph, Vec<u8>),
    /// The file of the model that was judged last, where that is beyond the line.
    beyond: Vec<u8>,
    /// What pictures tell of the best model.
    scoring: Scoring,
    state: State,
    /// Whether the plan's other workers are members elsewhere.
    leads: bool,
    round: Option<Box<Round>>,
}

impl BudgetSearch {
    /// The recipe's target names what to save and where to stop at the latest; `file` is the original's. `clock` is needed
    /// where time is to be saved.
    ///
    /// Errors: [`Error::BadRecipe`] for a recipe without a target, or one that can't save what is asked;
    /// [`Error::BadInput`] where there is nothing to judge by, or the aim makes no sense.
    pub fn prepare(
        (original, file): (&Graph, &[u8]),
        recipe: &Recipe,
        plan: &Plan,
        split: Split,
        aim: SearchGoal,
        clock: Option<Clock>,
    ) -> Result<Preparation<Self>> {
        let portions = portions(recipe, &aim)?;
        let milliseconds = measure(original, &split.validation, clock)?;
        if aim.time.is_some() && milliseconds.is_none() {
            return Err(Error::BadInput(message!("error-no-clock-for-time")));
        }
        let asking = ReferenceRun::new(original, Arc::clone(&split.validation))?;
        let (recipe, plan) = (recipe.clone(), plan.clone());
        let (original, file) = (original.clone(), file.to_vec());
        Ok(Preparation::new(None, asking, move |known| {
            let whole = (known.answers.quality(), milliseconds);
            Ok(BudgetSearch {
                state: State::new(recipe, plan, aim, &split, whole),
                best: (original.clone(), file),
                beyond: Vec::new(),
                original,
                portions,
                split,
                answers: known.answers,
                clock,
                scoring: Scoring::default(),
                leads: false,
                round: None,
            })
        }))
    }

    /// Goes on from a state that [`BudgetSearch::state`] gave, with the same pictures and with the best model as it was then.
    ///
    /// Errors: [`Error::BadInput`] where the pictures are others; else as [`BudgetSearch::prepare`].
    pub fn resume(
        original: &Graph,
        state: State,
        (best, file): (&Graph, &[u8]),
        split: Split,
        clock: Option<Clock>,
    ) -> Result<Preparation<Self>> {
        if !state.is_of(&split) {
            return Err(Error::BadInput(message!("error-other-pictures")));
        }
        let portions = portions(&state.recipe, &state.aim)?;
        let asking = ReferenceRun::new(original, Arc::clone(&split.validation))?;
        let original = original.clone();
        let best = (best.clone(), file.to_vec());
        Ok(Preparation::new(None, asking, move |known| {
            Ok(BudgetSearch {
                original,
                portions,
                answers: known.answers,
                split,
                clock,
                best,
                beyond: Vec::new(),
                scoring: Scoring::default(),
                state,
                leads: false,
                round: None,
            })
        }))
    }

    /// The same search, of which only the first of the plan's workers is here; the others are members elsewhere
    /// ([`RecoveryRun::member`]), and [`BudgetSearch::gradients`] and [`BudgetSearch::apply`] join them.
    pub fn leading(self) -> Self {
        BudgetSearch {
            leads: true,
            ..self
        }
    }

    /// What [`BudgetSearch::resume`] needs beside [`BudgetSearch::best`]. A round that is under way is not in it.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether there is anything left to try.
    pub fn is_over(&self) -> bool {
        self.state.is_over(&self.portions)
    }

    /// Does the next piece of work: a picture that the criterion looks at, a cut of the best model so far, a piece of its
    /// recovery, or the judgement on it.
    pub fn advance(&mut self) -> Result<SearchEvent> {
        self.apply(&[])
    }

    /// The file of the cut that is being recovered, for the members who are to learn it together with this search; `None`
    /// where the next piece of work is no step of learning.
    pub fn learning(&self) -> Option<&[u8]> {
        let round = self.round.as_ref().filter(|round| round.learns());
        round.map(|round| &round.file[..])
    }

    /// Finds what the part of the next batch that is here says of the cut that is being recovered.
    ///
    /// Errors: [`Error::BadInput`] where the next piece of work is no step of learning; else those of [`RecoveryRun::gradients`].
    pub fn gradients(&mut self) -> Result<Gradients> {
        let learner = self.round.as_mut().and_then(|round| round.learner());
        let job = learner.ok_or_else(|| Error::BadInput(message!("error-nothing-trains")))?;
        job.gradients()
    }

    /// As [`BudgetSearch::advance`], where a step of learning goes as the shares of all workers come to, in the order of the workers.
    pub fn apply(&mut self, shares: &[Gradients]) -> Result<SearchEvent> {
        let Some(round) = self.round.take() else {
            return self.begin_round();
        };
        match round.advance(shares)? {
            Left::More(round, stage) => {
                self.round = Some(round);
                Ok(*stage)
            }
            Left::Nothing(ended) => self.judge(*ended).map(SearchEvent::Judged),
        }
    }

    fn begin_round(&mut self) -> Result<SearchEvent> {
        let (share, recipe) = self.state.next(&self.portions);
        let (graph, file) = &self.best;
        let (lessons, judged) = (&self.split.train, &self.split.validation);
        if let Some(advance) = self.scoring.advance(graph, &recipe, lessons)? {
            return Ok(SearchEvent::Scoring(advance));
        }
        let scores = self.scoring.measured();
        let file = match cut_measured(graph, file.len() as u64, &recipe, scores, None) {
            Ok(made) => made.bytes,
            Err(Error::BadRecipe(reason)) if !self.state.tried.is_empty() => {
                self.state.reach_limit();
                return Ok(SearchEvent::Limit(reason));
            }
            Err(error) => return Err(error),
        };
        // As the file has it, so that members who are given the file learn the very same.
        let made = onnx::open(file.clone().into(), &OpenOptions::default())?.graph;
        let (original, plan) = (Some(&self.original), &self.state.plan);
        let job = match self.leads {
            true => RecoveryRun::member(&made, original, Arc::clone(lessons), plan, 0)?,
            false => RecoveryRun::new(&made, original, Arc::clone(lessons), plan)?,
        };
        let job = job.timed_by(self.clock);
        let none_yet = (0, judged.len());
        let judged = (Arc::clone(judged), self.answers.clone());
        let round = Round::new(share, (&made, file), job, judged)?;
        self.round = Some(Box::new(round));
        Ok(SearchEvent::Judging(none_yet.into()))
    }

    fn judge(&mut self, ended: Ended) -> Result<Candidate> {
        let Ended {
            share,
            graph,
            cut,
            recovered,
            diverged,
        } = ended;
        let bytes = onnx::write(&graph)?;
        let tried = Candidate {
            share,
            totals: model_cost(&graph, bytes.len() as u64).totals,
            cut,
            recovered,
            milliseconds: measure(&graph, &self.split.validation, self.clock)?,
            accepted: recovered.score().is_some_and(|score| score >= self.least()),
            diverged,
        };
        if tried.accepted {
            self.best = (graph, bytes);
            self.beyond = Vec::new();
            // Scores are of one model.
            self.scoring = Scoring::default();
        } else {
            self.beyond = bytes;
        }
        self.state.take(tried.clone());
        Ok(tried)
    }

    /// The score that must not be fallen below, 0 to 1.
    pub fn least(&self) -> f64 {
        self.state.least()
    }

    /// What cuts to the share of a model that was tried, as a recipe for the original.
    pub fn recipe(&self, share: f64) -> Recipe {
        self.portions.recipe(share, 1.0)
    }

    /// What the original says of the judged pictures.
    pub fn answers(&self) -> &ReferenceLogits {
        &self.answers
    }

    pub fn tried(&self) -> &[Candidate] {
        &self.state.tried
    }

    /// The smallest model on this side of the line, with its file: the original where no cut was accepted.
    pub fn best(&self) -> (&Graph, &[u8]) {
        (&self.best.0, &self.best.1)
    }

    /// The file of the model that was judged last, on whichever side of the line; a search that was resumed has one from its
    /// first judgement on.
    pub fn latest(&self) -> &[u8] {
        match self.state.tried.last() {
            Some(tried) if !tried.accepted => &self.beyond,
            _ => &self.best.1,
        }
    }
}

/// What the rounds cut by.
fn portions(recipe: &Recipe, aim: &SearchGoal) -> Result<TargetScale> {
    if !(0.0..1.0).contains(&aim.loss) {
        return Err(Error::BadInput(message!("error-line")));
    }
    aim.pace.check()?;
    let Some(time) = aim.time else {
        return TargetScale::new(recipe);
    };
    if !(time > 0.0 && time <= 1.0) {
        return Err(Error::BadInput(message!("error-time-share")));
    }
    if recipe.granularity != Granularity::Channel {
        return Err(Error::BadRecipe(message!("error-time-needs-channels")));
    }
    // How few multiply-adds that takes is not known before it is measured.
    let by_macs = Recipe {
        target: Some(Target::Macs(0.0)),
        ..recipe.clone()
    };
    TargetScale::new(&by_macs)
}
