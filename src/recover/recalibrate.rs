//! Recovery without training: the statistics of normalisations, measured anew.

use crate::data::Pictures;
use crate::engine::{Normalization, Options, Tape};
use crate::error::{Error, Result};
use crate::graph::{Graph, ValueId};
use std::collections::BTreeMap;

/// Pictures shown at a time; statistics of fewer say little.
const BATCH: usize = 32;

/// A measurement at work, a batch a piece.
pub struct Recalibration {
    graph: Graph,
    tape: Tape,
    input: Vec<f32>,
    batch: usize,
    /// Batches shown, and in all.
    done: usize,
    rounds: usize,
    /// Sums of the batches' means and variances, by where they are stored.
    sums: BTreeMap<ValueId, Vec<f64>>,
}

impl Recalibration {
    /// For as many pictures as there are in all.
    ///
    /// Errors: [`Error::BadInput`] where there are too few pictures or nothing to measure; else those of [`Tape::new`].
    pub fn new(graph: &Graph, pictures: &Pictures) -> Result<Self> {
        if graph.batch_norms().next().is_none() {
            return Err(Error::BadInput(message!("error-no-batch-norm")));
        }
        let batch = batch_of(pictures);
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
            rounds: Self::rounds(pictures),
            sums: BTreeMap::new(),
        })
    }

    /// Batches that these pictures make.
    pub fn rounds(pictures: &Pictures) -> usize {
        pictures.len() / batch_of(pictures).max(1)
    }

    /// Shows the next batch of the same pictures.
    pub fn advance(&mut self, pictures: &Pictures) -> Result<()> {
        if self.done == self.rounds {
            return Ok(());
        }
        let (round, rounds) = (self.done, self.rounds);
        // Spread over the set: pictures come class by class, and those of one class vary less than all do.
        let indices: Vec<usize> = (0..self.batch).map(|at| at * rounds + round).collect();
        pictures.write(&indices, None, &mut self.input);
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
            self.finish();
        }
        Ok(())
    }

    /// Batches shown, and in all.
    pub fn progress(&self) -> (usize, usize) {
        (self.done, self.rounds)
    }

    /// The model: as it was until all batches were shown, and then with what they gave.
    pub fn model(&self) -> &Graph {
        &self.graph
    }

    fn finish(&mut self) {
        let rounds = self.rounds as f64;
        let average = |sum: Vec<f64>| sum.into_iter().map(|x| (x / rounds) as f32).collect();
        let sums = std::mem::take(&mut self.sums).into_iter();
        let measured = sums.map(|(value, sum)| (value, average(sum))).collect();
        self.tape.restore(&measured);
        self.tape.write_to(&mut self.graph);
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
    let mut recalibration = Recalibration::new(graph, pictures)?;
    while recalibration.done < recalibration.rounds {
        recalibration.advance(pictures)?;
    }
    Ok(recalibration.graph)
}
