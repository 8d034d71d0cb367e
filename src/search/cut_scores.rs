//! What a criterion may look at before a cut: never a picture that the cut is chosen by or tested on afterwards.

use crate::data::Pictures;
use crate::data::Split;
use crate::error::Result;
use crate::graph::Graph;
use crate::prune::criteria::measured::Measuring;
use crate::prune::criteria::{Measured, is_measured};
use crate::recipe::Recipe;
use crate::task::Task;

/// Begins to measure a criterion on the training pictures of a set, as [`super::Sweep`] and [`super::BudgetSearch`] do: on `all` of them, or on
/// as many as are enough, chosen by the recipe's `seed`. A set of too few photos for two parts is looked at whole, which
/// [`crate::prune::criteria::measured::MeasuredOn::none_apart`] tells.
///
/// Errors: those of [`Measuring::new`].
pub fn cut_scores(
    graph: &Graph,
    criterion: &str,
    pictures: Pictures,
    seed: u32,
    all: bool,
) -> Result<Measuring> {
    let (train, none_apart) = Split::train_or_all(pictures);
    let train = match all {
        true => train,
        false => calibration(&train, seed),
    };
    let measuring = Measuring::new(graph, criterion, train, seed)?;
    Ok(match none_apart {
        true => measuring.with_none_apart(),
        false => measuring,
    })
}

/// Begins to measure a recipe's criterion on pictures, or on as many of them as are enough; `None` where it needs none.
pub(super) fn begin(
    graph: &Graph,
    recipe: &Recipe,
    pictures: &Pictures,
) -> Result<Option<Measuring>> {
    if !is_measured(&recipe.criterion) {
        return Ok(None);
    }
    let pictures = calibration(pictures, recipe.seed);
    Measuring::new(graph, &recipe.criterion, pictures, recipe.seed).map(Some)
}

/// Measures a recipe's criterion on pictures; `None` where it needs none.
pub fn measure(graph: &Graph, recipe: &Recipe, pictures: &Pictures) -> Result<Option<Measured>> {
    begin(graph, recipe, pictures)?.finish()
}

/// The most pictures that are measured on unless more are asked for, of small pictures and of large ones; scores
/// change little with more.
const ENOUGH: (usize, usize) = (1024, 64);

/// As many of the pictures as are enough to measure on, chosen by the seed.
fn calibration(pictures: &Pictures, seed: u32) -> Pictures {
    let most = match pictures.preset().is_small() {
        true => ENOUGH.0,
        false => ENOUGH.1,
    };
    match pictures.len() > most {
        true => pictures.sample(most, seed),
        false => pictures.clone(),
    }
}
