//! Several who learn one model together: each takes its part of every batch, and all follow the mean.

use super::features::UnmatchedFeatures;
use super::replica::Replica;
use super::replica::Shard;
use super::replica::TrainingData;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::train::{Gradients, Settings, TrainingStep};
use std::borrow::Cow;
use std::ops::Range;

/// Recoveries of the same model that stay in step.
pub struct DataParallelGroup {
    members: Vec<Replica>,
}

impl DataParallelGroup {
    /// Those `members` of `of` who are here; `lessons` and `settings` are everyone's, the settings' batch is the whole.
    ///
    /// Errors: [`Error::BadInput`] where there are no members, or more than pictures in a batch; else those of
    /// [`Replica::new`].
    pub fn new(
        model: &Graph,
        original: Option<&Graph>,
        lessons: &TrainingData,
        settings: &Settings,
        members: Range<usize>,
        of: usize,
    ) -> Result<Self> {
        if members.is_empty() || members.end > of || of > settings.batch {
            return Err(Error::BadInput(message!(
                "error-batch-workers",
                batch = settings.batch,
                workers = of
            )));
        }
        let member = |index| {
            let part = Shard { index, of };
            Replica::new(model, original, lessons.clone(), settings, part)
        };
        Ok(DataParallelGroup {
            members: members.map(member).collect::<Result<_>>()?,
        })
    }

    /// Learns from the next batch: a thread a member, where there are several.
    pub fn step(&mut self) -> Result<TrainingStep> {
        let shares = self.shares()?;
        self.apply(&shares)
    }

    /// What the parts that are here say of the next batch, as one.
    pub fn gradients(&mut self) -> Result<Gradients> {
        let shares = self.shares()?;
        Gradients::mean(&shares)
    }

    /// Moves everyone's weights by what all parts of a batch say.
    pub fn apply(&mut self, shares: &[Gradients]) -> Result<TrainingStep> {
        let whole = match shares {
            [whole] => Cow::Borrowed(whole),
            _ => Cow::Owned(Gradients::mean(shares)?),
        };
        let (first, others) = self.members.split_at_mut(1);
        let learned = first[0].apply(&whole)?;
        for member in others {
            member.apply(&whole)?;
        }
        Ok(learned)
    }

    /// Judges the last steps, where no other will follow: [`Error::Diverged`] where learning ran away in them.
    pub fn conclude(&mut self) -> Result<()> {
        self.members.iter_mut().try_for_each(Replica::conclude)
    }

    /// As [`Replica::unmatched`]: it is the same for all.
    pub fn unmatched(&self) -> Option<&UnmatchedFeatures> {
        self.members[0].unmatched()
    }

    /// The model as it is now.
    pub fn model(&self) -> Graph {
        self.members[0].model()
    }

    fn shares(&mut self) -> Result<Vec<Gradients>> {
        if let [alone] = &mut self.members[..] {
            return Ok(vec![alone.gradients()?]);
        }
        std::thread::scope(|scope| {
            let members = self.members.iter_mut();
            let threads: Vec<_> = members.map(|m| scope.spawn(|| m.gradients())).collect();
            let ended = threads.into_iter().map(|thread| thread.join());
            ended
                .map(|share| share.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        })
    }
}
