//! How much the predictions of two classifiers differ.

use super::prediction::{ClassProbability, log_softmax, top};
use super::{Timing, timing};
use serde::{Deserialize, Serialize};

/// Two models' answers on one photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Comparison {
    pub original_top: Vec<ClassProbability>,
    pub pruned_top: Vec<ClassProbability>,
    /// Whether both find the same class the most probable (top-1).
    pub agrees: bool,
    /// The Kullback-Leibler divergence of the pruned model's probabilities from the original's, in nats:
    /// Σ p ln(p / q), with p the original's.
    pub kl: f64,
}

/// Two models on all photos.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Summary {
    pub photos: usize,
    /// Share of photos on which both choose the same class, 0 to 1.
    pub agreement: f64,
    pub mean_kl: f64,
    /// The original's median time over the pruned model's: above 1 is faster. 0 without measurements.
    pub speedup: f64,
}

/// `None` where the two do not have as many classes, or none.
pub fn compare(
    original: &[f32],
    pruned: &[f32],
    count: usize,
    label: impl Fn(usize) -> String,
) -> Option<Comparison> {
    if original.is_empty() || original.len() != pruned.len() {
        return None;
    }
    let (p, q) = (log_softmax(original), log_softmax(pruned));
    let kl: f64 = p.iter().zip(&q).map(|(p, q)| p.exp() * (p - q)).sum();
    let original_top = top(original, count.max(1), &label);
    let pruned_top = top(pruned, count.max(1), &label);
    Some(Comparison {
        agrees: original_top[0].index == pruned_top[0].index,
        // Rounding may leave a trace below zero where both are the same.
        kl: kl.max(0.0),
        original_top,
        pruned_top,
    })
}

/// How far two outputs of one shape lie apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Difference {
    pub max_absolute: f32,
    /// As a share of the largest magnitude of the first.
    pub max_relative: f32,
}

/// `None` where they do not have the same length.
pub fn difference(first: &[f32], second: &[f32]) -> Option<Difference> {
    if first.len() != second.len() {
        return None;
    }
    let apart = first.iter().zip(second).map(|(a, b)| (a - b).abs());
    let max_absolute = apart.fold(0f32, f32::max);
    let largest = first.iter().fold(0f32, |max, x| max.max(x.abs()));
    Some(Difference {
        max_absolute,
        max_relative: if largest > 0.0 {
            max_absolute / largest
        } else {
            max_absolute
        },
    })
}

/// `None` without photos.
pub fn summarize(
    comparisons: &[Comparison],
    original: &[Timing],
    pruned: &[Timing],
) -> Option<Summary> {
    if comparisons.is_empty() {
        return None;
    }
    let photos = comparisons.len() as f64;
    let agreeing = comparisons.iter().filter(|c| c.agrees).count();
    let median = |timings: &[Timing]| {
        let medians: Vec<f64> = timings.iter().map(|t| t.median).collect();
        timing(&medians).map_or(0.0, |t| t.median)
    };
    let pruned = median(pruned);
    Some(Summary {
        photos: comparisons.len(),
        agreement: agreeing as f64 / photos,
        mean_kl: comparisons.iter().map(|c| c.kl).sum::<f64>() / photos,
        speedup: if pruned > 0.0 {
            median(original) / pruned
        } else {
            0.0
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(index: usize) -> String {
        format!("class {index}")
    }

    #[test]
    fn divergence_by_its_formula() {
        let (p, q) = ([0.5f32, 0.5], [0.25f32, 0.75]);
        let logs = |x: [f32; 2]| x.map(f32::ln);
        let comparison = compare(&logs(p), &logs(q), 1, name).unwrap();
        let expected = 0.5 * (0.5f64 / 0.25).ln() + 0.5 * (0.5f64 / 0.75).ln();
        assert!((comparison.kl - expected).abs() < 1e-6 && !comparison.agrees);
        let same = compare(&logs(p), &logs(p), 1, name).unwrap();
        assert!(same.agrees && same.kl == 0.0);
        assert_eq!(compare(&[1.0], &[1.0, 2.0], 1, name), None);
    }
}
