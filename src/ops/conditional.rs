//! Choice between two inputs, element by element.

use super::Extent;
use super::backward::{LearnContext, moved};
use super::coupling::Rule;
use super::known;
use super::places;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::kernels::grad::Differentiable;
use crate::message::Message;
use crate::tensor::DType;
use crate::tensor::Tensor;

/// `Where`: the second input where the first is true, else the third; all broadcast.
#[derive(Debug, Clone, PartialEq)]
pub struct Where;

impl Where {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Where)
    }
}

impl Operator for Where {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (condition, a, b) = (
            known::needed(inputs, 0)?,
            known::needed(inputs, 1)?,
            known::needed(inputs, 2)?,
        );
        if condition.dtype() != DType::Bool || a.dtype() != b.dtype() {
            return Err(message!("reason-node-needs-condition"));
        }
        let shape = known::broadcast(&known::broadcast(condition.shape(), a.shape())?, b.shape())?;
        Ok(vec![
            Known::new(a.dtype(), shape).with_sizes(sizes(condition, a, b)),
        ])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let (a, b) = (known::tensor(inputs, 1)?, known::tensor(inputs, 2)?);
        let condition = known::tensor(inputs, 0)?;
        let truth = condition
            .integers()
            .ok_or(message!("reason-node-needs-truth"))?;
        let unfit = || message!("reason-node-inputs-unfit");
        let places = |tensor: &Tensor| places::stretched(tensor.shape(), &shape).ok_or_else(unfit);
        let (asks, left, right) = (places(condition)?, places(a)?, places(b)?);
        let chosen = asks.iter().zip(left.iter().zip(&right));
        let sources: Vec<usize> = chosen
            .map(|(&asked, (&left, &right))| match truth[asked] {
                0 => a.len() + right,
                _ => left,
            })
            .collect();
        let both = Tensor::joined(&[a, b]).and_then(|both| both.gathered(&shape, &sources));
        Ok(vec![both.ok_or(message!("reason-node-element-types"))?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.broadcast();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.pointwise(self)
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        match context.constant(0) {
            Some(_) => moved(self, context, |_| true, 0.0),
            None => Ok(None),
        }
    }
}

/// The choice among sizes, some of them symbols.
fn sizes(condition: &Known, a: &Known, b: &Known) -> Option<Vec<Extent>> {
    let lists = [
        condition.sizes.as_ref()?,
        a.sizes.as_ref()?,
        b.sizes.as_ref()?,
    ];
    let count = lists
        .iter()
        .map(|list| list.len())
        .find(|&n| n != 1)
        .unwrap_or(1);
    let at = |list: &[Extent], i: usize| list.get(if list.len() == 1 { 0 } else { i }).cloned();
    let chosen = (0..count).map(|i| match at(lists[0], i)?.number() {
        Some(0) => at(lists[2], i),
        Some(_) => at(lists[1], i),
        None => Some(Extent::Unknown),
    });
    chosen.collect()
}
