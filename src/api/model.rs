//! The open model.

use crate::data::preset::Preset;
use crate::message::Message;
use crate::prune::model_info::ModelInfo;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// Numbers for dynamic axes, by the axis's name.
#[derive(Deserialize, Tsify)]
#[serde(transparent)]
pub struct Sizes(
    #[tsify(type = "Record<string, number>")] pub std::collections::BTreeMap<String, usize>,
);

/// What is known of an opened model.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null, hashmap_as_object)]
#[serde(rename_all = "camelCase")]
pub struct ModelSummary {
    #[serde(flatten)]
    pub model_info: ModelInfo,
    /// How many classes it tells apart, where that is known.
    pub classes: Option<usize>,
    /// Guessed from the shapes, and what was guessed.
    pub preset: Preset,
    pub preset_notes: Vec<Message>,
}
