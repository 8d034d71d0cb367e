//! One open model and the cut that is being made on it. What is costly is kept: scores and their order stay until the
//! criterion changes, so that a slider can move over them.

mod choice;
mod heatmap;
mod histogram;
mod items;
mod parts;
mod preview;
mod scores;
mod warnings;

pub use heatmap::{Heatmap, Window};
pub use histogram::Histogram;
pub use preview::{LayerCut, Preview};
pub use scores::ScoreBars;

use super::allocate::{RankedUnits, check_counted, check_names, choose_units, choose_weights};
use super::criteria::{Measured, find, is_measured, scorer, unit_scores};
use super::groups::{Groups, analyze};
use crate::cost::CostModel;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::recipe::{Granularity, Recipe, Reduction};
pub(super) use choice::Choice;
use items::{Items, channels_only, unprotected};

/// An open model and its current cut.
#[derive(Clone)]
pub struct Session {
    graph: Graph,
    groups: Groups,
    file_bytes: u64,
    units: Option<(UnitsKey, RankedUnits)>,
    items: Option<(ItemsKey, Items)>,
    current: Option<(Recipe, Choice)>,
    /// What pictures told of the model last.
    measured: Option<Measured>,
}

/// What the order of units depends on.
#[derive(Clone, PartialEq)]
struct UnitsKey {
    criterion: String,
    seed: u32,
    reduction: Reduction,
}

/// What the order of weights or blocks depends on.
#[derive(Clone, PartialEq)]
struct ItemsKey {
    criterion: String,
    seed: u32,
    granularity: Granularity,
    block: Option<[usize; 2]>,
    /// Where there are blocks.
    reduction: Option<Reduction>,
}

impl Session {
    /// A session on a model as `onnx::open` gives it; its file has `file_bytes` bytes.
    pub fn new(graph: Graph, file_bytes: u64) -> Result<Self> {
        Ok(Session {
            groups: analyze(&graph)?,
            graph,
            file_bytes,
            units: None,
            items: None,
            current: None,
            measured: None,
        })
    }

    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    pub fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// What pictures told of the model last.
    pub fn measured(&self) -> Option<&Measured> {
        self.measured.as_ref()
    }

    /// Takes in what pictures told of the model, in place of what they told before. A cut that went by that is no longer
    /// there: it has to be chosen again.
    ///
    /// Fails with [`Error::BadInput`] where the scores are of another model; the old ones then stay.
    pub fn take_scores(&mut self, measured: Measured) -> Result<()> {
        measured.check_fits(&self.graph, &self.groups)?;
        let went = |recipe: &Recipe| is_measured(&recipe.criterion);
        self.current = self.current.take().filter(|(recipe, _)| !went(recipe));
        self.units = self
            .units
            .take()
            .filter(|(k, _)| !is_measured(&k.criterion));
        self.items = self
            .items
            .take()
            .filter(|(k, _)| !is_measured(&k.criterion));
        self.measured = Some(measured);
        Ok(())
    }

    /// The recipe and choice of the current cut.
    pub(super) fn current(&self) -> Result<(&Recipe, &Choice)> {
        match &self.current {
            Some((recipe, choice)) => Ok((recipe, choice)),
            None => Err(Error::BadRecipe(message!("error-no-cut"))),
        }
    }

    /// Makes a recipe the current cut. On an error the cut before it stays.
    pub fn choose(&mut self, recipe: &Recipe) -> Result<()> {
        find(&recipe.criterion)?;
        recipe.check()?;
        check_names(recipe, &CostModel::new(&self.graph))?;
        check_counted(recipe, &self.graph)?;
        let choice = match recipe.granularity {
            Granularity::Channel => self.choose_channels(recipe)?,
            _ => self.choose_weights(recipe)?,
        };
        self.current = Some((recipe.whole(), choice));
        Ok(())
    }

    fn choose_channels(&mut self, recipe: &Recipe) -> Result<Choice> {
        if self.groups.units.is_empty() {
            return Err(Error::BadRecipe(message!("error-no-channels")));
        }
        let key = UnitsKey {
            criterion: recipe.criterion.clone(),
            seed: recipe.seed,
            reduction: recipe.reduction,
        };
        if self.units.as_ref().is_none_or(|(known, _)| *known != key) {
            let scorer = scorer(&recipe.criterion, recipe.seed, self.measured.as_ref())?;
            let scores = unit_scores(&self.graph, &self.groups, &*scorer, recipe.reduction)?;
            self.units = Some((key, RankedUnits::new(&self.graph, &self.groups, scores)));
        }
        let (_, ranked) = self.units.as_ref().expect("ranked above");
        let removed = choose_units(
            &self.graph,
            &self.groups,
            ranked,
            &CostModel::new(&self.graph),
            recipe,
            self.file_bytes,
        )?;
        Ok(Choice::Units(removed))
    }

    fn choose_weights(&mut self, recipe: &Recipe) -> Result<Choice> {
        let key = ItemsKey {
            criterion: recipe.criterion.clone(),
            seed: recipe.seed,
            granularity: recipe.granularity,
            block: recipe.block,
            reduction: recipe.block.map(|_| recipe.reduction),
        };
        if self.items.as_ref().is_none_or(|(known, _)| *known != key) {
            let scorer = scorer(&recipe.criterion, recipe.seed, self.measured.as_ref())?;
            if !scorer.info().weights {
                return Err(channels_only(recipe));
            }
            // The old order goes first: two might not fit beside a large model.
            self.items = None;
            self.items = Some((
                key,
                Items::new(&self.graph, &self.groups, &*scorer, recipe)?,
            ));
        }
        match &self.items.as_ref().expect("ranked above").1 {
            Items::Ranked(ranked) => {
                let counts = choose_weights(ranked, &CostModel::new(&self.graph), recipe)?;
                Ok(Choice::Items(counts))
            }
            Items::Pattern(masks) => Ok(Choice::Pattern(unprotected(masks, &self.graph, recipe))),
        }
    }
}
