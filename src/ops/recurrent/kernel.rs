//! The kernel of a recurrent layer.

use super::{Cell, Gate, Recurrent};
use crate::kernels::Kernel;
use crate::kernels::recurrent::{self, Initial};
use crate::ops::lowering::KernelContext;

impl Recurrent {
    /// For layers with the usual functions, over whole sequences.
    pub fn usual_kernel(&self, context: &KernelContext<'_>) -> Option<Box<dyn Kernel>> {
        let cell = match self.cell {
            Cell::Simple => recurrent::Cell::Simple,
            Cell::Gru { reset_after } => recurrent::Cell::Gru { reset_after },
            Cell::Lstm { coupled: false } => recurrent::Cell::Lstm,
            Cell::Lstm { coupled: true } => return None,
        };
        let usual = match self.cell {
            Cell::Simple => [Gate::Tanh; 3],
            _ => [Gate::Sigmoid, Gate::Tanh, Gate::Tanh],
        };
        let (Some(&[length, batch, features]), Some(data), Some(state)) =
            (context.shape(0), context.floats(1), context.floats(2))
        else {
            return None;
        };
        let plain = !self.batch_first
            && self.clip == f64::INFINITY
            && self.gates.iter().all(|gates| *gates == usual)
            && !context.has(4)
            && !context.has(7);
        let sizes = recurrent::Sizes {
            length,
            batch,
            features,
            state: context.outputs[0][3],
        };
        let rows = self.cell.count() * sizes.state;
        let bias = context.bias(3, self.directions.len() * 2 * rows);
        let (Some(bias), true) = (
            bias,
            plain && !context.outputs[0].contains(&0) && features > 0,
        ) else {
            return None;
        };
        let numbers = self.directions.len() * batch * sizes.state;
        let mut initial = Vec::new();
        for i in [5, 6] {
            let count = context
                .shape(i)
                .map(|shape| shape.iter().product::<usize>());
            initial.push(match (count, context.floats(i)) {
                (None, _) => Initial::Zero,
                (Some(count), _) if count != numbers => return None,
                (_, Some(stored)) => Initial::Stored(stored.into_owned()),
                (_, None) => Initial::Given,
            });
        }
        let Ok(initial) = initial.try_into() else {
            return None;
        };
        let weights = recurrent::Weights {
            data: &data,
            state: &state,
            bias: &bias,
        };
        let kernel = recurrent::Recurrent::new(cell, sizes, &self.directions, weights, initial);
        Some(Box::new(kernel))
    }
}
