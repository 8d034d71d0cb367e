//! Searches to the line, which can be resumed where they ended.

use super::data_parallel::Together;
use super::{Learner, beginning, options};
use crate::api::model::Sizes;
use crate::api::recovery::{CutFile, SearchState};
use crate::api::task::TaskEvent;
use crate::data::Split;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::onnx::open;
use crate::recipe::Recipe;
use crate::recover::{Event, Plan};
use crate::search::{BudgetSearch, SearchGoal, SearchRun, SearchRunEvent, State};
use crate::task::{Progress, Task};
use crate::web::errors::{JsResult, mismatch};
use crate::web::{now, read_recipe};
use std::sync::Arc;
use tsify::Ts;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Learner {
    /// Starts a search to the line. Whoever shares the batches with this worker is a member.
    pub fn search(
        &mut self,
        original: Vec<u8>,
        recipe: Ts<Recipe>,
        plan: Ts<Plan>,
        goal: Ts<SearchGoal>,
        sizes: Ts<Sizes>,
    ) -> JsResult<()> {
        let plan = plan.to_rust().map_err(mismatch)?;
        let recipe = read_recipe(&recipe)?;
        let goal = goal.to_rust().map_err(mismatch)?;
        let graph = open(original.clone().into(), &options(sizes)?)?.graph;
        let split = self.split(&graph)?;
        let sides = (&graph, &original[..]);
        let search = BudgetSearch::prepare(sides, &recipe, &plan, split.clone(), goal, Some(now))?;
        self.start_search(search, graph, split, &plan);
        Ok(())
    }

    /// Resumes a search from a state that it told, on the same pictures. `best` is the file that was accepted last; empty where
    /// none was.
    #[wasm_bindgen(js_name = resumeSearch)]
    pub fn resume_search(
        &mut self,
        original: Vec<u8>,
        state: &str,
        best: Vec<u8>,
        sizes: Ts<Sizes>,
    ) -> JsResult<()> {
        let state: State = serde_json::from_str(state)
            .map_err(|_| Error::BadInput(message!("error-search-version")))?;
        let options = options(sizes)?;
        let best = if best.is_empty() {
            original.clone()
        } else {
            best
        };
        let original = open(original.into(), &options)?.graph;
        let graph = open(best.clone().into(), &options)?.graph;
        let split = self.split(&original)?;
        let plan = state.plan.clone();
        let search =
            BudgetSearch::resume(&original, state, (&graph, &best), split.clone(), Some(now))?;
        self.start_search(search, original, split, &plan);
        Ok(())
    }
}

impl Learner {
    fn start_search(
        &mut self,
        prepared: impl Task<Event = Progress, Output = BudgetSearch> + 'static,
        original: Graph,
        split: Split,
        plan: &Plan,
    ) {
        self.together = Some(Together::new(&split.train, plan));
        let test = Arc::clone(&split.test);
        let task = prepared
            .then(move |search| Ok(SearchRun::new(search.leading(), original, test)))
            .try_events(move |event| translate(event, &split));
        self.start_tested(task);
    }
}

/// `None` for what the events before or after it tell as well.
fn translate(event: SearchRunEvent, split: &Split) -> Result<Option<TaskEvent>> {
    Ok(Some(match event {
        SearchRunEvent::Began(original, milliseconds) => {
            TaskEvent::Began(beginning(split, [original; 2], milliseconds))
        }
        SearchRunEvent::Progress(progress) => progress.into(),
        SearchRunEvent::Cut(cut) => TaskEvent::Cut(cut),
        SearchRunEvent::Training(file) => TaskEvent::Training(CutFile::of(&file)),
        SearchRunEvent::Recovery(Event::Learning(learning)) => TaskEvent::Learning(learning),
        SearchRunEvent::Recovery(Event::Progress(progress)) => progress.into(),
        SearchRunEvent::Recovery(_) => return Ok(None),
        SearchRunEvent::Candidate(model) => TaskEvent::Candidate((*model).into()),
        SearchRunEvent::Limit(reason) => TaskEvent::Limit(reason),
        SearchRunEvent::State(state, is_over) => TaskEvent::State(SearchState { state, is_over }),
        SearchRunEvent::Searched(rounds) => TaskEvent::Trained(rounds),
    }))
}
