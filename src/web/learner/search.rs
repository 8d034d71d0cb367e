//! Searches to the line, which can go on where they ended.

use super::preparing::Preparing;
use super::{Kind, Learner, nothing_begun, options};
use crate::api::model::Sizes;
use crate::api::recovery::{Made, Round, Stage};
use crate::cost::Retained;
use crate::error::Error;
use crate::onnx::open;
use crate::recipe::Recipe;
use crate::recover::Plan;
use crate::search::{BudgetSearch, SearchGoal, State};
use crate::task::{Step, Task};
use crate::web::errors::{JsResult, mismatch};
use crate::web::slices::Slices;
use crate::web::{SLICE, message, now, read_recipe};
use js_sys::Uint8Array;
use tsify::Ts;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Learner {
    /// Gets ready for a search to the line. Whoever shares out the batches with this worker is a member.
    #[wasm_bindgen(js_name = toLine)]
    pub fn search(
        &mut self,
        original: Vec<u8>,
        recipe: Ts<Recipe>,
        plan: Ts<Plan>,
        aim: Ts<SearchGoal>,
        sizes: Ts<Sizes>,
    ) -> JsResult<()> {
        let plan = plan.to_rust().map_err(mismatch)?;
        let recipe = read_recipe(&recipe)?;
        let aim = aim.to_rust().map_err(mismatch)?;
        let graph = open(original.clone().into(), &options(sizes)?)?.graph;
        let split = self.split(&graph)?;
        let sides = (&graph, &original[..]);
        let line = BudgetSearch::prepare(sides, &recipe, &plan, split.clone(), aim, Some(now))?;
        self.preparing = Some(Preparing::Search(
            Box::new(Slices::new(line)),
            Box::new(graph),
            split,
        ));
        Ok(())
    }

    /// Gets ready to go on with a search from the state that [`Learner::round`] gave, on the same pictures. `best` is the file that was
    /// accepted last; empty where none was.
    #[wasm_bindgen(js_name = resumeLine)]
    pub fn resume(
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
        let line =
            BudgetSearch::resume(&original, state, (&graph, &best), split.clone(), Some(now))?;
        self.preparing = Some(Preparing::Search(
            Box::new(Slices::new(line)),
            Box::new(original),
            split,
        ));
        Ok(())
    }

    /// Does the next piece of the search: with what members found, where they did.
    pub fn round(&mut self) -> JsResult<Ts<Round>> {
        let work = self.work()?;
        let Kind::BudgetSearch(line) = &mut work.kind else {
            return Err(nothing_begun().into());
        };
        let start = now();
        let shares = work.shares.take();
        if let Some(exchange) = line.exchange().filter(|_| !shares.is_empty()) {
            exchange.supply(shares);
        }
        let stage = loop {
            match line.step()? {
                Step::Done(()) => return Err(nothing_begun().into()),
                Step::Event(event) => match Stage::of(event) {
                    Some(Stage::Scoring(_) | Stage::Judging(_)) if now() - start < SLICE => {}
                    Some(stage) => break stage,
                    None => {}
                },
            }
        };
        let (bytes, made) = match &stage {
            Stage::Judged(tried) => {
                let made = Made {
                    recipe: line.recipe(tried.share),
                    left: Retained::new(&work.before, &tried.totals),
                };
                (line.latest(), Some(made))
            }
            _ => (&[][..], None),
        };
        let state = match &stage {
            Stage::Judged(_) | Stage::Limit(_) => {
                Some(serde_json::to_string(line.state()).map_err(mismatch)?)
            }
            _ => None,
        };
        message(Round {
            is_over: line.is_over(),
            least: line.least(),
            bytes: Uint8Array::from(bytes),
            made,
            stage,
            state,
        })
    }
}
