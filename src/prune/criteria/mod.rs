//! Saliency: how much a weight or a channel matters. A criterion is one file behind [`Scorer`], or behind
//! [`measured`]'s trait where it looks at pictures. The file says all that is to be said of it ([`CriterionInfo`]); to add one, add
//! the file and its line in the list here or there; `docs/adding.md` shows how.

mod branches;
mod channels;
mod info;
mod layer;

pub use branches::branch_scores;
pub use channels::unit_scores;
pub use info::{Criterion, CriterionInfo};
pub use layer::Layer;
pub use measured::Measured;

use crate::error::{Error, Result};
use crate::recipe::{Recipe, Reduction, suggest};
use channels::reduce;
use info::Source;

/// Declares the modules of criteria, a file each, and a list of them in this order.
macro_rules! criteria {
    ($list:ident: $($file:ident,)*) => {
        $(mod $file;)*

        pub(super) static $list: &[&$crate::prune::criteria::Criterion] = &[$(&$file::CRITERION,)*];
    };
}

pub mod measured;

// The criteria that go by the model alone, in the order in which they are listed.
criteria! {
    BY_THE_MODEL:
    l2,
    l1,
    lamp,
    geometric_median,
    batch_norm_scale,
    random,
}

/// How the worth of weights and of channels is judged. Higher is worth more; nothing is below zero.
pub trait Scorer: Send + Sync {
    /// What it says of itself.
    fn info(&self) -> &'static CriterionInfo;

    /// The saliency of each weight of a layer, in the tensor's order. A weight of zero, and no other, has a saliency of
    /// zero: removing it costs nothing. `None` where the criterion judges channels only.
    fn weights(&self, layer: &Layer<'_>) -> Option<Vec<f32>>;

    /// The saliency of each slice along the axis of the layer's output channels. `None` where the criterion has
    /// nothing to say of this layer.
    fn slices(&self, layer: &Layer<'_>) -> Option<Vec<f32>>;

    /// The saliency of a whole branch, which has this name and these layers. `None` where the criterion has nothing to say of them.
    fn branch(&self, _name: &str, layers: &[Layer<'_>], reduction: Reduction) -> Option<f32> {
        reduced(self, layers, reduction)
    }
}

/// One score of those of all slices of some layers; `None` where there are none.
fn reduced<S: Scorer + ?Sized>(
    scorer: &S,
    layers: &[Layer<'_>],
    reduction: Reduction,
) -> Option<f32> {
    let slices = layers.iter().filter_map(|layer| scorer.slices(layer));
    reduce(reduction, slices.flatten().map(f64::from))
}

/// All criteria that there are, in the order in which they are listed.
pub fn all() -> impl Iterator<Item = &'static Criterion> {
    BY_THE_MODEL.iter().chain(measured::BY_PICTURES).copied()
}

/// The criterion of a name.
///
/// Fails with [`Error::BadRecipe`] where there is none.
pub fn find(name: &str) -> Result<&'static Criterion> {
    all()
        .find(|criterion| criterion.info.name == name)
        .ok_or_else(|| {
            let names: Vec<&str> = all().map(|criterion| criterion.info.name).collect();
            Error::BadRecipe(message!(
                "error-recipe-criterion",
                name = name,
                hint = suggest(name, &names)
            ))
        })
}

/// Reads a recipe document whose criterion is one that there is.
///
/// Fails with [`Error::BadRecipe`] as [`Recipe::parse`] does, and where the criterion is unknown.
pub fn read_recipe(text: &str) -> Result<Recipe> {
    let recipe = Recipe::parse(text)?;
    find(&recipe.criterion)?;
    Ok(recipe)
}

/// Whether a criterion of this name looks at pictures, so that it has to be measured before it can be used.
pub fn is_measured(name: &str) -> bool {
    find(name).is_ok_and(Criterion::looks_at_pictures)
}

/// The criterion of a name, ready to judge. `measured` is what pictures told of the model, if they have been asked.
///
/// Fails with [`Error::BadRecipe`] where the name is unknown, or the criterion needs pictures and has not been measured.
pub fn scorer<'m>(
    name: &str,
    seed: u32,
    measured: Option<&'m Measured>,
) -> Result<Box<dyn Scorer + 'm>> {
    let criterion = find(name)?;
    match criterion.source {
        Source::Model(make) => Ok(make(seed)),
        Source::Pictures(_) | Source::Branches(_) => {
            match measured.filter(|measured| measured.on.criterion == name) {
                Some(measured) => Ok(measured.by(&criterion.info)),
                None => Err(not_measured(name)),
            }
        }
    }
}

fn not_measured(name: &str) -> Error {
    Error::BadRecipe(message!("error-criterion-unmeasured", name = name))
}
