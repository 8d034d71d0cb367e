//! A quality as it is told to whoever shows it: with the one number of it that counts.

use serde::{Deserialize, Serialize};

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
    fn what_is_told_is_read_again_whatever_score_it_came_with() {
        let quality = json!({"pictures": 4, "accuracy": 0.25, "loss": 2.0, "score": {"by": "agreement", "share": 1.0}});
        let read: Metrics = from_value(quality).unwrap();
        let again = to_value(read).unwrap();
        assert_eq!(again["score"], json!({"by": "accuracy", "share": 0.25}));
        assert_eq!(from_value::<Metrics>(again).unwrap(), read);
    }
}
