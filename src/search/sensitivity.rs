//! Sensitivity: what each layer alone can bear.

use super::curves::{Curve, Curves, SensitivityPoint};
use super::guide::by_hand;
use super::layer_probe::LayerProbe;
use super::preparation::Known;
use super::preparation::Preparation;
use crate::data::Pictures;
use crate::data::Split;
use crate::error::{Error, Result};
use crate::eval::ReferenceLogits;
use crate::graph::Graph;
use crate::prune::session::Session;
use crate::recipe::{Granularity, Recipe};
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
/// “Pruning filters for efficient ConvNets” (arXiv 1608.08710), figure 2; normalisations are recalibrated before a cut is
/// judged (Li et al. 2020, “EagleEye”, arXiv 2007.02491), where the model has any and the pictures suffice.
#[derive(Clone)]
pub struct Sensitivity {
    session: Session,
    recipe: Recipe,
    layers: Vec<Vec<String>>,
    levels: Vec<f64>,
    calibration: Option<Arc<Pictures>>,
    judged: Arc<Pictures>,
    answers: ReferenceLogits,
    pictures: Vec<String>,
}

impl Sensitivity {
    /// `levels` are shares to remove of a layer. What is learned from the lessons are statistics alone, of a few of them; the
    /// probes are measured on `most` of the judged pictures, or on all where there are fewer.
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
    ) -> Result<Preparation<Self>> {
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
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        let first = by_hand(
            recipe,
            layers[0].iter().map(|name| (name.clone(), levels[0])),
        );
        let judged = Arc::new(split.validation.sample(most, seed));
        let normalises = original.batch_norms().next().is_some();
        let calibrates = normalises && split.train.len() >= FEW;
        let calibration = calibrates.then(|| Arc::new(split.train.sample(MOST_CALIBRATION, seed)));
        let pictures = vec![
            format!("{:016x}", split.train.fingerprint()),
            format!("{:016x}", judged.fingerprint()),
        ];
        let recipe = recipe.clone();
        let (shown, statistics) = (Arc::clone(&judged), calibration.clone());
        let begin = move |session, known: Known| {
            let with_statistics = known.recalibrated.and_then(|quality| quality.agreement);
            let does_harm = with_statistics.is_some_and(|same| 1.0 - same > MOST_CHANGED);
            Ok(Sensitivity {
                session,
                recipe,
                layers,
                levels,
                calibration: calibration.filter(|_| !does_harm),
                judged,
                answers: known.answers,
                pictures,
            })
        };
        let of_cuts =
            Preparation::of_cuts((original, session), first, &split.train, &shown, begin)?;
        Ok(match &statistics {
            Some(statistics) => of_cuts.recalibrating(original, statistics, &shown),
            None => of_cuts,
        })
    }

    /// How many probes there are: each layer at each level, one layer after the other.
    pub fn len(&self) -> usize {
        self.layers.len() * self.levels.len()
    }

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
            original: self.answers.quality(),
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

    /// Cuts one layer, recalibrates, and measures.
    ///
    /// Errors: those of [`Sensitivity::begin`] and of [`LayerProbe::advance`].
    pub fn probe(&mut self, probe: usize) -> Result<SensitivityPoint> {
        self.begin(probe)?.finish()
    }

    /// Cuts one layer; then it is recalibrated and measured.
    ///
    /// Errors: [`Error::BadInput`] for a probe that there is not; else those of cutting.
    pub fn begin(&mut self, probe: usize) -> Result<LayerProbe> {
        if probe >= self.len() {
            return Err(Error::BadInput(message!(
                "error-no-such-point",
                count = self.len(),
                number = probe
            )));
        }
        let recipe = self.recipe_of(probe);
        self.session.choose(&recipe)?;
        LayerProbe::new(
            self.levels[probe % self.levels.len()],
            &self.session.model()?,
            self.calibration.as_ref(),
            (&self.judged, &self.answers),
        )
    }

    fn recipe_of(&self, probe: usize) -> Recipe {
        let level = self.levels[probe % self.levels.len()];
        let layers = self.layers[self.curve_of(probe)].iter();
        by_hand(&self.recipe, layers.map(|name| (name.clone(), level)))
    }
}
