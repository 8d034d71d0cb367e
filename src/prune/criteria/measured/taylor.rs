//! First-order Taylor: how much the loss would move if a weight or channel were removed, by the first term of its
//! expansion, `|g·w|`, averaged over the pictures one by one (Molchanov et al., “Pruning Convolutional Neural Networks for
//! Resource Efficient Inference”, ICLR 2017). For a channel the sum of `g·w` over what goes with it, before the
//! magnitude is taken (Molchanov et al., “Importance Estimation for Neural Network Pruning”, CVPR 2019, whose gates stand
//! behind the normalization too).

use super::gradient_times_weight::GradientTimesWeight;
use super::probe::Probe;
use super::{Accumulator, Saliency};
use crate::error::Result;
use crate::prune::criteria::info::{Criterion, CriterionInfo, DEFAULTS, Source};

pub static CRITERION: Criterion = Criterion {
    info: CriterionInfo {
        name: "taylor",
        title: "criterion-taylor",
        about: "criterion-taylor-about",
        after: Some("Molchanov et al., 2017 and 2019"),
        needs: Some("criterion-needs-gradients"),
        comparable: true,
        ..DEFAULTS
    },
    source: Source::Pictures(|probe| Box::new(Taylor::new(probe))),
};

pub struct Taylor(GradientTimesWeight);

impl Taylor {
    /// Sums at zero for all layers of the probe.
    pub fn new(probe: &Probe) -> Self {
        Taylor(GradientTimesWeight::new(probe))
    }
}

impl Accumulator for Taylor {
    fn accumulate(&mut self, probe: &mut Probe) -> Result<()> {
        self.0.add(probe, f64::abs);
        Ok(())
    }

    fn scores(&self, _probe: &Probe, pictures: usize) -> Result<Vec<Saliency>> {
        Ok(self.0.scores(|sum| sum / pictures as f64))
    }
}
