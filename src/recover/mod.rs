//! What brings a pruned model back to what the original could.

mod training;

pub use training::{Lessons, Recovery};
