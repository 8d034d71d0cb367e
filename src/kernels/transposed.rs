//! Transposed convolution: each phase of the output (its positions modulo the strides) is an ordinary convolution of the
//! data, in steps of one, with those of the weights that meet this phase. So every result is summed up in registers, and
//! no sum is scattered over the output.

mod phases;

use super::conv_shape::Shape;
use super::padded::{Layout, SLACK, fill_rows};
use super::tile::{self, COLUMNS, Finish, Left, Place, ROWS};
use super::weave::weave;
use super::{Activation, Kernel};
use phases::{Lines, Phases};

/// A strip of padded rows is kept to about this many numbers, half a second-level cache.
const STRIP: usize = 1 << 16;
/// The most positions of a phase that are computed before the phases are put together.
const CHUNK: usize = 256;

/// The kernel of a transposed convolution; `shape` is that of the convolution which it transposes. `weights` (the
/// convolution's outputs, its inputs / groups, rows, columns) and `bias` (its inputs). Its inputs at run time are the data
/// (batch, the convolution's outputs, rows, columns) and, where `residual` says so, a summand of the output's shape. No
/// size is 0.
pub fn transposed(
    shape: Shape,
    weights: &[f32],
    bias: &[f32],
    residual: bool,
    activation: Option<Activation>,
) -> Box<dyn Kernel> {
    let phases = Phases::cheapest(&shape);
    let strips = Strips::new(&shape, &phases);
    Box::new(TransposedConvolution {
        packed: phases.pack(&shape, weights),
        tables: phases.tables(strips.channels, strips.plane(), strips.layout.row()),
        bias: bias.to_vec(),
        shape,
        phases,
        strips,
        residual,
        activation,
    })
}

/// How the data is padded and worked on.
struct Strips {
    layout: Layout,
    /// Data channels of one group.
    channels: usize,
    /// Rows of each phase that a strip makes, and how many of them are computed at a time: their numbers run on over the
    /// padding between them where the rows are short.
    height: usize,
    together: usize,
    /// How many padded rows are needed beyond those.
    reach: usize,
}

impl Strips {
    fn new(shape: &Shape, phases: &Phases) -> Self {
        let (rows, columns) = (phases.rows.window, phases.columns.window);
        let channels = shape.outputs / shape.groups;
        let layout = Layout::new(columns);
        let fitting = STRIP / (channels * layout.row());
        let height = fitting.saturating_sub(rows.reach()).clamp(1, rows.output);
        let run = |together: usize| (together - 1) * layout.row() + columns.output;
        // Half tiles for a row of a phase, times a number that all counts of rows divide nearly evenly.
        let cost = |together: usize| half_tiles(run(together)) * (1 << 16) / together;
        let possible = (1..=height).take_while(|&together| together == 1 || run(together) <= CHUNK);
        Strips {
            layout,
            channels,
            height,
            together: possible.min_by_key(|&together| cost(together)).unwrap_or(1),
            reach: rows.reach(),
        }
    }

    /// Numbers of a padded plane.
    fn plane(&self) -> usize {
        (self.height + self.reach) * self.layout.row()
    }

    fn data_len(&self) -> usize {
        self.channels * self.plane() + SLACK
    }

    /// Numbers of one phase that are computed at a time, for so many rows.
    fn run(&self, rows: usize) -> usize {
        (rows - 1) * self.layout.row() + self.layout.span.output
    }
}

/// Tiles of four columns that so many columns take.
fn half_tiles(columns: usize) -> usize {
    columns.div_ceil(COLUMNS / 2)
}

struct TransposedConvolution {
    shape: Shape,
    phases: Phases,
    strips: Strips,
    tables: Vec<Vec<u32>>,
    packed: Vec<Left>,
    bias: Vec<f32>,
    residual: bool,
    activation: Option<Activation>,
}

impl Kernel for TransposedConvolution {
    fn scratch_len(&self) -> usize {
        let lines = self.phases.panels() * ROWS;
        self.strips.data_len() + lines * self.strips.run(self.strips.together)
    }

    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        let Shape { rows, columns, .. } = self.shape;
        let (strips, groups) = (&self.strips, self.shape.groups);
        let (plane_in, plane_out) = (rows.output * columns.output, rows.input * columns.input);
        let (data, runs) = scratch.split_at_mut(strips.data_len());
        let filters = self.shape.inputs / groups;
        for at in 0..self.shape.batch * groups {
            let planes = &inputs[0][at * strips.channels * plane_in..];
            let range = at * filters * plane_out..(at + 1) * filters * plane_out;
            let residual = self.residual.then(|| &inputs[1][range.clone()]);
            let out = &mut outputs[0][range];
            let window = &self.phases.rows.window;
            for first in (0..window.output).step_by(strips.height) {
                let height = strips.height.min(window.output - first);
                let planes = planes.chunks_exact(plane_in).take(strips.channels);
                for (plane, strip) in planes.zip(data.chunks_exact_mut(strips.plane())) {
                    let count = height + strips.reach;
                    fill_rows(window, &strips.layout, plane, first, count, 0.0, strip);
                }
                let strip = Strip {
                    data,
                    first,
                    height,
                };
                self.strip(at % groups, strip, residual, out, runs);
            }
        }
    }
}

/// Padded rows of one group, the first row of each phase that they make, and how many.
struct Strip<'a> {
    data: &'a [f32],
    first: usize,
    height: usize,
}

impl TransposedConvolution {
    /// What one strip makes of one group.
    fn strip(
        &self,
        group: usize,
        strip: Strip<'_>,
        residual: Option<&[f32]>,
        out: &mut [f32],
        runs: &mut [f32],
    ) {
        let units = self.phases.units(&self.shape);
        let depth: usize = self.tables.iter().map(Vec::len).sum();
        let filters = self.shape.inputs / self.shape.groups;
        let row = self.strips.layout.row();
        for unit in 0..units {
            let panels = &self.packed[(group * units + unit) * depth..][..depth];
            let first = unit * self.phases.filters();
            let count = self.phases.filters().min(filters - first);
            let bias = &self.bias[group * filters + first..][..count];
            for top in (0..strip.height).step_by(self.strips.together) {
                let rows = self.strips.together.min(strip.height - top);
                self.compute(panels, bias, &strip.data[top * row..], rows, runs);
                for filter in 0..count {
                    let target = (first + filter, strip.first + top, rows);
                    self.finish(filter, target, residual, runs, out);
                }
            }
        }
    }

    /// All phases of a unit, for some rows: a run of numbers for each line of each panel.
    fn compute(
        &self,
        mut panels: &[Left],
        bias: &[f32],
        data: &[f32],
        rows: usize,
        runs: &mut [f32],
    ) {
        let run = self.strips.run(rows);
        let finish = Finish {
            accumulate: false,
            residual: None,
            clamp: self.early().and_then(Activation::clamp),
        };
        let start: Left = match self.phases.lines {
            Lines::Filters => std::array::from_fn(|i| bias.get(i).copied().unwrap_or(0.0)),
            Lines::Phases => [bias[0]; ROWS],
        };
        for (table, runs) in self.tables.iter().zip(runs.chunks_exact_mut(ROWS * run)) {
            let (a, rest) = panels.split_at(table.len());
            panels = rest;
            for x in (0..run).step_by(COLUMNS) {
                let columns = COLUMNS.min(run - x);
                let sums = match columns {
                    ..=4 => tile::scattered_half(a, table, &data[x..], &start),
                    _ => tile::scattered(a, table, &data[x..], &start),
                };
                let place = Place {
                    at: x,
                    stride: run,
                    rows: ROWS,
                    columns,
                    residual_at: 0,
                };
                tile::store(&sums, place, &finish, runs);
            }
        }
    }

    /// Puts the phases of one filter together: `filter` of its unit, which is `target.0` of its group, for `target.2` rows of
    /// each phase from `target.1` on.
    fn finish(
        &self,
        filter: usize,
        (channel, first, rows): (usize, usize, usize),
        residual: Option<&[f32]>,
        runs: &[f32],
        out: &mut [f32],
    ) {
        let (down, right) = (&self.phases.rows, &self.phases.columns);
        let (height, width) = (self.shape.rows.input, self.shape.columns.input);
        let (row, run) = (self.strips.layout.row(), self.strips.run(rows));
        let late = self
            .activation
            .filter(|a| self.residual || a.clamp().is_none());
        for y in 0..rows {
            for phase in 0..down.phases() {
                let place = (first + y) * down.stride + phase;
                let place = place.checked_sub(down.lead).filter(|&place| place < height);
                let Some(place) = place else { continue };
                let at = (channel * height + place) * width;
                let out = &mut out[at..at + width];
                let line = |column: usize| {
                    let line = phase * right.phases() + column;
                    let line = line * self.phases.filters() + filter;
                    &runs[line * run + y * row..][..right.window.output]
                };
                weave(right.phases(), right.stride, line, right.lead, out);
                if let Some(residual) = residual {
                    let summands = &residual[at..at + width];
                    out.iter_mut().zip(summands).for_each(|(o, r)| *o += r);
                }
                if let Some(activation) = late {
                    activation.apply(out);
                }
            }
        }
    }

    /// The activation where nothing has to be added before it.
    fn early(&self) -> Option<Activation> {
        self.activation.filter(|_| !self.residual)
    }
}
