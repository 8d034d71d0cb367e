//! Both models on their way through the pictures, batch by batch. What lies before the layer at hand is kept in half precision where
//! it takes little memory, and computed again from the last place where it did otherwise. Where it takes much, a picture has many
//! places, and few pictures are enough.

use super::units::Unit;
use crate::data::Pictures;
use crate::engine::{Normalization, Options, Tape};
use crate::error::Result;
use crate::graph::{Graph, ValueId};
use half::f16;
use half::slice::HalfFloatSliceExt;
use std::sync::Arc;

/// Bytes that both models' tapes may take for what a step reads and makes.
const WORKING: usize = 32 << 20;
/// Bytes that may be kept of all pictures.
const KEPT: usize = 80 << 20;
/// The most pictures of a batch.
const MOST: usize = 32;
/// So many pictures are shown where what lies before a layer takes too much memory to be kept of all.
const FEW: usize = 64;

/// A model that goes on from a step at which values were kept.
pub struct Model {
    pub graph: Graph,
    pub tape: Tape,
    /// By batch.
    kept: Vec<Checkpoint>,
}

/// Where a batch goes on: the step, and the values that it and later ones read, their numbers as shares of the largest one, which may
/// be beyond half precision.
#[derive(Default)]
struct Checkpoint {
    step: usize,
    values: Vec<(ValueId, f32, Vec<f16>)>,
}

/// The pruned model and the original, on the same pictures.
pub struct Replay {
    pub own: Model,
    pub original: Model,
    pictures: Arc<Pictures>,
    pub batch: usize,
    input: Vec<f32>,
}

impl Replay {
    /// Errors: those of [`Tape::new`].
    pub fn new(pruned: &Graph, original: &Graph, pictures: Arc<Pictures>) -> Result<Self> {
        let single = [pruned, original].map(|graph| tape(graph, 1));
        let [own, theirs] = single;
        let bytes = (own?.widest() + theirs?.widest()) * size_of::<f32>();
        let batch = (WORKING / bytes.max(1)).clamp(1, MOST).min(pictures.len());
        Ok(Replay {
            own: Model::new(pruned, batch)?,
            original: Model::new(original, batch)?,
            input: vec![0.0; pictures.sample_len() * batch],
            batch,
            pictures,
        })
    }

    /// How many batches a unit is shown: those of all pictures, or of a few.
    pub fn batches(&self, unit: &Unit) -> usize {
        let all = self.pictures.len().div_ceil(self.batch);
        match self.fits(unit, all) {
            true => all,
            false => all.min(FEW.div_ceil(self.batch)),
        }
    }

    /// How many pictures a unit is shown.
    pub fn shown(&self, unit: &Unit) -> usize {
        (self.batches(unit) * self.batch).min(self.pictures.len())
    }

    /// The pictures of a batch.
    pub fn pictures_of(&self, batch: usize) -> std::ops::Range<usize> {
        let first = batch * self.batch;
        first..(first + self.batch).min(self.pictures.len())
    }

    /// Whether there is room for what lies before a unit, of so many batches.
    fn fits(&self, unit: &Unit, batches: usize) -> bool {
        let numbers = self.own.numbers_before(*unit.own.start())
            + self.original.numbers_before(*unit.theirs.start());
        numbers * batches * size_of::<f16>() <= KEPT
    }

    /// Runs both models on a batch up to the end of a unit. The last batch is filled up with the first pictures of it.
    pub fn run(&mut self, unit: &Unit, batch: usize) -> Result<()> {
        let keeps = self.fits(unit, self.batches(unit));
        let range = self.pictures_of(batch);
        let indices: Vec<usize> = range.clone().cycle().take(self.batch).collect();
        self.pictures.write(&indices, None, &mut self.input);
        let ranges = [&unit.own, &unit.theirs];
        for (model, steps) in [&mut self.own, &mut self.original].into_iter().zip(ranges) {
            model.tape.start(&[&self.input])?;
            model.reach(batch, *steps.start(), keeps)?;
            (*steps.start()..=*steps.end()).try_for_each(|step| model.tape.compute(step))?;
        }
        Ok(())
    }

    /// Lets go of what a unit's steps made and nothing reads any more.
    pub fn leave(&mut self, unit: &Unit) {
        for (model, steps) in [
            (&mut self.own, &unit.own),
            (&mut self.original, &unit.theirs),
        ] {
            steps.clone().for_each(|step| model.tape.release(step));
        }
    }
}

impl Model {
    fn new(graph: &Graph, batch: usize) -> Result<Self> {
        Ok(Model {
            graph: graph.clone(),
            tape: tape(graph, batch)?,
            kept: Vec::new(),
        })
    }

    fn numbers_before(&self, step: usize) -> usize {
        let values = self.tape.read_from(step);
        values.iter().map(|&value| self.tape.length(value)).sum()
    }

    /// Computes what a step reads of a batch, from what was kept.
    fn reach(&mut self, batch: usize, step: usize, keeps: bool) -> Result<()> {
        if self.kept.len() <= batch {
            self.kept.resize_with(batch + 1, Checkpoint::default);
        }
        let checkpoint = &mut self.kept[batch];
        for (value, largest, shares) in &checkpoint.values {
            let mut numbers = vec![0.0; shares.len()];
            shares.convert_to_f32_slice(&mut numbers);
            numbers.iter_mut().for_each(|x| *x *= *largest);
            self.tape.put(*value, numbers);
        }
        for step in checkpoint.step..step {
            self.tape.compute(step)?;
            self.tape.release(step);
        }
        if keeps {
            let values = self.tape.read_from(step).into_iter();
            let kept = values.map(|value| {
                let numbers = self.tape.value(value);
                let largest = numbers.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
                let largest = if largest > 0.0 { largest } else { 1.0 };
                let shares: Vec<f32> = numbers.iter().map(|x| x / largest).collect();
                let mut halves = vec![f16::ZERO; shares.len()];
                halves.convert_from_f32_slice(&shares);
                (value, largest, halves)
            });
            *checkpoint = Checkpoint {
                step,
                values: kept.collect(),
            };
        }
        Ok(())
    }
}

fn tape(graph: &Graph, batch: usize) -> Result<Tape> {
    let options = Options {
        batch,
        ..Options::default()
    };
    Tape::new(graph, &options, Normalization::Stored)
}
