//! What a model consists of and what of it can be cut, for people and for scripts.

use super::branches::find;
use super::cut::{KeptRow, kept_rows};
use super::groups::Groups;
use crate::cost::{CostModel, LayerCost, Lengths, Totals, Uncounted, uncounted, uncounted_warning};
use crate::error::UnsupportedOperator;
use crate::graph::{Graph, ValueId};
use crate::message::Message;
use serde::Serialize;
use std::collections::BTreeMap;

/// An opened model.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ModelInfo {
    /// The graph's name.
    pub name: String,
    /// The version of the default operator set.
    pub opset: i64,
    /// The program that wrote the file.
    pub producer: String,
    pub inputs: Vec<TensorInfo>,
    pub outputs: Vec<TensorInfo>,
    /// Whether the first output holds probabilities, being a softmax's; else it holds logits.
    pub probabilities: bool,
    pub totals: Totals,
    /// What the multiply-adds leave out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uncounted: Vec<Uncounted>,
    /// In the order in which they run.
    pub layers: Vec<LayerInfo>,
    pub groups: Vec<GroupInfo>,
    /// Branches that can be removed whole, in the order in which they end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub branches: Vec<BranchInfo>,
    /// Channels that can't be cut, and why.
    pub kept: Vec<KeptRow>,
    /// Operators that are not known: the axes they touch stay, and running needs another engine.
    pub unsupported: Vec<UnsupportedOperator>,
    pub warnings: Vec<Message>,
}

/// An input or output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct TensorInfo {
    pub name: String,
    /// Its element type.
    pub dtype: String,
    /// Each dimension as a number, or as the name of an axis that stays open.
    pub shape: Vec<String>,
}

/// A layer: what it costs, and how its output channels hang together.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct LayerInfo {
    /// Its place among the layers.
    pub id: usize,
    #[serde(flatten)]
    pub cost: LayerCost,
    /// The first group that its output channels belong to.
    pub group: Option<usize>,
    /// Why output channels of it can't be cut.
    pub kept: Option<Message>,
}

/// Channels that go together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct GroupInfo {
    pub id: usize,
    /// How many of them, at most, can go one by one.
    pub channels: usize,
    /// The layers that lose output channels.
    pub layers: Vec<usize>,
}

/// A branch that can be removed whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct BranchInfo {
    /// As recipes write it.
    pub name: String,
    /// The layers that go with it.
    pub layers: Vec<usize>,
    /// The multiply-adds of one sample that are saved without it.
    pub macs: u64,
}

impl ModelInfo {
    /// Of a model as `onnx::open` gives it, with its warnings; its file has `file_bytes` bytes.
    pub fn new(
        graph: &Graph,
        groups: &Groups,
        file_bytes: u64,
        mut warnings: Vec<Message>,
    ) -> Self {
        let uncounted = uncounted(graph);
        warnings.extend(uncounted_warning(&uncounted));
        let costs = CostModel::new(graph);
        let own = Lengths::new();
        let rows = costs.rows().iter().enumerate();
        let place: BTreeMap<usize, usize> = rows.map(|(id, row)| (row.node, id)).collect();
        let groups_of_layers: Vec<GroupInfo> = groups
            .groups
            .iter()
            .map(|group| {
                let makers = group.producers.iter();
                let mut layers: Vec<usize> = makers
                    .filter_map(|role| place.get(&role.node).copied())
                    .collect();
                layers.dedup();
                GroupInfo {
                    id: group.id,
                    channels: group.units.len(),
                    layers,
                }
            })
            .collect();
        let reason = |node: usize| groups.kept().iter().find(|kept| kept.node == node);
        let layers = costs.layers(&own).into_iter().zip(costs.rows());
        let layers = layers
            .enumerate()
            .map(|(id, (cost, row))| LayerInfo {
                id,
                cost,
                group: groups_of_layers
                    .iter()
                    .find(|group| group.layers.contains(&id))
                    .map(|group| group.id),
                kept: reason(row.node).map(|kept| kept.reason.clone()),
            })
            .collect();
        let branches = find(graph).into_iter().map(|branch| BranchInfo {
            macs: branch.macs(&costs, &own),
            layers: branch
                .nodes
                .iter()
                .filter_map(|node| place.get(node).copied())
                .collect(),
            name: branch.name,
        });
        let tensors = |ids: &[ValueId]| ids.iter().map(|&id| tensor(graph, id)).collect();
        ModelInfo {
            name: graph.name.clone(),
            opset: graph.opset(),
            producer: format!("{} {}", graph.producer_name, graph.producer_version)
                .trim()
                .into(),
            inputs: tensors(&graph.inputs),
            outputs: tensors(&graph.outputs),
            probabilities: graph.last_softmax().is_some(),
            totals: costs.totals(&own, file_bytes),
            uncounted,
            layers,
            groups: groups_of_layers,
            branches: branches.collect(),
            kept: kept_rows(groups),
            unsupported: graph.unsupported(),
            warnings,
        }
    }
}

fn tensor(graph: &Graph, id: ValueId) -> TensorInfo {
    let value = graph.value(id);
    let ty = value.ty.as_ref();
    let dims = ty.iter().flat_map(|ty| &ty.shape);
    TensorInfo {
        name: value.name.clone(),
        dtype: ty.map_or("unknown", |ty| ty.dtype.name()).into(),
        shape: dims.map(ToString::to_string).collect(),
    }
}
