//! One recovery from beginning to end.

use super::event::{Event, Warning};
use super::keep_best::{Judge, KeepBest};
use super::plan::Plan;
use super::range_test::{RangeTest, Ready};
use super::recovered::Recovered;
use super::recovery::{Recovery, Replicas};
use crate::data::Pictures;
use crate::error::Result;
use crate::eval::{ComparisonResult, ModelComparison};
use crate::graph::Graph;
use crate::task::{Clock, Phase, Task};
use std::sync::Arc;

/// What a recovery needs beside its plan.
pub struct Subject<'a> {
    pub pruned: &'a Graph,
    /// What the pruned model came from, for methods that learn from it; without one, models are compared with the pruned one.
    pub original: Option<&'a Graph>,
    /// To train on, to calibrate on, or to fit on.
    pub train: Arc<Pictures>,
    /// To choose the best model by, where it is to be kept; else the last one is what comes out.
    pub validation: Option<Arc<Pictures>>,
}

/// Measures both models where the best one is to be kept, finds a learning rate where none was chosen, and recovers: training and
/// judging by turns.
///
/// Errors: those of [`Recovery::new`].
pub fn recover(
    subject: Subject<'_>,
    plan: &Plan,
    replicas: Replicas,
    clock: Option<Clock>,
) -> Result<Box<dyn Task<Event = Event, Output = Recovered>>> {
    let Subject {
        pruned,
        original,
        train,
        validation,
    } = subject;
    let recovery = Recovery::new(pruned, original, train, plan, replicas, clock)?;
    let unmatched = recovery.unmatched().cloned();
    let warning = unmatched.map(|unmatched| Event::Warning(Warning::Unmatched(unmatched)));
    let baseline = match &validation {
        Some(pictures) => {
            let comparison =
                ModelComparison::new(original.unwrap_or(pruned), pruned, Arc::clone(pictures))?;
            Some(comparison.during(Phase::Baseline))
        }
        None => None,
    };
    let plan = plan.clone();
    Ok(Box::new(
        baseline
            .events(Event::from)
            .announcing(warning)
            .then(move |compared| {
                let judge = compared.zip(validation).map(|(compared, pictures)| Judge {
                    pictures,
                    reference: compared.reference,
                    baseline: compared.result,
                });
                Ok(keep_best(recovery, plan, judge))
            }),
    ))
}

/// Finds a learning rate where none was chosen, and recovers: training and judging by turns, where there is a judge.
pub fn keep_best(
    recovery: Recovery,
    plan: Plan,
    judge: Option<Judge>,
) -> impl Task<Event = Event, Output = Recovered> {
    let ready = Ready {
        recovery,
        plan,
        judge,
        found: None,
    };
    RangeTest::new(ready).then(|ready| {
        let found = ready.found.map(Event::LearningRate);
        let keep_best = KeepBest::new(ready.recovery, &ready.plan, ready.judge);
        Ok(keep_best.announcing(found))
    })
}

/// Recovers, tells what came out, and compares it with what it was before and with the original on pictures that nothing was
/// learned from or chosen by: on those that were shown where that is ended early. Without such pictures, or where judging was
/// ended early, nothing is compared.
///
/// Errors: those of [`Recovery::new`].
pub fn recover_and_test(
    subject: Subject<'_>,
    test: Arc<Pictures>,
    plan: &Plan,
    replicas: Replicas,
    clock: Option<Clock>,
) -> Result<impl Task<Event = Event, Output = Option<ComparisonResult>> + use<>> {
    let pruned = subject.pruned.clone();
    let original = subject.original.unwrap_or(&pruned).clone();
    let judged = subject.validation.as_ref().map(|pictures| pictures.len());
    let recovery = recover(subject, plan, replicas, clock)?;
    Ok(recovery.then_whole(move |recovered| {
        let shown = recovered.quality.map(|quality| quality.pictures);
        let testing = match test.is_empty() || shown < judged {
            true => None,
            false => {
                let comparison = ModelComparison::new(&original, &recovered.graph, test)?;
                let comparison = comparison.beside(&pruned)?.during(Phase::Testing);
                Some(comparison.ending_early())
            }
        };
        let testing = testing
            .events(Event::from)
            .announcing(Some(Event::Recovered(Box::new(recovered))));
        Ok(testing.map(|compared| Ok(compared.map(|compared| compared.result))))
    }))
}
