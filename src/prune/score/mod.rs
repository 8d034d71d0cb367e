//! Saliency: how much a weight or a channel matters. A criterion is one file behind [`Criterion`]; to add one, add
//! the file and its line in [`criterion`] and [`NAMES`].

mod batch_norm_scale;
mod channels;
mod geometric_median;
mod l1;
mod l2;
mod lamp;
mod layer;
mod random;

pub use channels::unit_scores;
pub use layer::Layer;

use crate::error::{Error, Result};
use crate::recipe::suggest;

/// The criteria's names, as recipes write them.
pub const NAMES: [&str; 6] = ["l1", "l2", "bn-scale", "fpgm", "lamp", "random"];

/// How the worth of weights and of channels is judged. Higher is worth more; nothing is below zero.
pub trait Criterion: Send + Sync {
    /// The saliency of each weight of a layer, in the tensor's order. A weight of zero, and no other, has a saliency of
    /// zero: removing it costs nothing. `None` where the criterion judges channels only.
    fn weights(&self, layer: &Layer<'_>) -> Option<Vec<f32>>;

    /// The saliency of each slice along the axis of the layer's output channels. `None` where the criterion has
    /// nothing to say of this layer.
    fn slices(&self, layer: &Layer<'_>) -> Option<Vec<f32>>;

    /// Whether scores of different layers can be ranked together as they are. Others are divided by their group's
    /// mean first (the `mean` normaliser of Fang et al., “DepGraph”, CVPR 2023).
    fn comparable(&self) -> bool {
        false
    }
}

/// The criterion of a name.
pub fn criterion(name: &str, seed: u32) -> Result<Box<dyn Criterion>> {
    Ok(match name {
        "l1" => Box::new(l1::L1),
        "l2" => Box::new(l2::L2),
        "bn-scale" => Box::new(batch_norm_scale::BatchNormScale),
        "fpgm" => Box::new(geometric_median::GeometricMedian),
        "lamp" => Box::new(lamp::Lamp),
        "random" => Box::new(random::Random { seed }),
        _ => {
            return Err(Error::BadRecipe(format!(
                "this recipe can't be used: its criterion “{name}” is unknown; {}",
                suggest(name, &NAMES)
            )));
        }
    })
}
