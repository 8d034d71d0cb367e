//! Tasks one after the other, and tasks that tell or give something else.

use super::{Exchange, Step, Task};
use crate::error::Result;

/// What is still there, as long as the task has not given its output.
fn left<T>(what: Option<T>) -> T {
    what.expect("a task that is done is not asked for another step")
}

/// One task after another; the second is made of what the first gave.
pub struct Then<A, F, B> {
    first: Option<(A, F)>,
    second: Option<B>,
    /// Whether an early end of the first is one of the second as well, and whether one was asked for.
    stops_both: bool,
    is_stopped: bool,
}

impl<A, F, B> Then<A, F, B> {
    pub(super) fn new(first: A, next: F, stops_both: bool) -> Self {
        Then {
            first: Some((first, next)),
            second: None,
            stops_both,
            is_stopped: false,
        }
    }
}

impl<A, F, B> Task for Then<A, F, B>
where
    A: Task,
    B: Task,
    A::Event: Into<B::Event>,
    F: FnOnce(A::Output) -> Result<B>,
{
    type Event = B::Event;
    type Output = B::Output;

    fn step(&mut self) -> Result<Step<B::Event, B::Output>> {
        if let Some((first, _)) = &mut self.first {
            match first.step()? {
                Step::Event(event) => return Ok(Step::Event(event.into())),
                Step::Done(output) => {
                    let (_, next) = left(self.first.take());
                    let second = self.second.insert(next(output)?);
                    if self.is_stopped {
                        second.stop();
                    }
                }
            }
        }
        left(self.second.as_mut()).step()
    }

    fn stop(&mut self) {
        if let Some((first, _)) = &mut self.first {
            first.stop();
            self.is_stopped = self.stops_both;
        }
        if let Some(second) = &mut self.second {
            second.stop();
        }
    }

    fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        match &mut self.first {
            Some((first, _)) => first.exchange(),
            None => self.second.as_mut()?.exchange(),
        }
    }
}

/// A task with another output.
pub struct Map<A, F> {
    task: A,
    map: Option<F>,
}

impl<A, F> Map<A, F> {
    pub(super) fn new(task: A, map: F) -> Self {
        Map {
            task,
            map: Some(map),
        }
    }
}

impl<A: Task, T, F: FnOnce(A::Output) -> Result<T>> Task for Map<A, F> {
    type Event = A::Event;
    type Output = T;

    fn step(&mut self) -> Result<Step<A::Event, T>> {
        Ok(match self.task.step()? {
            Step::Event(event) => Step::Event(event),
            Step::Done(output) => Step::Done(left(self.map.take())(output)?),
        })
    }

    fn stop(&mut self) {
        self.task.stop();
    }

    fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        self.task.exchange()
    }
}

/// A task with other events.
pub struct Events<A, F> {
    task: A,
    map: F,
}

impl<A, F> Events<A, F> {
    pub(super) fn new(task: A, map: F) -> Self {
        Events { task, map }
    }
}

impl<A: Task, E, F: FnMut(A::Event) -> E> Task for Events<A, F> {
    type Event = E;
    type Output = A::Output;

    fn step(&mut self) -> Result<Step<E, A::Output>> {
        Ok(match self.task.step()? {
            Step::Event(event) => Step::Event((self.map)(event)),
            Step::Done(output) => Step::Done(output),
        })
    }

    fn stop(&mut self) {
        self.task.stop();
    }

    fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        self.task.exchange()
    }
}

/// A task with other events, some of which it keeps to itself.
pub struct TryEvents<A, F> {
    task: A,
    map: F,
}

impl<A, F> TryEvents<A, F> {
    pub(super) fn new(task: A, map: F) -> Self {
        TryEvents { task, map }
    }
}

impl<A: Task, E, F: FnMut(A::Event) -> Result<Option<E>>> Task for TryEvents<A, F> {
    type Event = E;
    type Output = A::Output;

    fn step(&mut self) -> Result<Step<E, A::Output>> {
        loop {
            match self.task.step()? {
                Step::Event(event) => {
                    if let Some(event) = (self.map)(event)? {
                        return Ok(Step::Event(event));
                    }
                }
                Step::Done(output) => return Ok(Step::Done(output)),
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

/// A task that tells one thing before it begins.
pub struct Announcing<A: Task> {
    event: Option<A::Event>,
    task: A,
}

impl<A: Task> Announcing<A> {
    pub(super) fn new(task: A, event: Option<A::Event>) -> Self {
        Announcing { event, task }
    }
}

impl<A: Task> Task for Announcing<A> {
    type Event = A::Event;
    type Output = A::Output;

    fn step(&mut self) -> Result<Step<A::Event, A::Output>> {
        match self.event.take() {
            Some(event) => Ok(Step::Event(event)),
            None => self.task.step(),
        }
    }

    fn stop(&mut self) {
        self.task.stop();
    }

    fn exchange(&mut self) -> Option<&mut dyn Exchange> {
        match self.event {
            Some(_) => None,
            None => self.task.exchange(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts to its end, or as far as it came where it is stopped.
    struct Count(usize, usize);

    impl Task for Count {
        type Event = usize;
        type Output = usize;

        fn step(&mut self) -> Result<Step<usize, usize>> {
            if self.0 == self.1 {
                return Ok(Step::Done(self.0));
            }
            self.0 += 1;
            Ok(Step::Event(self.0))
        }

        fn stop(&mut self) {
            self.1 = self.0;
        }
    }

    fn told(task: impl Task<Event = usize, Output = usize>) -> (Vec<usize>, usize) {
        let mut told = Vec::new();
        let output = task.run(|event| told.push(event)).unwrap();
        (told, output)
    }

    #[test]
    fn tasks_follow_one_another_and_tell_what_is_made_of_it() {
        let task = Count(0, 2).then(|two| Ok(Count(7, 8).announcing(Some(10 * two))));
        assert_eq!(
            told(task.map(|eight| Ok(eight + 1))),
            (vec![1, 2, 20, 8], 9)
        );
        assert_eq!(told(Count(0, 2).events(|count| count * 3)), (vec![3, 6], 2));
        let left_out: Option<Count> = None;
        assert_eq!(left_out.finish().unwrap(), None);
        assert_eq!(Some(Count(0, 1)).finish().unwrap(), Some(1));
    }

    #[test]
    fn what_is_stopped_stays_so_whatever_comes_next() {
        let mut task = Count(0, 5).then(|reached| Ok(Count(reached, 9)));
        assert_eq!(task.step().unwrap(), Step::Event(1));
        task.stop();
        assert_eq!(task.step().unwrap(), Step::Done(1));
    }

    #[test]
    fn what_stands_alone_is_stopped_alone() {
        let mut task = Count(0, 5).then_whole(|reached| Ok(Count(reached, 3)));
        assert_eq!(task.step().unwrap(), Step::Event(1));
        task.stop();
        assert_eq!(task.step().unwrap(), Step::Event(2));
        task.stop();
        assert_eq!(task.step().unwrap(), Step::Done(2));
    }

    #[test]
    fn some_events_are_told_otherwise_and_some_not_at_all() {
        let odd = |count| Ok((count % 2 == 1).then(|| 10 * count));
        assert_eq!(told(Count(0, 4).try_events(odd)), (vec![10, 30], 4));
        let refused = |_| Err::<Option<usize>, _>(super::super::unlike_gradients());
        assert!(Count(0, 1).try_events(refused).finish().is_err());
        // With a clock that stands still nothing is told before the end; with one that runs, everything is.
        let whole = |count: &usize| *count == 4;
        assert_eq!(
            told(Count(0, 4).told_every(100.0, || 0.0, whole)),
            (vec![4], 4)
        );
    }
}
