//! Accounts: parameters, non-zeros, multiply-adds, activation memory and bytes, per layer and in all.
//!
//! A [`CostModel`] knows what has to be counted; lengths of axes may be given anew each time, so that a cut can be
//! counted before it is made.

use super::uncounted::{Uncounted, uncounted};
use crate::graph::{Dim, Graph, Node, Storage, ValueId};
use crate::ops::coupling::Axis;
use crate::ops::known::count;
use crate::ops::{self, Operator};
use crate::tensor::Tensor;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// New lengths of axes; an axis that is not here has the graph's own.
pub type Lengths = BTreeMap<Axis, usize>;

/// What a model costs in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Totals {
    /// Elements of all stored float tensors.
    pub parameters: u64,
    /// Of those, the ones that are not zero.
    pub nonzeros: u64,
    /// Multiply-adds of one sample.
    pub macs: u64,
    /// The most that tensors between the layers hold at one time, in bytes, for one sample, if nothing is fused.
    pub activation_bytes: u64,
    /// The ONNX file.
    pub bytes: u64,
}

/// What stays the same about a layer, whatever is cut.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Its place in [`Graph::nodes`].
    pub node: usize,
    pub name: String,
    pub operator: String,
    /// The stored weight tensor.
    pub weight: ValueId,
}

/// What one layer costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct LayerCost {
    pub name: String,
    /// The ONNX operator.
    pub operator: String,
    /// convolution, pointwise, depthwise, grouped, transposed, linear or recurrent.
    pub kind: String,
    /// The weight tensor's name.
    pub weight: String,
    pub weight_shape: Vec<usize>,
    /// For one sample.
    pub output_shape: Vec<usize>,
    pub channels_in: usize,
    pub channels_out: usize,
    /// Elements of its weight and of the stored tensors that only it and the batch normalization after it read.
    pub parameters: u64,
    pub nonzeros: u64,
    pub macs: u64,
    /// Its output, for one sample.
    pub activation_bytes: u64,
    /// Its parameters as they are stored.
    pub bytes: u64,
}

/// A model's costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ModelCost {
    #[serde(flatten)]
    pub totals: Totals,
    pub layers: Vec<LayerCost>,
    /// What the multiply-adds leave out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uncounted: Vec<Uncounted>,
}

/// Counts a whole model whose file has `bytes` bytes.
pub fn model_cost(graph: &Graph, bytes: u64) -> ModelCost {
    CostModel::new(graph).model(bytes)
}

/// A graph read once for counting.
pub struct CostModel<'g> {
    graph: &'g Graph,
    /// Nodes that multiply by a stored matrix, in the graph's order.
    layers: Vec<Layer>,
    operators: BTreeMap<usize, Box<dyn Operator>>,
    /// Stored float tensors.
    parameters: Vec<ValueId>,
    /// Which of the parameters belong to each layer.
    owned: Vec<Vec<ValueId>>,
    /// Samples that the shapes are of: 1, unless the model takes so many at a time and no other number.
    samples: usize,
    /// Elements that are not zero, of the stored tensors that have been asked for: counting them takes a walk over all.
    nonzeros: RefCell<BTreeMap<ValueId, u64>>,
}

impl<'g> CostModel<'g> {
    /// Counts a graph once, so that the cost of any lengths of its axes follows quickly.
    pub fn new(graph: &'g Graph) -> Self {
        let opset = graph.opset();
        let mut operators = BTreeMap::new();
        for (at, node) in graph.nodes.iter().enumerate() {
            if let Ok(Some(operator)) = ops::operator(node, opset) {
                operators.insert(at, operator);
            }
        }
        let layers: Vec<Layer> = graph
            .nodes
            .iter()
            .enumerate()
            .filter_map(|(at, node)| {
                let mut matrices = operators.get(&at)?.matrices().iter();
                let stored = |i: &usize| node.input(*i).filter(|&v| graph.constant(v).is_some());
                let weight = matrices.find_map(stored)?;
                Some(Layer {
                    node: at,
                    name: graph.node_label(node),
                    operator: node.op_type.clone(),
                    weight,
                })
            })
            .collect();
        let parameters = parameters(graph);
        let owned = owned(graph, &layers);
        CostModel {
            graph,
            layers,
            operators,
            parameters,
            owned,
            samples: samples(graph),
            nonzeros: RefCell::default(),
        }
    }

    /// How many elements are not zero, of each stored tensor: for [`CostModel::with_nonzeros`] of the same graph.
    pub fn into_nonzeros(self) -> BTreeMap<ValueId, u64> {
        let own = Lengths::new();
        for &parameter in &self.parameters {
            self.nonzeros(parameter, &own);
        }
        self.nonzeros.into_inner()
    }

    /// The same with so many elements that are not zero in some of the stored tensors: what a mask leaves of them.
    pub fn with_nonzeros(self, nonzeros: BTreeMap<ValueId, u64>) -> Self {
        CostModel {
            nonzeros: nonzeros.into(),
            ..self
        }
    }

    /// The whole model, with a file of `bytes` bytes.
    pub fn model(&self, bytes: u64) -> ModelCost {
        let own = Lengths::new();
        ModelCost {
            totals: self.totals(&own, bytes),
            layers: self.layers(&own),
            uncounted: uncounted(self.graph),
        }
    }

    /// The layers, in the order in which they run.
    pub fn rows(&self) -> &[Layer] {
        &self.layers
    }

    /// Sizes of a value for [`CostModel::samples`]: new lengths where there are any, 1 for a dynamic batch.
    fn shape(&self, value: ValueId, lengths: &Lengths) -> Option<Vec<usize>> {
        let dims: Vec<usize> = match (&self.graph.value(value).ty, self.graph.constant(value)) {
            (Some(ty), _) => ty.shape.iter().map(Dim::of_one).collect(),
            (None, Some(tensor)) => tensor.shape().to_vec(),
            (None, None) => return None,
        };
        let sizes = dims.into_iter().enumerate();
        let length = |(axis, size)| lengths.get(&Axis { value, axis }).copied().unwrap_or(size);
        Some(sizes.map(length).collect())
    }

    fn elements(&self, value: ValueId, lengths: &Lengths) -> u64 {
        count(&self.shape(value, lengths).unwrap_or_default())
    }

    /// Parameters in all.
    pub fn parameters(&self, lengths: &Lengths) -> u64 {
        total(self.parameters.iter().map(|&p| self.elements(p, lengths)))
    }

    /// Multiply-adds of one sample, of one node.
    pub fn macs_of(&self, node: usize, lengths: &Lengths) -> u64 {
        let Some(operator) = self.operators.get(&node) else {
            return 0;
        };
        let node = &self.graph.nodes[node];
        let shape = |v: ValueId| self.shape(v, lengths);
        let inputs: Vec<_> = node.inputs.iter().map(|i| i.and_then(shape)).collect();
        match node.output(0).and_then(shape) {
            Some(output) => self.of_one(operator.macs(&inputs, &output)),
            None => 0,
        }
    }

    /// What one sample takes of what all take together.
    fn of_one(&self, all: u64) -> u64 {
        all / self.samples as u64
    }

    /// Multiply-adds of one sample in all.
    pub fn macs(&self, lengths: &Lengths) -> u64 {
        let nodes = self.operators.keys();
        total(nodes.map(|&node| self.macs_of(node, lengths)))
    }

    /// The size of the file, from what it was: `before`, less what the cut tensors lose.
    pub fn bytes(&self, lengths: &Lengths, before: u64) -> u64 {
        let own = Lengths::new();
        let lost: u64 = self
            .parameters
            .iter()
            .map(|&p| {
                let fewer = self.elements(p, &own) - self.elements(p, lengths);
                fewer * self.stored_size(p)
            })
            .sum();
        before.saturating_sub(lost)
    }

    /// Bytes of one element in the file.
    fn stored_size(&self, value: ValueId) -> u64 {
        let value = self.graph.value(value);
        if value.storage == Storage::HalfThenCast {
            return 2;
        }
        let size = value.constant.as_ref().and_then(|t| t.dtype().size());
        size.unwrap_or(4) as u64
    }

    /// The whole model with these lengths of axes; `bytes` is the length of its file.
    pub fn totals(&self, lengths: &Lengths, bytes: u64) -> Totals {
        let nonzeros = self.parameters.iter().map(|&p| self.nonzeros(p, lengths));
        Totals {
            parameters: self.parameters(lengths),
            nonzeros: total(nonzeros),
            macs: self.macs(lengths),
            activation_bytes: self.activation_bytes(lengths),
            bytes,
        }
    }

    /// Elements that are not zero. With shorter axes, as many as if the zeros were spread evenly.
    fn nonzeros(&self, parameter: ValueId, lengths: &Lengths) -> u64 {
        let Some(tensor) = self.graph.constant(parameter) else {
            return 0;
        };
        let (now, whole) = (self.elements(parameter, lengths), tensor.len() as u64);
        let mut known = self.nonzeros.borrow_mut();
        let nonzeros = *known
            .entry(parameter)
            .or_insert_with(|| tensor.nonzeros() as u64);
        if now == whole {
            nonzeros
        } else {
            (u128::from(nonzeros) * u128::from(now) / u128::from(whole.max(1))) as u64
        }
    }

    /// Each layer's cost with these lengths of axes, in the order in which they run.
    pub fn layers(&self, lengths: &Lengths) -> Vec<LayerCost> {
        let rows = self.layers.iter().zip(&self.owned);
        rows.map(|(layer, owned)| self.layer(layer, owned, lengths))
            .collect()
    }

    fn layer(&self, layer: &Layer, owned: &[ValueId], lengths: &Lengths) -> LayerCost {
        let node = &self.graph.nodes[layer.node];
        let shape_of =
            |v: Option<ValueId>| v.and_then(|v| self.shape(v, lengths)).unwrap_or_default();
        let (data, mut output) = (shape_of(node.input(0)), shape_of(node.output(0)));
        let weight_shape = shape_of(Some(layer.weight));
        let operator = &self.operators[&layer.node];
        let channels = |shape: &[usize]| shape.get(operator.channel_axis(shape.len())).copied();
        let kind = operator.layer_kind(&weight_shape, channels(&data));
        let sum = |f: &dyn Fn(ValueId) -> u64| total(owned.iter().map(|&p| f(p)));
        let element_size = self.element_size(node.output(0));
        let activation_bytes = self.of_one(count(&output).saturating_mul(element_size));
        if let Some(first) = output.first_mut().filter(|n| **n == self.samples) {
            *first = 1;
        }
        LayerCost {
            name: layer.name.clone(),
            operator: layer.operator.clone(),
            kind: kind.name().into(),
            weight: self.graph.value(layer.weight).name.clone(),
            channels_in: channels(&data).unwrap_or(0),
            channels_out: channels(&output).unwrap_or(0),
            parameters: sum(&|p| self.elements(p, lengths)),
            nonzeros: sum(&|p| self.nonzeros(p, lengths)),
            macs: self.macs_of(layer.node, lengths),
            activation_bytes,
            bytes: sum(&|p| self.elements(p, lengths) * self.stored_size(p)),
            weight_shape,
            output_shape: output,
        }
    }

    /// Bytes of one element of a computed value.
    fn element_size(&self, value: Option<ValueId>) -> u64 {
        let ty = value.and_then(|v| self.graph.value(v).ty.as_ref());
        ty.and_then(|ty| ty.dtype.size()).unwrap_or(4) as u64
    }

    /// The most that computed values hold at one time when each is dropped after its last use.
    fn activation_bytes(&self, lengths: &Lengths) -> u64 {
        let graph = self.graph;
        let size = |v: ValueId| match self.shape(v, lengths) {
            Some(shape) => count(&shape).saturating_mul(self.element_size(Some(v))),
            None => 0,
        };
        let mut last_use = BTreeMap::new();
        for (at, node) in graph.nodes.iter().enumerate() {
            for &v in node.inputs.iter().flatten().chain(&node.captures) {
                last_use.insert(v, at);
            }
        }
        for &v in &graph.outputs {
            last_use.insert(v, usize::MAX);
        }
        let mut live = total(graph.inputs.iter().map(|&v| size(v)));
        let mut most = live;
        for (at, node) in graph.nodes.iter().enumerate() {
            live = live.saturating_add(total(node.outputs.iter().flatten().map(|&v| size(v))));
            most = most.max(live);
            let read: BTreeSet<ValueId> = node.inputs.iter().flatten().copied().collect();
            let done = read
                .iter()
                .filter(|v| last_use.get(v) == Some(&at) && graph.constant(**v).is_none());
            live -= total(done.map(|&v| size(v))).min(live);
        }
        self.of_one(most)
    }
}

/// How many samples the model takes at a time: the first axis of its first input, where its first output has it too.
fn samples(graph: &Graph) -> usize {
    let first = |values: &[ValueId]| {
        let ty = graph.value(*values.first()?).ty.as_ref()?;
        ty.shape.first()?.known()
    };
    match (first(&graph.inputs), first(&graph.outputs)) {
        (Some(taken), Some(given)) if taken == given => taken.max(1),
        _ => 1,
    }
}

/// A sum that stays at the largest number where it would be more: a file may claim any sizes.
fn total(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(0, u64::saturating_add)
}

/// Stored float tensors that some node reads.
fn parameters(graph: &Graph) -> Vec<ValueId> {
    let read: BTreeSet<ValueId> = graph
        .nodes
        .iter()
        .flat_map(|node| node.inputs.iter().flatten().chain(&node.captures))
        .copied()
        .collect();
    let is_float = |v: &ValueId| {
        graph
            .constant(*v)
            .is_some_and(|t: &std::sync::Arc<Tensor>| t.dtype().is_float())
    };
    read.into_iter().filter(is_float).collect()
}

/// For each layer its own stored tensors, and those of a batch normalization that follows it.
fn owned(graph: &Graph, layers: &[Layer]) -> Vec<Vec<ValueId>> {
    let mut taken = BTreeSet::new();
    let stored = |node: &Node| -> Vec<ValueId> {
        let inputs = node.inputs.iter().flatten().copied();
        inputs
            .filter(|&v| graph.constant(v).is_some_and(|t| t.dtype().is_float()))
            .collect()
    };
    let mut norms: BTreeMap<ValueId, Vec<&Node>> = BTreeMap::new();
    for norm in graph.batch_norms() {
        if let Some(data) = norm.input(0) {
            norms.entry(data).or_default().push(norm);
        }
    }
    layers
        .iter()
        .map(|layer| {
            let node = &graph.nodes[layer.node];
            let mut own = stored(node);
            let following = node.output(0).and_then(|output| norms.get(&output));
            for norm in following.into_iter().flatten() {
                own.extend(stored(norm));
            }
            own.retain(|&v| taken.insert(v));
            own
        })
        .collect()
}
