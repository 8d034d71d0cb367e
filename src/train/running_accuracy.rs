//! How many of the pictures that a model learned from lately it got right, changed as they were.

use crate::train::TrainingStep;

/// Top-1 accuracy on the samples of the steps since it was begun anew.
#[derive(Default)]
pub struct RunningAccuracy {
    samples: usize,
    hits: usize,
}

impl RunningAccuracy {
    /// A step without labels tells nothing.
    pub fn take(&mut self, step: &TrainingStep) {
        if let Some(hits) = step.hits {
            self.samples += step.samples;
            self.hits += hits;
        }
    }

    /// 0 to 1; `None` where no labels were looked at.
    pub fn accuracy(&self) -> Option<f64> {
        (self.samples > 0).then(|| self.hits as f64 / self.samples as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(samples: usize, hits: Option<usize>) -> TrainingStep {
        TrainingStep {
            step: 1,
            loss: 0.0,
            hits,
            samples,
            rate: 0.1,
            gradient_norm: 0.0,
        }
    }

    #[test]
    fn every_sample_counts_the_same_and_without_labels_none() {
        let mut lately = RunningAccuracy::default();
        lately.take(&step(8, None));
        assert_eq!(lately.accuracy(), None);
        lately.take(&step(6, Some(0)));
        lately.take(&step(2, Some(2)));
        assert_eq!(lately.accuracy(), Some(0.25));
        assert_eq!(RunningAccuracy::default().accuracy(), None);
    }
}
