//! One step after the other: forward, loss, backward, a move of the weights.

use super::average::Average;
use super::divergence::DivergenceMonitor;
use super::divergence::{Verdict, WINDOW};
use super::loss::{cross_entropy, distillation, matching};
use super::{LossTargets, Optimizer, TrainingBudget, TrainingSettings};
use crate::engine::room::zeros;
use crate::engine::{Normalization, Options, Tape};
use crate::error::{Error, Result};
use crate::graph::{Graph, ValueId};
use crate::kernels::rows::argmax;
use crate::task::{Gradients, unlike_gradients};
use serde::Serialize;
use std::collections::BTreeMap;

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct TrainingStep {
    /// Steps done so far.
    pub step: usize,
    /// The batch's loss before the step, in nats.
    pub loss: f64,
    /// Samples of the batch whose label was the first choice; `None` without labels.
    pub hits: Option<usize>,
    /// Samples of the batch.
    pub samples: usize,
    pub rate: f32,
    /// The norm of all gradients together, before it was shortened.
    pub gradient_norm: f64,
}

/// A model that learns.
pub struct Trainer {
    tape: Tape,
    output: ValueId,
    optimizer: Optimizer,
    settings: TrainingSettings,
    done: usize,
    /// Which weights stay exactly zero.
    held: Vec<(ValueId, Vec<u32>)>,
    monitor: DivergenceMonitor,
    /// The last good weights, and after how many steps they were so.
    good: (usize, BTreeMap<ValueId, Vec<f32>>),
    /// Of the weights after each of the last steps, where they are averaged.
    average: Option<Average>,
}

impl Trainer {
    /// The most steps that [`Trainer::restart`] takes back.
    pub const TRIAL: usize = WINDOW;

    /// Weights of two and more axes that are exactly zero now (masked ones, that is) stay so.
    ///
    /// Errors: those of [`Tape::new`], and [`Error::BadInput`] for settings that make no sense.
    pub fn new(graph: &Graph, settings: &TrainingSettings) -> Result<Self> {
        Trainer::matching(graph, settings, &[])
    }

    /// The same for goals that say what these inner values should be.
    pub fn matching(graph: &Graph, settings: &TrainingSettings, inner: &[ValueId]) -> Result<Self> {
        settings.check()?;
        let options = Options {
            batch: settings.batch,
            ..Options::default()
        };
        let normalization = match settings.uses_batch_statistics() {
            true => Normalization::OfBatch,
            false => Normalization::Stored,
        };
        let mut tape = Tape::new(graph, &options, normalization)?;
        let output = graph.logits();
        let output = output.ok_or_else(|| Error::BadModel(message!("error-no-output")))?;
        tape.fuse(&[&graph.outputs[..], &[output], inner].concat());
        let zeros = |numbers: &[f32]| -> Vec<u32> {
            let places = numbers.iter().zip(0..).filter(|(x, _)| **x == 0.0);
            places.map(|(_, at)| at).collect()
        };
        let weights = tape.parameters().iter().filter(|p| p.shape.len() > 1);
        let held = weights
            .map(|p| (p.value, zeros(tape.value(p.value))))
            .filter(|(_, zeros)| !zeros.is_empty())
            .collect();
        Ok(Trainer {
            good: (0, tape.state()?),
            output,
            optimizer: Optimizer::new(settings.optimizer, settings.weight_decay, &tape)?,
            settings: settings.clone(),
            done: 0,
            held,
            monitor: DivergenceMonitor::default(),
            tape,
            average: None,
        })
    }

    /// Learns from one batch: the model's inputs in its order, each of [`TrainingSettings::batch`] samples.
    ///
    /// Fails with [`Error::Diverged`] where numbers run away, and the weights are then the last good ones; with
    /// [`Error::BadInput`] where inputs hold what is no number, or the goal is not one for this batch and this model; with
    /// [`Error::BadModel`] where the model gives no numbers from the start; with [`Error::TooLarge`] where memory runs out.
    pub fn step(&mut self, inputs: &[&[f32]], goal: LossTargets<'_>) -> Result<TrainingStep> {
        let gradients = self.gradients(inputs, goal)?;
        self.apply(&gradients)
    }

    /// Finds what a batch says of the weights, and leaves them as they are. With several trainers each takes a part of the
    /// batch, and all follow the mean.
    pub fn gradients(&mut self, inputs: &[&[f32]], goal: LossTargets<'_>) -> Result<Gradients> {
        if inputs
            .iter()
            .any(|numbers| numbers.iter().any(|x| !x.is_finite()))
        {
            return Err(Error::BadInput(message!("error-batch-not-finite")));
        }
        let classes = self.classes();
        goal.check(self.settings.batch, classes)?;
        self.tape.forward(inputs)?;
        let logits = self.tape.value(self.output);
        let mut seed = zeros(logits.len())?;
        let mut loss = self.answers_loss(logits, goal, &mut seed);
        let chance = self.chance_loss(logits.len(), goal)?;
        // Not a number where even equal logits lose nothing, which counts as 1.
        let normalized_loss = (loss / chance).min(1.0);
        let hits = goal.labels.map(|labels| hits(logits, labels, classes));
        let mut inner = Vec::with_capacity(goal.inner.len());
        for (value, teacher) in goal.inner {
            if self.tape.value(*value).len() != teacher.len() {
                return Err(Error::BadInput(message!("error-feature-not-kept")));
            }
            let mut gradient = zeros(teacher.len())?;
            loss += matching(self.tape.value(*value), teacher, 1.0, &mut gradient);
            inner.push((*value, gradient));
        }
        if self.done == 0 && !loss.is_finite() {
            return Err(Error::BadModel(message!("error-logits-not-finite")));
        }
        let mut seeds = vec![(self.output, &seed[..])];
        seeds.extend(
            inner
                .iter()
                .map(|(value, gradient)| (*value, &gradient[..])),
        );
        self.tape.backward(&seeds)?;
        Ok(Gradients {
            numbers: self.tape.findings()?,
            loss,
            normalized_loss,
            hits,
            samples: self.settings.batch,
            progress: self.progress(),
            rate: self.settings.learning_rate,
        })
    }

    /// The share of the steps that are done; 0 where something else ends training, and whoever drives it knows better.
    fn progress(&self) -> f64 {
        match self.settings.budget {
            TrainingBudget::Steps(steps) => self.done as f64 / steps.max(1) as f64,
            TrainingBudget::Epochs(_) | TrainingBudget::Minutes(_) => 0.0,
        }
    }

    /// The loss of these logits by labels and teacher, in nats. Adds to the `gradient` by them.
    fn answers_loss(&self, logits: &[f32], goal: LossTargets<'_>, gradient: &mut [f32]) -> f64 {
        let settings = &self.settings;
        let (of_labels, of_teacher) = match (goal.labels, goal.teacher) {
            (Some(_), Some(_)) => (settings.label_weight, 1.0 - settings.label_weight),
            _ => (1.0, 1.0),
        };
        let mut loss = 0.0;
        if let Some(labels) = goal.labels {
            loss += cross_entropy(logits, labels, settings.smoothing, of_labels, gradient);
        }
        if let Some(teacher) = goal.teacher {
            let (classes, temperature) = (self.classes(), settings.temperature);
            loss += distillation(logits, teacher, classes, temperature, of_teacher, gradient);
        }
        loss
    }

    /// The loss of so many equal logits.
    fn chance_loss(&self, count: usize, goal: LossTargets<'_>) -> Result<f64> {
        match goal.teacher {
            // Whatever the labels are, and however they are smoothed.
            None => Ok((self.classes() as f64).ln()),
            Some(_) => {
                let equal = zeros(count)?;
                Ok(self.answers_loss(&equal, goal, &mut zeros(count)?))
            }
        }
    }

    /// Moves the weights by a whole batch's share, as fast as its rate is and the schedule says for its progress; this trainer has found one
    /// itself since the last move.
    ///
    /// Fails as [`Trainer::step`] does, and with [`Error::BadInput`] where the share is of another model.
    pub fn apply(&mut self, share: &Gradients) -> Result<TrainingStep> {
        if share.numbers.len() != self.tape.findings_len() {
            return Err(unlike_gradients());
        }
        match self.monitor.observe(share) {
            Verdict::Usual => {}
            Verdict::Good => {
                let (step, good) = &mut self.good;
                *step = self.done;
                self.tape.renew(good);
            }
            Verdict::Diverged => {
                let (step, loss) = (self.done + 1, share.loss);
                let good = self.go_back();
                return Err(Error::Diverged(message!(
                    "error-diverged-at-step",
                    step = step,
                    loss = loss,
                    kept = good,
                    rate = share.rate,
                )));
            }
        }
        self.tape.follow(&share.numbers);
        self.hold();
        let norm = self.shorten();
        let factor = self.settings.schedule.factor(share.progress);
        let rate = share.rate * factor as f32;
        self.optimizer.step(&mut self.tape, rate);
        self.done += 1;
        if share.progress >= 1.0 - f64::from(self.settings.averaging) {
            match &mut self.average {
                Some(average) => average.take(&self.tape),
                None => self.average = Some(Average::new(&self.tape)?),
            }
        }
        Ok(TrainingStep {
            step: self.done,
            loss: share.loss,
            hits: share.hits,
            samples: share.samples,
            rate,
            gradient_norm: norm,
        })
    }

    /// Judges the last steps, where no other will follow, be it before the end. Changes nothing where they did well, or where
    /// there were too few to tell ([`DivergenceMonitor::end`]).
    ///
    /// Fails with [`Error::Diverged`] where numbers ran away, and the weights are then the last good ones. What the very last
    /// move of the weights did is known only where it left no numbers.
    pub fn conclude(&mut self) -> Result<()> {
        let parameters = self.tape.parameters().iter();
        let mut learned = parameters.flat_map(|p| self.tape.value(p.value));
        if learned.all(|x| x.is_finite()) && self.monitor.end() != Verdict::Diverged {
            return Ok(());
        }
        let good = self.go_back();
        Err(Error::Diverged(message!(
            "error-diverged-at-end",
            step = self.done,
            kept = good,
            rate = self.settings.learning_rate,
        )))
    }

    /// Writes what was learned into a model of the graph that learning began with: the average, once there is one.
    pub fn write_to(&self, graph: &mut Graph) {
        match &self.average {
            Some(average) => Tape::write_state_to(average.state(), graph),
            None => self.tape.write_to(graph),
        }
    }

    /// Begins anew at this rate, as if there had been no step. There may have been at most [`Trainer::TRIAL`].
    ///
    /// Fails with [`Error::TooLarge`] where memory runs out.
    pub fn restart(&mut self, learning_rate: f32) -> Result<()> {
        // So early, the last good weights are the first ones.
        self.go_back();
        self.done = 0;
        self.monitor = DivergenceMonitor::default();
        self.settings.learning_rate = learning_rate;
        let settings = &self.settings;
        self.optimizer = Optimizer::new(settings.optimizer, settings.weight_decay, &self.tape)?;
        Ok(())
    }

    /// How many classes the model tells apart.
    pub fn classes(&self) -> usize {
        self.tape.length(self.output) / self.settings.batch
    }

    /// What the run is set to.
    pub fn settings(&self) -> &TrainingSettings {
        &self.settings
    }

    /// Shortens all gradients together to the norm that is allowed; gives what it was.
    fn shorten(&mut self) -> f64 {
        let parameters = self.tape.parameters().to_vec();
        let squares = parameters
            .iter()
            .filter_map(|p| self.tape.gradient(p.value));
        let sum: f64 = squares
            .map(|g| g.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>())
            .sum();
        let norm = sum.sqrt();
        let allowed = f64::from(self.settings.clip);
        if norm > allowed {
            let factor = (allowed / norm) as f32;
            for parameter in parameters {
                if let (_, Some(gradient)) = self.tape.learn(parameter.value) {
                    gradient.iter_mut().for_each(|x| *x *= factor);
                }
            }
        }
        norm
    }

    /// Takes the gradients of what stays zero away, so that nothing counts or remembers them. No optimizer moves a weight of
    /// zero without a gradient.
    fn hold(&mut self) {
        for (value, places) in &self.held {
            if let (_, Some(gradient)) = self.tape.learn(*value) {
                places.iter().for_each(|&at| gradient[at as usize] = 0.0);
            }
        }
    }

    /// Takes the last good weights, and gives their step.
    fn go_back(&mut self) -> usize {
        self.average = None;
        let (step, good) = &self.good;
        self.tape.restore(good);
        *step
    }
}

/// How many samples have their label as first choice.
fn hits(logits: &[f32], labels: &[u32], classes: usize) -> usize {
    let rows = logits.chunks_exact(classes.max(1)).zip(labels);
    rows.filter(|(row, label)| argmax(row) == Some(**label as usize))
        .count()
}
