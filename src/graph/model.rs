//! The graph itself. Nodes stand in an order in which each comes after what it reads.

use super::TensorType;
use crate::tensor::Tensor;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value's place in [`Graph::values`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueId(pub u32);

/// How a constant is written to the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Storage {
    /// As its own element type.
    #[default]
    Plain,
    /// A float32 constant that came as float16 through a `Cast`. It is written in the same way again
    /// as long as each of its elements is still a float16 number.
    HalfThenCast,
}

/// A tensor that flows through the graph, or is stored in it.
#[derive(Debug, Clone, Default)]
pub struct Value {
    /// Unique in the graph.
    pub name: String,
    /// Known after shape inference, unless an unknown operator makes this value.
    pub ty: Option<TensorType>,
    /// The stored tensor (an initializer), shared between all models that have it in common.
    pub constant: Option<Arc<Tensor>>,
    pub storage: Storage,
    /// The type at any sizes, as the file states it or as it follows, where the model was opened at given ones and `ty` has numbers in
    /// place of symbols. `None` where nothing tells it.
    pub stated: Option<TensorType>,
    /// What the nodes that make this value come to at the sizes that were given, where it is a short list of numbers. The nodes
    /// stay, so that the model still runs at other sizes.
    pub content: Option<Arc<Tensor>>,
}

/// An operator's attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    Float(f32),
    Int(i64),
    String(String),
    Tensor(Arc<Tensor>),
    Floats(Vec<f32>),
    Ints(Vec<i64>),
    Strings(Vec<String>),
    /// Any other kind (sub-graphs, sparse tensors, types), as its encoded `AttributeProto`.
    Opaque(bytes::Bytes),
}

/// One use of an operator.
#[derive(Debug, Clone)]
pub struct Node {
    /// May be empty: ONNX does not ask for names. [`Graph::node_label`] always has one to show.
    pub name: String,
    /// Empty for the default domain (`ai.onnx` is read as empty too).
    pub domain: String,
    pub op_type: String,
    /// `None` where an optional input is left out.
    pub inputs: Vec<Option<ValueId>>,
    /// `None` where an optional output is left out.
    pub outputs: Vec<Option<ValueId>>,
    pub attributes: BTreeMap<String, Attribute>,
    /// Values of the outer graph that sub-graphs in this node's attributes read.
    pub captures: Vec<ValueId>,
}

/// A model.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    pub name: String,
    pub doc: String,
    pub ir_version: i64,
    pub producer_name: String,
    pub producer_version: String,
    pub domain: String,
    pub model_version: i64,
    /// Version of the operator set by domain.
    pub opsets: BTreeMap<String, i64>,
    /// `metadata_props` in the order of the file.
    pub metadata: Vec<(String, String)>,
    /// Encoded `FunctionProto`s, carried through.
    pub functions: Vec<bytes::Bytes>,
    pub nodes: Vec<Node>,
    pub values: Vec<Value>,
    /// What the caller feeds (initializers that ONNX lists as inputs too are not here).
    pub inputs: Vec<ValueId>,
    pub outputs: Vec<ValueId>,
    /// The symbol of a batch that the file fixes at 1 and that is open here: models are written with 1 in its place.
    pub fixed_batch: Option<Arc<str>>,
    /// The sizes that were given in place of symbols to open the model. Models are written with the symbols.
    pub sizes: BTreeMap<String, usize>,
}

impl Graph {
    /// The value behind an id of this graph. Panics for an id of another graph that has more values.
    pub fn value(&self, id: ValueId) -> &Value {
        &self.values[id.0 as usize]
    }

    /// The value behind an id of this graph, to be changed. Panics as [`Graph::value`].
    pub fn value_mut(&mut self, id: ValueId) -> &mut Value {
        &mut self.values[id.0 as usize]
    }

    /// The stored tensor behind a value, if it has one.
    pub fn constant(&self, id: ValueId) -> Option<&Arc<Tensor>> {
        self.value(id).constant.as_ref()
    }

    /// The numbers of a list that a node reads: a stored tensor, or what the list comes to at the sizes that were given.
    pub fn content(&self, id: ValueId) -> Option<&Arc<Tensor>> {
        let value = self.value(id);
        value.constant.as_ref().or(value.content.as_ref())
    }

    /// The version of the default operator set.
    pub fn opset(&self) -> i64 {
        self.opsets.get("").copied().unwrap_or(0)
    }

    /// The value with this name.
    pub fn find(&self, name: &str) -> Option<ValueId> {
        let at = self.values.iter().position(|v| v.name == name)?;
        Some(ValueId(at as u32))
    }

    /// What to call a node in front of a person: its name, or its first output's.
    pub fn node_label(&self, node: &Node) -> String {
        if !node.name.is_empty() {
            return node.name.clone();
        }
        match node.outputs.iter().flatten().next() {
            Some(&out) => self.value(out).name.clone(),
            None => node.op_type.clone(),
        }
    }
}

impl Node {
    /// The operator as `Domain.OpType`, the default domain left out.
    pub fn operator_name(&self) -> String {
        match self.domain.as_str() {
            "" => self.op_type.clone(),
            domain => format!("{domain}.{}", self.op_type),
        }
    }

    /// The `i`-th input, `None` where it is absent or left out.
    pub fn input(&self, i: usize) -> Option<ValueId> {
        self.inputs.get(i).copied().flatten()
    }

    /// The `i`-th output, `None` where it is left out.
    pub fn output(&self, i: usize) -> Option<ValueId> {
        self.outputs.get(i).copied().flatten()
    }

    /// An integer attribute, `None` where it is left out or of another type.
    pub fn int(&self, name: &str) -> Option<i64> {
        match self.attributes.get(name) {
            Some(Attribute::Int(x)) => Some(*x),
            _ => None,
        }
    }

    /// A number attribute, `None` where it is left out or of another type.
    pub fn float(&self, name: &str) -> Option<f32> {
        match self.attributes.get(name) {
            Some(Attribute::Float(x)) => Some(*x),
            _ => None,
        }
    }

    /// An attribute of integers, `None` where it is left out or of another type.
    pub fn ints(&self, name: &str) -> Option<&[i64]> {
        match self.attributes.get(name) {
            Some(Attribute::Ints(x)) => Some(x),
            _ => None,
        }
    }

    /// A text attribute, `None` where it is left out or of another type.
    pub fn string(&self, name: &str) -> Option<&str> {
        match self.attributes.get(name) {
            Some(Attribute::String(x)) => Some(x),
            _ => None,
        }
    }
}
