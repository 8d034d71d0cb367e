//! Recurrent layers: RNN, GRU and LSTM over sequences.

mod kernel;

use super::attributes::Attributes;
use super::coupling::{Axis, Reads, Rule, Weights};
use super::lowering::KernelContext;
use super::{Known, LayerKind, Operator, doubles, known};
use crate::graph::{Attribute, Dim, Node};
use crate::kernels::Kernel;
use crate::message::Message;
use crate::tensor::Tensor;

/// Which recurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    Simple,
    /// Gates z, r and h; the reset is applied before the product with the state, or after it.
    Gru {
        reset_after: bool,
    },
    /// Gates i, o, f and c; the forget gate may be 1 − i.
    Lstm {
        coupled: bool,
    },
}

/// A function of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gate {
    Sigmoid,
    Tanh,
    Relu,
}

/// `RNN`, `GRU` or `LSTM`: data (length, batch, features) or (batch, length, features), weights (directions, gates × state,
/// features) and (directions, gates × state, state).
#[derive(Debug, Clone, PartialEq)]
pub struct Recurrent {
    cell: Cell,
    /// Whether each direction runs backward.
    directions: Vec<bool>,
    /// Three of each direction; those that the cell has no use for are left over.
    gates: Vec<[Gate; 3]>,
    clip: f64,
    batch_first: bool,
}

impl Gate {
    fn named(name: &str) -> Result<Self, Message> {
        match name.to_ascii_lowercase().as_str() {
            "sigmoid" => Ok(Gate::Sigmoid),
            "tanh" => Ok(Gate::Tanh),
            "relu" => Ok(Gate::Relu),
            _ => Err(message!("reason-node-unknown-mode", mode = name)),
        }
    }

    fn apply(self, x: f64) -> f64 {
        match self {
            Gate::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Gate::Tanh => x.tanh(),
            Gate::Relu => x.max(0.0),
        }
    }
}

impl Recurrent {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        let (cell, usual) = match node.op_type.as_str() {
            "GRU" => {
                let reset_after = attributes.flag("linear_before_reset", false)?;
                (
                    Cell::Gru { reset_after },
                    [Gate::Sigmoid, Gate::Tanh, Gate::Tanh],
                )
            }
            "LSTM" => {
                let coupled = attributes.flag("input_forget", false)?;
                (
                    Cell::Lstm { coupled },
                    [Gate::Sigmoid, Gate::Tanh, Gate::Tanh],
                )
            }
            _ => (Cell::Simple, [Gate::Tanh; 3]),
        };
        let directions = match attributes.text("direction", "forward")? {
            "forward" => vec![false],
            "reverse" => vec![true],
            "bidirectional" => vec![false, true],
            mode => return Err(message!("reason-node-unknown-mode", mode = mode)),
        };
        let mut gates = vec![usual; directions.len()];
        if let Some(Attribute::Strings(names)) = node.attributes.get("activations") {
            let each = cell.functions();
            if names.len() != each * directions.len() {
                return Err(doubles::inconsistent());
            }
            for (at, name) in names.iter().enumerate() {
                gates[at / each][at % each] = Gate::named(name)?;
            }
        }
        Ok(Recurrent {
            cell,
            directions,
            gates,
            clip: attributes.float("clip", f32::INFINITY)?.into(),
            batch_first: attributes.flag("layout", false)?,
        })
    }

    /// Length, batch and features of data as it lies.
    fn sizes<'a, T>(&self, shape: &'a [T]) -> Option<[&'a T; 3]> {
        match (shape, self.batch_first) {
            ([length, batch, features], false) | ([batch, length, features], true) => {
                Some([length, batch, features])
            }
            _ => None,
        }
    }
}

impl Cell {
    /// How many gates have weights.
    fn count(self) -> usize {
        match self {
            Cell::Simple => 1,
            Cell::Gru { .. } => 3,
            Cell::Lstm { .. } => 4,
        }
    }

    /// How many functions the attribute `activations` names for each direction.
    fn functions(self) -> usize {
        match self {
            Cell::Simple => 1,
            Cell::Gru { .. } => 2,
            Cell::Lstm { .. } => 3,
        }
    }
}

/// The weights of one direction, row by row, and what runs along.
struct Cells<'a> {
    features: usize,
    state: usize,
    input: &'a [f64],
    recurrent: &'a [f64],
    /// Of the data's product and of the state's; zeros where left out.
    bias: [&'a [f64]; 2],
    /// Of the gates i, o and f; zeros where left out.
    peepholes: &'a [f64],
}

impl Cells<'_> {
    /// Row `row` times the data, with its bias.
    fn of_input(&self, row: usize, x: &[f64]) -> f64 {
        let weights = &self.input[row * self.features..][..self.features];
        self.bias[0][row] + weights.iter().zip(x).map(|(w, x)| w * x).sum::<f64>()
    }

    /// Row `row` times the state, with its bias.
    fn of_state(&self, row: usize, h: &[f64]) -> f64 {
        let weights = &self.recurrent[row * self.state..][..self.state];
        self.bias[1][row] + weights.iter().zip(h).map(|(w, h)| w * h).sum::<f64>()
    }
}

impl Recurrent {
    /// One step of one sample: the state and the cell's memory become the next ones.
    fn step(&self, gates: [Gate; 3], w: &Cells<'_>, x: &[f64], h: &mut [f64], c: &mut [f64]) {
        let n = w.state;
        let clip = |x: f64| x.clamp(-self.clip, self.clip);
        let sum = |gate: usize, i: usize, h: &[f64]| {
            w.of_input(gate * n + i, x) + w.of_state(gate * n + i, h)
        };
        let before = h.to_vec();
        match self.cell {
            Cell::Simple => {
                for (i, h) in h.iter_mut().enumerate() {
                    *h = gates[0].apply(clip(sum(0, i, &before)));
                }
            }
            Cell::Gru { reset_after } => {
                let reset: Vec<f64> = (0..n)
                    .map(|i| gates[0].apply(clip(sum(1, i, &before))))
                    .collect();
                let held: Vec<f64> = before.iter().zip(&reset).map(|(h, r)| h * r).collect();
                for (i, h) in h.iter_mut().enumerate() {
                    let update = gates[0].apply(clip(sum(0, i, &before)));
                    let row = 2 * n + i;
                    let of_state = match reset_after {
                        true => reset[i] * w.of_state(row, &before),
                        false => w.of_state(row, &held),
                    };
                    let new = gates[1].apply(clip(w.of_input(row, x) + of_state));
                    *h = (1.0 - update) * new + update * *h;
                }
            }
            Cell::Lstm { coupled } => {
                for i in 0..n {
                    let peep = |gate: usize, c: f64| w.peepholes[gate * n + i] * c;
                    let input = gates[0].apply(clip(sum(0, i, &before) + peep(0, c[i])));
                    let forget = match coupled {
                        true => 1.0 - input,
                        false => gates[0].apply(clip(sum(2, i, &before) + peep(2, c[i]))),
                    };
                    c[i] = forget * c[i] + input * gates[1].apply(clip(sum(3, i, &before)));
                    let output = gates[0].apply(clip(sum(1, i, &before) + peep(1, c[i])));
                    h[i] = output * gates[2].apply(c[i]);
                }
            }
        }
    }
}

impl Operator for Recurrent {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (x, w, r) = (
            known::needed(inputs, 0)?,
            known::needed(inputs, 1)?,
            known::needed(inputs, 2)?,
        );
        let [length, batch, features] = self.sizes(x.shape()).ok_or_else(doubles::inconsistent)?;
        let (Some(w), Some(r)) = (doubles::sizes(w.shape()), doubles::sizes(r.shape())) else {
            return Ok(Vec::new());
        };
        let (&[directions, rows, reads], &[_, _, state]) = (&w[..], &r[..]) else {
            return Err(doubles::inconsistent());
        };
        let fits = directions == self.directions.len()
            && state.checked_mul(self.cell.count()) == Some(rows)
            && r == [directions, rows, state]
            && features.known().is_none_or(|features| features == reads);
        // What else there is, as many numbers as the state asks for.
        let most = if matches!(self.cell, Cell::Lstm { .. }) {
            8
        } else {
            6
        };
        let counted = (3..most).all(|i| {
            match known::given(inputs, i).and_then(|x| doubles::sizes(x.shape())) {
                None => true,
                Some(shape) => match i {
                    3 => shape == [directions, 2 * rows],
                    4 => shape.len() == 1,
                    7 => shape == [directions, 3 * state],
                    _ => shape.len() == 3 && shape[2] == state,
                },
            }
        });
        if !fits || !counted {
            return Err(doubles::inconsistent());
        }
        let (d, s) = (Dim::Known(directions), Dim::Known(state));
        let (length, batch) = (length.clone(), batch.clone());
        let (all, last) = match self.batch_first {
            false => (
                vec![length, d.clone(), batch.clone(), s.clone()],
                vec![d, batch, s],
            ),
            true => (
                vec![batch.clone(), length, d.clone(), s.clone()],
                vec![batch, d, s],
            ),
        };
        let last = Known::new(x.dtype(), last);
        let mut outputs = vec![Known::new(x.dtype(), all), last.clone()];
        if matches!(self.cell, Cell::Lstm { .. }) {
            outputs.push(last);
        }
        Ok(outputs)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shapes = known::output_shapes(self, inputs)?;
        let x = known::tensor(inputs, 0)?;
        let numbers = doubles::numbers(x)?;
        let (w, r) = (doubles::needed(inputs, 1)?, doubles::needed(inputs, 2)?);
        let [&length, &batch, &features] =
            self.sizes(x.shape()).ok_or_else(doubles::inconsistent)?;
        let directions = self.directions.len();
        let state = shapes[0][3];
        let rows = state * self.cell.count();
        let zeros = |count: usize| vec![0.0; count];
        let bias = doubles::optional(inputs, 3)?.unwrap_or_else(|| zeros(directions * 2 * rows));
        let lengths = match doubles::given(inputs, 4) {
            Some(_) => doubles::whole(inputs, 4)?,
            None => vec![length as i64; batch],
        };
        let initial = |i: usize| -> Result<Vec<f64>, Message> {
            let given = match i {
                6 if !matches!(self.cell, Cell::Lstm { .. }) => None,
                i => doubles::optional(inputs, i)?,
            };
            Ok(given.unwrap_or_else(|| zeros(directions * batch * state)))
        };
        let (mut hidden, mut memory) = (initial(5)?, initial(6)?);
        let peepholes = match self.cell {
            Cell::Lstm { .. } => doubles::optional(inputs, 7)?,
            _ => None,
        };
        let peepholes = peepholes.unwrap_or_else(|| zeros(directions * 3 * state));
        if lengths.len() != batch
            || [&hidden, &memory]
                .iter()
                .any(|all| all.len() != directions * batch * state)
        {
            return Err(doubles::inconsistent());
        }
        let mut all = zeros(length * directions * batch * state);
        for (d, &backward) in self.directions.iter().enumerate() {
            let (half, other) = bias[d * 2 * rows..][..2 * rows].split_at(rows);
            let weights = Cells {
                features,
                state,
                input: &w[d * rows * features..][..rows * features],
                recurrent: &r[d * rows * state..][..rows * state],
                bias: [half, other],
                peepholes: &peepholes[d * 3 * state..][..3 * state],
            };
            for (sample, &steps) in lengths.iter().enumerate() {
                let steps = usize::try_from(steps).unwrap_or(0).min(length);
                let own = match self.batch_first {
                    false => d * batch + sample,
                    true => sample * directions + d,
                } * state;
                for step in 0..steps {
                    let t = if backward { steps - 1 - step } else { step };
                    let (row, place) = match self.batch_first {
                        false => (t * batch + sample, (t * directions + d) * batch + sample),
                        true => (sample * length + t, (sample * length + t) * directions + d),
                    };
                    let x = &numbers[row * features..][..features];
                    let h = &mut hidden[own..][..state];
                    self.step(self.gates[d], &weights, x, h, &mut memory[own..][..state]);
                    all[place * state..][..state].copy_from_slice(h);
                }
            }
        }
        let mut outputs = vec![doubles::tensor(x.dtype(), &shapes[0], all)?];
        for (shape, numbers) in shapes[1..].iter().zip([hidden, memory]) {
            outputs.push(doubles::tensor(x.dtype(), shape, numbers)?);
        }
        Ok(outputs)
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        Ok(self.usual_kernel(context))
    }

    /// Each step of each sample multiplies by all weights.
    fn macs(&self, inputs: &[Option<Vec<usize>>], _output: &[usize]) -> u64 {
        let shape = |i: usize| inputs.get(i).cloned().flatten().unwrap_or_default();
        let data = shape(0);
        let Some([&length, &batch, _]) = self.sizes(&data) else {
            return 0;
        };
        let weights = known::count(&shape(1)).saturating_add(known::count(&shape(2)));
        known::count(&[length, batch]).saturating_mul(weights)
    }

    fn matrices(&self) -> &'static [usize] {
        &[1, 2]
    }

    fn layer_kind(&self, _matrix: &[usize], _channels: Option<usize>) -> LayerKind {
        LayerKind::Recurrent
    }

    fn channel_axis(&self, rank: usize) -> usize {
        rank.saturating_sub(1)
    }

    fn slides(&self) -> bool {
        true
    }

    /// Features that are read can go; the state stays whole, since it is read again at the next step.
    fn couple(&self, rule: &mut Rule<'_>) {
        let why = rule.across();
        let node = rule.node;
        let (Some(data), Some(stored)) = (node.input(0), node.input(1)) else {
            return rule.freeze_all(&why);
        };
        if !rule.is_stored_float(stored) || rule.rank(data) != 3 {
            return rule.freeze_all(&why);
        }
        rule.same(Axis::of(data, 2), Axis::of(stored, 2));
        for axis in 0..2 {
            rule.freeze(Axis::of(data, axis), &why);
            rule.freeze(Axis::of(stored, axis), &why);
        }
        // The weights that read the features, and those that read the state, a slice a row of a gate.
        if let (Some(out), Some(states)) = (node.output(0), node.input(2)) {
            let out = Axis::of(out, 3);
            for (tensor, data) in [(stored, Axis::of(data, 2)), (states, out)] {
                let period = rule
                    .size(tensor, 2)
                    .filter(|_| rule.is_stored_float(tensor));
                rule.weights.extend(period.map(|period| Weights {
                    tensor,
                    makes: 1,
                    out,
                    bias: None,
                    reads: Some(Reads {
                        axis: 2,
                        data,
                        period,
                    }),
                }));
            }
        }
        for &value in node.inputs.iter().skip(2).chain(&node.outputs).flatten() {
            rule.freeze_value(value, &why);
        }
    }
}
