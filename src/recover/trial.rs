//! An original and a model that was made of it on the same pictures, a picture at a time: whoever drives it can show how far
//! it is, and stop it.

use super::answers::{Answers, Asking};
use super::exam::{Quality, Tally};
use super::shown::Shown;
use crate::data::Pictures;
use crate::error::Result;
use crate::graph::Graph;
use serde::Serialize;
use std::sync::Arc;

/// The original and a model, measured on the same pictures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Tested {
    pub original: Quality,
    pub quality: Quality,
}

/// Both being measured; the original is asked once a picture, or not at all where its answers are known.
pub struct Trial {
    original: Original,
    model: Shown,
    pictures: Arc<Pictures>,
    done: usize,
    tally: Tally,
}

enum Original {
    Asked(Box<Asking>),
    Known(Answers),
}

impl Trial {
    /// Errors: those of running either model; [`crate::error::Error::BadModel`] where one is no classifier.
    pub fn new(original: &Graph, model: &Graph, pictures: Arc<Pictures>) -> Result<Self> {
        let asking = Asking::new(original, Arc::clone(&pictures))?;
        Self::of(Original::Asked(Box::new(asking)), model, pictures)
    }

    /// The same, against what the original said of the pictures before.
    pub fn against(answers: &Answers, model: &Graph, pictures: Arc<Pictures>) -> Result<Self> {
        Self::of(Original::Known(answers.clone()), model, pictures)
    }

    fn of(original: Original, model: &Graph, pictures: Arc<Pictures>) -> Result<Self> {
        Ok(Trial {
            original,
            model: Shown::new(model)?,
            pictures,
            done: 0,
            tally: Tally::default(),
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
            let own = self.model.logits(&self.pictures, next)?;
            self.tally
                .take(&own, Some(said), self.pictures.label(next))?;
            self.done += 1;
        }
        Ok((self.done, of))
    }

    /// Shows all pictures that are left.
    pub fn run(&mut self) -> Result<Tested> {
        while self.done < self.pictures.len() {
            self.advance()?;
        }
        Ok(self.tested())
    }

    /// What the pictures that were shown tell. What was known of the original before is of all.
    pub fn tested(&self) -> Tested {
        Tested {
            original: match &self.original {
                Original::Asked(asking) => asking.quality(),
                Original::Known(answers) => answers.quality(),
            },
            quality: self.tally.quality(),
        }
    }

    /// What the original said of the pictures that were shown, for the next model.
    pub fn answers(self) -> Answers {
        match self.original {
            Original::Asked(asking) => asking.finish(),
            Original::Known(answers) => answers,
        }
    }
}
