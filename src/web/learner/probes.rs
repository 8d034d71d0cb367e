//! Cuts that are measured and not kept: of each layer alone, and of the whole at many sizes.

use super::{Learner, beginning, nothing_begun, options};
use crate::api::model::Sizes;
use crate::api::probing::{Found, Probe, Probing};
use crate::api::task::{Finished, TaskEvent};
use crate::data::Split;
use crate::error::Error;
use crate::graph::Graph;
use crate::onnx::open;
use crate::prune::session::Session;
use crate::random;
use crate::recipe::Recipe;
use crate::search::{Curves, Findings, MOST_JUDGED, Sensitivity, Sweep, SweepEvent, guide};
use crate::task::{Progress, Task};
use crate::web::errors::{JsResult, mismatch};
use crate::web::{message, now, read_recipe};
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// Layers that are to be probed, one after the other.
pub struct Probes {
    original: Graph,
    bytes: u64,
    recipe: Recipe,
    levels: Vec<f64>,
    split: Split,
    seed: u32,
    /// What was measured of the same layers before.
    before: Option<Curves>,
    /// Once it is known what pictures tell.
    ready: Option<Sensitivity>,
}

#[wasm_bindgen]
impl Learner {
    /// Takes in what is to be probed: each layer alone at these levels (shares to remove), or what curves of this model that were
    /// measured `before` lack of that.
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
        let bytes = original.len() as u64;
        let original = open(original.into(), &options(sizes)?)?.graph;
        let before = before.map(|curves| curves.to_rust()).transpose();
        self.probes = Some(Probes {
            split: self.split(&original)?,
            original,
            bytes,
            recipe,
            levels,
            seed: random::seed(seed)?,
            before: before.map_err(mismatch)?,
            ready: None,
        });
        Ok(())
    }

    /// Starts to show the pictures that have to be seen before layers can be probed.
    #[wasm_bindgen(js_name = findOut)]
    pub fn find_out(&mut self) -> JsResult<()> {
        let task = self.probes()?.prepare()?;
        self.start(task.events(TaskEvent::from).map(|sensitivity| {
            Ok(Finished {
                found: Some(Found::from(sensitivity.findings())),
                ..Finished::default()
            })
        }));
        Ok(())
    }

    /// Takes what pictures told, here or another worker that is to probe the same layers on the same pictures, and tells which
    /// probes are left to do.
    #[wasm_bindgen(js_name = beginProbes)]
    pub fn begin_probes(&mut self, found: Ts<Found>) -> JsResult<Ts<Probing>> {
        let found = found.to_rust().map_err(mismatch)?;
        let probes = self.probes()?;
        let prepared = probes.prepared(found.into())?;
        let sensitivity = probes.ready.insert(prepared);
        let curves = match &probes.before {
            Some(before) => sensitivity.known(before),
            None => sensitivity.curves(),
        };
        message(Probing {
            probes: sensitivity.len(),
            levels: sensitivity.levels().to_vec(),
            left: sensitivity.left(&curves),
            curves,
        })
    }

    /// Starts one of the probes, in any order: cuts its layer, and measures that.
    pub fn probe(&mut self, probe: usize) -> JsResult<()> {
        let sensitivity = self.probes()?.ready.as_mut().ok_or_else(nothing_begun)?;
        let task = sensitivity.probe(probe)?;
        let curve = sensitivity.curve_of(probe);
        self.start(task.events(TaskEvent::from).map(move |probed| {
            Ok(Finished {
                probe: Some(Probe { curve, probed }),
                ..Finished::default()
            })
        }));
        Ok(())
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

    /// Starts to cut to each of these shares of the model, as far as the recipe's limits let so much go, and to measure each cut.
    pub fn sweep(
        &mut self,
        original: Vec<u8>,
        recipe: Ts<Recipe>,
        shares: Vec<f64>,
        sizes: Ts<Sizes>,
    ) -> JsResult<()> {
        let recipe = read_recipe(&recipe)?;
        let size = original.len() as u64;
        let graph = open(original.into(), &options(sizes)?)?.graph;
        let split = self.split(&graph)?;
        let sweep = Sweep::prepare((&graph, size), &recipe, split.clone(), Some(now))?;
        let task = sweep.events(TaskEvent::from).then(move |sweep| {
            let milliseconds = sweep.milliseconds();
            Ok(sweep.points(shares).events(move |event| match event {
                SweepEvent::Progress(progress) => progress.into(),
                SweepEvent::Original(metrics) => {
                    TaskEvent::Began(beginning(&split, [metrics; 2], milliseconds))
                }
                SweepEvent::Point(point) => TaskEvent::Point(*point),
            }))
        });
        self.start(task.map(|()| Ok(Finished::default())));
        Ok(())
    }
}

impl Learner {
    fn probes(&mut self) -> Result<&mut Probes, Error> {
        self.probes.as_mut().ok_or_else(nothing_begun)
    }
}

impl Probes {
    fn prepare(&self) -> Result<impl Task<Event = Progress, Output = Sensitivity> + use<>, Error> {
        let sides = (&self.original, self.bytes);
        let (recipe, levels) = (&self.recipe, &self.levels);
        Sensitivity::prepare(sides, recipe, levels, &self.split, MOST_JUDGED, self.seed)
    }

    fn prepared(&self, found: Findings) -> Result<Sensitivity, Error> {
        let sides = (&self.original, self.bytes);
        let most = (MOST_JUDGED, self.seed);
        Sensitivity::prepared(sides, &self.recipe, &self.levels, &self.split, most, found)
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
