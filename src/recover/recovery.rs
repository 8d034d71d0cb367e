//! A pruned model on its way back, by whichever method.

use super::data_parallel::DataParallelGroup;
use super::event::Event;
use super::features::UnmatchedFeatures;
use super::plan::{Method, Plan};
use super::recalibrate::Recalibration;
use super::reconstruct::{Fitted, ReconstructedLayer, Reconstruction};
use super::replica::TrainingData;
use super::training::Training;
use crate::data::Pictures;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::message::Message;
use crate::task::{Clock, Exchange, Step, Task};
use crate::train::TrainingProgress;
use std::ops::Range;
use std::sync::Arc;

/// The most pictures that reconstruction looks at, small and large ones: the time it takes grows with them.
const CALIBRATION: (usize, usize) = (4096, 1024);

/// A recovery at work. Its output is the model that comes out.
pub enum Recovery {
    Recalibration(Box<Recalibration>),
    Reconstruction(Box<Reconstruction>),
    Training(Box<Training>),
}

/// Which of the plan's replicas are here: where they are elsewhere, they meet by [`Task::exchange`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replicas {
    /// All, a thread each.
    All,
    /// The one of this number.
    One(usize),
}

impl Replicas {
    fn range(self, workers: usize) -> Range<usize> {
        match self {
            Replicas::All => 0..workers,
            Replicas::One(index) => index..index + 1,
        }
    }
}

impl Recovery {
    /// `original` is needed for reconstruction and distillation; a clock where minutes end training, unless it only follows
    /// others.
    ///
    /// Errors: [`Error::BadInput`] where the plan, the models and the pictures do not go together; else those of the methods.
    pub fn new(
        pruned: &Graph,
        original: Option<&Graph>,
        pictures: Arc<Pictures>,
        plan: &Plan,
        replicas: Replicas,
        clock: Option<Clock>,
    ) -> Result<Self> {
        let needs =
            |method: Message| Error::BadInput(message!("error-needs-original", method = method));
        let settings = &plan.settings;
        settings.augmentation.check()?;
        Ok(match plan.method {
            Method::Recalibrate => {
                Recovery::Recalibration(Box::new(Recalibration::new(pruned, pictures)?))
            }
            Method::CorrectBias | Method::Reconstruct => {
                let (fitted, what) = match plan.method {
                    Method::CorrectBias => (Fitted::Biases, message!("method-correct-bias")),
                    _ => (Fitted::Weights, message!("method-reconstruct")),
                };
                let original = original.ok_or_else(|| needs(what))?;
                let most = match pictures.preset().is_small() {
                    true => CALIBRATION.0,
                    false => CALIBRATION.1,
                };
                let few = pictures.sample(most, settings.seed);
                Recovery::Reconstruction(Box::new(Reconstruction::new(
                    pruned,
                    original,
                    Arc::new(few),
                    fitted,
                    settings.seed,
                )?))
            }
            Method::Distill | Method::Finetune => {
                let distils = plan.method == Method::Distill;
                if distils && original.is_none() {
                    return Err(needs(message!("method-distill")));
                }
                if !distils && pictures.labels().is_none() {
                    return Err(Error::BadInput(message!("error-needs-labels")));
                }
                let progress =
                    TrainingProgress::new(settings.budget, pictures.len(), settings.batch)?;
                let data = TrainingData {
                    pictures,
                    augmentation: settings.augmentation,
                    labels: !distils || settings.label_weight > 0.0,
                    inner: settings.features.clone(),
                    seed: settings.seed,
                };
                let original = original.filter(|_| distils);
                let here = replicas.range(settings.workers);
                let group = DataParallelGroup::new(
                    pruned,
                    original,
                    &data,
                    settings,
                    here,
                    settings.workers,
                )?;
                let training = Training::new(group, progress).timed_by(clock);
                Recovery::Training(Box::new(training))
            }
        })
    }

    /// The model as it is now: whole at the end, and part of the way before.
    pub fn model(&self) -> Graph {
        match self {
            Recovery::Recalibration(recalibration) => recalibration.model().clone(),
            Recovery::Reconstruction(reconstruction) => reconstruction.model(),
            Recovery::Training(training) => training.model(),
        }
    }

    /// Pieces of work done.
    pub fn done(&self) -> usize {
        match self {
            Recovery::Recalibration(recalibration) => recalibration.done(),
            Recovery::Reconstruction(reconstruction) => reconstruction.done(),
            Recovery::Training(training) => training.done(),
        }
    }

    /// Begins anew at this learning rate, where it trains and has done no step but those of trials.
    pub(super) fn restart(&mut self, learning_rate: f32) -> Result<()> {
        match self {
            Recovery::Training(training) => training.restart(learning_rate),
            _ => Ok(()),
        }
    }

    /// A step of training that counts for nothing.
    pub(super) fn trial_step(&mut self) -> Result<()> {
        match self {
            Recovery::Training(training) => training.trial_step(),
            _ => Ok(()),
        }
    }

    /// What of the original's features distillation can't match, and why, where there are such.
    pub fn unmatched(&self) -> Option<&UnmatchedFeatures> {
        match self {
            Recovery::Training(training) => training.unmatched(),
            _ => None,
        }
    }

    /// What reconstruction did, layer by layer.
    pub fn layers(&self) -> &[ReconstructedLayer] {
        match self {
            Recovery::Reconstruction(reconstruction) => reconstruction.layers(),
            _ => &[],
        }
    }

    /// Whether it is time to judge the model, where the best on the way is to be kept.
    pub fn is_due(&self) -> bool {
        matches!(self, Recovery::Training(training) if training.is_due())
    }

    pub(super) fn accuracy(&self) -> Option<f64> {
        match self {
            Recovery::Training(training) => training.accuracy(),
            _ => None,
        }
    }

    pub(super) fn mark_judged(&mut self) {
        if let Recovery::Training(training) = self {
            training.mark_judged();
        }
    }
}

impl Task for Recovery {
    type Event = Event;
    type Output = Graph;

    fn step(&mut self) -> Result<Step<Event, Graph>> {
        let step = match self {
            Recovery::Recalibration(recalibration) => recalibration.step()?,
            Recovery::Reconstruction(reconstruction) => reconstruction.step()?,
            Recovery::Training(training) => return training.step(),
        };
        Ok(match step {
            Step::Event(progress) => Step::Event(progress.into()),
            Step::Done(graph) => Step::Done(graph),
        })
    }

    fn stop(&mut self) {
        match self {
            Recovery::Recalibration(recalibration) => recalibration.stop(),
            Recovery::Reconstruction(reconstruction) => reconstruction.stop(),
            Recovery::Training(training) => training.stop(),
        }
    }

    fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        match self {
            Recovery::Training(training) => training.exchange(),
            _ => None,
        }
    }
}
