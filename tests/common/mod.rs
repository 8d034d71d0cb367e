//! What the integration tests share: small graphs built in code, and a plain reference to run them.

#![allow(dead_code)] // each test binary uses a part of it

pub mod by_kernel;
pub mod colors;
pub mod nets;
pub mod open_nets;
pub mod random_net;
pub mod reference;
pub mod repacking;
#[path = "../support/skipped.rs"]
pub mod skipped;
pub mod slopes;

use secateur::graph::{Attribute, Dim, Graph, Node, TensorType, Value, ValueId};
use secateur::ops::graph::shapes::infer;
use secateur::ops::{self, Known};
use secateur::tensor::{DType, Tensor};
use std::collections::BTreeMap;
use std::sync::Arc;

pub const OPSET: i64 = 17;

/// A small, fast, repeatable source of numbers (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// From -1 to 1.
    pub fn number(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }

    pub fn tensor(&mut self, shape: &[usize]) -> Tensor {
        let count = shape.iter().product();
        Tensor::from_f32(shape, (0..count).map(|_| self.number()).collect())
    }

    /// `count` different numbers below `n`, in order.
    pub fn choose(&mut self, n: usize, count: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..n).collect();
        for i in 0..count.min(n) {
            let j = i + self.below(n - i);
            all.swap(i, j);
        }
        all.truncate(count);
        all.sort_unstable();
        all
    }
}

/// A graph under construction. Shapes are inferred node by node.
pub struct Net {
    pub graph: Graph,
    pub random: Random,
    /// Whether stored tensors are all zero: enough to count what a large network has.
    pub hollow: bool,
    /// What the operators know of each value.
    known: BTreeMap<ValueId, Known>,
}

pub fn int(x: i64) -> Attribute {
    Attribute::Int(x)
}

pub fn ints(x: &[i64]) -> Attribute {
    Attribute::Ints(x.to_vec())
}

impl Net {
    pub fn new(seed: u64) -> Self {
        let mut graph = Graph {
            name: "test".into(),
            ir_version: 8,
            ..Graph::default()
        };
        graph.opsets.insert(String::new(), OPSET);
        let random = Random(seed);
        Net {
            graph,
            random,
            hollow: false,
            known: BTreeMap::new(),
        }
    }

    fn value(&mut self, name: String, ty: Option<TensorType>, tensor: Option<Tensor>) -> ValueId {
        self.graph.values.push(Value {
            name,
            ty,
            constant: tensor.map(Arc::new),
            ..Value::default()
        });
        ValueId(self.graph.values.len() as u32 - 1)
    }

    pub fn input(&mut self, shape: &[usize]) -> ValueId {
        self.input_of(DType::F32, shape)
    }

    pub fn integer_input(&mut self, shape: &[usize]) -> ValueId {
        self.input_of(DType::I64, shape)
    }

    fn input_of(&mut self, dtype: DType, shape: &[usize]) -> ValueId {
        let dims = shape.iter().map(|&n| n.into()).collect();
        let name = format!("x{}", self.graph.inputs.len());
        let known = Known::new(dtype, dims);
        let id = self.value(name, Some(known.ty.clone()), None);
        self.known.insert(id, known);
        self.graph.inputs.push(id);
        id
    }

    pub fn constant(&mut self, tensor: Tensor) -> ValueId {
        let name = format!("c{}", self.graph.values.len());
        let known = Known::of(Arc::new(tensor.clone()));
        let id = self.value(name, Some(known.ty.clone()), Some(tensor));
        self.known.insert(id, known);
        id
    }

    /// A random stored tensor.
    pub fn weight(&mut self, shape: &[usize]) -> ValueId {
        let tensor = match self.hollow {
            true => Tensor::from_f32(shape, vec![0.0; shape.iter().product()]),
            false => self.random.tensor(shape),
        };
        self.constant(tensor)
    }

    /// A random stored vector of positive numbers.
    pub fn positive(&mut self, n: usize) -> ValueId {
        let numbers = (0..n).map(|_| self.random.number().abs() + 0.5).collect();
        self.constant(Tensor::from_f32(&[n], numbers))
    }

    pub fn integers(&mut self, numbers: &[i64]) -> ValueId {
        self.constant(Tensor::from_i64(&[numbers.len()], numbers.to_vec()))
    }

    pub fn op(
        &mut self,
        op: &str,
        inputs: &[ValueId],
        attributes: &[(&str, Attribute)],
    ) -> ValueId {
        self.op_n(op, inputs, attributes, 1)[0]
    }

    pub fn op_n(
        &mut self,
        op: &str,
        inputs: &[ValueId],
        attributes: &[(&str, Attribute)],
        outputs: usize,
    ) -> Vec<ValueId> {
        let at = self.graph.nodes.len();
        let outputs: Vec<ValueId> = (0..outputs)
            .map(|i| self.value(format!("{op}{at}_{i}"), None, None))
            .collect();
        let node = Node {
            name: format!("{op}{at}"),
            domain: String::new(),
            op_type: op.into(),
            inputs: inputs.iter().copied().map(Some).collect(),
            outputs: outputs.iter().copied().map(Some).collect(),
            attributes: attributes
                .iter()
                .map(|(name, value)| (name.to_string(), value.clone()))
                .collect::<BTreeMap<_, _>>(),
            captures: Vec::new(),
        };
        let known: Vec<Option<Known>> = inputs
            .iter()
            .map(|id| self.known.get(id).cloned())
            .collect();
        let operator = ops::operator(&node, OPSET).unwrap_or_else(|e| panic!("{op}: {e}"));
        if let Some(operator) = operator {
            let inferred = operator.infer(&known);
            let inferred = inferred.unwrap_or_else(|e| panic!("{op}{at}: {e}"));
            for (id, known) in outputs.iter().zip(inferred) {
                self.graph.value_mut(*id).ty = Some(known.ty.clone());
                self.known.insert(*id, known);
            }
        }
        self.graph.nodes.push(node);
        outputs
    }

    pub fn dims(&self, id: ValueId) -> Vec<usize> {
        let ty = self.graph.value(id).ty.as_ref().expect("typed");
        ty.known_shape().expect("known shape")
    }

    /// `k`×`k` convolution with a bias and a border that keeps the size.
    pub fn conv(&mut self, x: ValueId, out: usize, k: usize) -> ValueId {
        self.conv_with(x, out, k, 1, 1, k / 2, true)
    }

    #[allow(clippy::too_many_arguments)]
    pub fn conv_with(
        &mut self,
        x: ValueId,
        out: usize,
        k: usize,
        group: usize,
        stride: usize,
        pad: usize,
        bias: bool,
    ) -> ValueId {
        let channels = self.dims(x)[1];
        let mut inputs = vec![x, self.weight(&[out, channels / group, k, k])];
        if bias {
            inputs.push(self.weight(&[out]));
        }
        self.conv_of(&inputs, group, stride, pad)
    }

    /// A convolution with the given inputs.
    pub fn conv_of(
        &mut self,
        inputs: &[ValueId],
        group: usize,
        stride: usize,
        pad: usize,
    ) -> ValueId {
        let (group, stride, pad) = (group as i64, stride as i64, pad as i64);
        let attributes = [
            ("group", int(group)),
            ("strides", ints(&[stride, stride])),
            ("pads", ints(&[pad; 4])),
        ];
        self.op("Conv", inputs, &attributes)
    }

    pub fn batch_norm(&mut self, x: ValueId) -> ValueId {
        let n = self.dims(x)[1];
        let inputs = [
            x,
            self.positive(n),
            self.weight(&[n]),
            self.weight(&[n]),
            self.positive(n),
        ];
        self.op("BatchNormalization", &inputs, &[])
    }

    pub fn relu(&mut self, x: ValueId) -> ValueId {
        self.op("Relu", &[x], &[])
    }

    pub fn add(&mut self, a: ValueId, b: ValueId) -> ValueId {
        self.op("Add", &[a, b], &[])
    }

    pub fn concat(&mut self, parts: &[ValueId], axis: i64) -> ValueId {
        self.op("Concat", parts, &[("axis", int(axis))])
    }

    pub fn reshape(&mut self, x: ValueId, to: &[i64]) -> ValueId {
        let to = self.integers(to);
        self.op("Reshape", &[x, to], &[])
    }

    pub fn transpose(&mut self, x: ValueId, order: &[i64]) -> ValueId {
        self.op("Transpose", &[x], &[("perm", ints(order))])
    }

    pub fn pool(&mut self, x: ValueId) -> ValueId {
        self.op("GlobalAveragePool", &[x], &[])
    }

    pub fn flatten(&mut self, x: ValueId) -> ValueId {
        self.op("Flatten", &[x], &[])
    }

    /// `x · Wᵀ + b`, as exporters write a linear layer.
    pub fn linear(&mut self, x: ValueId, out: usize) -> ValueId {
        let inner = *self.dims(x).last().expect("at least one axis");
        let inputs = [x, self.weight(&[out, inner]), self.weight(&[out])];
        self.op("Gemm", &inputs, &[("transB", int(1))])
    }

    /// As many numbers as there are classes, from the mean over all places.
    pub fn classifier(&mut self, x: ValueId, classes: usize) -> ValueId {
        let x = self.pool(x);
        let x = self.flatten(x);
        self.linear(x, classes)
    }

    /// `x · W + b` along the last axis, whatever stands before it.
    pub fn linear_3d(&mut self, x: ValueId, out: usize) -> ValueId {
        let inner = *self.dims(x).last().expect("at least one axis");
        let (w, b) = (self.weight(&[inner, out]), self.weight(&[out]));
        let y = self.op("MatMul", &[x, w], &[]);
        self.add(y, b)
    }

    pub fn output(&mut self, id: ValueId) {
        self.graph.outputs.push(id);
    }

    /// The graph with these outputs.
    pub fn finish(mut self, outputs: &[ValueId]) -> Graph {
        for &id in outputs {
            self.output(id);
        }
        self.graph
    }
}

/// The same graph with an open batch.
pub fn with_open_batch(mut graph: Graph) -> Graph {
    for id in graph.inputs.clone() {
        if let Some(ty) = &mut graph.value_mut(id).ty {
            ty.shape[0] = Dim::symbol("N");
        }
    }
    infer(&mut graph).expect("shapes fit");
    graph
}

/// The same graph with float16 inputs and stored tensors; the scales of a `Resize` are float32 in any model.
pub fn in_half_precision(mut graph: Graph) -> Graph {
    let resizes = graph.nodes.iter().filter(|n| n.op_type == "Resize");
    let scales: Vec<ValueId> = resizes.filter_map(|n| n.input(2)).collect();
    for at in 0..graph.values.len() {
        if scales.contains(&ValueId(at as u32)) {
            continue;
        }
        let is_input = graph.inputs.contains(&ValueId(at as u32));
        let value = &mut graph.values[at];
        let constant = value.constant.as_deref().filter(|t| t.dtype().is_float());
        let constant = constant.map(|t| t.cast(DType::F16).expect("floats"));
        if let Some(ty) = value.ty.as_mut().filter(|ty| ty.dtype.is_float())
            && (is_input || constant.is_some())
        {
            ty.dtype = DType::F16;
        }
        if let Some(half) = constant {
            value.constant = Some(Arc::new(half));
        }
    }
    infer(&mut graph).expect("shapes fit");
    graph
}

/// Random inputs of a graph's shapes, two samples where the batch is open.
pub fn random_inputs(graph: &Graph, random: &mut Random) -> Vec<Tensor> {
    let inputs = graph.inputs.iter();
    inputs
        .map(|&id| {
            let ty = graph.value(id).ty.as_ref().expect("typed");
            // A file that fixes its batch at 1 is run by others, too.
            let batch = if graph.fixed_batch.is_some() { 1 } else { 2 };
            let sizes = ty.shape.iter().map(|d| d.known().unwrap_or(batch));
            let shape: Vec<usize> = sizes.collect();
            random.tensor(&shape)
        })
        .collect()
}

/// The largest difference between two arrays, as a share of the larger of 1 and the largest magnitude.
pub fn distance(a: &reference::Array, b: &reference::Array) -> f64 {
    assert_eq!(a.shape(), b.shape());
    assert!(a.iter().chain(b).all(|x| x.is_finite()));
    let largest = a.iter().fold(1f64, |m, x| m.max(x.abs()));
    let difference = a.iter().zip(b).map(|(x, y)| (x - y).abs());
    difference.fold(0.0, f64::max) / largest
}
