//! How constants flow through a graph: what every slice holds that is about to be removed.

use crate::graph::{Graph, ValueId};
use crate::ops::coupling::{Axis, Link};
use crate::ops::uniform::{Known, Slice};
use crate::ops::{self, Operator};
use crate::tensor::Tensor;
use half::{bf16, f16};
use ndarray::ArrayD;
use std::collections::BTreeMap;

/// Sorted indices by axis.
pub type Indices = BTreeMap<Axis, Vec<usize>>;

/// The operator of each node, where it is known.
pub fn operators(graph: &Graph) -> Vec<Option<Box<dyn Operator>>> {
    let nodes = graph.nodes.iter();
    nodes
        .map(|node| ops::operator(node, graph.opset()).ok().flatten())
        .collect()
}

/// The constants of removed slices, and how one node's indices go together.
pub struct Flow<'a> {
    graph: &'a Graph,
    removed: &'a Indices,
    /// By axis, in the order of its removed indices.
    constants: BTreeMap<Axis, Vec<Option<f32>>>,
    sources: BTreeMap<(Axis, usize), Vec<(Axis, usize)>>,
}

impl Known for Flow<'_> {
    fn constant(&self, axis: Axis, index: usize) -> Option<f32> {
        if let Some(tensor) = self.graph.constant(axis.value) {
            return uniform_slice(tensor, axis.axis, index);
        }
        let at = self.removed.get(&axis)?.binary_search(&index).ok()?;
        *self.constants.get(&axis)?.get(at)?
    }

    fn sources(&self, axis: Axis, index: usize) -> &[(Axis, usize)] {
        self.sources.get(&(axis, index)).map_or(&[], Vec::as_slice)
    }
}

/// Works out the constant of every removed slice of every tensor that flows, in the graph's order. `links`: for each node, how
/// its indices go together.
pub fn flow<'a>(
    graph: &'a Graph,
    links: &[Vec<Link>],
    removed: &'a Indices,
    operators: &[Option<Box<dyn Operator>>],
) -> Flow<'a> {
    let mut flow = Flow {
        graph,
        removed,
        constants: BTreeMap::new(),
        sources: BTreeMap::new(),
    };
    for (at, node) in graph.nodes.iter().enumerate() {
        let Some(operator) = &operators[at] else {
            continue;
        };
        flow.sources = sources(graph, links, removed, at);
        for (output, value) in node.outputs.iter().enumerate() {
            let Some(value) = *value else { continue };
            for (&axis, indices) in axes_of(removed, value) {
                let constants = indices.iter().map(|&index| {
                    operator.uniform(&Slice {
                        graph,
                        node,
                        output,
                        axis: axis.axis,
                        index,
                        known: &flow,
                    })
                });
                let constants = constants.collect();
                flow.constants.insert(axis, constants);
            }
        }
    }
    flow
}

/// The axes of one value that lose indices.
fn axes_of(indices: &Indices, value: ValueId) -> impl Iterator<Item = (&Axis, &Vec<usize>)> {
    let last = Axis {
        value,
        axis: usize::MAX,
    };
    indices.range(Axis { value, axis: 0 }..=last)
}

/// For each removed index of a node's outputs, the indices of its inputs that go with it.
fn sources(
    graph: &Graph,
    links: &[Vec<Link>],
    removed: &Indices,
    at: usize,
) -> BTreeMap<(Axis, usize), Vec<(Axis, usize)>> {
    let node = &graph.nodes[at];
    let mut sources: BTreeMap<(Axis, usize), Vec<(Axis, usize)>> = BTreeMap::new();
    let is_output = |axis: Axis| node.outputs.contains(&Some(axis.value));
    let is_input = |axis: Axis| node.inputs.contains(&Some(axis.value));
    for link in &links[at] {
        let Some(indices) = removed.get(&link.from) else {
            continue;
        };
        // What goes with a removed index is removed as well, so the removed ones are all there is to look at.
        for &index in indices {
            let Some(to) = link.map.apply(index) else {
                continue;
            };
            if is_output(link.to) && is_input(link.from) {
                let sources = sources.entry((link.to, to)).or_default();
                sources.push((link.from, index));
            } else if is_output(link.from) && is_input(link.to) {
                let sources = sources.entry((link.from, index)).or_default();
                sources.push((link.to, to));
            }
        }
    }
    sources
}

/// The number that one slice of a stored tensor holds everywhere.
fn uniform_slice(tensor: &Tensor, axis: usize, index: usize) -> Option<f32> {
    match tensor {
        Tensor::F32(a) => uniform(a, axis, index, |x| x),
        Tensor::F64(a) => uniform(a, axis, index, |x| x as f32),
        Tensor::F16(a) => uniform(a, axis, index, f16::to_f32),
        Tensor::BF16(a) => uniform(a, axis, index, bf16::to_f32),
        _ => None,
    }
}

/// The same of numbers that are read as floats one by one: a tensor has as many slices as there are to ask for.
fn uniform<T: Copy>(
    array: &ArrayD<T>,
    axis: usize,
    index: usize,
    float: impl Fn(T) -> f32,
) -> Option<f32> {
    let shape = array.shape();
    let len = *shape.get(axis)?;
    if index >= len {
        return None;
    }
    let inner: usize = shape[axis + 1..].iter().product();
    let mut slice = array
        .as_slice()?
        .chunks_exact((len * inner).max(1))
        .flat_map(|block| &block[index * inner..(index + 1) * inner])
        .map(|&x| float(x));
    let first = slice.next()?;
    slice.all(|x| x == first).then_some(first)
}
