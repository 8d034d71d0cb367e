//! An original and a model that was made of it on the same pictures, a picture at a time: whoever drives it can show how far
//! it is, and stop it.

use super::classifier::Classifier;
use super::evaluator::Tally;
use super::metrics::Metrics;
use super::reference::ReferenceLogits;
use super::reference::ReferenceRun;
use crate::data::Pictures;
use crate::error::Result;
use crate::graph::Graph;
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

/// Both being measured; the original is asked once a picture, or not at all where its answers are known.
pub struct ModelComparison {
    original: Original,
    model: Measured,
    before: Option<Measured>,
    pictures: Arc<Pictures>,
    done: usize,
}

/// A model that is shown pictures, and what was counted so far.
struct Measured {
    model: Classifier,
    tally: Tally,
}

enum Original {
    Asked(Box<ReferenceRun>),
    Known(ReferenceLogits),
}

impl ModelComparison {
    /// Errors: those of running either model; [`crate::error::Error::BadModel`] where one is no classifier.
    pub fn new(original: &Graph, model: &Graph, pictures: Arc<Pictures>) -> Result<Self> {
        let asking = ReferenceRun::new(original, Arc::clone(&pictures))?;
        Self::of(Original::Asked(Box::new(asking)), model, pictures)
    }

    /// The same, against what the original said of the pictures before.
    pub fn against(
        answers: &ReferenceLogits,
        model: &Graph,
        pictures: Arc<Pictures>,
    ) -> Result<Self> {
        Self::of(Original::Known(answers.clone()), model, pictures)
    }

    fn of(original: Original, model: &Graph, pictures: Arc<Pictures>) -> Result<Self> {
        Ok(ModelComparison {
            original,
            model: Measured::new(model)?,
            before: None,
            pictures,
            done: 0,
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

    /// Shows the next picture; gives how many have been shown, and how many are to be.
    pub fn advance(&mut self) -> Result<(usize, usize)> {
        let (next, of) = (self.done, self.pictures.len());
        if next < of {
            let said = match &mut self.original {
                Original::Asked(asking) => {
                    asking.advance()?;
                    asking.last()
                }
                Original::Known(answers) => answers.of(next)?,
            };
            for measured in [&mut self.model].into_iter().chain(&mut self.before) {
                measured.take(&self.pictures, next, said)?;
            }
            self.done += 1;
        }
        Ok((self.done, of))
    }

    /// Shows all pictures that are left.
    pub fn run(&mut self) -> Result<ComparisonResult> {
        while self.done < self.pictures.len() {
            self.advance()?;
        }
        Ok(self.tested())
    }

    /// What the pictures that were shown tell. What was known of the original before is of all.
    pub fn tested(&self) -> ComparisonResult {
        ComparisonResult {
            original: match &self.original {
                Original::Asked(asking) => asking.quality(),
                Original::Known(answers) => answers.quality(),
            },
            quality: self.model.tally.quality(),
            before: self.before.as_ref().map(|before| before.tally.quality()),
        }
    }

    /// What the original said of the pictures that were shown, for the next model.
    pub fn answers(self) -> ReferenceLogits {
        match self.original {
            Original::Asked(asking) => asking.finish(),
            Original::Known(answers) => answers,
        }
    }
}

impl Measured {
    fn new(model: &Graph) -> Result<Self> {
        Ok(Measured {
            model: Classifier::new(model)?,
            tally: Tally::default(),
        })
    }

    /// Shows a picture of which the original said this.
    fn take(&mut self, pictures: &Pictures, index: usize, said: &[f32]) -> Result<()> {
        let own = self.model.logits(pictures, index)?;
        self.tally.take(&own, Some(said), pictures.label(index))
    }
}
