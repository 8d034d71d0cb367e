//! One recovery from beginning to end, by whichever method, a piece at a time: whoever drives it can show, pause and stop it
//! between any two.

use super::plan::{Method, Plan, is_small};
use super::team::Team;
use super::training::Lessons;
use super::{Rebuilt, Reconstruction, recalibrate};
use crate::data::Pictures;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::learn::{Learned, Share};
use serde::Serialize;
use std::ops::Range;
use std::sync::Arc;

/// Where a file tells how it was recovered, in its `metadata_props`.
pub const RECOVERY_KEY: &str = "secateur.recovery";

/// The most pictures that reconstruction looks at, small and large ones: what it keeps of each in memory grows with its size.
const CALIBRATION: (usize, usize) = (512, 48);

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Advance {
    /// Pieces of work done, and in all.
    pub done: usize,
    pub of: usize,
    /// What the last step of learning did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learned: Option<Learned>,
}

/// So many pieces are done, of so many; nothing is learned in them.
impl From<(usize, usize)> for Advance {
    fn from((done, of): (usize, usize)) -> Self {
        let learned = None;
        Advance { done, of, learned }
    }
}

/// A recovery at work.
pub struct Job {
    plan: Plan,
    work: Work,
}

enum Work {
    Recalibrate {
        graph: Box<Graph>,
        pictures: Arc<Pictures>,
        recalibrated: bool,
    },
    Reconstruct(Box<Reconstruction>),
    Learn {
        team: Box<Team>,
        done: usize,
    },
}

/// A recovered model.
#[derive(Debug)]
pub struct Recovered {
    /// It records the plan in its metadata.
    pub graph: Graph,
    /// What reconstruction did, layer by layer.
    pub layers: Vec<Rebuilt>,
}

impl Job {
    /// `original` is needed for reconstruction and distillation. As many threads learn as the plan has workers.
    ///
    /// Errors: [`Error::BadInput`] where the plan, the models and the pictures do not go together; else those of the methods.
    pub fn new(
        pruned: &Graph,
        original: Option<&Graph>,
        pictures: Arc<Pictures>,
        plan: &Plan,
    ) -> Result<Self> {
        Self::of(pruned, original, pictures, plan, 0..plan.workers)
    }

    /// The part of one of the plan's workers, by its number, where threads can't be had: [`Job::share`] and
    /// [`Job::follow`] take the place of [`Job::advance`].
    pub fn member(
        pruned: &Graph,
        original: Option<&Graph>,
        pictures: Arc<Pictures>,
        plan: &Plan,
        index: usize,
    ) -> Result<Self> {
        Self::of(pruned, original, pictures, plan, index..index + 1)
    }

    fn of(
        pruned: &Graph,
        original: Option<&Graph>,
        pictures: Arc<Pictures>,
        plan: &Plan,
        members: Range<usize>,
    ) -> Result<Self> {
        let needs = |what: &str| {
            Error::BadInput(format!("{what} needs the original model beside the pruned"))
        };
        plan.augmentation.check()?;
        let work = match plan.method {
            Method::Recalibrate => Work::Recalibrate {
                graph: Box::new(pruned.clone()),
                pictures,
                recalibrated: false,
            },
            Method::Reconstruct => {
                let original = original.ok_or_else(|| needs("reconstruction"))?;
                let most = match is_small(pictures.preset()) {
                    true => CALIBRATION.0,
                    false => CALIBRATION.1,
                };
                let few = pictures.sample(most, plan.seed);
                let reconstruction = Reconstruction::new(pruned, original, &few, plan.seed)?;
                Work::Reconstruct(Box::new(reconstruction))
            }
            Method::Distill | Method::Finetune => {
                let distils = plan.method == Method::Distill;
                if distils && original.is_none() {
                    return Err(needs("distillation"));
                }
                if !distils && pictures.labels().is_none() {
                    return Err(Error::BadInput(
                        "fine-tuning learns from labels, and these pictures have none: use one folder a class, or \
                         distillation, where the original teaches"
                            .into(),
                    ));
                }
                let lessons = Lessons {
                    pictures,
                    augmentation: plan.augmentation,
                    labels: !distils || plan.label_share > 0.0,
                    inner: plan.inner.clone(),
                    seed: plan.seed,
                };
                let original = original.filter(|_| distils);
                let settings = plan.settings();
                let team = Team::new(pruned, original, &lessons, &settings, members, plan.workers)?;
                Work::Learn {
                    team: Box::new(team),
                    done: 0,
                }
            }
        };
        Ok(Job {
            plan: plan.clone(),
            work,
        })
    }

    /// Does the next piece. Nothing is left to do when `done` is `of`.
    ///
    /// Fails with [`Error::Diverged`] where learning ran away; [`Job::finish`] then gives the last good weights.
    pub fn advance(&mut self) -> Result<Advance> {
        let mut learned = None;
        let (done, of) = match &mut self.work {
            Work::Recalibrate {
                graph,
                pictures,
                recalibrated,
            } => {
                if !*recalibrated {
                    **graph = recalibrate(graph, pictures)?;
                    *recalibrated = true;
                }
                (1, 1)
            }
            Work::Reconstruct(reconstruction) => {
                reconstruction.advance()?;
                reconstruction.progress()
            }
            Work::Learn { team, done } => {
                if *done < self.plan.steps {
                    learned = Some(team.step()?);
                    *done += 1;
                }
                (*done, self.plan.steps)
            }
        };
        Ok(Advance { done, of, learned })
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether it learns step by step, so that [`Job::share`] and [`Job::follow`] have a meaning.
    pub fn learns(&self) -> bool {
        matches!(self.work, Work::Learn { .. })
    }

    /// Finds what this worker's part of the next batch says of the weights.
    ///
    /// Fails with [`Error::BadInput`] where the method does not learn.
    pub fn share(&mut self) -> Result<Share> {
        match &mut self.work {
            Work::Learn { team, .. } => team.share(),
            _ => Err(learns_nothing()),
        }
    }

    /// Goes the step that the shares of all workers come to, in the order of the workers.
    ///
    /// Fails as [`Job::advance`] and [`Job::share`] do.
    pub fn follow(&mut self, shares: &[Share]) -> Result<Advance> {
        let Work::Learn { team, done } = &mut self.work else {
            return Err(learns_nothing());
        };
        let learned = team.follow(shares)?;
        *done += 1;
        Ok(Advance {
            done: *done,
            of: self.plan.steps,
            learned: Some(learned),
        })
    }

    /// The model as it is now, where there is one before the end: while it learns.
    pub fn now(&self) -> Option<Graph> {
        match &self.work {
            Work::Learn { team, .. } => Some(team.model()),
            _ => None,
        }
    }

    /// The model as it is now: whole after the last piece, and part of the way before.
    pub fn finish(self) -> Recovered {
        let (mut graph, layers) = match self.work {
            Work::Recalibrate { graph, .. } => (*graph, Vec::new()),
            Work::Reconstruct(reconstruction) => reconstruction.finish(),
            Work::Learn { team, .. } => (team.model(), Vec::new()),
        };
        let before = graph
            .metadata
            .iter()
            .find(|(key, _)| key == RECOVERY_KEY)
            .and_then(|(_, text)| serde_json::from_str(text).ok());
        let mut plans: Vec<Plan> = before.unwrap_or_default();
        plans.push(self.plan);
        graph.metadata.retain(|(key, _)| key != RECOVERY_KEY);
        let text = serde_json::to_string(&plans).expect("a plan holds only what JSON can");
        graph.metadata.push((RECOVERY_KEY.into(), text));
        Recovered { graph, layers }
    }
}

fn learns_nothing() -> Error {
    Error::BadInput("this method does not learn step by step".into())
}
