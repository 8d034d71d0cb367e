//! `AttributeProto` to [`Attribute`] and back, and the outer values that sub-graphs read.

use super::proto::{self, kind};
use super::tensor;
use crate::graph::Attribute;
use crate::message::Message;
use crate::onnx::rename::defined;
use bytes::Bytes;
use prost::Message as _;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Sub-graphs in sub-graphs: deeper than any exporter goes.
const MAX_DEPTH: usize = 16;

/// Reads one attribute: its name and itself. Names that its sub-graphs read go into `captures`.
/// Errors are half-sentences without the node's name.
pub fn decode(
    bytes: &Bytes,
    captures: &mut BTreeSet<String>,
) -> Result<(String, Attribute), Message> {
    let message = proto::Attribute::decode(bytes.clone())
        .map_err(|_| message!("reason-node-damaged-attribute"))?;
    let name = message.name.clone().unwrap_or_default();
    if name.is_empty() {
        return Err(message!("reason-node-nameless-attribute"));
    }
    for graph in message.g.iter().chain(&message.graphs) {
        read_names(graph, &BTreeSet::new(), captures, MAX_DEPTH)?;
    }
    let attribute = convert(message, bytes)
        .map_err(|why| message!("reason-node-attribute", name = name, reason = why))?;
    Ok((name, attribute))
}

fn convert(message: proto::Attribute, bytes: &Bytes) -> Result<Attribute, Message> {
    // Copied: a part of the file would hold the whole of it in memory.
    let opaque = || Attribute::Opaque(Bytes::copy_from_slice(bytes));
    if message.reference.as_ref().is_some_and(|r| !r.is_empty()) {
        return Ok(opaque());
    }
    let text = |s: &Bytes| String::from_utf8(s.to_vec()).ok();
    Ok(match message.kind.unwrap_or_else(|| kind_of(&message)) {
        kind::FLOAT => Attribute::Float(message.f.unwrap_or(0.0)),
        kind::INT => Attribute::Int(message.i.unwrap_or(0)),
        kind::STRING => match text(&message.s.unwrap_or_default()) {
            Some(text) => Attribute::String(text),
            None => opaque(),
        },
        kind::TENSOR => match message.t {
            Some(t) => Attribute::Tensor(Arc::new(tensor::decode(&t)?.1?)),
            None => return Err(message!("reason-tensor-missing")),
        },
        kind::FLOATS => Attribute::Floats(message.floats),
        kind::INTS => Attribute::Ints(message.ints),
        kind::STRINGS => match message.strings.iter().map(text).collect() {
            Some(texts) => Attribute::Strings(texts),
            None => opaque(),
        },
        _ => opaque(),
    })
}

/// Early files leave the kind out: what is filled tells.
fn kind_of(message: &proto::Attribute) -> i32 {
    match message {
        m if m.f.is_some() => kind::FLOAT,
        m if m.i.is_some() => kind::INT,
        m if m.s.is_some() => kind::STRING,
        m if m.t.is_some() => kind::TENSOR,
        m if !m.floats.is_empty() => kind::FLOATS,
        m if !m.ints.is_empty() => kind::INTS,
        m if !m.strings.is_empty() => kind::STRINGS,
        _ => 0,
    }
}

/// Names that a sub-graph or what is nested in it reads from outside; `around` are those of the sub-graphs around it.
fn read_names(
    graph: &Bytes,
    around: &BTreeSet<String>,
    names: &mut BTreeSet<String>,
    depth: usize,
) -> Result<(), Message> {
    let damaged = || message!("reason-node-damaged-subgraph");
    if depth == 0 {
        return Err(message!("reason-node-deep-subgraphs"));
    }
    let graph = proto::Graph::decode(graph.clone()).map_err(|_| damaged())?;
    let mut own = defined(&graph).ok_or_else(damaged)?;
    own.extend(around.iter().cloned());
    for output in graph.outputs {
        let output = proto::ValueInfo::decode(output).map_err(|_| damaged())?;
        names.extend(output.name.filter(|name| !own.contains(name)));
    }
    for node in graph.nodes {
        let node = proto::Node::decode(node).map_err(|_| damaged())?;
        let read = node.inputs.into_iter();
        names.extend(read.filter(|name| !own.contains(name)));
        for attribute in node.attributes {
            let attribute = proto::Attribute::decode(attribute).map_err(|_| damaged())?;
            for graph in attribute.g.iter().chain(&attribute.graphs) {
                read_names(graph, &own, names, depth - 1)?;
            }
        }
    }
    Ok(())
}

/// Encodes an attribute under a name.
pub fn encode(name: &str, attribute: &Attribute) -> Bytes {
    let mut message = proto::Attribute {
        name: Some(name.to_string()),
        ..Default::default()
    };
    let kind = match attribute {
        Attribute::Opaque(bytes) => return bytes.clone(),
        Attribute::Float(x) => {
            message.f = Some(*x);
            kind::FLOAT
        }
        Attribute::Int(x) => {
            message.i = Some(*x);
            kind::INT
        }
        Attribute::String(text) => {
            message.s = Some(text.clone().into());
            kind::STRING
        }
        Attribute::Tensor(t) => {
            message.t = Some(tensor::Encoded::new("", t).to_bytes());
            kind::TENSOR
        }
        Attribute::Floats(list) => {
            message.floats = list.clone();
            kind::FLOATS
        }
        Attribute::Ints(list) => {
            message.ints = list.clone();
            kind::INTS
        }
        Attribute::Strings(list) => {
            message.strings = list.iter().map(|s| s.clone().into()).collect();
            kind::STRINGS
        }
    };
    message.kind = Some(kind);
    message.encode_to_vec().into()
}
