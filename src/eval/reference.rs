//! What an original says of a set of pictures, asked once: many models may be measured against it.

use super::classifier::Classifier;
use super::evaluator::Tally;
use super::metrics::Metrics;
use crate::data::Pictures;
use crate::error::{Error, Result};
use crate::graph::Graph;
use std::sync::Arc;

/// The original's answer on each picture, and how good it is on them itself.
#[derive(Debug, Clone)]
pub struct ReferenceLogits {
    said: Arc<[Vec<f32>]>,
    quality: Metrics,
}

impl ReferenceLogits {
    /// The original on these pictures.
    pub fn quality(&self) -> Metrics {
        self.quality
    }

    /// What the original says of a picture, a number for each class.
    ///
    /// Fails with [`Error::BadInput`] where it was not asked.
    pub fn of(&self, picture: usize) -> Result<&[f32]> {
        let said = self.said.get(picture).map(Vec::as_slice);
        said.ok_or_else(|| Error::BadInput(message!("error-no-reference")))
    }
}

/// An original that is being asked, a picture at a time: whoever drives it can show how far it is, and stop it.
pub struct ReferenceRun {
    original: Classifier,
    pictures: Arc<Pictures>,
    said: Vec<Vec<f32>>,
    tally: Tally,
}

impl ReferenceRun {
    /// Errors: those of running the original; [`Error::BadModel`] where it is no classifier.
    pub fn new(original: &Graph, pictures: Arc<Pictures>) -> Result<Self> {
        Ok(ReferenceRun {
            original: Classifier::new(original)?,
            said: Vec::with_capacity(pictures.len()),
            pictures,
            tally: Tally::default(),
        })
    }

    /// Shows the next picture; gives how many have been shown, and how many are to be.
    pub fn advance(&mut self) -> Result<(usize, usize)> {
        let (next, of) = (self.said.len(), self.pictures.len());
        if next < of {
            let said = self.original.logits(&self.pictures, next)?;
            self.tally
                .take(&said, Some(&said), self.pictures.label(next))?;
            self.said.push(said);
        }
        Ok((self.said.len(), of))
    }

    /// Takes what the same original said of all these pictures elsewhere, in place of asking.
    ///
    /// Errors: [`Error::BadInput`] where these are not as many answers as pictures; else those of [`ReferenceRun::advance`].
    pub fn take(&mut self, said: Vec<Vec<f32>>) -> Result<()> {
        if said.len() != self.pictures.len() {
            return Err(Error::BadInput(message!(
                "error-reference-count",
                pictures = self.pictures.len(),
                answers = said.len()
            )));
        }
        let mut tally = Tally::default();
        for (index, said) in said.iter().enumerate() {
            tally.take(said, Some(said), self.pictures.label(index))?;
        }
        (self.said, self.tally) = (said, tally);
        Ok(())
    }

    /// What the original said of the pictures that were shown.
    pub fn said(&self) -> &[Vec<f32>] {
        &self.said
    }

    /// What the original said of the picture that was shown last.
    pub fn last(&self) -> &[f32] {
        self.said.last().map_or(&[], Vec::as_slice)
    }

    /// The original on the pictures that were shown.
    pub fn quality(&self) -> Metrics {
        self.tally.quality()
    }

    /// Its answers on the pictures that were shown.
    pub fn answers(&self) -> ReferenceLogits {
        ReferenceLogits {
            quality: self.quality(),
            said: self.said.clone().into(),
        }
    }

    /// The same, where no more are to be shown.
    pub fn finish(self) -> ReferenceLogits {
        ReferenceLogits {
            quality: self.quality(),
            said: self.said.into(),
        }
    }
}
