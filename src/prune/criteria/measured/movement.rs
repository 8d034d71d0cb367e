//! Movement: what training moves away from zero is worth keeping, whatever its size: `−Σ w·g` over the steps of a short
//! training (Sanh, Wolf and Rush, “Movement Pruning: Adaptive Sparsity by Fine-Tuning”, NeurIPS 2020). For a channel the
//! sum over what goes with it. The sums may be negative; all are moved up by the least of them, which changes no order. The
//! model that is cut keeps its weights: the training is forgotten.

use super::gradient_times_weight::GradientTimesWeight;
use super::probe::Probe;
use super::{Accumulator, Saliency};
use crate::error::Result;
use crate::graph::ValueId;
use crate::prune::criteria::info::{Criterion, CriterionInfo, DEFAULTS, Source};
use std::collections::BTreeMap;

pub static CRITERION: Criterion = Criterion {
    info: CriterionInfo {
        name: "movement",
        title: "criterion-movement",
        about: "criterion-movement-about",
        after: Some("Sanh et al., NeurIPS 2020"),
        needs: Some("criterion-needs-gradients"),
        comparable: true,
        ..DEFAULTS
    },
    source: Source::Pictures(|probe| Box::new(Movement::new(probe))),
};

/// Pictures in one step of training.
const BATCH: usize = 8;
/// Pictures that are shown at least, again and again if need be, but each no more often than `ROUNDS` times.
const SHOWN: usize = 512;
const ROUNDS: usize = 4;
/// Plain gradient descent at this rate, with the gradient shortened to this norm.
const RATE: f64 = 0.01;
const CLIP: f64 = 1.0;

pub struct Movement {
    sums: GradientTimesWeight,
    /// The gradients of the pictures since the last step, added up.
    gradients: BTreeMap<ValueId, Vec<f64>>,
    seen: usize,
}

impl Movement {
    /// Sums at zero for all layers of the probe.
    pub fn new(probe: &Probe) -> Self {
        Movement {
            sums: GradientTimesWeight::new(probe),
            gradients: BTreeMap::new(),
            seen: 0,
        }
    }

    /// Moves everything that is learned; what is zero stays zero.
    fn step(&mut self, probe: &mut Probe) {
        let squares = self.gradients.values().flatten().map(|g| g * g);
        let norm = squares.sum::<f64>().sqrt() / BATCH as f64;
        let rate = RATE * (CLIP / norm.max(CLIP)) / BATCH as f64;
        for (value, sum) in std::mem::take(&mut self.gradients) {
            let (weights, _) = probe.tape.learn(value);
            for (weight, sum) in weights.iter_mut().zip(sum) {
                if *weight != 0.0 {
                    *weight -= (rate * sum) as f32;
                }
            }
        }
    }
}

impl Accumulator for Movement {
    fn wanted(&self, there_are: usize) -> usize {
        there_are.max(SHOWN.min(there_are * ROUNDS))
    }

    fn accumulate(&mut self, probe: &mut Probe) -> Result<()> {
        self.sums.add(probe, |product| -product);
        for parameter in probe.tape.parameters() {
            let Some(gradient) = probe.tape.gradient(parameter.value) else {
                continue;
            };
            let none = || vec![0.0; gradient.len()];
            let sum = self.gradients.entry(parameter.value).or_insert_with(none);
            sum.iter_mut()
                .zip(gradient)
                .for_each(|(sum, &g)| *sum += f64::from(g));
        }
        self.seen += 1;
        if self.seen.is_multiple_of(BATCH) {
            self.step(probe);
        }
        Ok(())
    }

    fn scores(&self, _probe: &Probe, pictures: usize) -> Result<Vec<Saliency>> {
        let (of_weights, of_slices) = self.sums.least();
        let mut scores = self.sums.scores(|sum| sum / pictures as f64);
        for layer in &mut scores {
            let up = |numbers: &mut Vec<f64>, least: f64| {
                numbers
                    .iter_mut()
                    .for_each(|x| *x -= least / pictures as f64);
            };
            up(&mut layer.slices, of_slices);
            layer.weights.iter_mut().for_each(|w| up(w, of_weights));
        }
        Ok(scores)
    }
}
