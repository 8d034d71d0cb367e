//! Layers whose outputs are weighted sums of patches of their input: what least squares need to know of them.

use super::backward::LearnContext;
use crate::kernels::Span;

/// `out[o] = Σ weights[o][k] · patch[k] + bias[o]`, at each place of each sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    /// Which inputs of the node hold weights and bias.
    pub weights: usize,
    pub bias: Option<usize>,
    pub groups: usize,
    /// Outputs of one group.
    pub outputs: usize,
    /// Numbers of one patch.
    pub depth: usize,
    /// Places of one sample.
    pub places: usize,
    /// Whether the weights lie as (outputs, depth) and not the other way round.
    pub output_major: bool,
    patches: Patches,
}

#[derive(Debug, Clone, PartialEq)]
enum Patches {
    /// The sample is (channels, rows, columns), and so is the output.
    Windows { rows: Span, columns: Span },
    /// The sample is (places, depth), and the output (places, outputs).
    Rows,
}

impl Linear {
    /// A convolution of `[channels, filters]` in groups.
    pub fn windows(
        context: &LearnContext<'_>,
        groups: usize,
        (rows, columns): (Span, Span),
        [channels, filters]: [usize; 2],
    ) -> Self {
        Linear {
            weights: 1,
            bias: context.has(2).then_some(2),
            groups,
            outputs: filters / groups,
            depth: channels / groups * rows.kernel * columns.kernel,
            places: rows.output * columns.output,
            output_major: true,
            patches: Patches::Windows { rows, columns },
        }
    }

    /// A product of `places` rows of a sample with a matrix.
    pub fn rows(
        bias: Option<usize>,
        places: usize,
        [depth, outputs]: [usize; 2],
        output_major: bool,
    ) -> Self {
        Linear {
            weights: 1,
            bias,
            groups: 1,
            outputs,
            depth,
            places,
            output_major,
            patches: Patches::Rows,
        }
    }

    /// The patch of a group at a place of a sample.
    pub fn patch(&self, sample: &[f32], group: usize, place: usize, out: &mut [f32]) {
        match &self.patches {
            Patches::Rows => out.copy_from_slice(&sample[place * self.depth..][..self.depth]),
            Patches::Windows { rows, columns } => {
                let (y, x) = (place / columns.output, place % columns.output);
                let plane = rows.input * columns.input;
                let channels = self.depth / (rows.kernel * columns.kernel);
                let mut out = out.iter_mut();
                for channel in group * channels..(group + 1) * channels {
                    let image = &sample[channel * plane..][..plane];
                    for ky in 0..rows.kernel {
                        let row = rows.reads(y, ky);
                        for kx in 0..columns.kernel {
                            let at = row
                                .and_then(|row| Some(row * columns.input + columns.reads(x, kx)?));
                            if let Some(out) = out.next() {
                                *out = at.map_or(0.0, |at| image[at]);
                            }
                        }
                    }
                }
            }
        }
    }

    /// Where an output of a sample lies at a place, of `all` outputs.
    pub fn output_at(&self, output: usize, place: usize, all: usize) -> usize {
        match self.patches {
            Patches::Windows { .. } => output * self.places + place,
            Patches::Rows => place * all + output,
        }
    }

    /// Where a weight of a group lies.
    pub fn weight_at(&self, group: usize, output: usize, k: usize) -> usize {
        match self.output_major {
            true => (group * self.outputs + output) * self.depth + k,
            false => k * self.outputs + output,
        }
    }
}
