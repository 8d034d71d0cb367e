//! `If`, `Loop` and `Scan` whose course is known: the nodes of their sub-graphs take their place.

use super::budget::Budget;
use super::subgraph::{Body, Replacement};
use crate::Result;
use crate::graph::{Attribute, Graph, Node, TensorType, ValueId};
use crate::onnx::format::attribute::encode;
use crate::onnx::names::{Names, short};
use crate::onnx::read::Reader;
use crate::ops::graph::shapes::infer;
use crate::tensor::{DType, Tensor};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The operators that have sub-graphs.
pub const OPERATORS: [&str; 3] = ["If", "Loop", "Scan"];

/// Replaces each node whose course is known, and says whether there was one.
///
/// Fails where a sub-graph reads what nothing gives.
pub fn inline(graph: &mut Graph, budget: &mut Budget) -> Result<bool> {
    let is_control =
        |node: &Node| node.domain.is_empty() && OPERATORS.contains(&node.op_type.as_str());
    if !graph.nodes.iter().any(is_control) {
        return Ok(false);
    }
    let mut names = Names::of(graph);
    let mut replacements: BTreeMap<usize, Replacement> = BTreeMap::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        let mut course = Course {
            graph,
            node,
            names: &mut names,
            budget,
            made: Replacement::default(),
        };
        let resolved = match node.op_type.as_str() {
            _ if !is_control(node) => None,
            "If" => course.branch(),
            "Loop" => course.unroll_loop(),
            _ => course.unroll_scan(),
        };
        if resolved.is_some() {
            let made = course.made;
            replacements.insert(at, made);
        }
    }
    if replacements.is_empty() {
        return Ok(false);
    }
    let mut at = 0..;
    graph
        .nodes
        .retain(|_| at.next().is_some_and(|at| !replacements.contains_key(&at)));
    let mut reader = Reader::new(std::mem::take(graph));
    for replacement in replacements.into_values() {
        reader.stored(replacement.initializers)?;
        reader.sparse(replacement.sparse_initializers)?;
        for (name, tensor) in replacement.tensors {
            let id = reader.give(&name, &message!("part-stored-tensor"))?;
            reader.describe(id, Some(TensorType::of(&tensor)), Some(Arc::new(tensor)));
        }
        for node in replacement.nodes {
            reader.decoded_node(node)?;
        }
    }
    *graph = reader.finish()?;
    Ok(true)
}

/// One node, and what is made in its place.
struct Course<'a> {
    graph: &'a Graph,
    node: &'a Node,
    names: &'a mut Names,
    budget: &'a mut Budget,
    made: Replacement,
}

impl Course<'_> {
    /// The branch that a known condition chooses.
    fn branch(&mut self) -> Option<()> {
        let condition = self.number(0)?;
        let chosen = if condition != 0 {
            "then_branch"
        } else {
            "else_branch"
        };
        let body = Body::of(self.node, chosen)?;
        self.pay(&body, 1)?;
        let stored = self.made.store(&body, self.names)?;
        let label = self.label();
        let outputs = self.made.paste(&body, &stored, &label, self.names)?;
        for (at, name) in outputs.iter().enumerate() {
            self.hand_on(name, at);
        }
        Some(())
    }

    /// Each iteration of a loop, one after the other.
    fn unroll_loop(&mut self) -> Option<()> {
        let body = Body::of(self.node, "body")?;
        let carried = self.node.inputs.len().checked_sub(2)?;
        if body.inputs.len() != carried + 2 || body.outputs.len() < carried + 1 {
            return None;
        }
        let count = self.iterations(&body)?;
        self.pay(&body, count)?;
        let stored = self.made.store(&body, self.names)?;
        let label = self.label();
        let go_on = Tensor::from_i64(&[], vec![1]).cast(DType::Bool)?;
        let go_on = self
            .made
            .constant(&format!("{label}/condition"), go_on, self.names);
        let mut values: Vec<String> = (2..carried + 2)
            .map(|at| self.input_name(at))
            .collect::<Option<_>>()?;
        let mut scanned = vec![Vec::new(); body.outputs.len() - carried - 1];
        for step in 0..count {
            let prefix = format!("{label}/{step}");
            let number = Tensor::from_i64(&[], vec![step as i64]);
            let number = self
                .made
                .constant(&format!("{prefix}/iteration"), number, self.names);
            let given = [number, go_on.clone()].into_iter().chain(values);
            let mut known = stored.clone();
            known.extend(body.inputs.iter().cloned().zip(given));
            let outputs = self.made.paste(&body, &known, &prefix, self.names)?;
            values = outputs[1..=carried].to_vec();
            for (list, name) in scanned.iter_mut().zip(&outputs[carried + 1..]) {
                list.push(name.clone());
            }
        }
        for (at, name) in values.iter().enumerate() {
            self.hand_on(name, at);
        }
        for (at, elements) in scanned.iter().enumerate() {
            self.stack(elements, 0, carried + at)?;
        }
        Some(())
    }

    /// Each step of a scan over sequences of a known length, one after the other.
    fn unroll_scan(&mut self) -> Option<()> {
        let node = self.node;
        let body = Body::of(node, "body")?;
        let scanned = usize::try_from(node.int("num_scan_inputs")?).ok()?;
        let carried = node.inputs.len().checked_sub(scanned)?;
        let outputs = body.outputs.len().checked_sub(carried)?;
        if self.graph.opset() < 9 || body.inputs.len() != node.inputs.len() || scanned == 0 {
            return None;
        }
        let list = |name: &str, count: usize| match node.ints(name) {
            Some(list) => (list.len() == count).then(|| list.to_vec()),
            None => Some(vec![0; count]),
        };
        let [in_axes, in_reversed] =
            ["scan_input_axes", "scan_input_directions"].map(|name| list(name, scanned));
        let [out_axes, out_reversed] =
            ["scan_output_axes", "scan_output_directions"].map(|name| list(name, outputs));
        let (in_axes, in_reversed) = (in_axes?, in_reversed?);
        let (out_axes, out_reversed) = (out_axes?, out_reversed?);
        let mut count = None;
        for (at, &axis) in in_axes.iter().enumerate() {
            let ty = self.graph.value(node.input(carried + at)?).ty.as_ref()?;
            let axis = if axis < 0 {
                axis + ty.rank() as i64
            } else {
                axis
            };
            let length = ty.shape.get(usize::try_from(axis).ok()?)?.known()?;
            if *count.get_or_insert(length) != length {
                return None;
            }
        }
        let count = count.filter(|&count| count > 0)?;
        self.pay(&body, count)?;
        let stored = self.made.store(&body, self.names)?;
        let label = self.label();
        let mut values: Vec<String> = (0..carried)
            .map(|at| self.input_name(at))
            .collect::<Option<_>>()?;
        let mut stacked = vec![Vec::new(); outputs];
        for step in 0..count {
            let prefix = format!("{label}/{step}");
            let mut given = values;
            for at in 0..scanned {
                let place = if in_reversed[at] == 0 {
                    step
                } else {
                    count - 1 - step
                };
                let place = Tensor::from_i64(&[], vec![place as i64]);
                let place = self
                    .made
                    .constant(&format!("{prefix}/step"), place, self.names);
                let element = self.names.fresh(&format!("{prefix}/element"));
                let whole = self.input_name(carried + at)?;
                let axis = encode("axis", &Attribute::Int(in_axes[at]));
                self.made
                    .node("Gather", &[&whole, &place], &element, vec![axis]);
                given.push(element);
            }
            let mut known = stored.clone();
            known.extend(body.inputs.iter().cloned().zip(given));
            let made = self.made.paste(&body, &known, &prefix, self.names)?;
            values = made[..carried].to_vec();
            for (list, name) in stacked.iter_mut().zip(&made[carried..]) {
                list.push(name.clone());
            }
        }
        for (at, name) in values.iter().enumerate() {
            self.hand_on(name, at);
        }
        for (at, elements) in stacked.iter_mut().enumerate() {
            if out_reversed[at] != 0 {
                elements.reverse();
            }
            self.stack(elements, out_axes[at], carried + at)?;
        }
        Some(())
    }

    /// How often a loop runs, which is worked out iteration by iteration. `None` where that depends on the model's inputs.
    fn iterations(&mut self, body: &Body) -> Option<usize> {
        let most = match self.node.input(0) {
            Some(_) => usize::try_from(self.number(0)?.max(0)).ok()?,
            None => usize::MAX,
        };
        let begins = match self.node.input(1) {
            Some(_) => self.number(1)? != 0,
            None => true,
        };
        if !begins || most == 0 {
            return Some(0);
        }
        let (template, carried) = (self.alone(body)?, self.node.inputs.len() - 2);
        let mut known: Vec<_> = (2..carried + 2)
            .map(|at| self.node.input(at).map(|id| self.graph.value(id)))
            .map(|value| value.map_or((None, None), |v| (v.ty.clone(), v.constant.clone())))
            .collect();
        for count in 1..=most {
            self.budget.steps = self.budget.steps.checked_sub(body.nodes.len() + 1)?;
            let mut iteration = template.clone();
            let number = Tensor::from_i64(&[], vec![count as i64 - 1]);
            let go_on = Tensor::from_i64(&[], vec![1]).cast(DType::Bool)?;
            let given = [number, go_on].map(|tensor| {
                let ty = TensorType::of(&tensor);
                (Some(ty), Some(Arc::new(tensor)))
            });
            for (name, (ty, tensor)) in body.inputs.iter().zip(given.into_iter().chain(known)) {
                // One that the sub-graph does not read is gone.
                if let Some(id) = iteration.find(name) {
                    let value = iteration.value_mut(id);
                    (value.ty, value.constant) = (ty, tensor);
                }
            }
            let found = infer(&mut iteration).ok()?;
            let result = |name: &String| {
                let id = iteration.find(name)?;
                let constant = found.constants[id.0 as usize].clone();
                Some((iteration.value(id).ty.clone(), constant))
            };
            let goes_on = result(&body.outputs[0])?.1?.integers()?;
            if goes_on.first() == Some(&0) {
                return Some(count);
            }
            known = body.outputs[1..=carried]
                .iter()
                .map(result)
                .collect::<Option<_>>()?;
        }
        Some(most)
    }

    /// A loop's sub-graph as a model of its own, which takes what it reads from outside as well.
    fn alone(&self, body: &Body) -> Option<Graph> {
        let mut reader = Reader::new(Graph {
            opsets: self.graph.opsets.clone(),
            functions: self.graph.functions.clone(),
            ..Graph::default()
        });
        let part = message!("part-input");
        for name in &body.inputs {
            reader.give(name, &part).ok()?;
        }
        reader.stored(body.initializers.clone()).ok()?;
        reader.sparse(body.sparse_initializers.clone()).ok()?;
        for node in body.constants.iter().chain(&body.nodes) {
            reader.decoded_node(node.clone()).ok()?;
        }
        for &captured in &self.node.captures {
            let value = self.graph.value(captured);
            // What has the name of something inside is not read from outside.
            if let Ok(id) = reader.give(&value.name, &part) {
                reader.describe(id, value.ty.clone(), value.constant.clone());
            }
        }
        for name in &body.outputs {
            reader.add_output(name);
        }
        reader.finish().ok()
    }

    /// The one number of a stored input.
    fn number(&self, input: usize) -> Option<i64> {
        let tensor = self.graph.constant(self.node.input(input)?)?;
        match tensor.integers()?[..] {
            [number] => Some(number),
            _ => None,
        }
    }

    /// What names of what is made begin with.
    fn label(&self) -> String {
        short(&self.graph.node_label(self.node)).to_string()
    }

    fn input_name(&self, at: usize) -> Option<String> {
        let id: ValueId = self.node.input(at)?;
        Some(self.graph.value(id).name.clone())
    }

    /// The name of an output that something reads.
    fn output_name(&self, at: usize) -> Option<String> {
        let id: ValueId = self.node.output(at)?;
        Some(self.graph.value(id).name.clone())
    }

    /// Takes so many copies of a sub-graph from what may be made.
    fn pay(&mut self, body: &Body, count: usize) -> Option<()> {
        let nodes = (body.nodes.len() + body.outputs.len() + 1).checked_mul(count + 1)?;
        self.budget.nodes = self.budget.nodes.checked_sub(nodes)?;
        let copies = count.saturating_sub(1);
        let bytes = body.length().checked_mul(copies)?;
        self.budget.bytes = self.budget.bytes.checked_sub(bytes)?;
        Some(())
    }

    /// Gives what has this name as an output of the node.
    fn hand_on(&mut self, name: &str, at: usize) {
        if let Some(output) = self.output_name(at) {
            self.made.node("Identity", &[name], &output, Vec::new());
        }
    }

    /// Gives elements along a new axis as an output of the node. There must be one at least.
    fn stack(&mut self, elements: &[String], axis: i64, at: usize) -> Option<()> {
        let Some(output) = self.output_name(at) else {
            return Some(());
        };
        if elements.is_empty() {
            return None;
        }
        let mut parts = Vec::with_capacity(elements.len());
        for name in elements {
            let part = self.names.fresh(&format!("{name}.part"));
            self.made
                .unsqueeze(name, axis, &part, self.graph.opset(), self.names);
            parts.push(part);
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let axis = encode("axis", &Attribute::Int(axis));
        self.made.node("Concat", &parts, &output, vec![axis]);
        Some(())
    }
}

impl Replacement {
    /// Adds an axis of length 1, as this version of the operator set does.
    fn unsqueeze(&mut self, input: &str, axis: i64, output: &str, opset: i64, names: &mut Names) {
        if opset < 13 {
            let axes = encode("axes", &Attribute::Ints(vec![axis]));
            return self.node("Unsqueeze", &[input], output, vec![axes]);
        }
        let axes = Tensor::from_i64(&[1], vec![axis]);
        let axes = self.constant(&format!("{output}.axes"), axes, names);
        self.node("Unsqueeze", &[input, &axes], output, Vec::new());
    }
}
