//! The logits of an original on a set of pictures, computed once: many models may be measured against them.

use super::classifier::Classifier;
use super::evaluator::Tally;
use super::metrics::Metrics;
use crate::data::Pictures;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::task::{Phase, Progress, Step, Task};
use std::sync::Arc;

/// The original's logits on each picture, and how good it is on them itself.
#[derive(Debug, Clone)]
pub struct ReferenceLogits {
    logits: Arc<[Vec<f32>]>,
    quality: Metrics,
}

impl ReferenceLogits {
    /// What the same original gave on all these pictures elsewhere: a number for each class, picture after picture.
    ///
    /// Errors: [`Error::BadInput`] where there are not as many rows as pictures; else those of counting them.
    pub fn of_pictures(logits: Vec<Vec<f32>>, pictures: &Pictures) -> Result<Self> {
        if logits.len() != pictures.len() {
            return Err(Error::BadInput(message!(
                "error-reference-count",
                pictures = pictures.len(),
                answers = logits.len()
            )));
        }
        let mut tally = Tally::default();
        for (index, logits) in logits.iter().enumerate() {
            tally.take(logits, Some(logits), pictures.label(index))?;
        }
        Ok(ReferenceLogits {
            logits: logits.into(),
            quality: tally.quality(),
        })
    }

    /// The original on these pictures.
    pub fn quality(&self) -> Metrics {
        self.quality
    }

    /// Its logits, picture after picture.
    pub fn rows(&self) -> &[Vec<f32>] {
        &self.logits
    }

    /// Its logits on a picture.
    ///
    /// Fails with [`Error::BadInput`] where it was not shown that one.
    pub fn of(&self, picture: usize) -> Result<&[f32]> {
        let logits = self.logits.get(picture).map(Vec::as_slice);
        logits.ok_or_else(not_asked)
    }
}

/// An original that is shown the pictures, one a step.
pub struct ReferenceRun {
    original: Classifier,
    pictures: Arc<Pictures>,
    logits: Vec<Vec<f32>>,
    tally: Tally,
}

impl ReferenceRun {
    /// Errors: those of running the original; [`Error::BadModel`] where it is no classifier.
    pub fn new(original: &Graph, pictures: Arc<Pictures>) -> Result<Self> {
        Ok(ReferenceRun {
            original: Classifier::new(original)?,
            logits: Vec::with_capacity(pictures.len()),
            pictures,
            tally: Tally::default(),
        })
    }

    /// Shows the next picture, and gives the logits on it.
    ///
    /// Errors: [`Error::BadInput`] where there is none; else those of running the original.
    pub(super) fn show_next(&mut self) -> Result<&[f32]> {
        let next = self.logits.len();
        if next < self.pictures.len() {
            let logits = self.original.logits(&self.pictures, next)?;
            self.tally
                .take(&logits, Some(&logits), self.pictures.label(next))?;
            self.logits.push(logits);
        }
        self.logits
            .get(next)
            .map(Vec::as_slice)
            .ok_or_else(not_asked)
    }

    /// The original on the pictures that were shown.
    pub(super) fn quality(&self) -> Metrics {
        self.tally.quality()
    }

    /// Its logits on the pictures that were shown.
    pub(super) fn logits(&self) -> ReferenceLogits {
        ReferenceLogits {
            quality: self.quality(),
            logits: self.logits.clone().into(),
        }
    }
}

impl Task for ReferenceRun {
    type Event = Progress;
    type Output = ReferenceLogits;

    fn step(&mut self) -> Result<Step<Progress, ReferenceLogits>> {
        let of = self.pictures.len();
        if self.logits.len() == of {
            return Ok(Step::Done(self.logits()));
        }
        self.show_next()?;
        Ok(Step::Event(Progress {
            phase: Phase::Reference,
            done: self.logits.len(),
            of,
        }))
    }
}

fn not_asked() -> Error {
    Error::BadInput(message!("error-no-reference"))
}
