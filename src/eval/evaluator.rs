//! How good a model is on pictures: by their labels, and by what the original says of them.

use super::classifier::Classifier;
use super::metrics::Metrics;
use crate::data::Pictures;
use crate::error::{Error, Result};
use crate::eval::compare;
use crate::graph::Graph;
use crate::task::{Phase, Progress, Step, Task};
use crate::train::loss::cross_entropy;
use std::sync::Arc;

/// What was counted so far of a model's answers.
#[derive(Default)]
pub(super) struct Tally {
    seen: usize,
    labeled: usize,
    right: usize,
    /// Sum of the cross-entropies, in nats.
    loss: f64,
    compared: usize,
    agreeing: usize,
    /// Sum of the Kullback-Leibler divergences, in nats.
    divergence: f64,
}

impl Tally {
    /// Takes what a model said of a picture into account, beside what the original said and the class that it is of.
    pub fn take(
        &mut self,
        own: &[f32],
        original: Option<&[f32]>,
        label: Option<u32>,
    ) -> Result<()> {
        if own.iter().any(|x| x.is_nan()) {
            return Err(Error::BadModel(message!("error-output-nan")));
        }
        let label = label.map(|label| label as usize);
        if let Some(label) = label.filter(|&label| label >= own.len()) {
            return Err(Error::BadInput(message!(
                "error-label-outside",
                label = label,
                classes = own.len()
            )));
        }
        // Compared with itself, a model tells its first choice.
        let said = original.unwrap_or(own);
        let comparison = compare(said, own, 1, |_| String::new()).ok_or_else(|| {
            Error::BadInput(message!(
                "error-class-counts",
                classes = own.len(),
                original = said.len()
            ))
        })?;
        self.seen += 1;
        if let Some(label) = label {
            self.labeled += 1;
            self.loss += cross_entropy(own, &[label as u32], 0.0, 1.0, &mut vec![0.0; own.len()]);
        }
        self.right += usize::from(label == comparison.pruned_top.first().map(|top| top.index));
        self.compared += usize::from(original.is_some());
        self.agreeing += usize::from(comparison.agrees);
        self.divergence += comparison.kl;
        Ok(())
    }

    /// The metrics over all pictures so far: shares from 0 to 1, loss and divergence in nats a picture; `None` where nothing was labeled
    /// or compared.
    pub fn quality(&self) -> Metrics {
        let share = |count: usize, of: usize| count as f64 / of.max(1) as f64;
        let compared = self.compared > 0;
        Metrics {
            pictures: self.seen,
            accuracy: (self.labeled > 0).then(|| share(self.right, self.labeled)),
            loss: (self.labeled > 0).then(|| self.loss / self.labeled as f64),
            agreement: compared.then(|| share(self.agreeing, self.seen)),
            kl: compared.then(|| self.divergence / self.seen as f64),
        }
    }
}

/// Shows pictures to a model and its original, and counts.
pub struct Evaluator {
    student: Classifier,
    original: Option<Classifier>,
    tally: Tally,
}

impl Evaluator {
    /// Errors: those of running either model; [`Error::BadModel`] where one is no classifier.
    pub fn new(model: &Graph, original: Option<&Graph>) -> Result<Self> {
        Ok(Evaluator {
            student: Classifier::new(model)?,
            original: original.map(Classifier::new).transpose()?,
            tally: Tally::default(),
        })
    }

    /// Takes one picture of a set into account.
    pub fn show(&mut self, pictures: &Pictures, index: usize) -> Result<()> {
        let own = self.student.logits(pictures, index)?;
        let original = self.original.as_mut();
        let said = original.map(|original| original.logits(pictures, index));
        let said = said.transpose()?;
        self.tally
            .take(&own, said.as_deref(), pictures.label(index))
    }

    /// What was found so far.
    pub fn quality(&self) -> Metrics {
        self.tally.quality()
    }
}

/// One model alone, or beside its original, on all pictures of a set, one a step.
pub struct Evaluation {
    evaluator: Evaluator,
    pictures: Arc<Pictures>,
    done: usize,
}

impl Evaluation {
    /// Errors: those of [`Evaluator::new`].
    pub fn new(model: &Graph, original: Option<&Graph>, pictures: Arc<Pictures>) -> Result<Self> {
        Ok(Evaluation {
            evaluator: Evaluator::new(model, original)?,
            pictures,
            done: 0,
        })
    }
}

impl Task for Evaluation {
    type Event = Progress;
    type Output = Metrics;

    fn step(&mut self) -> Result<Step<Progress, Metrics>> {
        let of = self.pictures.len();
        if self.done == of {
            return Ok(Step::Done(self.evaluator.quality()));
        }
        self.evaluator.show(&self.pictures, self.done)?;
        self.done += 1;
        Ok(Step::Event(Progress {
            phase: Phase::Testing,
            done: self.done,
            of,
        }))
    }
}

/// A model on all pictures of a set.
///
/// Errors: those of [`Evaluator::new`] and of [`Evaluator::show`].
pub fn evaluate(model: &Graph, original: Option<&Graph>, pictures: &Pictures) -> Result<Metrics> {
    Evaluation::new(model, original, Arc::new(pictures.clone()))?.finish()
}
