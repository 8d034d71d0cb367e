//! What a part of a batch says of the weights, so that several trainers can learn one model together.

use crate::engine::room::zeros;
use crate::error::{Error, Result};

/// Gradients and batch statistics of some samples. Trainers of the same graph and settings lay them out alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradients {
    /// The gradient by each parameter, then mean and variance of each normalization's batch.
    pub numbers: Vec<f32>,
    /// The mean loss of these samples, in nats.
    pub loss: f64,
    /// The loss of the answers as a share of that of equal logits, at most 1: 0 where all is known, 1 where nothing is.
    pub normalized_loss: f64,
    /// Samples whose label was the first choice; `None` without labels.
    pub hits: Option<usize>,
    pub samples: usize,
    /// The share of the way to the end of learning that was behind before this batch, 0 to 1: the schedule goes by it.
    pub progress: f64,
    /// The learning rate at its peak.
    pub rate: f32,
}

impl Gradients {
    /// The whole batch's share: means weighted by the samples behind each, summed in the order given (synchronous
    /// data-parallel SGD, Chen et al. 2016, arXiv 1604.00981). Each part was normalized by itself. The first one says how far all
    /// are, and how fast they go.
    ///
    /// Fails with [`Error::BadInput`] without shares, or where they are of different models, and with [`Error::TooLarge`] where
    /// there is no memory for it.
    pub fn mean(shares: &[Gradients]) -> Result<Gradients> {
        let (first, rest) = shares.split_first().ok_or_else(unlike_gradients)?;
        if rest.iter().any(|s| s.numbers.len() != first.numbers.len()) {
            return Err(unlike_gradients());
        }
        if rest.is_empty() {
            return Ok(first.clone());
        }
        let samples: usize = shares.iter().map(|share| share.samples).sum();
        let weight = |share: &Gradients| share.samples as f64 / samples.max(1) as f64;
        let mut numbers = zeros(first.numbers.len())?;
        for share in shares {
            let weight = weight(share) as f32;
            let both = numbers.iter_mut().zip(&share.numbers);
            both.for_each(|(sum, &x)| *sum += weight * x);
        }
        Ok(Gradients {
            numbers,
            loss: shares.iter().map(|s| weight(s) * s.loss).sum(),
            normalized_loss: shares.iter().map(|s| weight(s) * s.normalized_loss).sum(),
            hits: shares.iter().map(|share| share.hits).sum(),
            samples,
            progress: first.progress,
            rate: first.rate,
        })
    }
}

/// What to say where a share does not fit the model that is to follow it.
pub fn unlike_gradients() -> Error {
    Error::BadInput(message!("error-different-models"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::said;

    fn share(numbers: &[f32], samples: usize) -> Gradients {
        Gradients {
            numbers: numbers.to_vec(),
            loss: f64::from(numbers[0]),
            normalized_loss: f64::from(numbers[0]) / 10.0,
            hits: Some(samples / 2),
            samples,
            progress: 0.5,
            rate: 0.1,
        }
    }

    #[test]
    fn every_sample_counts_the_same() {
        let all = Gradients::mean(&[share(&[1.0, 2.0], 6), share(&[5.0, -2.0], 2)]).unwrap();
        assert_eq!(all.numbers, [2.0, 1.0]);
        assert_eq!((all.loss, all.hits, all.samples), (2.0, Some(4), 8));
        assert!((all.normalized_loss - 0.2).abs() < 1e-12);
    }

    #[test]
    fn shares_of_different_models_have_no_mean() {
        for shares in [&[share(&[1.0], 1), share(&[1.0, 2.0], 1)][..], &[]] {
            let error = Gradients::mean(shares).unwrap_err();
            assert!(said(&error).contains("different models"), "{error}");
        }
    }
}
