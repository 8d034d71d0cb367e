//! How long a model takes, by a clock that whoever calls has: the core knows none.

use crate::data::Pictures;
use crate::engine::{Executor, Options};
use crate::error::Result;
use crate::eval::timing;
use crate::graph::Graph;
use crate::task::Clock;
use crate::tensor::Tensor;

/// Runs that are counted, and runs before them that are not: memory and code come near while they go.
const RUNS: usize = 11;
const WARM_UP: usize = 2;

/// The milliseconds that a model takes for one picture: the median of repeated runs of our own executor, one thread. `None`
/// where there is no clock or no picture.
///
/// Errors: those of running the model.
pub fn measure(graph: &Graph, pictures: &Pictures, clock: Option<Clock>) -> Result<Option<f64>> {
    let Some(clock) = clock.filter(|_| !pictures.is_empty()) else {
        return Ok(None);
    };
    let mut numbers = vec![0.0; pictures.sample_len()];
    pictures.write(&[0], None, &mut numbers);
    let input = [Tensor::from_f32(&pictures.preset().tensor_shape(), numbers)];
    let mut executor = Executor::new(graph, &Options::default())?;
    let mut times = Vec::with_capacity(RUNS);
    for run in 0..WARM_UP + RUNS {
        let start = clock();
        executor.run(&input)?;
        if run >= WARM_UP {
            times.push(clock() - start);
        }
    }
    Ok(timing(&times).map(|timing| timing.median))
}
