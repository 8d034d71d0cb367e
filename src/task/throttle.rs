//! Tasks whose steps are short: many of them are done in one, so that whoever drives them is not told too often.

use super::{Clock, Exchange, Step, Task};
use crate::error::Result;

/// A task that does steps until so much time is over, or there is something to tell.
pub struct Throttled<A, F> {
    task: A,
    /// In milliseconds.
    interval: f64,
    clock: Clock,
    matters: F,
}

impl<A, F> Throttled<A, F> {
    pub(super) fn new(task: A, interval: f64, clock: Clock, matters: F) -> Self {
        Throttled {
            task,
            interval,
            clock,
            matters,
        }
    }
}

impl<A: Task, F: FnMut(&A::Event) -> bool> Task for Throttled<A, F> {
    type Event = A::Event;
    type Output = A::Output;

    fn step(&mut self) -> Result<Step<A::Event, A::Output>> {
        let start = (self.clock)();
        loop {
            match self.task.step()? {
                Step::Event(event) => {
                    let is_time = (self.clock)() - start >= self.interval;
                    if is_time || (self.matters)(&event) {
                        return Ok(Step::Event(event));
                    }
                }
                done => return Ok(done),
            }
        }
    }

    fn stop(&mut self) {
        self.task.stop();
    }

    fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        self.task.exchange()
    }
}
