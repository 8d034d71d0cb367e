//! What pictures have to tell before cuts of a model can be made and measured.

use super::cut_scores::begin;
use crate::data::Pictures;
use crate::error::Result;
use crate::eval::{ReferenceLogits, ReferenceRun};
use crate::graph::Graph;
use crate::prune::criteria::Measured;
use crate::prune::session::Session;
use crate::recipe::Recipe;
use crate::task::{Progress, Task};
use std::sync::Arc;

/// What is known once all pictures were shown.
pub(super) struct Prepared {
    /// It has chosen by the recipe.
    pub session: Session,
    /// What the criterion found, where it looks at pictures.
    pub scores: Option<Measured>,
    /// Of the original, on the pictures to measure on.
    pub reference: ReferenceLogits,
}

/// Measures the recipe's criterion on the pictures to train on, where it needs some, lets a session of the original choose by the
/// recipe, and then shows the original the pictures to measure on.
///
/// Errors: those of [`Session::choose`], of [`begin`] and of [`ReferenceRun::new`].
pub(super) fn prepare_cuts(
    (original, mut session): (&Graph, Session),
    recipe: Recipe,
    train: &Pictures,
    validation: &Arc<Pictures>,
) -> Result<impl Task<Event = Progress, Output = Prepared> + use<>> {
    let scoring = begin(original, &recipe, train)?;
    if scoring.is_none() {
        session.choose(&recipe)?;
    }
    let reference = ReferenceRun::new(original, Arc::clone(validation))?;
    Ok(scoring.then(move |scores| {
        if let Some(scores) = &scores {
            session.take_scores(scores.clone())?;
            session.choose(&recipe)?;
        }
        Ok(reference.map(move |reference| {
            Ok(Prepared {
                session,
                scores,
                reference,
            })
        }))
    }))
}
