//! The worker that holds the open model and its current cut.

use super::errors::{JsResult, mismatch};
use super::summary::summary;
use super::{message, now, read_recipe};
use crate::api::cut::{CheckResult, PackResult, TimedPreview};
use crate::api::layer::{Heatmap, HeatmapRequest, Histogram, ScoreBars};
use crate::api::model::{ModelSummary, Sizes};
use crate::api::pictures::Pixels;
use crate::data::image::to_tensor;
use crate::data::preset::Preset;
use crate::error::Error;
use crate::message::Message;
use crate::onnx::{OpenOptions, open};
use crate::prune::criteria;
use crate::prune::cut::CutReport;
use crate::prune::external_check::ExternalCheck;
use crate::prune::session::{Session, Window};
use crate::recipe::Recipe;
use js_sys::{Float32Array, Uint32Array};
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// Scores, cuts and packs one model.
#[wasm_bindgen]
#[derive(Default)]
pub struct Cutter {
    session: Option<Session>,
    /// The cut that was packed last, where our engine could not check it.
    pub(super) unchecked: Option<Unchecked>,
}

/// A cut that another engine may be able to check.
pub(super) struct Unchecked {
    pub report: CutReport,
    pub external: ExternalCheck,
    /// What it is to be checked on, in words.
    pub on: Message,
}

#[wasm_bindgen]
impl Cutter {
    /// A cutter without a model.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Cutter {
        Cutter::default()
    }

    /// Opens a model in place of the one that was open, which stays where this one can't be opened.
    pub fn open(
        &mut self,
        bytes: Vec<u8>,
        name: &str,
        sizes: Ts<Sizes>,
    ) -> JsResult<Ts<ModelSummary>> {
        let Sizes(dims) = sizes.to_rust().map_err(mismatch)?;
        let file_bytes = bytes.len() as u64;
        let opened = open(bytes.into(), &OpenOptions { dims })?;
        let session = Session::new(opened.graph, file_bytes)?;
        let summary = summary(&session, name, opened.warnings);
        self.session = Some(session);
        self.unchecked = None;
        message(summary)
    }

    /// Checks a recipe document and fills in what it leaves out.
    #[wasm_bindgen(js_name = parseRecipe)]
    pub fn parse_recipe(&self, text: &str) -> JsResult<Ts<Recipe>> {
        message(criteria::read_recipe(text)?)
    }

    /// Checks a preset document and fills in what it leaves out.
    #[wasm_bindgen(js_name = parsePreset)]
    pub fn parse_preset(&self, text: &str) -> JsResult<Ts<Preset>> {
        message(Preset::parse(text)?)
    }

    /// Makes a recipe the current cut and counts what it comes to.
    pub fn preview(&mut self, recipe: Ts<Recipe>) -> JsResult<Ts<TimedPreview>> {
        let start = now();
        let recipe = read_recipe(&recipe)?;
        let preview = self.session_mut()?.preview(&recipe)?;
        message(TimedPreview {
            preview,
            milliseconds: now() - start,
        })
    }

    /// A picture of a layer's weights: the part and the resolution that are asked for. Errors: no open model, no such layer.
    pub fn heatmap(&self, request: Ts<HeatmapRequest>) -> JsResult<Ts<Heatmap>> {
        let request = request.to_rust().map_err(mismatch)?;
        let map = self.session()?.heatmap(
            request.layer,
            Window {
                x: request.x,
                y: request.y,
                width: request.width,
                height: request.height,
                rows: request.rows,
                cols: request.cols,
            },
        )?;
        message(Heatmap {
            matrix_rows: map.matrix_rows,
            matrix_cols: map.matrix_cols,
            x: map.x,
            y: map.y,
            width: map.width,
            height: map.height,
            rows: map.rows,
            cols: map.cols,
            weights_per_cell: map.weights_per_cell,
            values: Float32Array::from(&map.values[..]),
            magnitudes: Float32Array::from(&map.magnitudes[..]),
            kept: Float32Array::from(&map.kept[..]),
            largest: map.largest,
        })
    }

    /// A layer's channels by score.
    pub fn scores(&self, layer: usize) -> JsResult<Ts<ScoreBars>> {
        let bars = self.session()?.scores(layer)?;
        message(ScoreBars {
            scores: Float32Array::from(&bars.scores[..]),
            units: Uint32Array::from(&bars.channels[..]),
            kept_count: bars.kept,
            threshold: bars.threshold,
            label: bars.label,
        })
    }

    /// A layer's weights by magnitude.
    pub fn histogram(&self, layer: usize, bins: usize) -> JsResult<Ts<Histogram>> {
        let histogram = self.session()?.histogram(layer, bins)?;
        message(Histogram {
            edges: Float32Array::from(&histogram.edges[..]),
            all: Uint32Array::from(&histogram.all[..]),
            removed: Uint32Array::from(&histogram.removed[..]),
            threshold: histogram.threshold,
            label: message!("part-magnitude"),
        })
    }

    /// Re-packs the current cut and checks it on the photo, or on a test pattern without one.
    pub fn pack(
        &mut self,
        photo: Option<Ts<Pixels>>,
        preset: Option<Ts<Preset>>,
    ) -> JsResult<Ts<PackResult>> {
        let start = now();
        let input = match (photo, preset) {
            (Some(photo), Some(preset)) => {
                let photo = photo.to_rust().map_err(mismatch)?;
                let preset = preset.to_rust().map_err(mismatch)?;
                let rgba = photo.data.to_vec();
                // A model that takes no photos is checked all the same.
                match self.takes(&preset)? {
                    true => Some(to_tensor(&rgba, photo.width, photo.height, &preset)?),
                    false => None,
                }
            }
            _ => None,
        };
        self.unchecked = None;
        let session = self.session_mut()?;
        let cut = session.file(input.as_ref())?;
        let layers = session.layers_after(&cut.report.after);
        let report = serde_json::to_string_pretty(&cut.report).map_err(mismatch)?;
        let on = match input {
            Some(_) => message!("part-your-photo"),
            None => message!("part-plain-test-pattern"),
        };
        self.unchecked = cut.external_check.map(|external| Unchecked {
            report: cut.report.clone(),
            external,
            on: on.clone(),
        });
        message(PackResult {
            before: cut.report.before.totals,
            after: cut.report.after.totals,
            layers,
            check: cut.report.check.map(|check| CheckResult::new(check, on)),
            check_skipped: cut.report.check_skipped,
            needs_external_check: self.unchecked.is_some(),
            folded: cut.report.folded,
            zeroed: cut.report.zeroed,
            warnings: cut.report.warnings,
            bytes: js_sys::Uint8Array::from(&cut.bytes[..]),
            report,
            recipe: cut.report.recipe.to_json(),
            milliseconds: now() - start,
        })
    }

    /// Whether the model takes nothing but what the preset makes of a photo.
    fn takes(&self, preset: &Preset) -> Result<bool, Error> {
        let graph = self.session()?.graph();
        let input = match graph.inputs.as_slice() {
            [only] => graph.value(*only).ty.as_ref(),
            _ => None,
        };
        Ok(input.is_some_and(|ty| preset.check_fits(&ty.shape).is_ok()))
    }

    pub(super) fn session(&self) -> Result<&Session, Error> {
        self.session.as_ref().ok_or_else(nothing_open)
    }

    pub(super) fn session_mut(&mut self) -> Result<&mut Session, Error> {
        self.session.as_mut().ok_or_else(nothing_open)
    }
}

fn nothing_open() -> Error {
    Error::BadInput(message!("error-no-model"))
}
