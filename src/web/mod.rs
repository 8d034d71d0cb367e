//! The browser's door to the core: translates calls and messages, decides nothing.

mod cutter;
mod dataset_layout;

mod errors;
mod external;
mod external_check;
mod kept;
mod learner;
mod runner;
mod scores;
mod summary;

pub use scores::criteria;

use crate::recipe::Recipe;
use errors::{JsResult, mismatch, unfit};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// What the module does once, when it is loaded: a panic leaves its message on the console before the worker ends.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// Median and quartiles of repeated runs, in milliseconds.
#[wasm_bindgen]
pub fn timing(milliseconds: &[f64]) -> JsResult<Ts<crate::eval::Timing>> {
    match crate::eval::timing(milliseconds) {
        Some(timing) => message(timing),
        None => Err(unfit(message!("reason-no-runs"))),
    }
}

/// The bits of the nearest float16 numbers, for a runtime that takes nothing else.
#[wasm_bindgen(js_name = toHalf)]
pub fn to_half(numbers: &[f32]) -> Vec<u16> {
    let bits = |&x: &f32| half::f16::from_f32(x).to_bits();
    numbers.iter().map(bits).collect()
}

/// The numbers that the bits of float16 stand for.
#[wasm_bindgen(js_name = fromHalf)]
pub fn from_half(bits: &[u16]) -> Vec<f32> {
    let number = |&bits: &u16| half::f16::from_bits(bits).to_f32();
    bits.iter().map(number).collect()
}

/// A message on its way out. Maps become objects, however deep they lie: the setting of a type counts only where it is outermost.
fn message<T: Tsify + Serialize>(value: T) -> JsResult<Ts<T>> {
    let serializer = Serializer::new()
        .serialize_maps_as_objects(true)
        .serialize_missing_as_null(T::SERIALIZATION_CONFIG.missing_as_null);
    let message = value.serialize(&serializer).map_err(mismatch)?;
    Ok(Ts::new_unchecked(message))
}

/// A recipe as the page holds it, read by the same rules as a recipe document.
fn read_recipe(recipe: &Ts<Recipe>) -> JsResult<Recipe> {
    let text = js_sys::JSON::stringify(&recipe.js_value())?;
    Ok(crate::prune::criteria::read_recipe(&String::from(text))?)
}

/// How long pictures are shown before the page hears of it, in milliseconds.
const SLICE: f64 = 100.0;

/// Milliseconds from some moment on, in the page or in a worker.
fn now() -> f64 {
    let scope: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
    scope.performance().map_or(0.0, |clock| clock.now())
}
