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

use super::allocate::{
    RankedBranches, RankedUnits, check_counted, check_names, choose_branches, choose_units,
    choose_weights,
};
use super::branches::{self, Branch};
use super::criteria::{Measured, branch_scores, find, is_measured, scorer, unit_scores};
use super::groups::{Groups, analyze};
use crate::cost::CostModel;
use crate::error::{Error, Result};
use crate::graph::{Graph, ValueId};
use crate::recipe::{Allocation, Granularity, Recipe, Reduction};
pub(super) use choice::Choice;
use items::{Items, channels_only, unprotected};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// An open model and its current cut.
#[derive(Clone)]
pub struct Session {
    graph: Graph,
    groups: Groups,
    file_bytes: u64,
    units: Option<(UnitsKey, RankedUnits)>,
    /// The branches that can be removed, once that was asked.
    branches: OnceLock<Vec<Branch>>,
    ranked_branches: Option<(UnitsKey, RankedBranches)>,
    items: Option<(ItemsKey, Items)>,
    current: Option<(Recipe, Choice)>,
    /// What pictures told of the model last.
    measured: Option<Measured>,
    /// How many elements of each stored tensor are not zero, once that was asked.
    nonzeros: OnceLock<BTreeMap<ValueId, u64>>,
}

/// What the order of units, or of branches, depends on.
#[derive(Clone, PartialEq)]
struct UnitsKey {
    criterion: String,
    seed: u32,
    reduction: Reduction,
}

impl UnitsKey {
    fn of(recipe: &Recipe) -> Self {
        UnitsKey {
            criterion: recipe.criterion.clone(),
            seed: recipe.seed,
            reduction: recipe.reduction,
        }
    }
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
            branches: OnceLock::new(),
            ranked_branches: None,
            items: None,
            current: None,
            measured: None,
            nonzeros: OnceLock::new(),
        })
    }

    /// What the model costs. Its zeros are counted once, not at every step of the slider.
    fn costs(&self) -> CostModel<'_> {
        let count = || CostModel::new(&self.graph).into_nonzeros();
        let nonzeros = self.nonzeros.get_or_init(count).clone();
        CostModel::new(&self.graph).with_nonzeros(nonzeros)
    }

    /// The model as it was opened.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Its channel groups.
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// The branches that can be removed, in the order in which they end.
    pub fn branches(&self) -> &[Branch] {
        self.branches.get_or_init(|| branches::find(&self.graph))
    }

    /// The length of the file that was opened, in bytes.
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
        self.ranked_branches = self
            .ranked_branches
            .take()
            .filter(|(k, _)| !is_measured(&k.criterion));
        self.items = self
            .items
            .take()
            .filter(|(k, _)| !is_measured(&k.criterion));
        self.measured = Some(measured);
        Ok(())
    }

    /// Lets go of the current cut, and of the order in which weights would go.
    pub(super) fn forget_cut(&mut self) {
        self.current = None;
        self.items = None;
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
        let judges_channels = find(&recipe.criterion)?.info.channels;
        recipe.check()?;
        if !judges_channels && recipe.granularity != Granularity::Branch {
            return Err(Error::BadRecipe(message!(
                "error-criterion-branches",
                criterion = recipe.criterion
            )));
        }
        let branches = match recipe.granularity {
            Granularity::Branch => self.branches(),
            _ => &[],
        };
        check_names(recipe, &CostModel::new(&self.graph), branches)?;
        check_counted(recipe, &self.graph)?;
        let choice = match recipe.granularity {
            Granularity::Channel => self.choose_channels(recipe)?,
            Granularity::Branch => self.choose_branches(recipe)?,
            _ => self.choose_weights(recipe)?,
        };
        self.current = Some((recipe.whole(), choice));
        Ok(())
    }

    fn choose_channels(&mut self, recipe: &Recipe) -> Result<Choice> {
        if self.groups.units.is_empty() {
            return Err(Error::BadRecipe(message!(
                "error-no-channels",
                layers = self.groups.layers.len()
            )));
        }
        let key = UnitsKey::of(recipe);
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

    fn choose_branches(&mut self, recipe: &Recipe) -> Result<Choice> {
        if self.branches().is_empty() {
            return Err(Error::BadRecipe(message!("error-no-branches")));
        }
        let key = UnitsKey::of(recipe);
        let known = self.ranked_branches.as_ref();
        if recipe.allocation != Allocation::Manual && known.is_none_or(|(known, _)| *known != key) {
            let scorer = scorer(&recipe.criterion, recipe.seed, self.measured.as_ref())?;
            let scores = branch_scores(
                &self.graph,
                &self.groups,
                self.branches(),
                &*scorer,
                recipe.reduction,
            )?;
            self.ranked_branches = Some((key, RankedBranches::new(scores)));
        }
        let ranked = self.ranked_branches.as_ref().map(|(_, ranked)| ranked);
        let (branches, bytes) = (self.branches(), self.file_bytes);
        choose_branches(&self.graph, branches, ranked, recipe, bytes).map(Choice::Branches)
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
