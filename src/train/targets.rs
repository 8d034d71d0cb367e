//! What a step of learning goes for.

use crate::error::{Error, Result};
use crate::graph::ValueId;
use crate::message::Message;

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
        let wrong = |why: Message| Err(Error::BadInput(why));
        if let Some(labels) = self.labels {
            if labels.len() != samples {
                let count = labels.len();
                return wrong(message!(
                    "error-batch-labels",
                    labels = count,
                    pictures = samples
                ));
            }
            if let Some(label) = labels.iter().find(|&&label| label as usize >= classes) {
                return wrong(message!(
                    "error-target-class",
                    label = label,
                    classes = classes
                ));
            }
        }
        let Some(teacher) = self.teacher else {
            return Ok(());
        };
        if teacher.len() != samples * classes {
            let theirs = teacher.len() / samples.max(1);
            return wrong(message!(
                "error-teacher-classes",
                original = theirs,
                classes = classes
            ));
        }
        if teacher.iter().any(|x| !x.is_finite()) {
            return wrong(message!("error-teacher-not-finite"));
        }
        Ok(())
    }
}
