//! What pictures have to tell before cuts of a model can be made and measured: found out a picture at a time, so that whoever
//! drives it can show how far it is, and stop it.

use super::cut_scores::begin;
use super::layer_probe::LayerProbe;
use crate::data::Pictures;
use crate::error::{Error, Result};
use crate::eval::Metrics;
use crate::eval::ReferenceLogits;
use crate::eval::ReferenceRun;
use crate::graph::Graph;
use crate::prune::criteria::Measured;
use crate::prune::criteria::measured::Measuring;
use crate::prune::session::Session;
use crate::recipe::Recipe;
use crate::recover::Advance;
use serde::Serialize;
use std::sync::Arc;

/// What [`Preparation::advance`] did.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Preparing {
    /// The criterion looks at pictures: how many it has seen, and is to see.
    Scoring(Advance),
    /// The original was shown pictures to measure on, and where its statistics are measured anew, once more with these; after
    /// the last of them everything is prepared.
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
    /// How good the original is with its statistics measured anew, where that was to be found out.
    pub recalibrated: Option<Metrics>,
}

/// What is known once all pictures were shown.
pub(super) struct Known {
    scores: Option<Measured>,
    pub answers: ReferenceLogits,
    /// As in [`Found`].
    pub recalibrated: Option<Metrics>,
}

type Begin<T> = dyn FnOnce(Known) -> Result<T>;

/// On the way to a `T`, which begins when it is known what its criterion found, where it needs pictures, and what the original
/// says of those to measure on.
pub struct Preparation<T> {
    scoring: Option<Measuring>,
    scores: Option<Measured>,
    asking: ReferenceRun,
    recalibrating: Option<Recalibrating>,
    begin: Box<Begin<T>>,
}

/// The original on its way to other statistics, and to be measured with them.
struct Recalibrating {
    original: Graph,
    calibration: Arc<Pictures>,
    judged: Arc<Pictures>,
    at: At,
}

enum At {
    /// What it says as it is has to be known first.
    Waiting,
    Measuring(Box<LayerProbe>),
    Known(Metrics),
}

impl<T> Preparation<T> {
    pub(super) fn new(
        scoring: Option<Measuring>,
        asking: ReferenceRun,
        begin: impl FnOnce(Known) -> Result<T> + 'static,
    ) -> Self {
        Preparation {
            scoring,
            scores: None,
            asking,
            recalibrating: None,
            begin: Box::new(begin),
        }
    }

    /// The same for what a session of the original cuts: once it begins, the session has chosen by the recipe, by what the
    /// criterion found in the lessons, where it needs them.
    ///
    /// Errors: those of [`Session::choose`], of [`begin`] and of [`ReferenceRun::new`].
    pub(super) fn of_cuts(
        (original, mut session): (&Graph, Session),
        recipe: Recipe,
        lessons: &Pictures,
        judged: &Arc<Pictures>,
        begin_cuts: impl FnOnce(Session, Known) -> Result<T> + 'static,
    ) -> Result<Self> {
        let scoring = begin(original, &recipe, lessons)?;
        if scoring.is_none() {
            session.choose(&recipe)?;
        }
        let asking = ReferenceRun::new(original, Arc::clone(judged))?;
        Ok(Self::new(scoring, asking, move |mut known| {
            if let Some(scores) = known.scores.take() {
                session.take_scores(scores)?;
                session.choose(&recipe)?;
            }
            begin_cuts(session, known)
        }))
    }

    /// The same, where it is to be found out as well how good the original is on the judged pictures with the statistics that
    /// the calibration pictures give.
    pub(super) fn recalibrating(
        self,
        original: &Graph,
        calibration: &Arc<Pictures>,
        judged: &Arc<Pictures>,
    ) -> Self {
        Preparation {
            recalibrating: Some(Recalibrating {
                original: original.clone(),
                calibration: Arc::clone(calibration),
                judged: Arc::clone(judged),
                at: At::Waiting,
            }),
            ..self
        }
    }

    /// Shows the next picture.
    ///
    /// Errors: those of running the original, or of measuring the criterion on it.
    pub fn advance(&mut self) -> Result<Preparing> {
        let Some(mut scoring) = self.scoring.take() else {
            return Ok(Preparing::Measuring(self.measure()?.into()));
        };
        let (done, of) = scoring.advance()?;
        match done < of {
            true => self.scoring = Some(scoring),
            false => self.scores = Some(scoring.finish()?),
        }
        Ok(Preparing::Scoring((done, of).into()))
    }

    /// Shows the next picture to the original as it is, or then, with other statistics; gives how many have been shown, and how
    /// many are to be.
    fn measure(&mut self) -> Result<(usize, usize)> {
        let Some(Recalibrating {
            original,
            calibration,
            judged,
            at,
        }) = &mut self.recalibrating
        else {
            return self.asking.advance();
        };
        let asked = judged.len();
        let of = asked + LayerProbe::pieces(calibration, judged);
        let done = match at {
            At::Waiting => {
                let (done, _) = self.asking.advance()?;
                if done == asked {
                    let known = (&*judged, &self.asking.answers());
                    let trial = LayerProbe::new(0.0, original, Some(&*calibration), known)?;
                    *at = At::Measuring(Box::new(trial));
                }
                done
            }
            At::Measuring(trial) => {
                let (done, pieces) = trial.advance()?;
                if done == pieces {
                    *at = At::Known(trial.quality());
                }
                asked + done
            }
            At::Known(_) => of,
        };
        Ok((done, of))
    }

    /// What the pictures that were shown told.
    pub fn found(&self) -> Found {
        Found {
            scores: self.scores.clone(),
            said: self.asking.said().to_vec(),
            recalibrated: self.recalibrated(),
        }
    }

    fn recalibrated(&self) -> Option<Metrics> {
        match self.recalibrating.as_ref()?.at {
            At::Known(quality) => Some(quality),
            At::Waiting | At::Measuring(_) => None,
        }
    }

    /// Takes what the same preparation found elsewhere; then nothing is left to be shown.
    ///
    /// Errors: [`Error::BadInput`] where that is of other pictures, or where something was to be found out and was not.
    pub fn take(&mut self, found: Found) -> Result<()> {
        if self.scoring.is_some() && found.scores.is_none() {
            return Err(Error::BadInput(message!("error-findings-lack-scores")));
        }
        if self.recalibrating.is_some() && found.recalibrated.is_none() {
            return Err(Error::BadInput(message!("error-findings-lack-metrics")));
        }
        self.asking.take(found.said)?;
        if let Some((recalibrating, quality)) = self.recalibrating.as_mut().zip(found.recalibrated)
        {
            recalibrating.at = At::Known(quality);
        }
        if self.scoring.take().is_some() {
            self.scores = found.scores;
        }
        Ok(())
    }

    /// What was prepared, after all pictures that are left.
    pub fn finish(mut self) -> Result<T> {
        while !self.advance()?.is_over() {}
        let recalibrated = self.recalibrated();
        (self.begin)(Known {
            recalibrated,
            scores: self.scores,
            answers: self.asking.finish(),
        })
    }
}
