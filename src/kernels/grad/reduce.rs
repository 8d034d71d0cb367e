//! Reductions along axes, pooling of whole planes among them.

use super::sums::sum;
use super::{Backward, Differentiable};
use crate::strided::{Walk, broadcast_strides, strides};
use std::ops::Range;

/// What the numbers along the axes become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Mean,
    Sum,
    Max,
    Min,
}

/// A reduction.
pub struct Reduced {
    kind: Kind,
    /// Input, output.
    walk: Walk<2>,
    /// Numbers that become one.
    count: f32,
    /// By output: which input was the largest or smallest.
    chosen: Vec<u32>,
}

impl Reduced {
    /// `kept` is the input's shape with lengths of 1 along the axes that go.
    pub fn new(kind: Kind, shape: &[usize], kept: &[usize]) -> Self {
        let (own, reduced) = (strides(shape), broadcast_strides(kept, shape));
        let outputs: usize = kept.iter().product();
        let inputs: usize = shape.iter().product();
        Reduced {
            kind,
            walk: Walk::new(shape, [0; 2], [&own, &reduced]),
            count: (inputs / outputs.max(1)) as f32,
            chosen: vec![0; outputs],
        }
    }

    fn each(&self, mut body: impl FnMut(usize, usize)) {
        let Walk { inner, steps, .. } = self.walk;
        let step = steps[1] as usize;
        self.walk
            .each(|[from, to]| (0..inner).for_each(|i| body(from + i, to + i * step)));
    }

    /// Calls `body` with the places of numbers that lie side by side and become one, and with its place. `false` where
    /// neighbors become neighbors.
    fn runs(&self, mut body: impl FnMut(Range<usize>, usize)) -> bool {
        let Walk { inner, steps, .. } = self.walk;
        let is_run = steps[1] == 0;
        if is_run {
            self.walk.each(|[from, to]| body(from..from + inner, to));
        }
        is_run
    }

    fn choose(&mut self, x: &[f32], out: &mut [f32], better: impl Fn(f32, f32) -> bool) {
        let mut chosen = std::mem::take(&mut self.chosen);
        chosen.fill(u32::MAX);
        self.each(|from, to| {
            if chosen[to] == u32::MAX || better(x[from], out[to]) {
                (chosen[to], out[to]) = (from as u32, x[from]);
            }
        });
        self.chosen = chosen;
    }
}

impl Differentiable for Reduced {
    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let (x, out) = (inputs[0], &mut *outputs[0]);
        match self.kind {
            Kind::Max => self.choose(x, out, |new, old| new > old),
            Kind::Min => self.choose(x, out, |new, old| new < old),
            Kind::Mean | Kind::Sum => {
                let factor = if self.kind == Kind::Mean {
                    1.0 / self.count
                } else {
                    1.0
                };
                out.fill(0.0);
                let add = |from: Range<usize>, to: usize| {
                    let run = &x[from];
                    out[to] += sum(run, run, |x, _| x) as f32;
                };
                if !self.runs(add) {
                    self.each(|from, to| out[to] += x[from]);
                }
                out.iter_mut().for_each(|x| *x *= factor);
            }
        }
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, _scratch: &mut [f32]) {
        let given = pass.given[0];
        let Some(wanted) = pass.want(0) else { return };
        match self.kind {
            Kind::Mean | Kind::Sum => {
                let factor = match self.kind {
                    Kind::Mean => 1.0 / self.count,
                    _ => 1.0,
                };
                if !self.runs(|from, to| wanted[from].fill(given[to] * factor)) {
                    self.each(|from, to| wanted[from] = given[to] * factor);
                }
            }
            Kind::Max | Kind::Min => {
                wanted.fill(0.0);
                for (&from, &given) in self.chosen.iter().zip(given) {
                    wanted[from as usize] = given;
                }
            }
        }
    }
}
