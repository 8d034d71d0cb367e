//! Recoveries and searches to the line: how they begin, go and end. Fields mean what the core's reports say they mean.

use crate::cost::{Retained, Totals, model_cost};
use crate::error::Error;
use crate::eval::Metrics;
use crate::message::Message;
use crate::onnx::write;
use crate::recipe::Recipe;
use crate::recover::{self, Learning, ReconstructedLayer};
use crate::search::{Candidate, SearchEvent};
use crate::task::{Phase, Progress};
use crate::train::TrainingStep;
use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// A recovery, a search or a sweep that has begun: on how many pictures, and how good both models are on those to choose by.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Beginning {
    pub lessons: usize,
    pub judged: usize,
    /// Pictures for the last word; none where there are too few.
    pub test: usize,
    /// [`crate::data::Pictures::fingerprint`] of the pictures to choose by, in hexadecimal.
    pub fingerprint: String,
    pub original: Metrics,
    pub pruned: Metrics,
    /// Milliseconds that the original takes for one picture, median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
    /// What of the original's inner values a recovery can't match, in words, where there are such.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmatched: Option<Message>,
}

/// A recovered model.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Recovered {
    pub totals: Totals,
    /// Of the original, whose pruning it comes of.
    pub left: Retained,
    /// Milliseconds for one picture, median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
    /// The ONNX file.
    #[tsify(type = "Uint8Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub bytes: Uint8Array,
    /// What reconstruction did, layer by layer.
    pub layers: Vec<ReconstructedLayer>,
    /// After which piece of work the model was so, and how good it was, where the last one was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Metrics>,
}

impl Recovered {
    /// The same with its file, beside what the original costs; its time is not known.
    pub fn of(recovered: &recover::Recovered, before: &Totals) -> Result<Self, Error> {
        let bytes = write(&recovered.graph)?;
        let totals = model_cost(&recovered.graph, bytes.len() as u64).totals;
        Ok(Recovered {
            totals,
            left: Retained::new(before, &totals),
            milliseconds: None,
            bytes: Uint8Array::from(&bytes[..]),
            layers: recovered.layers.clone(),
            kept: recovered.kept,
            quality: recovered.kept.and(recovered.quality),
        })
    }
}

/// How far a task is.
#[derive(Debug, Clone, Copy, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Advance {
    /// Pieces of work done, and in all.
    pub done: usize,
    pub of: usize,
    /// What the last step of training did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learned: Option<TrainingStep>,
    /// Of the samples trained on since the model was last judged, the share whose label was the first choice (top-1), changed
    /// as they were, 0 to 1; absent where no labels were looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// Whether the model is being judged now.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[tsify(optional)]
    pub due: bool,
}

impl From<Progress> for Advance {
    fn from(Progress { done, of, .. }: Progress) -> Self {
        Advance {
            done,
            of,
            learned: None,
            accuracy: None,
            due: false,
        }
    }
}

impl Advance {
    /// `due`: whether the model is being judged now.
    pub fn of_training(learning: Learning, due: bool) -> Self {
        Advance {
            done: learning.done,
            of: learning.of,
            learned: Some(learning.step),
            accuracy: learning.accuracy,
            due,
        }
    }
}

/// What has to be seen before work can begin.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Preparing {
    /// The criterion looks at pictures.
    Scoring(Advance),
    /// The original, or both models, are measured; after the last picture everything is prepared.
    Measuring(Advance),
}

impl From<Progress> for Preparing {
    fn from(progress: Progress) -> Self {
        match progress.phase {
            Phase::Scoring => Preparing::Scoring(progress.into()),
            _ => Preparing::Measuring(progress.into()),
        }
    }
}

/// What a search has just done.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(rename = "SearchEvent")]
pub enum Stage {
    Scoring(Advance),
    /// A cut, before or after recovery, is measured.
    Judging(Advance),
    /// A cut was made; how good it is before recovery.
    Cut(Metrics),
    Recovering(Advance),
    /// A round is over.
    Judged(Candidate),
    /// No such cut can be made, for this reason.
    Limit(Message),
}

impl Stage {
    /// `None` for what the stages before or after it tell as well.
    pub fn of(event: SearchEvent) -> Option<Self> {
        Some(match event {
            SearchEvent::Progress(at) if at.phase == Phase::Scoring => Stage::Scoring(at.into()),
            SearchEvent::Progress(at) => Stage::Judging(at.into()),
            SearchEvent::Cut(cut) => Stage::Cut(cut),
            SearchEvent::Recovery(recover::Event::Learning(learning)) => {
                Stage::Recovering(Advance::of_training(learning, false))
            }
            SearchEvent::Recovery(recover::Event::Progress(at)) => Stage::Recovering(at.into()),
            SearchEvent::Recovery(_) => return None,
            SearchEvent::Candidate(candidate) => Stage::Judged(candidate),
            SearchEvent::Limit(reason) => Stage::Limit(reason),
        })
    }
}

/// A piece of a search to the line.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Round {
    pub stage: Stage,
    pub is_over: bool,
    /// The score that must not be fallen below, 0 to 1.
    pub least: f64,
    /// The file of a model that was just judged, on whichever side of the line; else empty.
    #[tsify(type = "Uint8Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub bytes: Uint8Array,
    /// What that model is, beside the original.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made: Option<Made>,
    /// What the search needs to go on from here with the best file so far, where a round is over; a JSON document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// A model that a search made.
#[derive(Serialize, Tsify)]
#[tsify(hashmap_as_object)]
pub struct Made {
    /// What cuts as far in one go.
    pub recipe: Recipe,
    pub left: Retained,
}

#[derive(Serialize, Deserialize, Tsify)]
pub struct MetricsList(pub Vec<Metrics>);
