//! Long work: what a step of it came to. Fields mean what the core's events say they mean.

use super::criteria::Scores;
use super::probing::{Found, Probe};
use super::recovery::{Beginning, CandidateModel, CutFile, Recovered, SearchState};
use super::shrink::{ImpossibleStrategy, Shrunk, TriedStrategy, TryingStrategy};
use crate::eval::{ComparisonResult, Metrics};
use crate::message::Message;
use crate::recover::{Judged, Learning};
use crate::search::SweepPoint;
use crate::task::Progress;
use serde::Serialize;
use tsify::Tsify;

/// What a step came to.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum TaskStep {
    Event(TaskEvent),
    Done(Finished),
}

/// What long work tells on its way, whichever it is.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum TaskEvent {
    Progress(Progress),
    /// What had to be measured first is known: how good the models are that it begins with.
    Began(Beginning),
    /// A step of training was done.
    Learning(Learning),
    /// How good the model is by now.
    Judged(Judged),
    /// The best model so far, where it is a better one than the last that was told.
    Checkpoint(Recovered),
    /// Training is over, or the search is; what is left is to measure what came out.
    Trained(usize),
    /// What came out, before it is tested.
    Recovered(Recovered),
    /// Training diverged, for this reason; it ended with the last good weights.
    Diverged(Message),
    /// A cut was made, or chosen, that is trained next; how good it is by now.
    Cut(Metrics),
    /// The file of the cut that is trained from the next step on, for the workers that train it together.
    Training(CutFile),
    /// A round of a search is over.
    Candidate(CandidateModel),
    /// A search can make no such cut, for this reason.
    Limit(Message),
    /// Where a search stands after a round.
    State(SearchState),
    /// Another cut of a sweep was measured.
    Point(SweepPoint),
    /// A strategy is being tried.
    Trying(TryingStrategy),
    /// A strategy was tried.
    Tried(TriedStrategy),
    /// The strategy that was being tried is impossible.
    Impossible(ImpossibleStrategy),
    /// The model that all strategies come to, before it is tested.
    Shrunk(Shrunk),
}

/// What long work gave in the end.
#[derive(Default, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Finished {
    /// A recovered model, or the best one of a search, on pictures that nothing was learned from or chosen by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tested: Option<ComparisonResult>,
    /// What pictures told of a model whose layers are to be probed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
    /// What a probe of a layer gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probe: Option<Probe>,
    /// A criterion that was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scores: Option<Scores>,
}

impl TaskEvent {
    /// Whether it tells more than that a stretch of work goes on.
    pub fn matters(&self) -> bool {
        !matches!(self, TaskEvent::Progress(progress) if !progress.is_whole())
    }
}

impl From<Progress> for TaskEvent {
    fn from(progress: Progress) -> Self {
        TaskEvent::Progress(progress)
    }
}
