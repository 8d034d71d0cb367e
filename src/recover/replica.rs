//! Recovery by learning: fine-tuning on labels, distillation from the original, or both.

use super::features;
use super::features::UnmatchedFeatures;
use super::logit_cache::CacheKey;
use super::mixup::mix;
use super::teacher::Teacher;
use crate::data::augment::Change;
use crate::data::{Augmentation, Pictures};
use crate::error::{Error, Result};
use crate::graph::{Graph, ValueId};
use crate::random::Batches;
use crate::random::SplitMix64;
use crate::task::Gradients;
use crate::train::{LossTargets, Trainer, TrainingSettings, TrainingStep};
use std::ops::Range;
use std::sync::Arc;

/// What a pruned model learns from.
#[derive(Clone)]
pub struct TrainingData {
    pub pictures: Arc<Pictures>,
    pub augmentation: Augmentation,
    /// Whether the pictures' labels are used, where they have any.
    pub labels: bool,
    /// Names of inner values that are to become the original's, where it teaches; [`features::STAGES`] stands
    /// for the last value of each resolution.
    pub inner: Vec<String>,
    /// What the order of the pictures and their changes start from.
    pub seed: u32,
}

impl TrainingData {
    /// The order of the pictures, and what those of this part are changed by.
    fn order(&self, part: Shard) -> (Batches, SplitMix64) {
        let changes = SplitMix64(u64::from(self.seed) << 32 | part.index as u64);
        (Batches::new(self.pictures.len(), self.seed), changes)
    }
}

/// Which part of every batch is learned from: one of several that learn a model together, or all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    pub index: usize,
    pub of: usize,
}

impl Shard {
    pub const ALL: Shard = Shard { index: 0, of: 1 };

    /// This part's pictures of a batch: an equal share of those that stand in one order for all batches, so that a picture
    /// mostly comes back to the part whose teacher remembers it. Sets may be in the order of their classes, of which each part
    /// should have some of all, so that order is a random one.
    fn taken(self, mut batch: Vec<usize>) -> Vec<usize> {
        if self != Shard::ALL {
            batch.sort_by_key(|&picture| SplitMix64(picture as u64).below(usize::MAX));
        }
        batch[self.within(batch.len())].to_vec()
    }

    /// The places of a batch of `count` that are this part's.
    fn within(self, count: usize) -> Range<usize> {
        count * self.index / self.of..count * (self.index + 1) / self.of
    }
}

/// A pruned model on its way back. It goes step by step, so that whoever drives it can stop, show or save at any time.
pub struct Replica {
    graph: Graph,
    trainer: Trainer,
    teacher: Option<Teacher>,
    unmatched: Option<UnmatchedFeatures>,
    /// The share of the way that was behind before the last step, and on which inner values are matched.
    progress: f64,
    matched: f64,
    /// How pictures are mixed in pairs, as [`TrainingSettings::mixup`].
    mixup: f64,
    data: TrainingData,
    batches: Batches,
    /// Pictures in a whole batch, and what of them is this one's.
    batch: usize,
    part: Shard,
    /// What pictures are changed by.
    random: SplitMix64,
    /// The part at hand.
    input: Vec<f32>,
}

impl Replica {
    /// `original` teaches, where it is given. Masked weights stay zero, re-packed models learn as they are. The settings'
    /// batch is the whole, of which this takes its part.
    ///
    /// Errors: [`Error::BadInput`] where there is nothing to learn from, or pictures do not fit; else those of
    /// [`Trainer::matching`].
    pub fn new(
        pruned: &Graph,
        original: Option<&Graph>,
        data: TrainingData,
        settings: &TrainingSettings,
        part: Shard,
    ) -> Result<Self> {
        let pictures = &*data.pictures;
        let batch = settings.batch;
        let own = part.within(batch).len();
        let settings = TrainingSettings {
            batch: own,
            batch_statistics: Some(settings.uses_batch_statistics()),
            ..settings.clone()
        };
        if pictures.is_empty() {
            return Err(Error::BadInput(message!("error-no-training-pictures")));
        }
        let labeled = data.labels && pictures.labels().is_some();
        if !labeled && original.is_none() {
            return Err(Error::BadInput(message!("error-nothing-to-learn-from")));
        }
        let input = pruned
            .inputs
            .first()
            .and_then(|&id| pruned.value(id).ty.as_ref());
        let input = input.ok_or_else(|| Error::BadModel(message!("error-no-input")))?;
        pictures.preset().check_fits(&input.shape)?;
        let (inner, unmatched) = match original {
            Some(original) => features::named(pruned, original, &data.inner)?,
            None => (Vec::new(), None),
        };
        let matched: Vec<ValueId> = inner.iter().map(|pair| pair.student).collect();
        let teacher = original.map(|original| {
            let remember = data.augmentation.only_mirrors() && settings.mixup == 0.0;
            Teacher::new(original, pictures, own, inner, remember)
        });
        let teacher = teacher.transpose()?;
        let trainer = Trainer::matching(pruned, &settings, &matched)?;
        if labeled {
            check_labels(pictures, &trainer)?;
        }
        let (batches, random) = data.order(part);
        Ok(Replica {
            graph: pruned.clone(),
            batches,
            random,
            input: vec![0.0; pictures.sample_len() * own],
            batch,
            part,
            trainer,
            teacher,
            unmatched,
            progress: 0.0,
            matched: f64::from(settings.feature_share),
            mixup: f64::from(settings.mixup),
            data,
        })
    }

    /// Learns from the next batch, alone.
    pub fn step(&mut self) -> Result<TrainingStep> {
        let gradients = self.gradients()?;
        self.apply(&gradients)
    }

    /// Finds what this one's part of the next batch says. All who learn the model together then follow the mean.
    pub fn gradients(&mut self) -> Result<Gradients> {
        let pictures = &*self.data.pictures;
        let batch = self.part.taken(self.batches.next(self.batch));
        let draw = |_: &usize| {
            let augmentation = &self.data.augmentation;
            augmentation.draw(pictures.preset(), &mut self.random)
        };
        let changes: Vec<Change> = batch.iter().map(draw).collect();
        pictures.write(&batch, Some(&changes), &mut self.input);
        if self.mixup > 0.0 {
            mix(&mut self.input, batch.len(), self.mixup, &mut self.random);
        }
        let labels: Option<Vec<u32>> = match pictures.labels() {
            Some(labels) if self.data.labels => Some(batch.iter().map(|&i| labels[i]).collect()),
            _ => None,
        };
        let taught = match &mut self.teacher {
            Some(teacher) => {
                let mirrored = changes.iter().map(|change| change.mirrored);
                let views: Vec<CacheKey> = batch.iter().copied().zip(mirrored).collect();
                if self.progress >= self.matched {
                    teacher.match_no_more();
                }
                Some(teacher.teach(&self.input, &views)?)
            }
            None => None,
        };
        let (said, inner) = taught.unzip();
        let goal = LossTargets {
            labels: labels.as_deref(),
            teacher: said.as_deref(),
            inner: inner.as_deref().unwrap_or_default(),
        };
        self.trainer.gradients(&[&self.input], goal)
    }

    /// Moves the weights by what the whole batch says.
    pub fn apply(&mut self, share: &Gradients) -> Result<TrainingStep> {
        self.progress = share.progress;
        self.trainer.apply(share)
    }

    /// Begins anew at this rate, as [`Trainer::restart`] does.
    pub fn restart(&mut self, learning_rate: f32) -> Result<()> {
        (self.batches, self.random) = self.data.order(self.part);
        self.progress = 0.0;
        self.trainer.restart(learning_rate)
    }

    /// Judges the last steps, as [`Trainer::conclude`] does.
    pub fn conclude(&mut self) -> Result<()> {
        self.trainer.conclude()
    }

    /// What the original could have taught inside, and does not, where there is such.
    pub fn unmatched(&self) -> Option<&UnmatchedFeatures> {
        self.unmatched.as_ref()
    }

    /// The model as it is now.
    pub fn model(&self) -> Graph {
        let mut graph = self.graph.clone();
        self.trainer.write_to(&mut graph);
        graph
    }
}

fn check_labels(pictures: &Pictures, trainer: &Trainer) -> Result<()> {
    let classes = trainer.classes();
    let labels = pictures.labels().unwrap_or_default();
    let Some(&first) = labels.first() else {
        return Ok(());
    };
    let most = labels.iter().copied().max().unwrap_or(first) as usize;
    if most >= classes {
        return Err(Error::BadInput(message!(
            "error-more-classes",
            shown = most + 1,
            classes = classes
        )));
    }
    if labels.iter().all(|&label| label == first) {
        return Err(Error::BadInput(message!("error-one-class")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_batch_are_all_of_it_and_a_picture_comes_back_to_the_same_one() {
        let parts = [0, 1, 2].map(|index| Shard { index, of: 3 });
        let mut batches = Batches::new(600, 7);
        let mut home = vec![None; 600];
        let mut back = 0;
        for epoch in 0..2 {
            for _ in 0..10 {
                let batch = batches.next(60);
                let taken = parts.map(|part| part.taken(batch.clone()));
                assert!(taken.iter().all(|part| part.len() == 20));
                let mut whole = taken.concat();
                whole.sort_unstable();
                let mut batch = batch;
                batch.sort_unstable();
                assert_eq!(whole, batch);
                for (part, pictures) in taken.iter().enumerate() {
                    // As if the set were in the order of two classes.
                    let first = pictures.iter().filter(|&&picture| picture < 300).count();
                    assert!((3..=17).contains(&first), "{first} of 20");
                    for &picture in pictures {
                        back += usize::from(epoch == 1 && home[picture] == Some(part));
                        home[picture] = Some(part);
                    }
                }
            }
        }
        // By chance it would be 200.
        assert!(back > 450, "{back} of 600");
    }
}
