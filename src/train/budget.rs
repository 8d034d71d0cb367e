//! How long a model learns: by steps, by epochs or by the clock, and how far along it is.

use crate::error::{Error, Result};
use crate::task::Clock;
use serde::{Deserialize, Serialize};

/// When learning ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum TrainingBudget {
    /// After so many steps.
    Steps(usize),
    /// When each picture has been learned from so often, as the mean goes.
    Epochs(f64),
    /// When so many minutes of learning are over, pauses and measurements not counted. Another run goes other steps, so that
    /// its numbers are not the same. A step counts as 20 times the mean of those before it at most, and as a second where that is
    /// more: a machine that sleeps in the middle of one does not learn meanwhile.
    Minutes(f64),
}

/// A budget as it was typed, before it is known to be one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum RequestedBudget {
    Steps(f64),
    Epochs(f64),
    Minutes(f64),
}

impl RequestedBudget {
    /// Fails with [`Error::BadInput`] for what is no budget: steps are whole, and none is 0 or less.
    pub fn checked(self) -> Result<TrainingBudget> {
        let budget = match self {
            RequestedBudget::Steps(steps)
                if !(steps >= 1.0 && steps <= MOST_STEPS as f64 && steps.fract() == 0.0) =>
            {
                return Err(Error::BadInput(message!(
                    "error-steps",
                    steps = steps,
                    most = MOST_STEPS
                )));
            }
            RequestedBudget::Steps(steps) => TrainingBudget::Steps(steps as usize),
            RequestedBudget::Epochs(epochs) => TrainingBudget::Epochs(epochs),
            RequestedBudget::Minutes(minutes) => TrainingBudget::Minutes(minutes),
        };
        budget.check()?;
        Ok(budget)
    }
}

/// More would be a slip of the keyboard.
const MOST_STEPS: usize = 10_000_000;
const MOST_EPOCHS: f64 = 10_000.0;
const MOST_MINUTES: f64 = 7.0 * 24.0 * 60.0;

/// Steps from which on a step's time is judged by those before it: the first ones may be slow.
const FEW: usize = 5;
/// How many times as long as the mean of those before it a step can count.
const LONGEST: f64 = 20.0;
/// Milliseconds that a step can always count, since a coarse clock finds that many a step takes none.
const ALWAYS: f64 = 1000.0;

impl TrainingBudget {
    /// Fails with [`Error::BadInput`] for what is no length.
    pub fn check(self) -> Result<()> {
        let within = |value: f64, most: f64| value > 0.0 && value <= most;
        match self {
            TrainingBudget::Steps(steps) if !within(steps as f64, MOST_STEPS as f64) => {
                Err(Error::BadInput(message!(
                    "error-steps-range",
                    steps = steps,
                    most = MOST_STEPS
                )))
            }
            TrainingBudget::Epochs(epochs) if !within(epochs, MOST_EPOCHS) => Err(Error::BadInput(
                message!("error-epochs-range", epochs = epochs, most = MOST_EPOCHS),
            )),
            TrainingBudget::Minutes(minutes) if !within(minutes, MOST_MINUTES) => {
                Err(Error::BadInput(message!(
                    "error-minutes-range",
                    minutes = minutes,
                    most = MOST_MINUTES
                )))
            }
            _ => Ok(()),
        }
    }
}

/// The way from the first step to the end.
pub struct TrainingProgress {
    done: usize,
    end: End,
}

enum End {
    Steps(usize),
    Time(Time),
}

/// Milliseconds.
struct Time {
    clock: Option<Clock>,
    limit: f64,
    spent: f64,
    /// When the step at hand began.
    since: f64,
}

impl TrainingProgress {
    /// Errors: those of [`TrainingBudget::check`].
    pub fn new(length: TrainingBudget, pictures: usize, batch: usize) -> Result<Self> {
        length.check()?;
        let end = match length {
            TrainingBudget::Steps(steps) => End::Steps(steps),
            TrainingBudget::Epochs(epochs) => {
                let steps = epochs * pictures as f64 / batch.max(1) as f64;
                End::Steps((steps.ceil() as usize).max(1))
            }
            TrainingBudget::Minutes(minutes) => End::Time(Time {
                clock: None,
                limit: minutes * 60_000.0,
                spent: 0.0,
                since: 0.0,
            }),
        };
        Ok(TrainingProgress { done: 0, end })
    }

    /// What time is taken by, where that ends it. Who only follows others needs none.
    pub fn timed_by(&mut self, clock: Option<Clock>) {
        if let End::Time(time) = &mut self.end {
            time.clock = clock;
        }
    }

    /// Fails with [`Error::BadInput`] where time ends it and there is no clock.
    pub fn check_clock(&self) -> Result<()> {
        match &self.end {
            End::Time(Time { clock: None, .. }) => {
                Err(Error::BadInput(message!("error-no-clock-for-minutes")))
            }
            _ => Ok(()),
        }
    }

    /// The share of the way that is behind, 0 to 1.
    pub fn progress(&self) -> f64 {
        match &self.end {
            End::Steps(steps) => self.done as f64 / *steps as f64,
            End::Time(time) => (time.spent / time.limit).min(1.0),
        }
    }

    /// Whether the budget is spent.
    pub fn is_over(&self) -> bool {
        self.progress() >= 1.0
    }

    /// Before a step: time runs from here, where time is the budget.
    pub fn begin_step(&mut self) {
        if let End::Time(time) = &mut self.end {
            time.since = time.clock.map_or(0.0, |clock| clock());
        }
    }

    /// After a step: counts it, or the time that it took.
    pub fn end_step(&mut self) {
        if let End::Time(time) = &mut self.end {
            let most = match self.done {
                0..FEW => f64::INFINITY,
                done => (LONGEST * time.spent / done as f64).max(ALWAYS),
            };
            let taken = time.clock.map_or(0.0, |clock| clock() - time.since);
            time.spent += taken.min(most);
        }
        self.done += 1;
    }

    /// Steps done, and how many there will be: at the pace so far, where time ends it.
    pub fn steps(&self) -> (usize, usize) {
        let of = match &self.end {
            End::Steps(steps) => *steps,
            End::Time(_) if self.is_over() => self.done,
            End::Time(_) if self.done == 0 => 1,
            End::Time(_) => (self.done as f64 / self.progress()).ceil() as usize,
        };
        (self.done, of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::said;
    use std::cell::Cell;

    thread_local! {
        static NOW: Cell<f64> = const { Cell::new(0.0) };
    }

    fn pass(milliseconds: f64) {
        NOW.set(NOW.get() + milliseconds);
    }

    #[test]
    fn an_epoch_is_once_through_the_pictures() {
        let steps = |epochs, pictures, batch| {
            let course =
                TrainingProgress::new(TrainingBudget::Epochs(epochs), pictures, batch).unwrap();
            course.steps().1
        };
        assert_eq!(steps(1.0, 640, 64), 10);
        assert_eq!(steps(2.5, 640, 64), 25);
        assert_eq!(steps(1.0, 641, 64), 11);
        assert_eq!(steps(0.001, 64, 64), 1);
    }

    #[test]
    fn time_counts_while_steps_are_done_and_not_between() {
        let mut course = TrainingProgress::new(TrainingBudget::Minutes(1.0), 10, 2).unwrap();
        assert!(said(&course.check_clock().unwrap_err()).contains("no clock"));
        course.timed_by(Some(|| NOW.get()));
        course.check_clock().unwrap();
        for step in 1..=3 {
            assert!(!course.is_over());
            course.begin_step();
            pass(20_000.0);
            course.end_step();
            assert_eq!(course.steps(), (step, 3));
            // A pause.
            pass(1e9);
        }
        assert!(course.is_over());
    }

    #[test]
    fn a_step_that_the_machine_slept_through_does_not_use_up_the_minutes() {
        let spent = |steps: &[f64]| {
            let mut course = TrainingProgress::new(TrainingBudget::Minutes(10.0), 10, 2).unwrap();
            course.timed_by(Some(|| NOW.get()));
            for milliseconds in steps {
                course.begin_step();
                pass(*milliseconds);
                course.end_step();
            }
            (course.progress() * 600_000.0).round()
        };
        let night = 8.0 * 3_600_000.0;
        // 20 times the mean of 300, which the first step raises.
        assert_eq!(spent(&[1100.0, 100.0, 100.0, 100.0, 100.0, night]), 7500.0);
        // Steps that are only slow count whole.
        assert_eq!(spent(&[100.0, 100.0, 100.0, 100.0, 100.0, 1900.0]), 2400.0);
        // A clock so coarse that most steps take no time goes on all the same.
        assert_eq!(spent(&[0.0, 0.0, 0.0, 0.0, 0.0, 16.0, night]), 1016.0);
        // Of the first ones nobody knows how long they should take.
        assert_eq!(spent(&[100.0, night]), 600_000.0);
    }

    #[test]
    fn steps_are_asked_for_as_a_whole_number() {
        for (asked, length) in [
            (RequestedBudget::Steps(1.0), TrainingBudget::Steps(1)),
            (
                RequestedBudget::Steps(1e7),
                TrainingBudget::Steps(10_000_000),
            ),
            (RequestedBudget::Epochs(2.5), TrainingBudget::Epochs(2.5)),
            (RequestedBudget::Minutes(0.1), TrainingBudget::Minutes(0.1)),
        ] {
            assert_eq!(asked.checked().unwrap(), length);
        }
        for steps in [0.0, -5.0, 2.5, 1e7 + 1.0, f64::NAN, f64::INFINITY] {
            let error = said(&RequestedBudget::Steps(steps).checked().unwrap_err());
            assert!(
                error.contains(&format!("not {steps}").replace('-', "−")),
                "{error}"
            );
            assert!(error.contains("whole number from 1 to"), "{error}");
        }
        let error = said(&RequestedBudget::Epochs(-1.0).checked().unwrap_err());
        assert!(error.contains("above 0"), "{error}");
    }

    #[test]
    fn what_is_no_length_is_told() {
        for length in [
            TrainingBudget::Steps(0),
            TrainingBudget::Epochs(-1.0),
            TrainingBudget::Epochs(f64::NAN),
            TrainingBudget::Minutes(f64::INFINITY),
        ] {
            let error = said(&length.check().unwrap_err());
            assert!(error.contains("above 0"), "{error}");
        }
    }
}
