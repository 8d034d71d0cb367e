//! What a step of learning goes for.

use crate::error::{Error, Result};
use crate::graph::ValueId;

/// What a batch should give.
#[derive(Debug, Clone, Copy, Default)]
pub struct LossTargets<'a> {
    /// The class of each sample, where it is known.
    pub labels: Option<&'a [u32]>,
    /// The teacher's logits (samples, classes), where there is one.
    pub teacher: Option<&'a [f32]>,
    /// Inner values of the learning model with what the teacher has there.
    pub inner: &'a [(ValueId, Vec<f32>)],
}

impl LossTargets<'_> {
    /// Fails where this is no goal for so many samples and classes.
    pub(super) fn check(&self, samples: usize, classes: usize) -> Result<()> {
        let wrong = |why: String| Err(Error::BadInput(why.into()));
        if let Some(labels) = self.labels {
            if labels.len() != samples {
                let count = labels.len();
                return wrong(format!(
                    "there are {count} labels for the {samples} pictures of a batch: give each picture its own"
                ));
            }
            if let Some(label) = labels.iter().find(|&&label| label as usize >= classes) {
                return wrong(format!(
                    "a picture is of class {label}, counted from 0, but the model tells only {classes} apart: leave it \
                     out, or name the classes in the model's order"
                ));
            }
        }
        let Some(teacher) = self.teacher else {
            return Ok(());
        };
        if teacher.len() != samples * classes {
            let theirs = teacher.len() / samples.max(1);
            return wrong(format!(
                "the original tells {theirs} classes apart and the pruned model {classes}, so the one can't teach the \
                 other: give the model that this one was cut from"
            ));
        }
        if teacher.iter().any(|x| !x.is_finite()) {
            return wrong(
                "the original's answers hold values that are not finite (NaN or infinity), so nothing can be learned \
                 from it: look at its weights, and at the preset's mean and divisor"
                    .into(),
            );
        }
        Ok(())
    }
}
