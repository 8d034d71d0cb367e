//! Opening a batch that the file fixes at 1, as exporters do unless told otherwise: such a model takes several samples as well,
//! as long as nothing in it counts on there being one.

use crate::graph::{Dim, Graph, Product, ValueId};
use crate::ops::graph::shapes::infer;
use crate::tensor::Tensor;
use std::slice;
use std::sync::Arc;

/// Makes a symbol of the first axis of all inputs where it is 1, if every output then has it as its first axis and no other size
/// changes. Where not, the model stays as it is.
pub fn open_batch(graph: &mut Graph) {
    let has_one = |&id: &ValueId| first_axis(graph, id) == Some(&Dim::Known(1));
    if graph.inputs.is_empty() || !graph.inputs.iter().all(has_one) {
        return;
    }
    let symbol = unused_symbol(graph);
    let batch = Dim::Symbol(Arc::clone(&symbol));
    let mut opened = graph.clone();
    keep_first_axis(&mut opened);
    for id in opened.inputs.clone() {
        if let Some(ty) = &mut opened.value_mut(id).ty {
            ty.shape[0] = batch.clone();
        }
    }
    let Ok(found) = infer(&mut opened) else {
        return;
    };
    opened.remember(&found);
    let follows = opened
        .outputs
        .iter()
        .all(|&id| first_axis(&opened, id) == Some(&batch))
        && (0..graph.values.len() as u32).all(|id| is_same(graph, &opened, ValueId(id), &symbol));
    if follows {
        opened.remove_unused_values();
        opened.fixed_batch = Some(symbol);
        *graph = opened;
    }
}

fn first_axis(graph: &Graph, id: ValueId) -> Option<&Dim> {
    graph.value(id).ty.as_ref()?.shape.first()
}

/// A symbol that no size of the model has.
fn unused_symbol(graph: &Graph) -> Arc<str> {
    let types = graph.values.iter().filter_map(|value| value.ty.as_ref());
    let dims: Vec<&Dim> = types.flat_map(|ty| &ty.shape).collect();
    let is_used = |name: &str| {
        dims.iter()
            .any(|dim| matches!(dim, Dim::Symbol(symbol) if symbol.split('*').any(|s| s == name)))
    };
    let mut name = "batch".to_string();
    while is_used(&name) {
        name.push('_');
    }
    name.into()
}

/// Reshapes of data whose first axis is 1 to a target that begins with 1 keep that axis, whatever its size will be.
fn keep_first_axis(graph: &mut Graph) {
    for at in 0..graph.nodes.len() {
        let node = &graph.nodes[at];
        let (Some(data), Some(target)) = (node.input(0), node.input(1)) else {
            continue;
        };
        let keeps = graph
            .described(node)
            .is_some_and(|operator| operator.copies_where_zero());
        let numbers = graph.constant(target).and_then(|target| target.integers());
        let Some(mut numbers) = numbers.filter(|_| keeps) else {
            continue;
        };
        if first_axis(graph, data) != Some(&Dim::Known(1)) || numbers.first() != Some(&1) {
            continue;
        }
        numbers[0] = 0;
        let name = format!("{}.shape", graph.node_label(node));
        let target = graph.add_constant(&name, Tensor::from_i64(&[numbers.len()], numbers));
        graph.nodes[at].inputs[1] = Some(target);
    }
}

/// Whether a value has the size that it had once the batch is 1.
fn is_same(before: &Graph, after: &Graph, id: ValueId, batch: &str) -> bool {
    let (before, after) = (&before.value(id).ty, &after.value(id).ty);
    let (Some(before), Some(after)) = (before, after) else {
        return before.is_none() == after.is_none();
    };
    let closed = after
        .shape
        .iter()
        .map(|dim| Product::of(slice::from_ref(dim)).map(|product| product.without(batch).dim()));
    let sizes = before.shape.iter().map(|dim| Some(dim.clone()));
    before.rank() == after.rank() && sizes.eq(closed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Attribute, Node, TensorType};
    use crate::onnx::{OpenOptions, open, write};
    use crate::tensor::DType;

    /// A model of shape [1, 6] that is reshaped to this, then multiplied by six columns of two.
    fn model(target: Vec<i64>, rows: usize) -> Graph {
        let mut graph = Graph {
            ir_version: 8,
            opsets: [(String::new(), 17)].into(),
            ..Graph::default()
        };
        let ty = |shape: &[usize]| {
            let dims = shape.iter().map(|&size| size.into()).collect();
            Some(TensorType::new(DType::F32, dims))
        };
        let x = graph.add_value("x", ty(&[1, 6]));
        let y = graph.add_value("y", None);
        let z = graph.add_value("z", None);
        graph.values[z.0 as usize].ty = ty(&[6 / rows, 2]);
        let target = graph.add_constant("target", Tensor::from_i64(&[target.len()], target));
        let columns = Tensor::from_f32(&[rows, 2], vec![0.5; 2 * rows]);
        let columns = graph.add_constant("columns", columns);
        let node = |op: &str, inputs: [ValueId; 2], output| Node {
            name: op.into(),
            domain: String::new(),
            op_type: op.into(),
            inputs: inputs.map(Some).into(),
            outputs: vec![Some(output)],
            attributes: [("allowzero".to_string(), Attribute::Int(0))]
                .into_iter()
                .filter(|_| op == "Reshape")
                .collect(),
            captures: Vec::new(),
        };
        graph.nodes = vec![
            node("Reshape", [x, target], y),
            node("MatMul", [y, columns], z),
        ];
        (graph.inputs, graph.outputs) = (vec![x], vec![z]);
        graph
    }

    fn reopened(graph: &Graph) -> Graph {
        let bytes = write(graph).unwrap();
        open(bytes.into(), &OpenOptions::default()).unwrap().graph
    }

    #[test]
    fn a_batch_of_one_is_open_and_written_as_one() {
        for target in [vec![1, 6], vec![1, -1], vec![-1, 6], vec![0, 6]] {
            let opened = reopened(&model(target, 6));
            let batch = opened.fixed_batch.clone().expect("is open");
            let output = opened.value(opened.outputs[0]).ty.clone().unwrap();
            assert_eq!(output.shape, [Dim::Symbol(batch), Dim::Known(2)]);
            let again = crate::onnx::read(write(&opened).unwrap().into()).unwrap();
            for id in [again.inputs[0], again.outputs[0]] {
                assert_eq!(first_axis(&again, id), Some(&Dim::Known(1)));
            }
        }
    }

    #[test]
    fn a_model_that_counts_on_one_sample_stays_as_it_is() {
        let opened = reopened(&model(vec![2, 3], 3));
        assert_eq!(opened.fixed_batch, None);
        assert_eq!(first_axis(&opened, opened.inputs[0]), Some(&Dim::Known(1)));
    }
}
