//! A quality as it is told to whoever shows it: with the one number of it that counts.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// A model's answers on a set of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", into = "Told")]
pub struct Metrics {
    pub pictures: usize,
    /// Share of the pictures whose label is the first choice (top-1), 0 to 1; absent without labels.
    pub accuracy: Option<f64>,
    /// Mean cross-entropy of the labels, in nats; absent without labels.
    pub loss: Option<f64>,
    /// Share of the pictures of which the original says the same (top-1), 0 to 1; absent without an original.
    pub agreement: Option<f64>,
    /// Mean Kullback-Leibler divergence from the original's probabilities, in nats; absent without an original.
    pub kl: Option<f64>,
}

impl Metrics {
    /// What counts where one number has to be chosen: accuracy where there are labels, else agreement; 0 to 1.
    pub fn score(&self) -> Option<f64> {
        self.scored().map(|score| score.share)
    }

    /// The same, and which it is.
    pub fn scored(&self) -> Option<Score> {
        let by = |by: Measure| move |share: f64| Score { by, share };
        let accuracy = self.accuracy.map(by(Measure::Accuracy));
        accuracy.or_else(|| self.agreement.map(by(Measure::Agreement)))
    }

    /// Which of two models is the better one by what was measured on the same pictures: `Greater` where it is this one. With
    /// labels, accuracy decides, and the loss where that is equal. Without labels, the divergence does, since agreement on a few
    /// dozen pictures hardly tells two models apart. What is not a number, or was not measured, is worse than any number.
    pub fn compare(&self, other: &Metrics) -> Ordering {
        let larger =
            |number: Option<f64>| number.filter(|x| !x.is_nan()).unwrap_or(f64::NEG_INFINITY);
        let smaller = |number: Option<f64>| larger(number.map(|x| -x));
        let ranks = |quality: &Metrics| match quality.accuracy {
            Some(_) => [larger(quality.accuracy), smaller(quality.loss)],
            None => [smaller(quality.kl), larger(quality.agreement)],
        };
        let ranks = ranks(self).into_iter().zip(ranks(other));
        ranks.fold(Ordering::Equal, |decided, (a, b)| {
            decided.then(a.total_cmp(&b))
        })
    }

    /// The share of this score that a model made of this one has lost, 0 to 1; a gain counts as no loss.
    pub fn lost_by(&self, made: &Metrics) -> f64 {
        let score = |quality: &Metrics| quality.score().unwrap_or(0.0);
        let whole = score(self);
        if whole > 0.0 {
            ((whole - score(made)) / whole).max(0.0)
        } else {
            0.0
        }
    }
}

/// What a score is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Measure {
    Accuracy,
    Agreement,
}

/// The number of a quality that counts where one has to be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Score {
    pub by: Measure,
    /// 0 to 1.
    pub share: f64,
}

/// A model's answers on a set of pictures.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(
    target_arch = "wasm32",
    derive(tsify::Tsify),
    tsify(rename = "Metrics")
)]
pub(super) struct Told {
    pictures: usize,
    /// Share of the pictures whose label is the first choice (top-1), 0 to 1; absent without labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    accuracy: Option<f64>,
    /// Mean cross-entropy of the labels, in nats; absent without labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    loss: Option<f64>,
    /// Share of the pictures of which the original says the same (top-1), 0 to 1; absent without an original.
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement: Option<f64>,
    /// Mean Kullback-Leibler divergence from the original's probabilities, in nats; absent without an original.
    #[serde(skip_serializing_if = "Option::is_none")]
    kl: Option<f64>,
    /// What counts where one number has to be chosen: accuracy where there are labels, else agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<Score>,
}

impl From<Metrics> for Told {
    fn from(quality: Metrics) -> Self {
        Told {
            pictures: quality.pictures,
            accuracy: quality.accuracy,
            loss: quality.loss,
            agreement: quality.agreement,
            kl: quality.kl,
            score: quality.scored(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_value, json, to_value};

    #[test]
    fn accuracy_counts_where_there_are_labels_else_agreement() {
        let told = |quality: serde_json::Value| {
            let quality: Metrics = from_value(quality).unwrap();
            to_value(quality).unwrap()["score"].clone()
        };
        assert_eq!(
            told(json!({"pictures": 4, "accuracy": 0.25, "agreement": 0.75})),
            json!({"by": "accuracy", "share": 0.25})
        );
        assert_eq!(
            told(json!({"pictures": 4, "agreement": 0.75, "kl": 0.1})),
            json!({"by": "agreement", "share": 0.75})
        );
        assert_eq!(told(json!({"pictures": 4})), json!(null));
    }

    #[test]
    fn the_better_of_two_is_told_by_accuracy_and_loss_else_by_divergence() {
        let quality = |json: serde_json::Value| from_value::<Metrics>(json).unwrap();
        let labeled = |accuracy: f64, loss: f64| Metrics {
            kl: Some(accuracy),
            ..quality(json!({"pictures": 4, "accuracy": accuracy, "loss": loss}))
        };
        let unlabeled = |agreement: f64, kl: f64| Metrics {
            kl: Some(kl),
            ..quality(json!({"pictures": 4, "agreement": agreement}))
        };
        let better = [
            // Whatever the divergence is, and the loss.
            (labeled(0.75, 2.0), labeled(0.5, 1.0)),
            (labeled(0.5, 1.0), labeled(0.5, 2.0)),
            (
                labeled(0.5, 2.0),
                Metrics {
                    loss: Some(f64::NAN),
                    ..labeled(0.5, 0.0)
                },
            ),
            // Whatever the agreement is.
            (unlabeled(0.5, 0.1), unlabeled(0.75, 0.2)),
            (unlabeled(0.75, 0.1), unlabeled(0.5, 0.1)),
            (unlabeled(0.0, 9.0), unlabeled(1.0, f64::NAN)),
            (
                unlabeled(0.0, 9.0),
                quality(json!({"pictures": 4, "agreement": 1.0})),
            ),
        ];
        for (good, bad) in better {
            assert_eq!(good.compare(&bad), Ordering::Greater, "{good:?} {bad:?}");
            assert_eq!(bad.compare(&good), Ordering::Less, "{good:?} {bad:?}");
            assert_eq!(good.compare(&good), Ordering::Equal);
        }
        let not_measured = quality(json!({"pictures": 4}));
        assert_eq!(not_measured.compare(&not_measured), Ordering::Equal);
    }

    #[test]
    fn what_is_told_is_read_again_whatever_score_it_came_with() {
        let quality = json!({"pictures": 4, "accuracy": 0.25, "loss": 2.0, "score": {"by": "agreement", "share": 1.0}});
        let read: Metrics = from_value(quality).unwrap();
        let again = to_value(read).unwrap();
        assert_eq!(again["score"], json!({"by": "accuracy", "share": 0.25}));
        assert_eq!(from_value::<Metrics>(again).unwrap(), read);
    }
}
