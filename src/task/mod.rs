//! Long work goes step by step. Whoever drives it shows the events, pauses by not asking for the next step, ends it early with
//! [`Task::stop`], and cancels it by dropping it. Tasks follow one another and run side by side by what is in here, so that
//! none has to care.

mod chain;
mod gradients;
mod threads;
mod throttle;

pub use chain::{Announcing, Events, Map, Then, TryEvents};
pub use gradients::{Gradients, unlike_gradients};
pub use threads::side_by_side;
pub use throttle::Throttled;

use crate::error::Result;
use serde::Serialize;

/// Work that takes more than a moment.
pub trait Task {
    /// What a step tells on the way.
    type Event;
    /// What comes out.
    type Output;

    /// Does the next piece of work. Once it gave [`Step::Done`], it is not to be called again.
    fn step(&mut self) -> Result<Step<Self::Event, Self::Output>>;

    /// Asks for an early end: the steps to come bring what there is by now to a sound end, instead of doing all that is left.
    /// Work that is worth nothing before its end goes on.
    fn stop(&mut self) {}

    /// Where the next step is one of training: the gradients that it asks for, and where it takes those of all workers that
    /// train the same model together. Nobody needs to: alone, the step finds its own.
    fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        None
    }

    /// Does all steps, and tells of each.
    fn run(mut self, mut on_event: impl FnMut(Self::Event)) -> Result<Self::Output>
    where
        Self: Sized,
    {
        loop {
            match self.step()? {
                Step::Event(event) => on_event(event),
                Step::Done(output) => return Ok(output),
            }
        }
    }

    /// Does all steps.
    fn finish(self) -> Result<Self::Output>
    where
        Self: Sized,
    {
        self.run(|_| ())
    }

    /// The same, and then what is made of its output.
    fn then<B: Task, F: FnOnce(Self::Output) -> Result<B>>(self, next: F) -> Then<Self, F, B>
    where
        Self: Sized,
        Self::Event: Into<B::Event>,
    {
        Then::new(self, next, true)
    }

    /// The same, where an early end of the first is none of the second.
    fn then_whole<B: Task, F: FnOnce(Self::Output) -> Result<B>>(self, next: F) -> Then<Self, F, B>
    where
        Self: Sized,
        Self::Event: Into<B::Event>,
    {
        Then::new(self, next, false)
    }

    /// The same with another output.
    fn map<T, F: FnOnce(Self::Output) -> Result<T>>(self, map: F) -> Map<Self, F>
    where
        Self: Sized,
    {
        Map::new(self, map)
    }

    /// The same, telling this first, where there is something.
    fn announcing(self, event: Option<Self::Event>) -> Announcing<Self>
    where
        Self: Sized,
    {
        Announcing::new(self, event)
    }

    /// The same with other events.
    fn events<E, F: FnMut(Self::Event) -> E>(self, map: F) -> Events<Self, F>
    where
        Self: Sized,
    {
        Events::new(self, map)
    }

    /// The same with other events; those of which the map makes none are not told.
    fn try_events<E, F: FnMut(Self::Event) -> Result<Option<E>>>(self, map: F) -> TryEvents<Self, F>
    where
        Self: Sized,
    {
        TryEvents::new(self, map)
    }

    /// The same, where steps are joined until `interval` milliseconds are over by the clock, or there is an event that `matters`.
    fn told_every<F: FnMut(&Self::Event) -> bool>(
        self,
        interval: f64,
        clock: Clock,
        matters: F,
    ) -> Throttled<Self, F>
    where
        Self: Sized,
    {
        Throttled::new(self, interval, clock, matters)
    }
}

/// What a step came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Step<E, T> {
    Event(E),
    Done(T),
}

/// Milliseconds from some moment on: the core knows no clock, whoever drives it has one.
pub type Clock = fn() -> f64;

/// Where workers that train one model together (threads, or workers of a browser) meet before each step.
pub trait Exchange {
    /// What the part of the next batch that is here says of the weights.
    fn gradients(&mut self) -> Result<Gradients>;

    /// Hands over the gradients of all workers, in the order of the workers: the next step follows their mean.
    fn supply(&mut self, gradients: Vec<Gradients>);
}

/// How far a stretch of work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Progress {
    pub phase: Phase,
    /// Pieces done, and in all.
    pub done: usize,
    pub of: usize,
}

impl Progress {
    /// Whether nothing is left of the stretch.
    pub fn is_whole(&self) -> bool {
        self.done >= self.of
    }
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Phase {
    /// A criterion is measured on pictures.
    Scoring,
    /// The original is shown the pictures that models are compared with it on.
    Reference,
    /// A model and its original are measured before recovery.
    Baseline,
    /// Learning rates are tried for a few steps each.
    TryingRates,
    /// The statistics of normalizations are measured anew, batch by batch.
    Recalibrating,
    /// Layer after layer is fitted.
    Reconstructing,
    /// A model is measured on the pictures that it is chosen by.
    Judging,
    /// What came out is measured on pictures that nothing was learned from or chosen by.
    Testing,
}

impl<T: Task + ?Sized> Task for Box<T> {
    type Event = T::Event;
    type Output = T::Output;

    fn step(&mut self) -> Result<Step<T::Event, T::Output>> {
        (**self).step()
    }

    fn stop(&mut self) {
        (**self).stop();
    }

    fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        (**self).exchange()
    }
}

impl<T: Task + ?Sized> Task for &mut T {
    type Event = T::Event;
    type Output = T::Output;

    fn step(&mut self) -> Result<Step<T::Event, T::Output>> {
        (**self).step()
    }

    fn stop(&mut self) {
        (**self).stop();
    }

    fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        (**self).exchange()
    }
}

/// Work that may not be needed.
impl<T: Task> Task for Option<T> {
    type Event = T::Event;
    type Output = Option<T::Output>;

    fn step(&mut self) -> Result<Step<T::Event, Option<T::Output>>> {
        let Some(task) = self else {
            return Ok(Step::Done(None));
        };
        Ok(match task.step()? {
            Step::Event(event) => Step::Event(event),
            Step::Done(output) => Step::Done(Some(output)),
        })
    }

    fn stop(&mut self) {
        if let Some(task) = self {
            task.stop();
        }
    }

    fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        self.as_mut()?.exchange()
    }
}
