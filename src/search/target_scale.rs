//! A recipe for a given share of a model, where a search or a curve goes through many.

use crate::error::{Error, Result};
use crate::recipe::{Allocation, Granularity, Recipe, Target};

/// Where cutting ends if nothing else ends it, as a share of the original.
const LEAST: f64 = 0.02;

/// A recipe whose target is taken as a quantity to save; how much of it stays is said each time.
pub(super) struct TargetScale {
    recipe: Recipe,
    /// The share of the original that the recipe keeps.
    goal: f64,
}

impl TargetScale {
    /// Errors: [`Error::BadRecipe`] for a recipe without a target.
    pub fn new(recipe: &Recipe) -> Result<Self> {
        let target = recipe
            .target
            .ok_or_else(|| Error::BadRecipe(message!("error-search-needs-target")))?;
        Ok(TargetScale {
            recipe: recipe.clone(),
            goal: kept_by(target).max(LEAST),
        })
    }

    /// The share of the original that is to be left at the end, 0 to 1.
    pub fn goal(&self) -> f64 {
        self.goal
    }

    /// Whether every cut is the same, whatever is asked: a pattern leaves no choice how much.
    pub fn is_one(&self) -> bool {
        matches!(self.recipe.granularity, Granularity::NM { .. })
    }

    /// The recipe that leaves the share `kept` of the original, for a model that has the share `left` of it. Shares set by
    /// hand grow in step, and are the recipe's own at its goal.
    pub fn recipe(&self, kept: f64, left: f64) -> Recipe {
        let goes = self.recipe.granularity.leaves_the_file();
        // Channels and branches that went are gone, so shares are of what is left; masks still count from the whole.
        let of_left = tidy(if goes { kept / left } else { kept });
        let target = match self.recipe.target {
            Some(Target::Parameters(_)) => Target::Parameters(of_left),
            Some(Target::Macs(_)) => Target::Macs(of_left),
            Some(Target::Bytes(_)) => Target::Bytes(of_left),
            Some(Target::Sparsity(_)) | None => Target::Sparsity(tidy(1.0 - of_left)),
        };
        let mut recipe = Recipe {
            target: Some(target),
            ..self.recipe.clone()
        };
        if recipe.allocation == Allocation::Manual && !self.is_one() {
            let way = |share: f64| (1.0 - share) / (1.0 - self.goal).max(f64::EPSILON);
            for share in recipe.layers.values_mut() {
                let gone = (*share * way(kept)).clamp(0.0, 1.0);
                *share = match goes {
                    true => share_of_rest(gone, *share * way(left)),
                    false => gone,
                };
            }
        }
        recipe
    }
}

/// Recipes are read by people.
fn tidy(share: f64) -> f64 {
    (share * 1e6).round() / 1e6
}

/// What has to go of the rest, so that the share `gone` of the whole is gone where `before` went already.
fn share_of_rest(gone: f64, before: f64) -> f64 {
    let rest = (1.0 - before).max(f64::EPSILON);
    (1.0 - (1.0 - gone) / rest).clamp(0.0, 1.0)
}

fn kept_by(target: Target) -> f64 {
    match target {
        Target::Sparsity(removed) => 1.0 - removed,
        Target::Parameters(kept) | Target::Macs(kept) | Target::Bytes(kept) => kept,
    }
}
