//! Patches of a layer's input beside what the original gives for them, and the weights that fit them best.

use super::solve::solve;
use super::{Fitted, Linear};
use crate::random::SplitMix64;
use ndarray::{Array1, Array2, ArrayView2, Axis};

/// Places that are looked at, for each number of a patch, and their bounds.
const PER_NUMBER: usize = 8;
const PLACES: (usize, usize) = (2048, 8192);
/// One picture of so many is held back to check a fit on.
const HELD_BACK: usize = 4;
/// The ridge, as a share of the mean square of the inputs.
const DAMPING: f32 = 0.01;

/// What a layer is fitted on.
pub struct Samples<'a> {
    pub linear: &'a Linear,
    /// The layer's input, `batch` samples.
    pub data: &'a [f32],
    pub batch: usize,
    /// What the original gives: by sample, output of this layer, and place.
    pub target: &'a dyn Fn(usize, usize, usize) -> f32,
}

/// A layer's weights and bias as they lie in the model, with the errors that [`super::ReconstructedLayer`] tells of.
pub struct Fit {
    pub weights: Vec<f32>,
    pub bias: Option<Vec<f32>>,
    pub before: f64,
    pub after: f64,
}

/// A sample and a place in it.
type Place = (usize, usize);

/// Patches (n, depth) and targets (n, outputs) of one group.
struct Pairs {
    patches: Array2<f32>,
    targets: Array2<f32>,
}

/// Weights (depth, outputs) and bias of one group.
struct Layer {
    weights: Array2<f32>,
    bias: Option<Array1<f32>>,
}

impl Samples<'_> {
    /// The better of three on what is held back: what there is, that with the bias moved by the difference of the means,
    /// and, where weights are fitted, the least-squares fit. Group by group.
    pub fn fit(
        &self,
        weights: &[f32],
        bias: Option<&[f32]>,
        what: Fitted,
        random: &mut SplitMix64,
    ) -> Fit {
        let linear = self.linear;
        let (fit_places, check_places) = self.places(random);
        let mut fitted = Fit {
            weights: weights.to_vec(),
            bias: bias.map(<[f32]>::to_vec),
            before: 0.0,
            after: 0.0,
        };
        let mut variance = 0.0;
        for group in 0..linear.groups {
            let old = Layer {
                weights: Array2::from_shape_fn((linear.depth, linear.outputs), |(k, o)| {
                    weights[linear.weight_at(group, o, k)]
                }),
                bias: bias.map(|bias| {
                    Array1::from_iter(
                        bias[group * linear.outputs..][..linear.outputs]
                            .iter()
                            .copied(),
                    )
                }),
            };
            let (fit, check) = (
                self.pairs(group, &fit_places),
                self.pairs(group, &check_places),
            );
            variance += check.variance();
            let before = check.error(&old);
            let mut best = (before, old);
            for candidate in fit.candidates(&best.1, what) {
                let error = check.error(&candidate);
                if error < best.0 {
                    best = (error, candidate);
                }
            }
            fitted.before += before;
            fitted.after += best.0;
            for ((k, o), &weight) in best.1.weights.indexed_iter() {
                fitted.weights[linear.weight_at(group, o, k)] = weight;
            }
            if let (Some(all), Some(own)) = (&mut fitted.bias, &best.1.bias) {
                let all = &mut all[group * linear.outputs..][..linear.outputs];
                all.iter_mut().zip(own).for_each(|(to, &from)| *to = from);
            }
        }
        let share = variance.max(f64::MIN_POSITIVE);
        fitted.before /= share;
        fitted.after /= share;
        fitted
    }

    /// What is fitted on and what is checked on.
    fn places(&self, random: &mut SplitMix64) -> (Vec<Place>, Vec<Place>) {
        let wanted = (self.linear.depth * PER_NUMBER).clamp(PLACES.0, PLACES.1);
        let each = wanted.div_ceil(self.batch).min(self.linear.places);
        let (mut fit, mut check) = (Vec::new(), Vec::new());
        for sample in 0..self.batch {
            let to = match sample % HELD_BACK == HELD_BACK - 1 {
                true => &mut check,
                false => &mut fit,
            };
            let order = random.order(self.linear.places);
            to.extend(order.into_iter().take(each).map(|place| (sample, place)));
        }
        (fit, check)
    }

    fn pairs(&self, group: usize, places: &[Place]) -> Pairs {
        let Linear { depth, outputs, .. } = *self.linear;
        let mut patches = vec![0.0; places.len() * depth];
        let sample_len = self.data.len() / self.batch;
        for (&(sample, place), patch) in places.iter().zip(patches.chunks_exact_mut(depth)) {
            let sample = &self.data[sample * sample_len..][..sample_len];
            self.linear.patch(sample, group, place, patch);
        }
        Pairs {
            patches: Array2::from_shape_fn((places.len(), depth), |(n, k)| patches[n * depth + k]),
            targets: Array2::from_shape_fn((places.len(), outputs), |(n, o)| {
                let (sample, place) = places[n];
                (self.target)(sample, group * outputs + o, place)
            }),
        }
    }
}

impl Pairs {
    /// The squared distance of the targets from their means.
    fn variance(&self) -> f64 {
        squares((&self.targets - &mean(&self.targets)).view())
    }

    /// The squared distance of what a layer gives from the targets.
    fn error(&self, layer: &Layer) -> f64 {
        let mut missed = self.patches.dot(&layer.weights) - &self.targets;
        if let Some(bias) = &layer.bias {
            missed += bias;
        }
        squares(missed.view())
    }

    fn candidates(&self, old: &Layer, what: Fitted) -> Vec<Layer> {
        let mut candidates = Vec::with_capacity(2);
        let (patch, target) = (mean(&self.patches), mean(&self.targets));
        let bias = |weights: &Array2<f32>| &target - &patch.dot(weights);
        let (patches, targets) = match old.bias {
            Some(_) => {
                candidates.push(Layer {
                    bias: Some(bias(&old.weights)),
                    weights: old.weights.clone(),
                });
                (&self.patches - &patch, &self.targets - &target)
            }
            None => (self.patches.clone(), self.targets.clone()),
        };
        if what == Fitted::Biases {
            return candidates;
        }
        let count = self.patches.nrows().max(1) as f32;
        let gram = patches.t().dot(&patches) / count;
        let moment = patches.t().dot(&targets) / count;
        let ridge = DAMPING * gram.diag().mean().unwrap_or(0.0);
        let free = |k: usize, o: usize| old.weights[[k, o]] != 0.0;
        let weights = solve(&gram, &moment, &old.weights, free, ridge);
        if weights.iter().all(|x| x.is_finite()) {
            candidates.push(Layer {
                bias: old.bias.as_ref().map(|_| bias(&weights)),
                weights,
            });
        }
        candidates
    }
}

fn mean(rows: &Array2<f32>) -> Array1<f32> {
    rows.mean_axis(Axis(0))
        .unwrap_or_else(|| Array1::zeros(rows.ncols()))
}

fn squares(numbers: ArrayView2<'_, f32>) -> f64 {
    numbers.iter().map(|&x| f64::from(x) * f64::from(x)).sum()
}
