//! The shape of a tensor as numbers.

use super::Extent;
use super::attributes::Attributes;
use super::coupling::Rule;
use super::known;
use super::{Known, Operator};
use crate::graph::{Dim, Graph, Node, Product, TensorType, ValueId};
use crate::message::Message;
use crate::tensor::DType;
use crate::tensor::Tensor;
use std::collections::BTreeSet;

/// `Shape`, from dimension `start` up to `end`.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    pub start: i64,
    pub end: Option<i64>,
}

/// `Size`: the number of elements.
#[derive(Debug, Clone, PartialEq)]
pub struct Size;

impl Shape {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(Shape {
            start: attributes.int("start", 0)?,
            end: attributes.optional_int("end")?,
        })
    }
}

impl Size {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Size)
    }
}

/// Whether a tensor of sizes is used for anything but naming the shapes of other tensors.
fn is_computed_with(graph: &Graph, sizes: ValueId) -> bool {
    let mut flows = BTreeSet::from([sizes]);
    if graph.outputs.contains(&sizes) {
        return true;
    }
    for node in &graph.nodes {
        let reads = |value: &Option<ValueId>| value.is_some_and(|v| flows.contains(&v));
        if node.captures.iter().any(|v| flows.contains(v)) {
            return true;
        }
        let Some(at) = node.inputs.iter().position(reads) else {
            continue;
        };
        let names_shape = match node.op_type.as_str() {
            "ConstantOfShape" => true,
            "Reshape" | "Expand" | "Slice" | "Split" | "Pad" | "Resize" | "Upsample" | "Tile" => {
                at > 0
            }
            _ => false,
        };
        if names_shape {
            continue;
        }
        for &out in node.outputs.iter().flatten() {
            let ty = graph.value(out).ty.as_ref();
            if ty.is_none_or(|ty| ty.dtype.is_float()) || graph.outputs.contains(&out) {
                return true;
            }
            flows.insert(out);
        }
    }
    false
}

impl Operator for Shape {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let rank = x.rank() as i64;
        let clamp = |bound: i64| {
            let bound = if bound < 0 {
                bound.saturating_add(rank)
            } else {
                bound
            };
            bound.clamp(0, rank) as usize
        };
        let start = clamp(self.start);
        let end = clamp(self.end.unwrap_or(rank)).max(start);
        let sizes: Vec<Extent> = x.shape()[start..end].iter().map(Extent::from).collect();
        let shape = vec![Dim::Known(sizes.len())];
        Ok(vec![Known::new(DType::I64, shape).with_sizes(Some(sizes))])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = Known::new(DType::F32, TensorType::of(known::tensor(inputs, 0)?).shape);
        let out = self.infer(&[Some(x)])?.swap_remove(0).settled();
        let sizes = out.constant.ok_or(message!("reason-node-too-many-sizes"))?;
        Ok(vec![(*sizes).clone()])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        if let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0))
            && is_computed_with(rule.graph, out)
        {
            rule.freeze_value(data, &message!("reason-frozen-length"));
        }
    }
}

impl Operator for Size {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let count = Product::of(x.shape()).map(|count| vec![Extent::from(&count.dim())]);
        Ok(vec![Known::new(DType::I64, Vec::new()).with_sizes(count)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let count = known::tensor(inputs, 0)?.len() as i64;
        Ok(vec![Tensor::from_i64(&[], vec![count])])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all(&message!("reason-frozen-elements"));
    }
}
