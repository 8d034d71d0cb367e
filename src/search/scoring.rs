//! What pictures tell of a search's best model: measured a picture at a time, and kept while that model is the best.

use super::cut_scores::begin;
use crate::data::Pictures;
use crate::error::Result;
use crate::graph::Graph;
use crate::prune::criteria::Measured;
use crate::prune::criteria::measured::Measuring;
use crate::recipe::Recipe;
use crate::recover::Advance;

#[derive(Default)]
pub(super) enum Scoring {
    /// Nothing yet, or nothing that the recipe's criterion would need.
    #[default]
    Unknown,
    UnderWay(Box<Measuring>),
    Known(Box<Measured>),
}

impl Scoring {
    /// Shows the next picture to the model; `None` where the recipe's criterion needs no more.
    pub fn advance(
        &mut self,
        graph: &Graph,
        recipe: &Recipe,
        pictures: &Pictures,
    ) -> Result<Option<Advance>> {
        let mut measuring = match std::mem::take(self) {
            Scoring::Known(measured) => {
                *self = Scoring::Known(measured);
                return Ok(None);
            }
            Scoring::UnderWay(measuring) => measuring,
            Scoring::Unknown => match begin(graph, recipe, pictures)? {
                Some(measuring) => Box::new(measuring),
                None => return Ok(None),
            },
        };
        let (done, of) = measuring.advance()?;
        *self = match done < of {
            true => Scoring::UnderWay(measuring),
            false => Scoring::Known(Box::new(measuring.finish()?)),
        };
        Ok(Some((done, of).into()))
    }

    pub fn measured(&self) -> Option<Measured> {
        match self {
            Scoring::Known(measured) => Some((**measured).clone()),
            _ => None,
        }
    }
}
