//! What a classifier's outputs say: logits, classes and their probabilities.

use serde::{Deserialize, Serialize};

/// A class and how probable the model finds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ClassProbability {
    pub index: usize,
    pub label: String,
    /// Softmax of the logits, 0 to 1.
    pub probability: f64,
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
pub fn top(logits: &[f32], count: usize, label: impl Fn(usize) -> String) -> Vec<ClassProbability> {
    let log_probabilities = log_softmax(logits);
    let mut order: Vec<usize> = (0..logits.len()).collect();
    order.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]).then(a.cmp(&b)));
    let classes = order.into_iter().take(count);
    classes
        .map(|index| ClassProbability {
            index,
            label: label(index),
            probability: log_probabilities[index].exp(),
        })
        .collect()
}

/// The natural logarithms of the softmax of logits, in double precision.
pub(super) fn log_softmax(logits: &[f32]) -> Vec<f64> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shifted = logits.iter().map(|&x| f64::from(x) - f64::from(largest));
    let log_sum = shifted.clone().map(f64::exp).sum::<f64>().ln();
    shifted.map(|x| x - log_sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::rows::argmax;

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
            assert_eq!(argmax(logits), Some(best[0].index));
        }
        assert_eq!(argmax(&[1.0, 3.0, 3.0]), Some(1));
        assert_eq!(argmax(&[]), None);
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
}
