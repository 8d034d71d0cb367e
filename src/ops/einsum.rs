//! Sums of products by Einstein's notation.

use super::attributes::Attributes;
use super::coupling::{Axis, Reads, Rule, Weights};
use super::{Known, LayerKind, Operator, doubles, known, places};
use crate::graph::{Dim, Node, ValueId};
use crate::message::Message;
use crate::tensor::Tensor;
use std::collections::BTreeMap;

/// `Einsum`: each input's axes are named, what the output does not name is summed over.
#[derive(Debug, Clone, PartialEq)]
pub struct Einsum {
    /// The names of each input's axes; `.` stands for as many as are left.
    inputs: Vec<Vec<char>>,
    /// `None` where they are all names that come once, in alphabetical order, behind those that are left.
    output: Option<Vec<char>>,
}

/// What names an axis: a letter, or the place from the end among the axes that `...` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Rest(usize),
    Letter(char),
}

impl Einsum {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let equation: String = Attributes(node)
            .text("equation", "")?
            .replace("...", ".")
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        let (inputs, output) = match equation.split_once("->") {
            Some((inputs, output)) => (inputs, Some(output)),
            None => (equation.as_str(), None),
        };
        let names = |term: &str| -> Result<Vec<char>, Message> {
            let known = term.chars().all(|c| c.is_ascii_alphabetic() || c == '.');
            let rests = term.chars().filter(|&c| c == '.').count();
            match known && rests <= 1 && term.len() <= known::MAX_RANK {
                true => Ok(term.chars().collect()),
                false => Err(doubles::inconsistent()),
            }
        };
        Ok(Einsum {
            inputs: inputs.split(',').map(names).collect::<Result<_, _>>()?,
            output: output.map(names).transpose()?,
        })
    }

    /// The names of an input's or the output's axes, of which `...` stands for `rest`.
    fn named(term: &[char], rest: usize) -> Vec<Name> {
        let names = term.iter().flat_map(|&c| match c {
            '.' => (0..rest).rev().map(Name::Rest).collect(),
            c => vec![Name::Letter(c)],
        });
        names.collect()
    }

    /// The names of each input's axes and of the output's, for inputs with so many axes.
    fn names(&self, ranks: &[usize]) -> Result<(Vec<Vec<Name>>, Vec<Name>), Message> {
        if ranks.len() != self.inputs.len() {
            return Err(doubles::inconsistent());
        }
        let mut inputs = Vec::with_capacity(ranks.len());
        let mut most = 0;
        for (term, &rank) in self.inputs.iter().zip(ranks) {
            let letters = term.iter().filter(|&&c| c != '.').count();
            let rest = match term.contains(&'.') {
                true => rank.checked_sub(letters),
                false => (rank == letters).then_some(0),
            };
            let rest = rest.ok_or_else(doubles::inconsistent)?;
            most = most.max(rest);
            inputs.push(Self::named(term, rest));
        }
        let output = match &self.output {
            Some(term) => Self::named(term, most),
            None => {
                let mut times: BTreeMap<Name, usize> = BTreeMap::new();
                for &name in inputs.iter().flatten() {
                    *times.entry(name).or_default() += 1;
                }
                let mut names: Vec<Name> = (0..most).rev().map(Name::Rest).collect();
                let once = times.into_iter().filter(|(_, times)| *times == 1);
                names.extend(
                    once.map(|(name, _)| name)
                        .filter(|name| matches!(name, Name::Letter(_))),
                );
                names
            }
        };
        let mut sorted = output.clone();
        sorted.sort_unstable();
        sorted.dedup();
        let given = |name: &Name| inputs.iter().flatten().any(|other| other == name);
        match sorted.len() == output.len() && output.iter().all(given) {
            true => Ok((inputs, output)),
            false => Err(doubles::inconsistent()),
        }
    }
}

impl Operator for Einsum {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let given: Vec<&Known> = (0..self.inputs.len())
            .map(|i| known::needed(inputs, i))
            .collect::<Result<_, _>>()?;
        let ranks: Vec<usize> = given.iter().map(|x| x.rank()).collect();
        let (names, output) = self.names(&ranks)?;
        let mut lengths: BTreeMap<Name, Dim> = BTreeMap::new();
        for (names, x) in names.iter().zip(&given) {
            for (name, dim) in names.iter().zip(x.shape()) {
                let length = match lengths.get(name) {
                    Some(before) => {
                        known::broadcast(std::slice::from_ref(before), std::slice::from_ref(dim))?
                            .swap_remove(0)
                    }
                    None => dim.clone(),
                };
                lengths.insert(*name, length);
            }
        }
        let shape = output.iter().map(|name| lengths[name].clone());
        Ok(vec![Known::new(given[0].dtype(), shape.collect())])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let tensors: Vec<&Tensor> = (0..self.inputs.len())
            .map(|i| known::tensor(inputs, i))
            .collect::<Result<_, _>>()?;
        let ranks: Vec<usize> = tensors.iter().map(|x| x.shape().len()).collect();
        let (names, output) = self.names(&ranks)?;
        let numbers: Vec<Vec<f64>> = tensors
            .iter()
            .map(|x| doubles::numbers(x))
            .collect::<Result<_, _>>()?;
        // The output's axes, then those that are summed over.
        let mut all = output.clone();
        let mut lengths = shape.clone();
        for (names, x) in names.iter().zip(&tensors) {
            for (name, &length) in names.iter().zip(x.shape()) {
                match all.iter().position(|other| other == name) {
                    None => {
                        all.push(*name);
                        lengths.push(length);
                    }
                    Some(at) => lengths[at] = lengths[at].max(length),
                }
            }
        }
        let steps: Vec<Vec<usize>> = names
            .iter()
            .zip(&tensors)
            .map(|(names, x)| {
                let own = places::strides(x.shape());
                let step = |name: &Name| {
                    let axes = (0..names.len()).filter(|&axis| names[axis] == *name);
                    axes.filter(|&axis| x.shape()[axis] != 1)
                        .map(|axis| own[axis])
                        .sum()
                };
                all.iter().map(step).collect()
            })
            .collect();
        let summed = &lengths[shape.len()..];
        let offsets: Vec<Vec<usize>> = steps
            .iter()
            .map(|steps| places::walk(summed, &steps[shape.len()..]))
            .collect();
        let starts: Vec<Vec<usize>> = steps
            .iter()
            .map(|steps| places::walk(&shape, &steps[..shape.len()]))
            .collect();
        let terms: usize = summed.iter().product();
        let total = |at: usize| -> f64 {
            let term = |i: usize| -> f64 {
                let factors = numbers.iter().zip(&starts).zip(&offsets);
                factors
                    .map(|((x, starts), offsets)| x[starts[at] + offsets[i]])
                    .product()
            };
            (0..terms).map(term).sum()
        };
        let count = shape.iter().product();
        let sums = (0..count).map(total).collect();
        Ok(vec![doubles::tensor(tensors[0].dtype(), &shape, sums)?])
    }

    /// An output element is a sum over all axes that the output does not name.
    fn macs(&self, inputs: &[Option<Vec<usize>>], output: &[usize]) -> u64 {
        let shapes: Option<Vec<&Vec<usize>>> = inputs.iter().map(Option::as_ref).collect();
        let Some(shapes) = shapes.filter(|shapes| shapes.len() > 1) else {
            return 0;
        };
        let ranks: Vec<usize> = shapes.iter().map(|shape| shape.len()).collect();
        let Ok((names, made)) = self.names(&ranks) else {
            return 0;
        };
        let mut summed: BTreeMap<Name, usize> = BTreeMap::new();
        for (names, shape) in names.iter().zip(shapes) {
            for (name, &length) in names
                .iter()
                .zip(shape)
                .filter(|(name, _)| !made.contains(name))
            {
                let most = summed.entry(*name).or_default();
                *most = length.max(*most);
            }
        }
        let terms: Vec<usize> = summed.into_values().collect();
        known::count(output).saturating_mul(known::count(&terms))
    }

    fn matrices(&self) -> &'static [usize] {
        &[1, 0]
    }

    fn layer_kind(&self, _matrix: &[usize], _channels: Option<usize>) -> LayerKind {
        LayerKind::Linear
    }

    fn channel_axis(&self, rank: usize) -> usize {
        rank.saturating_sub(1)
    }

    fn slides(&self) -> bool {
        true
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = rule.across();
        let values: Vec<_> = rule.node.inputs.iter().copied().flatten().collect();
        let ranks: Vec<usize> = values.iter().map(|&value| rule.rank(value)).collect();
        let (Ok((names, made)), Some(out)) = (self.names(&ranks), rule.node.output(0)) else {
            return rule.freeze_all(&why);
        };
        if let Some(layer) = layer(rule, &values, &names, &made, out) {
            rule.weights(layer);
        }
        let mut by_name: BTreeMap<Name, Vec<Axis>> = BTreeMap::new();
        let all = names.iter().zip(&values).chain([(&made, &out)]);
        for (names, &value) in all {
            for (axis, name) in names.iter().enumerate() {
                by_name
                    .entry(*name)
                    .or_default()
                    .push(Axis::of(value, axis));
            }
        }
        for axes in by_name.values() {
            let lengths: Vec<_> = axes
                .iter()
                .map(|axis| rule.size(axis.value, axis.axis))
                .collect();
            for pair in axes.windows(2) {
                rule.same(pair[0], pair[1]);
            }
            // What is stretched to another's length can't follow it.
            if lengths.windows(2).any(|pair| pair[0] != pair[1]) {
                axes.iter().for_each(|&axis| rule.freeze(axis, &why));
            }
        }
    }
}

/// What makes this a layer: one of two inputs is a stored matrix, of which one axis is summed over and the other is an axis of
/// the output that the data lacks.
fn layer(
    rule: &Rule<'_>,
    values: &[ValueId],
    names: &[Vec<Name>],
    made: &[Name],
    out: ValueId,
) -> Option<Weights> {
    let (&[first, second], [one, other]) = (values, names) else {
        return None;
    };
    let (stored, matrix, data, read) = match rule.is_stored_float(second) {
        true => (second, other, first, one),
        false => (first, one, second, other),
    };
    let place = |names: &[Name], name: &Name| names.iter().position(|other| other == name);
    let makes = matrix
        .iter()
        .position(|name| made.contains(name) && !read.contains(name))?;
    let reads = matrix
        .iter()
        .position(|name| read.contains(name) && !made.contains(name))?;
    let fits = matrix.len() == 2 && rule.is_stored_float(stored) && !rule.is_stored_float(data);
    let weights = Weights {
        tensor: stored,
        makes,
        out: Axis::of(out, place(made, &matrix[makes])?),
        bias: None,
        reads: Some(Reads {
            axis: reads,
            data: Axis::of(data, place(read, &matrix[reads])?),
            period: rule.size(stored, reads)?,
        }),
    };
    fits.then_some(weights)
}
