//! The vocabulary in which an operator says how the indices of its tensors' axes go together.
//!
//! A rule speaks of one node. It links axes by partial maps from index to index, freezes axes that must keep
//! their length, and declares one axis the row-major product of others. `prune::groups` joins the rules of
//! all nodes into one coupling graph over (tensor, axis, index).

mod shared_rules;

use crate::graph::{Graph, Node, ValueId};
use crate::message::Message;

/// One axis of one tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Axis {
    pub value: ValueId,
    pub axis: usize,
}

impl Axis {
    /// The `axis`-th axis of a value, counted from 0.
    pub fn of(value: ValueId, axis: usize) -> Self {
        Axis { value, axis }
    }
}

/// A partial map from the indices of one axis to those of another, built by composing steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexMap {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// `i + by`, undefined below zero.
    Shift(isize),
    /// `i`, undefined at `len` and beyond.
    Below(usize),
    /// `(i / inner) % radix`: one digit of a row-major index.
    Digit { inner: usize, radix: usize },
    /// `table[i]`.
    Table(std::sync::Arc<[usize]>),
}

impl IndexMap {
    /// Every index to itself.
    pub fn identity() -> Self {
        Self::default()
    }

    /// Then `i + by`; indices that would fall below zero go nowhere.
    pub fn shift(self, by: isize) -> Self {
        self.step(Step::Shift(by))
    }

    /// Then only indices below `len`.
    pub fn below(self, len: usize) -> Self {
        self.step(Step::Below(len))
    }

    /// Then the digit `(i / inner) % radix` of a row-major index.
    pub fn digit(self, inner: usize, radix: usize) -> Self {
        self.step(Step::Digit { inner, radix })
    }

    /// Then a look-up; indices past the table go nowhere.
    pub fn table(self, table: impl Into<std::sync::Arc<[usize]>>) -> Self {
        self.step(Step::Table(table.into()))
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Where index `i` goes.
    pub fn apply(&self, i: usize) -> Option<usize> {
        self.steps.iter().try_fold(i, |i, step| match step {
            Step::Shift(by) => i.checked_add_signed(*by),
            Step::Below(len) => (i < *len).then_some(i),
            Step::Digit { inner, radix } => Some((i / inner) % radix),
            Step::Table(table) => table.get(i).copied(),
        })
    }
}

/// Every index `i` of `from` at which `map` is defined goes with index `map(i)` of `to`.
#[derive(Debug, Clone)]
pub struct Link {
    pub from: Axis,
    pub to: Axis,
    pub map: IndexMap,
}

/// An axis that must keep its length, and why.
#[derive(Debug, Clone)]
pub struct Freeze {
    pub axis: Axis,
    pub why: Message,
}

/// `whole` is the row-major product of `factors` (a reshape that merges or splits axes). Channels can be cut
/// along one factor only; which one is decided once everything else is known.
#[derive(Debug, Clone)]
pub struct Product {
    pub whole: Axis,
    pub factors: Vec<Axis>,
}

/// A stored matrix that mixes channels, as one node uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    pub tensor: ValueId,
    /// The axis of `tensor` whose slices make the output channels: with a slice all zero, what its channels hold
    /// no longer depends on the node's data.
    pub makes: usize,
    /// The output's channel axis.
    pub out: Axis,
    /// The node's input that is added to each output channel, one element a channel along its last axis, present
    /// or not. `None` where there is no such input, or where it is not a stored vector.
    pub bias: Option<usize>,
    /// How `tensor` reads input channels. `None` for a depthwise convolution, where the slice that makes a channel
    /// is also the one that reads it.
    pub reads: Option<Reads>,
}

/// Channel `c` along `data` is read by slice `c % period` of the weights along `axis`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reads {
    pub axis: usize,
    pub data: Axis,
    pub period: usize,
}

/// What one node's operator says about its axes.
pub struct Rule<'g> {
    pub graph: &'g Graph,
    pub node: &'g Node,
    pub links: Vec<Link>,
    pub freezes: Vec<Freeze>,
    pub products: Vec<Product>,
    pub weights: Vec<Weights>,
    pub scales: Vec<Axis>,
    pub sums: Vec<Axis>,
}

impl<'g> Rule<'g> {
    /// A rule that couples nothing yet.
    pub fn new(graph: &'g Graph, node: &'g Node) -> Self {
        Rule {
            graph,
            node,
            links: Vec::new(),
            freezes: Vec::new(),
            products: Vec::new(),
            weights: Vec::new(),
            scales: Vec::new(),
            sums: Vec::new(),
        }
    }

    /// Index `i` of one axis goes with index `i` of the other.
    pub fn same(&mut self, from: Axis, to: Axis) {
        self.link(from, to, IndexMap::identity());
    }

    /// Each index of `from` that the map takes to one of `to` goes or stays with it.
    pub fn link(&mut self, from: Axis, to: Axis, map: IndexMap) {
        self.links.push(Link { from, to, map });
    }

    /// The axis keeps its length.
    pub fn freeze(&mut self, axis: Axis, why: &Message) {
        self.freezes.push(Freeze {
            axis,
            why: why.clone(),
        });
    }

    /// `whole` is the row-major product of `factors`.
    pub fn product(&mut self, whole: Axis, factors: Vec<Axis>) {
        self.products.push(Product { whole, factors });
    }

    /// The node mixes channels by a stored matrix.
    pub fn weights(&mut self, weights: Weights) {
        self.weights.push(weights);
    }

    /// Elements of a stored vector multiply the channels of a normalization: with an element zero, its channel holds the
    /// normalization's shift.
    pub fn scale(&mut self, stored: Axis) {
        self.scales.push(stored);
    }

    /// The node sums over products of what is computed on both sides, along this axis of its first input. Indices can go where
    /// one of the sides holds zero for them.
    pub fn sum(&mut self, axis: Axis) {
        self.sums.push(axis);
    }

    /// Freezes every axis of one tensor.
    pub fn freeze_value(&mut self, value: ValueId, why: &Message) {
        let rank = self.graph.value(value).ty.as_ref().map_or(0, |t| t.rank());
        for axis in 0..rank {
            self.freeze(Axis { value, axis }, why);
        }
    }

    /// Freezes every axis of every tensor that the node touches.
    pub fn freeze_all(&mut self, why: &Message) {
        let node = self.node;
        let values = node.inputs.iter().chain(&node.outputs).flatten();
        for &value in values.chain(&node.captures) {
            self.freeze_value(value, why);
        }
    }
}
