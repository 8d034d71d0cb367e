//! A recovery as the page drives it: training, judging and keeping the best, some of it a call.

use crate::api::recovery::Advance;
use crate::error::{Error, Result};
use crate::eval::ComparisonResult;
use crate::recover::{Event, KeepBest, Plan, Recovered, Warning};
use crate::task::{Exchange, Gradients, Phase, Progress, Step, Task};
use crate::web::{SLICE, now};

/// A recovery under way.
pub struct Running {
    pub plan: Plan,
    task: KeepBest,
    baseline: ComparisonResult,
    /// Whether a judgement on the way has begun that was not asked for yet.
    is_due: bool,
    /// Whether nothing is left to do but to judge what came out.
    is_last: bool,
    /// The first picture of a judgement, and the latest.
    first: Option<Progress>,
    shown: Option<Progress>,
    recovered: Option<Recovered>,
}

impl Running {
    /// `task` has told of nothing yet.
    pub fn new(plan: Plan, task: KeepBest, baseline: ComparisonResult) -> Self {
        Running {
            plan,
            task,
            baseline,
            is_due: false,
            is_last: false,
            first: None,
            shown: None,
            recovered: None,
        }
    }

    /// Where the next step is one of training.
    pub fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        self.task.exchange()
    }

    /// Does the next piece, by these gradients where there are some.
    ///
    /// Fails with [`Error::Diverged`] where training did, and what comes out then has the last good weights.
    pub fn advance(&mut self, gradients: Vec<Gradients>) -> Result<Advance> {
        if let Some(exchange) = self.task.exchange().filter(|_| !gradients.is_empty()) {
            exchange.supply(gradients);
        }
        loop {
            match self.task.step()? {
                Step::Event(Event::Learning(learning)) => {
                    self.is_due = learning.done < learning.of && self.task.exchange().is_none();
                    return Ok(Advance::of_training(learning, self.is_due));
                }
                Step::Event(Event::Progress(progress)) => return Ok(progress.into()),
                Step::Event(Event::Warning(Warning::Diverged(reason))) => {
                    return Err(Error::Diverged(reason));
                }
                Step::Event(_) => {}
                Step::Done(recovered) => {
                    let done = recovered.done;
                    self.recovered = Some(recovered);
                    let phase = Phase::Judging;
                    return Ok(Progress {
                        phase,
                        done,
                        of: done,
                    }
                    .into());
                }
            }
        }
    }

    /// Ends training where it is.
    ///
    /// Fails as [`Running::advance`] does.
    pub fn conclude(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.is_last, true) {
            return Ok(());
        }
        self.task.stop();
        loop {
            match self.task.step()? {
                Step::Event(Event::Progress(progress)) => {
                    self.first = Some(progress);
                    return Ok(());
                }
                Step::Event(Event::Warning(Warning::Diverged(reason))) => {
                    return Err(Error::Diverged(reason));
                }
                Step::Event(_) => {}
                Step::Done(recovered) => {
                    self.recovered = Some(recovered);
                    return Ok(());
                }
            }
        }
    }

    /// Begins to judge the model: on the way where that is due, else once and for all.
    pub fn judge(&mut self) -> Result<()> {
        self.shown = None;
        match std::mem::take(&mut self.is_due) {
            true => Ok(()),
            false => self.conclude(),
        }
    }

    /// Shows some more pictures.
    pub fn advance_judging(&mut self) -> Result<Progress> {
        let start = now();
        loop {
            let at = match self.first.take() {
                Some(first) => first,
                None => match self.task.step()? {
                    Step::Event(Event::Progress(progress)) => progress,
                    Step::Event(_) => continue,
                    Step::Done(recovered) => {
                        self.recovered = Some(recovered);
                        self.shown.unwrap_or(Progress {
                            phase: Phase::Judging,
                            done: 0,
                            of: 0,
                        })
                    }
                },
            };
            self.shown = Some(at);
            if at.done >= at.of || now() - start > SLICE {
                return Ok(at);
            }
        }
    }

    /// What the pictures that were shown tell.
    pub fn finish_judging(&mut self) -> Result<ComparisonResult> {
        let is_whole = self.shown.is_some_and(|shown| shown.done >= shown.of);
        if !is_whole {
            self.task.stop();
        }
        let result = |quality| ComparisonResult {
            original: self.baseline.original,
            quality,
            before: None,
        };
        while self.recovered.is_none() {
            match self.task.step()? {
                Step::Event(Event::Judged(judged)) => return Ok(result(judged.quality)),
                Step::Event(_) => {}
                Step::Done(recovered) => self.recovered = Some(recovered),
            }
        }
        let last = self.recovered.as_ref().and_then(|last| last.quality);
        Ok(result(last.unwrap_or_default()))
    }

    /// The best model so far, where the last judgement found one of more than `after` pieces of work.
    pub fn checkpoint(&mut self, after: usize) -> Result<Option<Recovered>> {
        if self.is_last || self.task.exchange().is_some() {
            return Ok(None);
        }
        Ok(match self.task.step()? {
            Step::Event(Event::Checkpoint(best)) => {
                Some(*best).filter(|best| best.kept.is_some_and(|kept| kept > after))
            }
            Step::Event(_) => None,
            Step::Done(recovered) => {
                self.recovered = Some(recovered);
                None
            }
        })
    }

    /// What came out.
    pub fn finish(self) -> Result<Recovered> {
        match self.recovered {
            Some(recovered) => Ok(recovered),
            None => self.task.finish(),
        }
    }
}
