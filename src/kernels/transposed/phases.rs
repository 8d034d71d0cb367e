//! Into which phases a transposed convolution falls, which weights meet each of them, and in which order they are packed.

use crate::conv_shape::Shape;
use crate::padded::Span;
use crate::tile::{Left, ROWS};

/// One spatial axis. Output position `p` is number `j` of phase `g`, where `p + lead = j · stride + g`.
#[derive(Debug, Clone)]
pub struct Axis {
    pub stride: usize,
    pub lead: usize,
    /// By phase: the kernel's positions that reach it, and where number 0 finds their data in the padded row.
    taps: Vec<Vec<Tap>>,
    /// The data with its padding, as what a convolution in steps of one slides over.
    pub window: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tap {
    k: usize,
    offset: usize,
}

impl Axis {
    /// `lead` is less than the stride, and no more than the padding.
    fn new(span: &Span, lead: usize) -> Self {
        let (stride, data) = (span.stride, span.output as isize);
        let steps = (span.input + lead).div_ceil(stride);
        // A stride beyond the output's end leaves the phases behind it empty.
        let phases = stride.min(span.input + lead);
        let shifts = |phase: usize| {
            let at = phase + span.pad_begin - lead;
            let taps = (0..span.kernel).filter_map(move |k| {
                let distance = at as isize - (k * span.dilation) as isize;
                let shift = distance / stride as isize;
                let meets = distance % stride as isize == 0;
                // What lies in the padding at every step adds nothing.
                (meets && shift < data && shift + steps as isize > 0).then_some((k, shift))
            });
            taps.collect::<Vec<_>>()
        };
        let shifts: Vec<_> = (0..phases).map(shifts).collect();
        let all = shifts.iter().flatten().map(|&(_, shift)| shift);
        let (first, last) = all.fold((0, 0), |(low, high), s| (low.min(s), high.max(s)));
        let tap = |&(k, shift): &(usize, isize)| Tap {
            k,
            offset: (shift - first) as usize,
        };
        Axis {
            stride,
            lead,
            taps: shifts.iter().map(|s| s.iter().map(tap).collect()).collect(),
            window: Span {
                input: span.output,
                kernel: (last - first) as usize + 1,
                stride: 1,
                dilation: 1,
                pad_begin: first.unsigned_abs(),
                pad_end: 0,
                output: steps,
            },
        }
    }

    /// How many phases the axis has: as many as its stride.
    pub fn phases(&self) -> usize {
        self.taps.len()
    }

    /// Offsets that any phase needs, ascending.
    fn union(&self) -> Vec<usize> {
        let mut all: Vec<usize> = self.taps.iter().flatten().map(|tap| tap.offset).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The kernel's position that a phase has at an offset.
    fn at(&self, phase: usize, offset: usize) -> Option<usize> {
        let found = self.taps[phase].iter().find(|tap| tap.offset == offset);
        found.map(|tap| tap.k)
    }
}

/// What the rows of a panel are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// Filters, of one phase; each phase has a panel of its own.
    Filters,
    /// Phases, of one filter, which all read what any of them needs: for few filters.
    Phases,
}

/// How the phases are computed. What belongs to up to four filters, or to one, is a unit.
#[derive(Debug, Clone)]
pub struct Phases {
    pub rows: Axis,
    pub columns: Axis,
    pub lines: Lines,
}

impl Phases {
    /// The way with the fewest multiply-adds.
    pub fn cheapest(shape: &Shape) -> Self {
        let leads = |span: &Span| span.pad_begin % span.stride;
        let new = |lines, (row, column)| Phases {
            rows: Axis::new(&shape.rows, row),
            columns: Axis::new(&shape.columns, column),
            lines,
        };
        let aligned = (leads(&shape.rows), leads(&shape.columns));
        let ways = [
            new(Lines::Filters, (0, 0)),
            new(Lines::Phases, (0, 0)),
            // Where phases begin with the padding, they need the same data more often.
            new(Lines::Phases, aligned),
        ];
        let [filters, phases, other] = ways;
        [phases, other].into_iter().fold(filters, |best, way| {
            match way.work(shape) < best.work(shape) {
                true => way,
                false => best,
            }
        })
    }

    fn count(&self) -> usize {
        self.rows.phases() * self.columns.phases()
    }

    /// Filters of a unit.
    pub fn filters(&self) -> usize {
        match self.lines {
            Lines::Filters => ROWS,
            Lines::Phases => 1,
        }
    }

    /// How many units the filters of a group make.
    pub fn units(&self, shape: &Shape) -> usize {
        (shape.inputs / shape.groups).div_ceil(self.filters())
    }

    /// How many panels of rows hold a unit.
    pub fn panels(&self) -> usize {
        (self.count() * self.filters()).div_ceil(ROWS)
    }

    /// The row and the column phase with this number.
    fn phase(&self, at: usize) -> (usize, usize) {
        (at / self.columns.phases(), at % self.columns.phases())
    }

    /// Row and column offsets that a panel reads.
    fn offsets(&self, panel: usize) -> (Vec<usize>, Vec<usize>) {
        let of = |taps: &[Tap]| taps.iter().map(|tap| tap.offset).collect();
        match self.lines {
            Lines::Filters => {
                let (row, column) = self.phase(panel);
                (of(&self.rows.taps[row]), of(&self.columns.taps[column]))
            }
            Lines::Phases => (self.rows.union(), self.columns.union()),
        }
    }

    fn work(&self, shape: &Shape) -> usize {
        let taps = (0..self.panels()).map(|panel| {
            let (rows, columns) = self.offsets(panel);
            rows.len() * columns.len()
        });
        let positions = self.rows.window.output * self.columns.window.output;
        self.units(shape) * taps.sum::<usize>() * positions
    }

    /// For each panel, where the data of each depth starts in a strip of so many padded planes; `plane` and `row` are the numbers
    /// from one to the next.
    pub fn tables(&self, channels: usize, plane: usize, row: usize) -> Vec<Vec<u32>> {
        let table = |panel| {
            let (rows, columns) = self.offsets(panel);
            let mut table = Vec::with_capacity(channels * rows.len() * columns.len());
            for start in (0..channels).map(|channel| channel * plane) {
                for down in &rows {
                    let start = start + down * row;
                    table.extend(columns.iter().map(|column| (start + column) as u32));
                }
            }
            table
        };
        (0..self.panels()).map(table).collect()
    }

    /// Group by group, unit by unit, panel by panel.
    pub fn pack(&self, shape: &Shape, weights: &[f32]) -> Vec<Left> {
        let (channels, each) = (shape.outputs / shape.groups, shape.inputs / shape.groups);
        let taps = shape.rows.kernel * shape.columns.kernel;
        let weight = |channel: usize, line: usize, unit: usize, row: usize, column: usize| {
            let (phase, filter) = (line / self.filters(), line % self.filters());
            let filter = unit * self.filters() + filter;
            if phase >= self.count() || filter >= each {
                return None;
            }
            let (down, right) = self.phase(phase);
            let (ky, kx) = (self.rows.at(down, row)?, self.columns.at(right, column)?);
            let at = (channel * each + filter) * taps + ky * shape.columns.kernel + kx;
            Some(weights[at])
        };
        let offsets: Vec<_> = (0..self.panels())
            .map(|panel| self.offsets(panel))
            .collect();
        let mut packed = Vec::new();
        for group in 0..shape.groups {
            for unit in 0..self.units(shape) {
                for (panel, (rows, columns)) in offsets.iter().enumerate() {
                    for channel in group * channels..(group + 1) * channels {
                        for &row in rows {
                            packed.extend(columns.iter().map(|&column| -> Left {
                                std::array::from_fn(|i| {
                                    let line = panel * ROWS + i;
                                    weight(channel, line, unit, row, column).unwrap_or(0.0)
                                })
                            }));
                        }
                    }
                }
            }
        }
        packed
    }
}
