//! How a layer's weights spread over magnitudes, and which of them go.

use super::Session;
use super::choice::Choice;
use crate::error::Result;
use crate::prune::criteria::find;

/// Counts of weights by magnitude.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Borders of the bins: one more than there are bins.
    pub edges: Vec<f32>,
    /// Weights in each bin; its lower border belongs to it, and to the last one its upper border too.
    pub all: Vec<u32>,
    /// Of those, the ones that go.
    pub removed: Vec<u32>,
    /// The magnitude below which weights go, where the criterion is the magnitude.
    pub threshold: Option<f32>,
}

impl Session {
    /// The magnitudes of a layer's weights in `bins` equal bins from zero to the largest.
    pub fn histogram(&self, layer: usize, bins: usize) -> Result<Histogram> {
        let bins = bins.clamp(1, 4096);
        let layer = self.layer(layer)?;
        let kept = self.kept_weights(layer.tensor);
        let largest = layer.weights.iter().fold(0f32, |max, w| max.max(w.abs()));
        let width = largest / bins as f32;
        let mut all = vec![0u32; bins];
        let mut removed = vec![0u32; bins];
        for (at, w) in layer.weights.iter().enumerate() {
            let bin = if width > 0.0 {
                (w.abs() / width) as usize
            } else {
                0
            };
            let bin = bin.min(bins - 1);
            all[bin] += 1;
            removed[bin] += u32::from(!kept.keeps(at));
        }
        let threshold = match (&self.current, &self.items) {
            (Some((recipe, Choice::Items(counts))), Some((_, super::Items::Ranked(ranked))))
                if find(&recipe.criterion)?.info.magnitude
                    && recipe.granularity == crate::recipe::Granularity::Weight =>
            {
                let layers = ranked.layers.iter().zip(counts);
                let mut own = layers.filter(|(l, _)| l.tensor == layer.tensor);
                own.next().and_then(|(l, &count)| l.threshold(count))
            }
            _ => None,
        };
        Ok(Histogram {
            edges: (0..=bins).map(|i| i as f32 * width).collect(),
            all,
            removed,
            threshold,
        })
    }
}
