//! Recurrent layers. What the data adds to the gates is one product for all steps; each step then adds a product with the state.

use super::matrix::{Columns, MatrixProduct, Operand, Size};
use super::{Kernel, math};

/// Which recurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// The hyperbolic tangent of both products.
    Simple,
    /// Gates z, r and h; the reset is applied before the product with the state, or after it.
    Gru { reset_after: bool },
    /// Gates i, o, f and c.
    Lstm,
}

/// Sizes of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    pub length: usize,
    pub batch: usize,
    pub features: usize,
    pub state: usize,
}

/// What a layer learned, of all directions: weights of the data (directions, gates · state, features) and of the state
/// (directions, gates · state, state), and the biases of both (directions, 2 · gates · state).
#[derive(Debug, Clone, Copy)]
pub struct Weights<'a> {
    pub data: &'a [f32],
    pub state: &'a [f32],
    pub bias: &'a [f32],
}

/// A state before the first step, of all directions (directions, batch, state).
pub enum Initial {
    Zero,
    Stored(Vec<f32>),
    /// An input at run time.
    Given,
}

/// A layer over data (length, batch, features). Its outputs are the states of all steps (length, directions, batch, state), the
/// last states and, of an LSTM, its last memory.
pub struct Recurrent {
    cell: Cell,
    sizes: Sizes,
    directions: Vec<Direction>,
    hidden: Initial,
    memory: Initial,
}

struct Direction {
    backward: bool,
    parts: Vec<Part>,
}

/// Gates whose products are computed together.
struct Part {
    /// Of all steps' data.
    data: MatrixProduct,
    /// Of one step's state.
    state: MatrixProduct,
}

impl Part {
    fn columns(&self) -> usize {
        self.state.size.columns
    }
}

impl Cell {
    fn gates(self) -> usize {
        match self {
            Cell::Simple => 1,
            Cell::Gru { .. } => 3,
            Cell::Lstm => 4,
        }
    }

    /// Which gates go together, from one to before another.
    fn parts(self) -> &'static [(usize, usize)] {
        match self {
            Cell::Simple => &[(0, 1)],
            Cell::Gru { .. } => &[(0, 2), (2, 3)],
            Cell::Lstm => &[(0, 4)],
        }
    }
}

impl Recurrent {
    /// `directions` tells for each whether it runs backward.
    pub fn new(
        cell: Cell,
        sizes: Sizes,
        directions: &[bool],
        weights: Weights<'_>,
        [hidden, memory]: [Initial; 2],
    ) -> Self {
        let rows = cell.gates() * sizes.state;
        let direction = |(d, &backward): (usize, &bool)| Direction {
            backward,
            parts: cell
                .parts()
                .iter()
                .map(|&(from, to)| {
                    let of = |all: &'_ [f32], each: usize| all[d * each..][..each].to_vec();
                    let own = [
                        of(weights.data, rows * sizes.features),
                        of(weights.state, rows * sizes.state),
                        of(weights.bias, 2 * rows),
                    ];
                    part(cell, sizes, own, (from, to))
                })
                .collect(),
        };
        Recurrent {
            directions: directions.iter().enumerate().map(direction).collect(),
            cell,
            sizes,
            hidden,
            memory,
        }
    }

    /// Numbers of a state.
    fn len(&self) -> usize {
        self.sizes.batch * self.sizes.state
    }

    /// The data's products, those of a step, the state, the memory and what is held of the state; what the products need.
    fn lengths(&self) -> [usize; 6] {
        let columns = self.cell.gates() * self.sizes.state;
        let parts = self.directions.iter().flat_map(|d| &d.parts);
        let products = parts.flat_map(|part| [&part.data, &part.state]);
        [
            self.sizes.length * self.sizes.batch * columns,
            self.sizes.batch * columns,
            self.len(),
            self.len(),
            self.len(),
            products
                .map(|product| product.scratch_len())
                .max()
                .unwrap_or(0),
        ]
    }
}

/// Gates `from..to` of one direction.
fn part(
    cell: Cell,
    sizes: Sizes,
    [data, state, bias]: [Vec<f32>; 3],
    (from, to): (usize, usize),
) -> Part {
    let n = sizes.state;
    let columns = (to - from) * n;
    // A reset after the product applies to the state's bias as well, which then stays apart.
    let apart = cell == Cell::Gru { reset_after: true } && from == 2;
    let (of_data, of_state) = bias.split_at(cell.gates() * n);
    let range = from * n..to * n;
    let both = of_data[range.clone()].iter().zip(&of_state[range.clone()]);
    let product = |rows: usize, depth: usize, weights: &[f32]| MatrixProduct {
        size: Size {
            rows,
            depth,
            columns,
        },
        left: Operand::Given,
        right: Operand::Packed(Columns::new(depth, columns, |k, column| {
            weights[(from * n + column) * depth + k]
        })),
        pairs: vec![(0, 0)],
        summand: Vec::new(),
        residual: false,
        activation: None,
    };
    Part {
        data: MatrixProduct {
            summand: match apart {
                true => of_data[range.clone()].to_vec(),
                false => both.map(|(a, b)| a + b).collect(),
            },
            ..product(sizes.length * sizes.batch, sizes.features, &data)
        },
        state: MatrixProduct {
            summand: if apart {
                of_state[range].to_vec()
            } else {
                Vec::new()
            },
            residual: !apart,
            ..product(sizes.batch, n, &state)
        },
    }
}

impl Kernel for Recurrent {
    fn scratch_len(&self) -> usize {
        self.lengths().iter().sum()
    }

    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        let mut rest = scratch;
        let [products, sums, hidden, memory, held, scratch] = self.lengths().map(|length| {
            let (part, others) = std::mem::take(&mut rest).split_at_mut(length);
            rest = others;
            part
        });
        let mut given = inputs[1..].iter().copied();
        let initial = [&self.hidden, &self.memory].map(|initial| match initial {
            Initial::Zero => None,
            Initial::Stored(numbers) => Some(&numbers[..]),
            Initial::Given => given.next(),
        });
        let len = self.len();
        for (d, direction) in self.directions.iter().enumerate() {
            for (state, initial) in [&mut *hidden, &mut *memory].into_iter().zip(initial) {
                match initial {
                    Some(numbers) => state.copy_from_slice(&numbers[d * len..][..len]),
                    None => state.fill(0.0),
                }
            }
            let mut left = &mut *products;
            let mut of_data = Vec::with_capacity(direction.parts.len());
            for part in &direction.parts {
                let count = part.data.size.rows * part.columns();
                let (product, others) = std::mem::take(&mut left).split_at_mut(count);
                left = others;
                part.data.run(&inputs[..1], &mut [&mut *product], scratch);
                of_data.push(&*product);
            }
            for step in 0..self.sizes.length {
                let t = match direction.backward {
                    true => self.sizes.length - 1 - step,
                    false => step,
                };
                let at_step = |part: usize| {
                    let each = self.sizes.batch * direction.parts[part].columns();
                    &of_data[part][t * each..][..each]
                };
                self.step(
                    direction,
                    at_step,
                    [&mut *sums, &mut *hidden, &mut *memory, &mut *held],
                    scratch,
                );
                let place = (t * self.directions.len() + d) * len;
                outputs[0][place..][..len].copy_from_slice(hidden);
            }
            for (output, state) in outputs[1..].iter_mut().zip([&*hidden, &*memory]) {
                output[d * len..][..len].copy_from_slice(state);
            }
        }
    }
}

impl Recurrent {
    /// One step of all samples; `of_data` gives what the data adds to the gates of a part.
    fn step<'a>(
        &self,
        direction: &Direction,
        of_data: impl Fn(usize) -> &'a [f32],
        [sums, hidden, memory, held]: [&mut [f32]; 4],
        scratch: &mut [f32],
    ) {
        let n = self.sizes.state;
        let first = &direction.parts[0];
        let (sums, others) = sums.split_at_mut(self.sizes.batch * first.columns());
        first
            .state
            .run(&[&*hidden, of_data(0)], &mut [&mut *sums], scratch);
        let samples = sums.chunks_exact(first.columns());
        match self.cell {
            Cell::Simple => {
                let both = hidden.iter_mut().zip(&*sums);
                both.for_each(|(h, sum)| *h = math::tanh(*sum));
            }
            Cell::Lstm => {
                let states = hidden.chunks_exact_mut(n).zip(memory.chunks_exact_mut(n));
                for (gates, (h, c)) in samples.zip(states) {
                    let gate = |at: usize| &gates[at * n..][..n];
                    let inner = gate(0).iter().zip(gate(2)).zip(gate(3));
                    for (c, ((input, forget), new)) in c.iter_mut().zip(inner) {
                        *c = math::sigmoid(*forget) * *c + math::sigmoid(*input) * math::tanh(*new);
                    }
                    for ((h, c), output) in h.iter_mut().zip(&*c).zip(gate(1)) {
                        *h = math::sigmoid(*output) * math::tanh(*c);
                    }
                }
            }
            Cell::Gru { reset_after } => {
                let second = &direction.parts[1].state;
                let resets = samples.clone().flat_map(|gates| &gates[n..]);
                if reset_after {
                    second.run(&[&*hidden], &mut [&mut *others], scratch);
                    for ((sum, reset), x) in others.iter_mut().zip(resets).zip(of_data(1)) {
                        *sum = *sum * math::sigmoid(*reset) + x;
                    }
                } else {
                    for ((held, h), reset) in held.iter_mut().zip(&*hidden).zip(resets) {
                        *held = h * math::sigmoid(*reset);
                    }
                    second.run(&[&*held, of_data(1)], &mut [&mut *others], scratch);
                }
                let updates = samples.flat_map(|gates| &gates[..n]);
                for ((h, update), new) in hidden.iter_mut().zip(updates).zip(&*others) {
                    let update = math::sigmoid(*update);
                    *h = (1.0 - update) * math::tanh(*new) + update * *h;
                }
            }
        }
    }
}
