//! A search from beginning to end: its rounds, what has to be kept of each, and the test of the best model.

use super::BudgetSearch;
use super::event::{Candidate, SearchEvent};
use crate::cost::{Retained, Totals, model_cost};
use crate::data::Pictures;
use crate::error::Result;
use crate::eval::{ComparisonResult, Metrics, ModelComparison};
use crate::graph::Graph;
use crate::message::Message;
use crate::recipe::Recipe;
use crate::task::{Exchange, Phase, Progress, Step, Task};
use std::collections::VecDeque;
use std::sync::Arc;

/// What a search tells from its beginning to its end.
#[derive(Debug)]
pub enum SearchRunEvent {
    /// How good the original is, and how many milliseconds it takes for one picture, where there is a clock.
    Began(Metrics, Option<f64>),
    Progress(Progress),
    /// A cut was made; how good it is before recovery.
    Cut(Metrics),
    /// The file of the cut that is trained from the next step on, for the replicas elsewhere.
    Training(Vec<u8>),
    Recovery(crate::recover::Event),
    /// A round is over.
    Candidate(Box<CandidateModel>),
    /// No such cut can be made, for this reason: a search tries a smaller step, a schedule ends.
    Limit(Message),
    /// What the search needs to be resumed from here beside the best file so far, as JSON, and whether nothing is left to try.
    State(String, bool),
    /// The search is over after so many rounds; what is left is the test.
    Searched(usize),
}

/// A model that was tried.
#[derive(Debug)]
pub struct CandidateModel {
    pub candidate: Candidate,
    /// The ONNX file.
    pub file: Vec<u8>,
    /// What cuts the original as far in one go.
    pub recipe: Recipe,
    pub retained: Retained,
    /// The lowest score that is accepted, 0 to 1.
    pub least: f64,
}

impl From<Progress> for SearchRunEvent {
    fn from(progress: Progress) -> Self {
        SearchRunEvent::Progress(progress)
    }
}

/// A search that is prepared. Its output is the best model beside the original on pictures that nothing was learned from or chosen
/// by, where there are any and a round was finished.
pub struct SearchRun {
    search: BudgetSearch,
    original: Graph,
    /// What the original costs; its file does not count.
    totals: Totals,
    test: Arc<Pictures>,
    events: VecDeque<SearchRunEvent>,
    testing: Option<ModelComparison>,
}

impl SearchRun {
    /// Runs the search, then tests its best model against the original on pictures that the search has not seen.
    pub fn new(search: BudgetSearch, original: Graph, test: Arc<Pictures>) -> Self {
        let state = search.state();
        let began = SearchRunEvent::Began(state.original, state.milliseconds);
        SearchRun {
            totals: model_cost(&original, 0).totals,
            search,
            original,
            test,
            events: VecDeque::from([began]),
            testing: None,
        }
    }

    fn candidate(&mut self, candidate: Candidate) -> SearchRunEvent {
        self.tell_state();
        SearchRunEvent::Candidate(Box::new(CandidateModel {
            file: self.search.latest().to_vec(),
            recipe: self.search.recipe(candidate.share),
            retained: Retained::new(&self.totals, &candidate.totals),
            least: self.search.least(),
            candidate,
        }))
    }

    fn tell_state(&mut self) {
        let state = self.search.state().to_json();
        let event = SearchRunEvent::State(state, self.search.is_over());
        self.events.push_back(event);
    }

    fn translate(&mut self, event: SearchEvent) -> SearchRunEvent {
        match event {
            SearchEvent::Progress(progress) => SearchRunEvent::Progress(progress),
            SearchEvent::Recovery(event) => SearchRunEvent::Recovery(event),
            SearchEvent::Candidate(candidate) => self.candidate(candidate),
            SearchEvent::Cut(metrics) => {
                if let Some(file) = self.search.learning() {
                    let training = SearchRunEvent::Training(file.to_vec());
                    self.events.push_back(training);
                }
                SearchRunEvent::Cut(metrics)
            }
            SearchEvent::Limit(reason) => {
                self.tell_state();
                SearchRunEvent::Limit(reason)
            }
        }
    }

    fn begin_test(&mut self) -> Result<Option<ModelComparison>> {
        if self.search.tried().is_empty() || self.test.is_empty() {
            return Ok(None);
        }
        let (best, _) = self.search.best();
        let comparison = ModelComparison::new(&self.original, best, Arc::clone(&self.test))?;
        Ok(Some(comparison.during(Phase::Testing).ending_early()))
    }
}

impl Task for SearchRun {
    type Event = SearchRunEvent;
    type Output = Option<ComparisonResult>;

    fn step(&mut self) -> Result<Step<SearchRunEvent, Option<ComparisonResult>>> {
        if let Some(event) = self.events.pop_front() {
            return Ok(Step::Event(event));
        }
        if let Some(testing) = &mut self.testing {
            return Ok(match testing.step()? {
                Step::Event(progress) => Step::Event(progress.into()),
                Step::Done(compared) => Step::Done(Some(compared.result)),
            });
        }
        Ok(match self.search.step()? {
            Step::Event(event) => Step::Event(self.translate(event)),
            Step::Done(()) => {
                self.testing = self.begin_test()?;
                match self.testing {
                    Some(_) => Step::Event(SearchRunEvent::Searched(self.search.tried().len())),
                    None => Step::Done(None),
                }
            }
        })
    }

    /// The search ends with its last finished round; asked again, the test ends too.
    fn stop(&mut self) {
        match &mut self.testing {
            Some(testing) => testing.stop(),
            None => self.search.stop(),
        }
    }

    fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        match self.events.is_empty() && self.testing.is_none() {
            true => self.search.exchange(),
            false => None,
        }
    }
}
