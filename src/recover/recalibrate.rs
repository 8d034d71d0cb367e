//! Recovery without training: the statistics of normalisations, measured anew.

use crate::data::Pictures;
use crate::engine::{Normalisation, Options, Tape};
use crate::error::{Error, Result};
use crate::graph::{Graph, ValueId};
use std::collections::BTreeMap;

/// Pictures shown at a time; statistics of fewer say little.
const BATCH: usize = 32;

/// A model whose BatchNormalization layers have the mean and variance that these pictures give them: the average over
/// batches of 32, as `torch.optim.swa_utils.update_bn` takes it (Izmailov et al. 2018, arXiv 1803.05407), and as NetAdapt
/// and EagleEye (Li et al. 2020, arXiv 2007.02491) do before they judge a cut. Needs no labels.
///
/// Errors: [`Error::BadInput`] where there are no pictures or nothing to measure; else those of [`Tape::new`].
pub fn recalibrate(graph: &Graph, pictures: &Pictures) -> Result<Graph> {
    let has_any = graph
        .nodes
        .iter()
        .any(|n| n.op_type == "BatchNormalization");
    if !has_any {
        return Err(Error::BadInput(
            "this model has no BatchNormalization whose statistics could be measured anew (it may be folded into the \
             convolutions): recover by reconstruction instead"
                .into(),
        ));
    }
    let batch = pictures.len().min(BATCH);
    if batch < 2 {
        return Err(Error::BadInput(
            "statistics need at least two pictures, and a few dozen to mean something".into(),
        ));
    }
    let options = Options {
        batch,
        ..Options::default()
    };
    let mut tape = Tape::new(graph, &options, Normalisation::OfBatch)?;
    let mut input = vec![0.0; pictures.sample_len() * batch];
    let mut sums: BTreeMap<ValueId, Vec<f64>> = BTreeMap::new();
    let rounds = pictures.len() / batch;
    for round in 0..rounds {
        // Spread over the set: pictures come class by class, and those of one class vary less than all do.
        let indices: Vec<usize> = (0..batch).map(|at| at * rounds + round).collect();
        pictures.write(&indices, None, &mut input);
        tape.sweep(&[&input])?;
        for (mean, variance, of_mean, of_variance) in tape.statistics() {
            for (value, numbers) in [(mean, of_mean), (variance, of_variance)] {
                let sum = sums
                    .entry(value)
                    .or_insert_with(|| vec![0.0; numbers.len()]);
                sum.iter_mut()
                    .zip(numbers)
                    .for_each(|(sum, &x)| *sum += f64::from(x));
            }
        }
    }
    let average = |sum: Vec<f64>| {
        sum.into_iter()
            .map(|x| (x / rounds as f64) as f32)
            .collect()
    };
    let measured = sums
        .into_iter()
        .map(|(value, sum)| (value, average(sum)))
        .collect();
    tape.restore(&measured);
    let mut recalibrated = graph.clone();
    tape.write_to(&mut recalibrated);
    Ok(recalibrated)
}
