//! One round of a search: a cut that is being recovered.

use super::exam::Quality;
use super::job::{Advance, Job};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::learn::Share;

pub(super) struct Round {
    /// The share of the original that was asked for.
    pub share: f64,
    /// How good the cut is before recovery.
    pub cut: Quality,
    /// The cut's file.
    pub file: Vec<u8>,
    job: Job,
    is_recovered: bool,
}

impl Round {
    pub fn new(share: f64, cut: Quality, file: Vec<u8>, job: Job) -> Self {
        Round {
            share,
            cut,
            file,
            job,
            is_recovered: false,
        }
    }

    /// Whether the next piece is a step of learning.
    pub fn learns(&self) -> bool {
        !self.is_recovered && self.job.learns()
    }

    /// As [`Job::share`].
    pub fn share(&mut self) -> Result<Share> {
        self.job.share()
    }

    /// Does the next piece of the recovery: the step that shares come to, where there are any. `None` where nothing is left
    /// to do, or learning ran away.
    pub fn advance(&mut self, shares: &[Share]) -> Result<Option<Advance>> {
        if self.is_recovered {
            return Ok(None);
        }
        let advance = match shares {
            [] => self.job.advance(),
            _ => self.job.follow(shares),
        };
        match advance {
            Ok(advance) => {
                self.is_recovered = advance.done >= advance.of;
                Ok(Some(advance))
            }
            // The last good weights are judged like any others.
            Err(Error::Diverged(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The model as it is now.
    pub fn finish(self) -> Graph {
        self.job.finish().graph
    }
}
