//! Moving numbers about: transposing, slicing, repeating, joining.

use super::Kernel;
use super::padded::{copy_every_second, copy_short, fill_short};
use super::strided::{Walk, strides};
use super::turn::turn;

/// Reads the input with any start and strides: Transpose, Slice, Expand, and what moves channels into blocks of the image.
pub struct Gathered {
    walk: Walk<2>,
    /// An axis along which the input runs on, where it does not along the innermost one.
    across: Option<Across>,
}

/// How long such an axis is, and how far its neighbors are apart in the output.
struct Across {
    length: usize,
    step: usize,
}

impl Gathered {
    /// Element `index` of the output, of `shape`, is the input's at `start + Σ index · steps`.
    pub fn new(shape: &[usize], start: isize, steps: &[isize]) -> Self {
        let mut walk = Walk::new(shape, [0, start], [&strides(shape), steps]);
        let across = match walk.steps[1] {
            2.. => walk.take_outer(|[_, from]| from == 1),
            _ => None,
        };
        Gathered {
            across: across.map(|(length, [step, _])| Across {
                length,
                step: step as usize,
            }),
            walk,
        }
    }
}

impl Kernel for Gathered {
    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let Walk { inner, steps, .. } = self.walk;
        self.walk.each(|[to, from]| {
            if let Some(across) = &self.across {
                let (input, out) = (&inputs[0][from..], &mut outputs[0][to..]);
                return turn(
                    (across.length, inner),
                    (input, steps[1] as usize),
                    (out, across.step),
                );
            }
            let out = &mut outputs[0][to..][..inner];
            match steps[1] {
                1 => copy_short(&inputs[0][from..][..inner], out),
                0 => fill_short(out, inputs[0][from]),
                2 => copy_every_second(&inputs[0][from..][..2 * inner - 1], out),
                step => {
                    for (i, o) in out.iter_mut().enumerate() {
                        *o = inputs[0][(from as isize + i as isize * step) as usize];
                    }
                }
            }
        });
    }
}

/// Writes several inputs one after the other along an axis (Concat).
pub struct Joined {
    /// For each input: how much of it goes into one output block, and its numbers where it is constant.
    pub parts: Vec<(usize, Option<Vec<f32>>)>,
}

impl Kernel for Joined {
    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let block: usize = self.parts.iter().map(|(length, _)| length).sum();
        let mut given = inputs.iter().copied();
        let mut offset = 0;
        for (length, constant) in &self.parts {
            let data = constant
                .as_deref()
                .or_else(|| given.next())
                .unwrap_or_default();
            if *length > 0 {
                let blocks = outputs[0].chunks_exact_mut(block);
                for (block, from) in blocks.zip(data.chunks_exact(*length)) {
                    copy_short(from, &mut block[offset..][..*length]);
                }
            }
            offset += length;
        }
    }
}

/// Writes one input to several outputs along an axis (Split): the lengths of their parts of one block.
pub struct Parted {
    pub parts: Vec<usize>,
}

impl Kernel for Parted {
    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let block: usize = self.parts.iter().sum();
        let mut offset = 0;
        for (&length, out) in self.parts.iter().zip(outputs) {
            if length > 0 {
                let blocks = inputs[0].chunks_exact(block);
                for (to, block) in out.chunks_exact_mut(length).zip(blocks) {
                    copy_short(&block[offset..][..length], to);
                }
            }
            offset += length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::numbers;

    /// Every order of four axes, forwards, in steps and backwards.
    #[test]
    fn any_strides() {
        let orders =
            (0..256).map(|code: usize| [code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6]);
        for order in orders.filter(|order| (0..4).all(|axis| order.contains(&axis))) {
            for sizes in [
                [2, 3, 4, 5],
                [1, 17, 2, 9],
                [3, 2, 19, 2],
                [2, 16, 8, 4],
                [5, 1, 3, 22],
            ] {
                for step in [1isize, 2, 3, -1] {
                    let data = numbers(sizes.iter().product(), 1);
                    let own = strides(&sizes);
                    // The third axis of the input in steps.
                    let count = sizes[2].div_ceil(step.unsigned_abs());
                    let start = if step < 0 {
                        own[2] * (sizes[2] as isize - 1)
                    } else {
                        0
                    };
                    let shape = order.map(|axis| if axis == 2 { count } else { sizes[axis] });
                    let steps = order.map(|axis| if axis == 2 { own[2] * step } else { own[axis] });
                    let mut want = Vec::new();
                    for at in 0..shape.iter().product() {
                        let (mut rest, mut from) = (at, start);
                        for axis in (0..4).rev() {
                            from += (rest % shape[axis]) as isize * steps[axis];
                            rest /= shape[axis];
                        }
                        want.push(data[from as usize]);
                    }
                    let mut out = vec![f32::NAN; want.len()];
                    let kernel = Gathered::new(&shape, start, &steps);
                    kernel.run(&[&data], &mut [&mut out], &mut []);
                    assert_eq!(out, want, "{order:?} {sizes:?} {step}");
                }
            }
        }
    }

    #[test]
    fn by_hand() {
        let data = [0., 1., 2., 3., 4., 5.];
        let mut out = [0.0; 6];
        // (2, 3) transposed, then its rows backwards.
        Gathered::new(&[3, 2], 0, &[1, 3]).run(&[&data], &mut [&mut out], &mut []);
        assert_eq!(out, [0., 3., 1., 4., 2., 5.]);
        Gathered::new(&[2, 3], 5, &[-3, -1]).run(&[&data], &mut [&mut out], &mut []);
        assert_eq!(out, [5., 4., 3., 2., 1., 0.]);
        let joined = Joined {
            parts: vec![(1, Some(vec![7., 8.])), (2, None)],
        };
        joined.run(&[&data[..4]], &mut [&mut out], &mut []);
        assert_eq!(out, [7., 0., 1., 8., 2., 3.]);
        let (mut a, mut b) = ([0.0; 2], [0.0; 4]);
        let parted = Parted { parts: vec![1, 2] };
        parted.run(&[&out], &mut [&mut a, &mut b], &mut []);
        assert_eq!((a, b), ([7., 8.], [0., 1., 2., 3.]));
    }
}
