//! Resampling along axes: each output position is a weighted sum of input positions.

use super::Kernel;

/// What happens along one axis.
pub struct Stage {
    /// Product of the lengths before the axis, and behind it.
    outer: usize,
    inner: usize,
    input: usize,
    output: usize,
    /// Input positions with their weights, output position by output position, and where those of each start.
    taps: Vec<(usize, f32)>,
    starts: Vec<usize>,
}

impl Stage {
    /// Along an axis of length `input`, between `outer` and `inner` positions of the other axes; `taps` tells by output
    /// position which input positions it is made of.
    pub fn new((outer, input, inner): (usize, usize, usize), taps: &[Vec<(usize, f32)>]) -> Self {
        let mut starts = vec![0];
        for taps in taps {
            starts.push(starts[starts.len() - 1] + taps.len());
        }
        Stage {
            outer,
            inner,
            input,
            output: taps.len(),
            taps: taps.concat(),
            starts,
        }
    }

    /// Numbers that come in, and that go out.
    pub fn lengths(&self) -> [usize; 2] {
        [self.input, self.output].map(|length| self.outer * length * self.inner)
    }

    fn taps(&self, at: usize) -> &[(usize, f32)] {
        &self.taps[self.starts[at]..self.starts[at + 1]]
    }

    /// How many input positions make each output position, where that is the same number everywhere.
    fn each(&self) -> Option<usize> {
        let count = self.taps.len() / self.output.max(1);
        let mut counts = self.starts.windows(2).map(|two| two[1] - two[0]);
        counts.all(|n| n == count).then_some(count)
    }

    fn forward(&self, outer: usize, x: &[f32], out: &mut [f32]) {
        let blocks = out.chunks_exact_mut((self.output * self.inner).max(1));
        let blocks = blocks.zip(x.chunks_exact((self.input * self.inner).max(1)));
        for (out, x) in blocks.take(outer) {
            match (self.inner, self.each()) {
                (1, Some(2)) => self.numbers::<2>(x, out),
                (1, Some(4)) => self.numbers::<4>(x, out),
                _ => self.runs(x, out),
            }
        }
    }

    /// Where neighbors along the axis are neighbors in memory.
    fn numbers<const N: usize>(&self, x: &[f32], out: &mut [f32]) {
        for (out, taps) in out.iter_mut().zip(self.taps.as_chunks::<N>().0) {
            *out = taps
                .iter()
                .fold(0.0, |sum, &(from, weight)| sum + weight * x[from]);
        }
    }

    fn runs(&self, x: &[f32], out: &mut [f32]) {
        let run = |from: usize| &x[from * self.inner..][..self.inner];
        for (at, out) in out.chunks_exact_mut(self.inner).enumerate() {
            if let &[(first, w), (second, v)] = self.taps(at) {
                let both = run(first).iter().zip(run(second));
                for (out, (x, y)) in out.iter_mut().zip(both) {
                    *out = 0.0 + w * x + v * y;
                }
                continue;
            }
            out.fill(0.0);
            for &(from, weight) in self.taps(at) {
                let both = out.iter_mut().zip(run(from));
                both.for_each(|(out, x)| *out += weight * x);
            }
        }
    }

    /// The gradient by what came in.
    pub fn backward(&self, given: &[f32], wanted: &mut [f32]) {
        wanted.fill(0.0);
        let blocks = wanted.chunks_exact_mut((self.input * self.inner).max(1));
        let blocks = blocks.zip(given.chunks_exact((self.output * self.inner).max(1)));
        for (wanted, given) in blocks.take(self.outer) {
            for (at, given) in given.chunks_exact(self.inner).enumerate() {
                for &(to, weight) in self.taps(at) {
                    let wanted = &mut wanted[to * self.inner..][..self.inner];
                    let both = wanted.iter_mut().zip(given);
                    both.for_each(|(wanted, given)| *wanted += weight * given);
                }
            }
        }
    }
}

/// One axis after the other, the slowest first.
pub struct Resampled {
    stages: Vec<Stage>,
}

impl Resampled {
    /// Of stages in the order in which they are done; each one takes what the one before it makes.
    pub fn new(stages: Vec<Stage>) -> Self {
        Resampled { stages }
    }

    /// The stages, in their order.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// Parts that all stages work on one after the other, while they are in the cache.
    fn parts(&self) -> usize {
        self.stages.first().map_or(1, |stage| stage.outer)
    }

    /// The most numbers of a part that there are between two stages.
    fn between(&self) -> usize {
        let last = self.stages.len().saturating_sub(1);
        let lengths = self.stages[..last].iter().map(|stage| stage.lengths()[1]);
        lengths.max().unwrap_or(0) / self.parts().max(1)
    }
}

impl Kernel for Resampled {
    fn scratch_len(&self) -> usize {
        2 * self.between()
    }

    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        let (Some((last, before)), parts) = (self.stages.split_last(), self.parts()) else {
            return outputs[0].copy_from_slice(inputs[0]);
        };
        let (mut from, mut to) = scratch[..2 * self.between()].split_at_mut(self.between());
        let (each_in, each_out) = (
            inputs[0].len() / parts.max(1),
            outputs[0].len() / parts.max(1),
        );
        let outs = outputs[0].chunks_exact_mut(each_out.max(1));
        for (part, out) in outs.enumerate().take(parts) {
            let x = &inputs[0][part * each_in..][..each_in];
            for (at, stage) in before.iter().enumerate() {
                let source = if at == 0 { x } else { &*from };
                stage.forward(stage.outer / parts, source, to);
                std::mem::swap(&mut from, &mut to);
            }
            let source = if before.is_empty() { x } else { &*from };
            last.forward(last.outer / parts, source, out);
        }
    }
}
