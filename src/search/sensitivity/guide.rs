//! The allocation that follows from what each layer alone can bear.

use super::curves::{Curve, Curves};
use crate::error::Result;
use crate::eval::Metrics;
use crate::prune::allocate::out_of_reach;
use crate::prune::criteria::is_measured;
use crate::prune::session::Session;
use crate::recipe::{Allocation, Recipe, Target};

/// Losses that differ by less are the same: scores are shares of a few hundred pictures.
const ROUNDING: f64 = 1e-9;
/// Halvings of the interval in which the loss lies.
const HALVINGS: usize = 40;

/// Shares the cut out by sensitivity: each layer loses the largest share whose loss, as its curve has it, is at most ε, one
/// ε for all, the least with which the target is met. Between the levels a curve is straight, and a layer of which all goes
/// loses all. Where even ε = 0 cuts more than the target asks for, every layer loses less in proportion. The loss is that of the
/// accuracy; without labels it is the divergence from the original, of which a few dozen photos tell more than of the agreement.
///
/// The recipe that comes out says each layer's share, so it needs no curves to be used.
///
/// Errors: [`Error::BadRecipe`] where the target is out of reach within the recipe's limits.
pub fn guide(session: &mut Session, curves: &Curves, target: Target) -> Result<Recipe> {
    let scale = LossScale::new(curves);
    let recipe_at = |level: f64| {
        let shares = curves.curves.iter().flat_map(|curve| {
            let share = match level <= 1.0 {
                true => level * scale.bearable(curve, 0.0),
                false => scale.bearable(curve, level - 1.0),
            };
            let rounded = (share * 1e4).round() / 1e4;
            let names = curve.layers.iter().cloned();
            names.map(move |name| (name, rounded))
        });
        Recipe {
            target: Some(target),
            ..by_hand(&curves.recipe, shares)
        }
    };
    let mut share_at = |level: f64| {
        let mut recipe = recipe_at(level);
        // How much goes is said by hand, so any criterion counts the same; those that look at pictures have none here.
        if is_measured(&recipe.criterion) {
            recipe.criterion = "l1".into();
        }
        session.choose(&recipe)?;
        session.share(target)
    };
    let met = |share: f64| match target {
        Target::Sparsity(asked) => share >= asked,
        Target::Parameters(asked) | Target::Macs(asked) | Target::Bytes(asked) => share <= asked,
    };
    // Up to 1 the shares of ε = 0 grow; from there ε does.
    let (mut low, mut high) = (0.0, 2.0);
    let most = share_at(high)?;
    if !met(most) {
        return Err(out_of_reach(target, most, true));
    }
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        match met(share_at(middle)?) {
            true => high = middle,
            false => low = middle,
        }
    }
    Ok(recipe_at(high))
}

/// By what losses are told, and how much there is to lose.
struct LossScale {
    /// The original's accuracy; `None` without labels.
    accuracy: Option<f64>,
    most: f64,
}

impl LossScale {
    /// Of divergences, the largest that was measured is the most: they have no bound of their own.
    fn new(curves: &Curves) -> Self {
        let points = curves.curves.iter().flat_map(|curve| &curve.points);
        let divergences = points.filter_map(|point| point.quality.kl);
        let accuracy = curves.original.accuracy;
        LossScale {
            accuracy,
            most: accuracy.unwrap_or_else(|| divergences.fold(0.0, f64::max)),
        }
    }

    fn loss(&self, quality: &Metrics) -> f64 {
        match self.accuracy {
            Some(whole) => whole - quality.accuracy.unwrap_or(0.0),
            None => quality.kl.unwrap_or(self.most),
        }
    }

    /// The largest share of a layer that goes with a loss of at most ε, which is given as a share of the most.
    fn bearable(&self, curve: &Curve, epsilon: f64) -> f64 {
        let points = curve.points.iter();
        let mut points: Vec<(f64, f64)> = points
            .map(|point| (point.share, self.loss(&point.quality)))
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points.push((1.0, self.most));
        let most = epsilon * self.most;
        let (mut share, mut lost) = (0.0, 0.0f64);
        for (next, loss) in points {
            // A cut that goes further is not taken to cost less.
            let loss = loss.max(lost);
            if loss > most + ROUNDING {
                return share + (next - share) * (most - lost) / (loss - lost);
            }
            (share, lost) = (next, loss);
        }
        share
    }
}

/// A recipe that removes these shares of these layers and nothing else.
pub(super) fn by_hand(recipe: &Recipe, shares: impl Iterator<Item = (String, f64)>) -> Recipe {
    Recipe {
        allocation: Allocation::Manual,
        layers: shares.collect(),
        target: None,
        ..recipe.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::curves::SensitivityPoint;
    use super::*;

    fn curve(points: &[(f64, f64)], quality: fn(f64) -> Metrics) -> Curve {
        let points = points.iter().map(|&(share, told)| SensitivityPoint {
            share,
            quality: quality(told),
            lost: 0.0,
        });
        Curve {
            layers: vec!["a".into()],
            points: points.collect(),
        }
    }

    fn scale(original: Metrics, curves: &[Curve]) -> LossScale {
        LossScale::new(&Curves {
            recipe: Recipe::parse(r#"{"target": {"macs": 0.5}}"#).unwrap(),
            original,
            calibrated_on: 0,
            pictures: Vec::new(),
            curves: curves.to_vec(),
        })
    }

    #[test]
    fn a_layer_loses_what_its_curve_lets_it() {
        let quality = |accuracy: f64| Metrics {
            pictures: 10,
            accuracy: Some(accuracy),
            ..Metrics::default()
        };
        let falls = curve(&[(0.5, 0.8), (0.9, 0.4)], quality);
        let scale = scale(quality(0.8), &[]);
        assert_eq!(scale.bearable(&falls, 0.0), 0.5);
        // Half of the way from 0.8 down to 0.4 is a quarter of the whole score.
        assert!((scale.bearable(&falls, 0.25) - 0.7).abs() < 1e-12);
        assert!((scale.bearable(&falls, 0.5) - 0.9).abs() < 1e-12);
        assert_eq!(scale.bearable(&falls, 1.0), 1.0);
        // A dip counts for all that lies beyond it.
        let dips = curve(&[(0.25, 0.6), (0.5, 0.8)], quality);
        assert_eq!(scale.bearable(&dips, 0.0), 0.0);
        assert!((scale.bearable(&dips, 0.25) - 0.5).abs() < 1e-9);
    }

    /// Two layers after whose cuts the first choices are the same, and the probabilities are not.
    #[test]
    fn without_labels_divergence_tells_layers_apart() {
        let quality = |kl: f64| Metrics {
            pictures: 10,
            agreement: Some(1.0),
            kl: Some(kl),
            ..Metrics::default()
        };
        let bears = curve(&[(0.5, 0.1), (0.9, 0.2)], quality);
        let suffers = curve(&[(0.5, 0.4), (0.9, 0.8)], quality);
        let scale = scale(quality(0.0), &[bears.clone(), suffers.clone()]);
        // An eighth of 0.8 nats.
        assert!((scale.bearable(&bears, 0.125) - 0.5).abs() < 1e-12);
        assert!((scale.bearable(&suffers, 0.125) - 0.125).abs() < 1e-12);
        assert_eq!(scale.bearable(&suffers, 1.0), 1.0);
    }
}
