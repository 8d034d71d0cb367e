//! Other names for the values that nodes read and make, in their sub-graphs as well.

use super::format::proto;
use bytes::Bytes;
use prost::Message;
use std::collections::{BTreeMap, BTreeSet};

/// Sub-graphs in sub-graphs: deeper than any exporter goes.
const MAX_DEPTH: usize = 16;

/// What is put in place of names, and of attributes that stand for those of a function.
pub struct Renaming<'a> {
    pub name: &'a dyn Fn(&str) -> String,
    /// The attributes of the function's use, by name; `None` outside functions.
    pub attributes: Option<&'a BTreeMap<String, proto::Attribute>>,
}

impl Renaming<'_> {
    /// Renames what a node reads and makes. `None` where its bytes are damaged.
    pub fn node(&self, node: &mut proto::Node) -> Option<()> {
        self.node_inside(node, &BTreeSet::new(), MAX_DEPTH)
    }

    /// `own` are the names of the sub-graphs around the node, which stay.
    fn node_inside(
        &self,
        node: &mut proto::Node,
        own: &BTreeSet<String>,
        depth: usize,
    ) -> Option<()> {
        for name in node.inputs.iter_mut().chain(&mut node.outputs) {
            if !name.is_empty() && !own.contains(name) {
                *name = (self.name)(name);
            }
        }
        let mut attributes = Vec::with_capacity(node.attributes.len());
        for bytes in &node.attributes {
            attributes.extend(self.attribute(bytes, own, depth)?);
        }
        node.attributes = attributes;
        Some(())
    }

    /// The attribute with other names inside; none where it stands for one that the function's use leaves out.
    fn attribute(
        &self,
        bytes: &Bytes,
        own: &BTreeSet<String>,
        depth: usize,
    ) -> Option<Option<Bytes>> {
        let mut attribute = proto::Attribute::decode(bytes.clone()).ok()?;
        let reference = attribute.reference.as_deref();
        let reference = reference.filter(|name| !name.is_empty());
        if let (Some(given), Some(reference)) = (self.attributes, reference) {
            let renamed = given.get(reference).map(|given| proto::Attribute {
                name: attribute.name.clone(),
                ..given.clone()
            });
            return Some(renamed.map(|attribute| attribute.encode_to_vec().into()));
        }
        if attribute.g.is_none() && attribute.graphs.is_empty() {
            return Some(Some(bytes.clone()));
        }
        let depth = depth.checked_sub(1)?;
        for graph in attribute.g.iter_mut().chain(&mut attribute.graphs) {
            *graph = self.graph(graph, own, depth)?;
        }
        Some(Some(attribute.encode_to_vec().into()))
    }

    fn graph(&self, bytes: &Bytes, own: &BTreeSet<String>, depth: usize) -> Option<Bytes> {
        let mut graph = proto::Graph::decode(bytes.clone()).ok()?;
        let mut own = own.clone();
        own.extend(defined(&graph)?);
        for bytes in &mut graph.nodes {
            let mut node = proto::Node::decode(bytes.clone()).ok()?;
            self.node_inside(&mut node, &own, depth)?;
            *bytes = node.encode_to_vec().into();
        }
        for bytes in &mut graph.outputs {
            let name = proto::ValueInfo::decode(bytes.clone()).ok()?.name?;
            if !own.contains(&name) {
                // Of a field that is there twice, the later one counts: the rest stays as it is.
                let mut renamed = bytes.to_vec();
                prost::encoding::string::encode(1, &(self.name)(&name), &mut renamed);
                *bytes = renamed.into();
            }
        }
        Some(graph.encode_to_vec().into())
    }
}

/// The names of what a sub-graph is given, stores and makes. `None` where its bytes are damaged.
pub fn defined(graph: &proto::Graph) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for bytes in &graph.inputs {
        names.extend(proto::ValueInfo::decode(bytes.clone()).ok()?.name);
    }
    for bytes in &graph.initializers {
        names.extend(proto::TensorName::decode(bytes.clone()).ok()?.name);
    }
    for bytes in &graph.sparse_initializers {
        let values = proto::SparseTensor::decode(bytes.clone()).ok()?.values?;
        names.extend(proto::TensorName::decode(values).ok()?.name);
    }
    for bytes in &graph.nodes {
        names.extend(proto::Node::decode(bytes.clone()).ok()?.outputs);
    }
    Some(names)
}
