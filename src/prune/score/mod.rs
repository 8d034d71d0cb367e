//! Saliency: how much a weight or a channel matters. A criterion is one file behind [`Criterion`]; to add one, add
//! the file and its line in [`criterion`] and [`NAMES`]. Criteria that look at pictures are [`measured`] first.

mod batch_norm_scale;
mod channels;
mod geometric_median;
mod l1;
mod l2;
mod lamp;
mod layer;
pub mod measured;
mod random;

pub use channels::unit_scores;
pub use layer::Layer;
pub use measured::Measured;

use crate::error::{Error, Result};
use crate::recipe::suggest;

/// The criteria's names, as recipes write them.
pub const NAMES: [&str; 12] = [
    "l1", "l2", "bn-scale", "fpgm", "lamp", "random", "wanda", "taylor", "fisher", "apoz", "snip",
    "movement",
];

/// How the worth of weights and of channels is judged. Higher is worth more; nothing is below zero.
pub trait Criterion: Send + Sync {
    /// The saliency of each weight of a layer, in the tensor's order. A weight of zero, and no other, has a saliency of
    /// zero: removing it costs nothing. `None` where the criterion judges channels only.
    fn weights(&self, layer: &Layer<'_>) -> Option<Vec<f32>>;

    /// The saliency of each slice along the axis of the layer's output channels. `None` where the criterion has
    /// nothing to say of this layer.
    fn slices(&self, layer: &Layer<'_>) -> Option<Vec<f32>>;

    /// Whether it judges single weights as well as channels.
    fn judges_weights(&self) -> bool {
        true
    }

    /// Whether scores of different layers can be ranked together as they are. Others are divided by their group's
    /// mean first (the `mean` normaliser of Fang et al., “DepGraph”, CVPR 2023).
    fn comparable(&self) -> bool {
        false
    }
}

/// Whether a criterion of this name looks at pictures, so that it has to be measured before it can be used.
pub fn is_measured(name: &str) -> bool {
    measured::NAMES.contains(&name)
}

/// Fails with [`Error::BadRecipe`] for a name that is none of [`NAMES`].
pub fn check_name(name: &str) -> Result<()> {
    if NAMES.contains(&name) {
        return Ok(());
    }
    Err(Error::BadRecipe(format!(
        "this recipe can't be used: its criterion “{name}” is unknown; {}",
        suggest(name, &NAMES)
    )))
}

/// The criterion of a name. `measured` is what pictures told of the model, if they have been asked.
///
/// Fails with [`Error::BadRecipe`] where the name is unknown, or the criterion needs pictures and has not been measured.
pub fn criterion<'m>(
    name: &str,
    seed: u32,
    measured: Option<&'m Measured>,
) -> Result<Box<dyn Criterion + 'm>> {
    check_name(name)?;
    Ok(match name {
        "l1" => Box::new(l1::L1),
        "l2" => Box::new(l2::L2),
        "bn-scale" => Box::new(batch_norm_scale::BatchNormScale),
        "fpgm" => Box::new(geometric_median::GeometricMedian),
        "lamp" => Box::new(lamp::Lamp),
        "random" => Box::new(random::Random { seed }),
        _ => match measured.filter(|measured| measured.on.criterion == name) {
            Some(measured) => Box::new(measured),
            None => return Err(not_measured(name)),
        },
    })
}

fn not_measured(name: &str) -> Error {
    Error::BadRecipe(format!(
        "this recipe's criterion “{name}” looks at pictures, and it has not been measured on any yet: on the page, measure it \
         on your photos; with the command, add --data DIR and --preset PRESET.json"
    ))
}
