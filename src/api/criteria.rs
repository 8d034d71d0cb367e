//! The criteria, and what those that look at pictures found out.

use crate::prune::criteria::measured::{BranchScore, LayerScores, MeasuredOn};
use crate::prune::criteria::{CriterionInfo, Measured};
use js_sys::Float32Array;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// A criterion that a recipe can name.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null, hashmap_as_object)]
pub struct ListedCriterion {
    #[serde(flatten)]
    pub info: CriterionInfo,
    /// Whether it has to be measured on pictures before a recipe can use it.
    pub pictures: bool,
}

#[derive(Serialize, Tsify)]
#[tsify(missing_as_null, hashmap_as_object)]
pub struct CriterionList(pub Vec<ListedCriterion>);

/// What a criterion found out on pictures.
#[derive(Serialize, Deserialize, Tsify)]
pub struct Scores {
    pub on: MeasuredOn,
    pub layers: Vec<TensorScores>,
    /// Where the criterion judges whole branches only.
    #[serde(default)]
    #[tsify(optional)]
    pub branches: Vec<BranchScore>,
}

/// The scores of one weight tensor.
#[derive(Serialize, Deserialize, Tsify)]
pub struct TensorScores {
    pub tensor: String,
    /// The axis of its output channels.
    pub axis: usize,
    /// By weight; empty where the criterion judges whole channels only.
    #[tsify(type = "Float32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub weights: Float32Array,
    /// By slice along the axis.
    #[tsify(type = "Float32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub slices: Float32Array,
}

impl From<Measured> for Scores {
    fn from(measured: Measured) -> Self {
        let Measured {
            on,
            layers,
            branches,
        } = measured;
        let layers = layers.into_iter().map(|layer| TensorScores {
            tensor: layer.tensor,
            axis: layer.axis,
            weights: Float32Array::from(layer.weights.as_deref().unwrap_or_default()),
            slices: Float32Array::from(&layer.slices[..]),
        });
        Scores {
            on,
            layers: layers.collect(),
            branches,
        }
    }
}

impl From<Scores> for Measured {
    fn from(scores: Scores) -> Self {
        let Scores {
            on,
            layers,
            branches,
        } = scores;
        let layers = layers.into_iter().map(|layer| LayerScores {
            tensor: layer.tensor,
            axis: layer.axis,
            weights: Some(layer.weights.to_vec()).filter(|weights| !weights.is_empty()),
            slices: layer.slices.to_vec(),
        });
        Measured {
            on,
            layers: layers.collect(),
            branches,
        }
    }
}
