//! The best of the models that a recovery came by, so that it need not end with a worse one.

use crate::eval::Metrics;
use crate::graph::Graph;

#[derive(Default)]
pub(super) struct Best {
    /// A model, after which piece of work it was so, and how good it was.
    best: Option<(Graph, usize, Metrics)>,
    /// Whether the model has not changed since it was judged.
    is_judged: bool,
}

impl Best {
    /// The model is no longer what was judged.
    pub fn moved_on(&mut self) {
        self.is_judged = false;
    }

    /// A model after `done` pieces of work. Of two that are as good, the later one counts.
    pub fn take(&mut self, graph: Graph, done: usize, quality: Metrics) {
        self.is_judged = true;
        let score = |quality: &Metrics| quality.score().unwrap_or(0.0);
        let beaten = |(_, _, best): &(Graph, usize, Metrics)| score(&quality) >= score(best);
        if self.best.as_ref().is_none_or(beaten) {
            self.best = Some((graph, done, quality));
        }
    }

    /// The best of those that were judged, whatever became of the model since.
    pub fn so_far(&self) -> Option<&(Graph, usize, Metrics)> {
        self.best.as_ref()
    }

    /// `None` where the last model was not judged: it can't be told whether it is the best.
    pub fn finish(self) -> Option<(Graph, usize, Metrics)> {
        self.best.filter(|_| self.is_judged)
    }
}
