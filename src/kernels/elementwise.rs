//! Functions of each element, of one tensor or of two that are broadcast.

use super::strided::{Walk, broadcast_strides, strides};
use super::{Activation, Kernel};

/// A function of one tensor.
pub struct Map(pub Activation);

impl Kernel for Map {
    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        outputs[0].copy_from_slice(inputs[0]);
        self.0.apply(outputs[0]);
    }
}

/// Any function of each number.
pub struct MapBy<F>(pub F);

impl<F: Fn(f32) -> f32 + Send> Kernel for MapBy<F> {
    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let both = outputs[0].iter_mut().zip(inputs[0]);
        both.for_each(|(y, x)| *y = (self.0)(*x));
    }
}

/// `scale[c] · x + shift[c]` for each plane of each channel.
pub struct ChannelAffine {
    pub scale: Vec<f32>,
    pub shift: Vec<f32>,
    /// Numbers in a plane.
    pub plane: usize,
}

impl Kernel for ChannelAffine {
    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let plane = self.plane.max(1);
        let planes = inputs[0]
            .chunks_exact(plane)
            .zip(outputs[0].chunks_exact_mut(plane));
        let numbers = self.scale.iter().zip(&self.shift).cycle();
        for ((from, to), (scale, shift)) in planes.zip(numbers) {
            to.iter_mut()
                .zip(from)
                .for_each(|(y, x)| *y = scale * x + shift);
        }
    }
}

/// Arithmetic on two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
    /// The smaller or larger one; not a number where the first is none.
    Min,
    Max,
    /// `x < 0 ? x·y : x`
    PRelu,
}

/// Arithmetic on two tensors.
pub struct Binary {
    arithmetic: Arithmetic,
    /// Output, left, right.
    walk: Walk<3>,
    /// The operand that is constant, if one is.
    left: Option<Vec<f32>>,
    right: Option<Vec<f32>>,
}

impl Binary {
    /// Both operands are broadcast to `shape`. A constant one is given here and not at run time.
    pub fn new(
        arithmetic: Arithmetic,
        shape: &[usize],
        left: (&[usize], Option<Vec<f32>>),
        right: (&[usize], Option<Vec<f32>>),
    ) -> Self {
        let own = strides(shape);
        let (a, b) = (
            broadcast_strides(left.0, shape),
            broadcast_strides(right.0, shape),
        );
        Binary {
            arithmetic,
            walk: Walk::new(shape, [0; 3], [&own, &a, &b]),
            left: left.1,
            right: right.1,
        }
    }

    fn apply(&self, left: &[f32], right: &[f32], out: &mut [f32], f: impl Fn(f32, f32) -> f32) {
        let Walk { inner, steps, .. } = self.walk;
        self.walk.each(|[o, l, r]| {
            let out = &mut out[o..][..inner];
            match (steps[1], steps[2]) {
                (1, 1) => {
                    let pairs = left[l..][..inner].iter().zip(&right[r..][..inner]);
                    out.iter_mut()
                        .zip(pairs)
                        .for_each(|(o, (&x, &y))| *o = f(x, y));
                }
                (1, 0) => {
                    let (left, y) = (&left[l..][..inner], right[r]);
                    out.iter_mut().zip(left).for_each(|(o, &x)| *o = f(x, y));
                }
                (0, 1) => {
                    let (x, right) = (left[l], &right[r..][..inner]);
                    out.iter_mut().zip(right).for_each(|(o, &y)| *o = f(x, y));
                }
                (a, b) => {
                    for (i, o) in out.iter_mut().enumerate() {
                        *o = f(left[l + i * a as usize], right[r + i * b as usize]);
                    }
                }
            }
        });
    }
}

impl Kernel for Binary {
    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let mut given = inputs.iter().copied();
        let left = self
            .left
            .as_deref()
            .or_else(|| given.next())
            .unwrap_or_default();
        let right = self
            .right
            .as_deref()
            .or_else(|| given.next())
            .unwrap_or_default();
        let out = &mut *outputs[0];
        match self.arithmetic {
            Arithmetic::Add => self.apply(left, right, out, |x, y| x + y),
            Arithmetic::Sub => self.apply(left, right, out, |x, y| x - y),
            Arithmetic::Mul => self.apply(left, right, out, |x, y| x * y),
            Arithmetic::Div => self.apply(left, right, out, |x, y| x / y),
            Arithmetic::Min => {
                self.apply(
                    left,
                    right,
                    out,
                    |x, y| if x < y || x.is_nan() { x } else { y },
                );
            }
            Arithmetic::Max => {
                self.apply(
                    left,
                    right,
                    out,
                    |x, y| if x > y || x.is_nan() { x } else { y },
                );
            }
            Arithmetic::PRelu => {
                self.apply(left, right, out, |x, y| if x < 0.0 { x * y } else { x });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::numbers;

    #[test]
    fn broadcasts_by_index() {
        let shape = [2, 3, 4];
        for (left, right) in [
            (vec![2, 3, 4], vec![2, 3, 4]),
            (vec![2, 3, 4], vec![3, 1]),
            (vec![1], vec![2, 3, 4]),
            (vec![2, 1, 4], vec![3, 1]),
            (vec![4], vec![2, 3, 1]),
        ] {
            let a = numbers(left.iter().product(), 1);
            let b = numbers(right.iter().product(), 2);
            let value = |data: &[f32], own: &[usize], index: [usize; 3]| {
                let steps = broadcast_strides(own, &shape);
                data[(0..3).map(|i| index[i] * steps[i] as usize).sum::<usize>()]
            };
            let mut want = Vec::new();
            for i in 0..24 {
                let index = [i / 12, i / 4 % 3, i % 4];
                want.push(value(&a, &left, index) - value(&b, &right, index));
            }
            let mut out = vec![f32::NAN; 24];
            let both = Binary::new(Arithmetic::Sub, &shape, (&left, None), (&right, None));
            both.run(&[&a, &b], &mut [&mut out], &mut []);
            assert_eq!(out, want);
            let fixed = Binary::new(Arithmetic::Sub, &shape, (&left, Some(a)), (&right, None));
            out.fill(f32::NAN);
            fixed.run(&[&b], &mut [&mut out], &mut []);
            assert_eq!(out, want);
        }
    }

    #[test]
    fn channels_by_hand() {
        let kernel = ChannelAffine {
            scale: vec![2.0, 3.0],
            shift: vec![0.5, -1.0],
            plane: 2,
        };
        let mut out = [0.0; 8];
        kernel.run(
            &[&[1., 2., 3., 4., 0., 0., 1., 1.]],
            &mut [&mut out],
            &mut [],
        );
        assert_eq!(out, [2.5, 4.5, 8.0, 11.0, 0.5, 0.5, 2.0, 2.0]);
    }
}
