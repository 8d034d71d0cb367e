//! Arithmetic, comparisons and logic on two broadcast inputs.

use super::Extent;
use super::attributes::Attributes;
use super::backward::LearnContext;
use super::broadcast::zip;
use super::coupling::Rule;
use super::known;
use super::lowering::KernelContext;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::{Dim, Node, Product};
use crate::kernels::Kernel;
use crate::kernels::elementwise::{Arithmetic, MapBy};
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::pairwise::{Function, Pairwise};
use crate::message::Message;
use crate::tensor::DType;
use crate::tensor::Tensor;

/// A function of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    /// The remainder with the divisor's sign, or with the dividend's (`fmod`).
    Mod {
        fmod: bool,
    },
    And,
    Or,
    Xor,
    Equal,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
}

/// Powers with one exponent for all, which is stored; as if computed in double precision.
fn power(context: &KernelContext<'_>) -> Option<Box<dyn Kernel>> {
    let exponent = context.constant(1)?.cast(DType::F32)?;
    let &[exponent] = &*exponent.floats()? else {
        return None;
    };
    Some(match exponent {
        2.0 => Box::new(MapBy(|x: f32| x * x)),
        _ => Box::new(MapBy(move |x: f32| {
            f64::from(x).powf(exponent.into()) as f32
        })),
    })
}

impl Binary {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(match node.op_type.as_str() {
            "Add" => Binary::Add,
            "Sub" => Binary::Sub,
            "Mul" => Binary::Mul,
            "Div" => Binary::Div,
            "Pow" => Binary::Pow,
            "Mod" => Binary::Mod {
                fmod: Attributes(node).flag("fmod", false)?,
            },
            "And" => Binary::And,
            "Or" => Binary::Or,
            "Xor" => Binary::Xor,
            "Equal" => Binary::Equal,
            "Greater" => Binary::Greater,
            "Less" => Binary::Less,
            "GreaterOrEqual" => Binary::GreaterOrEqual,
            "LessOrEqual" => Binary::LessOrEqual,
            other => return Err(message!("reason-node-not-binary", operator = other)),
        })
    }
}

impl Operator for Binary {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (a, b) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        if a.dtype() != b.dtype() && *self != Binary::Pow {
            return Err(message!(
                "reason-node-mixed-types",
                first = format!("{:?}", a.dtype()),
                second = format!("{:?}", b.dtype())
            ));
        }
        let dtype = if self.makes_truth() {
            DType::Bool
        } else {
            a.dtype()
        };
        let shape = known::broadcast(a.shape(), b.shape())?;
        Ok(vec![Known::new(dtype, shape).with_sizes(self.sizes(a, b))])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let (a, b) = (known::tensor(inputs, 0)?, known::tensor(inputs, 1)?);
        // A power by a fraction is one of floats, whatever it becomes.
        if !a.dtype().is_float() && b.dtype().is_float() {
            let wide = [a, b].map(|x| x.cast(DType::F64));
            let wide: Vec<_> = wide.iter().map(Option::as_ref).collect();
            let result = self.evaluate(&wide)?.swap_remove(0).cast(a.dtype());
            return Ok(vec![result.ok_or(message!("reason-node-element-types"))?]);
        }
        let exponent;
        let b = match a.dtype() == b.dtype() {
            true => b,
            false => {
                exponent = b
                    .cast(a.dtype())
                    .ok_or(message!("reason-node-element-types"))?;
                &exponent
            }
        };
        let result = match (a, b) {
            (Tensor::F32(a), Tensor::F32(b)) => match self.makes_truth() {
                true => Tensor::Bool(zip(a, b, &shape, |x, y| self.truth(x, y))?),
                false => Tensor::F32(zip(a, b, &shape, |x, y| self.single(x, y))?),
            },
            (Tensor::F64(a), Tensor::F64(b)) => match self.makes_truth() {
                true => Tensor::Bool(zip(a, b, &shape, |x, y| self.truth(x, y))?),
                false => Tensor::F64(zip(a, b, &shape, |x, y| self.double(x, y))?),
            },
            // Narrower floats are computed in single precision.
            (a, b) if a.dtype().is_float() => {
                let wide = [a, b].map(|x| x.cast(DType::F32));
                let wide: Vec<_> = wide.iter().map(Option::as_ref).collect();
                let result = self.evaluate(&wide)?.swap_remove(0);
                let to = if self.makes_truth() {
                    DType::Bool
                } else {
                    a.dtype()
                };
                result
                    .cast(to)
                    .ok_or(message!("reason-node-element-types"))?
            }
            (Tensor::Bool(a), Tensor::Bool(b)) => {
                Tensor::Bool(zip(a, b, &shape, |x, y| match self {
                    Binary::And => x && y,
                    Binary::Or => x || y,
                    Binary::Xor => x != y,
                    _ => self.truth(x, y),
                })?)
            }
            (a, b) => self.integers(a, b, &shape)?,
        };
        Ok(vec![result])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.broadcast();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.pointwise(self)
    }

    fn is_sum(&self) -> bool {
        *self == Binary::Add
    }

    fn neutral(&self, carried: usize) -> Option<f32> {
        match (self, carried) {
            (Binary::Add, _) | (Binary::Sub, 0) => Some(0.0),
            (Binary::Mul, _) | (Binary::Div, 0) => Some(1.0),
            _ => None,
        }
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let arithmetic = match self {
            Binary::Add => Arithmetic::Add,
            Binary::Sub => Arithmetic::Sub,
            Binary::Mul => Arithmetic::Mul,
            Binary::Div => Arithmetic::Div,
            Binary::Pow => return Ok(power(context)),
            _ => return Ok(None),
        };
        Ok(context.binary(arithmetic))
    }

    fn learned(&self) -> &'static [usize] {
        &[0, 1]
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        let function = match self {
            Binary::Add => Function::Add,
            Binary::Sub => Function::Sub,
            Binary::Mul => Function::Mul,
            Binary::Div => Function::Div,
            Binary::Pow => Function::Pow,
            _ => return Ok(None),
        };
        let shapes = [context.needed(0)?, context.needed(1)?];
        let step = Pairwise::new(function, &context.outputs[0], shapes);
        // Exponents may be whole numbers, which do not come in among the floats.
        let whole = context.constant(1).and_then(Tensor::integers);
        Ok(Some(Box::new(match whole {
            Some(whole) => step.with_right(whole.iter().map(|&x| x as f32).collect()),
            None => step,
        })))
    }
}

impl Binary {
    /// Whether the output is boolean whatever the inputs are.
    fn makes_truth(self) -> bool {
        !matches!(
            self,
            Binary::Add
                | Binary::Sub
                | Binary::Mul
                | Binary::Div
                | Binary::Pow
                | Binary::Mod { .. }
        )
    }

    fn truth<T: PartialOrd>(self, x: T, y: T) -> bool {
        match self {
            Binary::Equal => x == y,
            Binary::Greater => x > y,
            Binary::Less => x < y,
            Binary::GreaterOrEqual => x >= y,
            Binary::LessOrEqual => x <= y,
            _ => false,
        }
    }

    fn single(self, x: f32, y: f32) -> f32 {
        match self {
            Binary::Add => x + y,
            Binary::Sub => x - y,
            Binary::Mul => x * y,
            Binary::Div => x / y,
            _ => self.double(x.into(), y.into()) as f32,
        }
    }

    fn double(self, x: f64, y: f64) -> f64 {
        match self {
            Binary::Add => x + y,
            Binary::Sub => x - y,
            Binary::Mul => x * y,
            Binary::Div => x / y,
            Binary::Pow => x.powf(y),
            Binary::Mod { fmod: true } => x % y,
            Binary::Mod { fmod: false } => x - (x / y).floor() * y,
            _ => f64::from(self.truth(x, y)),
        }
    }

    /// Whole numbers; `None` where they are divided by zero. Sums and products wrap as in the reference.
    fn whole(self, x: i64, y: i64) -> Option<i64> {
        Some(match self {
            Binary::Add => x.wrapping_add(y),
            Binary::Sub => x.wrapping_sub(y),
            Binary::Mul => x.wrapping_mul(y),
            Binary::Div => x.checked_div(y)?,
            Binary::Pow => (x as f64).powf(y as f64) as i64,
            Binary::Mod { fmod: true } => x.checked_rem(y)?,
            Binary::Mod { fmod: false } => {
                let rest = x.checked_rem(y)?;
                if rest != 0 && (rest < 0) != (y < 0) {
                    rest + y
                } else {
                    rest
                }
            }
            _ => i64::from(self.truth(x, y)),
        })
    }

    fn integers(self, a: &Tensor, b: &Tensor, shape: &[usize]) -> Result<Tensor, Message> {
        let wide = |tensor: &Tensor| match tensor.cast(DType::I64) {
            // Past the largest signed number only what wraps around is right.
            Some(Tensor::I64(wide))
                if tensor.dtype() != DType::U64
                    || matches!(
                        self,
                        Binary::Add | Binary::Sub | Binary::Mul | Binary::Equal
                    )
                    || wide.iter().all(|&x| x >= 0) =>
            {
                Ok(wide)
            }
            _ => Err(message!(
                "reason-node-element-type",
                elementType = format!("{:?}", tensor.dtype())
            )),
        };
        let mut divided_by_zero = false;
        let result = zip(&wide(a)?, &wide(b)?, shape, |x, y| {
            self.whole(x, y).unwrap_or_else(|| {
                divided_by_zero = true;
                0
            })
        })?;
        if divided_by_zero {
            return Err(message!("reason-node-zero-division"));
        }
        let to = if self.makes_truth() {
            DType::Bool
        } else {
            a.dtype()
        };
        let result = Tensor::I64(result).cast(to);
        result.ok_or_else(|| message!("reason-node-element-types"))
    }

    /// Arithmetic on sizes, some of them symbols.
    fn sizes(self, a: &Known, b: &Known) -> Option<Vec<Extent>> {
        let (a, b) = (a.sizes.as_ref()?, b.sizes.as_ref()?);
        let count = if a.len() == 1 { b.len() } else { a.len() };
        let at = |list: &[Extent], i: usize| list.get(if list.len() == 1 { 0 } else { i }).cloned();
        (0..count)
            .map(|i| Some(self.size(at(a, i)?, at(b, i)?).unwrap_or(Extent::Unknown)))
            .collect()
    }

    fn size(self, x: Extent, y: Extent) -> Option<Extent> {
        use Extent::{Number, Symbol};
        let product = |x: &Extent| Product::of(&[x.dim()?]);
        match (self, &x, &y) {
            (_, Number(x), Number(y)) => self.whole(*x, *y).map(Number),
            (Binary::Mul, Number(0), _) | (Binary::Mul, _, Number(0)) => Some(Number(0)),
            (Binary::Mul, Number(1), _) => Some(y),
            (Binary::Mul | Binary::Div, _, Number(1)) => Some(x),
            (Binary::Add | Binary::Sub, _, Number(0)) => Some(x),
            (Binary::Add, Number(0), _) => Some(y),
            (_, Extent::Unknown, _) | (_, _, Extent::Unknown) => None,
            (Binary::Mul, _, _) => {
                let dims: [Dim; 2] = [x.dim()?, y.dim()?];
                Some(Extent::from(&Product::of(&dims)?.dim()))
            }
            (Binary::Div, _, _) => {
                let quotient = product(&x)?.divided_by(&product(&y)?)?;
                Some(Extent::from(&quotient.dim()))
            }
            // A size is at least 1.
            (Binary::Equal, Symbol(_), Number(n)) | (Binary::Equal, Number(n), Symbol(_))
                if *n < 1 =>
            {
                Some(Number(0))
            }
            (Binary::Equal, Symbol(x), Symbol(y)) if x == y => Some(Number(1)),
            _ => None,
        }
    }
}
