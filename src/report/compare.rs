//! How much the answers of two classifiers differ.

use super::Timing;
use serde::{Deserialize, Serialize};

/// A class and how probable the model finds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ClassScore {
    pub index: usize,
    pub label: String,
    /// Softmax of the logits, 0 to 1.
    pub probability: f64,
}

/// Two models' answers on one photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Comparison {
    pub original_top: Vec<ClassScore>,
    pub pruned_top: Vec<ClassScore>,
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

/// A classifier's first output as logits. Where it holds probabilities, as [`Graph::last_softmax`](crate::graph::Graph) tells,
/// their logarithms are: the softmax of those gives the probabilities again.
pub fn logits(output: Vec<f32>, probabilities: bool) -> Vec<f32> {
    match probabilities {
        true => {
            let logarithm = |p: f32| p.max(f32::MIN_POSITIVE).ln();
            output.into_iter().map(logarithm).collect()
        }
        false => output,
    }
}

/// The `count` most probable classes; of equal ones the first comes first.
pub fn top(logits: &[f32], count: usize, label: impl Fn(usize) -> String) -> Vec<ClassScore> {
    let log_probabilities = log_softmax(logits);
    let mut order: Vec<usize> = (0..logits.len()).collect();
    order.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]).then(a.cmp(&b)));
    let classes = order.into_iter().take(count);
    classes
        .map(|index| ClassScore {
            index,
            label: label(index),
            probability: log_probabilities[index].exp(),
        })
        .collect()
}

/// The class of the largest logit, of equal ones the first, as in [`top`]; `None` without classes.
pub fn first_choice(logits: &[f32]) -> Option<usize> {
    let order = |&a: &usize, &b: &usize| logits[a].total_cmp(&logits[b]).then(b.cmp(&a));
    (0..logits.len()).max_by(order)
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
        super::timing(&medians).map_or(0.0, |t| t.median)
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

fn log_softmax(logits: &[f32]) -> Vec<f64> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shifted = logits.iter().map(|&x| f64::from(x) - f64::from(largest));
    let log_sum = shifted.clone().map(f64::exp).sum::<f64>().ln();
    shifted.map(|x| x - log_sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(index: usize) -> String {
        format!("class {index}")
    }

    #[test]
    fn probabilities_of_known_logits() {
        // softmax(0, ln 2, ln 5) = 1/8, 2/8, 5/8
        let best = top(&[0.0, 2f32.ln(), 5f32.ln()], 2, name);
        assert_eq!((best[0].index, best[1].index), (2, 1));
        assert!((best[0].probability - 0.625).abs() < 1e-6);
    }

    #[test]
    fn the_first_choice_is_the_first_of_the_best() {
        for logits in [&[1.0, 3.0, 3.0][..], &[0.0, -0.0], &[-0.0, 0.0], &[2.0; 3]] {
            let best = top(logits, 1, name);
            assert_eq!(first_choice(logits), Some(best[0].index));
        }
        assert_eq!(first_choice(&[1.0, 3.0, 3.0]), Some(1));
        assert_eq!(first_choice(&[]), None);
    }

    #[test]
    fn probabilities_stay_what_they_are() {
        let given = vec![0.125, 0.0, 0.25, 0.625];
        let best = top(&logits(given.clone(), true), 4, name);
        for score in best {
            assert!((score.probability - f64::from(given[score.index])).abs() < 1e-6);
        }
        assert_eq!(logits(given.clone(), false), given);
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
