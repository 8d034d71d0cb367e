//! What a search is to come to, and what it tells on its way.

use super::schedule::PruningSchedule;
use crate::cost::Totals;
use crate::eval::Metrics;
use crate::message::Message;
use crate::recover;
use crate::task::Progress;
use serde::{Deserialize, Serialize};

/// What a search is to come to, beside what its recipe says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SearchGoal {
    /// How much of the score may go, 0 to 1: of the accuracy where the pictures have labels, else of the agreement with the
    /// original.
    pub loss: f64,
    pub pace: PruningSchedule,
    /// Where there is a number, measured time is what is saved: the search ends when a picture takes this share of the
    /// original's time. It then cuts by multiply-adds, whatever the recipe's target is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<f64>,
}

impl SearchGoal {
    /// A search that may lose so much.
    pub fn new(loss: f64) -> Self {
        SearchGoal {
            loss,
            pace: PruningSchedule::Search,
            time: None,
        }
    }
}

/// A model that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Candidate {
    /// The share of the original that was asked for (of weights, parameters, multiply-adds or bytes).
    pub share: f64,
    pub totals: Totals,
    /// On the pictures that the search goes by, right after the cut.
    pub cut: Metrics,
    /// On the same pictures, after recovery.
    pub recovered: Metrics,
    /// Milliseconds for one picture, median, where there is a clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
    /// Whether it is on this side of the line.
    pub accepted: bool,
    /// Where learning ran away, what is to be said of it: the weights that were judged are the last good ones, so that a better
    /// rate may have made a better model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diverged: Option<Message>,
}

/// What a search tells on its way.
#[derive(Debug)]
pub enum SearchEvent {
    /// The criterion is measured on the best model, or a cut is, before or after recovery, or the original at first.
    Progress(Progress),
    /// A cut was made; how good it is before recovery.
    Cut(Metrics),
    /// The cut is being recovered.
    Recovery(recover::Event),
    /// A round is over.
    Candidate(Candidate),
    /// No such cut can be made, for this reason: a search tries a smaller step, a schedule ends.
    Limit(Message),
}

impl From<Progress> for SearchEvent {
    fn from(progress: Progress) -> Self {
        SearchEvent::Progress(progress)
    }
}

impl From<recover::Event> for SearchEvent {
    fn from(event: recover::Event) -> Self {
        SearchEvent::Recovery(event)
    }
}
