//! Which part of the corrections is kept: judged by the whole model's answers on pictures that nothing was fitted on.

use crate::data::Pictures;
use crate::engine::Tape;
use crate::error::Result;
use crate::eval::{ModelComparison, ReferenceLogits};
use crate::graph::{Graph, ValueId};
use crate::task::{Progress, Step, Task};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most pictures that are judged by.
pub const MOST: usize = 64;
/// Corrections of so many shares of the layers are judged, from the first layer on.
const PARTS: usize = 4;

/// Numbers that a unit changed, as they were and as they are.
#[derive(Default)]
pub struct Change {
    pub before: BTreeMap<ValueId, Vec<f32>>,
    pub after: BTreeMap<ValueId, Vec<f32>>,
}

/// Models being judged one after the other: the given one, and those with the corrections of the first units.
pub struct Judging {
    pictures: Arc<Pictures>,
    original: Graph,
    /// How many units' corrections are still to be judged.
    waiting: Vec<usize>,
    at: Option<(usize, ModelComparison)>,
    reference: Option<ReferenceLogits>,
    /// How many units' corrections are best so far, and their divergence in nats.
    best: (usize, f64),
}

impl Judging {
    /// Of `units` that were fitted.
    pub fn new(original: &Graph, pictures: Arc<Pictures>, units: usize) -> Self {
        // From the last to the first: the given model is the first to be judged, since it counts where others are as good.
        let mut waiting: Vec<usize> = (1..=PARTS).map(|part| units * part / PARTS).collect();
        waiting.dedup();
        waiting.push(0);
        Judging {
            pictures,
            original: original.clone(),
            waiting,
            at: None,
            reference: None,
            best: (0, f64::INFINITY),
        }
    }

    /// Judges the next picture; at the end, `tape` has the best corrections, and `Done` tells of how many units they are.
    pub fn step(
        &mut self,
        tape: &mut Tape,
        graph: &Graph,
        changes: &[Change],
    ) -> Result<Step<Progress, usize>> {
        loop {
            let Some((units, comparison)) = &mut self.at else {
                let Some(units) = self.waiting.pop() else {
                    apply(tape, changes, self.best.0);
                    return Ok(Step::Done(self.best.0));
                };
                apply(tape, changes, units);
                let mut model = graph.clone();
                tape.write_to(&mut model);
                let pictures = Arc::clone(&self.pictures);
                let comparison = match &self.reference {
                    Some(reference) => ModelComparison::against(reference, &model, pictures)?,
                    None => ModelComparison::new(&self.original, &model, pictures)?,
                };
                self.at = Some((units, comparison));
                continue;
            };
            match comparison.step()? {
                Step::Event(progress) => return Ok(Step::Event(progress)),
                Step::Done(compared) => {
                    let kl = compared.result.quality.kl.unwrap_or(f64::INFINITY);
                    if kl < self.best.1 {
                        self.best = (*units, kl);
                    }
                    self.reference = Some(compared.reference);
                    self.at = None;
                }
            }
        }
    }

    /// What was judged by now counts.
    pub fn stop(&mut self) {
        self.waiting.clear();
        self.at = None;
    }
}

/// Puts the corrections of the first units in place, and takes those of the others back.
fn apply(tape: &mut Tape, changes: &[Change], units: usize) {
    for (at, change) in changes.iter().enumerate() {
        tape.restore(if at < units {
            &change.after
        } else {
            &change.before
        });
    }
}
