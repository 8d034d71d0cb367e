//! One recovery from beginning to end, by whichever method, a piece at a time: whoever drives it can show, pause and stop it
//! between any two.

use super::best::Best;
use super::data_parallel::DataParallelGroup;
use super::features::UnmatchedFeatures;
use super::plan::Method;
use super::plan::Plan;
use super::plan::is_small;
use super::recalibrate::Recalibration;
use super::replica::TrainingData;
use super::{Fitted, ReconstructedLayer, Reconstruction};
use crate::data::Pictures;
use crate::error::{Error, Result};
use crate::eval::Metrics;
use crate::graph::Graph;
use crate::message::Message;
use crate::train::Clock;
use crate::train::RunningAccuracy;
use crate::train::TrainingProgress;
use crate::train::{Gradients, TrainingStep};
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
    pub learned: Option<TrainingStep>,
    /// Of the samples learned from since the model was last judged ([`RecoveryRun::judged`]), the share whose label was the first
    /// choice (top-1), changed as they were, 0 to 1; absent where no labels were looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// Whether the model has learned another tenth of its way since it was judged last, and has more to learn: time to judge it
    /// again, where the best on the way is to be kept.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub due: bool,
}

/// So many pieces are done, of so many; nothing is learned in them.
impl From<(usize, usize)> for Advance {
    fn from((done, of): (usize, usize)) -> Self {
        Advance {
            done,
            of,
            learned: None,
            accuracy: None,
            due: false,
        }
    }
}

/// A recovery at work.
pub struct RecoveryRun {
    plan: Plan,
    work: Work,
    best: Best,
    /// Since it was judged last.
    lately: RunningAccuracy,
    /// The share of the way that was behind when the model was judged last.
    judged_at: f64,
}

enum Work {
    Recalibrate {
        recalibration: Box<Recalibration>,
        pictures: Arc<Pictures>,
    },
    Reconstruct(Box<Reconstruction>),
    Learn {
        team: Box<DataParallelGroup>,
        course: TrainingProgress,
    },
}

/// A recovered model.
#[derive(Debug)]
pub struct Recovered {
    /// It records the plan in its metadata.
    pub graph: Graph,
    /// What reconstruction did, layer by layer.
    pub layers: Vec<ReconstructedLayer>,
    /// After which piece it was so, and how good it was, where that was measured ([`RecoveryRun::judged`]).
    pub found: Option<(usize, Metrics)>,
}

impl RecoveryRun {
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

    /// The part of one of the plan's workers, by its number, where threads can't be had: [`RecoveryRun::gradients`] and
    /// [`RecoveryRun::apply`] take the place of [`RecoveryRun::advance`].
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
        let needs =
            |method: Message| Error::BadInput(message!("error-needs-original", method = method));
        plan.augmentation.check()?;
        let work = match plan.method {
            Method::Recalibrate => Work::Recalibrate {
                recalibration: Box::new(Recalibration::new(pruned, &pictures)?),
                pictures,
            },
            Method::CorrectBias | Method::Reconstruct => {
                let (fitted, what) = match plan.method {
                    Method::CorrectBias => (Fitted::Biases, message!("method-correct-bias")),
                    _ => (Fitted::Weights, message!("method-reconstruct")),
                };
                let original = original.ok_or_else(|| needs(what))?;
                let most = match is_small(pictures.preset()) {
                    true => CALIBRATION.0,
                    false => CALIBRATION.1,
                };
                let few = pictures.sample(most, plan.seed);
                let reconstruction =
                    Reconstruction::new(pruned, original, &few, fitted, plan.seed)?;
                Work::Reconstruct(Box::new(reconstruction))
            }
            Method::Distill | Method::Finetune => {
                let distils = plan.method == Method::Distill;
                if distils && original.is_none() {
                    return Err(needs(message!("method-distill")));
                }
                if !distils && pictures.labels().is_none() {
                    return Err(Error::BadInput(message!("error-needs-labels")));
                }
                let course = TrainingProgress::new(plan.length, pictures.len(), plan.batch)?;
                let lessons = TrainingData {
                    pictures,
                    augmentation: plan.augmentation,
                    labels: !distils || plan.label_share > 0.0,
                    inner: plan.inner.clone(),
                    seed: plan.seed,
                };
                let original = original.filter(|_| distils);
                let settings = plan.settings();
                let team = DataParallelGroup::new(
                    pruned,
                    original,
                    &lessons,
                    &settings,
                    members,
                    plan.workers,
                )?;
                Work::Learn {
                    team: Box::new(team),
                    course,
                }
            }
        };
        Ok(RecoveryRun {
            plan: plan.clone(),
            work,
            best: Best::default(),
            lately: RunningAccuracy::default(),
            judged_at: 0.0,
        })
    }

    /// The same job with a clock, which it needs where minutes end it, unless it only follows others.
    pub fn timed_by(mut self, clock: Option<Clock>) -> Self {
        if let Work::Learn { course, .. } = &mut self.work {
            course.timed_by(clock);
        }
        self
    }

    /// Does the next piece. Nothing is left to do when `done` is `of`.
    ///
    /// Fails with [`Error::Diverged`] where learning ran away; [`RecoveryRun::finish`] then gives the last good weights.
    pub fn advance(&mut self) -> Result<Advance> {
        self.best.moved_on();
        let at = match &mut self.work {
            Work::Recalibrate {
                recalibration,
                pictures,
            } => {
                recalibration.advance(pictures)?;
                recalibration.progress()
            }
            Work::Reconstruct(reconstruction) => {
                reconstruction.advance()?;
                reconstruction.progress()
            }
            Work::Learn { course, .. } => {
                course.check_clock()?;
                if !course.is_over() {
                    let share = self.gradients()?;
                    return self.apply(&[share]);
                }
                course.steps()
            }
        };
        Ok(at.into())
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Which of [`STAGES`](super::STAGES) distillation can't match, and why, where there are such.
    pub fn unmatched(&self) -> Option<&UnmatchedFeatures> {
        match &self.work {
            Work::Learn { team, .. } => team.unmatched(),
            Work::Recalibrate { .. } | Work::Reconstruct(_) => None,
        }
    }

    /// Whether it learns step by step, so that [`RecoveryRun::gradients`] and [`RecoveryRun::apply`] have a meaning.
    pub fn learns(&self) -> bool {
        matches!(self.work, Work::Learn { .. })
    }

    /// Finds what this worker's part of the next batch says of the weights, and how far it is on its way.
    ///
    /// Fails with [`Error::BadInput`] where the method does not learn.
    pub fn gradients(&mut self) -> Result<Gradients> {
        let Work::Learn { team, course } = &mut self.work else {
            return Err(learns_nothing());
        };
        course.begin_step();
        let share = team.gradients()?;
        let progress = course.progress();
        Ok(Gradients { progress, ..share })
    }

    /// Goes the step that the shares of all workers come to, in the order of the workers. The first one says how far all are.
    ///
    /// Fails as [`RecoveryRun::advance`] and [`RecoveryRun::gradients`] do.
    pub fn apply(&mut self, shares: &[Gradients]) -> Result<Advance> {
        let Work::Learn { team, course } = &mut self.work else {
            return Err(learns_nothing());
        };
        self.best.moved_on();
        let learned = team.apply(shares)?;
        self.lately.take(&learned);
        course.end_step();
        if course.is_over() {
            team.conclude()?;
        }
        let (done, of) = course.steps();
        Ok(Advance {
            done,
            of,
            learned: Some(learned),
            accuracy: self.lately.accuracy(),
            due: !course.is_over() && tenths(course.progress()) > tenths(self.judged_at),
        })
    }

    /// Judges the last steps of learning that is ended before its end, as the last step of all does itself.
    ///
    /// Fails with [`Error::Diverged`] where learning ran away in them; [`RecoveryRun::finish`] then gives the last good weights.
    pub fn conclude(&mut self) -> Result<()> {
        match &mut self.work {
            Work::Learn { team, course } if !course.is_over() => {
                let concluded = team.conclude();
                if concluded.is_err() {
                    self.best.moved_on();
                }
                concluded
            }
            _ => Ok(()),
        }
    }

    /// The model as it is now: whole after the last piece, and part of the way before.
    pub fn now(&self) -> Graph {
        match &self.work {
            Work::Recalibrate { recalibration, .. } => recalibration.model().clone(),
            Work::Reconstruct(reconstruction) => reconstruction.model(),
            Work::Learn { team, .. } => team.model(),
        }
    }

    /// Takes note of how good the model is as it is now, on pictures that it may be chosen by.
    pub fn judged(&mut self, quality: Metrics) {
        let done = match &self.work {
            Work::Recalibrate { recalibration, .. } => recalibration.progress().0,
            Work::Reconstruct(reconstruction) => reconstruction.progress().0,
            Work::Learn { course, .. } => {
                self.judged_at = course.progress();
                course.steps().0
            }
        };
        let now = self.now();
        self.best.take(now, done, quality);
        self.lately = RunningAccuracy::default();
    }

    /// The best of the models that were judged so far, to be kept while the work goes on; `None` where it is of no more than
    /// `after` pieces of work.
    pub fn checkpoint(&self, after: usize) -> Option<Recovered> {
        let best = self.best.so_far().filter(|(_, done, _)| *done > after);
        let (graph, done, quality) = best?;
        let mut graph = graph.clone();
        record(&mut graph, &self.plan, Some(*done));
        Some(Recovered {
            graph,
            layers: self.rebuilt(),
            found: Some((*done, *quality)),
        })
    }

    /// The best of the models that were judged, where the last one was; else the last one, as it is.
    pub fn finish(mut self) -> Recovered {
        let best = std::mem::take(&mut self.best).finish();
        let (mut graph, found) = match best {
            Some((graph, done, quality)) => (graph, Some((done, quality))),
            None => (self.now(), None),
        };
        let kept = found.map(|(done, _)| done);
        if kept != Some(0) {
            record(&mut graph, &self.plan, kept);
        }
        Recovered {
            graph,
            layers: self.rebuilt(),
            found,
        }
    }

    fn rebuilt(&self) -> Vec<ReconstructedLayer> {
        match &self.work {
            Work::Reconstruct(reconstruction) => reconstruction.rebuilt().to_vec(),
            Work::Recalibrate { .. } | Work::Learn { .. } => Vec::new(),
        }
    }
}

/// Tenths of the way that are behind: at each one, a model that learns is to be judged.
fn tenths(progress: f64) -> f64 {
    (progress * 10.0).floor()
}

/// Writes into a model how it was recovered, after what is written there of recoveries before.
fn record(graph: &mut Graph, plan: &Plan, kept: Option<usize>) {
    #[derive(Serialize)]
    struct Entry<'a> {
        #[serde(flatten)]
        plan: &'a Plan,
        /// The piece of work after which the weights were taken, where that was chosen.
        #[serde(skip_serializing_if = "Option::is_none")]
        kept: Option<usize>,
    }
    let is_record = |(key, _): &&(String, String)| key == RECOVERY_KEY;
    let before = graph.metadata.iter().find(is_record);
    let before = before.and_then(|(_, text)| serde_json::from_str(text).ok());
    let mut entries: Vec<serde_json::Value> = before.unwrap_or_default();
    entries
        .push(serde_json::to_value(Entry { plan, kept }).expect("a plan holds only what JSON can"));
    graph.metadata.retain(|(key, _)| key != RECOVERY_KEY);
    let text = serde_json::Value::Array(entries).to_string();
    graph.metadata.push((RECOVERY_KEY.into(), text));
}

fn learns_nothing() -> Error {
    Error::BadInput(message!("error-method-has-no-steps"))
}
