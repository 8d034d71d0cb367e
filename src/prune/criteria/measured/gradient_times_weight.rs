//! What all criteria share that go by a loss's gradients: sums, over the pictures, of something of `g·w`.

use super::Saliency;
use super::probe::Probe;

/// By layer, in the order of [`Probe::layers`].
pub struct GradientTimesWeight {
    weights: Vec<Vec<f64>>,
    slices: Vec<Vec<f64>>,
}

impl GradientTimesWeight {
    /// Sums at zero for all layers of the probe.
    pub fn new(probe: &Probe) -> Self {
        let layers = &probe.layers;
        GradientTimesWeight {
            weights: layers.iter().map(|l| vec![0.0; l.len()]).collect(),
            slices: layers.iter().map(|l| vec![0.0; l.channels()]).collect(),
        }
    }

    /// Adds `term(g·w)` of each weight, and `term(Σ g·w)` of what goes with each channel, of the picture at hand.
    pub fn add(&mut self, probe: &Probe, term: impl Fn(f64) -> f64) {
        let sums = self.weights.iter_mut().zip(&mut self.slices);
        for (layer, (weights, slices)) in probe.layers.iter().zip(sums) {
            for (sum, product) in weights.iter_mut().zip(probe.products(layer)) {
                *sum += term(product);
            }
            for (sum, effect) in slices.iter_mut().zip(probe.contributions(layer)) {
                *sum += term(effect);
            }
        }
    }

    /// `score` of each sum.
    pub fn scores(&self, score: impl Fn(f64) -> f64) -> Vec<Saliency> {
        let of = |sums: &Vec<f64>| sums.iter().map(|&sum| score(sum)).collect();
        let layers = self.weights.iter().zip(&self.slices);
        layers
            .map(|(weights, slices)| Saliency {
                weights: Some(of(weights)),
                slices: of(slices),
            })
            .collect()
    }

    /// The least of all weights' sums, and the least of all slices'.
    pub fn least(&self) -> (f64, f64) {
        let least = |sums: &[Vec<f64>]| sums.iter().flatten().copied().fold(0.0, f64::min);
        (least(&self.weights), least(&self.slices))
    }
}
