//! Cuts that are measured and not kept: of each layer alone, and of the whole at many sizes.

use super::preparing::{Layers, Preparing, Probes};
use super::{Learner, nothing_begun, options};
use crate::api::model::Sizes;
use crate::api::probing::Probe;
use crate::api::recovery::Advance;
use crate::error::Error;
use crate::onnx::open;
use crate::prune::session::Session;
use crate::random;
use crate::recipe::Recipe;
use crate::search::{Curves, MOST_JUDGED, Sensitivity, Sweep, SweepPoint, guide};
use crate::web::errors::{JsResult, mismatch};
use crate::web::slices::Slices;
use crate::web::{message, now, read_recipe};
use tsify::Ts;
use wasm_bindgen::prelude::*;

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
        let split = self.split(&graph)?;
        let before = before.map(|curves| curves.to_rust()).transpose();
        let before = before.map_err(mismatch)?;
        let sensitivity =
            Sensitivity::prepare((&graph, size), &recipe, &levels, &split, MOST_JUDGED, seed)?;
        self.preparing = Some(Preparing::Layers(Box::new(Layers {
            sensitivity: Slices::new(sensitivity),
            take: Box::new(move |found| {
                let most = (MOST_JUDGED, seed);
                Sensitivity::prepared((&graph, size), &recipe, &levels, &split, most, found)
            }),
            before,
        })));
        Ok(())
    }

    /// Begins one of the probes, in any order: cuts its layer.
    #[wasm_bindgen(js_name = beginProbe)]
    pub fn begin_probe(&mut self, probe: usize) -> JsResult<()> {
        let Some(Probes::Layers(sensitivity, _, under_way)) = &mut self.probes else {
            return Err(nothing_begun().into());
        };
        let task = Slices::new(sensitivity.probe(probe)?);
        *under_way = Some((sensitivity.curve_of(probe), task));
        Ok(())
    }

    /// Shows some more pictures to the cut that was begun.
    #[wasm_bindgen(js_name = advanceProbe)]
    pub fn advance_probe(&mut self) -> JsResult<Ts<Advance>> {
        let at = match &mut self.probes {
            Some(Probes::Layers(_, _, Some((_, task)))) => task.advance()?,
            Some(Probes::Sizes(_, Some(task))) => task.advance()?,
            _ => return Err(nothing_begun().into()),
        };
        message(Advance::from(at))
    }

    /// What the probe gave.
    #[wasm_bindgen(js_name = finishProbe)]
    pub fn finish_probe(&mut self) -> JsResult<Ts<Probe>> {
        let trial = match &mut self.probes {
            Some(Probes::Layers(_, _, trial)) => trial.take(),
            _ => None,
        };
        let (curve, trial) = trial.ok_or_else(nothing_begun)?;
        message(Probe {
            curve,
            probed: trial.finish()?,
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
        let target = target.ok_or_else(|| Error::BadRecipe(message!("error-no-target")))?;
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
        sizes: Ts<Sizes>,
    ) -> JsResult<()> {
        let recipe = read_recipe(&recipe)?;
        let size = original.len() as u64;
        let graph = open(original.into(), &options(sizes)?)?.graph;
        let split = self.split(&graph)?;
        let sweep = Sweep::prepare((&graph, size), &recipe, split.clone(), Some(now))?;
        self.preparing = Some(Preparing::Sweep(Box::new(Slices::new(sweep)), split));
        Ok(())
    }

    /// Cuts to the share `kept`, which is measured then; `false` where the recipe's limits do not let so much go.
    #[wasm_bindgen(js_name = beginCut)]
    pub fn begin_cut(&mut self, kept: f64) -> JsResult<bool> {
        let Some(Probes::Sizes(sweep, trial)) = &mut self.probes else {
            return Err(nothing_begun().into());
        };
        *trial = sweep.point(kept)?.map(Slices::new);
        Ok(trial.is_some())
    }

    /// What was measured of it.
    #[wasm_bindgen(js_name = finishCut)]
    pub fn finish_cut(&mut self) -> JsResult<Ts<SweepPoint>> {
        let trial = match &mut self.probes {
            Some(Probes::Sizes(_, trial)) => trial.take(),
            _ => None,
        };
        message(trial.ok_or_else(nothing_begun)?.finish()?)
    }
}

/// Curves with what a probe gave, in the place that its share has.
#[wasm_bindgen(js_name = withProbe)]
pub fn with_probe(curves: Ts<Curves>, probe: Ts<Probe>) -> JsResult<Ts<Curves>> {
    let mut curves = curves.to_rust().map_err(mismatch)?;
    let Probe { curve, probed } = probe.to_rust().map_err(mismatch)?;
    curves.add(curve, probed);
    message(curves)
}
