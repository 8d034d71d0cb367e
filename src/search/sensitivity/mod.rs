//! Sensitivity: what each layer alone can bear.

mod curves;
mod guide;

pub use curves::{Curve, Curves, SensitivityPoint};
pub use guide::guide;

use crate::data::{Pictures, Split};
use crate::error::{Error, Result};
use crate::eval::{ComparisonResult, Metrics, ModelComparison, ReferenceLogits};
use crate::graph::Graph;
use crate::prune::criteria::{Measured, is_measured};
use crate::prune::session::Session;
use crate::recipe::{Granularity, Recipe};
use crate::recover::Recalibration;
use crate::search::preparation::prepare_cuts;
use crate::task::{Progress, Task};
use guide::by_hand;
use std::sync::Arc;

/// The shares that are removed of each layer where nothing else is asked for.
pub const LEVELS: [f64; 4] = [0.25, 0.5, 0.75, 0.9];

/// Pictures that a probe is measured on at most where nothing else is asked for: there are many probes.
pub const MOST_JUDGED: usize = 256;
/// Pictures that statistics are measured on at most.
const MOST_CALIBRATION: usize = 64;
/// Statistics of fewer pictures than this do more harm than good.
const FEW: usize = 16;
/// Those of more may as well, where they show little of what a model is made for: if the whole model with these statistics says
/// something else of more than this share of pictures, cuts are judged without them.
const MOST_CHANGED: f64 = 0.2;

/// A model whose layers are probed one by one, in any order, here or on several machines at a time: each probe stands
/// alone. Accuracy (agreement with the original, without labels) against sparsity for every layer, as in Li et al. 2017,
/// “Pruning filters for efficient ConvNets” (arXiv 1608.08710), figure 2; normalizations are recalibrated before a cut is
/// judged (Li et al. 2020, “EagleEye”, arXiv 2007.02491), where the model has any and the pictures suffice.
#[derive(Clone)]
pub struct Sensitivity {
    session: Session,
    recipe: Recipe,
    layers: Vec<Vec<String>>,
    levels: Vec<f64>,
    calibration: Option<Arc<Pictures>>,
    validation: Arc<Pictures>,
    reference: ReferenceLogits,
    pictures: Vec<String>,
    findings: Arc<Findings>,
}

/// What pictures told of an original before its layers are cut: whoever cuts the same layers elsewhere needs to show none.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// What the criterion found, where it looks at pictures.
    pub scores: Option<Measured>,
    /// The original's logits on each picture to measure on.
    pub reference: Vec<Vec<f32>>,
    /// How good the original is with its statistics measured anew, where that was to be found out.
    pub recalibrated: Option<Metrics>,
}

/// All that a sensitivity is of, before any picture was shown.
struct Setup {
    session: Session,
    /// The cut of the first layer, by which it is known whether the recipe can be followed.
    first: Recipe,
    recipe: Recipe,
    layers: Vec<Vec<String>>,
    levels: Vec<f64>,
    calibration: Option<Arc<Pictures>>,
    validation: Arc<Pictures>,
    pictures: Vec<String>,
}

impl Sensitivity {
    /// `levels` are shares to remove of a layer. Of the pictures to train on, a few give statistics alone; the probes are measured
    /// on `most` of those to choose by, or on all where there are fewer.
    ///
    /// Errors: [`Error::BadRecipe`] where the recipe is not one for this model, or leaves nothing to cut;
    /// [`Error::BadInput`] for levels that are no shares.
    pub fn prepare(
        (original, file_bytes): (&Graph, u64),
        recipe: &Recipe,
        levels: &[f64],
        split: &Split,
        most: usize,
        seed: u32,
    ) -> Result<impl Task<Event = Progress, Output = Self> + use<>> {
        let setup = Setup::new((original, file_bytes), recipe, levels, split, most, seed)?;
        let preparation = prepare_cuts(
            (original, setup.session.clone()),
            setup.first.clone(),
            &split.train,
            &setup.validation,
        )?;
        let original = original.clone();
        Ok(preparation.then(move |prepared| {
            let reference = prepared.reference.clone();
            let bears = setup.recalibrated(&original, &reference)?;
            Ok(bears.map(move |recalibrated| {
                let findings = Findings {
                    scores: prepared.scores,
                    reference: reference.rows().to_vec(),
                    recalibrated,
                };
                Ok(setup.begin(prepared.session, reference, findings))
            }))
        }))
    }

    /// The same, with what pictures told where the same was prepared ([`Sensitivity::findings`]), in place of showing them.
    ///
    /// Errors: those of [`Sensitivity::prepare`]; [`Error::BadInput`] where the findings are of other pictures, or lack something
    /// that had to be found out.
    pub fn prepared(
        (original, file_bytes): (&Graph, u64),
        recipe: &Recipe,
        levels: &[f64],
        split: &Split,
        (most, seed): (usize, u32),
        findings: Findings,
    ) -> Result<Self> {
        let setup = Setup::new((original, file_bytes), recipe, levels, split, most, seed)?;
        let mut session = setup.session.clone();
        if is_measured(&recipe.criterion) {
            let scores = findings
                .scores
                .clone()
                .ok_or_else(|| Error::BadInput(message!("error-findings-lack-scores")))?;
            session.take_scores(scores)?;
        }
        session.choose(&setup.first)?;
        if setup.calibration.is_some() && findings.recalibrated.is_none() {
            return Err(Error::BadInput(message!("error-findings-lack-metrics")));
        }
        let reference =
            ReferenceLogits::of_pictures(findings.reference.clone(), &setup.validation)?;
        Ok(setup.begin(session, reference, findings))
    }

    /// What the pictures told.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// How many probes there are: each layer at each level, one layer after the other.
    pub fn len(&self) -> usize {
        self.layers.len() * self.levels.len()
    }

    /// Whether there is no layer to prune.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The shares that are removed of each layer, from the least: those that were asked for, or the one that a pattern leaves.
    pub fn levels(&self) -> &[f64] {
        &self.levels
    }

    /// What is there before any probe: a curve without points for each layer.
    pub fn curves(&self) -> Curves {
        let layers = self.layers.iter();
        Curves {
            recipe: self.recipe.clone(),
            original: self.reference.quality(),
            calibrated_on: self.calibration.as_ref().map_or(0, |set| set.len()),
            pictures: self.pictures.clone(),
            curves: layers
                .map(|layers| Curve {
                    layers: layers.clone(),
                    points: Vec::new(),
                })
                .collect(),
        }
    }

    /// What there is of curves that were measured before: of this model by this recipe on these pictures, at these levels.
    /// Others count for nothing.
    pub fn known(&self, before: &Curves) -> Curves {
        let mut curves = self.curves();
        // What goes, and of which layers, is each probe's own.
        let alike = |recipe: &Recipe| by_hand(recipe, std::iter::empty());
        let same = alike(&before.recipe) == alike(&self.recipe)
            && before.pictures == self.pictures
            && before.original == curves.original
            && before.calibrated_on == curves.calibrated_on;
        for curve in curves.curves.iter_mut().filter(|_| same) {
            let found = before.curves.iter().find(|old| old.layers == curve.layers);
            let points = found.iter().flat_map(|old| &old.points);
            curve.points = points
                .filter(|point| self.levels.contains(&point.share))
                .copied()
                .collect();
        }
        curves.with_losses()
    }

    /// The probes that these curves have no point of yet.
    pub fn left(&self, curves: &Curves) -> Vec<usize> {
        let is_missing = |&probe: &usize| {
            let level = self.levels[probe % self.levels.len()];
            let curve = curves.curves.get(self.curve_of(probe));
            curve.is_none_or(|curve| curve.points.iter().all(|point| point.share != level))
        };
        (0..self.len()).filter(is_missing).collect()
    }

    /// The curve that a probe belongs to.
    pub fn curve_of(&self, probe: usize) -> usize {
        probe / self.levels.len()
    }

    /// Cuts one layer; the task recalibrates the cut, where that is done, and measures it.
    ///
    /// Errors: [`Error::BadInput`] for a probe that there is not; else those of cutting.
    pub fn probe(
        &mut self,
        probe: usize,
    ) -> Result<impl Task<Event = Progress, Output = SensitivityPoint> + use<>> {
        if probe >= self.len() {
            return Err(Error::BadInput(message!(
                "error-no-such-point",
                count = self.len(),
                number = probe
            )));
        }
        let recipe = self.recipe_of(probe);
        self.session.choose(&recipe)?;
        let share = self.levels[probe % self.levels.len()];
        let judged = judged(
            &self.session.model()?,
            self.calibration.as_ref(),
            &self.validation,
            &self.reference,
        )?;
        Ok(judged.map(move |result| {
            Ok(SensitivityPoint {
                share,
                quality: result.quality,
                lost: result.original.lost_by(&result.quality),
            })
        }))
    }

    fn recipe_of(&self, probe: usize) -> Recipe {
        let level = self.levels[probe % self.levels.len()];
        let layers = self.layers[self.curve_of(probe)].iter();
        by_hand(&self.recipe, layers.map(|name| (name.clone(), level)))
    }
}

impl Setup {
    fn new(
        (original, file_bytes): (&Graph, u64),
        recipe: &Recipe,
        levels: &[f64],
        split: &Split,
        most: usize,
        seed: u32,
    ) -> Result<Self> {
        if levels.is_empty() || levels.iter().any(|level| !(*level > 0.0 && *level < 1.0)) {
            return Err(Error::BadInput(message!("error-levels")));
        }
        let session = Session::new(original.clone(), file_bytes)?;
        let layers = session.parts(recipe);
        if layers.is_empty() {
            return Err(Error::BadRecipe(message!("error-no-layer-to-prune")));
        }
        let mut levels = levels.to_vec();
        if let Granularity::NM { n, m } = recipe.granularity {
            levels = vec![1.0 - n as f64 / m as f64];
        }
        if recipe.granularity == Granularity::Branch {
            levels = vec![1.0];
        }
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        let first = by_hand(
            recipe,
            layers[0].iter().map(|name| (name.clone(), levels[0])),
        );
        let validation = Arc::new(split.validation.sample(most, seed));
        let normalizes = original.batch_norms().next().is_some();
        let calibrates = normalizes && split.train.len() >= FEW;
        Ok(Setup {
            calibration: calibrates.then(|| Arc::new(split.train.sample(MOST_CALIBRATION, seed))),
            pictures: vec![
                format!("{:016x}", split.train.fingerprint()),
                format!("{:016x}", validation.fingerprint()),
            ],
            session,
            first,
            recipe: recipe.clone(),
            layers,
            levels,
            validation,
        })
    }

    /// Finds out how good the original is with the statistics that the calibration pictures give it, where it is recalibrated.
    fn recalibrated(
        &self,
        original: &Graph,
        reference: &ReferenceLogits,
    ) -> Result<impl Task<Event = Progress, Output = Option<Metrics>> + use<>> {
        let judged = match &self.calibration {
            Some(_) => {
                let calibration = self.calibration.as_ref();
                Some(judged(original, calibration, &self.validation, reference)?)
            }
            None => None,
        };
        Ok(Task::map(judged, |result: Option<ComparisonResult>| {
            Ok(result.map(|result| result.quality))
        }))
    }

    fn begin(
        self,
        session: Session,
        reference: ReferenceLogits,
        findings: Findings,
    ) -> Sensitivity {
        let with_statistics = findings.recalibrated.and_then(|quality| quality.agreement);
        let does_harm = with_statistics.is_some_and(|same| 1.0 - same > MOST_CHANGED);
        Sensitivity {
            session,
            recipe: self.recipe,
            layers: self.layers,
            levels: self.levels,
            calibration: self.calibration.filter(|_| !does_harm),
            validation: self.validation,
            reference,
            pictures: self.pictures,
            findings: Arc::new(findings),
        }
    }
}

/// Measures a model, with the statistics that the calibration pictures give it, where there are some.
fn judged(
    model: &Graph,
    calibration: Option<&Arc<Pictures>>,
    validation: &Arc<Pictures>,
    reference: &ReferenceLogits,
) -> Result<impl Task<Event = Progress, Output = ComparisonResult> + use<>> {
    let recalibration = match calibration {
        Some(pictures) => Some(Recalibration::new(model, Arc::clone(pictures))?),
        None => None,
    };
    let (model, validation) = (model.clone(), Arc::clone(validation));
    let reference = reference.clone();
    Ok(recalibration.then(move |recalibrated| {
        let model = recalibrated.unwrap_or(model);
        let comparison = ModelComparison::against(&reference, &model, validation)?;
        Ok(comparison.map(|compared| Ok(compared.result)))
    }))
}
