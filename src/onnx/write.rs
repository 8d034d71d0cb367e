//! Graph to bytes.

use super::format::tensor::Encoded;
use super::format::{attribute, proto};
use super::names::Names;
use crate::graph::{Dim, Graph, Node, Product, Storage, TensorType, Value, ValueId};
use crate::ops::graph::sizes::with_symbols;
use crate::ops::operator;
use crate::tensor::{DType, Tensor};
use crate::{Error, Result};
use half::f16;
use ndarray::ArrayD;
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint, key_len, message, string};
use prost::length_delimiter_len;
use std::collections::BTreeSet;
use std::slice;

/// Protocol buffers end here, and so do ONNX files.
const LARGEST_FILE: usize = i32::MAX as usize;

/// Writes a model as an ONNX file. The same graph gives the same bytes everywhere.
///
/// Fails only where the file would be past the 2 GiB that ONNX allows.
pub fn write(graph: &Graph) -> Result<Vec<u8>> {
    write_with(graph, &|_| None)
}

/// As [`write`], with other elements in place of some stored tensors: those of what `other` gives for a value, which has the
/// same element type and shape. It is asked for one after the other, so that no more than one of them is in memory.
pub fn write_with(graph: &Graph, other: &dyn Fn(ValueId) -> Option<Tensor>) -> Result<Vec<u8>> {
    let parts = Parts::new(graph);
    let body = parts.encoded_len();
    let header = encode_header(graph);
    let len = header.len() + key_len(7) + length_delimiter_len(body) + body;
    if len > LARGEST_FILE {
        return Err(Error::TooLarge(message!("error-model-too-large")));
    }
    let mut file = Vec::with_capacity(len);
    file.extend_from_slice(&header);
    encode_key(7, WireType::LengthDelimited, &mut file);
    encode_varint(body as u64, &mut file);
    parts.encode(other, &mut file);
    debug_assert_eq!(file.len(), len);
    Ok(file)
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

/// What a `GraphProto` is written from. The tensors are large, so nothing is copied but straight into the file.
struct Parts<'g> {
    nodes: Vec<proto::Node>,
    name: String,
    stored: Vec<(ValueId, Encoded<'g>)>,
    inputs: Vec<proto::ValueInfo>,
    outputs: Vec<proto::ValueInfo>,
    types: Vec<proto::ValueInfo>,
}

impl<'g> Parts<'g> {
    fn new(graph: &'g Graph) -> Self {
        let mut names = Names::of(graph);
        let mut inputs: Vec<proto::ValueInfo> =
            graph.inputs.iter().map(|&id| info(graph, id)).collect();
        let mut nodes = Vec::with_capacity(graph.nodes.len());
        let mut stored = Vec::new();
        for id in used_constants(graph) {
            let value = graph.value(id);
            let Some(constant) = &value.constant else {
                continue;
            };
            let (name, tensor) = match half(value) {
                Some(wide) => {
                    let name = names.fresh(&format!("{}.float16", value.name));
                    nodes.push(cast(&name, &value.name));
                    let tensor = Encoded::narrowed(&name, wide);
                    (name, tensor)
                }
                None => (value.name.clone(), Encoded::new(&value.name, constant)),
            };
            // The first versions of ONNX list stored tensors as inputs too.
            if graph.ir_version < 4 {
                let ty = TensorType {
                    dtype: tensor.dtype(),
                    ..TensorType::of(constant)
                };
                inputs.push(value_info(&name, Some(&ty)));
            }
            stored.push((id, tensor));
        }
        nodes.extend(graph.nodes.iter().map(|node| encode_node(graph, node)));
        let infos =
            |ids: &mut dyn Iterator<Item = ValueId>| ids.map(|id| info(graph, id)).collect();
        Parts {
            nodes,
            name: graph_name(graph),
            stored,
            inputs,
            outputs: infos(&mut graph.outputs.iter().copied()),
            types: infos(&mut types_to_state(graph).into_iter()),
        }
    }

    fn encoded_len(&self) -> usize {
        let stored = self.stored.iter().map(|(_, tensor)| {
            let len = tensor.encoded_len();
            key_len(5) + length_delimiter_len(len) + len
        });
        message::encoded_len_repeated(1, &self.nodes)
            + string::encoded_len(2, &self.name)
            + stored.sum::<usize>()
            + message::encoded_len_repeated(11, &self.inputs)
            + message::encoded_len_repeated(12, &self.outputs)
            + message::encoded_len_repeated(13, &self.types)
    }

    fn encode(&self, other: &dyn Fn(ValueId) -> Option<Tensor>, out: &mut Vec<u8>) {
        message::encode_repeated(1, &self.nodes, out);
        string::encode(2, &self.name, out);
        for (id, tensor) in &self.stored {
            encode_key(5, WireType::LengthDelimited, out);
            encode_varint(tensor.encoded_len() as u64, out);
            tensor.encode(other(*id).as_ref(), out);
        }
        message::encode_repeated(11, &self.inputs, out);
        message::encode_repeated(12, &self.outputs, out);
        message::encode_repeated(13, &self.types, out);
    }
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

/// The numbers of a float32 tensor that came as a float16 one and still is one.
fn half(value: &Value) -> Option<&ArrayD<f32>> {
    let (Storage::HalfThenCast, Some(Tensor::F32(wide))) =
        (value.storage, value.constant.as_deref())
    else {
        return None;
    };
    let is_half = |x: &f32| f16::from_f32(*x).to_f32().to_bits() == x.to_bits();
    wide.iter().all(is_half).then_some(wide)
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

/// What the file states of a value: a batch that it fixed is 1 again, and sizes that were given are symbols.
fn info(graph: &Graph, id: ValueId) -> proto::ValueInfo {
    let value = graph.value(id);
    let Some(mut ty) = value.ty.clone() else {
        return value_info(&value.name, None);
    };
    if !graph.sizes.is_empty() && value.constant.is_none() {
        match &value.stated {
            Some(stated) => ty = with_symbols(&ty, stated),
            None => return shapeless(&value.name, ty.dtype),
        }
    }
    if let Some(batch) = &graph.fixed_batch {
        for dim in &mut ty.shape {
            if let Some(product) = Product::of(slice::from_ref(dim)) {
                *dim = product.without(batch).dim();
            }
        }
    }
    value_info(&value.name, Some(&ty))
}

/// What is stated of a value whose shape nothing tells at any sizes.
fn shapeless(name: &str, dtype: DType) -> proto::ValueInfo {
    proto::ValueInfo {
        name: Some(name.to_string()),
        ty: Some(proto::Type {
            tensor: Some(proto::TensorType {
                elem_type: Some(dtype.to_onnx()),
                shape: None,
            }),
        }),
    }
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
