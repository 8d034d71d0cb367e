//! Bytes to graph.

use super::constants::{constant, widen_half};
use super::contrib::spelled_out;
use super::format::declared::{unnamed, value_info};
use super::format::{attribute, proto, sparse, tensor};
use super::inline::Functions;
use super::refusal::bad;
use super::sniff;
use crate::graph::{Attribute, Dim, Graph, Node, TensorType, Value, ValueId};
use crate::message::Message;
use crate::tensor::Tensor;
use crate::{Error, Result};
use bytes::Bytes;
use prost::Message as _;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The oldest operator set: earlier ones broadcast by other rules.
const OLDEST_OPSET: i64 = 7;

/// Reads a model. Nodes come out sorted, `Constant` nodes become stored tensors, and a float16 tensor that is only
/// cast to float32 becomes a float32 one that remembers how it was stored.
///
/// Fails on bytes that are no model, and on models that name a value twice, read one that nothing makes, run in a
/// circle, or keep tensors in other files. What it allocates is in proportion to the bytes.
pub fn read(bytes: Bytes) -> Result<Graph> {
    if bytes.is_empty() {
        return Err(Error::NotOnnx(message!("error-file-empty")));
    }
    let damaged = |_| sniff::not_onnx(&bytes);
    let model = proto::Model::decode(bytes.clone()).map_err(damaged)?;
    let Some(graph) = model.graph.clone() else {
        return Err(sniff::not_onnx(&bytes));
    };
    let graph = proto::Graph::decode(graph).map_err(damaged)?;
    let mut reader = Reader::new(header(model, &graph)?);
    reader.stored(graph.initializers)?;
    reader.sparse(graph.sparse_initializers)?;
    reader.inputs(graph.inputs)?;
    for node in graph.nodes {
        reader.node(node)?;
    }
    reader.outputs(graph.outputs)?;
    reader.types(graph.value_infos)?;
    reader.finish()
}

/// Reads one encoded `TensorProto`, as test data is stored.
pub fn read_tensor(bytes: Bytes) -> Result<Tensor> {
    let decoded = tensor::decode(&bytes).and_then(|(_, tensor)| tensor);
    decoded.map_err(|why| Error::NotOnnx(message!("error-bad-tensor", reason = why)))
}

/// What the outermost message says.
fn header(model: proto::Model, graph: &proto::Graph) -> Result<Graph> {
    let mut opsets = BTreeMap::new();
    for import in model.opset_import {
        let version = import.version.unwrap_or(0);
        let domain = default_domain(import.domain.unwrap_or_default());
        opsets.insert(domain, version);
    }
    match opsets.get("") {
        Some(version) if *version < OLDEST_OPSET => {
            return bad(message!(
                "error-old-opset",
                version = version,
                oldest = OLDEST_OPSET
            ));
        }
        None if opsets.is_empty() => {
            return bad(message!("error-no-opset"));
        }
        _ => {}
    }
    let pairs = model.metadata.into_iter();
    Ok(Graph {
        name: graph.name.clone().unwrap_or_default(),
        doc: model.doc.or(graph.doc.clone()).unwrap_or_default(),
        ir_version: model.ir_version.unwrap_or(0),
        producer_name: model.producer_name.unwrap_or_default(),
        producer_version: model.producer_version.unwrap_or_default(),
        domain: model.domain.unwrap_or_default(),
        model_version: model.model_version.unwrap_or(0),
        opsets,
        metadata: pairs
            .map(|e| (e.key.unwrap_or_default(), e.value.unwrap_or_default()))
            .collect(),
        functions: model.functions,
        ..Graph::default()
    })
}

fn default_domain(domain: String) -> String {
    if domain == "ai.onnx" {
        return String::new();
    }
    domain
}

/// The graph so far, and how its names are known.
pub struct Reader {
    graph: Graph,
    ids: BTreeMap<String, ValueId>,
    /// By value: whether something gives it (an input, a stored tensor, a node).
    given: Vec<bool>,
    functions: Functions,
    /// Names that each node's sub-graphs read, with the node's place.
    sub_reads: Vec<(usize, BTreeSet<String>)>,
}

impl Reader {
    /// Goes on with a graph that may have values and nodes.
    pub fn new(graph: Graph) -> Self {
        let ids = graph.values.iter().zip(0..);
        let mut reader = Reader {
            functions: Functions::new(&graph.functions, &graph.opsets),
            ids: ids.map(|(v, id)| (v.name.clone(), ValueId(id))).collect(),
            given: graph.values.iter().map(|v| v.constant.is_some()).collect(),
            graph,
            sub_reads: Vec::new(),
        };
        let made = reader.graph.nodes.iter().flat_map(|node| &node.outputs);
        for id in made.flatten().chain(&reader.graph.inputs) {
            reader.given[id.0 as usize] = true;
        }
        reader
    }

    /// The value of this name, new if there was none.
    fn id(&mut self, name: &str) -> ValueId {
        if let Some(&id) = self.ids.get(name) {
            return id;
        }
        let id = ValueId(self.graph.values.len() as u32);
        self.graph.values.push(Value {
            name: name.to_string(),
            ..Value::default()
        });
        self.given.push(false);
        self.ids.insert(name.to_string(), id);
        id
    }

    /// The same for one that is given here, for the first time.
    pub fn give(&mut self, name: &str, by: &Message) -> Result<ValueId> {
        let id = self.id(name);
        if std::mem::replace(&mut self.given[id.0 as usize], true) {
            return bad(message!("error-name-twice", name = name, by = by));
        }
        Ok(id)
    }

    /// Takes in the tensors that the file stores (`TensorProto`), each a value of its name.
    /// Errors: a tensor without a name, of the name of another, or that contradicts itself.
    pub fn stored(&mut self, tensors: Vec<Bytes>) -> Result<()> {
        for bytes in tensors {
            let decoded = tensor::decode(&bytes);
            let (name, tensor) = decoded
                .map_err(|why| Error::NotOnnx(message!("error-bad-stored-tensor", reason = why)))?;
            if name.is_empty() {
                return bad(message!("error-nameless-tensor"));
            }
            let tensor = tensor.map_err(|why| {
                Error::BadModel(message!(
                    "error-bad-named-tensor",
                    name = name,
                    reason = why
                ))
            })?;
            let id = self.give(&name, &message!("part-stored-tensor"))?;
            self.store(id, Arc::new(tensor));
        }
        Ok(())
    }

    /// Sparse tensors, stored dense.
    pub fn sparse(&mut self, tensors: Vec<Bytes>) -> Result<()> {
        for bytes in tensors {
            let (name, tensor) = sparse::decode(bytes)
                .map_err(|why| Error::NotOnnx(message!("error-bad-stored-tensor", reason = why)))?;
            if name.is_empty() {
                return bad(message!("error-nameless-tensor"));
            }
            let id = self.give(&name, &message!("part-stored-tensor"))?;
            self.store(id, Arc::new(tensor));
        }
        Ok(())
    }

    fn store(&mut self, id: ValueId, tensor: Arc<Tensor>) {
        self.describe(id, Some(TensorType::of(&tensor)), Some(tensor));
    }

    /// Says what is known of a value.
    pub fn describe(&mut self, id: ValueId, ty: Option<TensorType>, tensor: Option<Arc<Tensor>>) {
        let value = self.graph.value_mut(id);
        value.ty = ty;
        value.constant = tensor;
    }

    /// Lets the model give a value of this name besides.
    pub fn add_output(&mut self, name: &str) {
        let id = self.id(name);
        self.graph.outputs.push(id);
    }

    fn inputs(&mut self, infos: Vec<Bytes>) -> Result<()> {
        for info in infos {
            let (name, ty) = value_info(info, "input")?;
            let known = self.ids.get(&name).copied();
            if known.is_some_and(|id| self.graph.constant(id).is_some()) {
                continue;
            }
            let id = self.give(&name, &message!("part-input"))?;
            let mut ty = ty?;
            if let Some(first) = ty.as_mut().and_then(|ty| ty.shape.first_mut())
                && *first == unnamed(&name, 0)
            {
                *first = Dim::symbol("batch");
            }
            self.graph.value_mut(id).ty = ty;
            self.graph.inputs.push(id);
        }
        Ok(())
    }

    fn outputs(&mut self, infos: Vec<Bytes>) -> Result<()> {
        for info in infos {
            let (name, ty) = value_info(info, "output")?;
            let id = self.id(&name);
            if self.graph.outputs.contains(&id) {
                return bad(message!("error-output-twice", name = name));
            }
            self.graph.outputs.push(id);
            self.declare(id, ty?);
        }
        if self.graph.outputs.is_empty() {
            return bad(message!("error-no-outputs"));
        }
        Ok(())
    }

    /// Types that the file states for values in between. What is no tensor, or nonsense, is left unknown.
    fn types(&mut self, infos: Vec<Bytes>) -> Result<()> {
        for info in infos {
            let (name, ty) = value_info(info, "value")?;
            if let (Some(&id), Ok(ty)) = (self.ids.get(&name), ty) {
                self.declare(id, ty);
            }
        }
        Ok(())
    }

    fn declare(&mut self, id: ValueId, ty: Option<TensorType>) {
        let value = self.graph.value_mut(id);
        if value.ty.is_none() {
            value.ty = ty;
        }
    }

    fn node(&mut self, bytes: Bytes) -> Result<()> {
        let message = proto::Node::decode(bytes)
            .map_err(|_| Error::NotOnnx(message!("error-node-damaged")))?;
        self.decoded_node(message)
    }

    /// A node, or those that its function is made of.
    pub fn decoded_node(&mut self, message: proto::Node) -> Result<()> {
        let inlined = self.functions.expand(message).into_iter();
        let mut nodes = inlined
            .flat_map(spelled_out)
            .collect::<Vec<_>>()
            .into_iter();
        nodes.try_for_each(|node| self.plain_node(node))
    }

    fn plain_node(&mut self, message: proto::Node) -> Result<()> {
        let op_type = message.op_type.unwrap_or_default();
        let name = message.name.unwrap_or_default();
        let label = match (name.is_empty(), message.outputs.first()) {
            (true, Some(output)) => output.clone(),
            _ => name.clone(),
        };
        let fail = |why: Message| {
            Error::BadModel(message!(
                "error-node",
                node = label,
                operator = op_type,
                reason = why
            ))
        };
        if op_type.is_empty() {
            return Err(fail(message!("reason-node-no-operator")));
        }
        let mut attributes = BTreeMap::new();
        let mut sub_reads = BTreeSet::new();
        for bytes in &message.attributes {
            let (name, attribute) = attribute::decode(bytes, &mut sub_reads).map_err(fail)?;
            if let Some(_twice) = attributes.insert(name.clone(), attribute) {
                return Err(fail(message!("reason-node-attribute-twice", name = name)));
            }
        }
        let given_by = message!("part-node", node = label, operator = op_type);
        let mut outputs = Vec::with_capacity(message.outputs.len());
        for name in &message.outputs {
            outputs.push(match name.is_empty() {
                true => None,
                false => Some(self.give(name, &given_by)?),
            });
        }
        let domain = default_domain(message.domain.unwrap_or_default());
        if op_type == "Constant"
            && domain.is_empty()
            && let ([Some(output)], Some(tensor)) = (&outputs[..], constant(&attributes))
        {
            self.store(*output, tensor);
            return Ok(());
        }
        let inputs = message.inputs.iter();
        let inputs = inputs.map(|name| (!name.is_empty()).then(|| self.id(name)));
        let inputs = inputs.collect();
        if !sub_reads.is_empty() {
            self.sub_reads.push((self.graph.nodes.len(), sub_reads));
        }
        self.graph.nodes.push(Node {
            name,
            domain,
            op_type,
            inputs,
            outputs,
            attributes,
            captures: Vec::new(),
        });
        Ok(())
    }

    /// Nodes read stored tensors that are outputs of the model from copies, which a cut may make narrower.
    fn part_outputs(&mut self) {
        for output in self.graph.outputs.clone() {
            let Some(tensor) = self.graph.constant(output).cloned() else {
                continue;
            };
            let read = self
                .graph
                .nodes
                .iter()
                .any(|node| node.inputs.contains(&Some(output)));
            if read {
                let name = format!("{}.read", self.graph.value(output).name);
                let copy = self.graph.add_value(&name, None);
                self.given.push(true);
                self.store(copy, tensor);
                self.graph.replace_uses(output, copy);
            }
        }
    }

    /// The graph in order. Fails where something that is read is not given, and on cycles.
    pub fn finish(mut self) -> Result<Graph> {
        self.part_outputs();
        for (n, names) in std::mem::take(&mut self.sub_reads) {
            let known = names.iter().filter_map(|name| self.ids.get(name).copied());
            self.graph.nodes[n].captures = known.collect();
        }
        self.check_given()?;
        if !self.graph.opsets.contains_key("")
            && self.graph.nodes.iter().any(|n| n.domain.is_empty())
        {
            return bad(message!("error-no-standard-opset"));
        }
        let mut graph = self.graph;
        // Where all nodes are the standard's and none has sub-graphs, no function is used any more.
        let is_opaque = |attribute: &Attribute| matches!(attribute, Attribute::Opaque(_));
        let is_plain =
            |node: &Node| node.domain.is_empty() && !node.attributes.values().any(is_opaque);
        if graph.nodes.iter().all(is_plain) {
            graph.functions.clear();
        }
        // What is kept as bytes is copied: a part of the file would hold the whole of it in memory.
        for function in &mut graph.functions {
            *function = Bytes::copy_from_slice(function);
        }
        graph.sort_nodes()?;
        widen_half(&mut graph);
        Ok(graph)
    }

    fn check_given(&self) -> Result<()> {
        let missing = |id: &ValueId| !self.given[id.0 as usize];
        for node in &self.graph.nodes {
            if let Some(id) = node.reads().find(missing) {
                return bad(message!(
                    "error-node-reads-missing",
                    node = self.graph.node_label(node),
                    operator = node.op_type,
                    name = self.graph.value(id).name
                ));
            }
        }
        match self.graph.outputs.iter().find(|id| missing(id)) {
            Some(&id) => bad(message!(
                "error-output-missing",
                name = self.graph.value(id).name
            )),
            None => Ok(()),
        }
    }
}
