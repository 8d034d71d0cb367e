//! What many operators say alike: element by element, channel by channel, another shape for the same elements.

use super::super::axes;
use super::{Axis, Rule};
use crate::graph::{self, Dim, ValueId};
use crate::message::Message;
use std::collections::BTreeMap;

impl Rule<'_> {
    /// The dimensions of a value; none where its shape is unknown.
    pub fn dims(&self, value: ValueId) -> Vec<Dim> {
        let ty = self.graph.value(value).ty.as_ref();
        ty.map_or(Vec::new(), |ty| ty.shape.clone())
    }

    /// Why axes keep their length that the node's operator computes across.
    pub fn across(&self) -> Message {
        message!("reason-frozen-across", operator = self.node.op_type)
    }

    /// Every axis of the node's tensors keeps its length, since the operator computes across them.
    pub fn freeze_across(&mut self) {
        let why = self.across();
        self.freeze_all(&why);
    }

    /// How many axes a value has, 0 where its shape is unknown.
    pub fn rank(&self, value: ValueId) -> usize {
        let ty = self.graph.value(value).ty.as_ref();
        ty.map_or(0, |ty| ty.rank())
    }

    /// The length of an axis, where it is a number.
    pub fn size(&self, value: ValueId, axis: usize) -> Option<usize> {
        let ty = self.graph.value(value).ty.as_ref()?;
        ty.shape.get(axis)?.known()
    }

    /// The whole numbers of the node's `i`-th input, stored or computed from sizes.
    pub fn integers(&self, i: usize) -> Option<Vec<i64>> {
        self.graph.content(self.node.input(i)?)?.integers()
    }

    /// Whether the model computes the node's `i`-th input.
    pub fn is_computed(&self, i: usize) -> bool {
        let stored = |value| self.graph.constant(value).is_some();
        self.node.input(i).is_some_and(|value| !stored(value))
    }

    /// Freezes the open axes of a value whose sizes the model computes: they would be what they were, a number times symbols.
    pub fn keep_open(&mut self, value: ValueId) {
        for (axis, dim) in self.dims(value).iter().enumerate() {
            if dim.known().is_none() {
                self.freeze(Axis::of(value, axis), &message!("reason-frozen-dynamic"));
            }
        }
    }

    /// Whether a value is a stored tensor of floats.
    pub fn is_stored_float(&self, value: ValueId) -> bool {
        let tensor = self.graph.constant(value);
        tensor.is_some_and(|tensor| tensor.dtype().is_float())
    }

    /// Whether the node's `i`-th input is left out or a stored tensor of floats.
    pub fn is_stored_or_absent(&self, i: usize) -> bool {
        self.node.input(i).is_none_or(|v| self.is_stored_float(v))
    }

    /// The same axis of two tensors, or the reason why both keep their length.
    pub fn same_if(
        &mut self,
        same: bool,
        from: ValueId,
        from_axis: usize,
        to: ValueId,
        to_axis: usize,
        why: &Message,
    ) {
        let (from, to) = (Axis::of(from, from_axis), Axis::of(to, to_axis));
        if same {
            self.same(from, to);
        } else {
            self.freeze(from, why);
            self.freeze(to, why);
        }
    }

    /// The first input and output have the same axes; those that `frozen` names keep their length.
    pub fn same_but(&mut self, why: &Message, frozen: impl Fn(usize) -> bool) {
        let (Some(data), Some(out)) = (self.node.input(0), self.node.output(0)) else {
            return;
        };
        for axis in 0..self.rank(data) {
            self.same_if(!frozen(axis), data, axis, out, axis, why);
        }
    }

    /// All outputs have the first input's axes; the one that the operator computes along keeps its length. `along` may be
    /// negative: counted from the end.
    pub fn same_but_along(&mut self, along: i64, why: &Message) {
        let node = self.node;
        let Some(data) = node.input(0) else {
            return;
        };
        let rank = self.rank(data);
        let Ok(along) = axes::axis(along, rank) else {
            return self.freeze_all(why);
        };
        for &out in node.outputs.iter().flatten() {
            for axis in 0..rank {
                self.same_if(axis != along, data, axis, out, axis, why);
            }
        }
    }

    /// (batch, channels, spatial…) in and out, the channels mixed: the spatial axes keep their length.
    pub fn per_sample(&mut self, why: &Message) {
        let (Some(data), Some(out)) = (self.node.input(0), self.node.output(0)) else {
            return;
        };
        self.same(Axis::of(data, 0), Axis::of(out, 0));
        for value in [data, out] {
            for axis in 2..self.rank(value) {
                self.freeze(Axis::of(value, axis), why);
            }
        }
    }

    /// (batch, channels, spatial…) in and out, each channel for itself: the spatial axes keep their length.
    pub fn per_channel(&mut self, why: &Message) {
        self.per_sample(why);
        if let (Some(data), Some(out)) = (self.node.input(0), self.node.output(0)) {
            self.same(Axis::of(data, 1), Axis::of(out, 1));
        }
    }

    /// All inputs are broadcast to the outputs, element by element.
    pub fn broadcast(&mut self) {
        let node = self.node;
        for &out in node.outputs.iter().flatten() {
            for &input in node.inputs.iter().flatten() {
                self.align(input, out);
            }
        }
    }

    /// `inner` is broadcast to `outer`: axes are aligned from the right, and those of length 1 go with nothing.
    pub fn align(&mut self, inner: ValueId, outer: ValueId) {
        self.align_leading(inner, outer, 0);
    }

    /// The same without the last `trailing` axes of both.
    pub fn align_leading(&mut self, inner: ValueId, outer: ValueId, trailing: usize) {
        let (from, to) = (self.dims(inner), self.dims(outer));
        for back in trailing + 1..=from.len().min(to.len()) {
            let (i, j) = (from.len() - back, to.len() - back);
            if from[i] == to[j] {
                self.same(Axis::of(inner, i), Axis::of(outer, j));
            }
        }
    }

    /// The output has the input's elements in the same row-major order under another shape. Runs of axes that hold
    /// the same elements are matched from both ends; what is left in the middle keeps its lengths.
    pub fn regroup(&mut self) {
        let (Some(data), Some(out)) = (self.node.input(0), self.node.output(0)) else {
            return;
        };
        let mut from = proper_axes(&self.dims(data));
        let mut to = proper_axes(&self.dims(out));
        while let Some((i, j)) = run(from.iter(), to.iter()) {
            let (from_run, to_run) = (from.drain(..i).collect(), to.drain(..j).collect());
            self.match_runs(data, from_run, out, to_run);
        }
        while let Some((i, j)) = run(from.iter().rev(), to.iter().rev()) {
            let from_run = from.split_off(from.len() - i);
            let to_run = to.split_off(to.len() - j);
            self.match_runs(data, from_run, out, to_run);
        }
        let why = &message!("reason-frozen-reshaped");
        for (value, axes) in [(data, from), (out, to)] {
            for (axis, _) in axes {
                self.freeze(Axis::of(value, axis), why);
            }
        }
    }

    /// Couples two runs of axes that hold the same elements. Where they begin with an open axis, `batch` and `4*batch` say, what
    /// is left behind the open part is coupled as if it stood alone: of `4*batch`, made of a batch and 4 axes in this order, the 4.
    fn match_runs(
        &mut self,
        data: ValueId,
        from: Vec<(usize, Dim)>,
        out: ValueId,
        to: Vec<(usize, Dim)>,
    ) {
        if from.len() == 1 && to.len() == 1 {
            return self.same(Axis::of(data, from[0].0), Axis::of(out, to[0].0));
        }
        let is_open = |run: &[(usize, Dim)]| run.iter().any(|(_, dim)| dim.known().is_none());
        if !is_open(&from) {
            return self.match_numbers(data, &from, out, &to);
        }
        let (Some(mut numbers), Some(mut others)) = (behind_open(&from), behind_open(&to)) else {
            return self.keep_runs(data, &from, out, &to);
        };
        while let Some((i, j)) = run(numbers.iter(), others.iter()) {
            let (from, to): (Vec<_>, Vec<_>) =
                (numbers.drain(..i).collect(), others.drain(..j).collect());
            self.match_numbers(data, &from, out, &to);
        }
        self.keep_runs(data, &numbers, out, &others);
    }

    fn match_numbers(
        &mut self,
        data: ValueId,
        from: &[(usize, Dim)],
        out: ValueId,
        to: &[(usize, Dim)],
    ) {
        let axes = |value, run: &[(usize, Dim)]| -> Vec<Axis> {
            run.iter().map(|&(axis, _)| Axis::of(value, axis)).collect()
        };
        match (&axes(data, from)[..], &axes(out, to)[..]) {
            ([from], [to]) => self.same(*from, *to),
            ([whole], factors) | (factors, [whole]) => self.product(*whole, factors.to_vec()),
            _ => self.keep_runs(data, from, out, to),
        }
    }

    /// Freezes the axes of runs that are cut apart and joined in a way that no rule follows.
    fn keep_runs(
        &mut self,
        data: ValueId,
        from: &[(usize, Dim)],
        out: ValueId,
        to: &[(usize, Dim)],
    ) {
        let why = &message!("reason-frozen-reshaped");
        for (value, run) in [(data, from), (out, to)] {
            for &(axis, _) in run {
                self.freeze(Axis::of(value, axis), why);
            }
        }
    }
}

/// A run that begins with its only open axis, without what is open: of `4*batch` the 4, of `batch` nothing. `None` for other runs.
fn behind_open(run: &[(usize, Dim)]) -> Option<Vec<(usize, Dim)>> {
    let ((axis, first), rest) = run.split_first()?;
    let is_known = |(_, dim): &(usize, Dim)| dim.known().is_some();
    if first.known().is_some() || !rest.iter().all(is_known) {
        return None;
    }
    let number = (*axis, Dim::Known(first.of_one()));
    let numbers = std::iter::once(number).filter(|(_, dim)| dim.known() != Some(1));
    Some(numbers.chain(rest.iter().cloned()).collect())
}

/// The axes that are longer than 1; those of length 1 hold no order of their own.
fn proper_axes(dims: &[Dim]) -> Vec<(usize, Dim)> {
    let dims = dims.iter().cloned().enumerate();
    dims.filter(|(_, dim)| dim.known() != Some(1)).collect()
}

/// How many axes of either list it takes until both hold the same number of elements.
fn run<'a>(
    from: impl Iterator<Item = &'a (usize, Dim)>,
    to: impl Iterator<Item = &'a (usize, Dim)>,
) -> Option<(usize, usize)> {
    let (mut from, mut to) = (from.peekable(), to.peekable());
    let (mut a, mut b) = (Count::default(), Count::default());
    let (mut i, mut j) = (0, 0);
    loop {
        // The smaller side grows; of two that differ in symbols, each in turn.
        let grow_from = a.product < b.product || (a.product == b.product && i <= j);
        let next = if grow_from { from.next() } else { to.next() };
        match (grow_from, next) {
            (true, Some((_, dim))) => {
                a.add(dim)?;
                i += 1;
            }
            (false, Some((_, dim))) => {
                b.add(dim)?;
                j += 1;
            }
            (_, None) => return None,
        }
        if i > 0 && j > 0 && a == b {
            return Some((i, j));
        }
    }
}

/// A number of elements: a product of numbers and symbols.
#[derive(PartialEq)]
struct Count {
    product: usize,
    symbols: BTreeMap<String, usize>,
}

impl Default for Count {
    fn default() -> Self {
        Count {
            product: 1,
            symbols: BTreeMap::new(),
        }
    }
}

impl Count {
    fn add(&mut self, dim: &Dim) -> Option<()> {
        let size = graph::Product::of(std::slice::from_ref(dim))?;
        self.product = self.product.checked_mul(size.number())?;
        for symbol in size.symbols() {
            *self.symbols.entry(symbol.clone()).or_default() += 1;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(from: &[usize], to: &[usize]) -> Option<(usize, usize)> {
        let axes = |dims: &[usize]| -> Vec<(usize, Dim)> {
            let dims: Vec<Dim> = dims.iter().map(|&n| n.into()).collect();
            proper_axes(&dims)
        };
        run(axes(from).iter(), axes(to).iter())
    }

    #[test]
    fn runs_end_at_equal_products() {
        assert_eq!(runs(&[2, 58, 28], &[116, 28]), Some((2, 1)));
        assert_eq!(runs(&[116, 28], &[2, 58, 28]), Some((1, 2)));
        assert_eq!(runs(&[1, 5, 7], &[5, 1, 7]), Some((1, 1)));
        assert_eq!(runs(&[6, 4], &[4, 6]), Some((2, 2)));
        assert_eq!(runs(&[6], &[4]), None);
    }

    #[test]
    fn a_number_times_a_symbol_is_their_product() {
        let (n, heads) = ((0, Dim::symbol("N")), (0, Dim::symbol("4*N")));
        let (all, width) = ((1, Dim::Known(64)), (1, Dim::Known(16)));
        let (apart, merged) = ([n, all.clone()], [heads, width.clone()]);
        assert_eq!(run(apart.iter(), merged.iter()), Some((2, 2)));
        assert_eq!(behind_open(&apart), Some(vec![all.clone()]));
        assert_eq!(behind_open(&merged), Some(vec![(0, Dim::Known(4)), width]));
        // The heads before the batch: another order.
        assert_eq!(behind_open(&[all, apart[0].clone()]), None);
    }

    #[test]
    fn a_symbol_matches_itself_only() {
        let n = (0, Dim::symbol("N"));
        let m = (0, Dim::symbol("M"));
        let four = (1, Dim::Known(4));
        assert_eq!(run([n.clone()].iter(), [n.clone()].iter()), Some((1, 1)));
        assert_eq!(
            run([n.clone(), four.clone()].iter(), [n, four.clone()].iter()),
            Some((1, 1))
        );
        assert_eq!(run([four.clone()].iter(), [m].iter()), None);
    }
}
