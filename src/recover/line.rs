//! To the line: rounds of cutting and recovering, until one more cut would cost more quality than is accepted.

use super::exam::{Answers, Quality, examine_by};
use super::job::{Job, Plan};
use super::pace::Pace;
use super::parts::Parts;
use super::portion::Portions;
use super::round::Round;
use super::scoring::Scoring;
use super::stages::{Aim, Stage, Tried};
use super::stopwatch::{Clock, measure};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::learn::Share;
use crate::onnx::{self, OpenOptions};
use crate::prune::cut::cut_measured;
use crate::recipe::{Granularity, Recipe, Target};
use crate::report::account;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The share of what is left that the first round of a search removes.
const FIRST_STEP: f64 = 0.2;
/// Steps are halved each time the line is crossed; below this one the search is over.
const LAST_STEP: f64 = 0.03;
/// Shares of a goal nearer than this are met.
const NEAR: f64 = 1.001;

/// All that a search has to remember between two rounds, beside the models and the pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    pub recipe: Recipe,
    pub plan: Plan,
    pub aim: Aim,
    /// What the search goes by: [`crate::data::Pictures::fingerprint`] of the lessons and of the judged pictures.
    pictures: [String; 2],
    /// The original on the judged pictures.
    pub original: Quality,
    /// Milliseconds that the original takes for one picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
    step: f64,
    /// The share of the original that the best model was cut to.
    share: f64,
    pub tried: Vec<Tried>,
}

/// A search on its way; each round makes one model.
pub struct Line {
    original: Graph,
    portions: Portions,
    parts: Parts,
    answers: Answers,
    clock: Option<Clock>,
    /// The best model so far, and its file.
    best: (Graph, Vec<u8>),
    /// What pictures tell of the best model.
    scoring: Scoring,
    state: State,
    /// Whether the plan's other workers are members elsewhere.
    leads: bool,
    round: Option<Round>,
}

impl Line {
    /// The recipe's target names what to save and where to stop at the latest; `file` is the original's. `clock` is needed
    /// where time is to be saved.
    ///
    /// Errors: [`Error::BadRecipe`] for a recipe without a target, or one that can't save what is asked;
    /// [`Error::BadInput`] where there is nothing to judge by, or the aim makes no sense.
    pub fn new(
        (original, file): (&Graph, &[u8]),
        recipe: &Recipe,
        plan: &Plan,
        parts: Parts,
        aim: Aim,
        clock: Option<Clock>,
    ) -> Result<Self> {
        let portions = portions(recipe, &aim)?;
        let answers = Answers::new(original, &parts.judged)?;
        let quality = answers.quality(&parts.judged)?;
        let state = State {
            recipe: recipe.clone(),
            plan: plan.clone(),
            aim,
            pictures: fingerprints(&parts),
            original: quality,
            milliseconds: measure(original, &parts.judged, clock)?,
            step: FIRST_STEP,
            share: 1.0,
            tried: Vec::new(),
        };
        if aim.time.is_some() && state.milliseconds.is_none() {
            return Err(Error::BadInput(
                "there is no clock here, so time can't be what is saved: save multiply-adds".into(),
            ));
        }
        Ok(Line {
            original: original.clone(),
            portions,
            parts,
            answers,
            clock,
            best: (original.clone(), file.to_vec()),
            scoring: Scoring::default(),
            state,
            leads: false,
            round: None,
        })
    }

    /// Goes on from a state that [`Line::state`] gave, with the same pictures and with the best model as it was then.
    ///
    /// Errors: [`Error::BadInput`] where the pictures are others; else as [`Line::new`].
    pub fn resume(
        original: &Graph,
        state: State,
        (best, file): (&Graph, &[u8]),
        parts: Parts,
        clock: Option<Clock>,
    ) -> Result<Self> {
        if fingerprints(&parts) != state.pictures {
            return Err(Error::BadInput(
                "these are not the pictures that the search began with, so what it found does not hold for them: choose the \
                 same pictures again, or begin a new search"
                    .into(),
            ));
        }
        let portions = portions(&state.recipe, &state.aim)?;
        Ok(Line {
            original: original.clone(),
            portions,
            answers: Answers::new(original, &parts.judged)?,
            parts,
            clock,
            best: (best.clone(), file.to_vec()),
            scoring: Scoring::default(),
            state,
            leads: false,
            round: None,
        })
    }

    /// The same search, of which only the first of the plan's workers is here; the others are members elsewhere
    /// ([`Job::member`]), and [`Line::share`] and [`Line::follow`] join them.
    pub fn leading(self) -> Self {
        Line {
            leads: true,
            ..self
        }
    }

    /// What [`Line::resume`] needs beside [`Line::best`]. A round that is under way is not in it.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether there is anything left to try.
    pub fn is_over(&self) -> bool {
        let state = &self.state;
        let tried = state.tried.len();
        let crossed = state.tried.last().is_some_and(|last| !last.accepted);
        if state.step < LAST_STEP || self.is_fast_enough() {
            return true;
        }
        match (state.aim.pace.rounds(), self.portions.is_one()) {
            (_, true) => tried >= 1,
            // A schedule goes no further where a round fell below the line.
            (Some(rounds), _) => tried >= rounds || crossed,
            (None, _) => state.share <= self.portions.goal() * NEAR,
        }
    }

    /// Whether the best model takes as little time as was asked for.
    fn is_fast_enough(&self) -> bool {
        match self.state.aim.time {
            Some(goal) => self.time_left() <= goal * NEAR,
            None => false,
        }
    }

    /// The share of the original's time that the best model takes.
    fn time_left(&self) -> f64 {
        let accepted = self.state.tried.iter().rev().find(|tried| tried.accepted);
        let now = accepted.and_then(|tried| tried.milliseconds);
        match (now, self.state.milliseconds) {
            (Some(now), Some(whole)) if whole > 0.0 => now / whole,
            _ => 1.0,
        }
    }

    /// Does the next piece of work: a picture that the criterion looks at, a cut of the best model so far, a piece of its
    /// recovery, or the judgement on it.
    pub fn advance(&mut self) -> Result<Stage> {
        self.follow(&[])
    }

    /// The file of the cut that is being recovered, for the members who are to learn it together with this search; `None`
    /// where the next piece of work is no step of learning.
    pub fn learning(&self) -> Option<&[u8]> {
        let round = self.round.as_ref().filter(|round| round.learns());
        round.map(|round| &round.file[..])
    }

    /// Finds what the part of the next batch that is here says of the cut that is being recovered.
    ///
    /// Errors: [`Error::BadInput`] where the next piece of work is no step of learning; else those of [`Job::share`].
    pub fn share(&mut self) -> Result<Share> {
        let round = self.round.as_mut().filter(|round| round.learns());
        let round = round.ok_or_else(|| Error::BadInput("no cut is learning just now".into()))?;
        round.share()
    }

    /// As [`Line::advance`], where a step of learning goes as the shares of all workers come to, in the order of the workers.
    pub fn follow(&mut self, shares: &[Share]) -> Result<Stage> {
        let Some(mut round) = self.round.take() else {
            return self.begin_round();
        };
        match round.advance(shares)? {
            Some(advance) => {
                self.round = Some(round);
                Ok(Stage::Recovering(advance))
            }
            None => self.judge(round).map(Stage::Judged),
        }
    }

    fn begin_round(&mut self) -> Result<Stage> {
        let share = self.next_share();
        let (graph, file) = &self.best;
        let recipe = self.portions.recipe(share, self.state.share);
        let lessons = &self.parts.lessons;
        if let Some(advance) = self.scoring.advance(graph, &recipe, lessons)? {
            return Ok(Stage::Scoring(advance));
        }
        let scores = self.scoring.measured();
        let file = match cut_measured(graph, file.len() as u64, &recipe, scores, None) {
            Ok(made) => made.bytes,
            Err(Error::BadRecipe(reason)) if !self.state.tried.is_empty() => {
                let goes_on = self.state.aim.pace == Pace::Search;
                self.state.step *= if goes_on { 0.5 } else { 0.0 };
                return Ok(Stage::Limit(reason));
            }
            Err(error) => return Err(error),
        };
        // As the file has it, so that members who are given the file learn the very same.
        let made = onnx::open(file.clone().into(), &OpenOptions::default())?.graph;
        let cut = examine_by(&made, &self.answers, &self.parts.judged)?;
        let lessons = Arc::clone(&self.parts.lessons);
        let (original, plan) = (Some(&self.original), &self.state.plan);
        let job = match self.leads {
            true => Job::member(&made, original, lessons, plan, 0)?,
            false => Job::new(&made, original, lessons, plan)?,
        };
        self.round = Some(Round::new(share, cut, file, job));
        Ok(Stage::Cut(cut))
    }

    /// The share of the original that the next round is cut to.
    fn next_share(&self) -> f64 {
        let state = &self.state;
        let goal = self.portions.goal();
        let share = match (state.aim.pace.rounds(), self.portions.is_one()) {
            (_, true) => return goal,
            (Some(_), _) => {
                let gone = state.aim.pace.gone(state.tried.len() + 1);
                let aimed = state.aim.time.unwrap_or(goal);
                self.for_time(1.0 - gone * (1.0 - aimed))
            }
            (None, _) => {
                let step = state.share * (1.0 - state.step);
                match state.aim.time {
                    Some(time) => step.max(self.for_time(time)),
                    None => step,
                }
            }
        };
        // Each round goes some way, even where time hangs little on what is cut.
        let least_step = match state.aim.time {
            Some(_) => state.share * (1.0 - LAST_STEP),
            None => state.share,
        };
        share.min(least_step).max(goal)
    }

    /// The share of the multiply-adds that is likely to take this share of the time, by what the best model takes; where
    /// time is not what is saved, the share itself.
    fn for_time(&self, share: f64) -> f64 {
        match self.state.aim.time {
            Some(_) => share * self.state.share / self.time_left(),
            None => share,
        }
    }

    fn judge(&mut self, round: Round) -> Result<Tried> {
        let (share, cut) = (round.share, round.cut);
        let graph = round.finish();
        let recovered = examine_by(&graph, &self.answers, &self.parts.judged)?;
        let bytes = onnx::write(&graph)?;
        let tried = Tried {
            share,
            totals: account(&graph, bytes.len() as u64).totals,
            cut,
            recovered,
            milliseconds: measure(&graph, &self.parts.judged, self.clock)?,
            accepted: recovered.score().is_some_and(|score| score >= self.least()),
        };
        if tried.accepted {
            self.best = (graph, bytes);
            // Scores are of one model.
            self.scoring = Scoring::default();
            self.state.share = share;
        } else {
            self.state.step /= 2.0;
        }
        self.state.tried.push(tried.clone());
        Ok(tried)
    }

    /// The score that must not be fallen below, 0 to 1.
    pub fn least(&self) -> f64 {
        self.state.original.score().unwrap_or(0.0) - self.state.aim.loss
    }

    pub fn tried(&self) -> &[Tried] {
        &self.state.tried
    }

    /// The smallest model on this side of the line, with its file: the original where no cut was accepted.
    pub fn best(&self) -> (&Graph, &[u8]) {
        (&self.best.0, &self.best.1)
    }
}

/// What the rounds cut by.
fn portions(recipe: &Recipe, aim: &Aim) -> Result<Portions> {
    if !(0.0..1.0).contains(&aim.loss) {
        return Err(Error::BadInput(
            "the line is a loss of 0 to below 100 percentage points".into(),
        ));
    }
    let Some(time) = aim.time else {
        return Portions::new(recipe);
    };
    if !(time > 0.0 && time <= 1.0) {
        return Err(Error::BadInput(
            "the time to keep is a share of the original's, above 0 and up to 1".into(),
        ));
    }
    if recipe.granularity != Granularity::Channel {
        return Err(Error::BadRecipe(
            "zeros take as long to multiply as other numbers, so only whole channels save time: use the granularity “channel”"
                .into(),
        ));
    }
    // How few multiply-adds that takes is not known before it is measured.
    let by_macs = Recipe {
        target: Some(Target::Macs(0.0)),
        ..recipe.clone()
    };
    Portions::new(&by_macs)
}

fn fingerprints(parts: &Parts) -> [String; 2] {
    [&parts.lessons, &parts.judged].map(|part| format!("{:016x}", part.fingerprint()))
}
