//! Workers that learn one model together: the learner leads, members take their parts of every batch.

use super::{Learner, nothing_begun, options};
use crate::api::data_parallel::{Gradients, TrainingData};
use crate::api::model::Sizes;
use crate::data::Pictures;
use crate::error::Error;
use crate::graph::Graph;
use crate::onnx::{OpenOptions, open};
use crate::recover::{Plan, Recovery, Replicas};
use crate::task::{self, Exchange, Task};
use crate::web::errors::{JsResult, mismatch};
use crate::web::message;
use std::sync::Arc;
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// The shares of one step, by worker.
#[derive(Default)]
pub struct Shares(Vec<Option<task::Gradients>>);

impl Shares {
    fn put(&mut self, index: usize, share: task::Gradients) {
        if self.0.len() <= index {
            self.0.resize(index + 1, None);
        }
        self.0[index] = Some(share);
    }

    /// The gradients of all that gave one, in the replicas' order; none are left.
    pub fn take(&mut self) -> Vec<task::Gradients> {
        std::mem::take(&mut self.0).into_iter().flatten().collect()
    }
}

/// What a task learns from, and how, for members.
pub struct Together {
    train: Arc<Pictures>,
    plan: Plan,
}

impl Together {
    /// For replicas of a task that learns from these pictures by this plan.
    pub fn new(train: &Arc<Pictures>, plan: &Plan) -> Self {
        Together {
            train: Arc::clone(train),
            plan: plan.clone(),
        }
    }
}

/// One that helps a learner.
#[wasm_bindgen]
pub struct WorkerReplica {
    train: Arc<Pictures>,
    original: Graph,
    plan: Plan,
    options: OpenOptions,
    index: usize,
    /// What is being learned; none before there is a cut.
    recovery: Option<Recovery>,
    shares: Shares,
}

#[wasm_bindgen]
impl WorkerReplica {
    /// `data` is what the leader trains on; `index` counts from 1, since the leader is 0.
    #[wasm_bindgen(constructor)]
    pub fn new(
        data: Ts<TrainingData>,
        original: Vec<u8>,
        sizes: Ts<Sizes>,
        index: usize,
    ) -> JsResult<WorkerReplica> {
        let data = data.to_rust().map_err(mismatch)?;
        let options = options(sizes)?;
        Ok(WorkerReplica {
            train: Arc::new(data.pictures()?),
            original: open(original.into(), &options)?.graph,
            plan: data.plan,
            options,
            index,
            recovery: None,
            shares: Shares::default(),
        })
    }

    /// Comes to where the leader is when it begins to learn this cut.
    pub fn begin(&mut self, cut: Vec<u8>) -> JsResult<()> {
        let cut = open(cut.into(), &self.options)?.graph;
        let (original, train) = (Some(&self.original), Arc::clone(&self.train));
        let here = Replicas::One(self.index);
        let recovery = Recovery::new(&cut, original, train, &self.plan, here, None)?;
        self.recovery = Some(recovery);
        self.shares = Shares::default();
        Ok(())
    }

    /// Finds what this worker's part of the next batch says.
    pub fn gradients(&mut self) -> JsResult<Ts<Gradients>> {
        let share = self.exchange()?.gradients()?;
        let told = Gradients::of(&share);
        self.shares.put(self.index, share);
        message(told)
    }

    /// Hands over what another worker found.
    pub fn take(&mut self, index: usize, share: Ts<Gradients>) -> JsResult<()> {
        self.shares
            .put(index, share.to_rust().map_err(mismatch)?.into());
        Ok(())
    }

    /// Goes the step that all shares come to.
    pub fn apply(&mut self) -> JsResult<()> {
        let shares = self.shares.take();
        self.exchange()?.supply(shares);
        self.recovery.as_mut().ok_or_else(nothing_begun)?.step()?;
        Ok(())
    }

    fn exchange(&mut self) -> Result<&mut dyn Exchange, Error> {
        let recovery = self.recovery.as_mut().ok_or_else(nothing_begun)?;
        recovery.exchange().ok_or_else(nothing_begun)
    }
}

#[wasm_bindgen]
impl Learner {
    /// How many workers the task is planned for.
    #[wasm_bindgen(getter)]
    pub fn workers(&self) -> JsResult<usize> {
        Ok(self.together()?.plan.settings.workers)
    }

    /// What the task learns from, and how, for members.
    #[wasm_bindgen(js_name = trainingData)]
    pub fn training_data(&self) -> JsResult<Ts<TrainingData>> {
        let Together { train, plan } = self.together()?;
        message(TrainingData::of(train, plan.clone()))
    }

    /// Whether the next step is one of training, which members take part in: what they find is to be handed over before it is done.
    #[wasm_bindgen(getter)]
    pub fn trains(&mut self) -> bool {
        self.exchange().is_ok()
    }

    /// Finds what the leader's part of the next batch says.
    pub fn gradients(&mut self) -> JsResult<Ts<Gradients>> {
        let share = self.exchange()?.gradients()?;
        let told = Gradients::of(&share);
        self.shares.put(0, share);
        message(told)
    }

    /// Hands over what a member found, for the next step.
    pub fn take(&mut self, index: usize, share: Ts<Gradients>) -> JsResult<()> {
        let share = share.to_rust().map_err(mismatch)?;
        self.shares.put(index, share.into());
        Ok(())
    }
}

impl Learner {
    fn together(&self) -> Result<&Together, Error> {
        self.together.as_ref().ok_or_else(nothing_begun)
    }

    fn exchange(&mut self) -> Result<&mut dyn Exchange, Error> {
        let task = self.task.as_mut().ok_or_else(nothing_begun)?;
        task.exchange().ok_or_else(nothing_begun)
    }
}
