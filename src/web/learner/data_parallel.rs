//! Workers that learn one model together: the learner leads, members take their parts of every batch.

use super::{Kind, Learner, nothing_begun, options};
use crate::api::data_parallel::{Gradients, TrainingData};
use crate::api::model::Sizes;
use crate::data::Pictures;
use crate::graph::Graph;
use crate::onnx::{OpenOptions, open};
use crate::recover::{Advance, Plan, RecoveryRun};
use crate::train;
use crate::web::errors::{JsResult, mismatch};
use crate::web::message;
use std::sync::Arc;
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// The shares of one step, by worker.
#[derive(Default)]
pub struct Shares(Vec<Option<train::Gradients>>);

impl Shares {
    fn put(&mut self, index: usize, share: train::Gradients) {
        if self.0.len() <= index {
            self.0.resize(index + 1, None);
        }
        self.0[index] = Some(share);
    }

    pub fn take(&mut self) -> Vec<train::Gradients> {
        std::mem::take(&mut self.0).into_iter().flatten().collect()
    }
}

/// One that helps a learner.
#[wasm_bindgen]
pub struct Member {
    lessons: Arc<Pictures>,
    original: Graph,
    plan: Plan,
    options: OpenOptions,
    index: usize,
    /// What is being learned; none before there is a cut.
    job: Option<RecoveryRun>,
    shares: Shares,
}

#[wasm_bindgen]
impl Member {
    /// `lessons` are the leader's; `index` counts from 1, since the leader is 0.
    #[wasm_bindgen(constructor)]
    pub fn new(
        lessons: Ts<TrainingData>,
        original: Vec<u8>,
        sizes: Ts<Sizes>,
        index: usize,
    ) -> JsResult<Member> {
        let lessons = lessons.to_rust().map_err(mismatch)?;
        let options = options(sizes)?;
        Ok(Member {
            lessons: Arc::new(lessons.pictures()?),
            original: open(original.into(), &options)?.graph,
            plan: lessons.plan,
            options,
            index,
            job: None,
            shares: Shares::default(),
        })
    }

    /// Comes to where the leader is when it begins to learn this cut.
    pub fn begin(&mut self, cut: Vec<u8>) -> JsResult<()> {
        let cut = open(cut.into(), &self.options)?.graph;
        let (original, lessons) = (Some(&self.original), Arc::clone(&self.lessons));
        self.job = Some(RecoveryRun::member(
            &cut, original, lessons, &self.plan, self.index,
        )?);
        self.shares = Shares::default();
        Ok(())
    }

    /// Finds what this worker's part of the next batch says.
    pub fn gradients(&mut self) -> JsResult<Ts<Gradients>> {
        let share = self.job.as_mut().ok_or_else(nothing_begun)?.gradients()?;
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
    pub fn apply(&mut self) -> JsResult<Ts<Advance>> {
        let job = self.job.as_mut().ok_or_else(nothing_begun)?;
        message(job.apply(&self.shares.take())?)
    }
}

#[wasm_bindgen]
impl Learner {
    /// How many workers the work under way is planned for.
    #[wasm_bindgen(getter)]
    pub fn workers(&self) -> JsResult<usize> {
        Ok(self.under_way()?.plan().workers)
    }

    /// What the work under way learns from, and how, for members.
    pub fn lessons(&self) -> JsResult<Ts<TrainingData>> {
        let work = self.under_way()?;
        message(TrainingData::of(&work.split.train, work.plan().clone()))
    }

    /// Whether the next piece of work is a step of learning, which members take part in: what they find is to be handed
    /// over before it is done.
    #[wasm_bindgen(getter)]
    pub fn learns(&self) -> JsResult<bool> {
        Ok(match &self.under_way()?.kind {
            Kind::Recovery(job) => job.learns(),
            Kind::Recovered(..) => false,
            Kind::BudgetSearch(line) => line.learning().is_some(),
        })
    }

    /// The file of the cut that a search has begun to learn, for members; empty where it learns none.
    pub fn cut(&self) -> JsResult<Vec<u8>> {
        Ok(match &self.under_way()?.kind {
            Kind::Recovery(_) | Kind::Recovered(..) => Vec::new(),
            Kind::BudgetSearch(line) => line.learning().unwrap_or_default().to_vec(),
        })
    }

    /// Finds what the leader's part of the next batch says.
    pub fn gradients(&mut self) -> JsResult<Ts<Gradients>> {
        let work = self.work()?;
        let share = match &mut work.kind {
            Kind::Recovery(job) => job.gradients()?,
            Kind::Recovered(..) => return Err(nothing_begun().into()),
            Kind::BudgetSearch(line) => line.gradients()?,
        };
        let told = Gradients::of(&share);
        work.shares.put(0, share);
        message(told)
    }

    /// Hands over what a member found, for the next piece of work.
    pub fn take(&mut self, index: usize, share: Ts<Gradients>) -> JsResult<()> {
        let share = share.to_rust().map_err(mismatch)?;
        self.work()?.shares.put(index, share.into());
        Ok(())
    }
}
