//! Moving numbers about: transposing, slicing, repeating, joining.

use super::Kernel;
use super::strided::{Walk, strides};

/// Reads the input with any start and strides: Transpose, Slice, Expand.
pub struct Gathered(Walk<2>);

impl Gathered {
    /// Element `index` of the output, of `shape`, is the input's at `start + Σ index · steps`.
    pub fn new(shape: &[usize], start: isize, steps: &[isize]) -> Self {
        Gathered(Walk::new(shape, [0, start], [&strides(shape), steps]))
    }
}

impl Kernel for Gathered {
    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let Walk { inner, steps, .. } = self.0;
        self.0.each(|[to, from]| {
            let out = &mut outputs[0][to..][..inner];
            match steps[1] {
                1 => out.copy_from_slice(&inputs[0][from..][..inner]),
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
                    block[offset..][..*length].copy_from_slice(from);
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
                    to.copy_from_slice(&block[offset..][..length]);
                }
            }
            offset += length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
