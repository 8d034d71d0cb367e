//! Training: losses, optimizers, schedules and the step that puts them together. There is no pruning in it, but what is
//! zero can be held at zero.

mod average;
mod budget;
mod divergence;
pub mod loss;
mod network;
mod optimizer;
mod running_accuracy;
mod schedule;
mod settings;
mod targets;
mod trainer;

pub use budget::{RequestedBudget, TrainingBudget, TrainingProgress};
pub use network::small_network;
pub use optimizer::{Optimizer, Rule};
pub use running_accuracy::RunningAccuracy;
pub use schedule::Schedule;
pub use settings::{OptimizerName, TrainingOverrides, TrainingSettings};
pub use targets::LossTargets;
pub use trainer::{Trainer, TrainingStep};
