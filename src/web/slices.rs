//! Tasks that show pictures, some a call.

use super::{SLICE, now};
use crate::error::Result;
use crate::task::{Phase, Progress, Step, Task};

/// A task that shows pictures, or what it gave.
pub enum Slices<T> {
    UnderWay(Box<dyn Task<Event = Progress, Output = T>>),
    /// How far it was at last, and what it gave.
    Done(Progress, T),
}

impl<T> Slices<T> {
    pub fn new(task: impl Task<Event = Progress, Output = T> + 'static) -> Self {
        Slices::UnderWay(Box::new(task))
    }

    /// Nothing is left to do.
    pub fn ready(output: T) -> Self {
        Slices::Done(NOTHING, output)
    }

    /// Shows some more pictures. All of a phase are shown only where the criterion has seen all, or nothing is left to do.
    pub fn advance(&mut self) -> Result<Progress> {
        let start = now();
        let mut last = NOTHING;
        loop {
            let task = match self {
                Slices::UnderWay(task) => task,
                Slices::Done(last, _) => return Ok(*last),
            };
            match task.step()? {
                Step::Done(output) => *self = Slices::Done(last, output),
                Step::Event(progress) => {
                    last = progress;
                    let more = progress.done < progress.of || progress.phase == Phase::Scoring;
                    if more && now() - start > SLICE {
                        return Ok(last);
                    }
                }
            }
        }
    }

    /// What it gives, after all pictures that are left.
    pub fn finish(self) -> Result<T> {
        match self {
            Slices::UnderWay(task) => task.finish(),
            Slices::Done(_, output) => Ok(output),
        }
    }
}

/// Of a task that has no pictures to show.
const NOTHING: Progress = Progress {
    phase: Phase::Reference,
    done: 0,
    of: 0,
};
