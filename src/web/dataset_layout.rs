//! What the folders around photos say of them.

use super::errors::JsResult;
use super::message;
use crate::api::pictures::DatasetLayout;
use crate::data::dataset_layout;
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// The classes of photos and whether they are to test on, by their paths; `rooted`: whether the first folder holds all of
/// them by its nature.
#[wasm_bindgen(js_name = datasetLayout)]
pub fn layout_of(paths: Vec<String>, rooted: bool) -> JsResult<Ts<DatasetLayout>> {
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    message(DatasetLayout(dataset_layout(&paths, rooted)))
}
