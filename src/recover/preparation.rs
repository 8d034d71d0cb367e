//! What pictures have to tell before cuts of a model can be made and measured: found out a picture at a time, so that whoever
//! drives it can show how far it is, and stop it.

use super::answers::{Answers, Asking};
use super::job::Advance;
use crate::data::Pictures;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::prune::score::Measured;
use crate::prune::score::measured::{Measuring, begin};
use crate::prune::session::Session;
use crate::recipe::Recipe;
use serde::Serialize;
use std::sync::Arc;

/// What [`Preparation::advance`] did.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Preparing {
    /// The criterion looks at pictures: how many it has seen, and is to see.
    Scoring(Advance),
    /// The original was shown pictures to measure on; once all were, everything is prepared.
    Measuring(Advance),
}

impl Preparing {
    pub fn is_over(self) -> bool {
        matches!(self, Preparing::Measuring(Advance { done, of, .. }) if done >= of)
    }
}

/// What pictures told of an original: whoever prepares the same of it elsewhere needs to show none.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What the criterion found, where it looks at pictures.
    pub scores: Option<Measured>,
    /// What the original says of each picture to measure on, a number for each class.
    pub said: Vec<Vec<f32>>,
}

type Begin<T> = dyn FnOnce(Option<Measured>, Answers) -> Result<T>;

/// On the way to a `T`, which begins when it is known what its criterion found, where it needs pictures, and what the original
/// says of those to measure on.
pub struct Preparation<T> {
    scoring: Option<Measuring>,
    scores: Option<Measured>,
    asking: Asking,
    begin: Box<Begin<T>>,
}

impl<T> Preparation<T> {
    pub(super) fn new(
        scoring: Option<Measuring>,
        asking: Asking,
        begin: impl FnOnce(Option<Measured>, Answers) -> Result<T> + 'static,
    ) -> Self {
        Preparation {
            scoring,
            scores: None,
            asking,
            begin: Box::new(begin),
        }
    }

    /// The same for what a session of the original cuts: once it begins, the session has chosen by the recipe, by what the
    /// criterion found in the lessons, where it needs them.
    ///
    /// Errors: those of [`Session::choose`], of [`begin`] and of [`Asking::new`].
    pub(super) fn of_cuts(
        (original, mut session): (&Graph, Session),
        recipe: Recipe,
        lessons: &Pictures,
        judged: &Arc<Pictures>,
        begin_cuts: impl FnOnce(Session, Answers) -> Result<T> + 'static,
    ) -> Result<Self> {
        let scoring = begin(original, &recipe, lessons)?;
        if scoring.is_none() {
            session.choose(&recipe)?;
        }
        let asking = Asking::new(original, Arc::clone(judged))?;
        Ok(Self::new(scoring, asking, move |scores, answers| {
            if let Some(scores) = scores {
                session.take_scores(scores)?;
                session.choose(&recipe)?;
            }
            begin_cuts(session, answers)
        }))
    }

    /// Shows the next picture.
    ///
    /// Errors: those of running the original, or of measuring the criterion on it.
    pub fn advance(&mut self) -> Result<Preparing> {
        let Some(mut scoring) = self.scoring.take() else {
            return Ok(Preparing::Measuring(self.asking.advance()?.into()));
        };
        let (done, of) = scoring.advance()?;
        match done < of {
            true => self.scoring = Some(scoring),
            false => self.scores = Some(scoring.finish()?),
        }
        Ok(Preparing::Scoring((done, of).into()))
    }

    /// What the pictures that were shown told.
    pub fn found(&self) -> Found {
        Found {
            scores: self.scores.clone(),
            said: self.asking.said().to_vec(),
        }
    }

    /// Takes what the same preparation found elsewhere; then nothing is left to be shown.
    ///
    /// Errors: [`Error::BadInput`] where that is of other pictures, or where the criterion has to look at pictures and found
    /// nothing.
    pub fn take(&mut self, found: Found) -> Result<()> {
        if self.scoring.is_some() && found.scores.is_none() {
            return Err(Error::BadInput(
                "what was found on the pictures lacks the criterion's scores".into(),
            ));
        }
        self.asking.take(found.said)?;
        if self.scoring.take().is_some() {
            self.scores = found.scores;
        }
        Ok(())
    }

    /// What was prepared, after all pictures that are left.
    pub fn finish(mut self) -> Result<T> {
        while !self.advance()?.is_over() {}
        (self.begin)(self.scores, self.asking.finish())
    }
}
