//! Cuts that are measured and not kept: of each layer alone, and of the whole at many sizes.

use super::messages::Probe;
use super::preparing::Preparing;
use super::{Learner, nothing_begun, options};
use crate::error::Error;
use crate::onnx::open;
use crate::prune::session::Session;
use crate::random;
use crate::recipe::Recipe;
use crate::recover::{Curves, Sensitivity, Sweep, Swept, guide};
use crate::web::errors::{JsResult, mismatch};
use crate::web::messages::Sizes;
use crate::web::{message, now, read_recipe};
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// What is being measured.
pub enum Probes {
    Layers(Box<Sensitivity>),
    Sizes(Box<Sweep>),
}

#[wasm_bindgen]
impl Learner {
    /// Gets ready to probe each layer alone at these levels (shares to remove), or to go on where curves of this model that
    /// were measured `before` end.
    pub fn sensitivity(
        &mut self,
        original: Vec<u8>,
        recipe: Ts<Recipe>,
        levels: Vec<f64>,
        seed: f64,
        before: Option<Ts<Curves>>,
        sizes: Ts<Sizes>,
    ) -> JsResult<()> {
        let recipe = read_recipe(&recipe)?;
        let seed = random::seed(seed)?;
        let size = original.len() as u64;
        let graph = open(original.into(), &options(sizes)?)?.graph;
        let parts = self.parts(seed)?;
        let before = before.map(|curves| curves.to_rust()).transpose();
        let before = before.map_err(mismatch)?.map(Box::new);
        let sensitivity = Sensitivity::prepare((&graph, size), &recipe, &levels, &parts, seed)?;
        self.preparing = Some(Preparing::Layers(sensitivity, before));
        Ok(())
    }

    /// Does one of the probes, in any order.
    pub fn probe(&mut self, probe: usize) -> JsResult<Ts<Probe>> {
        let Some(Probes::Layers(sensitivity)) = &mut self.probes else {
            return Err(nothing_begun().into());
        };
        let probed = sensitivity.probe(probe)?;
        message(Probe {
            curve: sensitivity.curve_of(probe),
            probed,
        })
    }

    /// Shares the target of a recipe out by what each layer can bear.
    pub fn guide(
        &mut self,
        original: Vec<u8>,
        curves: Ts<Curves>,
        recipe: Ts<Recipe>,
        sizes: Ts<Sizes>,
    ) -> JsResult<Ts<Recipe>> {
        let curves = curves.to_rust().map_err(mismatch)?;
        let target = read_recipe(&recipe)?.target;
        let target = target.ok_or_else(|| {
            Error::BadRecipe("there is no target to share out: move the slider first".into())
        })?;
        let size = original.len() as u64;
        let graph = open(original.into(), &options(sizes)?)?.graph;
        let mut session = Session::new(graph, size)?;
        message(guide(&mut session, &curves, target)?)
    }

    /// Gets ready to cut to many sizes.
    pub fn sweep(
        &mut self,
        original: Vec<u8>,
        recipe: Ts<Recipe>,
        seed: f64,
        sizes: Ts<Sizes>,
    ) -> JsResult<()> {
        let recipe = read_recipe(&recipe)?;
        let seed = random::seed(seed)?;
        let size = original.len() as u64;
        let graph = open(original.into(), &options(sizes)?)?.graph;
        let parts = self.parts(seed)?;
        let sweep = Sweep::prepare((&graph, size), &recipe, parts.clone(), Some(now))?;
        self.preparing = Some(Preparing::Sweep(sweep, parts));
        Ok(())
    }

    /// Cuts to the share `kept` and measures; `undefined` where the recipe's limits do not let so much go.
    pub fn swept(&mut self, kept: f64) -> JsResult<Option<Ts<Swept>>> {
        let Some(Probes::Sizes(sweep)) = &mut self.probes else {
            return Err(nothing_begun().into());
        };
        sweep.point(kept)?.map(message).transpose()
    }
}
