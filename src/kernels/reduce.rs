//! Reductions along axes.

use super::Kernel;
use super::strided::{Walk, broadcast_strides, strides};

/// What the numbers along the axes become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    Mean,
    Sum,
    Max,
    Min,
    /// The sum of magnitudes.
    L1,
    /// The root of the sum of squares.
    L2,
    SumOfSquares,
}

/// A reduction of a tensor.
pub struct Reduce {
    reduction: Reduction,
    /// Input, output.
    walk: Walk<2>,
    /// Numbers that become one.
    count: f32,
}

/// Sums that are kept side by side, the same ones in every build.
const LANES: usize = 8;

impl Reduce {
    /// `kept` is the input's `shape` with lengths of 1 along the axes that go.
    pub fn new(reduction: Reduction, shape: &[usize], kept: &[usize]) -> Self {
        let (own, reduced) = (strides(shape), broadcast_strides(kept, shape));
        let outputs: usize = kept.iter().product();
        Reduce {
            reduction,
            walk: Walk::new(shape, [0; 2], [&own, &reduced]),
            count: shape.iter().product::<usize>() as f32 / outputs.max(1) as f32,
        }
    }

    fn fold(
        &self,
        x: &[f32],
        out: &mut [f32],
        start: f32,
        take: impl Fn(f32, f32) -> f32,
        join: impl Fn(f32, f32) -> f32,
    ) {
        out.fill(start);
        let Walk { inner, steps, .. } = self.walk;
        self.walk.each(|[from, to]| {
            let run = &x[from..][..inner];
            if steps[1] == 1 {
                let both = out[to..][..inner].iter_mut().zip(run);
                return both.for_each(|(out, &x)| *out = take(*out, x));
            }
            let mut lanes = [start; LANES];
            let (whole, rest) = run.as_chunks::<LANES>();
            for chunk in whole {
                for (lane, &x) in lanes.iter_mut().zip(chunk) {
                    *lane = take(*lane, x);
                }
            }
            for (lane, &x) in lanes.iter_mut().zip(rest) {
                *lane = take(*lane, x);
            }
            out[to] = lanes.into_iter().fold(out[to], &join);
        });
    }
}

impl Kernel for Reduce {
    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let (x, out) = (inputs[0], &mut *outputs[0]);
        let add = |a: f32, b: f32| a + b;
        match self.reduction {
            Reduction::Sum => self.fold(x, out, 0.0, add, add),
            Reduction::Max => self.fold(x, out, f32::NEG_INFINITY, f32::max, f32::max),
            Reduction::Min => self.fold(x, out, f32::INFINITY, f32::min, f32::min),
            Reduction::L1 => self.fold(x, out, 0.0, |sum, x| sum + x.abs(), add),
            Reduction::SumOfSquares => self.fold(x, out, 0.0, |sum, x| sum + x * x, add),
            Reduction::Mean => {
                self.fold(x, out, 0.0, add, add);
                out.iter_mut().for_each(|sum| *sum /= self.count);
            }
            Reduction::L2 => {
                self.fold(x, out, 0.0, |sum, x| sum + x * x, add);
                out.iter_mut().for_each(|sum| *sum = sum.sqrt());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, numbers};

    /// Every choice of axes, by index.
    #[test]
    fn any_axes() {
        let shape = [3, 5, 2, 19];
        let data = numbers(shape.iter().product(), 1);
        for axes in 0..16 {
            let kept: Vec<usize> = (0..4)
                .map(|axis| {
                    if axes >> axis & 1 == 1 {
                        1
                    } else {
                        shape[axis]
                    }
                })
                .collect();
            let steps = broadcast_strides(&kept, &shape);
            let mut groups = vec![Vec::new(); kept.iter().product()];
            for (at, &x) in data.iter().enumerate() {
                let (mut rest, mut to) = (at, 0);
                for axis in (0..4).rev() {
                    to += rest % shape[axis] * steps[axis] as usize;
                    rest /= shape[axis];
                }
                groups[to].push(f64::from(x));
            }
            let sum =
                |group: &Vec<f64>, f: fn(f64) -> f64| group.iter().copied().map(f).sum::<f64>();
            for reduction in [
                Reduction::Mean,
                Reduction::Sum,
                Reduction::Max,
                Reduction::Min,
                Reduction::L1,
                Reduction::L2,
                Reduction::SumOfSquares,
            ] {
                let become_one = |group: &Vec<f64>| match reduction {
                    Reduction::Mean => sum(group, |x| x) / group.len() as f64,
                    Reduction::Sum => sum(group, |x| x),
                    Reduction::Max => group.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                    Reduction::Min => group.iter().copied().fold(f64::INFINITY, f64::min),
                    Reduction::L1 => sum(group, f64::abs),
                    Reduction::L2 => sum(group, |x| x * x).sqrt(),
                    Reduction::SumOfSquares => sum(group, |x| x * x),
                };
                let want: Vec<f32> = groups
                    .iter()
                    .map(|group| become_one(group) as f32)
                    .collect();
                let mut out = vec![f32::NAN; want.len()];
                Reduce::new(reduction, &shape, &kept).run(&[&data], &mut [&mut out], &mut []);
                assert_close(&out, &want);
            }
        }
    }
}
