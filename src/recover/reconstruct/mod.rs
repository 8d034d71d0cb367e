//! Recovery without training: the weights that survived are fitted anew, layer by layer, so that each layer gives what it
//! gave in the original, on unlabeled pictures.

mod fit;
mod judge;
mod replay;
mod solve;
mod sums;
mod units;

use crate::data::Pictures;
use crate::engine::Tape;
use crate::error::{Error, Result};
use crate::graph::{Graph, ValueId};
use crate::random::SplitMix64;
use crate::task::{Phase, Progress, Step, Task};
use fit::Correction;
use judge::{Change, Judging};
use ndarray::Array2;
use replay::Replay;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use sums::Sums;
use units::{Layer, Side, Unit, units};

/// The fewest pictures: some to fit on, some to check on.
const FEWEST: usize = 4;
/// One picture of so many is held back to check a fit on.
const HELD_BACK: usize = 4;
/// Places that are looked at, for each number of a patch, and their bounds.
const PER_NUMBER: usize = 32;
const PLACES: (usize, usize) = (4096, 32768);
/// The ridges that are tried, as shares of the mean square of the inputs.
const DAMPINGS: [f32; 4] = [0.001, 0.01, 0.1, 1.0];
/// How far from nothing a factor is that a change of the weights can be told by.
const SMALL: f32 = 1e-6;

/// How far a layer's outputs are from the original's, as a share of their variance, on pictures that were not fitted on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ReconstructedLayer {
    pub layer: String,
    pub before: f64,
    /// May be larger where an output was made to vary as the original's does: the whole model is what counts.
    pub after: f64,
}

/// What of a layer is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fitted {
    /// Weights, and biases with them.
    Weights,
    /// Biases alone: they take over what the means of the layer's outputs lack.
    Biases,
}

/// A reconstruction at work, a batch of pictures for one layer a step.
///
/// Each layer is fitted by least squares to the original's output from the inputs that the *pruned* model gives it by then, so
/// that it also makes up for what went wrong before it: channel pruning (He, Zhang and Sun 2017, arXiv 1707.06168) for
/// channels, and layer-wise reconstruction on a mask's support (OBC, Frantar and Alistarh 2022, arXiv 2208.11580) for
/// weights. Biases, and shifts of
/// BatchNormalization, take over the difference of the means (Nagel et al. 2019, arXiv 1906.04721), and what is
/// normalized varies as much as the original's (REPAIR, Jordan et al. 2022, arXiv 2211.08403). The normal equations are summed up as the pictures
/// stream by, so any number of them counts. At the end the whole model is judged by its divergence from the original on pictures
/// held back: with the corrections of all layers, of the first ones, or none.
pub struct Reconstruction {
    replay: Replay,
    units: Vec<Unit>,
    random: SplitMix64,
    fitted: Fitted,
    /// The unit at hand, and the batches of it that were shown.
    at: usize,
    batch: usize,
    /// Batches that were shown, of all units together, and how many they are in all.
    shown: usize,
    of: usize,
    /// Of each group: what is fitted on, and what is checked on.
    sums: Vec<[Sums; 2]>,
    layers: Vec<ReconstructedLayer>,
    /// What each unit changed.
    changes: Vec<Change>,
    held_back: Arc<Pictures>,
    judging: Option<Judging>,
    is_done: bool,
}

/// Whether a picture is checked on and not fitted on.
fn is_held_back(picture: usize) -> bool {
    picture % HELD_BACK == HELD_BACK - 1
}

impl Reconstruction {
    /// Every fourth picture is held back; `seed` chooses the places that are looked at.
    ///
    /// Errors: [`Error::BadInput`] with fewer than four pictures, or an original that is not this model's; else those of
    /// [`Tape::new`], and of judging both as classifiers.
    pub fn new(
        pruned: &Graph,
        original: &Graph,
        pictures: Arc<Pictures>,
        fitted: Fitted,
        seed: u32,
    ) -> Result<Self> {
        let count = pictures.len();
        if count < FEWEST {
            return Err(Error::BadInput(message!(
                "error-few-for-reconstruction",
                fewest = FEWEST,
                count = count
            )));
        }
        let held = (0..count).filter(|at| is_held_back(*at)).take(judge::MOST);
        let held_back = Arc::new(pictures.chosen(held));
        let replay = Replay::new(pruned, original, pictures)?;
        let [own, theirs] = [&replay.own, &replay.original].map(|model| Side {
            graph: &model.graph,
            tape: &model.tape,
        });
        let units = units(&own, &theirs)?;
        let mut reconstruction = Reconstruction {
            of: units.iter().map(|unit| replay.batches(unit)).sum(),
            units,
            replay,
            random: SplitMix64(u64::from(seed)),
            fitted,
            at: 0,
            batch: 0,
            shown: 0,
            sums: Vec::new(),
            layers: Vec::new(),
            changes: Vec::new(),
            held_back,
            judging: None,
            is_done: false,
        };
        reconstruction.begin();
        Ok(reconstruction)
    }

    /// Batches that were shown, of all layers together.
    pub fn done(&self) -> usize {
        self.shown
    }

    /// Begins with the unit at hand.
    fn begin(&mut self) {
        let Some(unit) = self.units.get(self.at) else {
            return;
        };
        let depth = self.depth(unit);
        let (groups, outputs) = match &unit.layer {
            Some(Layer { linear, .. }) => (linear.groups, linear.outputs),
            None => (1, unit.channels.len()),
        };
        let new = || Sums::new(depth, outputs);
        self.sums = (0..groups).map(|_| [new(), new()]).collect();
    }

    /// How many numbers of a patch are fitted on; none where only biases are fitted.
    fn depth(&self, unit: &Unit) -> usize {
        match (&unit.layer, self.fitted) {
            (Some(layer), Fitted::Weights) => layer.linear.depth,
            _ => 0,
        }
    }

    /// Shows the next batch, and fits the unit when it was the last one.
    fn show_next(&mut self) -> Result<()> {
        let unit = &self.units[self.at];
        self.replay.run(unit, self.batch)?;
        let batches = self.replay.batches(unit);
        let (own, theirs) = (&self.replay.own.tape, &self.replay.original.tape);
        let (end, their_end) = (own.value(unit.end), theirs.value(unit.their_end));
        let size = self.replay.batch;
        let count = unit.channels.len();
        let places = end.len() / (size * count).max(1);
        let their_count = their_end.len() / (size * places).max(1);
        let groups = self.sums.len();
        let outputs = count / groups;
        let depth = self.depth(unit);
        let wanted = (depth * PER_NUMBER).clamp(PLACES.0, PLACES.1);
        let each = wanted.div_ceil(self.replay.shown(unit)).min(places);
        let at = |output: usize, place: usize, all: usize| match &unit.layer {
            Some(layer) => layer.linear.output_at(output, place, all),
            None => output * places + place,
        };
        for (sample, picture) in self.replay.pictures_of(self.batch).enumerate() {
            let held = usize::from(is_held_back(picture));
            let order: Vec<usize> = match each < places {
                true => self.random.order(places).into_iter().take(each).collect(),
                false => (0..places).collect(),
            };
            let of = |values: &'_ [f32]| {
                sample * (values.len() / size)..(sample + 1) * (values.len() / size)
            };
            let (end, their_end) = (&end[of(end)], &their_end[of(their_end)]);
            let data = unit
                .layer
                .as_ref()
                .map(|l| &own.value(l.data)[of(own.value(l.data))]);
            for (group, sums) in self.sums.iter_mut().enumerate() {
                for &place in &order {
                    sums[held].add(|patch, missing, target| {
                        if let (Some(layer), Some(data)) = (&unit.layer, data)
                            && depth > 0
                        {
                            layer.linear.patch(data, group, place, patch);
                        }
                        for o in 0..outputs {
                            let output = group * outputs + o;
                            let here = at(output, place, count);
                            target[o] = their_end[at(unit.channels[output], place, their_count)];
                            missing[o] = target[o] - end[here];
                        }
                    });
                }
            }
        }
        self.replay.leave(&self.units[self.at]);
        self.batch += 1;
        self.shown += 1;
        if self.batch == batches {
            self.fit();
            self.at += 1;
            self.batch = 0;
            self.begin();
        }
        Ok(())
    }

    /// Fits the unit at hand.
    fn fit(&mut self) {
        let unit = &self.units[self.at];
        let tape = &mut self.replay.own.tape;
        let groups = self.sums.len();
        let outputs = unit.channels.len() / groups;
        let (mut before, mut after, mut variance) = (0.0, 0.0, 0.0);
        let centered = unit.shift.is_some();
        let values = unit.layer.as_ref().map(|layer| layer.weights);
        let values: Vec<ValueId> = values.into_iter().chain(unit.shift).collect();
        let numbers = |tape: &Tape| {
            let all = values.iter().map(|&id| (id, tape.value(id).to_vec()));
            all.collect::<BTreeMap<ValueId, Vec<f32>>>()
        };
        let old_numbers = numbers(tape);
        for (group, [fit, check]) in std::mem::take(&mut self.sums).into_iter().enumerate() {
            let (fit, check) = (fit.finish(centered), check.finish(true));
            let depth = fit.gram.nrows();
            let factor = |o: usize| {
                unit.layer
                    .as_ref()
                    .map_or(1.0, |l| l.factors[group * outputs + o])
            };
            let old = Array2::from_shape_fn((depth, outputs), |(k, o)| {
                let Some(layer) = &unit.layer else { return 0.0 };
                tape.value(layer.weights)[layer.linear.weight_at(group, o, k)] * factor(o)
            });
            let none = Correction::none(depth, outputs);
            let error = none.error(&check);
            let mut best = (error, none);
            let mut candidates = Vec::new();
            if centered {
                candidates.push(Correction::none(depth, outputs).with_means(&fit));
            }
            if depth > 0 {
                let fitted = |&damping| Correction::fitted(&fit, &old, damping, centered);
                candidates.extend(DAMPINGS.iter().map(fitted));
            }
            for candidate in candidates.into_iter().filter(Correction::is_finite) {
                let error = candidate.error(&check);
                if error < best.0 {
                    best = (error, candidate);
                }
            }
            before += error;
            variance += check.target_variance.iter().sum::<f64>();
            let mut correction = best.1;
            // Where nothing is missing, nothing is to be changed.
            let is_normalized = unit.layer.as_ref().is_some_and(|l| l.is_normalized);
            if depth > 0 && is_normalized && error > 0.0 {
                correction = correction.with_variance(&fit, &old);
            }
            after += correction.error(&check);
            if let Some(layer) = &unit.layer {
                let (weights, _) = tape.learn(layer.weights);
                for ((k, o), &change) in correction.weights.indexed_iter() {
                    if change != 0.0 && factor(o).abs() > SMALL {
                        weights[layer.linear.weight_at(group, o, k)] += change / factor(o);
                    }
                }
            }
            if let Some(shift) = unit.shift {
                let (shifts, _) = tape.learn(shift);
                for (o, &change) in correction.shift.iter().enumerate() {
                    shifts[group * outputs + o] += change as f32;
                }
            }
        }
        let new_numbers = numbers(tape);
        self.changes.push(Change {
            before: old_numbers,
            after: new_numbers,
        });
        if unit.layer.is_some() {
            let variance = variance.max(f64::MIN_POSITIVE);
            self.layers.push(ReconstructedLayer {
                layer: unit.label.clone(),
                before: before / variance,
                after: after / variance,
            });
        }
    }

    /// Begins to judge what was fitted.
    fn judge(&mut self) {
        let is_changed = |change: &Change| change.before != change.after;
        if !self.changes.iter().any(is_changed) {
            self.is_done = true;
            return;
        }
        let pictures = Arc::clone(&self.held_back);
        let original = &self.replay.original.graph;
        self.judging = Some(Judging::new(original, pictures, self.changes.len()));
    }

    /// The model as it is now.
    pub fn model(&self) -> Graph {
        let mut graph = self.replay.own.graph.clone();
        self.replay.own.tape.write_to(&mut graph);
        graph
    }

    /// What became of each layer that was fitted.
    pub fn layers(&self) -> &[ReconstructedLayer] {
        &self.layers
    }
}

impl Task for Reconstruction {
    type Event = Progress;
    type Output = Graph;

    fn step(&mut self) -> Result<Step<Progress, Graph>> {
        if self.is_done {
            return Ok(Step::Done(self.model()));
        }
        if let Some(judging) = &mut self.judging {
            let Replay { own, .. } = &mut self.replay;
            return Ok(
                match judging.step(&mut own.tape, &own.graph, &self.changes)? {
                    Step::Event(progress) => Step::Event(progress),
                    Step::Done(_) => {
                        self.is_done = true;
                        Step::Done(self.model())
                    }
                },
            );
        }
        if self.at >= self.units.len() {
            self.judge();
            return self.step();
        }
        self.show_next()?;
        Ok(Step::Event(Progress {
            phase: Phase::Reconstructing,
            done: self.shown,
            of: self.of,
        }))
    }

    /// What was fitted by now is judged; asked again, judging ends, too.
    fn stop(&mut self) {
        match &mut self.judging {
            Some(judging) => judging.stop(),
            None => self.judge(),
        }
    }
}
