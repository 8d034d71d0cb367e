//! Learning: losses, optimisers, schedules and the step that puts them together. There is no pruning in it, but what is
//! zero can be held at zero.

mod goal;
pub mod loss;
mod network;
mod optimiser;
mod schedule;
mod share;
mod trainer;
mod watch;

pub use goal::Goal;
pub use network::small_network;
pub use optimiser::{Optimiser, Rule};
pub use schedule::Schedule;
pub use share::Share;
pub use trainer::{Learned, Settings, Trainer};
