//! Products of stacks of matrices, each stack broadcast to the other (ONNX `MatMul`).

use super::dense::Dense;
use super::{Backward, Differentiable};
use crate::strided::{Walk, broadcast_strides, strides};

/// A stack of products.
pub struct Batch {
    matrix: Dense,
    /// For each product: which matrix of the left stack, and which of the right one.
    pairs: Vec<(usize, usize)>,
}

impl Batch {
    /// `left` and `right` are the shapes of the two stacks.
    pub fn new(matrix: Dense, left: &[usize], right: &[usize]) -> Self {
        let rank = left.len().max(right.len());
        let length = |shape: &[usize], axis: usize| match (axis + shape.len()).checked_sub(rank) {
            Some(at) => shape[at],
            None => 1,
        };
        let all: Vec<usize> = (0..rank)
            .map(|axis| match length(left, axis) {
                1 => length(right, axis),
                length => length,
            })
            .collect();
        let own = strides(&all);
        let (left, right) = (
            broadcast_strides(left, &all),
            broadcast_strides(right, &all),
        );
        let walk = Walk::new(&all, [0; 3], [&own, &left, &right]);
        let mut pairs = Vec::new();
        walk.each(|[_, left, right]| {
            let step = |i: usize, t: usize| i * walk.steps[t] as usize;
            pairs.extend((0..walk.inner).map(|i| (left + step(i, 1), right + step(i, 2))));
        });
        Batch { matrix, pairs }
    }

    fn lengths(&self) -> [usize; 3] {
        let Dense {
            rows,
            depth,
            columns,
            ..
        } = self.matrix;
        [rows * depth, depth * columns, rows * columns]
    }
}

impl Differentiable for Batch {
    fn scratch_len(&self) -> usize {
        let [left, right, _] = self.lengths();
        left + right + self.matrix.scratch_len()
    }

    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        let [left, right, out] = self.lengths();
        let products = outputs[0].chunks_exact_mut(out.max(1));
        for (out, &(l, r)) in products.zip(&self.pairs) {
            let pair = [
                &inputs[0][l * left..][..left],
                &inputs[1][r * right..][..right],
            ];
            self.matrix.forward(&pair, &mut [out], scratch);
        }
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, scratch: &mut [f32]) {
        let [left, right, out] = self.lengths();
        let (of_left, scratch) = scratch.split_at_mut(left);
        let (of_right, scratch) = scratch.split_at_mut(right);
        let mut parts = [of_left, of_right];
        for side in 0..2 {
            if let Some(wanted) = pass.want(side) {
                wanted.fill(0.0);
            }
        }
        for (at, &(l, r)) in self.pairs.iter().enumerate() {
            let [of_left, of_right] = &mut parts;
            let mut inner = Backward {
                inputs: &[
                    &pass.inputs[0][l * left..][..left],
                    &pass.inputs[1][r * right..][..right],
                ],
                outputs: &[],
                given: &[&pass.given[0][at * out..][..out]],
                wanted: &mut [Some(of_left), Some(of_right)],
            };
            self.matrix.backward(&mut inner, scratch);
            for (side, start) in [l * left, r * right].into_iter().enumerate() {
                if let Some(wanted) = pass.want(side) {
                    let wanted = &mut wanted[start..][..parts[side].len()];
                    wanted
                        .iter_mut()
                        .zip(&*parts[side])
                        .for_each(|(w, p)| *w += p);
                }
            }
        }
    }
}
