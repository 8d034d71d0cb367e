//! Fine-tuning and distillation as a task: step after step, to the end of the budget.

use super::data_parallel::DataParallelGroup;
use super::event::{Event, Learning, Warning};
use super::features::UnmatchedFeatures;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::task::{Clock, Exchange, Gradients, Step, Task};
use crate::train::{RunningAccuracy, TrainingProgress};

/// Training at work.
pub struct Training {
    group: DataParallelGroup,
    progress: TrainingProgress,
    /// Since the model was last judged, and the share of the way that was behind then.
    accuracy: RunningAccuracy,
    judged_at: f64,
    /// The gradients of all workers, for the next step.
    supplied: Vec<Gradients>,
    is_stopped: bool,
    is_over: bool,
}

impl Training {
    /// Trains the group's model until the progress is at its end.
    pub fn new(group: DataParallelGroup, progress: TrainingProgress) -> Self {
        Training {
            group,
            progress,
            accuracy: RunningAccuracy::default(),
            judged_at: 0.0,
            supplied: Vec::new(),
            is_stopped: false,
            is_over: false,
        }
    }

    /// The same with a clock, which it needs where minutes end it, unless it only follows others.
    pub fn timed_by(mut self, clock: Option<Clock>) -> Self {
        self.progress.timed_by(clock);
        self
    }

    /// The model as it is now.
    pub fn model(&self) -> Graph {
        self.group.model()
    }

    /// Begins anew at this rate; no step of the way to the end has been done.
    pub(super) fn restart(&mut self, learning_rate: f32) -> Result<()> {
        self.group.restart(learning_rate)
    }

    /// A step that is none of the way to the end, by the parts of a batch that are here.
    pub(super) fn trial_step(&mut self) -> Result<()> {
        let gradients = Gradients {
            progress: 0.0,
            ..self.group.gradients()?
        };
        self.group.apply(&[gradients]).map(|_| ())
    }

    /// Steps done.
    pub fn done(&self) -> usize {
        self.progress.steps().0
    }

    /// What of the original's features distillation can't match, and why, where there are such.
    pub fn unmatched(&self) -> Option<&UnmatchedFeatures> {
        self.group.unmatched()
    }

    /// Whether another tenth of the way is behind since the model was judged, and more is to come: time to judge it again.
    pub(super) fn is_due(&self) -> bool {
        let tenths = |progress: f64| (progress * 10.0).floor();
        let is_over = self.is_over || self.is_stopped || self.progress.is_over();
        !is_over && tenths(self.progress.progress()) > tenths(self.judged_at)
    }

    /// Top-1 accuracy on what was trained on since the model was judged.
    pub(super) fn accuracy(&self) -> Option<f64> {
        self.accuracy.accuracy()
    }

    /// The model as it is now was judged.
    pub(super) fn mark_judged(&mut self) {
        self.judged_at = self.progress.progress();
        self.accuracy = RunningAccuracy::default();
    }

    /// Goes the step that the gradients of all workers come to. The first one says how far all are.
    fn apply(&mut self, gradients: &[Gradients]) -> Result<Learning> {
        let step = self.group.apply(gradients)?;
        self.accuracy.take(&step);
        self.progress.end_step();
        if self.progress.is_over() {
            self.group.conclude()?;
        }
        let (done, of) = self.progress.steps();
        Ok(Learning {
            done,
            of,
            step,
            accuracy: self.accuracy.accuracy(),
        })
    }

    /// The last good weights are there, and nothing comes after them.
    fn diverged(&mut self, error: Error) -> Result<Event> {
        let Error::Diverged(reason) = error else {
            return Err(error);
        };
        self.is_over = true;
        Ok(Event::Warning(Warning::Diverged(reason)))
    }
}

impl Task for Training {
    type Event = Event;
    type Output = Graph;

    /// Where training diverges, it warns of that, and ends with the last good weights.
    fn step(&mut self) -> Result<Step<Event, Graph>> {
        if self.is_over || self.progress.is_over() {
            return Ok(Step::Done(self.model()));
        }
        if self.is_stopped {
            self.is_over = true;
            // Its last steps may have run away.
            return match self.done() > 0 {
                true => match self.group.conclude() {
                    Ok(()) => Ok(Step::Done(self.model())),
                    Err(error) => self.diverged(error).map(Step::Event),
                },
                false => Ok(Step::Done(self.model())),
            };
        }
        let gradients = match std::mem::take(&mut self.supplied) {
            none if none.is_empty() => {
                self.progress.check_clock()?;
                vec![self.gradients()?]
            }
            supplied => supplied,
        };
        let event = match self.apply(&gradients) {
            Ok(learning) => Event::Learning(learning),
            Err(error) => self.diverged(error)?,
        };
        Ok(Step::Event(event))
    }

    fn stop(&mut self) {
        self.is_stopped = true;
    }

    fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        let trains = !(self.is_over || self.is_stopped || self.progress.is_over());
        trains.then_some(self)
    }
}

impl Exchange for Training {
    fn gradients(&mut self) -> Result<Gradients> {
        self.progress.begin_step();
        let gradients = self.group.gradients()?;
        Ok(Gradients {
            progress: self.progress.progress(),
            ..gradients
        })
    }

    fn supply(&mut self, gradients: Vec<Gradients>) {
        self.supplied = gradients;
    }
}
