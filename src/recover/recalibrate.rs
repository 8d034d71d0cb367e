//! Recovery without training: the statistics of normalizations, measured anew.

use crate::data::Pictures;
use crate::engine::{Normalization, Options, Tape};
use crate::error::{Error, Result};
use crate::graph::{Graph, ValueId};
use crate::task::{Phase, Progress, Step, Task};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Pictures shown at a time; statistics of fewer say little.
const BATCH: usize = 32;

/// A measurement at work, a batch a step.
pub struct Recalibration {
    graph: Graph,
    pictures: Arc<Pictures>,
    tape: Tape,
    input: Vec<f32>,
    batch: usize,
    /// Batches shown, and in all.
    done: usize,
    rounds: usize,
    is_stopped: bool,
    /// Sums of the batches' means and variances, by where they are stored.
    sums: BTreeMap<ValueId, Vec<f64>>,
}

impl Recalibration {
    /// For as many pictures as there are in all.
    ///
    /// Errors: [`Error::BadInput`] where there are too few photos or nothing to measure; else those of [`Tape::new`].
    pub fn new(graph: &Graph, pictures: Arc<Pictures>) -> Result<Self> {
        if graph.batch_norms().next().is_none() {
            return Err(Error::BadInput(message!("error-no-batch-norm")));
        }
        let batch = batch_of(&pictures);
        if batch < 2 {
            return Err(Error::BadInput(message!("error-few-for-statistics")));
        }
        let options = Options {
            batch,
            ..Options::default()
        };
        Ok(Recalibration {
            graph: graph.clone(),
            tape: Tape::new(graph, &options, Normalization::OfBatch)?,
            input: vec![0.0; pictures.sample_len() * batch],
            batch,
            done: 0,
            is_stopped: false,
            rounds: pictures.len() / batch,
            sums: BTreeMap::new(),
            pictures,
        })
    }

    /// Shows the next batch.
    fn show_next(&mut self) -> Result<()> {
        let (round, rounds) = (self.done, self.rounds);
        // Spread over the set: pictures come class by class, and those of one class vary less than all do.
        let indices: Vec<usize> = (0..self.batch).map(|at| at * rounds + round).collect();
        self.pictures.write(&indices, None, &mut self.input);
        self.tape.sweep(&[&self.input])?;
        for (mean, variance, of_mean, of_variance) in self.tape.statistics() {
            for (value, numbers) in [(mean, of_mean), (variance, of_variance)] {
                let empty = || vec![0.0; numbers.len()];
                let sum = self.sums.entry(value).or_insert_with(empty);
                sum.iter_mut()
                    .zip(numbers)
                    .for_each(|(sum, &x)| *sum += f64::from(x));
            }
        }
        self.done += 1;
        if self.done == rounds {
            self.write_statistics();
        }
        Ok(())
    }

    /// Batches shown.
    pub fn done(&self) -> usize {
        self.done
    }

    /// The model: as it was until all batches were shown, and then with what they gave.
    pub fn model(&self) -> &Graph {
        &self.graph
    }

    fn write_statistics(&mut self) {
        let rounds = self.rounds as f64;
        let average = |sum: Vec<f64>| sum.into_iter().map(|x| (x / rounds) as f32).collect();
        let sums = std::mem::take(&mut self.sums).into_iter();
        let measured = sums.map(|(value, sum)| (value, average(sum))).collect();
        self.tape.restore(&measured);
        self.tape.write_to(&mut self.graph);
    }
}

impl Task for Recalibration {
    type Event = Progress;
    type Output = Graph;

    fn step(&mut self) -> Result<Step<Progress, Graph>> {
        if self.done == self.rounds || self.is_stopped {
            return Ok(Step::Done(self.graph.clone()));
        }
        self.show_next()?;
        Ok(Step::Event(Progress {
            phase: Phase::Recalibrating,
            done: self.done,
            of: self.rounds,
        }))
    }

    fn stop(&mut self) {
        self.is_stopped = true;
    }
}

/// Pictures in a batch: fewer than usual where there are no more.
fn batch_of(pictures: &Pictures) -> usize {
    pictures.len().min(BATCH)
}

/// A model whose BatchNormalization layers have the mean and variance that these pictures give them: the average over
/// batches of 32, as `torch.optim.swa_utils.update_bn` takes it (Izmailov et al. 2018, arXiv 1803.05407), and as NetAdapt
/// and EagleEye (Li et al. 2020, arXiv 2007.02491) do before they judge a cut. Needs no labels.
///
/// Errors: those of [`Recalibration::new`].
pub fn recalibrate(graph: &Graph, pictures: &Pictures) -> Result<Graph> {
    Recalibration::new(graph, Arc::new(pictures.clone()))?.finish()
}
