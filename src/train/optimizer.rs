//! How weights follow their gradients.

use crate::engine::Tape;
use crate::engine::room::zeros;
use crate::error::Result;
use crate::graph::ValueId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How weights move by a gradient.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "rule")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Rule {
    /// Stochastic gradient descent with momentum, as PyTorch's: `v ← momentum·v + g`, `w ← w − rate·v`.
    Sgd { momentum: f32 },
    /// Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019), β = 0.9 and 0.999, ε = 1e-8.
    AdamW,
}

impl Rule {
    /// With the momentum that most networks were trained with.
    pub const SGD: Rule = Rule::Sgd { momentum: 0.9 };
}

const BETA: (f32, f32) = (0.9, 0.999);
const EPSILON: f32 = 1e-8;

/// An optimizer with what it remembers of earlier steps.
#[derive(Debug, Clone)]
pub struct Optimizer {
    rule: Rule,
    /// Pulls weights of two and more axes toward zero; biases and scales are left alone.
    weight_decay: f32,
    steps: i32,
    /// By parameter: the running mean of its gradients, and of their squares where the rule asks for them.
    moments: BTreeMap<ValueId, (Vec<f32>, Vec<f32>)>,
}

impl Optimizer {
    /// An optimizer of what this tape learns; it has all its memory from the beginning.
    ///
    /// Fails with [`Error::TooLarge`](crate::Error::TooLarge) where there is none.
    pub fn new(rule: Rule, weight_decay: f32, tape: &Tape) -> Result<Self> {
        let moments = tape.parameters().iter().map(|parameter| {
            let length = tape.value(parameter.value).len();
            let of_squares = match rule {
                Rule::Sgd { .. } => 0,
                Rule::AdamW => length,
            };
            Ok((parameter.value, (zeros(length)?, zeros(of_squares)?)))
        });
        Ok(Optimizer {
            rule,
            weight_decay,
            steps: 0,
            moments: moments.collect::<Result<_>>()?,
        })
    }

    /// Moves everything that is learned by the gradients of the tape's last backward pass; it is the tape of
    /// [`Optimizer::new`].
    pub fn step(&mut self, tape: &mut Tape, rate: f32) {
        self.steps += 1;
        for parameter in tape.parameters().to_vec() {
            let decay = match parameter.shape.len() {
                0 | 1 => 0.0,
                _ => self.weight_decay,
            };
            let moments = self.moments.get_mut(&parameter.value);
            let learned = tape.learn(parameter.value);
            let (Some((first, second)), (weights, Some(gradient))) = (moments, learned) else {
                continue;
            };
            let numbers = weights.iter_mut().zip(&*gradient).zip(first);
            match self.rule {
                Rule::Sgd { momentum } => {
                    for ((weight, &gradient), velocity) in numbers {
                        *velocity = momentum * *velocity + gradient + decay * *weight;
                        *weight -= rate * *velocity;
                    }
                }
                Rule::AdamW => {
                    let bias = |beta: f32| 1.0 - beta.powi(self.steps);
                    let (mean_bias, square_bias) = (bias(BETA.0), bias(BETA.1));
                    for (((weight, &gradient), mean), square) in numbers.zip(second) {
                        *mean = BETA.0 * *mean + (1.0 - BETA.0) * gradient;
                        *square = BETA.1 * *square + (1.0 - BETA.1) * gradient * gradient;
                        let deviation = (*square / square_bias).sqrt() + EPSILON;
                        *weight -= rate * (*mean / mean_bias / deviation + decay * *weight);
                    }
                }
            }
        }
    }
}
