//! Functions of two tensors, element by element, each broadcast to the other.

use super::{Backward, Differentiable};
use crate::strided::{Walk, broadcast_strides, strides};

/// A function of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    /// `x < 0 ? x·y : x`
    PRelu,
    Max,
    Min,
}

impl Function {
    #[inline(always)]
    fn value(self, x: f32, y: f32) -> f32 {
        match self {
            Function::Add => x + y,
            Function::Sub => x - y,
            Function::Mul => x * y,
            Function::Div => x / y,
            Function::Pow => x.powf(y),
            Function::PRelu => {
                if x < 0.0 {
                    x * y
                } else {
                    x
                }
            }
            Function::Max => {
                if x >= y {
                    x
                } else {
                    y
                }
            }
            Function::Min => {
                if x <= y {
                    x
                } else {
                    y
                }
            }
        }
    }

    /// The slopes along the left and the right number. Of two equal ones, the left is the largest and the smallest.
    #[inline(always)]
    fn slope(self, of_left: bool, x: f32, y: f32) -> f32 {
        let choose = |left: bool| if left == of_left { 1.0 } else { 0.0 };
        match (self, of_left) {
            (Function::Add, _) | (Function::Sub, true) => 1.0,
            (Function::Sub, false) => -1.0,
            (Function::Mul, true) => y,
            (Function::Mul, false) => x,
            (Function::Div, true) => 1.0 / y,
            (Function::Div, false) => -x / (y * y),
            // Beside a zero, the formulas alone would give a product of zero and infinity.
            (Function::Pow, true) if y == 0.0 => 0.0,
            (Function::Pow, true) => y * x.powf(y - 1.0),
            (Function::Pow, false) if x == 0.0 && y >= 0.0 => 0.0,
            (Function::Pow, false) => x.powf(y) * x.ln(),
            (Function::PRelu, true) => {
                if x < 0.0 {
                    y
                } else {
                    1.0
                }
            }
            (Function::PRelu, false) => {
                if x < 0.0 {
                    x
                } else {
                    0.0
                }
            }
            (Function::Max, _) => choose(x >= y),
            (Function::Min, _) => choose(x <= y),
        }
    }
}

/// A function of two tensors.
pub struct Pairwise {
    function: Function,
    /// Output, left, right.
    walk: Walk<3>,
    /// The right tensor, where it is none of the floats that come in at run time.
    stored: Option<Vec<f32>>,
}

impl Pairwise {
    /// `shape` is what both are broadcast to.
    pub fn new(function: Function, shape: &[usize], [left, right]: [&[usize]; 2]) -> Self {
        let own = strides(shape);
        let (left, right) = (
            broadcast_strides(left, shape),
            broadcast_strides(right, shape),
        );
        Pairwise {
            function,
            walk: Walk::new(shape, [0; 3], [&own, &left, &right]),
            stored: None,
        }
    }

    /// The same with these numbers on the right, whatever comes in there; nobody asks for a gradient by them.
    pub fn with_right(self, numbers: Vec<f32>) -> Self {
        Pairwise {
            stored: Some(numbers),
            ..self
        }
    }

    fn right<'a>(&'a self, inputs: &[&'a [f32]]) -> &'a [f32] {
        self.stored.as_deref().unwrap_or(inputs[1])
    }

    /// Calls `body` with the places of output, left and right of every element.
    #[inline(always)]
    fn each(&self, mut body: impl FnMut(usize, usize, usize)) {
        let Walk { inner, steps, .. } = self.walk;
        let [_, left, right] = steps.map(|step| step as usize);
        self.walk.each(|[o, l, r]| {
            // Steps of 0 and 1 that the compiler can see make loops that it can widen.
            match (left, right) {
                (1, 1) => (0..inner).for_each(|i| body(o + i, l + i, r + i)),
                (1, 0) => (0..inner).for_each(|i| body(o + i, l + i, r)),
                (0, 1) => (0..inner).for_each(|i| body(o + i, l, r + i)),
                _ => (0..inner).for_each(|i| body(o + i, l + i * left, r + i * right)),
            }
        });
    }

    #[inline(always)]
    fn compute(&self, left: &[f32], right: &[f32], out: &mut [f32], f: impl Fn(f32, f32) -> f32) {
        self.each(|o, l, r| out[o] = f(left[l], right[r]));
    }

    fn gradient(&self, of_left: bool, pass: &mut Backward<'_, '_>) {
        let (left, right, given) = (pass.inputs[0], self.right(pass.inputs), pass.given[0]);
        let Some(wanted) = pass.want(usize::from(!of_left)) else {
            return;
        };
        let one_to_one = wanted.len() == given.len();
        if one_to_one && self.function == Function::Add {
            return wanted.copy_from_slice(given);
        }
        wanted.fill(0.0);
        let function = self.function;
        self.each(|o, l, r| {
            let to = if of_left { l } else { r };
            wanted[to] += given[o] * function.slope(of_left, left[l], right[r]);
        });
    }
}

impl Differentiable for Pairwise {
    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let (left, right, out) = (inputs[0], self.right(inputs), &mut *outputs[0]);
        match self.function {
            Function::Add => self.compute(left, right, out, |x, y| x + y),
            Function::Mul => self.compute(left, right, out, |x, y| x * y),
            function => self.compute(left, right, out, |x, y| function.value(x, y)),
        }
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, _scratch: &mut [f32]) {
        self.gradient(true, pass);
        self.gradient(false, pass);
    }
}
