//! A model that pictures are shown to, one at a time, so that criteria can look inside.

use crate::dataset::Dataset;
use crate::engine::{Normalization, Options, Tape};
use crate::error::{Error, Result};
use crate::graph::{Dim, Graph, ValueId};
use crate::kernels::Kernel;
use crate::kernels::rows::{Softmax, argmax};
use crate::ops::coupling::{Axis, Weights};
use crate::prune::criteria::Layer;
use crate::prune::groups::{Groups, analyze};
use std::borrow::Cow;

/// A model on its tape, normalizing by its stored statistics as it does when it is used.
pub struct Probe {
    pub graph: Graph,
    pub tape: Tape,
    pub groups: Groups,
    pub layers: Vec<Watched>,
    output: ValueId,
    /// The picture at hand, as the model's input.
    input: Vec<f32>,
}

/// A stored weight tensor and where it is used.
pub struct Watched {
    pub tensor: ValueId,
    pub shape: Vec<usize>,
    /// The axis of its output channels.
    pub axis: usize,
    pub uses: Vec<Use>,
    /// The stored scales of the batch normalization that alone reads what the layer makes, if there is one: where a channel
    /// is removed, its scale is zeroed, and the normalization's shift stays.
    pub scales: Option<ValueId>,
}

/// One node that uses a tensor as its weights.
pub struct Use {
    /// Its place in [`Graph::nodes`].
    pub node: usize,
    /// Its place among the tape's steps; `None` where it is not computed.
    pub step: Option<usize>,
    pub weights: Weights,
}

impl Watched {
    /// How many output channels it has.
    pub fn channels(&self) -> usize {
        self.shape[self.axis]
    }

    /// How many weights it has.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// A sum for each slice along an axis, of numbers in the tensor's order.
    pub fn per_slice(&self, axis: usize, numbers: impl Iterator<Item = f64>) -> Vec<f64> {
        let inner: usize = self.shape[axis + 1..].iter().product();
        let length = self.shape[axis];
        let mut sums = vec![0.0; length];
        for (at, number) in numbers.enumerate() {
            sums[at / inner % length] += number;
        }
        sums
    }
}

impl Probe {
    /// Errors: those of [`Tape::new`]; [`Error::BadModel`] where the model is no classifier, [`Error::BadInput`] where it
    /// does not take these pictures.
    pub fn new(graph: &Graph, pictures: &dyn Dataset) -> Result<Self> {
        let input = graph.inputs.first();
        let input = input.and_then(|&id| graph.value(id).ty.as_ref());
        let input = input.ok_or_else(|| Error::BadModel(message!("error-no-input")))?;
        pictures.check_fits(&input.shape)?;
        let tape = Tape::new(graph, &Options::default(), Normalization::Stored)?;
        let steps = tape.nodes();
        let mut layers: Vec<Watched> = Vec::new();
        let groups = analyze(graph)?;
        for (node, weights) in &groups.layers {
            let (node, weights) = (*node, weights);
            let Some(layer) = Layer::new(graph, node, weights) else {
                continue;
            };
            let used = Use {
                node,
                step: steps.iter().position(|&step| step == node),
                weights: weights.clone(),
            };
            let mut known = layers.iter_mut();
            let same = |l: &&mut Watched| (l.tensor, l.axis) == (layer.tensor, layer.axis);
            if let Some(shared) = known.find(same) {
                shared.scales = None;
                shared.uses.push(used);
                continue;
            }
            layers.push(Watched {
                tensor: layer.tensor,
                shape: layer.shape.to_vec(),
                axis: layer.axis,
                scales: scales(graph, weights, layer.channels()),
                uses: vec![used],
            });
        }
        let output = graph.logits();
        Ok(Probe {
            output: output.ok_or_else(|| Error::BadModel(message!("error-no-output")))?,
            input: vec![0.0; pictures.sample_len()],
            graph: graph.clone(),
            tape,
            groups,
            layers,
        })
    }

    /// Shows a picture, and takes the gradients of the cross-entropy where they are wanted: against the picture's label, or
    /// the model's own first choice where there is none.
    pub fn show(&mut self, pictures: &dyn Dataset, index: usize, gradients: bool) -> Result<()> {
        pictures.write_sample(index, &mut self.input);
        self.tape.forward(&[&self.input])?;
        let said = self.tape.value(self.output);
        if said.iter().any(|x| !x.is_finite()) {
            return Err(Error::BadModel(match self.tape.first_not_finite() {
                Some(place) => message!("error-not-finite", place = place),
                None => message!("error-output-not-finite"),
            }));
        }
        if gradients {
            let label = match pictures.labels() {
                Some(labels) => labels[index] as usize,
                None => argmax(said).unwrap_or_default(),
            };
            if label >= said.len() {
                return Err(Error::BadInput(message!(
                    "error-label-outside",
                    label = label,
                    classes = said.len()
                )));
            }
            let slope = slope(said, label);
            self.tape.backward(&[(self.output, &slope)])?;
        }
        Ok(())
    }

    /// A layer's weights as they are stored, in the tensor's order.
    pub fn weights(&self, layer: &Watched) -> Cow<'_, [f32]> {
        let stored = self.graph.constant(layer.tensor);
        stored
            .and_then(|tensor| tensor.floats())
            .unwrap_or_default()
    }

    /// A weight's loss if it were removed, by the gradient at hand: `g·w`, in the tensor's order.
    pub fn products(&self, layer: &Watched) -> impl Iterator<Item = f64> {
        self.products_of(layer.tensor)
    }

    /// The same of each slice along the axis of the layer's output channels: `Σ g·w` over what is zeroed when the channel
    /// is removed. That is the scale of the normalization behind the layer, where there is one, and the filter elsewhere.
    pub fn contributions(&self, layer: &Watched) -> Vec<f64> {
        match layer.scales {
            Some(scales) => {
                let mut contributions: Vec<f64> = self.products_of(scales).collect();
                contributions.resize(layer.channels(), 0.0);
                contributions
            }
            None => {
                let mut contributions = layer.per_slice(layer.axis, self.products(layer));
                contributions.resize(layer.channels(), 0.0);
                contributions
            }
        }
    }

    /// Nothing where the loss does not depend on the tensor.
    fn products_of(&self, tensor: ValueId) -> impl Iterator<Item = f64> {
        let gradient = self.tape.gradient(tensor).unwrap_or_default();
        let pairs = gradient.iter().zip(self.tape.value(tensor));
        pairs.map(|(&g, &w)| f64::from(g) * f64::from(w))
    }

    /// The sum of `f` over all elements of each index along an axis of a value that has been computed. `None` where its
    /// shape is not known.
    pub fn along(&self, axis: Axis, f: impl Fn(f32) -> f64) -> Option<Vec<f64>> {
        let numbers = self.tape.value(axis.value);
        let ty = self.graph.value(axis.value).ty.as_ref()?;
        // What is open is the batch, and one picture is shown at a time.
        let shape: Vec<usize> = ty.shape.iter().map(Dim::of_one).collect();
        let length = *shape.get(axis.axis)?;
        let inner: usize = shape[axis.axis + 1..].iter().product();
        if numbers.is_empty() || shape.iter().product::<usize>() != numbers.len() {
            return None;
        }
        let mut sums = vec![0.0; length];
        for (row, numbers) in numbers.chunks_exact(inner).enumerate() {
            sums[row % length] += numbers.iter().map(|&x| f(x)).sum::<f64>();
        }
        Some(sums)
    }

    /// The shape of a value, open lengths as 1.
    pub fn shape(&self, value: ValueId) -> Option<Vec<usize>> {
        let ty = self.graph.value(value).ty.as_ref()?;
        Some(ty.shape.iter().map(Dim::of_one).collect())
    }
}

/// The scales of the batch normalization that is the only reader of what a layer makes.
fn scales(graph: &Graph, weights: &Weights, channels: usize) -> Option<ValueId> {
    let made = weights.out.value;
    let reads = |input: &Option<ValueId>| *input == Some(made);
    let mut readers = graph
        .nodes
        .iter()
        .filter(|node| node.inputs.iter().any(reads) || node.captures.contains(&made));
    let reader = readers.next().filter(|_| readers.next().is_none())?;
    let statistics = graph.stored_statistics(reader)?;
    if graph.outputs.contains(&made) {
        return None;
    }
    let scales = reader.input(statistics.scale)?;
    (graph.constant(scales)?.len() == channels && channels > 1).then_some(scales)
}

/// The gradient of the cross-entropy by the logits: the softmax, less 1 at the label. The kernel gives the same bits in
/// every build, so that the same pictures give the same cut everywhere.
fn slope(logits: &[f32], label: usize) -> Vec<f32> {
    let softmax = Softmax {
        length: logits.len(),
        inner: 1,
    };
    let mut slope = vec![0.0; logits.len()];
    softmax.run(&[logits], &mut [&mut slope], &mut []);
    slope[label] -= 1.0;
    slope
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::loss::cross_entropy;

    #[test]
    fn the_slope_is_that_of_the_cross_entropy() {
        let logits = [0.3, -1.2, 2.0, 0.7];
        let mut expected = [0.0; 4];
        cross_entropy(&logits, &[1], 0.0, 1.0, &mut expected);
        for (ours, expected) in slope(&logits, 1).iter().zip(expected) {
            assert!((ours - expected).abs() < 1e-6, "{ours} is not {expected}");
        }
    }
}
