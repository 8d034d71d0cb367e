//! To the line: rounds of cutting and recovering, until one more cut would cost more quality than is accepted.

mod event;
mod run;
mod schedule;
mod state;

pub use event::{Candidate, SearchEvent, SearchGoal};
pub use run::{CandidateModel, SearchRun, SearchRunEvent};
pub use schedule::{PruningSchedule, polynomial};
pub use state::State;

use crate::cost::model_cost;
use crate::data::{Pictures, Split};
use crate::error::{Error, Result};
use crate::eval::{Metrics, ModelComparison, ReferenceLogits, ReferenceRun, measure};
use crate::graph::Graph;
use crate::onnx::{self, OpenOptions};
use crate::prune::criteria::Measured;
use crate::prune::cut::cut_measured;
use crate::recipe::{Recipe, Target};
use crate::recover::{KeepBest, Plan, Recovered, Recovery, Replicas};
use crate::search::cut_scores::begin;
use crate::search::target_scale::TargetScale;
use crate::task::{Clock, Exchange, Progress, Step, Task};
use std::sync::Arc;

/// A search on its way; each round makes one model. What came of it is asked of the search itself.
pub struct BudgetSearch {
    original: Graph,
    scale: TargetScale,
    split: Split,
    reference: ReferenceLogits,
    clock: Option<Clock>,
    /// The best model so far, and its file.
    best: (Graph, Vec<u8>),
    /// The file of the model that was judged last, where that is beyond the line.
    beyond: Vec<u8>,
    /// What pictures tell of the best model, once the recipe's criterion has looked at them.
    scores: Option<Scores>,
    state: State,
    replicas: Replicas,
    /// The cut that is measured and recovered, with its file.
    round: Option<(Vec<u8>, Box<Round>)>,
    is_stopped: bool,
}

/// Being measured, or known: nothing where the criterion needs no pictures.
enum Scores {
    UnderWay(Box<dyn Task<Event = Progress, Output = Option<Measured>>>),
    Known(Option<Measured>),
}

/// A cut that is measured, recovered, and measured again.
type Round = dyn Task<Event = SearchEvent, Output = Ended>;

/// A round that is over.
struct Ended {
    /// The share of the original that was asked for.
    share: f64,
    recovered: Recovered,
    /// Before recovery, and after.
    cut: Metrics,
    quality: Metrics,
}

impl BudgetSearch {
    /// The recipe's target names what to save and where to stop at the latest; `file` is the original's. `clock` is needed
    /// where time is to be saved.
    ///
    /// Errors: [`Error::BadRecipe`] for a recipe without a target, or one that can't save what is asked;
    /// [`Error::BadInput`] where there is nothing to judge by, or the aim makes no sense.
    pub fn prepare(
        (original, file): (&Graph, &[u8]),
        recipe: &Recipe,
        plan: &Plan,
        split: Split,
        aim: SearchGoal,
        clock: Option<Clock>,
    ) -> Result<impl Task<Event = Progress, Output = Self> + use<>> {
        let scale = scale(recipe, &aim)?;
        let milliseconds = measure(original, &split.validation, clock)?;
        if aim.time.is_some() && milliseconds.is_none() {
            return Err(Error::BadInput(message!("error-no-clock-for-time")));
        }
        let reference = ReferenceRun::new(original, Arc::clone(&split.validation))?;
        let (recipe, plan) = (recipe.clone(), plan.clone());
        let (original, file) = (original.clone(), file.to_vec());
        Ok(reference.map(move |reference| {
            let whole = (reference.quality(), milliseconds);
            let state = State::new(recipe, plan, aim, &split, whole);
            let best = (original.clone(), file);
            Ok(Self::of(
                original,
                scale,
                state,
                best,
                (split, reference),
                clock,
            ))
        }))
    }

    /// Goes on from a state that [`BudgetSearch::state`] gave, with the same pictures and with the best model as it was then.
    ///
    /// Errors: [`Error::BadInput`] where the pictures are others; else as [`BudgetSearch::prepare`].
    pub fn resume(
        original: &Graph,
        state: State,
        (best, file): (&Graph, &[u8]),
        split: Split,
        clock: Option<Clock>,
    ) -> Result<impl Task<Event = Progress, Output = Self> + use<>> {
        if !state.is_of(&split) {
            return Err(Error::BadInput(message!("error-other-pictures")));
        }
        let scale = scale(&state.recipe, &state.aim)?;
        let reference = ReferenceRun::new(original, Arc::clone(&split.validation))?;
        let original = original.clone();
        let best = (best.clone(), file.to_vec());
        Ok(reference.map(move |reference| {
            Ok(Self::of(
                original,
                scale,
                state,
                best,
                (split, reference),
                clock,
            ))
        }))
    }

    fn of(
        original: Graph,
        scale: TargetScale,
        state: State,
        best: (Graph, Vec<u8>),
        (split, reference): (Split, ReferenceLogits),
        clock: Option<Clock>,
    ) -> Self {
        BudgetSearch {
            original,
            scale,
            split,
            reference,
            clock,
            best,
            beyond: Vec::new(),
            scores: None,
            state,
            replicas: Replicas::All,
            round: None,
            is_stopped: false,
        }
    }

    /// The same search, of which only the first of the plan's replicas is here; the others are elsewhere ([`Replicas::One`]), and
    /// meet it by [`Task::exchange`].
    pub fn leading(self) -> Self {
        BudgetSearch {
            replicas: Replicas::One(0),
            ..self
        }
    }

    /// What [`BudgetSearch::resume`] needs beside [`BudgetSearch::best`]. A round that is under way is not in it.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether there is anything left to try.
    pub fn is_over(&self) -> bool {
        self.state.should_stop(&self.scale)
    }

    /// The file of the cut that is being trained, for the replicas elsewhere; `None` where the next step is not one of training.
    pub fn learning(&mut self) -> Option<&[u8]> {
        let (file, round) = self.round.as_mut()?;
        round.exchange().is_some().then_some(&file[..])
    }

    /// Cuts the best model so far once more.
    fn begin_round(&mut self) -> Result<Option<SearchEvent>> {
        let (share, recipe) = self.state.next(&self.scale);
        let (graph, file) = &self.best;
        let (train, validation) = (&self.split.train, &self.split.validation);
        let scores = match &mut self.scores {
            None => {
                let scoring = Box::new(begin(graph, &recipe, train)?);
                self.scores = Some(Scores::UnderWay(scoring));
                return Ok(None);
            }
            Some(Scores::UnderWay(scoring)) => {
                return Ok(match scoring.step()? {
                    Step::Event(progress) => Some(progress.into()),
                    Step::Done(scores) => {
                        self.scores = Some(Scores::Known(scores));
                        None
                    }
                });
            }
            Some(Scores::Known(scores)) => scores.clone(),
        };
        let file = match cut_measured(graph, file.len() as u64, &recipe, scores, None) {
            Ok(made) => made.bytes,
            Err(Error::BadRecipe(reason)) if !self.state.tried.is_empty() => {
                self.state.reach_limit();
                return Ok(Some(SearchEvent::Limit(reason)));
            }
            Err(error) => return Err(error),
        };
        // As the file has it, so that replicas which are given the file learn the very same.
        let dims = graph.sizes.clone();
        let made = onnx::open(file.clone().into(), &OpenOptions { dims })?.graph;
        let recovery = Recovery::new(
            &made,
            Some(&self.original),
            Arc::clone(train),
            &self.state.plan,
            self.replicas,
            self.clock,
        )?;
        let recovery = KeepBest::new(recovery, &self.state.plan, None);
        let round = round(share, &made, recovery, validation, &self.reference)?;
        self.round = Some((file, Box::new(round)));
        Ok(None)
    }

    fn judge(&mut self, ended: Ended) -> Result<Candidate> {
        let graph = ended.recovered.graph;
        let bytes = onnx::write(&graph)?;
        let candidate = Candidate {
            share: ended.share,
            totals: model_cost(&graph, bytes.len() as u64).totals,
            cut: ended.cut,
            recovered: ended.quality,
            milliseconds: measure(&graph, &self.split.validation, self.clock)?,
            accepted: ended
                .quality
                .score()
                .is_some_and(|score| score >= self.least()),
            diverged: ended.recovered.diverged,
        };
        if candidate.accepted {
            self.best = (graph, bytes);
            self.beyond = Vec::new();
            // Scores are of one model.
            self.scores = None;
        } else {
            self.beyond = bytes;
        }
        self.state.take(candidate.clone());
        Ok(candidate)
    }

    /// The score that must not be fallen below, 0 to 1.
    pub fn least(&self) -> f64 {
        self.state.least()
    }

    /// What cuts to the share of a model that was tried, as a recipe for the original.
    pub fn recipe(&self, share: f64) -> Recipe {
        self.scale.recipe(share, 1.0)
    }

    /// The original's logits on the pictures that the search goes by.
    pub fn reference(&self) -> &ReferenceLogits {
        &self.reference
    }

    /// All models that were tried so far, in order.
    pub fn tried(&self) -> &[Candidate] {
        &self.state.tried
    }

    /// The smallest model on this side of the line, with its file: the original where no cut was accepted.
    pub fn best(&self) -> (&Graph, &[u8]) {
        (&self.best.0, &self.best.1)
    }

    /// The file of the model that was judged last, on whichever side of the line; a search that was resumed has one from its
    /// first judgment on.
    pub fn latest(&self) -> &[u8] {
        match self.state.tried.last() {
            Some(tried) if !tried.accepted => &self.beyond,
            _ => &self.best.1,
        }
    }
}

impl Task for BudgetSearch {
    type Event = SearchEvent;
    type Output = ();

    fn step(&mut self) -> Result<Step<SearchEvent, ()>> {
        loop {
            if self.is_stopped {
                return Ok(Step::Done(()));
            }
            if let Some((_, round)) = &mut self.round {
                let ended = match round.step()? {
                    Step::Event(event) => return Ok(Step::Event(event)),
                    Step::Done(ended) => ended,
                };
                self.round = None;
                return Ok(Step::Event(SearchEvent::Candidate(self.judge(ended)?)));
            }
            if self.is_over() {
                return Ok(Step::Done(()));
            }
            if let Some(event) = self.begin_round()? {
                return Ok(Step::Event(event));
            }
        }
    }

    /// It ends with the last finished round.
    fn stop(&mut self) {
        self.is_stopped = true;
    }

    fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        let (_, round) = self.round.as_mut()?;
        round.exchange()
    }
}

/// Measures a cut, recovers it, and measures what comes of that.
fn round(
    share: f64,
    cut: &Graph,
    recovery: KeepBest,
    validation: &Arc<Pictures>,
    reference: &ReferenceLogits,
) -> Result<impl Task<Event = SearchEvent, Output = Ended> + use<>> {
    let judge = {
        let (validation, reference) = (Arc::clone(validation), reference.clone());
        move |model: &Graph| ModelComparison::against(&reference, model, Arc::clone(&validation))
    };
    let judging = judge(cut)?.events(SearchEvent::from);
    Ok(judging.then(move |compared| {
        let cut = compared.result.quality;
        let recovering = recovery
            .events(SearchEvent::from)
            .announcing(Some(SearchEvent::Cut(cut)));
        Ok(recovering.then(move |recovered| {
            let judging = judge(&recovered.graph)?.events(SearchEvent::from);
            Ok(judging.map(move |compared| {
                Ok(Ended {
                    share,
                    recovered,
                    cut,
                    quality: compared.result.quality,
                })
            }))
        }))
    }))
}

/// What the rounds cut by.
fn scale(recipe: &Recipe, aim: &SearchGoal) -> Result<TargetScale> {
    if !(0.0..1.0).contains(&aim.loss) {
        return Err(Error::BadInput(message!("error-line")));
    }
    aim.pace.check()?;
    let Some(time) = aim.time else {
        return TargetScale::new(recipe);
    };
    if !(time > 0.0 && time <= 1.0) {
        return Err(Error::BadInput(message!("error-time-share")));
    }
    if !recipe.granularity.leaves_the_file() {
        return Err(Error::BadRecipe(message!("error-time-needs-channels")));
    }
    // How few multiply-adds that takes is not known before it is measured.
    let by_macs = Recipe {
        target: Some(Target::Macs(0.0)),
        ..recipe.clone()
    };
    TargetScale::new(&by_macs)
}
