//! The coupling graph's elements, (tensor, axis, index), as a union-find in which freezing spreads with joining.

use crate::graph::{Graph, ValueId};
use crate::message::Message;
use crate::ops::coupling::{Axis, IndexMap, Link};
use std::collections::{BTreeMap, BTreeSet};

/// Axes longer than this are kept whole: no model has so many channels.
const LONGEST: usize = 1 << 20;
/// What comes after this many elements in all, and as many more as the model stores numbers, is kept whole too: the
/// book-keeping has to stay small whatever shapes a small file claims.
const FREE: usize = 1 << 20;
const MOST: usize = 1 << 24;

/// Where an axis has its elements.
#[derive(Debug, Clone, Copy)]
struct Span {
    base: usize,
    len: usize,
    /// Frozen from the start: one element stands for all.
    whole: bool,
    /// Of an axis such as `4*batch` there is an element for each index modulo 4: a batch of four heads, say.
    periodic: bool,
}

/// Number of a reason in [`CouplingGraph::reasons`].
type Reason = u32;

pub struct CouplingGraph {
    spans: BTreeMap<Axis, Span>,
    parent: Vec<u32>,
    /// At a component's root: why it is frozen, if it is.
    frozen: Vec<Option<Reason>>,
    /// At a component's root: how many stored weights its elements have slices of.
    weights: Vec<u64>,
    /// At a component's root: whether it is cut only where a product has no other factor that can be.
    reluctant: Vec<bool>,
    pub reasons: Vec<Message>,
}

impl CouplingGraph {
    /// Every axis of every value with a known shape; those in `frozen` (which names the reason) as one element.
    /// Symbolic dimensions and axes of length 1 are frozen too; of a number times symbols, the number is not.
    pub fn new(graph: &Graph, frozen: &BTreeMap<Axis, Reason>, mut reasons: Vec<Message>) -> Self {
        let mut own_reason = |why: Message| {
            reasons.push(why);
            reasons.len() as Reason - 1
        };
        let single = own_reason(message!("reason-frozen-single"));
        let dynamic = own_reason(message!("reason-frozen-dynamic"));
        let long = own_reason(message!("reason-frozen-too-many"));
        let mut elements = CouplingGraph {
            spans: BTreeMap::new(),
            parent: Vec::new(),
            frozen: Vec::new(),
            weights: Vec::new(),
            reluctant: Vec::new(),
            reasons: Vec::new(),
        };
        let stored = graph.values.iter().filter_map(|v| v.constant.as_ref());
        let most = stored
            .map(|t| t.len())
            .fold(FREE, usize::saturating_add)
            .min(MOST);
        for (at, value) in graph.values.iter().enumerate() {
            let Some(ty) = &value.ty else { continue };
            for (axis, dim) in ty.shape.iter().enumerate() {
                let axis = Axis {
                    value: ValueId(at as u32),
                    axis,
                };
                let len = dim.of_one();
                let periodic = dim.known().is_none();
                let reason = match len {
                    _ if frozen.contains_key(&axis) => frozen.get(&axis).copied(),
                    0 | 1 if periodic => Some(dynamic),
                    0 | 1 => Some(single),
                    len if len > LONGEST || elements.parent.len() + len > most => Some(long),
                    _ => None,
                };
                let whole = reason.is_some();
                let base = elements.add(if whole { 1 } else { len }, reason);
                let span = Span {
                    base,
                    len,
                    whole,
                    periodic,
                };
                elements.spans.insert(axis, span);
            }
        }
        elements.reasons = reasons;
        elements
    }

    /// So many more elements; gives the first.
    fn add(&mut self, count: usize, frozen: Option<Reason>) -> usize {
        let base = self.parent.len();
        self.parent
            .extend((base..base + count).map(|element| element as u32));
        self.frozen.extend(std::iter::repeat_n(frozen, count));
        self.weights.extend(std::iter::repeat_n(0, count));
        self.reluctant.extend(std::iter::repeat_n(false, count));
        base
    }

    fn at(&self, axis: Axis, index: usize) -> Option<usize> {
        let span = self.spans.get(&axis)?;
        (index < span.len).then_some(span.base + if span.whole { 0 } else { index })
    }

    /// The component of an element.
    pub fn root(&mut self, element: usize) -> usize {
        let mut root = element;
        while self.parent[root] as usize != root {
            self.parent[root] = self.parent[self.parent[root] as usize];
            root = self.parent[root] as usize;
        }
        root
    }

    /// Joins two components. Of two reasons the one given first stays.
    fn union(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        let (root, child) = (a.min(b), a.max(b));
        self.parent[child] = root as u32;
        self.weights[root] = self.weights[root].saturating_add(self.weights[child]);
        self.reluctant[root] |= self.reluctant[child];
        self.frozen[root] = match (self.frozen[root], self.frozen[child]) {
            (Some(x), Some(y)) => Some(x.min(y)),
            (x, y) => x.or(y),
        };
    }

    /// Joins what the rule of an operator says goes together. Rules speak of lengths as they are, so that of a number times
    /// symbols they say nothing but that it is the same.
    pub fn join_rule(&mut self, link: &Link) {
        let (from, to) = (self.spans.get(&link.from), self.spans.get(&link.to));
        let (Some(from), Some(to)) = (from, to) else {
            return;
        };
        let same = from.len == to.len && link.map == IndexMap::identity();
        if (from.periodic || to.periodic) && !same {
            let why = message!("reason-frozen-dynamic");
            self.freeze(link.from, why.clone());
            self.freeze(link.to, why);
        } else {
            self.join(link);
        }
    }

    /// Joins what a link says goes together.
    pub fn join(&mut self, link: &Link) {
        let Some(&from) = self.spans.get(&link.from) else {
            return;
        };
        if from.whole && (from.len > LONGEST || link.map == IndexMap::identity()) {
            self.join_whole(from.base, link.to);
            return;
        }
        for index in 0..from.len {
            let to = link.map.apply(index).and_then(|j| self.at(link.to, j));
            if let Some(to) = to {
                self.union(from.base + if from.whole { 0 } else { index }, to);
            }
        }
    }

    fn join_whole(&mut self, element: usize, axis: Axis) {
        for other in self.range(axis) {
            self.union(element, other);
        }
    }

    /// The elements of an axis.
    fn range(&self, axis: Axis) -> std::ops::Range<usize> {
        match self.spans.get(&axis) {
            Some(span) if span.whole => span.base..span.base + 1,
            Some(span) => span.base..span.base + span.len,
            None => 0..0,
        }
    }

    /// An axis is to be cut only where there is no other choice.
    pub fn be_reluctant(&mut self, axis: Axis) {
        for element in self.range(axis) {
            let root = self.root(element);
            self.reluctant[root] = true;
        }
    }

    /// Whether an axis is to be cut only where there is no other choice.
    pub fn is_reluctant(&mut self, axis: Axis) -> bool {
        self.range(axis).any(|element| {
            let root = self.root(element);
            self.reluctant[root]
        })
    }

    /// Each slice along an axis holds so many stored weights.
    pub fn weigh(&mut self, axis: Axis, slice: usize) {
        for element in self.range(axis) {
            let root = self.root(element);
            self.weights[root] = self.weights[root].saturating_add(slice as u64);
        }
    }

    /// How many stored weights the components along an axis have slices of.
    pub fn hanging(&mut self, axis: Axis) -> u64 {
        let mut roots: Vec<usize> = self.range(axis).map(|element| self.root(element)).collect();
        roots.sort_unstable();
        roots.dedup();
        let weights = roots.into_iter().map(|root| self.weights[root]);
        weights.fold(0, u64::saturating_add)
    }

    /// The length of an axis; 1 where it is not known.
    pub fn len(&self, axis: Axis) -> usize {
        self.spans.get(&axis).map_or(1, |span| span.len)
    }

    /// Keeps a whole axis, with everything that goes with it.
    pub fn freeze(&mut self, axis: Axis, why: Message) {
        let reason = self.reasons.len() as Reason;
        self.reasons.push(why);
        for element in self.range(axis) {
            let root = self.root(element);
            self.frozen[root].get_or_insert(reason);
        }
    }

    /// Whether nothing along an axis can go.
    pub fn is_frozen(&mut self, axis: Axis) -> bool {
        self.range(axis).all(|element| {
            let root = self.root(element);
            self.frozen[root].is_some()
        })
    }

    /// Why the elements of an axis are kept, and how many for each reason, in the order of the reasons.
    pub fn kept(&mut self, axis: Axis) -> Vec<(usize, Message)> {
        let mut counts: BTreeMap<Reason, usize> = BTreeMap::new();
        let whole = self.spans.get(&axis).is_some_and(|span| span.whole);
        for element in self.range(axis) {
            let root = self.root(element);
            if let Some(reason) = self.frozen[root] {
                *counts.entry(reason).or_default() += 1;
            }
        }
        let len = self.len(axis);
        let why = counts.into_iter();
        why.map(|(reason, count)| {
            let count = if whole { len } else { count };
            (count, self.reasons[reason as usize].clone())
        })
        .collect()
    }

    /// The components without a frozen element, each as its (axis, index) pairs in order, by first element.
    /// Only those that hold an element of one of the axes in `makers`.
    pub fn free_components(&mut self, makers: &BTreeSet<Axis>) -> Vec<Vec<(Axis, usize)>> {
        let spans: Vec<(Axis, Span)> = self.spans.iter().map(|(&a, &s)| (a, s)).collect();
        let mut wanted = vec![false; self.parent.len()];
        for (_, span) in spans
            .iter()
            .filter(|(axis, span)| !span.whole && makers.contains(axis))
        {
            for element in span.base..span.base + span.len {
                let root = self.root(element);
                wanted[root] = self.frozen[root].is_none();
            }
        }
        // A root is the first element of its component.
        let mut numbers = vec![0u32; self.parent.len()];
        let mut components: Vec<Vec<(Axis, usize)>> = Vec::new();
        for root in (0..wanted.len()).filter(|&element| wanted[element]) {
            numbers[root] = components.len() as u32;
            components.push(Vec::new());
        }
        for (axis, span) in spans.iter().filter(|(_, span)| !span.whole) {
            for index in 0..span.len {
                let root = self.root(span.base + index);
                if wanted[root] {
                    components[numbers[root] as usize].push((*axis, index));
                }
            }
        }
        components
    }
}
