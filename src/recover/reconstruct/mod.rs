//! Recovery without training: the weights that survived are fitted anew, layer by layer, so that each layer gives what it
//! gave in the original, on a few unlabelled pictures.

mod samples;
mod solve;

use crate::data::Pictures;
use crate::engine::{Normalization, Options, Tape};
use crate::error::{Error, Result};
use crate::graph::{Graph, Node, ValueId};
use crate::ops::linear::Linear;
use crate::prune::lineage::Lineage;
use crate::random::SplitMix64;
use crate::task::{Phase, Progress, Step, Task};
use samples::Samples;
use serde::Serialize;

/// The fewest pictures: some to fit on, some to check on.
const FEWEST: usize = 4;

/// How far a layer's outputs are from the original's, as a share of their variance, on pictures that were not fitted on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ReconstructedLayer {
    pub layer: String,
    pub before: f64,
    /// Equal to `before` where the layer was left alone, since nothing better was found.
    pub after: f64,
}

/// A reconstruction at work, a node a step.
///
/// Each layer is fitted by least squares to the original's output from the inputs that the *pruned* model gives it by then, so
/// that it also makes up for what went wrong before it: channel pruning (He, Zhang and Sun 2017, arXiv 1707.06168) for
/// channels, and layer-wise reconstruction on a mask's support (OBC, Frantar and Alistarh 2022, arXiv 2208.11580) for
/// weights. Biases, and shifts of BatchNormalization, take over the difference of the means (Nagel et al. 2019, arXiv
/// 1906.04721). A fit counts only where it is better on pictures held back.
pub struct Reconstruction {
    graph: Graph,
    own: Walk,
    original: Walk,
    lineage: Lineage,
    ancestor: Lineage,
    batch: usize,
    random: SplitMix64,
    fitted: Fitted,
    layers: Vec<ReconstructedLayer>,
    is_stopped: bool,
}

/// What of a layer is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fitted {
    /// Weights, and biases with them.
    Weights,
    /// Biases alone: they take over what the means of the layer's outputs lack.
    Biases,
}

/// A model on its way through all pictures at once.
struct Walk {
    tape: Tape,
    graph: Graph,
    /// The node of each step.
    nodes: Vec<usize>,
    /// Steps done.
    done: usize,
}

impl Reconstruction {
    /// All pictures go through both models at once, so a few dozen are as many as memory takes; `seed` chooses the places
    /// that are looked at.
    ///
    /// Errors: [`Error::BadInput`] with fewer than four pictures, or an original that is not this model's; else those of
    /// [`Tape::new`].
    pub fn new(
        pruned: &Graph,
        original: &Graph,
        pictures: &Pictures,
        fitted: Fitted,
        seed: u32,
    ) -> Result<Self> {
        let batch = pictures.len();
        if batch < FEWEST {
            return Err(Error::BadInput(message!(
                "error-few-for-reconstruction",
                fewest = FEWEST,
                count = batch
            )));
        }
        let mut input = vec![0.0; pictures.sample_len() * batch];
        let indices: Vec<usize> = (0..batch).collect();
        pictures.write(&indices, None, &mut input);
        Ok(Reconstruction {
            graph: pruned.clone(),
            own: Walk::new(pruned, batch, &input)?,
            original: Walk::new(original, batch, &input)?,
            lineage: Lineage::read(pruned)?,
            ancestor: Lineage::read(original)?,
            batch,
            random: SplitMix64(u64::from(seed)),
            fitted,
            layers: Vec::new(),
            is_stopped: false,
        })
    }

    /// Nodes that were gone through.
    pub fn done(&self) -> usize {
        self.own.done
    }

    /// Goes through the next node.
    fn fit_next(&mut self) -> Result<()> {
        let at = self.own.nodes[self.own.done];
        let node = self.own.graph.nodes[at].clone();
        let counterpart = self.original.reach(&self.own.name(&node))?;
        if let Some(theirs) = &counterpart {
            self.fit(&node, theirs)?;
        }
        self.own.compute()?;
        if let Some(theirs) = &counterpart
            && self.graph.stored_statistics(&node).is_some()
        {
            self.shift(&node, theirs)?;
        }
        self.own.leave();
        Ok(())
    }

    /// The model as it is now.
    pub fn model(&self) -> Graph {
        let mut graph = self.graph.clone();
        self.own.tape.write_to(&mut graph);
        graph
    }

    /// What became of each layer that was fitted.
    pub fn layers(&self) -> &[ReconstructedLayer] {
        &self.layers
    }

    /// Which of the original's `all` channels the `count` channels of a node's output are.
    fn channels(&self, node: &Node, count: usize, all: usize) -> Result<Vec<usize>> {
        let kept = self.lineage.within(&self.ancestor, &self.own.name(node))?;
        let kept = kept.or_else(|| (count == all).then(|| (0..count).collect()));
        kept.filter(|kept| kept.len() == count && kept.iter().all(|&channel| channel < all))
            .ok_or_else(|| {
                let label = self.own.graph.node_label(node);
                Error::BadInput(message!(
                    "error-unknown-channels",
                    layer = label,
                    count = count,
                    all = all
                ))
            })
    }

    /// Fits the weights of the node at hand.
    fn fit(&mut self, node: &Node, theirs: &Node) -> Result<()> {
        let Some(linear) = self.own.tape.linear(self.own.done).cloned() else {
            return Ok(());
        };
        let Some(other) = self.original.tape.linear(self.original.done - 1).cloned() else {
            return Ok(());
        };
        let label = self.own.graph.node_label(node);
        let (Some(data), Some(weights), Some(output)) =
            (node.input(0), node.input(linear.weights), theirs.output(0))
        else {
            return Ok(());
        };
        let bias = linear.bias.and_then(|i| node.input(i));
        let alone = |value: ValueId| self.own.is_learned(value) && self.own.uses(value) == 1;
        if !alone(weights) || !bias.is_none_or(alone) || linear.places != other.places {
            return Ok(());
        }
        let all = linear.groups * linear.outputs;
        let theirs_all = other.groups * other.outputs;
        let channels = self.channels(node, all, theirs_all)?;
        let target = |sample: usize, output_of: usize, place: usize| {
            let values = self.original.tape.value(output);
            let each = values.len() / self.batch;
            values[sample * each + other.output_at(channels[output_of], place, theirs_all)]
        };
        let samples = Samples {
            linear: &linear,
            data: self.own.tape.value(data),
            batch: self.batch,
            target: &target,
        };
        let old = self.own.tape.value(weights).to_vec();
        let old_bias = bias.map(|bias| self.own.tape.value(bias).to_vec());
        let old_bias = old_bias.as_deref();
        let fitted = samples.fit(&old, old_bias, self.fitted, &mut self.random);
        self.own
            .tape
            .learn(weights)
            .0
            .copy_from_slice(&fitted.weights);
        if let (Some(bias), Some(numbers)) = (bias, &fitted.bias) {
            self.own.tape.learn(bias).0.copy_from_slice(numbers);
        }
        self.layers.push(ReconstructedLayer {
            layer: label,
            before: fitted.before,
            after: fitted.after,
        });
        Ok(())
    }

    /// Lets the shift of a normalisation take over the difference of the means, and computes it again.
    fn shift(&mut self, node: &Node, theirs: &Node) -> Result<()> {
        let (Some(own), Some(output), Some(shift)) =
            (node.output(0), theirs.output(0), node.input(2))
        else {
            return Ok(());
        };
        let count = self.own.tape.value(shift).len();
        if !self.own.is_learned(shift) || self.own.uses(shift) != 1 {
            return Ok(());
        }
        let numbers = self.own.tape.value(own);
        let their_numbers = self.original.tape.value(output);
        let plane = numbers.len() / (self.batch * count).max(1);
        let their_count = their_numbers.len() / (self.batch * plane).max(1);
        let channels = self.channels(node, count, their_count)?;
        let mean = |numbers: &[f32], channel: usize, count: usize| {
            let planes = (0..self.batch).map(|sample| {
                let plane = &numbers[(sample * count + channel) * plane..][..plane];
                plane.iter().map(|&x| f64::from(x)).sum::<f64>()
            });
            planes.sum::<f64>() / (self.batch * plane) as f64
        };
        let missing: Vec<f64> = channels
            .iter()
            .enumerate()
            .map(|(c, &theirs)| mean(their_numbers, theirs, their_count) - mean(numbers, c, count))
            .collect();
        let (shifts, _) = self.own.tape.learn(shift);
        for (shift, missing) in shifts.iter_mut().zip(missing) {
            *shift += missing as f32;
        }
        self.own.compute()
    }
}

impl Task for Reconstruction {
    type Event = Progress;
    type Output = Graph;

    fn step(&mut self) -> Result<Step<Progress, Graph>> {
        let of = self.own.nodes.len();
        if self.own.done == of || self.is_stopped {
            return Ok(Step::Done(self.model()));
        }
        self.fit_next()?;
        Ok(Step::Event(Progress {
            phase: Phase::Reconstructing,
            done: self.own.done,
            of,
        }))
    }

    fn stop(&mut self) {
        self.is_stopped = true;
    }
}

impl Walk {
    fn new(graph: &Graph, batch: usize, input: &[f32]) -> Result<Self> {
        let options = Options {
            batch,
            ..Options::default()
        };
        let mut tape = Tape::new(graph, &options, Normalization::Stored)?;
        tape.start(&[input])?;
        Ok(Walk {
            nodes: tape.nodes(),
            tape,
            graph: graph.clone(),
            done: 0,
        })
    }

    /// What a node makes; cuts leave that name as it is.
    fn name(&self, node: &Node) -> String {
        let output = node.output(0);
        output.map_or_else(String::new, |id| self.graph.value(id).name.clone())
    }

    /// Computes up to the node that makes this, and gives it; `None` where there is none ahead.
    fn reach(&mut self, name: &str) -> Result<Option<Node>> {
        let ahead = |&&at: &&usize| self.name(&self.graph.nodes[at]) == name;
        let Some(&target) = self.nodes[self.done..].iter().find(ahead) else {
            return Ok(None);
        };
        loop {
            let at = self.nodes[self.done];
            self.compute()?;
            self.leave();
            if at == target {
                return Ok(Some(self.graph.nodes[target].clone()));
            }
        }
    }

    fn compute(&mut self) -> Result<()> {
        self.tape.compute(self.done)
    }

    fn leave(&mut self) {
        self.tape.release(self.done);
        self.done += 1;
    }

    fn is_learned(&self, value: ValueId) -> bool {
        self.tape.parameters().iter().any(|p| p.value == value)
    }

    /// How many nodes read a value.
    fn uses(&self, value: ValueId) -> usize {
        let inputs = self.graph.nodes.iter().flat_map(|node| &node.inputs);
        inputs.filter(|input| **input == Some(value)).count()
    }
}
