//! Constants that come as nodes: `Constant`, and float16 tensors behind a `Cast`.

use crate::graph::{Attribute, Graph, Storage, TensorType, ValueId};
use crate::tensor::{DType, Tensor};
use half::f16;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The tensor that a `Constant` node holds; strings and sparse tensors are left to the node.
pub fn constant(attributes: &BTreeMap<String, Attribute>) -> Option<Arc<Tensor>> {
    let mut held = attributes.iter();
    let tensor = match held.next()? {
        (name, Attribute::Tensor(tensor)) if name == "value" => return Some(tensor.clone()),
        (name, Attribute::Float(x)) if name == "value_float" => Tensor::from_f32(&[], vec![*x]),
        (name, Attribute::Int(x)) if name == "value_int" => Tensor::from_i64(&[], vec![*x]),
        (name, Attribute::Floats(list)) if name == "value_floats" => {
            Tensor::from_f32(&[list.len()], list.clone())
        }
        (name, Attribute::Ints(list)) if name == "value_ints" => {
            Tensor::from_i64(&[list.len()], list.clone())
        }
        _ => return None,
    };
    Some(Arc::new(tensor))
}

/// Turns float16 tensors that are cast to float32 into float32 ones, and drops the casts.
pub fn widen_half(graph: &mut Graph) {
    let mut nodes = std::mem::take(&mut graph.nodes);
    // Several casts of one tensor share the result.
    let mut widened: BTreeMap<ValueId, Arc<Tensor>> = BTreeMap::new();
    nodes.retain(|node| {
        let widens = node.op_type == "Cast"
            && node.domain.is_empty()
            && node.int("to") == Some(DType::F32.to_onnx().into());
        let (Some(input), Some(output), true) = (node.input(0), node.output(0), widens) else {
            return true;
        };
        let Some(Tensor::F16(half)) = graph.constant(input).map(|t| &**t) else {
            return true;
        };
        let tensor = widened
            .entry(input)
            .or_insert_with(|| Arc::new(Tensor::F32(half.mapv(f16::to_f32))))
            .clone();
        let value = graph.value_mut(output);
        value.ty = Some(TensorType::of(&tensor));
        value.constant = Some(tensor);
        value.storage = Storage::HalfThenCast;
        false
    });
    graph.nodes = nodes;
    graph.remove_unused_values();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_constant() {
        let held = |name: &str, attribute| constant(&[(name.to_string(), attribute)].into());
        let cases = [
            (
                "value_float",
                Attribute::Float(0.5),
                Tensor::from_f32(&[], vec![0.5]),
            ),
            (
                "value_floats",
                Attribute::Floats(vec![1.0, 2.0]),
                Tensor::from_f32(&[2], vec![1.0, 2.0]),
            ),
            (
                "value_int",
                Attribute::Int(-7),
                Tensor::from_i64(&[], vec![-7]),
            ),
            (
                "value_ints",
                Attribute::Ints(vec![0, -1, 3]),
                Tensor::from_i64(&[3], vec![0, -1, 3]),
            ),
        ];
        for (name, attribute, expected) in cases {
            assert_eq!(*held(name, attribute).expect(name), expected);
        }
        let tensor = Arc::new(Tensor::from_f32(&[1, 2], vec![3.0, 4.0]));
        assert_eq!(
            held("value", Attribute::Tensor(tensor.clone())),
            Some(tensor)
        );
        assert_eq!(held("value_string", Attribute::String("a".into())), None);
    }
}
