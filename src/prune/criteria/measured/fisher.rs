//! Fisher: how much the loss would rise if a weight were removed, by the second term of its expansion with the diagonal of
//! the Hessian, `½·h·w²` (LeCun, Denker and Solla, “Optimal Brain Damage”, NIPS 1989), where the mean of the squared
//! gradients over single pictures stands for the Hessian: `½·E[g²]·w²`. For a channel `½·E[(Σ g·w)²]` over what goes with it
//! (Theis et al., “Faster gaze prediction with dense networks and Fisher pruning”, 2018).

use super::gradient_times_weight::GradientTimesWeight;
use super::probe::Probe;
use super::{Accumulator, Saliency};
use crate::error::Result;
use crate::prune::criteria::info::{Criterion, CriterionInfo, DEFAULTS, Source};

pub static CRITERION: Criterion = Criterion {
    info: CriterionInfo {
        name: "fisher",
        title: "criterion-fisher",
        about: "criterion-fisher-about",
        after: Some("LeCun et al., 1989; Theis et al., 2018"),
        needs: Some("criterion-needs-gradients"),
        comparable: true,
        ..DEFAULTS
    },
    source: Source::Pictures(|probe| Box::new(Fisher::new(probe))),
};

pub struct Fisher(GradientTimesWeight);

impl Fisher {
    /// Sums at zero for all layers of the probe.
    pub fn new(probe: &Probe) -> Self {
        Fisher(GradientTimesWeight::new(probe))
    }
}

impl Accumulator for Fisher {
    fn accumulate(&mut self, probe: &mut Probe) -> Result<()> {
        self.0.add(probe, |product| product * product);
        Ok(())
    }

    fn scores(&self, _probe: &Probe, pictures: usize) -> Result<Vec<Saliency>> {
        Ok(self.0.scores(|sum| 0.5 * sum / pictures as f64))
    }
}
