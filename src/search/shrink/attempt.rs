//! One strategy, tried: the cut, how good it is, and how good it is once it is reconstructed.

use super::cutting::{CutModel, Cutting, Scores};
use super::event::ShrinkEvent;
use super::strategy::Strategy;
use super::tried::Tried;
use crate::cost::{Retained, Totals};
use crate::data::Split;
use crate::error::Result;
use crate::eval::{ModelComparison, ReferenceLogits, measure};
use crate::graph::Graph;
use crate::recover::{Event, Judge, KeepBest, Plan, Recovery, Replicas};
use crate::task::{Clock, Task};
use std::sync::Arc;

/// A strategy that was tried, with the models that came of it.
pub(super) struct Attempt {
    pub tried: Tried,
    /// As it was cut.
    pub cut: Graph,
    /// The better one of this and the reconstructed one.
    pub graph: Graph,
    /// What photos told of the original, which they need not tell again.
    pub found: Scores,
}

/// A strategy being tried. Its output is nothing where it comes to a cut that was tried already.
pub(super) type AttemptTask = Box<dyn Task<Event = ShrinkEvent, Output = Option<Attempt>>>;

/// What all attempts go by.
#[derive(Clone)]
pub(super) struct Trying {
    pub original: Graph,
    pub cutting: Cutting,
    pub split: Split,
    pub reference: ReferenceLogits,
    /// How a cut is reconstructed.
    pub plan: Plan,
    pub clock: Option<Clock>,
}

impl Trying {
    /// Cuts the original to a share by a strategy, judges the cut, reconstructs it, and judges it again. `None` where the cut is one of
    /// those that were `seen` at this share: where branches save more than was asked for, strategies come to the same.
    ///
    /// Errors: those of [`Cutting::cut`] and of [`Recovery::new`].
    pub fn attempt(
        &self,
        strategy: Strategy,
        share: f64,
        seen: Vec<Totals>,
    ) -> Result<AttemptTask> {
        let whole = CutModel {
            graph: self.original.clone(),
            bytes: self.cutting.whole.bytes,
            recipes: Vec::new(),
            found: Scores::new(),
        };
        let cutting = self.cutting.clone().cut(whole, &strategy.stages(share))?;
        let trying = self.clone();
        Ok(Box::new(cutting.events(ShrinkEvent::from).then(
            move |model| match seen.contains(&model.totals()) {
                true => Ok(None),
                false => trying.judged(model, strategy, share).map(Some),
            },
        )))
    }

    /// Judges a cut, reconstructs it, and judges it again.
    fn judged(
        self,
        model: CutModel,
        strategy: Strategy,
        share: f64,
    ) -> Result<impl Task<Event = ShrinkEvent, Output = Attempt>> {
        let validation = &self.split.validation;
        let judging =
            ModelComparison::against(&self.reference, &model.graph, Arc::clone(validation))?;
        Ok(judging.events(ShrinkEvent::from).then(move |compared| {
            let validation = &self.split.validation;
            let judge = Judge {
                pictures: Arc::clone(validation),
                reference: self.reference.clone(),
                baseline: compared.result,
            };
            let (train, plan, all) = (Arc::clone(&self.split.train), &self.plan, Replicas::All);
            let original = Some(&self.original);
            let recovery = Recovery::new(&model.graph, original, train, plan, all, None)?;
            let recovery = KeepBest::new(recovery, plan, Some(judge));
            let (cut, totals) = (compared.result.quality, model.totals());
            let left = Retained::new(&self.cutting.whole, &totals);
            let milliseconds = measure(&model.graph, validation, self.clock)?;
            // Of a reconstruction nothing is to be told but how far it is.
            let recovery = recovery.try_events(|event| {
                Ok(match event {
                    Event::Progress(progress) => Some(ShrinkEvent::from(progress)),
                    _ => None,
                })
            });
            Ok(recovery.map(move |recovered| {
                Ok(Attempt {
                    tried: Tried {
                        strategy,
                        share,
                        recipes: model.recipes,
                        totals,
                        left,
                        cut,
                        recovered: recovered.quality.unwrap_or(cut),
                        reconstructed: recovered.kept != Some(0),
                        milliseconds,
                    },
                    cut: model.graph,
                    graph: recovered.graph,
                    found: model.found,
                })
            }))
        }))
    }
}
