//! All choices made by the machine: several strategies cut the model, each cut is reconstructed and judged on photos that are held
//! back, and the best one is trained. What was done is told step by step, so that the same can be done by hand.

mod attempt;
mod cutting;
mod descent;
mod event;
mod goal;
mod shrunk;
mod strategy;
mod training;
mod tried;

pub use event::{Attempted, ShrinkEvent};
pub use goal::ShrinkGoal;
pub use shrunk::{ShrinkStep, Shrunk};
pub use strategy::Strategy;
pub use tried::Tried;

use crate::cost::model_cost;
use crate::data::Split;
use crate::error::{Error, Result};
use crate::eval::{ComparisonResult, ModelComparison, ReferenceRun};
use crate::graph::Graph;
use crate::onnx;
use crate::prune::branches::find;
use crate::recover::{self, Judge, Method, Plan, Recovered, Recovery, Replicas, keep_best};
use crate::task::{Clock, Exchange, Phase, Progress, Step, Task};
use attempt::{Attempt, AttemptTask, Trying};
use cutting::{Cutting, Scores};
use descent::Descent;
use std::collections::VecDeque;
use std::sync::Arc;

/// The strategies that go on to the next round where an accepted loss is what ends it.
const CONTENDERS: usize = 2;

/// At work. Its output is the original, the model and its cut before recovery on photos that nothing was learned from or chosen by,
/// where there are any and something was cut.
pub struct Shrink {
    trying: Trying,
    /// How the best model is trained, and where the replicas are.
    training: (Plan, Replicas),
    goal: ShrinkGoal,
    descent: Descent,
    /// The share that is tried now, with the strategies that are still to be tried, and how many there are.
    share: f64,
    waiting: VecDeque<Strategy>,
    of: usize,
    /// The strategies that are tried at the next share.
    contenders: Vec<Strategy>,
    under_way: Option<(Strategy, AttemptTask)>,
    tried: Vec<Tried>,
    /// The best at this share, and the best that reaches the goal, with its place among those tried.
    leading: Option<(usize, Attempt)>,
    best: Option<(usize, Attempt)>,
    /// Why the first strategy that is impossible is so.
    reason: Option<Error>,
    trained: Option<Box<dyn Task<Event = recover::Event, Output = Recovered>>>,
    test: Option<ModelComparison>,
    /// Whether the model was told, and how good it is on the photos to test on, once that is known.
    has_ended: bool,
    tested: Option<ComparisonResult>,
    events: VecDeque<ShrinkEvent>,
    is_stopped: bool,
}

impl Shrink {
    /// `file` is the original's; `plan` says how the best model is trained.
    ///
    /// Errors: [`Error::BadInput`] for a goal that makes no sense; those of running the original.
    pub fn prepare(
        (original, file): (&Graph, &[u8]),
        goal: ShrinkGoal,
        plan: &Plan,
        split: Split,
        replicas: Replicas,
        clock: Option<Clock>,
    ) -> Result<impl Task<Event = Progress, Output = Self> + use<>> {
        let (target, share) = goal.begin()?;
        let reference = ReferenceRun::new(original, Arc::clone(&split.validation))?;
        let settings = &plan.settings;
        let cutting = Cutting {
            whole: model_cost(original, file.len() as u64).totals,
            target,
            train: Arc::clone(&split.train),
            seed: settings.seed,
            known: Scores::new(),
        };
        let mut reconstruction = Plan::new(Method::Reconstruct, split.train.preset());
        reconstruction.settings.seed = settings.seed;
        let training = (plan.clone(), replicas);
        let original = original.clone();
        Ok(reference.map(move |reference| {
            let quality = reference.quality();
            let mut shrink = Shrink {
                waiting: VecDeque::new(),
                of: 0,
                contenders: Strategy::all(!find(&original).is_empty()),
                share,
                descent: Descent::new(),
                trying: Trying {
                    original,
                    cutting,
                    split,
                    reference,
                    plan: reconstruction,
                    clock,
                },
                training,
                goal,
                under_way: None,
                tried: Vec::new(),
                leading: None,
                best: None,
                reason: None,
                trained: None,
                test: None,
                has_ended: false,
                tested: None,
                events: VecDeque::from([ShrinkEvent::Original(quality)]),
                is_stopped: false,
            };
            shrink.line_up();
            Ok(shrink)
        }))
    }

    fn line_up(&mut self) {
        self.of = self.contenders.len();
        self.waiting = self.contenders.clone().into();
    }

    /// Begins with the next strategy.
    fn try_next(&mut self, strategy: Strategy) {
        self.events.push_back(ShrinkEvent::Trying(Attempted {
            strategy,
            share: self.share,
            number: self.of - self.waiting.len(),
            of: self.of,
        }));
        let seen = self.tried.iter().filter(|tried| tried.share == self.share);
        let seen = seen.map(|tried| tried.totals).collect();
        match self.trying.attempt(strategy, self.share, seen) {
            Ok(mut attempt) => {
                if self.is_stopped {
                    attempt.stop();
                }
                self.under_way = Some((strategy, attempt));
            }
            Err(error) => self.give_up(strategy, error),
        }
    }

    /// A strategy leads nowhere.
    fn give_up(&mut self, strategy: Strategy, error: Error) {
        self.events
            .push_back(ShrinkEvent::Impossible(strategy, error.message()));
        self.reason.get_or_insert(error);
    }

    /// Takes in what came of a strategy.
    fn take(&mut self, mut attempt: Attempt) {
        self.trying.cutting.known.append(&mut attempt.found);
        let place = self.tried.len();
        self.tried.push(attempt.tried.clone());
        self.events
            .push_back(ShrinkEvent::Tried(Box::new(attempt.tried.clone())));
        let quality = attempt.tried.recovered;
        let leads =
            |leading: &(usize, Attempt)| quality.compare(&leading.1.tried.recovered).is_gt();
        if self.leading.as_ref().is_none_or(leads) {
            self.leading = Some((place, attempt));
        }
    }

    /// All strategies were tried at this share. Lines up what is to be tried next, if anything is.
    fn conclude_round(&mut self) {
        let leading = self.leading.take();
        let ShrinkGoal::MaxDrop(drop) = self.goal else {
            self.best = leading;
            return;
        };
        let whole = self.trying.reference.quality();
        let least = whole.score().unwrap_or(0.0) - drop;
        let accepted = leading.filter(|(_, attempt)| {
            let score = attempt.tried.recovered.score();
            score.is_some_and(|score| score >= least)
        });
        let left = accepted.as_ref().map(|(_, at)| at.tried.left.macs);
        self.descent.take(left);
        self.best = accepted.or(self.best.take());
        let share = self.share;
        let mut round: Vec<&Tried> = self.tried.iter().filter(|at| at.share == share).collect();
        round.sort_by(|a, b| b.recovered.compare(&a.recovered));
        if !round.is_empty() {
            let best = round.iter().take(CONTENDERS);
            self.contenders = best.map(|at| at.strategy).collect();
        }
        if let Some(next) = self.descent.next().filter(|_| !self.is_stopped) {
            self.share = next;
            self.line_up();
        }
    }

    /// Begins to train the best model.
    fn train(&mut self) -> Result<()> {
        let Some((_, best)) = self.best.as_ref().filter(|_| !self.is_stopped) else {
            return Ok(());
        };
        let (plan, replicas) = &self.training;
        let Trying {
            original,
            split,
            reference,
            clock,
            ..
        } = &self.trying;
        let train = Arc::clone(&split.train);
        let recovery = Recovery::new(&best.graph, Some(original), train, plan, *replicas, *clock);
        let judge = Judge {
            pictures: Arc::clone(&split.validation),
            reference: reference.clone(),
            baseline: ComparisonResult {
                original: reference.quality(),
                quality: best.tried.recovered,
                before: None,
            },
        };
        self.events
            .push_back(ShrinkEvent::Training(onnx::write(&best.graph)?));
        let training = keep_best(recovery?, plan.clone(), Some(judge));
        self.trained = Some(Box::new(training));
        Ok(())
    }

    /// What comes out: the trained model, or the best one where nothing was trained.
    fn end(&mut self, trained: Option<Recovered>) -> Result<()> {
        let original = self.trying.reference.quality();
        let mut shrunk = Shrunk {
            graph: self.trying.original.clone(),
            steps: Vec::new(),
            tried: std::mem::take(&mut self.tried),
            taken: None,
            original,
            judged: original,
        };
        if let Some((place, best)) = self.best.take() {
            let recipes = best.tried.recipes.iter().cloned();
            shrunk.steps.extend(recipes.map(ShrinkStep::Cut));
            if best.tried.reconstructed {
                let plan = self.trying.plan.clone();
                shrunk.steps.push(ShrinkStep::Recover(plan));
            }
            (shrunk.taken, shrunk.judged) = (Some(place), best.tried.recovered);
            shrunk.graph = best.graph;
            let trained = trained.filter(|trained| trained.kept != Some(0));
            if let Some(trained) = trained {
                let plan = self.training.0.clone();
                shrunk.steps.push(ShrinkStep::Recover(plan));
                shrunk.judged = trained.quality.unwrap_or(shrunk.judged);
                shrunk.graph = trained.graph;
            }
            let test = Arc::clone(&self.trying.split.test);
            if !test.is_empty() {
                let original = &self.trying.original;
                let comparison = ModelComparison::new(original, &shrunk.graph, test)?;
                let comparison = comparison.beside(&best.cut)?.during(Phase::Testing);
                self.test = Some(comparison.ending_early());
            }
        }
        self.has_ended = true;
        self.events.push_back(ShrinkEvent::Shrunk(Box::new(shrunk)));
        Ok(())
    }
}

impl Task for Shrink {
    type Event = ShrinkEvent;
    type Output = Option<ComparisonResult>;

    /// Errors: where no strategy can cut the model so far, why the first one can't.
    fn step(&mut self) -> Result<Step<ShrinkEvent, Option<ComparisonResult>>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(Step::Event(event));
            }
            if let Some((strategy, attempt)) = &mut self.under_way {
                let strategy = *strategy;
                let ended = match attempt.step() {
                    Ok(Step::Event(event)) => return Ok(Step::Event(event)),
                    Ok(Step::Done(attempt)) => Ok(attempt),
                    Err(error @ Error::BadRecipe(_)) => Err(error),
                    Err(error) => return Err(error),
                };
                self.under_way = None;
                match ended {
                    Ok(Some(attempt)) => self.take(attempt),
                    Ok(None) => {}
                    Err(error) => self.give_up(strategy, error),
                }
                continue;
            }
            if let Some(strategy) = self.waiting.pop_front() {
                self.try_next(strategy);
                continue;
            }
            if let Some(testing) = &mut self.test {
                match testing.step()? {
                    Step::Event(progress) => return Ok(Step::Event(progress.into())),
                    Step::Done(compared) => {
                        self.test = None;
                        self.tested = Some(compared.result);
                    }
                }
                continue;
            }
            if self.has_ended {
                return Ok(Step::Done(self.tested));
            }
            if let Some(trained) = &mut self.trained {
                match trained.step()? {
                    Step::Event(event) => return Ok(Step::Event(event.into())),
                    Step::Done(recovered) => {
                        self.trained = None;
                        self.end(Some(recovered))?;
                    }
                }
                continue;
            }
            self.conclude_round();
            if !self.waiting.is_empty() {
                continue;
            }
            if let (true, Some(reason)) = (self.tried.is_empty(), self.reason.take()) {
                return Err(reason);
            }
            self.train()?;
            if self.trained.is_none() {
                self.end(None)?;
            }
        }
    }

    /// Ends with the best of what was tried by now; without any, with the strategy that is being tried. Asked again, the test ends too.
    fn stop(&mut self) {
        if let Some(testing) = &mut self.test {
            testing.stop();
            return;
        }
        self.is_stopped = true;
        if let Some(trained) = &mut self.trained {
            trained.stop();
        } else if self.leading.is_some() || self.best.is_some() {
            self.waiting.clear();
            self.under_way = None;
        } else if let Some((_, attempt)) = &mut self.under_way {
            self.waiting.clear();
            attempt.stop();
        } else {
            self.waiting.truncate(1);
        }
    }

    fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        match self.events.is_empty() && self.test.is_none() {
            true => self.trained.as_mut()?.exchange(),
            false => None,
        }
    }
}
