//! Asks every node's operator for its rule, and adds what holds for any model.

use crate::graph::{Graph, Node, ValueId};
use crate::message::Message;
use crate::ops;
use crate::ops::coupling::{Axis, Freeze, Link, Product, Rule, Weights};
use crate::tensor::Tensor;
use std::collections::BTreeMap;

/// What the rules of all nodes come to, each thing with the place of its node.
#[derive(Default)]
pub struct Rules {
    pub links: Vec<(usize, Link)>,
    pub products: Vec<(usize, Product)>,
    pub layers: Vec<(usize, Weights)>,
    pub scales: Vec<Axis>,
    /// Axes that a product of two computed tensors sums over.
    pub sums: Vec<(usize, Axis)>,
    /// Frozen axes, by the number of the reason. Of several reasons the first counts.
    pub frozen: BTreeMap<Axis, u32>,
    pub reasons: Vec<Message>,
}

impl Rules {
    /// Freezes axes, each for its reason unless it has one already.
    pub fn freeze(&mut self, freezes: Vec<Freeze>) {
        for Freeze { axis, why } in freezes {
            if self.reasons.last() != Some(&why) {
                self.reasons.push(why);
            }
            let reason = self.reasons.len() as u32 - 1;
            self.frozen.entry(axis).or_insert(reason);
        }
    }
}

/// The rules of all nodes, after those of the model's inputs and outputs.
pub fn collect_rules(graph: &Graph) -> Rules {
    let mut rules = Rules::default();
    rules.freeze(ends(graph));
    rules.freeze(opaque(graph));
    for (at, node) in graph.nodes.iter().enumerate() {
        let mut rule = Rule::new(graph, node);
        apply(&mut rule);
        rules.freeze(rule.freezes);
        rules.links.extend(rule.links.into_iter().map(|x| (at, x)));
        rules
            .products
            .extend(rule.products.into_iter().map(|x| (at, x)));
        rules
            .layers
            .extend(rule.weights.into_iter().map(|x| (at, x)));
        rules.scales.extend(rule.scales);
        rules.sums.extend(rule.sums.into_iter().map(|x| (at, x)));
    }
    rules
}

/// Inputs and outputs of the model keep their shapes.
fn ends(graph: &Graph) -> Vec<Freeze> {
    let mut freezes = Vec::new();
    let ends = graph.outputs.iter().map(|&v| (v, true));
    for (value, is_output) in ends.chain(graph.inputs.iter().map(|&v| (v, false))) {
        let name = &graph.value(value).name;
        let why = match is_output {
            true => message!("reason-frozen-model-output", name = name),
            false => message!("reason-frozen-model-input", name = name),
        };
        let rank = graph.value(value).ty.as_ref().map_or(0, |t| t.rank());
        freezes.extend((0..rank).map(|axis| Freeze {
            axis: Axis { value, axis },
            why: why.clone(),
        }));
    }
    freezes
}

/// Stored tensors of element types that can't be sliced.
fn opaque(graph: &Graph) -> Vec<Freeze> {
    let mut freezes = Vec::new();
    for (at, value) in graph.values.iter().enumerate() {
        if let Some(Tensor::Opaque(tensor)) = value.constant.as_deref() {
            let why = message!("reason-frozen-element-type", name = value.name);
            let value = ValueId(at as u32);
            freezes.extend((0..tensor.shape.len()).map(|axis| Freeze {
                axis: Axis { value, axis },
                why: why.clone(),
            }));
        }
    }
    freezes
}

/// The rule of one node, or why its axes are frozen.
fn apply(rule: &mut Rule<'_>) {
    let (graph, node) = (rule.graph, rule.node);
    let label = graph.node_label(node);
    let opset = graph.opsets.get(&node.domain).copied().unwrap_or(0);
    match ops::operator(node, opset) {
        Ok(Some(operator)) => match untyped(graph, node) {
            None => operator.couple(rule),
            Some(name) => rule.freeze_all(&message!(
                "reason-frozen-unknown-shape",
                node = label,
                operator = node.op_type,
                name = name
            )),
        },
        Ok(None) => rule.freeze_all(&message!(
            "reason-frozen-unsupported",
            node = label,
            operator = node.operator_name(),
            opset = opset
        )),
        Err(why) => rule.freeze_all(&message!(
            "reason-frozen-node",
            node = label,
            operator = node.op_type,
            reason = why
        )),
    }
    for &captured in &node.captures {
        let name = &graph.value(captured).name;
        let why = message!("reason-frozen-subgraph", node = label, name = name);
        rule.freeze_value(captured, &why);
    }
}

/// The name of a tensor of the node whose shape is not known.
fn untyped<'g>(graph: &'g Graph, node: &Node) -> Option<&'g str> {
    let values = node.inputs.iter().chain(&node.outputs).flatten();
    let mut untyped = values.filter(|&&v| graph.value(v).ty.is_none());
    untyped.next().map(|&v| graph.value(v).name.as_str())
}
