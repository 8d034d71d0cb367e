//! Moving numbers where each axis says by itself which index it shows: padding of every kind, repeating, resampling to the
//! nearest, and choosing indices.

use super::Kernel;
use super::padded::{copy_short, fill_short};
use super::strided::strides;
use super::weave::in_pairs;

/// Output index `i` along axis `a` is the input's index `picks[a][i]`; `None` anywhere is the filling.
pub struct Picked {
    /// By outer axis: where each index of the output starts in the input.
    outer: Vec<Vec<Option<usize>>>,
    /// What a row of the output, along the last axis that does not just go on, is made of.
    runs: Vec<Run>,
    /// Numbers of the output that belong to one index of that axis, and to a row.
    unit: usize,
    row: usize,
    filling: f32,
}

/// Neighbors along the innermost axis; counts are of indices, places of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Run {
    Filling(usize),
    /// Indices that follow each other in the input as well, each shown so many times.
    Repeated {
        from: usize,
        count: usize,
        times: usize,
    },
    /// Any others.
    Places(Vec<usize>),
}

impl Picked {
    /// `shape` is the input's; every pick is below its axis's length.
    pub fn new(shape: &[usize], picks: &[Vec<Option<usize>>], filling: f32) -> Self {
        let goes_on = |axis: &usize| {
            let mut each = picks[*axis].iter().enumerate();
            picks[*axis].len() == shape[*axis] && each.all(|(i, pick)| *pick == Some(i))
        };
        let steps = strides(shape);
        let whole = (0..shape.len()).rev().take_while(goes_on).count();
        let inner = shape.len() - whole;
        let unit = shape[inner..].iter().product();
        let mut outer: Vec<Vec<Option<usize>>> = (0..inner)
            .map(|axis| {
                let place = |i: usize| i * steps[axis] as usize;
                picks[axis].iter().map(|pick| pick.map(place)).collect()
            })
            .collect();
        let last = outer.pop().unwrap_or_else(|| vec![Some(0)]);
        Picked {
            outer,
            row: last.len() * unit,
            runs: runs(&last, unit),
            unit,
            filling,
        }
    }

    /// Writes a row of the output from what lies behind `from` in the input.
    fn row(&self, input: &[f32], from: usize, mut out: &mut [f32]) {
        let unit = self.unit;
        let mut next = |count: usize| {
            let (run, rest) = std::mem::take(&mut out).split_at_mut(count * unit);
            out = rest;
            run
        };
        for run in &self.runs {
            match run {
                Run::Filling(count) => fill_short(next(*count), self.filling),
                Run::Repeated {
                    from: start,
                    count,
                    times,
                } => {
                    let source = &input[from + start..][..count * unit];
                    let run = next(count * times);
                    match (times, unit) {
                        (1, _) => copy_short(source, run),
                        (2, 1) => in_pairs(source, source, run),
                        (_, 1) => {
                            let groups = run.chunks_exact_mut(*times).zip(source);
                            groups.for_each(|(group, x)| fill_short(group, *x));
                        }
                        _ => {
                            let groups = run.chunks_exact_mut(times * unit);
                            for (group, source) in groups.zip(source.chunks_exact(unit)) {
                                let copies = group.chunks_exact_mut(unit);
                                copies.for_each(|copy| copy_short(source, copy));
                            }
                        }
                    }
                }
                Run::Places(places) if unit == 1 => {
                    let run = next(places.len());
                    for (to, at) in run.iter_mut().zip(places) {
                        *to = input[from + at];
                    }
                }
                Run::Places(places) => {
                    for at in places {
                        copy_short(&input[from + at..][..unit], next(1));
                    }
                }
            }
        }
    }
}

/// The runs of an axis whose indices are `unit` numbers each; `places` tells where they start.
fn runs(places: &[Option<usize>], unit: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut at = 0;
    while let Some(&place) = places.get(at) {
        let rest = &places[at..];
        let alike = rest.iter().take_while(|&&next| next == place).count();
        let Some(from) = place else {
            runs.push(Run::Filling(alike));
            at += alike;
            continue;
        };
        let follows = |&(i, next): &(usize, &Option<usize>)| *next == Some(from + i / alike * unit);
        let count = rest.iter().enumerate().take_while(follows).count() / alike;
        if count * alike > 1 {
            runs.push(Run::Repeated {
                from,
                count,
                times: alike,
            });
        } else if let Some(Run::Places(places)) = runs.last_mut() {
            places.push(from);
        } else {
            runs.push(Run::Places(vec![from]));
        }
        at += count * alike;
    }
    runs
}

impl Kernel for Picked {
    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        if self.row == 0 {
            return;
        }
        let out = &mut *outputs[0];
        let mut index = vec![0; self.outer.len()];
        // Where the row before came from.
        let mut before = None;
        for at in (0..out.len()).step_by(self.row) {
            let places = self.outer.iter().zip(&index);
            let from = places.map(|(axis, &i)| axis[i]).sum::<Option<usize>>();
            let (done, out) = out.split_at_mut(at);
            let row = &mut out[..self.row];
            match from {
                None => fill_short(row, self.filling),
                Some(_) if from == before => copy_short(&done[at - self.row..], row),
                Some(from) => self.row(inputs[0], from, row),
            }
            before = from;
            for (i, axis) in index.iter_mut().zip(&self.outer).rev() {
                *i += 1;
                if *i < axis.len() {
                    break;
                }
                *i = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::numbers;

    /// Index by index.
    fn by_definition(
        shape: &[usize],
        picks: &[Vec<Option<usize>>],
        filling: f32,
        data: &[f32],
    ) -> Vec<f32> {
        let steps = strides(shape);
        let mut places = vec![Some(0)];
        for (picks, step) in picks.iter().zip(steps) {
            let next = |start: &Option<usize>| {
                let start = *start;
                picks
                    .iter()
                    .map(move |pick| Some(start? + (*pick)? * step as usize))
                    .collect::<Vec<_>>()
            };
            places = places.iter().flat_map(next).collect();
        }
        places
            .into_iter()
            .map(|at| at.map_or(filling, |at| data[at]))
            .collect()
    }

    #[test]
    fn random_picks() {
        let mut draws = numbers(100_000, 9).into_iter();
        let mut next = |below: usize| {
            let draw = draws.next().expect("enough draws");
            ((draw + 1.0) / 2.0 * below as f32) as usize
        };
        for _ in 0..500 {
            let shape: Vec<usize> = (0..1 + next(4)).map(|_| 1 + next(9)).collect();
            let axis = |&length: &usize| -> Vec<Option<usize>> {
                let all = 0..length;
                let times = 1 + next(4);
                match next(6) {
                    0 => all.map(Some).collect(),
                    1 => all.flat_map(|i| vec![Some(i); times]).collect(),
                    2 => [
                        vec![None; times],
                        all.map(Some).collect(),
                        vec![None; next(3)],
                    ]
                    .concat(),
                    3 => all.rev().map(Some).collect(),
                    4 => (0..next(20)).map(|_| Some(next(length))).collect(),
                    _ => all.cycle().take(length * times).map(Some).collect(),
                }
            };
            let picks: Vec<_> = shape.iter().map(axis).collect();
            let data = numbers(shape.iter().product(), 3);
            let want = by_definition(&shape, &picks, 7.0, &data);
            let mut out = vec![f32::NAN; want.len()];
            Picked::new(&shape, &picks, 7.0).run(&[&data], &mut [&mut out], &mut []);
            assert_eq!(out, want, "{shape:?} {picks:?}");
        }
    }

    #[test]
    fn rows_are_made_of_few_runs() {
        let padded = [None, Some(0), Some(1), Some(2), Some(3), None, None];
        let middle = Run::Repeated {
            from: 0,
            count: 4,
            times: 1,
        };
        let want = [Run::Filling(1), middle, Run::Filling(2)];
        assert_eq!(runs(&padded, 1), want);
        let doubled: Vec<_> = (0..10).map(|i| Some(i / 2)).collect();
        let want = [Run::Repeated {
            from: 0,
            count: 5,
            times: 2,
        }];
        assert_eq!(runs(&doubled, 1), want);
    }
}
