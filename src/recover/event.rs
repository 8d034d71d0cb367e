//! What a recovery tells on its way.

use super::features::UnmatchedFeatures;
use super::recovered::Recovered;
use crate::eval::{ComparisonResult, Metrics};
use crate::message::Message;
use crate::task::Progress;
use crate::train::TrainingStep;
use serde::Serialize;

#[derive(Debug)]
pub enum Event {
    Progress(Progress),
    /// The learning rate that was found for this model and these pictures.
    LearningRate(f32),
    /// A step of training was done.
    Learning(Learning),
    /// How good the model is before recovery, and its original.
    Baseline(ComparisonResult),
    /// How good the model is by now.
    Judged(Judged),
    /// The best model so far, which is a better one than the last that was told.
    Checkpoint(Box<Recovered>),
    /// Nothing is left but to judge what came out of so many pieces of work.
    Trained(usize),
    /// What came out, before it is tested.
    Recovered(Box<Recovered>),
    Warning(Warning),
}

/// A step of training, and how far training is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Learning {
    /// Steps done, and in all.
    pub done: usize,
    pub of: usize,
    pub step: TrainingStep,
    /// Of the samples trained on since the model was last judged, the share whose label was the first choice (top-1), changed
    /// as they were, 0 to 1; absent where no labels were looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
}

/// A judgment on the way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Judged {
    /// Pieces of work done.
    pub done: usize,
    pub quality: Metrics,
    /// As in [`Learning`], when the model was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
}

/// What is not as whoever asked for it may think, without being the end.
#[derive(Debug, Clone, PartialEq)]
pub enum Warning {
    /// Some of the original's features teach nothing.
    Unmatched(UnmatchedFeatures),
    /// Training diverged, for this reason; it ended with the last good weights.
    Diverged(Message),
}

impl From<Progress> for Event {
    fn from(progress: Progress) -> Self {
        Event::Progress(progress)
    }
}
