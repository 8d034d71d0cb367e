//! The curve of a criterion alone: cuts of many sizes, none of them recovered, each measured. It shows where the cliff is.

use super::preparation::prepare_cuts;
use super::target_scale::TargetScale;
use crate::cost::{Retained, Totals};
use crate::data::Pictures;
use crate::data::Split;
use crate::error::{Error, Result};
use crate::eval::Metrics;
use crate::eval::ModelComparison;
use crate::eval::ReferenceLogits;
use crate::eval::measure;
use crate::graph::Graph;
use crate::prune::session::Session;
use crate::recipe::Recipe;
use crate::task::{Clock, Progress, Step, Task};
use serde::Serialize;
use std::sync::Arc;

/// One cut, unrecovered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(hashmap_as_object))]
pub struct SweepPoint {
    /// Makes this very model of the original.
    pub recipe: Recipe,
    pub totals: Totals,
    pub left: Retained,
    pub quality: Metrics,
    /// Milliseconds for one picture, median, where there is a clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
}

/// A model that is cut again and again, always from the whole.
pub struct Sweep {
    session: Session,
    scale: TargetScale,
    validation: Arc<Pictures>,
    reference: ReferenceLogits,
    clock: Option<Clock>,
    milliseconds: Option<f64>,
}

impl Sweep {
    /// The recipe's target says what the shares are of; the original's file has `file_bytes` bytes. Data-aware criteria look
    /// at the pictures to train on.
    ///
    /// Errors: [`Error::BadRecipe`] for a recipe without a target or that does not fit the model; those of running it.
    pub fn prepare(
        (original, file_bytes): (&Graph, u64),
        recipe: &Recipe,
        Split {
            train, validation, ..
        }: Split,
        clock: Option<Clock>,
    ) -> Result<impl Task<Event = Progress, Output = Self> + use<>> {
        let scale = TargetScale::new(recipe)?;
        let session = Session::new(original.clone(), file_bytes)?;
        let milliseconds = measure(original, &validation, clock)?;
        let preparation = prepare_cuts((original, session), recipe.clone(), &train, &validation)?;
        Ok(preparation.map(move |prepared| {
            Ok(Sweep {
                session: prepared.session,
                scale,
                validation,
                reference: prepared.reference,
                clock,
                milliseconds,
            })
        }))
    }

    /// The whole model on the same pictures.
    pub fn original(&self) -> Metrics {
        self.reference.quality()
    }

    /// Milliseconds that the whole model takes for one picture.
    pub fn milliseconds(&self) -> Option<f64> {
        self.milliseconds
    }

    /// Cuts to the share `kept` of the original; the task measures the cut. `None` where the recipe's limits do not let so much
    /// go.
    pub fn point(
        &mut self,
        kept: f64,
    ) -> Result<Option<impl Task<Event = Progress, Output = SweepPoint> + use<>>> {
        let recipe = self.scale.recipe(kept, 1.0);
        match self.session.choose(&recipe) {
            Err(Error::BadRecipe(_)) => return Ok(None),
            chosen => chosen?,
        }
        let cut = self.session.finish(None)?;
        let (validation, clock) = (Arc::clone(&self.validation), self.clock);
        let [before, after] = [&cut.report.before, &cut.report.after].map(|account| account.totals);
        let comparison =
            ModelComparison::against(&self.reference, &cut.graph, Arc::clone(&validation))?;
        Ok(Some(comparison.map(move |compared| {
            Ok(SweepPoint {
                recipe,
                totals: after,
                left: Retained::new(&before, &after),
                quality: compared.result.quality,
                milliseconds: measure(&cut.graph, &validation, clock)?,
            })
        })))
    }
}

/// What a sweep tells on its way.
#[derive(Debug)]
pub enum SweepEvent {
    Progress(Progress),
    /// How good the whole model is.
    Original(Metrics),
    /// Another cut was measured.
    Point(Box<SweepPoint>),
}

impl From<Progress> for SweepEvent {
    fn from(progress: Progress) -> Self {
        SweepEvent::Progress(progress)
    }
}

/// Cuts to one share after the other, as far as the recipe's limits let so much go: larger cuts are beyond them as well.
pub struct SweepPoints {
    sweep: Sweep,
    tells_original: bool,
    shares: std::vec::IntoIter<f64>,
    point: Option<Box<dyn Task<Event = Progress, Output = SweepPoint>>>,
}

impl Sweep {
    /// Cuts to each of these shares of the original, and measures each cut.
    pub fn points(self, shares: Vec<f64>) -> SweepPoints {
        SweepPoints {
            sweep: self,
            tells_original: true,
            shares: shares.into_iter(),
            point: None,
        }
    }
}

impl Task for SweepPoints {
    type Event = SweepEvent;
    type Output = ();

    fn step(&mut self) -> Result<Step<SweepEvent, ()>> {
        if std::mem::take(&mut self.tells_original) {
            return Ok(Step::Event(SweepEvent::Original(self.sweep.original())));
        }
        if self.point.is_none() {
            let next = self.shares.next();
            let point = next.map(|kept| self.sweep.point(kept)).transpose()?;
            match point.flatten() {
                Some(point) => self.point = Some(Box::new(point)),
                None => return Ok(Step::Done(())),
            }
        }
        let Some(point) = &mut self.point else {
            return Ok(Step::Done(()));
        };
        Ok(Step::Event(match point.step()? {
            Step::Event(progress) => SweepEvent::Progress(progress),
            Step::Done(measured) => {
                self.point = None;
                SweepEvent::Point(Box::new(measured))
            }
        }))
    }
}
