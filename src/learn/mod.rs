//! Learning: losses, optimisers, schedules and the step that puts them together. There is no pruning in it, but what is
//! zero can be held at zero.

pub mod loss;
mod optimiser;
mod schedule;
mod trainer;

pub use optimiser::{Method, Optimiser};
pub use schedule::Schedule;
pub use trainer::{Goal, Learned, Settings, Trainer, logits};
