//! Workers that learn one model together: the learner leads, members take their parts of every batch.

use super::team_messages::{Lessons, Share};
use super::{Kind, Learner, nothing_begun, options};
use crate::data::{Pictures, Stack};
use crate::error::Error;
use crate::learn;
use crate::onnx::open;
use crate::recover::{Advance, Job, Plan};
use crate::web::errors::{JsResult, mismatch};
use crate::web::message;
use crate::web::messages::Sizes;
use std::sync::Arc;
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// The shares of one step, by worker.
#[derive(Default)]
pub struct Shares(Vec<Option<learn::Share>>);

impl Shares {
    fn put(&mut self, index: usize, share: learn::Share) {
        if self.0.len() <= index {
            self.0.resize(index + 1, None);
        }
        self.0[index] = Some(share);
    }

    fn take(&mut self) -> Vec<learn::Share> {
        std::mem::take(&mut self.0).into_iter().flatten().collect()
    }
}

/// One that helps a learner.
#[wasm_bindgen]
pub struct Member {
    job: Job,
    index: usize,
    shares: Shares,
}

#[wasm_bindgen]
impl Member {
    /// `lessons` are the leader's; `index` counts from 1, since the leader is 0.
    #[wasm_bindgen(constructor)]
    pub fn new(
        lessons: Ts<Lessons>,
        original: Vec<u8>,
        pruned: Vec<u8>,
        plan: Ts<Plan>,
        sizes: Ts<Sizes>,
        index: usize,
    ) -> JsResult<Member> {
        let lessons = lessons.to_rust().map_err(mismatch)?;
        let plan = plan.to_rust().map_err(mismatch)?;
        let options = options(sizes)?;
        let original = open(original.into(), &options)?.graph;
        let pruned = open(pruned.into(), &options)?.graph;
        let (levels, labels) = (lessons.levels.to_vec(), lessons.labels.to_vec());
        let [width, height] = lessons.preset.size;
        let stack = Stack {
            levels: &levels,
            width,
            height,
            channels: 3,
        };
        let mut pictures = Pictures::new(&lessons.preset)?;
        pictures.add_stack(stack, (!labels.is_empty()).then_some(&labels[..]))?;
        let job = Job::member(&pruned, Some(&original), Arc::new(pictures), &plan, index)?;
        Ok(Member {
            job,
            index,
            shares: Shares::default(),
        })
    }

    /// Finds what this worker's part of the next batch says.
    pub fn share(&mut self) -> JsResult<Ts<Share>> {
        shared(&mut self.job, &mut self.shares, self.index)
    }

    /// Hands over what another worker found.
    pub fn take(&mut self, index: usize, share: Ts<Share>) -> JsResult<()> {
        taken(&mut self.shares, index, share)
    }

    /// Goes the step that all shares come to.
    pub fn follow(&mut self) -> JsResult<Ts<Advance>> {
        message(self.job.follow(&self.shares.take())?)
    }
}

#[wasm_bindgen]
impl Learner {
    /// What the recovery under way learns from, for members.
    pub fn lessons(&self) -> JsResult<Ts<Lessons>> {
        let lessons = &self.work.as_ref().ok_or_else(nothing_begun)?.parts.lessons;
        message(Lessons {
            preset: lessons.preset().clone(),
            levels: js_sys::Uint8Array::from(lessons.levels()),
            labels: js_sys::Uint32Array::from(lessons.labels().unwrap_or_default()),
        })
    }

    /// Finds what the leader's part of the next batch says; takes the place of `advance` where there are members.
    pub fn share(&mut self) -> JsResult<Ts<Share>> {
        let (job, shares) = self.together()?;
        shared(job, shares, 0)
    }

    /// Hands over what a member found.
    pub fn take(&mut self, index: usize, share: Ts<Share>) -> JsResult<()> {
        let (_, shares) = self.together()?;
        taken(shares, index, share)
    }

    /// Goes the step that all shares come to.
    pub fn follow(&mut self) -> JsResult<Ts<Advance>> {
        let (job, shares) = self.together()?;
        message(job.follow(&shares.take())?)
    }
}

fn shared(job: &mut Job, shares: &mut Shares, index: usize) -> JsResult<Ts<Share>> {
    let share = job.share()?;
    let told = message(Share {
        numbers: js_sys::Float32Array::from(&share.numbers[..]),
        loss: share.loss,
        hits: share.hits,
        samples: share.samples,
    });
    shares.put(index, share);
    told
}

fn taken(shares: &mut Shares, index: usize, share: Ts<Share>) -> JsResult<()> {
    let share = share.to_rust().map_err(mismatch)?;
    shares.put(
        index,
        learn::Share {
            numbers: share.numbers.to_vec(),
            loss: share.loss,
            hits: share.hits,
            samples: share.samples,
        },
    );
    Ok(())
}

impl Learner {
    /// The recovery under way, and the shares of its next step.
    fn together(&mut self) -> Result<(&mut Job, &mut Shares), Error> {
        let work = self.work()?;
        match &mut work.kind {
            Kind::Recovery(job) => Ok((job, &mut work.shares)),
            Kind::Line(_) => Err(nothing_begun()),
        }
    }
}
