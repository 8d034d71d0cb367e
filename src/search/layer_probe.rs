//! One layer cut alone and measured, a piece at a time: whoever drives it can show how far it is, and stop it.

use super::curves::SensitivityPoint;
use crate::data::Pictures;
use crate::error::Result;
use crate::eval::Metrics;
use crate::eval::ModelComparison;
use crate::eval::ReferenceLogits;
use crate::graph::Graph;
use crate::recover::Recalibration;
use std::sync::Arc;

/// A cut layer on its way to a point of its curve: batches of pictures tell the statistics anew, where they are wanted; then it
/// is measured, a picture a piece.
pub struct LayerProbe {
    share: f64,
    judged: Arc<Pictures>,
    answers: ReferenceLogits,
    /// Batches for statistics.
    batches: usize,
    work: Work,
}

enum Work {
    Recalibrating(Box<Recalibration>, Arc<Pictures>),
    Judging(Box<ModelComparison>),
}

impl LayerProbe {
    /// `share` of the layer was to go from `model`.
    ///
    /// Errors: those of running the model.
    pub(super) fn new(
        share: f64,
        model: &Graph,
        calibration: Option<&Arc<Pictures>>,
        (judged, answers): (&Arc<Pictures>, &ReferenceLogits),
    ) -> Result<Self> {
        let (batches, work) = match calibration {
            Some(pictures) => {
                let recalibration = Box::new(Recalibration::new(model, pictures)?);
                let (_, batches) = recalibration.progress();
                let pictures = Arc::clone(pictures);
                (batches, Work::Recalibrating(recalibration, pictures))
            }
            None => {
                let trial = ModelComparison::against(answers, model, Arc::clone(judged))?;
                (0, Work::Judging(Box::new(trial)))
            }
        };
        Ok(LayerProbe {
            share,
            judged: Arc::clone(judged),
            answers: answers.clone(),
            batches,
            work,
        })
    }

    /// How many pieces there are where statistics are measured anew: batches, then pictures.
    pub(super) fn pieces(calibration: &Pictures, judged: &Pictures) -> usize {
        Recalibration::rounds(calibration) + judged.len()
    }

    /// Does the next piece; gives how many are done, and how many are to be.
    ///
    /// Errors: those of running the model.
    pub fn advance(&mut self) -> Result<(usize, usize)> {
        let of = self.batches + self.judged.len();
        match &mut self.work {
            Work::Recalibrating(recalibration, pictures) => {
                recalibration.advance(pictures)?;
                let (done, batches) = recalibration.progress();
                if done == batches {
                    let judged = Arc::clone(&self.judged);
                    let trial =
                        ModelComparison::against(&self.answers, recalibration.model(), judged)?;
                    self.work = Work::Judging(Box::new(trial));
                }
                Ok((done, of))
            }
            Work::Judging(trial) => {
                let (shown, _) = trial.advance()?;
                Ok((self.batches + shown, of))
            }
        }
    }

    /// How good it is, as far as pictures were shown.
    pub(super) fn quality(&self) -> Metrics {
        match &self.work {
            Work::Recalibrating(..) => Metrics::default(),
            Work::Judging(trial) => trial.tested().quality,
        }
    }

    /// The point of the curve, after all pieces that are left.
    pub fn finish(mut self) -> Result<SensitivityPoint> {
        loop {
            let (done, of) = self.advance()?;
            if let Work::Judging(trial) = &self.work
                && done == of
            {
                let tested = trial.tested();
                return Ok(SensitivityPoint {
                    share: self.share,
                    quality: tested.quality,
                    lost: tested.original.lost_by(&tested.quality),
                });
            }
        }
    }
}
