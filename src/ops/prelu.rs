//! Rectifier with a learned slope.

use super::backward::LearnContext;
use super::broadcast::zip;
use super::coupling::Rule;
use super::floats;
use super::known;
use super::lowering::KernelContext;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::kernels::Kernel;
use crate::kernels::elementwise::Arithmetic;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::pairwise::{Function, Pairwise};
use crate::message::Message;
use crate::tensor::Tensor;

/// `PRelu`: `x` where positive, else `slope · x`; the slope broadcasts.
#[derive(Debug, Clone, PartialEq)]
pub struct PRelu;

impl PRelu {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(PRelu)
    }
}

impl Operator for PRelu {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (x, slope) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        if known::broadcast(x.shape(), slope.shape())?.len() != x.rank() {
            return Err(message!("reason-node-slope"));
        }
        Ok(vec![Known::new(x.dtype(), x.shape().to_vec())])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let (x, slope) = (floats::needed(inputs, 0)?, floats::needed(inputs, 1)?);
        let result = zip(&x.to_owned(), &slope.to_owned(), &shape, |x, slope| {
            if x < 0.0 { slope * x } else { x }
        });
        floats::output(result?, known::tensor(inputs, 0)?)
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.broadcast();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.pointwise(self)
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        Ok(context.binary(Arithmetic::PRelu))
    }

    fn learned(&self) -> &'static [usize] {
        &[1]
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        let shapes = [context.needed(0)?, context.needed(1)?];
        let step = Pairwise::new(Function::PRelu, &context.outputs[0], shapes);
        Ok(Some(Box::new(step)))
    }
}
