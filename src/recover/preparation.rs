//! What pictures have to tell before cuts of a model can be made and measured: found out a picture at a time, so that whoever
//! drives it can show how far it is, and stop it.

use super::answers::{Answers, Asking};
use super::job::Advance;
use crate::error::Result;
use crate::prune::score::Measured;
use crate::prune::score::measured::Measuring;
use serde::Serialize;

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

    /// What was prepared, after all pictures that are left.
    pub fn finish(mut self) -> Result<T> {
        while !self.advance()?.is_over() {}
        (self.begin)(self.scores, self.asking.finish())
    }
}
