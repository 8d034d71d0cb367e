//! Masks: which weights stay. A mask is a value; to apply one gives a new graph that shares everything else.

mod block;
mod n_m;
mod weights;

pub use block::Blocks;
pub use n_m::n_m;
pub use weights::{WeightMask, sort_keys};

use crate::error::{Error, Result};
use crate::graph::{Graph, ValueId};
use crate::tensor::Tensor;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A mask for each tensor that loses weights.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Masks(pub BTreeMap<ValueId, WeightMask>);

impl Masks {
    /// What both keep.
    pub fn and(mut self, other: &Masks) -> Masks {
        for (tensor, mask) in &other.0 {
            let both = match self.0.get(tensor) {
                Some(own) => own.and(mask),
                None => mask.clone(),
            };
            self.0.insert(*tensor, both);
        }
        self
    }

    /// The model with the removed weights at zero.
    pub fn apply(&self, graph: &Graph) -> Result<Graph> {
        let mut masked = graph.clone();
        for (tensor, mask) in &self.0 {
            let zeroed = mask.of(graph, *tensor)?;
            masked.value_mut(*tensor).constant = Some(Arc::new(zeroed));
        }
        Ok(masked)
    }

    /// How many weights that are not zero each masked tensor still has.
    pub fn nonzeros(&self, graph: &Graph) -> BTreeMap<ValueId, u64> {
        let left = self.0.iter().filter_map(|(&tensor, mask)| {
            let weights = graph.constant(tensor)?.floats()?;
            let kept = weights.iter().enumerate();
            let left = kept.filter(|&(at, w)| *w != 0.0 && mask.keeps(at));
            Some((tensor, left.count() as u64))
        });
        left.collect()
    }

    /// The masked model with the weights back that the mask had taken from the original.
    pub fn undo(&self, masked: &Graph, original: &Graph) -> Graph {
        let mut restored = masked.clone();
        for tensor in self.0.keys() {
            restored.value_mut(*tensor).constant = original.value(*tensor).constant.clone();
        }
        restored
    }
}

impl WeightMask {
    /// A stored tensor with the removed weights at zero. Errors: one that the mask is not for.
    pub fn of(&self, graph: &Graph, tensor: ValueId) -> Result<Tensor> {
        let value = graph.value(tensor);
        let fitting = value.constant.as_ref().filter(|t| t.len() == self.len());
        let zeroed = fitting.and_then(|t| t.with_floats(&self.apply(&t.floats()?)));
        zeroed.ok_or_else(|| Error::BadModel(message!("error-mask-unfit", name = value.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Value;

    fn graph_of(tensors: &[Vec<f32>]) -> Graph {
        let value = |weights: &Vec<f32>| Value {
            name: "w".into(),
            constant: Some(Arc::new(Tensor::from_f32(
                &[weights.len()],
                weights.clone(),
            ))),
            ..Value::default()
        };
        Graph {
            values: tensors.iter().map(value).collect(),
            ..Graph::default()
        }
    }

    fn mask(kept: &[u8]) -> WeightMask {
        let mut mask = WeightMask::none(kept.len());
        (0..kept.len())
            .filter(|&i| kept[i] == 1)
            .for_each(|i| mask.keep(i));
        mask
    }

    fn numbers(graph: &Graph, at: u32) -> Vec<f32> {
        graph
            .constant(ValueId(at))
            .unwrap()
            .floats()
            .unwrap()
            .into_owned()
    }

    /// As `torch.nn.utils.prune`'s container does it: three masks, one after the other, take what any of them takes; taken
    /// off again, they leave the weights as they were.
    #[test]
    fn masks_combine_apply_and_undo() {
        let original = graph_of(&[vec![1., 2., 3., 4., 5.], vec![6., 7.]]);
        let stages = [
            Masks([(ValueId(0), mask(&[0, 1, 1, 1, 1]))].into()),
            Masks(
                [
                    (ValueId(0), mask(&[1, 1, 0, 1, 1])),
                    (ValueId(1), mask(&[1, 0])),
                ]
                .into(),
            ),
            Masks([(ValueId(0), mask(&[1, 1, 0, 1, 0]))].into()),
        ];
        let mut combined = Masks::default();
        let mut stepwise = original.clone();
        for stage in &stages {
            combined = combined.and(stage);
            stepwise = stage.apply(&stepwise).unwrap();
        }
        let masked = combined.apply(&original).unwrap();
        assert_eq!(numbers(&masked, 0), [0., 2., 0., 4., 0.]);
        assert_eq!(numbers(&masked, 1), [6., 0.]);
        for at in [0, 1] {
            assert_eq!(numbers(&masked, at), numbers(&stepwise, at));
            let restored = combined.undo(&masked, &original);
            assert_eq!(numbers(&restored, at), numbers(&original, at));
        }
        let short = Masks([(ValueId(1), mask(&[1]))].into());
        assert!(short.apply(&original).is_err());
        assert_eq!(numbers(&original, 0), [1., 2., 3., 4., 5.]);
    }
}
