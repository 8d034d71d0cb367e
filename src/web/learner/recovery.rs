//! Recoveries.

use super::data_parallel::Together;
use super::{Learner, beginning, options};
use crate::api::model::Sizes;
use crate::api::recovery::Recovered;
use crate::api::task::TaskEvent;
use crate::cost::model_cost;
use crate::eval::measure;
use crate::message::Message;
use crate::onnx::open;
use crate::recover::{Event, Plan, Replicas, Subject, Warning, recover_and_test};
use crate::task::Task;
use crate::web::errors::{JsResult, mismatch};
use crate::web::now;
use std::sync::Arc;
use tsify::Ts;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Learner {
    /// Starts to recover a pruned model on part of the pictures; the rest chooses the best model on the way, and tests it. Whoever
    /// shares the batches with this worker is a member.
    pub fn recover(
        &mut self,
        original: Vec<u8>,
        pruned: Vec<u8>,
        plan: Ts<Plan>,
        sizes: Ts<Sizes>,
    ) -> JsResult<()> {
        let plan = plan.to_rust().map_err(mismatch)?;
        let options = options(sizes)?;
        let original = open(original.into(), &options)?.graph;
        let pruned = open(pruned.into(), &options)?.graph;
        let split = self.split(&original)?;
        let subject = Subject {
            pruned: &pruned,
            original: Some(&original),
            train: Arc::clone(&split.train),
            validation: Some(Arc::clone(&split.validation)),
        };
        let (test, here) = (Arc::clone(&split.test), Replicas::One(0));
        let task = recover_and_test(subject, test, &plan, here, Some(now))?;
        self.together = Some(Together::new(&split.train, &plan));
        let before = model_cost(&original, 0).totals;
        let milliseconds = measure(&original, &split.validation, Some(now))?;
        let mut unmatched: Option<Message> = None;
        let task = task.try_events(move |event| {
            Ok(Some(match event {
                Event::Progress(progress) => progress.into(),
                Event::LearningRate(_) => return Ok(None),
                Event::Learning(learning) => TaskEvent::Learning(learning),
                Event::Baseline(result) => {
                    let mut told =
                        beginning(&split, [result.original, result.quality], milliseconds);
                    told.unmatched = unmatched.take();
                    TaskEvent::Began(told)
                }
                Event::Judged(judged) => TaskEvent::Judged(judged),
                Event::Checkpoint(best) => TaskEvent::Checkpoint(Recovered::of(&best, &before)?),
                Event::Trained(done) => TaskEvent::Trained(done),
                Event::Recovered(recovered) => TaskEvent::Recovered(Recovered {
                    milliseconds: measure(&recovered.graph, &split.validation, Some(now))?,
                    ..Recovered::of(&recovered, &before)?
                }),
                Event::Warning(Warning::Diverged(reason)) => TaskEvent::Diverged(reason),
                Event::Warning(Warning::Unmatched(features)) => {
                    unmatched = Some(features.message());
                    return Ok(None);
                }
            }))
        });
        self.start_tested(task);
        Ok(())
    }
}
