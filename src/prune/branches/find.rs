//! Finding a model's branches.

use super::needed::Needed;
use super::{Branch, Bypasses};
use crate::cost::{CostModel, Lengths};
use crate::graph::{Graph, Node, ValueId};
use std::collections::BTreeSet;

/// The branches of a model whose shapes are known and whose nodes are in order, in the order in which they end. Of a node that could
/// go by several of its inputs, the branch is the one that saves the most multiply-adds.
pub fn find(graph: &Graph) -> Vec<Branch> {
    let costs = CostModel::new(graph);
    let own = Lengths::new();
    let search = Search {
        graph,
        whole: Needed::without(graph, []),
        layers: costs.rows().iter().map(|row| row.node).collect(),
        fixed: fixed(graph),
    };
    let mut names = BTreeSet::new();
    let mut branches = Vec::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        // Of equal ones the first input's: `max_by_key` takes the last.
        let ends = (0..node.inputs.len()).rev();
        let ends = ends.filter_map(|carried| search.branch(at, carried));
        let Some(mut branch) = ends.max_by_key(|branch| branch.macs(&costs, &own)) else {
            continue;
        };
        // Files may give several nodes one name; no two values have the same.
        if !names.insert(branch.name.clone()) {
            branch.name = output_name(graph, node);
            names.insert(branch.name.clone());
        }
        branches.push(branch);
    }
    branches
}

struct Search<'g> {
    graph: &'g Graph,
    whole: Needed,
    /// The places of nodes that multiply by a stored matrix.
    layers: BTreeSet<usize>,
    /// Values that nothing else can stand in for.
    fixed: BTreeSet<ValueId>,
}

impl Search<'_> {
    /// The branch that is left out where this input of a node takes the place of its output. `None` where the input is another tensor
    /// than the output, or no layer could be left out.
    fn branch(&self, at: usize, carried: usize) -> Option<Branch> {
        let graph = self.graph;
        let node = &graph.nodes[at];
        let (output, instead) = (node.output(0)?, node.input(carried)?);
        let neutral = graph.described(node)?.neutral(carried)?;
        let is_float = |id| {
            let ty = graph.value(id).ty.as_ref();
            ty.is_some_and(|ty| ty.dtype.is_float())
        };
        let is_used = self.whole.nodes[at] && !self.fixed.contains(&output);
        if !is_used || !is_float(output) || !is_alike(graph, output, instead) {
            return None;
        }
        let bypasses = Bypasses([(output, instead)].into());
        let rest = Needed::behind(graph, &bypasses);
        let reads_all = graph.inputs.iter().all(|id| {
            let at = id.0 as usize;
            rest.values[at] || !self.whole.values[at]
        });
        let nodes: Vec<usize> = (0..graph.nodes.len())
            .filter(|&n| self.whole.nodes[n] && !rest.nodes[n])
            .collect();
        let has_layer = nodes.iter().any(|node| self.layers.contains(node));
        (reads_all && has_layer).then(|| Branch {
            name: graph.node_label(node),
            node: at,
            carried,
            neutral,
            nodes,
        })
    }
}

/// Outputs, which keep their names, and what sub-graphs read by name.
fn fixed(graph: &Graph) -> BTreeSet<ValueId> {
    let captures = graph.nodes.iter().flat_map(|node| &node.captures);
    graph.outputs.iter().chain(captures).copied().collect()
}

/// Whether a computed value can stand in for another at all sizes.
fn is_alike(graph: &Graph, value: ValueId, instead: ValueId) -> bool {
    let (value, instead) = (graph.value(value), graph.value(instead));
    let same = value.ty.is_some() && value.ty == instead.ty && value.stated == instead.stated;
    same && instead.constant.is_none()
}

fn output_name(graph: &Graph, node: &Node) -> String {
    let output = node.output(0);
    output.map_or_else(String::new, |id| graph.value(id).name.clone())
}
