//! Measuring a data-aware criterion, a picture at a time: whoever drives it can show how far it is, and stop it.

use super::bypassing::Bypassing;
use super::probe::{Probe, Watched};
use super::{Accumulator, Against, LayerScores, Measured, MeasuredOn, Saliency};
use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::prune::criteria::find;
use crate::prune::criteria::info::Source;
use crate::random::Batches;
use crate::task::{Phase, Progress, Step, Task};

/// A criterion that is being measured.
pub struct Measuring {
    on: MeasuredOn,
    work: Work,
}

enum Work {
    Gathering(Box<Gathering>),
    Bypassing(Box<dyn Bypassing>),
}

/// All pictures are shown to the model itself.
struct Gathering {
    probe: Probe,
    accumulator: Box<dyn Accumulator>,
    pictures: Box<dyn Dataset>,
    order: Batches,
    done: usize,
    of: usize,
}

impl Measuring {
    /// All pictures are shown, in an order by the seed.
    ///
    /// Errors: [`Error::BadRecipe`] where the criterion is unknown, or looks at no pictures; [`Error::BadInput`] where there are no pictures,
    /// or the model does not take them; [`Error::BadModel`] and [`Error::UnsupportedOperators`] where gradients can't pass
    /// through the model.
    pub fn new(
        graph: &Graph,
        criterion: &str,
        pictures: impl Dataset + 'static,
        seed: u32,
    ) -> Result<Self> {
        if pictures.is_empty() {
            return Err(Error::BadInput(message!(
                "error-criterion-no-pictures",
                criterion = criterion
            )));
        }
        let on = MeasuredOn {
            criterion: criterion.into(),
            pictures: pictures.len(),
            against: Against::Nothing,
            none_apart: false,
        };
        match find(criterion)?.source {
            Source::Model(_) => Err(Error::BadRecipe(message!(
                "error-criterion-not-measured",
                criterion = criterion
            ))),
            Source::Branches(begin) => Ok(Measuring {
                on,
                work: Work::Bypassing(begin(graph, Box::new(pictures))?),
            }),
            Source::Pictures(begin) => {
                let probe = Probe::new(graph, &pictures)?;
                let accumulator = begin(&probe);
                Ok(Measuring {
                    on: MeasuredOn {
                        against: match (accumulator.needs_gradients(), pictures.labels()) {
                            (false, _) => Against::Nothing,
                            (true, Some(_)) => Against::Labels,
                            (true, None) => Against::FirstChoice,
                        },
                        ..on
                    },
                    work: Work::Gathering(Box::new(Gathering {
                        order: Batches::new(pictures.len(), seed),
                        of: accumulator.wanted(pictures.len()),
                        done: 0,
                        probe,
                        accumulator,
                        pictures: Box::new(pictures),
                    })),
                })
            }
        }
    }

    /// Notes that no pictures were kept apart from these to measure on.
    pub fn with_none_apart(mut self) -> Self {
        self.on.none_apart = true;
        self
    }
}

impl Gathering {
    /// What the pictures that have been shown say. Of equal pictures in equal order it is the same to the bit everywhere.
    fn measured(&self) -> Result<Vec<LayerScores>> {
        let saliency = self.accumulator.scores(&self.probe, self.done.max(1))?;
        let layers = self.probe.layers.iter().zip(saliency);
        layers
            .map(|(layer, saliency)| scores(&self.probe, layer, saliency))
            .collect()
    }

    fn step(&mut self) -> Result<Step<Progress, Vec<LayerScores>>> {
        if self.done == self.of {
            return Ok(Step::Done(self.measured()?));
        }
        let gradients = self.accumulator.needs_gradients();
        for index in self.order.next(1) {
            self.probe.show(&*self.pictures, index, gradients)?;
        }
        self.accumulator.accumulate(&mut self.probe)?;
        self.done += 1;
        Ok(Step::Event(Progress {
            phase: Phase::Scoring,
            done: self.done,
            of: self.of,
        }))
    }
}

impl Task for Measuring {
    type Event = Progress;
    type Output = Measured;

    fn step(&mut self) -> Result<Step<Progress, Measured>> {
        let (layers, branches) = match &mut self.work {
            Work::Gathering(gathering) => match gathering.step()? {
                Step::Event(progress) => return Ok(Step::Event(progress)),
                Step::Done(layers) => (layers, Vec::new()),
            },
            Work::Bypassing(bypassing) => match bypassing.step()? {
                Step::Event(progress) => return Ok(Step::Event(progress)),
                Step::Done(branches) => (Vec::new(), branches),
            },
        };
        Ok(Step::Done(Measured {
            on: self.on.clone(),
            layers,
            branches,
        }))
    }
}

/// Rounds a layer's saliency. Only a weight of zero may score zero.
fn scores(probe: &Probe, layer: &Watched, saliency: Saliency) -> Result<LayerScores> {
    let name = &probe.graph.value(layer.tensor).name;
    let rounded = |numbers: Vec<f64>| -> Result<Vec<f32>> {
        let numbers: Vec<f32> = numbers.into_iter().map(|x| x as f32).collect();
        match numbers.iter().all(|x| x.is_finite() && *x >= 0.0) {
            true => Ok(numbers),
            false => Err(Error::BadModel(message!(
                "error-scores-too-large",
                name = name
            ))),
        }
    };
    let weights = match saliency.weights {
        Some(numbers) => {
            let mut numbers = rounded(numbers)?;
            for (score, weight) in numbers.iter_mut().zip(probe.weights(layer).iter()) {
                *score = match *weight == 0.0 {
                    true => 0.0,
                    false => score.max(f32::MIN_POSITIVE),
                };
            }
            Some(numbers)
        }
        None => None,
    };
    Ok(LayerScores {
        tensor: name.clone(),
        axis: layer.axis,
        weights,
        slices: rounded(saliency.slices)?,
    })
}
