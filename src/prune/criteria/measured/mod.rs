//! Saliency that pictures tell. What the pictures say of a model is measured once, picture by picture
//! ([`Measuring`]); what comes out ([`Measured`]) is a criterion like any other. A data-aware criterion is one file behind
//! [`Accumulator`](accumulator::Accumulator); to add one, add the file and its line in the list below.

mod accumulator;
mod bypassing;
mod gradient_times_weight;
mod measuring;
mod probe;

pub(super) use accumulator::{Accumulator, Begin, Saliency};
pub(super) use bypassing::BeginBranches;
pub use measuring::Measuring;

use super::{CriterionInfo, Layer, Scorer, find, reduced};
use crate::error::{Error, Result};
use crate::graph::{Graph, ValueId};
use crate::prune::branches;
use crate::prune::groups::Groups;
use crate::recipe::Reduction;
use serde::{Deserialize, Serialize};

// The criteria that look at pictures, in the order in which they are listed.
criteria! {
    BY_PICTURES:
    wanda,
    taylor,
    fisher,
    apoz,
    snip,
    movement,
    divergence,
}

/// What the loss behind a score was taken against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Against {
    /// The pictures' labels.
    Labels,
    /// The model's own first choice, since the pictures have no labels.
    FirstChoice,
    /// Nothing: the criterion looks at activations only.
    Nothing,
}

/// On what scores were measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct MeasuredOn {
    /// The criterion's name.
    pub criterion: String,
    pub pictures: usize,
    pub against: Against,
    /// Whether none could be kept apart, since there are too few: what is measured on these pictures later flatters the cut.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub none_apart: bool,
}

/// What a criterion found out about a model on pictures: its scores, by look-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    pub on: MeasuredOn,
    /// None where the criterion judges whole branches only.
    pub layers: Vec<LayerScores>,
    /// None where the scores of branches follow from those of their layers.
    pub branches: Vec<BranchScore>,
}

/// The score of a branch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct BranchScore {
    /// The branch's name.
    pub branch: String,
    pub score: f32,
}

/// The scores of one weight tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerScores {
    /// The tensor's name.
    pub tensor: String,
    /// The axis of its output channels.
    pub axis: usize,
    /// By weight, in the tensor's order; `None` where the criterion judges whole channels only.
    pub weights: Option<Vec<f32>>,
    /// By slice along the axis.
    pub slices: Vec<f32>,
}

impl Measured {
    /// Fails with [`Error::BadInput`] where the scores are those of another model.
    pub fn check_fits(&self, graph: &Graph, groups: &Groups) -> Result<()> {
        if !find(&self.on.criterion)?.info.channels {
            return self.check_branches(graph);
        }
        for (node, weights) in &groups.layers {
            let Some(layer) = Layer::new(graph, *node, weights) else {
                continue;
            };
            let found = self.find(graph, layer.tensor, layer.axis);
            let fits = found.is_some_and(|scores| {
                let all = scores.weights.as_ref();
                scores.slices.len() == layer.channels()
                    && all.is_none_or(|all| all.len() == layer.weights.len())
            });
            if !fits {
                return Err(Error::BadInput(message!(
                    "error-scores-of-another",
                    criterion = self.on.criterion,
                    layer = graph.node_label(&graph.nodes[*node])
                )));
            }
        }
        Ok(())
    }

    fn check_branches(&self, graph: &Graph) -> Result<()> {
        let branches = branches::find(graph);
        let mut names = branches.iter().map(|branch| &branch.name);
        match names.find(|name| self.branch(name).is_none()) {
            None => Ok(()),
            Some(name) => Err(Error::BadInput(message!(
                "error-scores-of-another",
                criterion = self.on.criterion,
                layer = name
            ))),
        }
    }

    fn branch(&self, name: &str) -> Option<f32> {
        let mut branches = self.branches.iter();
        let found = branches.find(|scored| scored.branch == name)?;
        Some(found.score)
    }

    /// The criterion that it was measured for, judging by what came out.
    pub(super) fn by(&self, info: &'static CriterionInfo) -> Box<dyn Scorer + '_> {
        Box::new(Lookup {
            info,
            measured: self,
        })
    }

    fn find(&self, graph: &Graph, tensor: ValueId, axis: usize) -> Option<&LayerScores> {
        let name = &graph.value(tensor).name;
        let mut layers = self.layers.iter();
        layers.find(|scores| scores.tensor == *name && scores.axis == axis)
    }
}

/// What was measured, as the criterion that it was measured for.
struct Lookup<'m> {
    info: &'static CriterionInfo,
    measured: &'m Measured,
}

impl Scorer for Lookup<'_> {
    fn info(&self) -> &'static CriterionInfo {
        self.info
    }

    fn weights(&self, layer: &Layer<'_>) -> Option<Vec<f32>> {
        let scores = self.measured.find(layer.graph, layer.tensor, layer.axis)?;
        scores.weights.clone()
    }

    fn slices(&self, layer: &Layer<'_>) -> Option<Vec<f32>> {
        let scores = self.measured.find(layer.graph, layer.tensor, layer.axis)?;
        Some(scores.slices.clone())
    }

    fn branch(&self, name: &str, layers: &[Layer<'_>], reduction: Reduction) -> Option<f32> {
        let own = self.measured.branch(name);
        own.or_else(|| reduced(self, layers, reduction))
    }
}
