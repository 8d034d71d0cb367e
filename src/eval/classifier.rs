//! A classifier that is shown pictures, one at a time.

use crate::data::Pictures;
use crate::engine::{Executor, Options};
use crate::error::{Error, Result};
use crate::eval::logits;
use crate::graph::Graph;
use crate::tensor::Tensor;

/// A model ready to be asked.
pub struct Classifier {
    executor: Executor,
    /// Whether it answers with probabilities.
    probabilities: bool,
}

impl Classifier {
    /// Prepares a graph to be asked. Errors: a graph that can't be run.
    pub fn new(graph: &Graph) -> Result<Self> {
        Ok(Classifier {
            executor: Executor::new(graph, &Options::default())?,
            probabilities: graph.last_softmax().is_some(),
        })
    }

    /// What the model says of a picture, a number for each class.
    pub fn logits(&mut self, pictures: &Pictures, index: usize) -> Result<Vec<f32>> {
        let mut numbers = vec![0.0; pictures.sample_len()];
        pictures.write(&[index], None, &mut numbers);
        let input = Tensor::from_f32(&pictures.preset().tensor_shape(), numbers);
        let outputs = self.executor.run(&[input])?;
        let said = outputs.first().and_then(Tensor::floats);
        let said = said.ok_or_else(|| Error::BadModel(message!("error-no-classifier")))?;
        Ok(logits(said.into_owned(), self.probabilities))
    }
}
