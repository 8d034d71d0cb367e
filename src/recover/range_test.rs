//! A short range test: which learning rate the pruned model bears (after Smith, “Cyclical Learning Rates for Training Neural
//! Networks”, WACV 2017). Each rate is tried from the same start for a few steps, and pictures that are held back say what came
//! of it.

use super::event::Event;
use super::keep_best::Judge;
use super::plan::Plan;
use super::recovery::Recovery;
use crate::error::{Error, Result};
use crate::eval::{Metrics, ModelComparison};
use crate::task::{Phase, Progress, Step, Task};
use std::sync::Arc;

/// The rates that are tried, as factors of the default one, in order. One that does harm is the last to be tried.
const FACTORS: [f32; 4] = [1.0 / 3.0, 1.0, 3.0, 9.0];
/// Steps of each.
const STEPS: usize = 12;
/// What the loss may come to, as a share of what it was: what is above that is no chance of a few pictures.
const HARM: f64 = 1.1;
/// More pictures would take longer than they tell.
const MOST_PICTURES: usize = 64;

/// A recovery that can begin.
pub(super) struct Ready {
    pub recovery: Recovery,
    pub plan: Plan,
    pub judge: Option<Judge>,
    /// The learning rate that was found, where one was looked for.
    pub found: Option<f32>,
}

/// A recovery whose learning rate is being chosen. What comes out is the same one, of which no step is done yet, and its plan
/// with the rate that was chosen.
pub(super) struct RangeTest {
    ready: Option<Ready>,
    /// The rates to be tried, from the last to the first.
    rates: Vec<f32>,
    /// The one at hand, and the steps that were done at it; none while the model is measured as it was.
    rate: Option<f32>,
    steps: usize,
    judging: Option<ModelComparison>,
    /// What the model was before.
    start: Option<Metrics>,
    /// Those that were tried, and what the model was after that.
    tried: Vec<(f32, Metrics)>,
    /// Pieces of work done, a step or a picture each, and those that there will be if no rate does harm.
    done: usize,
    of: usize,
    is_over: bool,
}

impl RangeTest {
    /// Tries nothing where the rate was chosen already, where nothing is trained, or where there is nothing to judge by.
    pub fn new(ready: Ready) -> Self {
        let settings = &ready.plan.settings;
        let trains = matches!(ready.recovery, Recovery::Training(_));
        let judged = ready.judge.as_ref().map_or(0, |judge| judge.pictures.len());
        let factors = FACTORS.iter().rev();
        RangeTest {
            of: FACTORS.len() * STEPS + (FACTORS.len() + 1) * judged.min(MOST_PICTURES),
            rates: factors
                .map(|factor| factor * settings.learning_rate)
                .collect(),
            rate: None,
            steps: 0,
            judging: None,
            start: None,
            tried: Vec::new(),
            done: 0,
            is_over: !(settings.finds_rate && trains && judged > 0),
            ready: Some(ready),
        }
    }

    /// Goes on by a step of training or by a picture, and tells whether there was one.
    fn go_on(&mut self, ready: &mut Ready) -> Result<bool> {
        if let Some(judging) = &mut self.judging {
            match judging.step()? {
                Step::Event(at) if at.done == MOST_PICTURES => judging.stop(),
                Step::Event(_) => {}
                Step::Done(compared) => {
                    self.judging = None;
                    self.take(compared.result.quality, ready)?;
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        if self.rate.is_some() && self.steps < STEPS {
            self.steps += 1;
            return match ready.recovery.trial_step() {
                Err(Error::Diverged(_)) => {
                    self.is_over = true;
                    Ok(false)
                }
                done => done.map(|()| true),
            };
        }
        if let Some(judge) = &ready.judge {
            let (model, pictures) = (ready.recovery.model(), Arc::clone(&judge.pictures));
            let judging = ModelComparison::against(&judge.reference, &model, pictures)?;
            self.judging = Some(judging.ending_early());
        }
        Ok(false)
    }

    /// Takes in how good the model is as it is now, and begins with the next rate, unless this one did harm.
    fn take(&mut self, quality: Metrics, ready: &mut Ready) -> Result<()> {
        let start = *self.start.get_or_insert(quality);
        if let Some(rate) = self.rate {
            self.tried.push((rate, quality));
        }
        let loss = |quality: &Metrics| quality.loss.or(quality.kl).unwrap_or(0.0);
        let is_harmed = loss(&quality) > HARM * loss(&start);
        let next = self.rates.pop().filter(|_| !is_harmed);
        self.is_over = next.is_none();
        if let Some(rate) = next {
            (self.rate, self.steps) = (next, 0);
            // What a schedule begins with is not what is to be tried.
            let first = ready.plan.settings.schedule.factor(0.0) as f32;
            ready.recovery.restart(rate / first)?;
        }
        Ok(())
    }

    fn progress(&self) -> Progress {
        Progress {
            phase: Phase::TryingRates,
            done: self.done,
            of: self.of,
        }
    }

    /// The rate after which the model was best.
    fn best(&self) -> Option<f32> {
        let best = self.tried.iter().max_by(|a, b| a.1.compare(&b.1));
        best.map(|(rate, _)| *rate)
    }
}

impl Task for RangeTest {
    type Event = Event;
    type Output = Ready;

    fn step(&mut self) -> Result<Step<Event, Ready>> {
        loop {
            let mut ready = self.ready.take().expect("a task that is not done");
            if self.is_over {
                if let Some(rate) = self.best().or(self.rate) {
                    ready.recovery.restart(rate)?;
                    let settings = &mut ready.plan.settings;
                    (settings.learning_rate, settings.finds_rate) = (rate, false);
                    ready.found = Some(rate);
                }
                return Ok(Step::Done(ready));
            }
            let told = self.go_on(&mut ready)?;
            self.ready = Some(ready);
            if told {
                self.done += 1;
                return Ok(Step::Event(self.progress().into()));
            }
        }
    }

    /// What was found so far counts.
    fn stop(&mut self) {
        self.is_over = true;
    }
}
