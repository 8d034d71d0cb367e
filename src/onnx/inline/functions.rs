//! Functions that a model brings along: each use is replaced by the nodes that the function is made of.

use crate::onnx::format::proto;
use crate::onnx::rename::Renaming;
use bytes::Bytes;
use prost::Message;
use std::collections::BTreeMap;

/// Functions that use functions: deeper than any exporter goes.
const MAX_DEPTH: usize = 8;
/// Nodes that may be made: functions that use each other twice ask for more than any computer has.
const MAX_NODES: usize = 1 << 16;

/// The functions of a model, by domain and name.
pub struct Functions {
    by_name: BTreeMap<(String, String), proto::Function>,
    made: usize,
}

impl Functions {
    /// Those that can be replaced: of the model's own versions of operators.
    pub fn new(encoded: &[Bytes], opsets: &BTreeMap<String, i64>) -> Self {
        let decoded = encoded
            .iter()
            .filter_map(|bytes| proto::Function::decode(bytes.clone()).ok());
        let same = |import: &proto::OperatorSet| {
            let domain = import.domain.as_deref().unwrap_or_default();
            let domain = if domain == "ai.onnx" { "" } else { domain };
            let own = opsets.get(domain);
            own.is_none_or(|&own| own == import.version.unwrap_or(0))
        };
        let replaced = decoded.filter(|function| function.opset_import.iter().all(same));
        let named = replaced.map(|function| {
            let domain = function.domain.clone().unwrap_or_default();
            (
                (domain, function.name.clone().unwrap_or_default()),
                function,
            )
        });
        Functions {
            by_name: named.collect(),
            made: 0,
        }
    }

    /// The nodes that a node stands for, itself where it is no use of a function.
    pub fn expand(&mut self, node: proto::Node) -> Vec<proto::Node> {
        let mut nodes = Vec::new();
        self.expand_into(node, MAX_DEPTH, &mut nodes);
        nodes
    }

    fn expand_into(&mut self, node: proto::Node, depth: usize, nodes: &mut Vec<proto::Node>) {
        let key = (
            node.domain.clone().unwrap_or_default(),
            node.op_type.clone().unwrap_or_default(),
        );
        let body = match self.by_name.get(&key) {
            Some(function) if depth > 0 && self.made <= MAX_NODES => body(function, &node),
            _ => None,
        };
        let Some(body) = body else {
            return nodes.push(node);
        };
        self.made += body.len();
        for inner in body {
            self.expand_into(inner, depth - 1, nodes);
        }
    }
}

/// A function's nodes with the names and attributes of one use. `None` where the use does not fit.
fn body(function: &proto::Function, used: &proto::Node) -> Option<Vec<proto::Node>> {
    let prefix = used.outputs.iter().find(|name| !name.is_empty())?;
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    let given = |names: &[String], at: usize| names.get(at).cloned().unwrap_or_default();
    for (at, name) in function.inputs.iter().enumerate() {
        names.insert(name, given(&used.inputs, at));
    }
    for (at, name) in function.outputs.iter().enumerate() {
        let outer = given(&used.outputs, at);
        if !outer.is_empty() {
            names.insert(name, outer);
        }
    }
    let rename = |name: &str| match names.get(name) {
        Some(outer) => outer.clone(),
        None if name.is_empty() => String::new(),
        None => format!("{prefix}/{name}"),
    };
    let mut outer = BTreeMap::new();
    for bytes in function.defaults.iter().chain(&used.attributes) {
        let attribute = proto::Attribute::decode(bytes.clone()).ok()?;
        outer.insert(attribute.name.clone().unwrap_or_default(), attribute);
    }
    let renaming = Renaming {
        name: &rename,
        attributes: Some(&outer),
    };
    let label = used.name.clone().unwrap_or_else(|| prefix.clone());
    let nodes = function.nodes.iter().map(|bytes| {
        let mut node = proto::Node::decode(bytes.clone()).ok()?;
        renaming.node(&mut node)?;
        let own = node.name.take().filter(|name| !name.is_empty());
        let own = own.or_else(|| node.op_type.clone()).unwrap_or_default();
        node.name = Some(format!("{label}/{own}"));
        Some(node)
    });
    nodes.collect()
}
