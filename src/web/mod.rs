//! The browser's door to the core: translates calls and messages, decides nothing.

mod cutter;
mod errors;
mod learner;
mod messages;
mod runner;
mod scores;
mod summary;

use errors::{JsResult, mismatch};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// What the module does once, when it is loaded: a panic leaves its message on the console before the worker ends.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// Median and quartiles of repeated runs, in milliseconds.
#[wasm_bindgen]
pub fn timing(milliseconds: &[f64]) -> JsResult<Ts<crate::report::Timing>> {
    match crate::report::timing(milliseconds) {
        Some(timing) => message(timing),
        None => Err(mismatch("no runs to summarise")),
    }
}

/// A message on its way out.
fn message<T: Tsify + serde::Serialize>(value: T) -> JsResult<Ts<T>> {
    value.into_ts().map_err(mismatch)
}

/// Milliseconds from some moment on, in the page or in a worker.
fn now() -> f64 {
    let scope: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
    scope.performance().map_or(0.0, |clock| clock.now())
}
