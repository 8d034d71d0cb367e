//! Synchronous data-parallel training on threads: each replica takes its shard of every batch, and all apply the mean of the
//! gradients.

use super::features::UnmatchedFeatures;
use super::replica::{Replica, Shard, TrainingData};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::task::Gradients;
use crate::train::{TrainingSettings, TrainingStep};
use std::borrow::Cow;
use std::ops::Range;

/// Replicas of one model that stay in step.
pub struct DataParallelGroup {
    replicas: Vec<Replica>,
}

impl DataParallelGroup {
    /// Those `replicas` of `of` who are here; `data` and `settings` are everyone's, the settings' batch is the whole.
    ///
    /// Errors: [`Error::BadInput`] where there are no replicas, or more than pictures in a batch; else those of
    /// [`Replica::new`].
    pub fn new(
        model: &Graph,
        original: Option<&Graph>,
        data: &TrainingData,
        settings: &TrainingSettings,
        replicas: Range<usize>,
        of: usize,
    ) -> Result<Self> {
        if replicas.is_empty() || replicas.end > of || of > settings.batch {
            return Err(Error::BadInput(message!(
                "error-batch-workers",
                batch = settings.batch,
                workers = of
            )));
        }
        let replica = |index| {
            let part = Shard { index, of };
            Replica::new(model, original, data.clone(), settings, part)
        };
        Ok(DataParallelGroup {
            replicas: replicas.map(replica).collect::<Result<_>>()?,
        })
    }

    /// Learns from the next batch: a thread a replica, where there are several.
    pub fn step(&mut self) -> Result<TrainingStep> {
        let gradients = self.all_gradients()?;
        self.apply(&gradients)
    }

    /// What the parts that are here say of the next batch, as one.
    pub fn gradients(&mut self) -> Result<Gradients> {
        let gradients = self.all_gradients()?;
        Gradients::mean(&gradients)
    }

    /// Moves everyone's weights by what all parts of a batch say.
    pub fn apply(&mut self, gradients: &[Gradients]) -> Result<TrainingStep> {
        let whole = match gradients {
            [whole] => Cow::Borrowed(whole),
            _ => Cow::Owned(Gradients::mean(gradients)?),
        };
        let (first, others) = self.replicas.split_at_mut(1);
        let learned = first[0].apply(&whole)?;
        for replica in others {
            replica.apply(&whole)?;
        }
        Ok(learned)
    }

    /// Begins anew at this rate, as [`Trainer::restart`](crate::train::Trainer::restart) does.
    pub fn restart(&mut self, learning_rate: f32) -> Result<()> {
        let mut replicas = self.replicas.iter_mut();
        replicas.try_for_each(|replica| replica.restart(learning_rate))
    }

    /// Judges the last steps, where no other will follow: [`Error::Diverged`] where learning ran away in them.
    pub fn conclude(&mut self) -> Result<()> {
        self.replicas.iter_mut().try_for_each(Replica::conclude)
    }

    /// As [`Replica::unmatched`]: it is the same for all.
    pub fn unmatched(&self) -> Option<&UnmatchedFeatures> {
        self.replicas[0].unmatched()
    }

    /// The model as it is now.
    pub fn model(&self) -> Graph {
        self.replicas[0].model()
    }

    fn all_gradients(&mut self) -> Result<Vec<Gradients>> {
        if let [alone] = &mut self.replicas[..] {
            return Ok(vec![alone.gradients()?]);
        }
        std::thread::scope(|scope| {
            let replicas = self.replicas.iter_mut();
            let threads: Vec<_> = replicas.map(|m| scope.spawn(|| m.gradients())).collect();
            let ended = threads.into_iter().map(|thread| thread.join());
            ended
                .map(|share| share.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        })
    }
}
