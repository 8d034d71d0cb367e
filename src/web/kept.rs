//! What models and curves lack that an earlier version of the page kept.

use super::errors::{JsResult, mismatch};
use super::message;
use crate::api::recovery::MetricsList;
use crate::cost::{Retained, Totals};
use crate::search::Curves;
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// What is left of a model, by what it and its original cost.
#[wasm_bindgen(js_name = retainedOf)]
pub fn retained_of(before: Ts<Totals>, after: Ts<Totals>) -> JsResult<Ts<Retained>> {
    let before = before.to_rust().map_err(mismatch)?;
    let after = after.to_rust().map_err(mismatch)?;
    message(Retained::new(&before, &after))
}

/// Qualities with the score that counts of each.
#[wasm_bindgen(js_name = withScores)]
pub fn with_scores(qualities: Ts<MetricsList>) -> JsResult<Ts<MetricsList>> {
    message(qualities.to_rust().map_err(mismatch)?)
}

/// Curves with what each of their points loses, and the scores of all their qualities.
#[wasm_bindgen(js_name = withLosses)]
pub fn with_losses(curves: Ts<Curves>) -> JsResult<Ts<Curves>> {
    message(curves.to_rust().map_err(mismatch)?.with_losses())
}
