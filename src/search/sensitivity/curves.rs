//! What a sensitivity analysis finds: a curve for each layer, of how good the model is with more and more of it cut.

use crate::eval::Metrics;
use crate::recipe::Recipe;
use serde::{Deserialize, Serialize};

/// How good the model is when one layer alone is cut, with the layers that can't be cut without it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Curve {
    pub layers: Vec<String>,
    pub points: Vec<SensitivityPoint>,
}

/// One layer alone, cut so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SensitivityPoint {
    /// The share of the layer that was to go, 0 to 1; the recipe's limits may have kept some of it.
    pub share: f64,
    pub quality: Metrics,
    /// The share of the whole model's score that is lost, 0 to 1; [`Curves::with_losses`] finds it where it was not kept.
    #[serde(default)]
    pub lost: f64,
}

/// All layers' curves, and what they were measured by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(hashmap_as_object))]
pub struct Curves {
    /// Its criterion, granularity and limits made the cuts.
    pub recipe: Recipe,
    /// The whole model on the same pictures.
    pub original: Metrics,
    /// Pictures that statistics were measured on after each cut; 0 where there was no recalibration, since the model has no
    /// normalization, there are too few photos, or statistics of these ruin the whole model.
    pub calibrated_on: usize,
    /// [`Pictures::fingerprint`](crate::data::Pictures::fingerprint) of those that cuts and statistics go by, and of those that were measured on.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub pictures: Vec<String>,
    pub curves: Vec<Curve>,
}

impl Curves {
    /// Takes in what a probe gave, in the place that its share has.
    pub fn add(&mut self, curve: usize, probed: SensitivityPoint) {
        if let Some(curve) = self.curves.get_mut(curve) {
            curve.points.retain(|point| point.share != probed.share);
            curve.points.push(probed);
            curve.points.sort_by(|a, b| a.share.total_cmp(&b.share));
        }
    }

    /// The same with what each point loses, whatever was kept of that.
    pub fn with_losses(mut self) -> Self {
        let original = self.original;
        for point in self.curves.iter_mut().flat_map(|curve| &mut curve.points) {
            point.lost = original.lost_by(&point.quality);
        }
        self
    }
}
