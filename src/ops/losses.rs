//! Losses of classifiers as operators.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::log_softmax::LogSoftmax;
use super::{Known, Operator, doubles, known};
use crate::graph::Node;
use crate::message::Message;
use crate::tensor::Tensor;

/// `NegativeLogLikelihoodLoss`, or `SoftmaxCrossEntropyLoss`: the same of the logarithms of a softmax along axis 1.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassLoss {
    pub of_logits: bool,
    pub reduction: Reduction,
    /// A label that counts nothing.
    pub ignored: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    Each,
    Sum,
    Mean,
}

impl ClassLoss {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(ClassLoss {
            of_logits: node.op_type == "SoftmaxCrossEntropyLoss",
            reduction: match attributes.text("reduction", "mean")? {
                "none" => Reduction::Each,
                "sum" => Reduction::Sum,
                "mean" => Reduction::Mean,
                mode => return Err(message!("reason-node-unknown-mode", mode = mode)),
            },
            ignored: attributes.optional_int("ignore_index")?,
        })
    }
}

impl Operator for ClassLoss {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (x, labels) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        if x.rank() != labels.rank() + 1 || x.rank() < 2 {
            return Err(doubles::inconsistent());
        }
        let shape = match self.reduction {
            Reduction::Each => labels.shape().to_vec(),
            _ => Vec::new(),
        };
        let mut outputs = vec![Known::new(x.dtype(), shape)];
        if self.of_logits {
            outputs.push(Known::new(x.dtype(), x.shape().to_vec()));
        }
        Ok(outputs)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let x = known::tensor(inputs, 0)?;
        let softmax = LogSoftmax {
            hard: false,
            axis: 1,
            flattened: false,
        };
        let logs = match self.of_logits {
            true => softmax.evaluate(&[Some(x)])?.swap_remove(0),
            false => x.clone(),
        };
        let numbers = doubles::numbers(&logs)?;
        let labels = doubles::whole(inputs, 1)?;
        let weights = doubles::optional(inputs, 2)?;
        let classes = x.shape()[1];
        let plane: usize = x.shape()[2..].iter().product();
        if labels.len() * classes != numbers.len() {
            return Err(doubles::inconsistent());
        }
        let mut losses = Vec::with_capacity(labels.len());
        let mut total = 0.0;
        for (at, &label) in labels.iter().enumerate() {
            if self.ignored == Some(label) {
                losses.push(0.0);
                continue;
            }
            let class = usize::try_from(label).ok().filter(|&class| class < classes);
            let class = class.ok_or_else(|| {
                message!("reason-node-index-outside", index = label, size = classes)
            })?;
            let weight = match &weights {
                Some(weights) => *weights.get(class).ok_or_else(doubles::inconsistent)?,
                None => 1.0,
            };
            total += weight;
            losses.push(-weight * numbers[(at / plane * classes + class) * plane + at % plane]);
        }
        let losses = match self.reduction {
            Reduction::Each => losses,
            Reduction::Sum => vec![losses.iter().sum()],
            Reduction::Mean => vec![losses.iter().sum::<f64>() / total],
        };
        let loss = doubles::tensor(x.dtype(), &shape, losses)?;
        Ok(match self.of_logits {
            true => vec![loss, logs],
            false => vec![loss],
        })
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}
