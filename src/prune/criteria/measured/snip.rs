//! SNIP: connection sensitivity, `|g·w|` with the gradient of the loss over all pictures together (Lee et al., “SNIP:
//! Single-shot Network Pruning based on Connection Sensitivity”, ICLR 2019). For a channel the sensitivity of a gate on all
//! that goes with it, `|Σ g·w|`. The paper takes it at initialization: that is what it is for a model that has not
//! been trained. Of a trained one, whose gradients over all pictures nearly cancel, it says less than Taylor does. The paper's
//! division by the sum of all scores changes no order and is left out.

use super::gradient_times_weight::GradientTimesWeight;
use super::probe::Probe;
use super::{Accumulator, Saliency};
use crate::error::Result;
use crate::prune::criteria::info::{Criterion, CriterionInfo, DEFAULTS, Source};

pub static CRITERION: Criterion = Criterion {
    info: CriterionInfo {
        name: "snip",
        title: "criterion-snip",
        about: "criterion-snip-about",
        after: Some("Lee et al., ICLR 2019"),
        needs: Some("criterion-needs-gradients"),
        comparable: true,
        ..DEFAULTS
    },
    source: Source::Pictures(|probe| Box::new(Snip::new(probe))),
};

pub struct Snip(GradientTimesWeight);

impl Snip {
    /// Sums at zero for all layers of the probe.
    pub fn new(probe: &Probe) -> Self {
        Snip(GradientTimesWeight::new(probe))
    }
}

impl Accumulator for Snip {
    fn accumulate(&mut self, probe: &mut Probe) -> Result<()> {
        self.0.add(probe, |product| product);
        Ok(())
    }

    fn scores(&self, _probe: &Probe, pictures: usize) -> Result<Vec<Saliency>> {
        Ok(self.0.scores(|sum| sum.abs() / pictures as f64))
    }
}
