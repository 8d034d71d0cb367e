//! An original and a model that was made of it, measured on the same pictures.

use super::classifier::Classifier;
use super::evaluator::Tally;
use super::metrics::Metrics;
use super::reference::ReferenceLogits;
use super::reference::ReferenceRun;
use crate::data::Pictures;
use crate::error::Result;
use crate::graph::Graph;
use crate::task::{Phase, Progress, Step, Task};
use serde::Serialize;
use std::sync::Arc;

/// The original and a model, measured on the same pictures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ComparisonResult {
    pub original: Metrics,
    pub quality: Metrics,
    /// What the model was before; absent where that was not measured beside it ([`ModelComparison::beside`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Metrics>,
}

/// What a comparison gives.
#[derive(Debug, Clone)]
pub struct Compared {
    pub result: ComparisonResult,
    /// The original's logits, for the next model.
    pub reference: ReferenceLogits,
}

/// Both being measured, a picture a step; the original is run once a picture, or not at all where its logits are known.
pub struct ModelComparison {
    phase: Phase,
    original: Original,
    model: Measured,
    before: Option<Measured>,
    pictures: Arc<Pictures>,
    done: usize,
    /// Whether it ends with the pictures that were shown by then, and whether that was asked for.
    may_end_early: bool,
    is_stopped: bool,
}

/// A model that is shown pictures, and what was counted so far.
struct Measured {
    model: Classifier,
    tally: Tally,
}

enum Original {
    Run(Box<ReferenceRun>),
    Known(ReferenceLogits),
}

impl ModelComparison {
    /// Errors: those of running either model; [`crate::error::Error::BadModel`] where one is no classifier.
    pub fn new(original: &Graph, model: &Graph, pictures: Arc<Pictures>) -> Result<Self> {
        let run = ReferenceRun::new(original, Arc::clone(&pictures))?;
        Self::of(Original::Run(Box::new(run)), model, pictures)
    }

    /// The same, against logits of the original on these pictures.
    pub fn against(
        reference: &ReferenceLogits,
        model: &Graph,
        pictures: Arc<Pictures>,
    ) -> Result<Self> {
        Self::of(Original::Known(reference.clone()), model, pictures)
    }

    fn of(original: Original, model: &Graph, pictures: Arc<Pictures>) -> Result<Self> {
        Ok(ModelComparison {
            phase: Phase::Judging,
            original,
            model: Measured::new(model)?,
            before: None,
            pictures,
            done: 0,
            may_end_early: false,
            is_stopped: false,
        })
    }

    /// The same, with what the model was before, as a cut alone or recovered for the first time.
    ///
    /// Errors: those of running it.
    pub fn beside(self, before: &Graph) -> Result<Self> {
        Ok(ModelComparison {
            before: Some(Measured::new(before)?),
            ..self
        })
    }

    /// The same, telling this phase.
    pub fn during(self, phase: Phase) -> Self {
        ModelComparison { phase, ..self }
    }

    /// The same; where it is stopped, it tells of the pictures that were shown by then, of one at least.
    pub fn ending_early(self) -> Self {
        ModelComparison {
            may_end_early: true,
            ..self
        }
    }

    /// What the pictures that were shown tell. What was known of the original before is of all.
    pub fn result(&self) -> ComparisonResult {
        ComparisonResult {
            original: match &self.original {
                Original::Run(run) => run.quality(),
                Original::Known(reference) => reference.quality(),
            },
            quality: self.model.tally.quality(),
            before: self.before.as_ref().map(|before| before.tally.quality()),
        }
    }

    fn reference(&self) -> ReferenceLogits {
        match &self.original {
            Original::Run(run) => run.logits(),
            Original::Known(reference) => reference.clone(),
        }
    }
}

impl Task for ModelComparison {
    type Event = Progress;
    type Output = Compared;

    fn step(&mut self) -> Result<Step<Progress, Compared>> {
        let (next, of) = (self.done, self.pictures.len());
        if next == of || (self.is_stopped && next > 0) {
            return Ok(Step::Done(Compared {
                result: self.result(),
                reference: self.reference(),
            }));
        }
        let logits = match &mut self.original {
            Original::Run(run) => run.show_next()?,
            Original::Known(reference) => reference.of(next)?,
        };
        for measured in [&mut self.model].into_iter().chain(&mut self.before) {
            measured.take(&self.pictures, next, logits)?;
        }
        self.done += 1;
        Ok(Step::Event(Progress {
            phase: self.phase,
            done: self.done,
            of,
        }))
    }

    fn stop(&mut self) {
        self.is_stopped = self.may_end_early;
    }
}

impl Measured {
    fn new(model: &Graph) -> Result<Self> {
        Ok(Measured {
            model: Classifier::new(model)?,
            tally: Tally::default(),
        })
    }

    /// Shows a picture on which the original has these logits.
    fn take(&mut self, pictures: &Pictures, index: usize, logits: &[f32]) -> Result<()> {
        let own = self.model.logits(pictures, index)?;
        self.tally.take(&own, Some(logits), pictures.label(index))
    }
}
