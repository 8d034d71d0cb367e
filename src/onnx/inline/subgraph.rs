//! The sub-graph of a node, and copies of it in the graph around.

use crate::graph::{Attribute, Node};
use crate::onnx::format::proto;
use crate::onnx::names::Names;
use crate::onnx::rename::{Renaming, defined};
use crate::tensor::Tensor;
use bytes::Bytes;
use prost::Message;
use std::collections::BTreeMap;

/// A decoded sub-graph.
pub struct Body {
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
    pub nodes: Vec<proto::Node>,
    /// Nodes that hold a tensor.
    pub constants: Vec<proto::Node>,
    pub initializers: Vec<Bytes>,
    pub sparse_initializers: Vec<Bytes>,
}

impl Body {
    /// The sub-graph that an attribute holds.
    pub fn of(node: &Node, attribute: &str) -> Option<Self> {
        let Some(Attribute::Opaque(bytes)) = node.attributes.get(attribute) else {
            return None;
        };
        let graph = proto::Attribute::decode(bytes.clone()).ok()?.g?;
        let graph = proto::Graph::decode(graph).ok()?;
        let names = |infos: &[Bytes]| {
            let infos = infos.iter();
            infos
                .map(|bytes| proto::ValueInfo::decode(bytes.clone()).ok()?.name)
                .collect::<Option<Vec<String>>>()
        };
        let nodes = graph.nodes.iter();
        let nodes: Vec<proto::Node> = nodes
            .map(|bytes| proto::Node::decode(bytes.clone()).ok())
            .collect::<Option<_>>()?;
        let is_constant = |node: &proto::Node| {
            let is_standard = node.domain.as_deref().is_none_or(str::is_empty);
            node.op_type.as_deref() == Some("Constant") && is_standard && node.inputs.is_empty()
        };
        let (constants, nodes) = nodes.into_iter().partition(is_constant);
        Some(Body {
            inputs: names(&graph.inputs)?,
            outputs: names(&graph.outputs)?,
            nodes,
            constants,
            initializers: graph.initializers,
            sparse_initializers: graph.sparse_initializers,
        })
    }

    /// The bytes that its nodes take.
    pub fn length(&self) -> usize {
        self.nodes.iter().map(Message::encoded_len).sum()
    }

    /// Names of all that is in the sub-graph, those of its stored tensors apart from the rest.
    fn own(&self) -> Option<[Vec<String>; 2]> {
        let stored = proto::Graph {
            initializers: self.initializers.clone(),
            sparse_initializers: self.sparse_initializers.clone(),
            ..Default::default()
        };
        let made = |nodes: &[proto::Node]| {
            let names = nodes.iter().flat_map(|node| node.outputs.clone());
            names.filter(|name| !name.is_empty()).collect::<Vec<_>>()
        };
        let mut stored: Vec<String> = defined(&stored)?.into_iter().collect();
        stored.extend(made(&self.constants));
        Some([stored, made(&self.nodes)])
    }
}

/// What takes the place of a node.
#[derive(Default)]
pub struct Replacement {
    pub nodes: Vec<proto::Node>,
    pub tensors: Vec<(String, Tensor)>,
    pub initializers: Vec<Bytes>,
    pub sparse_initializers: Vec<Bytes>,
}

impl Replacement {
    /// Puts the stored tensors of a sub-graph, once, beside those of the graph around, and says how they are called there.
    pub fn store(&mut self, body: &Body, names: &mut Names) -> Option<BTreeMap<String, String>> {
        let [stored, _] = body.own()?;
        let stored: BTreeMap<String, String> = stored
            .into_iter()
            .map(|name| (name.clone(), names.fresh(&name)))
            .collect();
        // Of a field that is there twice, the later one counts.
        let renamed = |bytes: &Bytes| {
            let name = stored.get(&proto::TensorName::decode(bytes.clone()).ok()?.name?)?;
            let mut renamed = bytes.to_vec();
            prost::encoding::string::encode(8, name, &mut renamed);
            Some(Bytes::from(renamed))
        };
        for node in &body.constants {
            let mut node = node.clone();
            for name in &mut node.outputs {
                if let Some(outer) = stored.get(name) {
                    name.clone_from(outer);
                }
            }
            self.nodes.push(node);
        }
        for bytes in &body.initializers {
            self.initializers.push(renamed(bytes)?);
        }
        for bytes in &body.sparse_initializers {
            let mut tensor = proto::SparseTensor::decode(bytes.clone()).ok()?;
            tensor.values = Some(renamed(&tensor.values?)?);
            let bytes = tensor.encode_to_vec();
            self.sparse_initializers.push(bytes.into());
        }
        Some(stored)
    }

    /// Adds the nodes of a sub-graph once, and gives what its outputs are called. `known` says how its inputs and stored tensors
    /// are called; `prefix` begins the names of what it makes, where they are taken.
    pub fn paste(
        &mut self,
        body: &Body,
        known: &BTreeMap<String, String>,
        prefix: &str,
        names: &mut Names,
    ) -> Option<Vec<String>> {
        let [_, made] = body.own()?;
        let mut known = known.clone();
        for name in made {
            let outer = names.fresh(&format!("{prefix}/{name}"));
            known.insert(name, outer);
        }
        let outer = |name: &str| known.get(name).map_or(name, String::as_str).to_string();
        let renaming = Renaming {
            name: &outer,
            attributes: None,
        };
        for node in &body.nodes {
            let mut node = node.clone();
            renaming.node(&mut node)?;
            let own = node.name.take().filter(|name| !name.is_empty());
            let own = own.or_else(|| node.op_type.clone()).unwrap_or_default();
            node.name = Some(format!("{prefix}/{own}"));
            self.nodes.push(node);
        }
        Some(body.outputs.iter().map(|name| outer(name)).collect())
    }

    /// Adds a stored tensor, and gives its name.
    pub fn constant(&mut self, base: &str, tensor: Tensor, names: &mut Names) -> String {
        let name = names.fresh(base);
        self.tensors.push((name.clone(), tensor));
        name
    }

    /// Adds a node of the standard that makes one value.
    pub fn node(&mut self, operator: &str, inputs: &[&str], output: &str, attributes: Vec<Bytes>) {
        self.nodes.push(proto::Node {
            inputs: inputs.iter().map(|name| (*name).to_string()).collect(),
            outputs: vec![output.to_string()],
            name: Some(format!("{output}.{operator}")),
            op_type: Some(operator.into()),
            attributes,
            domain: None,
        });
    }
}
