//! Searches to the line, which can go on where they ended.

use super::messages::{Beginning, Round, Tested};
use super::team::Shares;
use super::{Kind, Learner, Work, nothing_begun, options, tested};
use crate::error::Error;
use crate::onnx::open;
use crate::recipe::Recipe;
use crate::recover::{Aim, Line, Plan, Stage, State};
use crate::web::errors::{JsResult, mismatch};
use crate::web::messages::Sizes;
use crate::web::{message, now};
use js_sys::Uint8Array;
use std::sync::Arc;
use tsify::Ts;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Learner {
    /// Begins a search to the line.
    #[wasm_bindgen(js_name = toLine)]
    pub fn search(
        &mut self,
        original: Vec<u8>,
        recipe: Ts<Recipe>,
        plan: Ts<Plan>,
        aim: Ts<Aim>,
        sizes: Ts<Sizes>,
    ) -> JsResult<Ts<Beginning>> {
        // Rounds are learned by this worker alone.
        let plan = Plan {
            workers: 1,
            ..plan.to_rust().map_err(mismatch)?
        };
        let recipe = recipe.to_rust().map_err(mismatch)?;
        let aim = aim.to_rust().map_err(mismatch)?;
        let graph = open(original.clone().into(), &options(sizes)?)?.graph;
        let parts = self.parts(plan.seed)?;
        let (judged, test) = (parts.judged.clone(), parts.test.clone());
        let lessons = Arc::new(parts.lessons.clone());
        let sides = (&graph, &original[..]);
        let line = Line::new(sides, &recipe, &plan, parts, aim, Some(now))?;
        self.work = Some(Work {
            original: graph,
            lessons,
            shares: Shares::default(),
            judged,
            test,
            kind: Kind::Line(Box::new(line)),
        });
        self.line_begins()
    }

    /// Goes on with a search from the state that [`Learner::round`] gave, on the same pictures. `best` is the file that was
    /// accepted last; empty where none was.
    #[wasm_bindgen(js_name = resumeLine)]
    pub fn resume(
        &mut self,
        original: Vec<u8>,
        state: &str,
        best: Vec<u8>,
        sizes: Ts<Sizes>,
    ) -> JsResult<Ts<Beginning>> {
        let state: State = serde_json::from_str(state).map_err(|_| {
            Error::BadInput(
                "what was kept of that search is from another version of this page: begin it anew"
                    .into(),
            )
        })?;
        let options = options(sizes)?;
        let best = if best.is_empty() {
            original.clone()
        } else {
            best
        };
        let original = open(original.into(), &options)?.graph;
        let graph = open(best.clone().into(), &options)?.graph;
        let parts = self.parts(state.plan.seed)?;
        let (judged, test) = (parts.judged.clone(), parts.test.clone());
        let lessons = Arc::new(parts.lessons.clone());
        let line = Line::resume(&original, state, (&graph, &best), parts, Some(now))?;
        self.work = Some(Work {
            original,
            lessons,
            shares: Shares::default(),
            judged,
            test,
            kind: Kind::Line(Box::new(line)),
        });
        self.line_begins()
    }

    /// Does the next piece of the search.
    pub fn round(&mut self) -> JsResult<Ts<Round>> {
        let Kind::Line(line) = &mut self.work()?.kind else {
            return Err(nothing_begun().into());
        };
        let stage = line.advance()?;
        let bytes = match &stage {
            Stage::Judged(tried) if tried.accepted => line.best().1,
            _ => &[],
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
            stage,
            state,
        })
    }

    /// The search's best model on the pictures that are kept for the last word; `undefined` where there are none.
    pub fn tested(&mut self) -> JsResult<Option<Ts<Tested>>> {
        let work = self.work()?;
        let Kind::Line(line) = &work.kind else {
            return Err(nothing_begun().into());
        };
        let tested = tested(line.best().0, &work.original, &work.test)?;
        tested.map(message).transpose()
    }

    fn line_begins(&mut self) -> JsResult<Ts<Beginning>> {
        let work = self.work()?;
        let Kind::Line(line) = &work.kind else {
            return Err(nothing_begun().into());
        };
        let state = line.state();
        message(Beginning {
            lessons: work.lessons.len(),
            judged: work.judged.len(),
            test: work.test.len(),
            original: state.original,
            pruned: state.original,
            milliseconds: state.milliseconds,
        })
    }
}
