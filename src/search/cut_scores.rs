//! What a criterion may look at before a cut: never a picture that the cut is chosen by or tested on afterwards.

use crate::data::Pictures;
use crate::data::Split;
use crate::error::Result;
use crate::graph::Graph;
use crate::prune::criteria::measured::{Measuring, calibration};

/// Begins to measure a criterion on the lessons of a set, as [`super::Sweep`] and [`super::BudgetSearch`] do: on `all` of them, or on
/// as many as are enough, chosen by the recipe's `seed`. A set of too few pictures for two parts is looked at whole, which
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
    let (lessons, none_apart) = Split::train_or_all(pictures);
    let lessons = match all {
        true => lessons,
        false => calibration(&lessons, seed),
    };
    let measuring = Measuring::new(graph, criterion, lessons, seed)?;
    Ok(match none_apart {
        true => measuring.with_none_apart(),
        false => measuring,
    })
}
