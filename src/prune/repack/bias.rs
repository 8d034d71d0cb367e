//! Letting biases take over what removed channels brought.

use super::super::constants::Fold;
use super::super::flow::Indices;
use super::super::groups::Groups;
use crate::error::{Error, Result};
use crate::graph::{Graph, Node};
use crate::ops::coupling::{Axis, Weights};
use crate::tensor::{DType, Tensor};
use half::f16;
use ndarray::ArrayD;

/// Adds each fold to its layer's bias in the packed graph: to the layer's own copy of the bias, to a new one where
/// it has none, or by an `Add` behind a layer that takes no bias.
pub fn fold(
    graph: &Graph,
    packed: &mut Graph,
    groups: &Groups,
    kept: &Indices,
    folds: &[Fold],
) -> Result<()> {
    // From the last node to the first: an `Add` put in moves only what comes after it.
    let mut folds: Vec<&Fold> = folds.iter().collect();
    folds.sort_by_key(|fold| std::cmp::Reverse(groups.layers[fold.layer].0));
    for fold in folds {
        let (node, weights) = &groups.layers[fold.layer];
        let response: Vec<f32> = match kept.get(&weights.out) {
            Some(kept) => kept.iter().map(|&channel| fold.response[channel]).collect(),
            None => fold.response.clone(),
        };
        match weights.bias {
            Some(input) => into_input(packed, *node, input, weights, &response)?,
            None => match following_add(packed, weights.out, response.len()) {
                Some((add, input)) => into_input(packed, add, input, weights, &response)?,
                None => add_after(graph, packed, *node, weights, &response)?,
            },
        }
    }
    Ok(())
}

fn into_input(
    packed: &mut Graph,
    node: usize,
    input: usize,
    weights: &Weights,
    response: &[f32],
) -> Result<()> {
    let label = packed.node_label(&packed.nodes[node]);
    let misfit = || Error::BadModel(message!("error-bias-unfit", node = label));
    let bias = match packed.nodes[node].input(input) {
        Some(value) => {
            let tensor = packed.constant(value).ok_or_else(misfit)?;
            let old = tensor.floats().ok_or_else(misfit)?;
            if old.len() != response.len() {
                return Err(misfit());
            }
            let sum: Vec<f32> = old.iter().zip(response).map(|(a, b)| a + b).collect();
            tensor.with_floats(&sum).ok_or_else(misfit)?
        }
        None => {
            let dtype = packed.constant(weights.tensor).map(|w| w.dtype());
            vector(dtype, &[response.len()], response).ok_or_else(misfit)?
        }
    };
    let value = packed.add_constant(&format!("{label}_bias_folded"), bias);
    let inputs = &mut packed.nodes[node].inputs;
    inputs.resize(inputs.len().max(input + 1), None);
    inputs[input] = Some(value);
    Ok(())
}

/// The `Add` that alone reads a layer's output and adds a stored vector to its channels: its place, and the vector's
/// among its inputs.
fn following_add(packed: &Graph, out: Axis, channels: usize) -> Option<(usize, usize)> {
    if packed.outputs.contains(&out.value) {
        return None;
    }
    let reads = |node: &&Node| node.reads().any(|value| value == out.value);
    let mut readers = packed
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| reads(node));
    let (at, node) = readers.next()?;
    let adds = packed
        .described(node)
        .is_some_and(|operator| operator.is_sum());
    if readers.next().is_some() || !adds {
        return None;
    }
    let input = node
        .inputs
        .iter()
        .position(|input| *input != Some(out.value))?;
    let vector = packed.constant(node.input(input)?)?;
    let rank = packed.value(out.value).ty.as_ref()?.rank();
    let axis = (out.axis + vector.shape().len()).checked_sub(rank)?;
    let fits = vector.shape().get(axis) == Some(&channels) && vector.len() == channels;
    (fits && vector.dtype().is_float()).then_some((at, input))
}

fn add_after(
    graph: &Graph,
    packed: &mut Graph,
    node: usize,
    weights: &Weights,
    response: &[f32],
) -> Result<()> {
    let label = packed.node_label(&packed.nodes[node]);
    let out = weights.out;
    let ty = graph.value(out.value).ty.clone();
    let rank = ty.as_ref().map_or(out.axis + 1, |ty| ty.rank());
    let mut shape = vec![1; rank - out.axis];
    shape[0] = response.len();
    let bias = vector(ty.map(|ty| ty.dtype), &shape, response)
        .ok_or_else(|| Error::BadModel(message!("error-outputs-not-floats", node = label)))?;
    let bias = packed.add_constant(&format!("{label}_bias_folded"), bias);
    let before = packed.add_value(&format!("{label}_before_bias"), None);
    for output in &mut packed.nodes[node].outputs {
        if *output == Some(out.value) {
            *output = Some(before);
        }
    }
    let add = Node {
        name: format!("{label}_add_folded"),
        domain: String::new(),
        op_type: "Add".into(),
        inputs: vec![Some(before), Some(bias)],
        outputs: vec![Some(out.value)],
        attributes: Default::default(),
        captures: Vec::new(),
    };
    packed.nodes.insert(node + 1, add);
    Ok(())
}

/// Floats as a tensor of a float type.
fn vector(dtype: Option<DType>, shape: &[usize], elements: &[f32]) -> Option<Tensor> {
    let single = Tensor::F32(ArrayD::from_shape_vec(shape, elements.to_vec()).ok()?);
    match dtype? {
        DType::F32 => Some(single),
        DType::F64 => Tensor::F64(ArrayD::zeros(shape)).with_floats(elements),
        DType::F16 => Tensor::F16(ArrayD::from_elem(shape, f16::ZERO)).with_floats(elements),
        _ => None,
    }
}
