//! Tasks side by side, on threads.

use super::Task;
use crate::error::Result;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Does so many tasks, each begun by its number, on as many threads as there are workers, and hands over what each gives as it
/// comes. Which worker does which is left to chance, so nothing may hang on it.
///
/// Errors: the first of any task; tasks that were not begun by then never are.
pub fn side_by_side<W: Send, T: Task<Output: Send>>(
    workers: Vec<W>,
    tasks: usize,
    begin: impl Fn(&mut W, usize) -> Result<T> + Sync,
    mut on_output: impl FnMut(usize, T::Output),
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let (tell, told) = mpsc::channel::<Result<(usize, T::Output)>>();
    let (next, begin) = (&next, &begin);
    thread::scope(|scope| {
        for mut worker in workers {
            let tell = tell.clone();
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= tasks {
                        return;
                    }
                    let output = begin(&mut worker, index).and_then(Task::finish);
                    // Nobody listens any more once a task has failed.
                    if tell.send(output.map(|output| (index, output))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(tell);
        for output in told {
            let (index, output) = output?;
            on_output(index, output);
        }
        Ok(())
    })
}
