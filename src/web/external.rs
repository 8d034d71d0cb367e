//! Models that keep their data in other files.

use super::errors::JsResult;
use crate::error::Error;
use crate::onnx::embed;
use bytes::Bytes;
use js_sys::Uint8Array;
use std::collections::BTreeMap;
use wasm_bindgen::prelude::*;

/// Single ONNX files end at 2 GiB.
const LARGEST: usize = i32::MAX as usize;

/// The model as one file: with the data that it keeps in the files that came with it, which `names` names. The same bytes where it keeps
/// none there.
///
/// Errors: [`embed`]'s, and [`Error::TooLarge`] where one file can't hold all.
#[wasm_bindgen(js_name = embedData)]
pub fn embed_data(model: Vec<u8>, names: Vec<String>, files: Vec<Uint8Array>) -> JsResult<Vec<u8>> {
    let files = files.into_iter().map(|file| Bytes::from(file.to_vec()));
    let files: BTreeMap<String, Bytes> = names.into_iter().zip(files).collect();
    let whole = embed(model.into(), &files)?;
    if whole.len() > LARGEST {
        return Err(Error::TooLarge(message!("error-model-too-large")).into());
    }
    Ok(whole.into())
}
