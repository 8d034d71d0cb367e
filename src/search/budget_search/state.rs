//! Where a search to the line stands: what it has tried, and from that whether anything is left to try and how far the next
//! round goes.

use super::event::Candidate;
use super::event::SearchGoal;
use crate::data::Split;
use crate::eval::Metrics;
use crate::recipe::Recipe;
use crate::recover::Plan;
use crate::search::target_scale::TargetScale;
use serde::{Deserialize, Serialize};

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
    pub aim: SearchGoal,
    /// What the search goes by: [`crate::data::Pictures::fingerprint`] of the training pictures and of the judged pictures.
    pictures: [String; 2],
    /// The original on the judged pictures.
    pub original: Metrics,
    /// Milliseconds that the original takes for one picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
    step: f64,
    /// The share of the original that the best model was cut to.
    share: f64,
    pub tried: Vec<Candidate>,
}

impl State {
    /// Nothing was tried yet.
    pub(super) fn new(
        recipe: Recipe,
        plan: Plan,
        aim: SearchGoal,
        split: &Split,
        (original, milliseconds): (Metrics, Option<f64>),
    ) -> Self {
        State {
            recipe,
            plan,
            aim,
            pictures: fingerprints(split),
            original,
            milliseconds,
            step: FIRST_STEP,
            share: 1.0,
            tried: Vec::new(),
        }
    }

    /// As a document.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a state holds only what JSON can")
    }

    /// Whether the search went by these pictures.
    pub(super) fn is_of(&self, split: &Split) -> bool {
        self.pictures == fingerprints(split)
    }

    /// The score that must not be fallen below, 0 to 1.
    pub(super) fn least(&self) -> f64 {
        self.original.score().unwrap_or(0.0) - self.aim.loss
    }

    /// Whether there is anything left to try.
    pub(super) fn should_stop(&self, scale: &TargetScale) -> bool {
        let tried = self.tried.len();
        let crossed = self.tried.last().is_some_and(|last| !last.accepted);
        if self.step < LAST_STEP || self.is_fast_enough() {
            return true;
        }
        match (self.aim.pace.rounds(), scale.is_one()) {
            (_, true) => tried >= 1,
            // A schedule goes no further where a round fell below the line.
            (Some(rounds), _) => tried >= rounds || crossed,
            (None, _) => self.share <= scale.goal() * NEAR,
        }
    }

    /// Whether the best model takes as little time as was asked for.
    fn is_fast_enough(&self) -> bool {
        match self.aim.time {
            Some(goal) => self.time_left() <= goal * NEAR,
            None => false,
        }
    }

    /// The share of the original's time that the best model takes.
    fn time_left(&self) -> f64 {
        let accepted = self.tried.iter().rev().find(|tried| tried.accepted);
        let now = accepted.and_then(|tried| tried.milliseconds);
        match (now, self.milliseconds) {
            (Some(now), Some(whole)) if whole > 0.0 => now / whole,
            _ => 1.0,
        }
    }

    /// The share of the original that the next round is cut to, and the recipe that does so to the best model.
    pub(super) fn next(&self, scale: &TargetScale) -> (f64, Recipe) {
        let share = self.next_share(scale);
        (share, scale.recipe(share, self.share))
    }

    fn next_share(&self, scale: &TargetScale) -> f64 {
        let goal = scale.goal();
        let share = match (self.aim.pace.rounds(), scale.is_one()) {
            (_, true) => return goal,
            (Some(_), _) => {
                let gone = self.aim.pace.gone(self.tried.len() + 1);
                let aimed = self.aim.time.unwrap_or(goal);
                self.for_time(1.0 - gone * (1.0 - aimed))
            }
            (None, _) => {
                let step = self.share * (1.0 - self.step);
                match self.aim.time {
                    Some(time) => step.max(self.for_time(time)),
                    None => step,
                }
            }
        };
        // Each round goes some way, even where time hangs little on what is cut.
        let least_step = match self.aim.time {
            Some(_) => self.share * (1.0 - LAST_STEP),
            None => self.share,
        };
        share.min(least_step).max(goal)
    }

    /// The share of the multiply-adds that is likely to take this share of the time, by what the best model takes; where
    /// time is not what is saved, the share itself.
    fn for_time(&self, share: f64) -> f64 {
        match self.aim.time {
            Some(_) => share * self.share / self.time_left(),
            None => share,
        }
    }

    /// No cut to the next share can be made: a search tries a smaller step, a schedule ends.
    pub(super) fn reach_limit(&mut self) {
        self.step *= match self.aim.pace.rounds() {
            None => 0.5,
            Some(_) => 0.0,
        };
    }

    /// A round is over.
    pub(super) fn take(&mut self, tried: Candidate) {
        match tried.accepted {
            true => self.share = tried.share,
            false => self.step /= 2.0,
        }
        self.tried.push(tried);
    }
}

fn fingerprints(split: &Split) -> [String; 2] {
    [&split.train, &split.validation].map(|part| format!("{:016x}", part.fingerprint()))
}
