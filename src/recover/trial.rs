//! An original and a model that was made of it on the same pictures, a picture at a time: whoever drives it can show how far
//! it is, and stop it.

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

/// Both being measured; the original is asked once a picture.
pub struct Trial {
    original: Shown,
    model: Shown,
    pictures: Arc<Pictures>,
    done: usize,
    of_original: Tally,
    of_model: Tally,
}

impl Trial {
    /// Errors: those of running either model; [`crate::error::Error::BadModel`] where one is no classifier.
    pub fn new(original: &Graph, model: &Graph, pictures: Arc<Pictures>) -> Result<Self> {
        Ok(Trial {
            original: Shown::new(original)?,
            model: Shown::new(model)?,
            pictures,
            done: 0,
            of_original: Tally::default(),
            of_model: Tally::default(),
        })
    }

    /// Shows the next picture; gives how many have been shown, and how many are to be.
    pub fn advance(&mut self) -> Result<(usize, usize)> {
        let pictures = &*self.pictures;
        if self.done < pictures.len() {
            let label = pictures.labels().map(|labels| labels[self.done]);
            let said = self.original.logits(pictures, self.done)?;
            let own = self.model.logits(pictures, self.done)?;
            self.of_original.take(&said, Some(&said), label)?;
            self.of_model.take(&own, Some(&said), label)?;
            self.done += 1;
        }
        Ok((self.done, pictures.len()))
    }

    /// What the pictures that were shown tell.
    pub fn tested(&self) -> Tested {
        Tested {
            original: self.of_original.quality(),
            quality: self.of_model.quality(),
        }
    }
}
