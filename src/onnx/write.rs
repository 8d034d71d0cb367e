//! Graph to bytes.

use super::{attribute, proto, tensor};
use crate::graph::{Dim, Graph, Node, Product, Storage, TensorType, Value, ValueId};
use crate::ops::operator;
use crate::tensor::{DType, Tensor};
use crate::{Error, Result};
use half::f16;
use ndarray::ArrayD;
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint, message};
use std::collections::BTreeSet;
use std::slice;

/// Protocol buffers end here, and so do ONNX files.
const LARGEST_FILE: usize = i32::MAX as usize;

/// Writes a model as an ONNX file. The same graph gives the same bytes everywhere.
///
/// Fails only where the file would be past the 2 GiB that ONNX allows.
pub fn write(graph: &Graph) -> Result<Vec<u8>> {
    let body = encode_graph(graph);
    let mut model = encode_header(graph);
    encode_key(7, WireType::LengthDelimited, &mut model);
    encode_varint(body.len() as u64, &mut model);
    if model.len() + body.len() > LARGEST_FILE {
        return Err(Error::TooLarge(message!("error-model-too-large")));
    }
    model.reserve_exact(body.len());
    model.extend_from_slice(&body);
    Ok(model)
}

fn text(s: &str) -> Option<String> {
    (!s.is_empty()).then(|| s.to_string())
}

fn encode_header(graph: &Graph) -> Vec<u8> {
    let opsets = graph.opsets.iter();
    let metadata = graph.metadata.iter();
    proto::Model {
        ir_version: Some(graph.ir_version),
        producer_name: text(&graph.producer_name),
        producer_version: text(&graph.producer_version),
        domain: text(&graph.domain),
        model_version: (graph.model_version != 0).then_some(graph.model_version),
        doc: text(&graph.doc),
        graph: None,
        opset_import: opsets
            .map(|(domain, &version)| proto::OperatorSet {
                domain: Some(domain.clone()),
                version: Some(version),
            })
            .collect(),
        metadata: metadata
            .map(|(key, value)| proto::Entry {
                key: Some(key.clone()),
                value: Some(value.clone()),
            })
            .collect(),
        functions: graph.functions.clone(),
    }
    .encode_to_vec()
}

/// The encoded `GraphProto`, each tensor copied straight into it.
fn encode_graph(graph: &Graph) -> Vec<u8> {
    let mut out = Vec::new();
    let used = used_constants(graph);
    let mut names: BTreeSet<String> = graph.values.iter().map(|v| v.name.clone()).collect();
    let mut listed: Vec<proto::ValueInfo> =
        graph.inputs.iter().map(|&id| info(graph, id)).collect();
    let mut casts = Vec::new();
    let mut stored = Vec::new();
    for &id in &used {
        let value = graph.value(id);
        let Some(constant) = &value.constant else {
            continue;
        };
        let (name, tensor) = match half(value) {
            Some(narrow) => {
                let name = fresh(&mut names, &format!("{}.float16", value.name));
                casts.push(cast(&name, &value.name));
                (name, tensor::encode("", &narrow))
            }
            None => (value.name.clone(), tensor::encode("", constant)),
        };
        // The first versions of ONNX list stored tensors as inputs too.
        if graph.ir_version < 4 {
            let ty = TensorType {
                dtype: DType::from_onnx(tensor.data_type.unwrap_or(0)),
                ..TensorType::of(constant)
            };
            listed.push(value_info(&name, Some(&ty)));
        }
        stored.push(proto::Tensor {
            name: Some(name),
            ..tensor
        });
    }
    for cast in casts {
        message::encode(1, &cast, &mut out);
    }
    for node in &graph.nodes {
        message::encode(1, &encode_node(graph, node), &mut out);
    }
    prost::encoding::string::encode(2, &graph_name(graph), &mut out);
    for tensor in stored {
        message::encode(5, &tensor, &mut out);
    }
    for input in listed {
        message::encode(11, &input, &mut out);
    }
    for &id in &graph.outputs {
        message::encode(12, &info(graph, id), &mut out);
    }
    for id in types_to_state(graph) {
        message::encode(13, &info(graph, id), &mut out);
    }
    out
}

/// ONNX asks for a name of at least one letter.
fn graph_name(graph: &Graph) -> String {
    match graph.name.is_empty() {
        true => "graph".into(),
        false => graph.name.clone(),
    }
}

/// Stored tensors that a node reads or that are outputs, in the order of their ids.
fn used_constants(graph: &Graph) -> BTreeSet<ValueId> {
    let reads = graph.nodes.iter().flat_map(Node::reads);
    let used = reads.chain(graph.outputs.iter().copied());
    used.filter(|&id| graph.constant(id).is_some()).collect()
}

/// What operators unknown to us make: nobody can infer these types again. The model's outputs have theirs anyway.
fn types_to_state(graph: &Graph) -> BTreeSet<ValueId> {
    let unknown = graph.nodes.iter().filter(|node| {
        let known = operator(node, graph.opset());
        !matches!(known, Ok(Some(_)))
    });
    let made = unknown.flat_map(|node| node.outputs.iter().flatten().copied());
    made.filter(|id| graph.value(*id).ty.is_some() && !graph.outputs.contains(id))
        .collect()
}

/// The float16 tensor to store in place of a float32 one, where it came as one and still is one.
fn half(value: &Value) -> Option<Tensor> {
    let (Storage::HalfThenCast, Some(Tensor::F32(wide))) =
        (value.storage, value.constant.as_deref())
    else {
        return None;
    };
    let narrow: ArrayD<f16> = wide.mapv(f16::from_f32);
    let exact = narrow
        .iter()
        .zip(wide)
        .all(|(half, x)| half.to_f32().to_bits() == x.to_bits());
    exact.then_some(Tensor::F16(narrow))
}

fn fresh(names: &mut BTreeSet<String>, base: &str) -> String {
    let mut name = base.to_string();
    let mut n = 1;
    while !names.insert(name.clone()) {
        name = format!("{base}_{n}");
        n += 1;
    }
    name
}

fn cast(from: &str, to: &str) -> proto::Node {
    let target = crate::graph::Attribute::Int(DType::F32.to_onnx().into());
    proto::Node {
        inputs: vec![from.to_string()],
        outputs: vec![to.to_string()],
        name: text(&format!("{to}.cast")),
        op_type: Some("Cast".into()),
        attributes: vec![attribute::encode("to", &target)],
        domain: None,
    }
}

fn encode_node(graph: &Graph, node: &Node) -> proto::Node {
    let names = |ids: &[Option<ValueId>]| {
        let name = |id: &Option<ValueId>| match id {
            Some(id) => graph.value(*id).name.clone(),
            None => String::new(),
        };
        ids.iter().map(name).collect()
    };
    let attributes = node.attributes.iter();
    proto::Node {
        inputs: names(&node.inputs),
        outputs: names(&node.outputs),
        name: text(&node.name),
        op_type: Some(node.op_type.clone()),
        attributes: attributes
            .map(|(name, a)| attribute::encode(name, a))
            .collect(),
        domain: text(&node.domain),
    }
}

/// What the file states of a value: a batch that it fixed is 1 again.
fn info(graph: &Graph, id: ValueId) -> proto::ValueInfo {
    let value = graph.value(id);
    let (Some(ty), Some(batch)) = (&value.ty, &graph.fixed_batch) else {
        return value_info(&value.name, value.ty.as_ref());
    };
    let fixed = |dim: &Dim| match Product::of(slice::from_ref(dim)) {
        Some(product) => product.without(batch).dim(),
        None => dim.clone(),
    };
    let shape = ty.shape.iter().map(fixed).collect();
    value_info(&value.name, Some(&TensorType::new(ty.dtype, shape)))
}

fn value_info(name: &str, ty: Option<&TensorType>) -> proto::ValueInfo {
    let dimension = |dim: &Dim| match dim {
        Dim::Known(size) => proto::Dimension {
            value: Some(*size as i64),
            param: None,
        },
        Dim::Symbol(name) => proto::Dimension {
            value: None,
            param: Some(name.to_string()),
        },
    };
    let tensor = ty.map(|ty| proto::TensorType {
        elem_type: Some(ty.dtype.to_onnx()),
        shape: Some(proto::Shape {
            dims: ty.shape.iter().map(dimension).collect(),
        }),
    });
    proto::ValueInfo {
        name: Some(name.to_string()),
        ty: tensor.map(|tensor| proto::Type {
            tensor: Some(tensor),
        }),
    }
}
