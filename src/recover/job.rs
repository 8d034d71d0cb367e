//! One recovery from beginning to end, by whichever method, a piece at a time: whoever drives it can show, pause and stop it
//! between any two.

use super::inner::STAGES;
use super::team::Team;
use super::training::Lessons;
use super::{Rebuilt, Reconstruction, recalibrate};
use crate::data::{Augmentation, Pictures, Preset};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::learn::{Learned, Settings, Share};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::Arc;

/// Where a file tells how it was recovered, in its `metadata_props`.
pub const RECOVERY_KEY: &str = "secateur.recovery";

/// How a pruned model is brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Method {
    /// The statistics of normalisations are measured anew.
    Recalibrate,
    /// Layer by layer, the weights are fitted to what the original gives.
    Reconstruct,
    /// The original teaches.
    Distill,
    /// The labels teach.
    Finetune,
}

/// Everything that decides what comes out, beside the models and the pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Plan {
    pub method: Method,
    /// Steps of learning; the methods without learning do not count any.
    pub steps: usize,
    /// Pictures in one step.
    pub batch: usize,
    /// The learning rate at its height.
    pub rate: f32,
    /// How much labels count beside the original where both teach, 0 to 1; with 0, distillation looks at no label.
    pub label_share: f32,
    /// Inner values that distillation matches beside the answers in its first steps, by name; [`STAGES`] stands for the last of
    /// each resolution.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub inner: Vec<String>,
    pub augmentation: Augmentation,
    /// How many share out each batch among themselves, each normalising its own part.
    #[serde(default = "one")]
    pub workers: usize,
    pub seed: u32,
}

fn one() -> usize {
    1
}

/// Pictures of this many pixels and fewer are learned from 64 at a time, larger ones 8: what a step keeps in memory grows with
/// both.
const SMALL_PICTURE: u32 = 64 * 64;
/// The most pictures that reconstruction looks at, for the same reason.
const CALIBRATION: (usize, usize) = (512, 48);

impl Plan {
    /// What does well for pictures of this preset.
    pub fn new(method: Method, preset: &Preset) -> Self {
        let small = is_small(preset);
        Plan {
            method,
            steps: 300,
            batch: if small { 64 } else { 8 },
            rate: if small { 0.02 } else { 0.005 },
            label_share: 0.0,
            inner: match method {
                Method::Distill => vec![STAGES.into()],
                _ => Vec::new(),
            },
            augmentation: Augmentation {
                flip: true,
                // What the original says of a picture need not be found out anew where that is not moved.
                shift: if method == Method::Distill { 0.0 } else { 0.1 },
                ..Augmentation::default()
            },
            workers: 1,
            seed: 1,
        }
    }

    /// The same plan for a machine with so many cores, where it learns step by step.
    pub fn among(self, cores: usize) -> Self {
        let workers = match self.method {
            Method::Distill | Method::Finetune => cores.clamp(1, MOST_WORKERS),
            Method::Recalibrate | Method::Reconstruct => 1,
        };
        Plan { workers, ..self }
    }

    fn settings(&self) -> Settings {
        let defaults = Settings::default();
        Settings {
            steps: self.steps,
            batch: self.batch,
            rate: self.rate,
            label_share: self.label_share,
            // Statistics of a handful of pictures are worse than those that are stored.
            of_batch: self.batch >= FEW * self.workers,
            ..defaults
        }
    }
}

/// More would have too few pictures each.
const MOST_WORKERS: usize = 4;
/// Batches smaller than this are normalised by the stored statistics.
const FEW: usize = 16;

fn is_small(preset: &Preset) -> bool {
    preset.size[0] * preset.size[1] <= SMALL_PICTURE
}

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
